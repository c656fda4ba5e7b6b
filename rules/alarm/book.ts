import type { Alarm, AlarmEventType, AlarmKind, LiveEvent } from '../../model/alarm.ts';
import type { AlarmCounts } from '../../model/engine.ts';
import { LEVEL_RANK, type Level } from '../../model/level.ts';
import type { Quality, Value } from '../../model/reading.ts';
import type { EpochMs } from '../../model/time.ts';
import { type AlarmPlace, type AlarmRecord, FIRST_RESPONSE_MS, toAlarm } from './record.ts';
import { step, type Top } from './step.ts';

/** Whose alarms they are: a device, or the system itself. */
export interface AlarmHolder {
  readonly alarms: Map<string, AlarmRecord>;
  readonly occurrences: Map<string, number>;
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
export interface Told {
  readonly by?: string;
  readonly comment?: string;
  readonly cause?: string;
}

/** Acknowledged alarms that closed by it, kept so that a second acknowledgement and a withdrawal find them. */
const CLOSED_KEPT = 256;

function zero(): Record<Level, number> {
  return { red: 0, orange: 0, yellow: 0, blue: 0 };
}

/** All open alarms, their counts, and the numbering of live events. */
export class AlarmBook {
  readonly open = new Map<string, AlarmRecord>();
  readonly closed: AlarmRecord[] = [];
  eventSeq = 0;
  /** Events of the present entry, or null while there is none. */
  out: LiveEvent[] | null = null;
  private entrySeq = 0;
  private nextId = 0;
  private at: EpochMs = 0;
  private readonly openCounts = zero();
  private readonly unseenCounts = zero();

  begin(entrySeq: number, at: EpochMs): void {
    this.entrySeq = entrySeq;
    this.nextId = 0;
    this.at = at;
    this.out = null;
  }

  counts(): AlarmCounts {
    return { open: { ...this.openCounts }, unacknowledged: { ...this.unseenCounts } };
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

  private count(record: AlarmRecord, by: 1 | -1): void {
    if (record.place.test) return;
    this.openCounts[record.facts.shown.level] += by;
    if (!record.facts.acknowledged) this.unseenCounts[record.facts.shown.level] += by;
  }

  /** Takes a record of a snapshot in. */
  restore(record: AlarmRecord): void {
    this.open.set(record.id, record);
    this.count(record, 1);
  }

  /**
   * The limits of one ladder were judged: steps its alarm and tells what changed. Returns the open alarm, or null when there is none.
   */
  judged(holder: AlarmHolder, who: LadderIdentity, on: Top | null, latching: Top | null, seen: Observation): AlarmRecord | null {
    const record = holder.alarms.get(who.key) ?? null;
    const result = step(record?.facts ?? null, { kind: 'judged', on, latching });
    if (!result.ok || result.last === null) return record;
    if (record === null) return this.openNew(holder, who, result.last, seen);
    this.count(record, -1);
    const before = record.facts;
    record.facts = result.last;
    const event = result.event;
    if (event === 're-announced' || shownChanged(before, record.facts)) {
      record.value = seen.value;
      record.limit = seen.limit;
      record.unit = who.unit;
      record.quality = seen.quality;
    }
    if (event === 'returned') record.returnedAt = seen.since;
    if (event === 're-announced') {
      record.returnedAt = null;
      record.acknowledgedAt = null;
      record.acknowledgedBy = null;
    }
    record.ruleRevision = who.ruleRevision;
    const rings = event === 're-announced' || (event === 'level-raised' && !result.last.acknowledged);
    if (rings) record.dueAt = this.at + FIRST_RESPONSE_MS[record.facts.shown.level];
    if (seen.peak !== null) record.peak = seen.peak;
    if (result.facts === null) this.drop(holder, record);
    else this.count(record, 1);
    if (event !== null) {
      this.tell(record, event, event === 're-announced' && seen.cause === undefined ? { ...told(seen), cause: 'recurrence' } : told(seen));
      // A rise counts as news even where an earlier acknowledgement of that level still covers it.
      if (event === 're-announced' || (event === 'level-raised' && LEVEL_RANK[before.shown.level] < LEVEL_RANK[record.facts.shown.level])) {
        record.rangSeq = record.seq;
      }
    }
    return result.facts === null ? null : record;
  }

  private openNew(holder: AlarmHolder, who: LadderIdentity, facts: AlarmRecord['facts'], seen: Observation): AlarmRecord {
    const record = this.make(holder, who, facts, seen, false);
    record.dueAt = this.at + FIRST_RESPONSE_MS[facts.shown.level];
    holder.alarms.set(who.key, record);
    this.open.set(record.id, record);
    this.count(record, 1);
    this.tell(record, 'raised', told(seen));
    record.rangSeq = record.seq;
    return record;
  }

  private make(holder: AlarmHolder, who: LadderIdentity, facts: AlarmRecord['facts'], seen: Observation, historic: boolean): AlarmRecord {
    const occurrence = (holder.occurrences.get(who.key) ?? 0) + 1;
    holder.occurrences.set(who.key, occurrence);
    const id = `${this.entrySeq}-${this.nextId}`;
    this.nextId += 1;
    return {
      id,
      key: who.key,
      ladder: who.ladder,
      kind: who.kind,
      measurement: who.measurement,
      channel: who.channel,
      place: who.place,
      facts,
      fault: who.fault,
      value: seen.value,
      limit: seen.limit,
      unit: who.unit,
      quality: seen.quality,
      peak: seen.peak,
      raisedAt: seen.since,
      returnedAt: null,
      acknowledgedAt: null,
      acknowledgedBy: null,
      dueAt: null,
      occurrence,
      historic,
      ruleRevision: who.ruleRevision,
      seq: 0,
      rangSeq: 0,
    };
  }

  /** Something began and ended inside a late batch: a record of its own that never rang (semantics 4). */
  historic(holder: AlarmHolder, who: LadderIdentity, shown: Top, seen: Observation, returnedAt: EpochMs): void {
    const facts = { on: null, latch: null, shown, acknowledged: true, acknowledgedLevel: null, recurrences: 0 };
    const record = this.make(holder, who, facts, seen, true);
    record.returnedAt = returnedAt;
    this.tell(record, 'historic-exceedance', told(seen));
  }

  /** Steps an alarm by a person's command. Null = refused. */
  commanded(
    holder: AlarmHolder,
    record: AlarmRecord,
    input: { readonly kind: 'acknowledge' } | { readonly kind: 'withdraw' } | { readonly kind: 'reset'; readonly latching: Top | null },
    by: string,
    comment: string | undefined,
    now: Pick<Observation, 'value' | 'limit'> | null = null,
  ): { readonly changed: boolean } | null {
    const result = step(record.facts, input);
    if (!result.ok || result.last === null) return null;
    if (result.event === null) return { changed: false };
    const wasOpen = this.open.has(record.id);
    if (wasOpen) this.count(record, -1);
    if (now !== null && shownChanged(record.facts, result.last)) {
      record.value = now.value;
      record.limit = now.limit;
    }
    record.facts = result.last;
    if (result.event === 'acknowledged') {
      record.acknowledgedAt = this.at;
      record.acknowledgedBy = by;
      record.dueAt = null;
    }
    if (result.event === 'withdrawn') {
      record.acknowledgedAt = null;
      record.acknowledgedBy = null;
      record.dueAt = this.at + FIRST_RESPONSE_MS[record.facts.shown.level];
      if (!wasOpen) this.reopen(holder, record);
    }
    if (result.facts === null) {
      this.drop(holder, record);
      this.closed.push(record);
      if (this.closed.length > CLOSED_KEPT) this.closed.shift();
    } else this.count(record, 1);
    this.tell(record, result.event, comment === undefined ? { by } : { by, comment });
    if (result.event === 'withdrawn') record.rangSeq = record.seq;
    return { changed: true };
  }

  private reopen(holder: AlarmHolder, record: AlarmRecord): void {
    const at = this.closed.indexOf(record);
    if (at >= 0) this.closed.splice(at, 1);
    holder.alarms.set(record.key, record);
    this.open.set(record.id, record);
  }

  private drop(holder: AlarmHolder, record: AlarmRecord): void {
    holder.alarms.delete(record.key);
    this.open.delete(record.id);
  }

  /** Closes an alarm whatever its state: its device is gone. */
  close(holder: AlarmHolder, record: AlarmRecord, told: Told): void {
    this.count(record, -1);
    this.drop(holder, record);
    if (record.facts.on !== null) record.returnedAt = this.at;
    record.facts = { ...record.facts, on: null, latch: null, acknowledged: true };
    record.dueAt = null;
    this.tell(record, 'closed', told);
  }

  /** A change of an open alarm that is no step: its place, its set point, a comment. */
  amend(record: AlarmRecord, type: AlarmEventType, told: Told, change: (record: AlarmRecord) => void): void {
    this.count(record, -1);
    change(record);
    this.count(record, 1);
    this.tell(record, type, told);
  }

  private tell(record: AlarmRecord, type: AlarmEventType, told: Told): void {
    const seq = this.number();
    record.seq = seq;
    const alarm: Alarm = toAlarm(record);
    this.push({
      kind: 'alarm',
      seq,
      alarm,
      event: {
        seq,
        type,
        at: this.at,
        by: told.by ?? null,
        ...(told.comment === undefined ? {} : { comment: told.comment }),
        ...(told.cause === undefined ? {} : { cause: told.cause }),
        level: alarm.level,
        value: alarm.value,
        entry: this.entrySeq,
        ruleRevision: alarm.ruleRevision,
      },
    });
  }
}

/** Level or limit is another: `value`, `limit` and `unit` are those of the last such change. */
function shownChanged(before: AlarmRecord['facts'], after: AlarmRecord['facts']): boolean {
  return before.shown.level !== after.shown.level || before.shown.code !== after.shown.code;
}

function told(seen: Observation): Told {
  return {
    ...(seen.cause === undefined ? {} : { cause: seen.cause }),
    ...(seen.comment === undefined ? {} : { comment: seen.comment }),
  };
}
