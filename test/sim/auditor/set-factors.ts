// Factors of warnings that people set (decision 11): 0 to 1, by somebody, until a wall time at most a year away. The end is looked at once a minute at
// the latest, so that neither an outage nor a step of the clock carries it on; where there was none of either it is over when its time has come
// (reading 33).
import type { Applied } from '../../../model/engine.ts';
import type { ConfigBody, Entry, FactorChange } from '../../../model/entry.ts';
import { FACTOR_LONGEST_MS, settable, type SetFactorName, type Warning, type WarningEvent } from '../../../model/warning.ts';
import { Disagreement } from '../play.ts';

/** Fact book 3.6. */
export const SET_WEIGHTS: Readonly<Record<SetFactorName, number>> = {
  'special-work': 0.25,
  commitment: 0.3,
  'hidden-hazard': 0.4,
  weather: 0.2,
};
const LOOKED_AT_MS = 60_000;

interface SetFactor {
  readonly subject: string;
  readonly name: SetFactorName;
  readonly value: number;
  readonly until: number;
  readonly by: string;
  /** We were away, or our clock was set, since: when exactly it is over is left open. */
  bent: boolean;
  /** Engine time at which its end had come. */
  overSince: number | null;
}

/** When an entry was: engine time and the wall. */
export interface Moment {
  readonly now: number;
  readonly at: number;
}

type Told = { readonly warning: Warning; readonly event: WarningEvent };

export class SetFactors {
  private readonly known = new Set<string>();
  private readonly standing = new Map<string, SetFactor>();

  /** Of one thing, as they stand. */
  of(subject: string): readonly SetFactor[] {
    return [...this.standing.values()].filter((one) => one.subject === subject);
  }

  any(): boolean {
    return this.standing.size > 0;
  }

  /** When the next of them must be looked at, engine time. */
  due({ now, at }: Moment): number {
    const looked = ({ until, bent, overSince }: SetFactor): number =>
      bent ? (overSince ?? now) + LOOKED_AT_MS : now + Math.min(LOOKED_AT_MS, until - at);
    return Math.min(...[...this.standing.values()].map(looked));
  }

  /**
   * @param straight our clocks went on together since the entry before
   * @returns what must be told of factors in this entry, in any order
   */
  see(
    entry: Entry,
    { applied, moment, straight }: { readonly applied: Applied; readonly moment: Moment; readonly straight: boolean },
  ): void {
    const told: readonly Told[] = (applied.warnings ?? []).filter(({ event }) => event.factor !== undefined);
    const must: string[] = [];
    if (!straight) for (const one of this.standing.values()) one.bent = true;
    this.end(told, moment, must);
    if (entry.kind === 'config') this.change(entry, applied, must);
    const heard = told.map(({ warning, event }) => sentence(warning.id, event));
    if (must.toSorted().join('; ') !== heard.toSorted().join('; '))
      throw new Disagreement('factor-told', `must be told: ${must.join('; ') || 'nothing'}, is: ${heard.join('; ') || 'nothing'}`);
  }

  private end(told: readonly Told[], { now, at }: Moment, must: string[]): void {
    for (const [key, one] of this.standing) {
      if (at < one.until && one.overSince === null) continue;
      if (at >= one.until) one.overSince ??= now;
      const said = told.some(
        ({ warning, event }) => warning.id === one.subject && event.type === 'factor-ended' && event.factor === one.name,
      );
      const open = one.bent && now < (one.overSince ?? now) + LOOKED_AT_MS;
      // A clock that was set back before anybody looked: it is not over.
      if (at < one.until && !said) one.overSince = null;
      if (one.overSince === null || (open && !said)) continue;
      this.standing.delete(key);
      must.push(sentence(one.subject, { type: 'factor-ended', by: null, factor: one.name }));
    }
  }

  private change({ changes, by, at }: Entry & ConfigBody, { outcomes }: Applied, must: string[]): void {
    for (const [n, change] of changes.entries()) {
      if (change.op === 'put' && (change.asset === 'area' || change.asset === 'enterprise' || change.asset === 'hazard-source'))
        this.known.add(`${change.asset}:${change.value.id}`);
      if (change.op !== 'factor') continue;
      const subject = `${change.scope}:${change.id}`;
      const key = `${subject} ${change.factor}`;
      const outcome = outcomes[n];
      const sound = this.isSound(change, subject, at);
      if (outcome?.ok !== sound) throw new Disagreement('factor-answer', `${key} ${change.value}: must ${sound ? '' : 'not '}be taken`);
      if (!sound || (change.value === null && !this.standing.delete(key))) continue;
      const { factor, value, until } = change;
      if (value !== null && until !== null)
        this.standing.set(key, { subject, name: factor, value, until, by, bent: false, overSince: null });
      must.push(sentence(subject, { type: 'factor-set', by, factor, value, ...(value === null || until === null ? {} : { until }) }));
    }
  }

  private isSound({ scope, factor, value, until }: FactorChange, subject: string, at: number): boolean {
    if (!this.known.has(subject) || !settable(scope).includes(factor)) return false;
    return value === null || (value >= 0 && value <= 1 && until !== null && until > at && until <= at + FACTOR_LONGEST_MS);
  }

  /** What people see of it: value, weight and what comes of both, who set it until when; of what nobody set that there is no data. */
  shown({ id, factors, test }: Warning): void {
    for (const { name, weight, x, contribution, by, until } of factors) {
      if (!isSettable(name)) continue;
      const one = this.standing.get(`${id} ${name}`);
      const value = test ? null : (one?.value ?? null);
      const must = [SET_WEIGHTS[name], value, SET_WEIGHTS[name] * (value ?? 0), one?.by, one?.until];
      const is = [weight, x, contribution, by, until];
      if (JSON.stringify(must) !== JSON.stringify(is))
        throw new Disagreement('factor-shown', `${id} ${name} must be ${JSON.stringify(must)}, is ${JSON.stringify(is)}`);
    }
  }
}

function isSettable(name: string): name is SetFactorName {
  return name in SET_WEIGHTS;
}

function sentence(
  subject: string,
  { type, by, factor, value, until }: Pick<WarningEvent, 'type' | 'by' | 'factor' | 'value' | 'until'>,
): string {
  return `${subject} ${factor} ${type} ${String(value)} by ${String(by)} until ${String(until)}`;
}
