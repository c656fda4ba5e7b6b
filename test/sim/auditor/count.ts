// What a counting limit is asked about: not the total that a sample brings but how often it rose within the window. A total that falls
// has begun again from 0; the first one known is where counting begins. A rise leaves the window to the millisecond, with no sample.
import type { Fact } from './condition.ts';
import type { Rule } from './limits.ts';

/**
 * @param times engine time of every entry, by entry number
 * @returns the facts with counts in place of totals, and when the next rise leaves the window, or null
 */
export function counted(
  facts: readonly Fact[],
  rule: Rule,
  windowMs: number,
  times: readonly number[],
): { readonly facts: Fact[]; readonly due: number | null; readonly passed: boolean } {
  const out: Fact[] = [];
  let rises: { readonly t: number; readonly by: number }[] = [];
  let total: number | null = null;
  let held = false;
  const count = (): number => rises.reduce((sum, { by }) => sum + by, 0);
  const leaveUntil = (entry: number): void => {
    for (;;) {
      const first = rises[0];
      if (first === undefined) return;
      const t = first.t + windowMs;
      const leaves = times.findIndex((time) => time >= t);
      if (leaves === -1 || leaves > entry) return;
      rises = rises.filter((rise) => rise.t !== first.t);
      // Bad quality holds: what leaves meanwhile is counted out when a good value comes.
      if (!held) out.push({ entry: leaves, t, is: 'look', look: { own: count(), fresh: true, scene: NOTHING, byTick: true } });
    }
  };
  for (const fact of facts) {
    leaveUntil(fact.entry);
    if (fact.is === 'rule' && fact.forgets) {
      rises = [];
      total = null;
    }
    if (fact.is !== 'look' || !fact.look.fresh) {
      out.push(fact);
      continue;
    }
    const { own } = fact.look;
    held = typeof own !== 'number';
    if (typeof own === 'number') {
      const by = total === null ? 0 : own < total ? own : own - total;
      if (by > 0) rises.push({ t: fact.t, by });
      total = own;
    }
    out.push(held ? fact : { ...fact, look: { ...fact.look, own: count() } });
  }
  leaveUntil(times.length - 1);
  if (held) return { facts: out, due: null, passed: false };
  // Nobody has to be woken for a rise whose leaving changes nothing.
  const says = rule.says({ own: count(), fresh: true, scene: NOTHING });
  const last = rises.find(({ t }) => {
    const left = rises.filter((rise) => rise.t > t).reduce((sum, { by }) => sum + by, 0);
    return rule.says({ own: left, fresh: true, scene: NOTHING }) !== says;
  });
  return { facts: out, due: last === undefined ? null : last.t + windowMs, passed: says === 'true' };
}
const NOTHING = new Map<string, number | null>();
