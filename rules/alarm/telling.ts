import { type Alarm, type AlarmEventType, type LiveEvent, SAID_AGAIN } from '../../model/alarm.ts';
import type { AlarmPolicy } from '../../model/asset.ts';
import type { EngineMs, EpochMs } from '../../model/time.ts';
import { FloodWatch } from './flood.ts';
import type { Told } from './identity.ts';
import { isSuppressed, NO_LIFE } from './life.ts';
import { type AlarmPlace, type AlarmRecord, toAlarm } from './record.ts';

/** What the book asks of the rest of the fold. */
export interface BookHooks {
  policyOf(place: AlarmPlace): AlarmPolicy | undefined;
  /** Lines of the cause-and-effect table that hide the alarm now. */
  causesOf(record: AlarmRecord): readonly string[];
  /** The group in which it may be the first; null where it is in none. */
  groupOf(record: AlarmRecord): string | null;
  /** Another alarm than the one that is judged is about to change. */
  touching(record: AlarmRecord): void;
  /** Told of every alarm that counts as it begins (+1) and ceases (−1) to be what it is. */
  onCount(record: AlarmRecord, by: 1 | -1): void;
  /** Something was told of an alarm. */
  told(record: AlarmRecord): void;
}
const NO_HOOKS: BookHooks = {
  policyOf: () => undefined,
  causesOf: () => NO_LIFE.causes,
  groupOf: () => null,
  touching: () => undefined,
  onCount: () => undefined,
  told: () => undefined,
};

/** The lowest layer of the book: the entry at hand, and the numbered events that it makes. */
export class Telling {
  readonly flood = new FloodWatch();
  /** Alarms that something was told of since the list was emptied: others may be hidden by them. */
  readonly touched: AlarmRecord[] = [];
  eventSeq = 0;
  /** Events of the present entry, or null while there is none. */
  out: LiveEvent[] | null = null;
  protected readonly hooks: BookHooks;
  protected entrySeq = 0;
  protected nextId = 0;
  protected at: EpochMs = 0;
  protected now: EngineMs = 0;
  /** Alarms that the present entry has told to the operator already; null = none. */
  private annunciated: Set<AlarmRecord> | null = null;
  /** False while entries of format 1 are judged as the release that wrote them did: no due times but the first, no timers. */
  protected managed = false;

  constructor(hooks: BookHooks = NO_HOOKS) {
    this.hooks = hooks;
  }

  /** @param now engine time of the entry */
  begin(entrySeq: number, at: EpochMs, now: EngineMs, managed: boolean): void {
    this.entrySeq = entrySeq;
    this.nextId = 0;
    this.at = at;
    this.now = now;
    this.managed = managed;
    this.flood.settle(at, now);
    this.touched.length = 0;
    this.annunciated = null;
    this.out = null;
  }

  /** Number for the next live event. */
  number(): number {
    this.eventSeq += 1;
    return this.eventSeq;
  }

  push(event: LiveEvent): void {
    if (this.out === null) this.out = [event];
    else this.out.push(event);
  }

  protected tell(record: AlarmRecord, type: AlarmEventType, told: Told): void {
    const seq = this.number();
    record.seq = seq;
    this.touched.push(record);
    this.hooks.told(record);
    if (this.managed && isAnnunciation(record, type, told.cause)) this.annunciate(record);
    const { by = null, ...facts } = told;
    const alarm: Alarm = toAlarm(record);
    this.push({
      kind: 'alarm',
      seq,
      alarm,
      event: {
        seq,
        type,
        at: this.at,
        by,
        ...facts,
        level: alarm.level,
        value: alarm.value,
        entry: this.entrySeq,
        ruleRevision: alarm.ruleRevision,
      },
    });
  }

  /** One alarm that comes and rises in one entry (two limits, or the second detector of an area) is one thing to look at. */
  private annunciate(record: AlarmRecord): void {
    if (this.annunciated?.has(record) === true) return;
    (this.annunciated ??= new Set()).add(record);
    this.flood.annunciated(this.at, this.now);
  }
}

/** It is told to the operator as something new; the performance figures count the same. */
function isAnnunciation(record: AlarmRecord, type: AlarmEventType, cause: string | undefined): boolean {
  if (record.place.test || record.historic || isSuppressed(record.life)) return false;
  if (type === 're-announced') return !SAID_AGAIN.includes(cause ?? '');
  return type === 'raised' || (type === 'level-raised' && !record.facts.acknowledged);
}
