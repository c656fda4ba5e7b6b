import type { Alarm } from '../../model/alarm.ts';
import { CHATTERING_TIMES, CHATTERING_WITHIN_MS, FLEETING_BELOW_MS } from '../../model/performance.ts';
import type { EngineMs, EpochMs } from '../../model/time.ts';
import { isSuppressed } from './life.ts';
import type { AlarmRecord } from './record.ts';

/**
 * An alarm that comes and goes faster than anybody can act: chattering (three activations within a minute) and fleeting (over within ten
 * seconds), counted live by the same rules as the performance figures (rules/performance). It belongs to the identity: the next occurrence
 * goes on counting. An hour without an activation, and it is forgotten. Engine time, so that no step of our clock makes an alarm chatter.
 */
export interface Restless {
  /** Engine times of its last activations that count towards chattering, fewer than three. */
  readonly times: readonly EngineMs[];
  /** Engine time of its last activation. */
  readonly onAt: EngineMs;
  readonly chattering: number;
  readonly fleeting: number;
  /** When the first of what is counted was found, wall ms; 0 = nothing is. */
  readonly since: EpochMs;
}

const FORGOTTEN_AFTER_MS = 3_600_000;
/** Identities remembered while they have no open alarm; the oldest are forgotten first. */
const KEPT = 2_048;

/** As a snapshot has it: identities that closed lately. */
export type RestlessRows = readonly (readonly [identity: string, restless: Restless])[];

export class RestlessAlarms {
  private readonly closed = new Map<string, Restless>();

  /** It became true. What nobody was told (suppressed, a test) counts towards nothing. */
  activated(record: AlarmRecord, now: EngineMs, at: EpochMs): void {
    const known = record.restless ?? this.closed.get(identityOf(record));
    this.closed.delete(identityOf(record));
    const before = known === undefined || now - known.onAt > FORGOTTEN_AFTER_MS ? null : known;
    const kept = { chattering: before?.chattering ?? 0, fleeting: before?.fleeting ?? 0, since: before?.since ?? 0, onAt: now };
    const earlier = before?.times ?? [];
    if (isUntold(record)) {
      record.restless = { ...kept, times: earlier };
      return;
    }
    const times = [...earlier, now].slice(-CHATTERING_TIMES);
    const first = times[0] ?? now;
    if (times.length < CHATTERING_TIMES || now - first > CHATTERING_WITHIN_MS) record.restless = { ...kept, times };
    else record.restless = { ...kept, times: [], chattering: kept.chattering + 1, since: kept.since || at };
  }

  /** It is true no more. */
  returned(record: AlarmRecord, now: EngineMs, at: EpochMs): void {
    const { restless } = record;
    if (restless === undefined || isUntold(record) || now - restless.onAt >= FLEETING_BELOW_MS) return;
    record.restless = { ...restless, fleeting: restless.fleeting + 1, since: restless.since || at };
  }

  /** It closed: the next occurrence of its identity finds it, if it comes soon. */
  keep(record: AlarmRecord, now: EngineMs): void {
    const { restless } = record;
    if (restless === undefined) return;
    const counts = restless.chattering > 0 || restless.fleeting > 0;
    if (now - restless.onAt > (counts ? FORGOTTEN_AFTER_MS : CHATTERING_WITHIN_MS)) return;
    this.closed.set(identityOf(record), restless);
    for (const [identity, { onAt }] of this.closed) {
      if (this.closed.size <= KEPT && now - onAt <= FORGOTTEN_AFTER_MS) break;
      this.closed.delete(identity);
    }
  }

  /** A withdrawal opened it again: it has its own count. */
  back(record: AlarmRecord): void {
    this.closed.delete(identityOf(record));
  }

  rows(): RestlessRows {
    return [...this.closed];
  }

  restore(rows: RestlessRows): void {
    for (const [identity, restless] of rows) this.closed.set(identity, restless);
  }
}

/** As the outside sees it; absent = nothing is counted. */
export function shownRestless({ restless }: AlarmRecord): Pick<Alarm, 'restless'> {
  if (restless === undefined || (restless.chattering === 0 && restless.fleeting === 0)) return {};
  const { chattering, fleeting, since } = restless;
  return { restless: { chattering, fleeting, since } };
}

function isUntold(record: AlarmRecord): boolean {
  return record.place.test || record.historic || isSuppressed(record.life);
}

function identityOf({ place, key }: AlarmRecord): string {
  return `${place.deviceId ?? `source:${place.hazardSourceId ?? ''}`}|${key}`;
}
