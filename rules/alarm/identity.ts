import type { AlarmEvent, AlarmKind } from '../../model/alarm.ts';
import type { Quality, Value } from '../../model/reading.ts';
import type { EpochMs } from '../../model/time.ts';
import type { AlarmPlace, AlarmRecord } from './record.ts';

/** Whose alarm it is, which one, and what was seen of it: what the book is told by those who judge limits. */

/** Whose alarms they are: a device, or the system itself. */
export interface AlarmHolder {
  readonly alarms: Map<string, AlarmRecord>;
  readonly occurrences: Map<string, number>;
  /** Closed alarms whose identity is still suppressed, by identity: the next occurrence is born suppressed. */
  readonly resting: Map<string, AlarmRecord>;
}

/** Identity and place of one ladder's alarm. */
export interface LadderIdentity {
  /** `<point key>|<ladder>`, or `|<ladder>` where there is no point. */
  readonly key: string;
  readonly ladder: string;
  readonly kind: AlarmKind;
  readonly measurement: string | null;
  readonly channel: number | null;
  readonly unit: string | null;
  readonly place: AlarmPlace;
  readonly fault: boolean;
  readonly ruleRevision: number;
}

/** What was seen when the limits were judged. */
export interface Observation {
  /** When it became true (or false), wall ms. */
  readonly since: EpochMs;
  readonly value: Value;
  readonly limit: number | string | null;
  readonly quality: Quality | null;
  readonly peak: { readonly value: number; readonly at: EpochMs } | null;
  readonly cause?: string;
  readonly comment?: string;
}

/** Extra facts of an event. */
export type Told = { readonly by?: string } & Pick<
  AlarmEvent,
  'comment' | 'cause' | 'until' | 'reason' | 'as' | 'role' | 'overdue' | 'permit' | 'approvedBy' | 'oneShot'
>;
