// Everything that is known of one point (or of a whole device, or of a hazard source): what came of it, its limits, what was found and
// done about it, and what must be open of it by that.
import type { Alarm } from '../../../model/alarm.ts';
import type { Found } from './board.ts';
import type { Fact, Moment, momentsOf } from './condition.ts';
import type { Answer, Deed, Expected } from './life.ts';
import type { PointRules, Rule } from './limits.ts';
import type { Rises } from './rise.ts';

export type PointFact =
  | Exclude<Fact, { is: 'rule' }>
  | {
      readonly entry: number;
      readonly t: number;
      readonly is: 'rules';
      readonly rules: readonly Rule[];
      readonly forgets: boolean;
    };

export interface PointHistory {
  readonly device: string;
  readonly measurement: string;
  readonly channel: number | null;
  /** It stands for a hazard source, whose rules over several points are its limits. */
  readonly joint: boolean;
  readonly facts: PointFact[];
  /** Its newest value, null where that says nothing about the process; absent = never heard. */
  newest?: number | null;
  /** Every limit the point ever had. */
  readonly rules: Map<string, Rule>;
  /** What was found about it that no limit says: faults, bad values, silence. */
  readonly found: Map<string, Found>;
  readonly deeds: Map<string, Deed[]>;
  /** Of its limits that are about a rise, by code. */
  readonly rates: Map<string, RateWord>;
  /** What is expected of every ladder, worked out after the entry it was last touched by. */
  expected: Map<string, Expected>;
  /** When each limit went on and off, by code. */
  moments: Map<string, readonly Moment[]>;
  /** Limits that are on, and those that were when the entry before was done. */
  on: ReadonlySet<string>;
  onBefore: ReadonlySet<string>;
  /** Ladders that were out of service before the present entry was applied. */
  outEarly: ReadonlySet<string>;
  /** What operators must have heard, by ladder and entry. */
  answers: Map<string, ReadonlyMap<number, Answer>>;
  /** When the next delay runs out if nothing comes, engine time. */
  due: number;
  /** When a suppression next ends by itself, wall time. */
  wallDue: number;
  touched: boolean;
  /** Something of it waits for the end of business hours: it is looked at with every entry. */
  waits: boolean;
  /** Ladders of which nothing can be said any more. */
  readonly unsaid: Set<string>;
  /**
   * Set by the first sample of a backlog: from then on only what the condition is can be said, not how the alarm came to it (reading 13).
   * Until `lateUntil` (engine time) nothing at all: the backlog may be under way.
   */
  loose: boolean;
  lateUntil: number;
}

/** When a limit about a rise went on and off, in the engine's word: what is certain about it has been held against that. */
export interface RateWord {
  readonly moments: Moment[];
  /** Times the alarm had come by the last entry. */
  comings: number;
  /** When it must change at the latest, engine time. */
  due: number | null;
  /** What the facts of the point so far, so many, make certain; it stands until `until`. */
  known: { readonly facts: number; readonly least: Bound; readonly most: Bound; readonly until: number } | null;
  readonly rises: Rises;
}

export type Bound = ReturnType<typeof momentsOf>;

/** The rules that stood when an entry was done. */
export function rulesAt(point: PointHistory, entry: number): readonly Rule[] {
  const last = point.facts.findLast((fact) => fact.is === 'rules' && fact.entry <= entry);
  return last?.is === 'rules' ? last.rules : [];
}

/** Every limit the point ever had, and all that was found about it. */
export function allRules({ rules, found }: PointHistory): ReadonlyMap<string, Rule> {
  return new Map([...rules, ...[...found].map(([code, { rule }]): [string, Rule] => [code, rule])]);
}

/** What is known of a point, as one of its limits sees it. */
export function factsOf(point: PointHistory, code: string): readonly Fact[] {
  return point.facts.map((fact): Fact => {
    if (fact.is !== 'rules') return fact;
    const { entry, t, forgets } = fact;
    return {
      entry,
      t,
      is: 'rule',
      rule: fact.rules.find((rule) => rule.code === code) ?? null,
      forgets,
    };
  });
}

export function newPoint(device: string, rules: PointRules | undefined): PointHistory {
  if (rules === undefined) throw new Error(`a point of ${device} without rules`);
  const { measurement, channel } = rules;
  return {
    device,
    measurement,
    channel,
    joint: device.startsWith(SOURCE),
    facts: [],
    rules: new Map(),
    found: new Map(),
    deeds: new Map(),
    rates: new Map(),
    expected: new Map(),
    moments: new Map(),
    on: new Set(),
    onBefore: new Set(),
    outEarly: new Set(),
    answers: new Map(),
    due: Infinity,
    wallDue: Infinity,
    touched: true,
    waits: false,
    unsaid: new Set(),
    loose: false,
    lateUntil: -Infinity,
  };
}

export function pointKey(device: string, point: Pick<PointRules, 'measurement' | 'channel'>): string {
  return `${device}|${point.measurement}|${point.channel ?? '-'}`;
}

export function keyOf(alarm: Alarm): string {
  return `${pointKey(holderOf(alarm), { measurement: alarm.measurement ?? '', channel: alarm.channel })}|${alarm.ladder}`;
}

/** The device an alarm is about, or the hazard source. */
export function holderOf({ deviceId, hazardSourceId }: Alarm): string {
  return deviceId ?? (hazardSourceId === null ? '' : `${SOURCE}${hazardSourceId}`);
}

/** In front of the name of a hazard source where that of a device stands. */
export const SOURCE = 'hazard:';
