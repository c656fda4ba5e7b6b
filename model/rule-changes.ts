import type { Rule } from './asset.ts';
import type { JointCondition } from './rule.ts';

/** One difference between two revisions of a rule; what one of them does not say is null. */
export interface RuleDifference {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What people changed: name, parts, reason, approval, and whether it is retired. The first revision differs from nothing. */
export function differences(before: Rule | undefined, after: Rule): readonly RuleDifference[] {
  const from = before === undefined ? new Map<string, unknown>() : facts(before);
  const to = facts(after);
  const paths = [...new Set([...from.keys(), ...to.keys()])];
  return paths.flatMap((path) => {
    const one = { path, from: from.get(path) ?? null, to: to.get(path) ?? null };
    return one.from === one.to ? [] : [one];
  });
}

function facts(rule: Rule): Map<string, unknown> {
  const { name, parts, joint, reason, approvedBy, retiredAt } = rule;
  const found = new Map<string, unknown>([['name', name]]);
  for (const [part, value] of Object.entries(parts)) found.set(`parts.${part}`, value === null ? 'none' : value);
  if (joint !== undefined) for (const [path, value] of jointFacts(joint)) found.set(path, value);
  found.set('reason', reason);
  found.set('approvedBy', approvedBy);
  found.set('retired', retiredAt !== null);
  return found;
}

/** Lists and tests are told whole, as JSON: they have no order of parts that people would look for. */
function jointFacts(joint: JointCondition): readonly (readonly [string, unknown])[] {
  if ('vote' in joint) {
    const { atLeast, of, when, bad } = joint.vote;
    return [
      ['joint.atLeast', atLeast],
      ['joint.of', JSON.stringify(of)],
      ['joint.when', JSON.stringify(when)],
      ['joint.bad', bad],
    ];
  }
  const { expression, compare = null, unit = null } = joint;
  return [
    ['joint.expression', expression],
    ['joint.compare', compare],
    ['joint.unit', unit],
  ];
}
