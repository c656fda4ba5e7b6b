import type { Level } from './level.ts';
import type { Quality, Value } from './reading.ts';
import type { EpochMs } from './time.ts';

/** ISA-18.2 / IEC 62682 states; worked out from "is it true, has it been seen, is it latched". */
export type AlarmStateName = 'NORM' | 'UNACK' | 'ACKED' | 'RTNUN' | 'LUNACK' | 'LACK';
export type AlarmKind = 'process' | 'instrument' | 'fire' | 'system';
export type SuppressedBy = 'shelved' | 'by-design' | 'out-of-service';

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
  readonly firstOut: boolean;
  readonly groupId: string | null;
  /** Of a test enterprise, or a device in commissioning or test mode. */
  readonly test: boolean;
  /** Raised from a late batch: no sound; see `historic`. */
  readonly historic: boolean;
  readonly ruleRevision: number;
  /** Number of the last event of this alarm; sent back as `seen` with an acknowledgement. */
  readonly seq: number;
}

export type AlarmEventType =
  | 'raised'
  | 'level-raised'
  | 'level-lowered'
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
  | 'closed'
  | 'historic-exceedance';

export interface AlarmEvent {
  readonly seq: number;
  readonly type: AlarmEventType;
  readonly at: EpochMs;
  /** Account name of the person, or null where the system did it. */
  readonly by: string | null;
  readonly comment?: string;
  /** e.g. `configuration`, `removed`, `bad-quality`. */
  readonly cause?: string;
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
