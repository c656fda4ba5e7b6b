import type { Rule } from '../../../model/asset.ts';
import type { EngineView } from '../../../model/engine.ts';

/**
 * How many rules one place may have that bring something of their own to judge. Each is judged with every reading of its point, on the
 * thread that judges everybody's: a thousand limits of one plant's own on one detector made each of its messages, and each change of a rule
 * about it, take a tenth of a second from all. What changes a limit of the catalogue is one for one, and needs no bound.
 */

/** Limits of one's own that one scope adds to one measurement; the catalogue has ten at the most. */
export const OWN_LIMITS_MAX = 20;
/** Rules over several points of one hazard source. */
export const JOINT_RULES_MAX = 100;

export class RuleRoom {
  private readonly taken = new Map<string, number>();

  constructor(view: Pick<EngineView, 'assets'>) {
    for (const rule of view.assets('rule').values()) if (rule.retiredAt === null) this.count(keyOf(rule));
  }

  /** Takes a place for a new rule; what is said where there is none. */
  take(rule: Rule): string | null {
    const key = keyOf(rule);
    if (key === null) return null;
    const joint = rule.joint !== undefined;
    const most = joint ? JOINT_RULES_MAX : OWN_LIMITS_MAX;
    if ((this.taken.get(key) ?? 0) < most) {
      this.count(key);
      return null;
    }
    return joint
      ? `a hazard source has at most ${most} rules over several points`
      : `at most ${most} limits of one's own for one measurement in one scope`;
  }

  private count(key: string | null): void {
    if (key !== null) this.taken.set(key, (this.taken.get(key) ?? 0) + 1);
  }
}

/** What shares room; null = needs none. */
function keyOf({ scope, scopeId, profileId, measurement, adds, joint }: Rule): string | null {
  if (joint !== undefined) return `joint|${scopeId}`;
  return adds === null ? null : JSON.stringify([scope, scopeId, profileId, measurement]);
}
