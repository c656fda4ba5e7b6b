import type { AlarmEventType } from '../../model/alarm.ts';
import { LEVEL_RANK } from '../../model/level.ts';
import type { EpochMs } from '../../model/time.ts';
import type { AlarmHolder, LadderIdentity, Observation, Told } from './identity.ts';
import { quiet, unsuppressed } from './life.ts';
import { feedbackMs } from './policy.ts';
import type { AlarmRecord } from './record.ts';
import { step, type Top } from './step.ts';
import { Suppressing } from './suppressing.ts';
import { unseenHigherAfter } from './unseen-higher.ts';

/**
 * All alarms: what the limits' judgement and people's commands make of them. It stands on layers of one idea each, from below: events
 * (`telling`), what is open (`keeping`), sound and due times (`announcing`), flags (`suppressing`).
 */
export class AlarmBook extends Suppressing {
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
    // Format 1 told nobody of a latch that began under a higher level.
    const event = result.event === 'latched' && !this.managed ? null : result.event;
    if (this.managed) this.noteUnseenHigher(record, before);
    if (event === 're-announced' || shownChanged(before, record.facts)) {
      record.value = seen.value;
      record.limit = seen.limit;
      record.unit = who.unit;
      record.quality = seen.quality;
    }
    if (event === 'returned') {
      record.returnedAt = seen.since;
      this.restless.returned(record, this.now, this.at);
    }
    if (event === 're-announced') {
      // Worse than what was there when it returned: nobody has had time for that yet.
      if (worse(before, record.facts)) record.unseenSince = null;
      record.returnedAt = null;
      record.acknowledgedAt = null;
      record.acknowledgedBy = null;
      if (this.managed) this.restless.activated(record, this.now, this.at);
    }
    // Told with the event it was judged by: two boards never differ in it. Format 1 changed it without one.
    if (event !== null || !this.managed) record.ruleRevision = who.ruleRevision;
    const rings = event === 're-announced' || (event === 'level-raised' && !result.last.acknowledged);
    if (rings) this.announce(record);
    if (event === 'returned') this.fallQuiet(record, result.facts === null);
    if (seen.peak !== null) record.peak = seen.peak;
    if (result.facts === null) this.drop(holder, record);
    else this.count(record, 1);
    if (event !== null) {
      this.tell(record, event, event === 're-announced' && seen.cause === undefined ? { ...told(seen), cause: 'recurrence' } : told(seen));
      // A rise counts as news even where an earlier acknowledgement of that level still covers it.
      if (event === 're-announced' || (event === 'level-raised' && worse(before, record.facts))) {
        record.rangSeq = record.seq;
      }
      if (event === 'returned' && record.life?.shelf?.oneShot === true) this.lift(holder, record, 'shelved', { cause: 'returned' });
      this.outgrow(holder, record);
      // Format 1 remembered only those that a command closed.
      if (result.facts !== null) this.timers.schedule(record);
      else if (this.managed) this.keepClosed(holder, record);
    }
    return result.facts === null ? null : record;
  }

  private noteUnseenHigher(record: AlarmRecord, before: AlarmRecord['facts']): void {
    // What had returned was not as bad all the time until it came again.
    const until = before.on === null ? (record.returnedAt ?? this.at) : this.at;
    const unseen = unseenHigherAfter(record.unseenHigher, before, record.facts, until);
    if (unseen === undefined) delete record.unseenHigher;
    else record.unseenHigher = unseen;
  }

  private openNew(holder: AlarmHolder, who: LadderIdentity, facts: AlarmRecord['facts'], seen: Observation): AlarmRecord {
    const record = this.make(holder, who, facts, seen, false);
    this.inherit(holder, record);
    if (this.managed) this.restless.activated(record, this.now, this.at);
    this.announce(record, this.now - Math.max(0, this.at - seen.since));
    holder.alarms.set(who.key, record);
    this.open.set(record.id, record);
    this.count(record, 1);
    this.tell(record, 'raised', told(seen));
    record.rangSeq = record.seq;
    this.outgrow(holder, record);
    this.timers.schedule(record);
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
      life: null,
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
      record.acknowledgedEngineAt = this.now;
      record.acknowledgedBy = by;
      record.dueAt = null;
      if (record.life !== null) record.life = quiet(record.life);
      if (result.facts !== null) this.wantFeedback(record, feedbackMs(this.hooks.policyOf(record.place), record.facts.shown.level));
    }
    if (result.event === 'withdrawn') {
      record.acknowledgedAt = null;
      record.acknowledgedBy = null;
      if (!wasOpen) this.reopen(holder, record);
      this.announce(record);
    }
    if (result.facts === null) this.drop(holder, record);
    else this.count(record, 1);
    this.tell(record, result.event, comment === undefined ? { by } : { by, comment });
    if (result.event === 'withdrawn') record.rangSeq = record.seq;
    if (result.facts === null) this.keepClosed(holder, record);
    else this.timers.schedule(record);
    return { changed: true };
  }

  /** Closes an alarm whatever its state: its device is gone. */
  close(holder: AlarmHolder, record: AlarmRecord, told: Told): void {
    this.count(record, -1);
    this.drop(holder, record);
    if (record.life !== null) record.life = quiet(unsuppressed(record.life));
    if (record.facts.on !== null) record.returnedAt = this.at;
    record.facts = { ...record.facts, on: null, latch: null, acknowledged: true };
    record.dueAt = null;
    this.tell(record, 'closed', told);
  }

  /** A change of an open alarm that is no step: its place, its set point, a comment. */
  amend(record: AlarmRecord, type: AlarmEventType, told: Told, change: (record: AlarmRecord) => void): void {
    this.counted(record, () => change(record));
    this.tell(record, type, told);
  }
}

function worse(before: AlarmRecord['facts'], after: AlarmRecord['facts']): boolean {
  return LEVEL_RANK[before.shown.level] < LEVEL_RANK[after.shown.level];
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
