import type { Alarm, AlarmKind } from '../../model/alarm.ts';
import type { Quality, Value } from '../../model/reading.ts';
import type { EngineMs, EpochMs } from '../../model/time.ts';
import type { GroupMark } from './first-out.ts';
import { type Restless, shownRestless } from './restless.ts';
import { type AlarmLife, endOfSuppression, suppressedBy, suppressionsOf } from './life.ts';
import { type AlarmFacts, stateOf } from './step.ts';
import { shownUnseenHigher, type UnseenHigher } from './unseen-higher.ts';

/** Who and where an alarm is about; null where none. */
export interface AlarmPlace {
  readonly enterpriseId: string | null;
  readonly areaId: string | null;
  readonly hazardSourceId: string | null;
  readonly deviceId: string | null;
  readonly test: boolean;
}

/** One open alarm inside the engine: plain data, so that a snapshot is its JSON. Times are wall ms. */
export interface AlarmRecord {
  readonly id: string;
  /** Identity within its device: `<point key>|<ladder>`, or `|<ladder>`. */
  readonly key: string;
  readonly ladder: string;
  readonly kind: AlarmKind;
  readonly measurement: string | null;
  readonly channel: number | null;
  place: AlarmPlace;
  facts: AlarmFacts;
  readonly fault: boolean;
  value: Value;
  limit: number | string | null;
  unit: string | null;
  quality: Quality | null;
  peak: { readonly value: number; readonly at: EpochMs } | null;
  raisedAt: EpochMs;
  returnedAt: EpochMs | null;
  acknowledgedAt: EpochMs | null;
  acknowledgedBy: string | null;
  /** The acknowledgement in engine time, which no step of our clock moves; absent in what format 1 kept. */
  acknowledgedEngineAt?: EngineMs;
  /** Since when it has been open at its level, unacknowledged and under no flag, in engine time; null while it is not. Absent in format 1. */
  unseenSince?: EngineMs | null;
  dueAt: EpochMs | null;
  readonly occurrence: number;
  readonly historic: boolean;
  ruleRevision: number;
  /** Number of its last event. */
  seq: number;
  /** Number of the last event that made it ring: a screen older than this cannot acknowledge it. */
  rangSeq: number;
  /** What people and times did to it beside its state; null while nothing (always null for what entries of format 1 raised). */
  life: AlarmLife | null;
  /** Its place in its group, from when it first rang; absent where it is in none. */
  group?: GroupMark;
  /** How fast it came and went; absent in what entries of format 1 raised. */
  restless?: Restless;
  /** Worse than it is now, and unacknowledged then; absent where there was nothing, and in what format 1 kept. */
  unseenHigher?: UnseenHigher;
}

/** The alarm as the outside sees it. */
export function toAlarm(record: AlarmRecord): Alarm {
  const { facts, place, life } = record;
  const flags = suppressedBy(life);
  return {
    id: record.id,
    ladder: record.ladder,
    code: facts.shown.code,
    kind: record.kind,
    enterpriseId: place.enterpriseId,
    areaId: place.areaId,
    hazardSourceId: place.hazardSourceId,
    deviceId: place.deviceId,
    measurement: record.measurement,
    channel: record.channel,
    level: facts.shown.level,
    state: stateOf(facts),
    active: facts.on !== null,
    latched: facts.latch !== null,
    suppressedBy: flags,
    suppressedUntil: flags.length === 0 ? null : endOfSuppression(life),
    silencedUntil: life?.silence?.until ?? null,
    fault: record.fault,
    value: record.value,
    limit: record.limit,
    unit: record.unit,
    quality: record.quality,
    peak: record.peak,
    raisedAt: record.raisedAt,
    returnedAt: record.returnedAt,
    acknowledgedAt: record.acknowledgedAt,
    acknowledgedBy: record.acknowledgedBy,
    acknowledgedLevel: facts.acknowledgedLevel,
    dueAt: record.dueAt,
    occurrence: record.occurrence,
    recurrences: facts.recurrences,
    firstOut: record.group?.first ?? false,
    groupId: record.group?.id ?? null,
    test: place.test,
    historic: record.historic,
    ruleRevision: record.ruleRevision,
    seq: record.seq,
    ...(life === null || flags.length === 0 ? {} : { suppressions: suppressionsOf(life) }),
    ...(life === null || life.verified === null ? {} : { verifiedAs: life.verified.as }),
    ...(life === null || life.escalatedTo === null ? {} : { escalatedTo: life.escalatedTo }),
    ...shownRestless(record),
    ...shownUnseenHigher(facts, record.unseenHigher),
  };
}
