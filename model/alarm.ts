import type { Level } from './level.ts';
import type { Quality, Value } from './reading.ts';
import type { EpochMs } from './time.ts';

/** ISA-18.2 / IEC 62682 states; worked out from "is it true, has it been seen, is it latched". */
export type AlarmStateName = 'NORM' | 'UNACK' | 'ACKED' | 'RTNUN' | 'LUNACK' | 'LACK';
export type AlarmKind = 'process' | 'instrument' | 'fire' | 'system';
export type SuppressedBy = 'shelved' | 'by-design' | 'out-of-service';
/** What an alarm turned out to be. */
export type VerifiedAs = 'real' | 'false' | 'test' | 'maintenance' | 'instrument';
export const VERIFIED_AS: readonly VerifiedAs[] = ['real', 'false', 'test', 'maintenance', 'instrument'];
/** Who is told when a due time passes: the operator has it first, the others in turn. */
export type EscalationRole = 'supervisor' | 'duty-leader';

/** Longest shelving, in whatever way it is asked for (fact book 1.6), and longest suppression by hand. */
export const SHELVE_MAX_MS = 8 * 3_600_000;
/**
 * How old a permit may be before somebody looks at it again: our default (D), of the week in which a plant reviews its permits. As long at
 * most may one plant take out of service what can become red.
 */
export const PERMIT_REVIEW_MS = 7 * 86_400_000;

/** One reason why an alarm does not ring, for the lists of what is suppressed. */
export interface Suppression {
  readonly flag: SuppressedBy;
  readonly since: EpochMs;
  /** Null = until somebody or something ends it. */
  readonly until: EpochMs | null;
  /** Null: the cause-and-effect table did it. */
  readonly by: string | null;
  readonly reason: string | null;
  /** Shelved only: ends when the alarm next returns. */
  readonly oneShot?: boolean;
  /** The second person: of an orange alarm that is shelved, of one that can become red. */
  readonly approvedBy?: string;
  readonly permit?: string;
  /** One person alone put it on: it ends when the alarm becomes red. */
  readonly belowRed?: true;
  /** Lines of the cause-and-effect table that hide it, `<enterprise or hazard source>/<line>`. */
  readonly causes?: readonly string[];
}

/** Since when it has been out of service; null: it is not. */
export function takenOutAt({ suppressions = [] }: Pick<Alarm, 'suppressions'>): EpochMs | null {
  return suppressions.find(({ flag }) => flag === 'out-of-service')?.since ?? null;
}

/** Its permit is as old as that: somebody looks at it again. */
export function wantsReview(alarm: Pick<Alarm, 'suppressions'>, now: EpochMs): boolean {
  const since = takenOutAt(alarm);
  return since !== null && now - since >= PERMIT_REVIEW_MS;
}

/** One alarm as the outside sees it (contract.md). Times in UTC ms. */
export interface Alarm {
  /** Number of the opening entry and a counter, e.g. `8812-0`; the same after restart and replay. */
  readonly id: string;
  /** `hi`, `lo`, or the limit's own code. */
  readonly ladder: string;
  /** Code of the limit that gives the level. */
  readonly code: string;
  readonly kind: AlarmKind;
  readonly enterpriseId: string | null;
  readonly areaId: string | null;
  readonly hazardSourceId: string | null;
  readonly deviceId: string | null;
  readonly measurement: string | null;
  readonly channel: number | null;
  readonly level: Level;
  readonly state: AlarmStateName;
  /** Is any limit of the ladder on now. */
  readonly active: boolean;
  readonly latched: boolean;
  readonly suppressedBy: readonly SuppressedBy[];
  readonly suppressedUntil: EpochMs | null;
  readonly silencedUntil: EpochMs | null;
  /** An assertion failed inside this alarm's step: it rings by itself. */
  readonly fault: boolean;
  /** value, limit, unit: at the last change of level. */
  readonly value: Value;
  readonly limit: number | string | null;
  readonly unit: string | null;
  /** `quality` and `peak` follow the readings without an event of their own (decision 24). */
  readonly quality: Quality | null;
  readonly peak: { readonly value: number; readonly at: EpochMs } | null;
  readonly raisedAt: EpochMs;
  readonly returnedAt: EpochMs | null;
  readonly acknowledgedAt: EpochMs | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedLevel: Level | null;
  readonly dueAt: EpochMs | null;
  /** 1 for the first occurrence of this identity, counted up at each new one. */
  readonly occurrence: number;
  readonly recurrences: number;
  /** It came first of its group, and keeps the mark until the whole group is normal. */
  readonly firstOut: boolean;
  /** `cause:<enterprise or hazard source>/<line>` or `hazard-source:<id>`, from when it first rang; null where it is in none. */
  readonly groupId: string | null;
  /** Of a test enterprise, or a device in commissioning or test mode. */
  readonly test: boolean;
  /** Raised from a late batch: no sound; see `historic`. */
  readonly historic: boolean;
  /** Of the rules by which its last event was judged. */
  readonly ruleRevision: number;
  /** Number of the last event of this alarm; sent back as `seen` with an acknowledgement. */
  readonly seq: number;
  /** Present while there is one: who suppressed it, why, until when. */
  readonly suppressions?: readonly Suppression[];
  /** Present once somebody has said what it turned out to be. */
  readonly verifiedAs?: VerifiedAs;
  /** Present while overdue: the role it went up to. */
  readonly escalatedTo?: EscalationRole;
  /**
   * Present once it came and went too fast: how often it chattered (three activations within a minute) and was fleeting (over within ten
   * seconds), over all occurrences of the identity since then, until an hour passes without one.
   */
  readonly restless?: { readonly chattering: number; readonly fleeting: number; readonly since: EpochMs };
  /** Present while nobody has it and it had been worse than it is: the worst level of then, and until when. */
  readonly unseenHigher?: { readonly level: Level; readonly until: EpochMs };
}

export type AlarmEventType =
  | 'raised'
  | 'level-raised'
  | 'level-lowered'
  /** A milder limit of the ladder began to latch: nothing rose, but it takes a reset from now on. */
  | 'latched'
  | 'returned'
  | 're-announced'
  | 'acknowledged'
  | 'withdrawn'
  | 'silenced'
  | 'shelved'
  | 'unshelved'
  | 'suppressed'
  | 'unsuppressed'
  | 'out-of-service'
  | 'returned-to-service'
  | 'reset'
  | 'commented'
  | 'verified'
  | 'changed-by-config'
  /** Another of its group turned out to have come earlier: it is no longer first-out. */
  | 'first-out-moved'
  | 'closed'
  | 'historic-exceedance';

/** Causes of `re-announced` that say the same again: nothing came, nothing rose, nothing was hidden before. */
export const SAID_AGAIN: readonly string[] = ['repeat', 'silence-ended', 'escalated'];

export interface AlarmEvent {
  readonly seq: number;
  readonly type: AlarmEventType;
  readonly at: EpochMs;
  /** Account name of the person, or null where the system did it. */
  readonly by: string | null;
  readonly comment?: string;
  /** e.g. `configuration`, `removed`, `bad-quality`, `repeat`, `escalated`, `expired`, `earlier-sample`. */
  readonly cause?: string;
  /** `silenced`, `shelved`, `suppressed`, `out-of-service`: until when; absent = until somebody ends it. */
  readonly until?: EpochMs;
  readonly reason?: string;
  /** `verified`. */
  readonly as?: VerifiedAs;
  /** `re-announced` with the cause `escalated`: who is told now, and what was due. */
  readonly role?: EscalationRole;
  readonly overdue?: 'first-response' | 'feedback';
  /** `out-of-service`. */
  readonly permit?: string;
  /** `shelved`, `suppressed`, `out-of-service`: the second person. */
  readonly approvedBy?: string;
  /** `shelved`: until it next returns. */
  readonly oneShot?: boolean;
  /** Level after the event. */
  readonly level?: Level;
  readonly value?: Value;
  /** Number of the journal entry that caused it. */
  readonly entry: number;
  readonly ruleRevision?: number;
}

/** What goes to live clients and to the records, numbered over the whole system without gaps. */
export type LiveEvent =
  | { readonly kind: 'alarm'; readonly seq: number; readonly alarm: Alarm; readonly event: AlarmEvent }
  | {
      readonly kind: 'device';
      readonly seq: number;
      readonly at: EpochMs;
      readonly id: string;
      readonly enterpriseId: string;
      readonly online: boolean;
      readonly health: readonly string[];
      readonly lastSeenAt: EpochMs | null;
    };
