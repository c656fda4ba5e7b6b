import type { Rule } from './asset.ts';

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
  const { name, parts, reason, approvedBy, retiredAt } = rule;
  const found = new Map<string, unknown>([['name', name]]);
  for (const [part, value] of Object.entries(parts)) found.set(`parts.${part}`, value === null ? 'none' : value);
  found.set('reason', reason);
  found.set('approvedBy', approvedBy);
  found.set('retired', retiredAt !== null);
  return found;
}
