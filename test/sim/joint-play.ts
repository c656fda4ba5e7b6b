// How an engineer of the world writes a rule over several points: he sees which devices are there, and names no others.
import type { Rule } from '../../model/asset.ts';
import type { Engine } from '../../model/engine.ts';
import type { ConfigChange } from '../../model/entry.ts';
import type { JointCondition } from '../../model/rule.ts';
import type { JointBrief } from './acts.ts';
import { textOf } from './auditor/expression.ts';

export function ruleIdOf(source: string, code: string): string {
  return `rule-${source}-${code}`;
}

/** @returns null where it cannot be written as things stand */
export function ruleChange({ view }: Engine, { source, code, joint, parts }: JointBrief, at: number): ConfigChange | null {
  const isHere = (id: string): boolean => {
    const device = view.assets('device').get(id);
    return device !== undefined && device.retiredAt === null && device.hazardSourceId === source;
  };
  const condition = conditionAsIs(joint, isHere);
  const id = ruleIdOf(source, code);
  const known = view.assets('rule').get(id);
  if (condition === null || (known !== undefined && known.retiredAt !== null)) return null;
  const value: Rule = {
    id,
    name: code,
    revision: (known?.revision ?? 0) + 1,
    createdAt: known?.createdAt ?? at,
    updatedAt: at,
    retiredAt: null,
    scope: 'hazard-source',
    scopeId: source,
    profileId: null,
    measurement: null,
    code,
    adds: null,
    joint: condition,
    parts,
    reason: 'simulated world',
    approvedBy: null,
  };
  return { op: 'put', asset: 'rule', base: known?.revision ?? 0, value };
}

function conditionAsIs(joint: JointCondition, isHere: (device: string) => boolean): JointCondition | null {
  if ('expression' in joint) {
    const { filed, measured } = textOf(joint.expression);
    const named = [...measured.map(({ device }) => device), ...filed.flatMap((one) => (one.is === 'asset' ? [] : [one.device]))];
    return named.every(isHere) ? joint : null;
  }
  const { vote } = joint;
  if ('profileId' in vote.of) return joint;
  const of = vote.of.filter(({ device }) => isHere(device));
  return of.length === 0 ? null : { vote: { ...vote, of, atLeast: Math.min(vote.atLeast, of.length) } };
}
