import {
  type Alarm,
  type AlarmEvent,
  type AlarmEventType,
  type AlarmKind,
  type LiveEvent,
  SAID_AGAIN,
  type SuppressedBy,
} from '../../model/alarm.ts';
import type { AlarmPolicy } from '../../model/asset.ts';
import type { AlarmCounts } from '../../model/engine.ts';
import { LEVEL_RANK, type Level } from '../../model/level.ts';
import type { Quality, Value } from '../../model/reading.ts';
import type { EngineMs, EpochMs } from '../../model/time.ts';
import { FloodWatch } from './flood.ts';
import { FirstOutGroups } from './first-out.ts';
import { type AlarmLife, inherited, isSuppressed, NO_LIFE, outlives, quiet, suppressedBy, unsuppressed } from './life.ts';
import { feedbackMs, firstResponseMs, NEXT_ROLE_MS, rearmMs, RED_FEEDBACK_AGAIN_MS, ROLES } from './policy.ts';
import { type AlarmPlace, type AlarmRecord, toAlarm } from './record.ts';
import { step, type Top } from './step.ts';
import { AlarmTimers } from './timers.ts';

/** Whose alarms they are: a device, or the system itself. */
export interface AlarmHolder {
  readonly alarms: Map<string, AlarmRecord>;
  readonly occurrences: Map<string, number>;
  /** Closed alarms whose identity is still suppressed, by identity: the next occurrence is born suppressed. */
  readonly resting: Map<string, AlarmRecord>;
}

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
}
const NO_HOOKS: BookHooks = {
  policyOf: () => undefined,
  causesOf: () => NO_LIFE.causes,
  groupOf: () => null,
  touching: () => undefined,
  onCount: () => undefined,
};

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

/** How a flag that ended is told. */
const ENDED = { shelved: 'unshelved', 'by-design': 'unsuppressed', 'out-of-service': 'returned-to-service' } as const satisfies Record<
  SuppressedBy,
  AlarmEventType
>;

/** Alarms that closed last, kept so that a second acknowledgement, a withdrawal and a verification find them. */
const CLOSED_KEPT = 256;

function zero(): Record<Level, number> {
  return { red: 0, orange: 0, yellow: 0, blue: 0 };
}

/** All open alarms, their counts, and the numbering of live events. */
export class AlarmBook {
  readonly open = new Map<string, AlarmRecord>();
  readonly closed: AlarmRecord[] = [];
  /** Closed, but of an identity that is still suppressed; by id. */
  readonly resting = new Map<string, AlarmRecord>();
  readonly timers = new AlarmTimers();
  readonly flood = new FloodWatch();
  private readonly groups = new FirstOutGroups();
  /** Alarms that something was told of since the list was emptied: others may be hidden by them. */
  readonly touched: AlarmRecord[] = [];
  eventSeq = 0;
  /** Events of the present entry, or null while there is none. */
  out: LiveEvent[] | null = null;
  private readonly hooks: BookHooks;
  private entrySeq = 0;
  private nextId = 0;
  private at: EpochMs = 0;
  private now: EngineMs = 0;
  /** False while entries of format 1 are judged as the release that wrote them did: no due times but the first, no timers. */
  private managed = false;
  private readonly openCounts = zero();
  private readonly unseenCounts = zero();
  private readonly flagCounts: Record<SuppressedBy, number> = { shelved: 0, 'by-design': 0, 'out-of-service': 0 };

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
    this.out = null;
  }

  counts(): AlarmCounts {
    return { open: { ...this.openCounts }, unacknowledged: { ...this.unseenCounts }, suppressed: { ...this.flagCounts } };
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

  /** An open or resting alarm by id. */
  standing(id: string): AlarmRecord | undefined {
    return this.open.get(id) ?? this.resting.get(id);
  }

  private count(record: AlarmRecord, by: 1 | -1): void {
    if (record.place.test) return;
    if (isSuppressed(record.life)) {
      for (const flag of suppressedBy(record.life)) this.flagCounts[flag] += by;
      return;
    }
    if (!this.open.has(record.id)) return;
    this.openCounts[record.facts.shown.level] += by;
    if (!record.facts.acknowledged) this.unseenCounts[record.facts.shown.level] += by;
    this.hooks.onCount(record, by);
  }

  /** Changes something that the counts depend on, of an open or resting alarm. */
  private counted(record: AlarmRecord, change: () => void): void {
    const stands = this.open.has(record.id) || this.resting.has(record.id);
    if (stands) this.count(record, -1);
    change();
    if (stands) this.count(record, 1);
  }

  /** Takes a record of a snapshot in. */
  restore(record: AlarmRecord): void {
    this.open.set(record.id, record);
    this.groups.restore(record);
    this.count(record, 1);
    this.timers.schedule(record);
  }

  /** The same of one that is closed but suppressed. */
  restoreResting(holder: AlarmHolder, record: AlarmRecord): void {
    holder.resting.set(record.key, record);
    this.resting.set(record.id, record);
    this.count(record, 1);
    this.timers.schedule(record);
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
    // Format 1 told nobody of a latch that began under a higher level.
    const event = result.event === 'latched' && !this.managed ? null : result.event;
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
    if (rings) this.announce(record);
    if (event === 'returned') this.fallQuiet(record, result.facts === null);
    if (seen.peak !== null) record.peak = seen.peak;
    if (result.facts === null) this.drop(holder, record);
    else this.count(record, 1);
    if (event !== null) {
      this.tell(record, event, event === 're-announced' && seen.cause === undefined ? { ...told(seen), cause: 'recurrence' } : told(seen));
      // A rise counts as news even where an earlier acknowledgement of that level still covers it.
      if (event === 're-announced' || (event === 'level-raised' && LEVEL_RANK[before.shown.level] < LEVEL_RANK[record.facts.shown.level])) {
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

  private openNew(holder: AlarmHolder, who: LadderIdentity, facts: AlarmRecord['facts'], seen: Observation): AlarmRecord {
    const record = this.make(holder, who, facts, seen, false);
    this.inherit(holder, record);
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

  /** A new occurrence is born under the flags of its identity, and under those of the cause-and-effect table. */
  private inherit(holder: AlarmHolder, record: AlarmRecord): void {
    if (!this.managed) return;
    const last = holder.resting.get(record.key);
    if (last !== undefined && last.life !== null) {
      record.life = inherited(last.life);
      this.count(last, -1);
      holder.resting.delete(last.key);
      this.resting.delete(last.id);
      this.timers.forget(last);
      last.life = unsuppressed(last.life);
      this.keepClosed(holder, last);
    }
    const causes = this.hooks.causesOf(record);
    if (causes.length > 0) record.life = { ...(record.life ?? NO_LIFE), causes, causesSince: this.at };
  }

  /** Shelving hides what was seen when it began, nothing worse. */
  private outgrow(holder: AlarmHolder, record: AlarmRecord): void {
    const shelf = record.life?.shelf ?? null;
    if (shelf !== null && record.facts.on !== null && LEVEL_RANK[record.facts.shown.level] > LEVEL_RANK[shelf.level])
      this.lift(holder, record, 'shelved', { cause: 'level-raised' });
  }

  /**
   * It rings from now on, unless it is suppressed: the first response is due, the re-alarm timer begins.
   * @param since engine time from which it counts in its group
   */
  private announce(record: AlarmRecord, since: EngineMs = this.now): void {
    const { level } = record.facts.shown;
    const policy = this.managed ? this.hooks.policyOf(record.place) : undefined;
    const responseMs = firstResponseMs(policy, level);
    record.dueAt = isSuppressed(record.life) ? null : this.at + responseMs;
    if (!this.managed) return;
    record.life = quiet(record.life ?? NO_LIFE);
    if (isSuppressed(record.life)) return;
    const due = { what: 'first-response', engineAt: this.now + responseMs, step: 0 } as const;
    record.life = { ...record.life, due, repeat: this.nextRepeat(record) };
    this.joinGroup(record, since);
  }

  /** It rings for the first time: who of its group came first may be settled anew. */
  private joinGroup(record: AlarmRecord, since: EngineMs): void {
    const id = record.group === undefined ? this.hooks.groupOf(record) : null;
    if (id === null) return;
    const overtaken = this.groups.join(record, id, since);
    if (overtaken === null) return;
    this.hooks.touching(overtaken);
    this.tell(overtaken, 'first-out-moved', { cause: 'earlier-sample' });
  }

  private nextRepeat(record: AlarmRecord): AlarmLife['repeat'] {
    const rearm = rearmMs(this.hooks.policyOf(record.place), record.facts.shown.level);
    return rearm === null ? null : { at: this.at + rearm, engineAt: this.now + rearm };
  }

  /** It returned: what is not latched and waits for its acknowledgement makes no sound. Closed: nothing is due any more. */
  private fallQuiet(record: AlarmRecord, closes: boolean): void {
    if (record.life === null) return;
    if (closes) {
      record.life = quiet(record.life);
      record.dueAt = null;
    } else if (record.facts.latch === null) record.life = { ...record.life, silence: null, repeat: null };
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

  /** Acknowledged: what was found and done is due next. */
  private wantFeedback(record: AlarmRecord, ms: number): void {
    if (!this.managed || isSuppressed(record.life)) return;
    record.dueAt = this.at + ms;
    const due = { what: 'feedback', engineAt: this.now + ms, step: 0 } as const;
    record.life = { ...(record.life ?? NO_LIFE), due, escalatedTo: null };
  }

  private reopen(holder: AlarmHolder, record: AlarmRecord): void {
    const at = this.closed.indexOf(record);
    if (at >= 0) this.closed.splice(at, 1);
    if (this.resting.delete(record.id)) {
      this.count(record, -1);
      holder.resting.delete(record.key);
    }
    holder.alarms.set(record.key, record);
    this.open.set(record.id, record);
    this.groups.back(record);
  }

  private drop(holder: AlarmHolder, record: AlarmRecord): void {
    holder.alarms.delete(record.key);
    this.open.delete(record.id);
    this.groups.leave(record);
    this.timers.forget(record);
  }

  /** It is closed: under a flag of its identity it rests, else it is remembered for a while. */
  private keepClosed(holder: AlarmHolder, record: AlarmRecord): void {
    const life = record.life;
    if (life !== null && life.causes.length > 0) record.life = { ...life, causes: NO_LIFE.causes, causesSince: 0 };
    if (outlives(record.life)) {
      holder.resting.set(record.key, record);
      this.resting.set(record.id, record);
      this.count(record, 1);
      this.timers.schedule(record);
      return;
    }
    this.closed.push(record);
    if (this.closed.length > CLOSED_KEPT) this.closed.shift();
  }

  /** Puts a flag on. It does not ring from now on; everything goes on underneath. */
  suppress(record: AlarmRecord, flag: Partial<AlarmLife>, type: AlarmEventType, told: Told): void {
    this.counted(record, () => {
      record.life = quiet({ ...(record.life ?? NO_LIFE), ...flag });
    });
    record.dueAt = null;
    this.tell(record, type, told);
    this.timers.schedule(record);
  }

  /** Takes a flag off, as far as it is not the table's. When it was the last and the condition is true, it rings anew (semantics 6). */
  lift(holder: AlarmHolder, record: AlarmRecord, flag: SuppressedBy, told: Told): void {
    this.change(holder, record, flag, told, (life) => {
      if (flag === 'shelved') return { ...life, shelf: null };
      return flag === 'out-of-service' ? { ...life, out: null } : { ...life, byHand: null };
    });
  }

  /** The cause-and-effect table hides it by these lines now. */
  hide(holder: AlarmHolder, record: AlarmRecord, causes: readonly string[]): void {
    const before = record.life?.causes ?? NO_LIFE.causes;
    if (before.length === causes.length && before.every((one, i) => one === causes[i])) return;
    if (causes.length === 0) {
      this.change(holder, record, 'by-design', { cause: 'cause-and-effect' }, (life) => ({ ...life, causes, causesSince: 0 }));
      return;
    }
    const causesSince = before.length === 0 ? this.at : (record.life?.causesSince ?? this.at);
    const reason = causes.join(' ').slice(0, 500);
    this.suppress(record, { causes, causesSince }, 'suppressed', { cause: 'cause-and-effect', reason });
  }

  private change(holder: AlarmHolder, record: AlarmRecord, flag: SuppressedBy, told: Told, change: (life: AlarmLife) => AlarmLife): void {
    const before = record.life;
    if (before === null) return;
    this.counted(record, () => {
      record.life = change(before);
    });
    const shown = this.open.has(record.id) && !isSuppressed(record.life);
    // Not true now: it goes on as the machine says, and an acknowledgement that is missing is due from now on.
    if (shown && record.facts.on === null && !record.facts.acknowledged) this.announce(record);
    this.tell(record, ENDED[flag], told);
    if (this.resting.has(record.id)) {
      if (!outlives(record.life)) {
        this.count(record, -1);
        this.resting.delete(record.id);
        holder.resting.delete(record.key);
        this.timers.forget(record);
        this.keepClosed(holder, record);
      } else this.timers.schedule(record);
      return;
    }
    if (shown) this.ringAnew(record);
    if (this.open.has(record.id)) this.timers.schedule(record);
  }

  /** Nothing hides it any more: what is true rings. */
  private ringAnew(record: AlarmRecord): void {
    const result = step(record.facts, { kind: 'announce' });
    if (!result.ok || result.last === null || result.event === null) return;
    const facts = result.last;
    this.counted(record, () => {
      record.facts = facts;
    });
    record.acknowledgedAt = null;
    record.acknowledgedBy = null;
    this.announce(record);
    this.tell(record, result.event, { cause: 'unsuppressed' });
    record.rangSeq = record.seq;
  }

  /** Is it heard now: true or latched, unacknowledged, under no flag. */
  sounds(record: AlarmRecord): boolean {
    const { facts } = record;
    return this.open.has(record.id) && !facts.acknowledged && (facts.on !== null || facts.latch !== null) && !isSuppressed(record.life);
  }

  /** The re-alarm timer of its enterprise is another: that of an alarm that sounds begins anew, or ends. */
  followRearm(record: AlarmRecord): void {
    if (!this.managed || record.life === null) return;
    record.life = { ...record.life, repeat: record.life.silence === null && this.sounds(record) ? this.nextRepeat(record) : null };
    if (this.open.has(record.id)) this.timers.schedule(record);
  }

  /** Sound off until then; it ends by itself, or at once when there is news. */
  silence(record: AlarmRecord, ms: number, by: string): void {
    const until = this.at + ms;
    record.life = { ...(record.life ?? NO_LIFE), silence: { until, engineAt: this.now + ms }, repeat: null };
    this.tell(record, 'silenced', { by, until });
    this.timers.schedule(record);
  }

  /** Somebody said what it turned out to be, or what was done: that is the feedback. A red one wants it again while it is open. */
  feedback(record: AlarmRecord, type: AlarmEventType, told: Told, life: Partial<AlarmLife>): void {
    if (this.managed) record.life = { ...(record.life ?? NO_LIFE), ...life };
    if (record.life !== null && record.life.due?.what === 'feedback') {
      record.dueAt = null;
      record.life = { ...record.life, due: null, escalatedTo: null };
      if (record.facts.shown.level === 'red') this.wantFeedback(record, RED_FEEDBACK_AGAIN_MS);
    }
    this.tell(record, type, told);
    if (this.open.has(record.id) || this.resting.has(record.id)) this.timers.schedule(record);
  }

  /** Something of the alarm's life ran out. */
  ranOut(holder: AlarmHolder, record: AlarmRecord): void {
    const past = (at: EpochMs, engineAt: EngineMs): boolean => at <= this.at || engineAt <= this.now;
    const shelf = record.life?.shelf ?? null;
    if (shelf !== null && past(shelf.until, shelf.engineAt)) this.lift(holder, record, 'shelved', { cause: 'expired' });
    else if (shelf !== null && shelf.warnAt !== null && shelf.warnAt <= this.at) {
      record.life = { ...(record.life ?? NO_LIFE), shelf: { ...shelf, warnAt: null } };
      this.tell(record, 'shelved', { cause: 'ends-soon', until: shelf.until });
    }
    const out = record.life?.out ?? null;
    if (out !== null && out.until !== null && out.until <= this.at) this.lift(holder, record, 'out-of-service', { cause: 'expired' });
    const silence = record.life?.silence ?? null;
    if (record.life !== null && silence !== null && past(silence.until, silence.engineAt)) {
      record.life = { ...record.life, silence: null, repeat: this.nextRepeat(record) };
      this.tell(record, 're-announced', { cause: 'silence-ended' });
    }
    const repeat = record.life?.repeat ?? null;
    if (record.life !== null && repeat !== null && past(repeat.at, repeat.engineAt)) {
      record.life = { ...record.life, repeat: this.nextRepeat(record) };
      this.tell(record, 're-announced', { cause: 'repeat' });
    }
    this.escalate(record);
    this.timers.schedule(record);
  }

  /** A due time passed and nobody did what was due: the next role is told. Nobody is called for a test. */
  private escalate(record: AlarmRecord): void {
    const due = record.life?.due ?? null;
    if (record.life === null || due === null || due.engineAt > this.now) return;
    const role = ROLES[due.step];
    if (record.place.test || role === undefined) {
      record.life = { ...record.life, due: null };
      return;
    }
    const more = due.step + 1 < ROLES.length;
    const next = more ? { ...due, engineAt: this.now + NEXT_ROLE_MS[record.facts.shown.level], step: due.step + 1 } : null;
    record.life = { ...record.life, due: next, escalatedTo: role };
    this.tell(record, 're-announced', { cause: 'escalated', role, overdue: due.what });
  }

  /** Its device is gone: the identity is under no flag any more. */
  forget(holder: AlarmHolder, record: AlarmRecord, told: Told): void {
    for (const flag of suppressedBy(record.life)) this.lift(holder, record, flag, told);
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

  private tell(record: AlarmRecord, type: AlarmEventType, told: Told): void {
    const seq = this.number();
    record.seq = seq;
    this.touched.push(record);
    if (this.managed && isAnnunciation(record, type, told.cause)) this.flood.annunciated(this.at, this.now);
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
}

/** It is told to the operator as something new; the performance figures count the same. */
function isAnnunciation(record: AlarmRecord, type: AlarmEventType, cause: string | undefined): boolean {
  if (record.place.test || record.historic || isSuppressed(record.life)) return false;
  if (type === 're-announced') return !SAID_AGAIN.includes(cause ?? '');
  return type === 'raised' || (type === 'level-raised' && !record.facts.acknowledged);
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
