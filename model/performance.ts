import type { AlarmEventType, AlarmKind, Suppression } from './alarm.ts';
import type { Level } from './level.ts';
import type { EpochMs } from './time.ts';

/**
 * Performance figures of an alarm system (ISA-18.2-2016 §16, IEC 62682; the targets are known from secondary sources and are shown as
 * such). Test alarms, historic exceedances and alarms that were suppressed when they came are in none of them.
 */

/** Chattering: so many activations of one alarm within that time; fleeting: over within that time (our own defaults, confidence D and V). */
export const CHATTERING_TIMES = 3;
export const CHATTERING_WITHIN_MS = 60_000;
export const FLEETING_BELOW_MS = 10_000;

/** Which alarm it is over all its occurrences. */
export interface AlarmIdentity {
  readonly enterpriseId: string | null;
  readonly areaId: string | null;
  readonly deviceId: string | null;
  readonly measurement: string | null;
  readonly channel: number | null;
  readonly ladder: string;
  readonly kind: AlarmKind;
}

/** One alarm event as far as the figures need it. */
export interface AlarmFact extends AlarmIdentity {
  readonly seq: number;
  /** The journal entry it came of. */
  readonly entry: number;
  readonly at: EpochMs;
  readonly type: AlarmEventType;
  readonly cause: string | null;
  readonly alarmId: string;
  readonly level: Level;
  readonly by: string | null;
  /** Nobody has acknowledged it after this event. */
  readonly unacknowledged: boolean;
  readonly suppressed: boolean;
  /** What it is suppressed by after this event. */
  readonly suppressions: readonly Suppression[];
  readonly test: boolean;
  readonly historic: boolean;
  readonly dueAt: EpochMs | null;
  /** What a person found, with `verified`. */
  readonly verifiedAs: string | null;
}

/** An alarm that came before the period and reaches into it, or past it. */
export interface EarlierAlarm extends AlarmIdentity {
  readonly alarmId: string;
  readonly level: Level;
  readonly raisedAt: EpochMs;
  /** As it stands now, which may be after the period. */
  readonly returnedAt: EpochMs | null;
  readonly acknowledgedAt: EpochMs | null;
  readonly suppressed: boolean;
  /** What it was suppressed by when the period began. */
  readonly suppressions: readonly Suppression[];
  readonly test: boolean;
  readonly historic: boolean;
}

/** Spread of durations, ms, by nearest rank; null where there is none. */
export interface Spread {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly max: number | null;
}

export interface BadActor extends AlarmIdentity {
  readonly annunciated: number;
  /** Of all annunciations, 0…1. */
  readonly share: number;
  /** Times it came three times within a minute. */
  readonly chattering: number;
  /** Activations that ended within 10 s. */
  readonly fleeting: number;
}

export interface StandingAlarm extends AlarmIdentity {
  readonly alarmId: string;
  readonly level: Level;
  /** Since when it has been true without a break. */
  readonly since: EpochMs;
}

/** An alarm that a person keeps from ringing. */
export interface FlaggedAlarm extends AlarmIdentity {
  readonly alarmId: string;
  readonly level: Level;
  readonly since: EpochMs;
  /** Null = until somebody ends it. */
  readonly until: EpochMs | null;
  readonly by: string | null;
  readonly reason: string | null;
}

export interface Rates {
  /** Alarms told to the operator: raised, come again, or risen to a level nobody had acknowledged. Repeats are none. */
  readonly annunciated: number;
  readonly perHour: number;
  readonly perTenMinutes: number;
  /** Share of the clock hours observed, wholly or in part, with more than 30, 0…1. */
  readonly hoursAbove30: number;
  /** Share of ten-minute periods of the clock with more than 10, 0…1. */
  readonly tenMinutesAbove10: number;
  /** Most in any ten minutes. */
  readonly maxInTenMinutes: number;
  /** A flood begins when ten minutes hold more than 10 and ends when they hold fewer than 5. */
  readonly floods: number;
  readonly floodMs: number;
  /** Share of the time observed, 0…1. */
  readonly floodShare: number;
}

export interface Figures {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** The measures are meant for at least 30 days, of which outages of ours are a part. */
  readonly enoughDays: boolean;
  /** Of the period, ms in which something could have rung: rates and shares of time are over it. */
  readonly observedMs: number;
  readonly rates: Rates;
  readonly byLevel: Readonly<Record<Level, number>>;
  readonly byKind: Readonly<Record<AlarmKind, number>>;
  /** The ten that came most often, and their share of the load, 0…1. */
  readonly worst: readonly BadActor[];
  readonly worstShare: number;
  /** How many alarms chattered (three times within a minute), and how many activations ended within 10 s. */
  readonly chattering: number;
  readonly fleeting: number;
  /** True for more than 24 h at the end of the period; and the most on any of its days. */
  readonly standing: readonly StandingAlarm[];
  readonly standingCount: number;
  readonly standingMaxPerDay: number;
  /** Shelved, and out of service, at the end of the period, longest first; and how often one was shelved within it. */
  readonly shelved: readonly FlaggedAlarm[];
  readonly shelvedCount: number;
  readonly outOfService: readonly FlaggedAlarm[];
  readonly outOfServiceCount: number;
  readonly shelvings: number;
  /** From ringing to the first acknowledgement (MTTA), and from coming to the return (MTTR). */
  readonly toAcknowledge: Spread;
  readonly toReturn: Spread;
  /** Acknowledged after the first response was due, or due before the end of the period and still not acknowledged. */
  readonly late: number;
  readonly unacknowledged: number;
  /** What people found when they verified. */
  readonly verified: Readonly<Record<string, number>>;
  /** Who acknowledged how many. */
  readonly people: readonly { readonly by: string; readonly acknowledged: number; readonly p50: number | null }[];
}

/** A measure with what is aimed at. */
export interface Target {
  readonly name: string;
  readonly value: number;
  readonly target: number;
  readonly manageable: number | null;
  readonly met: boolean;
}

export interface FiguresQuery {
  readonly from: EpochMs;
  /** Exclusive. */
  readonly to: EpochMs;
  readonly enterprises?: readonly string[];
  readonly areas?: readonly string[];
}
