// How an engineer of the world writes a rule over several points: he sees which devices are there, and names no others.
import type { Rule } from '../../model/asset.ts';
import type { Engine } from '../../model/engine.ts';
import type { ConfigChange } from '../../model/entry.ts';
import type { JointCondition } from '../../model/rule.ts';
import type { JointBrief, WorldAct } from './acts.ts';
import { textOf } from './auditor/expression.ts';

type SourceAct = Extract<WorldAct, { does: 'rule' | 'retire-rule' | 'source' }>;

/** @returns null where it cannot be done as things stand */
export function sourceChange({ view }: Engine, act: SourceAct, at: number): ConfigChange | null {
  if (act.does === 'rule') return ruleChange(view, act.rule, at);
  if (act.does === 'retire-rule') {
    const rule = view.assets('rule').get(ruleIdOf(act.source, act.code));
    return rule === undefined || rule.retiredAt !== null ? null : { op: 'retire', asset: 'rule', id: rule.id, base: null };
  }
  const known = view.assets('hazard-source').get(act.source);
  if (known === undefined) throw new Error(`no hazard source ${act.source} in this world`);
  const value = { ...known, attributes: act.attributes, revision: known.revision + 1, updatedAt: at };
  return { op: 'put', asset: 'hazard-source', base: known.revision, value };
}

function ruleIdOf(source: string, code: string): string {
  return `rule-${source}-${code}`;
}

function ruleChange(view: Engine['view'], { source, code, joint, parts }: JointBrief, at: number): ConfigChange | null {
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
