import type { AlarmEventType, SuppressedBy } from '../../model/alarm.ts';
import { LEVEL_RANK } from '../../model/level.ts';
import type { EngineMs, EpochMs } from '../../model/time.ts';
import { Announcing } from './announcing.ts';
import type { AlarmHolder, Told } from './identity.ts';
import { type AlarmLife, inherited, isSuppressed, NO_LIFE, outlives, quiet, suppressedBy, unsuppressed } from './life.ts';
import type { AlarmRecord } from './record.ts';
import { step } from './step.ts';

/** How a flag that ended is told. */
const ENDED = { shelved: 'unshelved', 'by-design': 'unsuppressed', 'out-of-service': 'returned-to-service' } as const satisfies Record<
  SuppressedBy,
  AlarmEventType
>;

/** The flags that hide an alarm: who puts them on, when they end, and that what is true rings then. */
export class Suppressing extends Announcing {
  /** A new occurrence is born under the flags of its identity, and under those of the cause-and-effect table. */
  protected inherit(holder: AlarmHolder, record: AlarmRecord): void {
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

  /** Shelving hides what was seen when it began, nothing worse; and nothing hides red that one person alone put on. */
  protected outgrow(holder: AlarmHolder, record: AlarmRecord): void {
    if (record.life === null || record.facts.on === null) return;
    const { shelf, byHand, out } = record.life;
    const { level } = record.facts.shown;
    const cause = { cause: 'level-raised' };
    if (shelf !== null && LEVEL_RANK[level] > LEVEL_RANK[shelf.level]) this.lift(holder, record, 'shelved', cause);
    if (level !== 'red') return;
    if (byHand?.belowRed === true) this.lift(holder, record, 'by-design', cause);
    if (out?.belowRed === true) this.lift(holder, record, 'out-of-service', cause);
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

  protected change(holder: AlarmHolder, record: AlarmRecord, flag: SuppressedBy, told: Told, change: (life: AlarmLife) => AlarmLife): void {
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
  protected ringAnew(record: AlarmRecord): void {
    const result = step(record.facts, { kind: 'announce' });
    if (!result.ok || result.last === null || result.event === null) return;
    const facts = result.last;
    // Somebody had it before it was hidden.
    if (record.facts.acknowledged) delete record.unseenHigher;
    this.counted(record, () => {
      record.facts = facts;
    });
    record.acknowledgedAt = null;
    record.acknowledgedBy = null;
    this.announce(record);
    this.tell(record, result.event, { cause: 'unsuppressed' });
    record.rangSeq = record.seq;
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
    const byHand = record.life?.byHand ?? null;
    const end = byHand?.end;
    if (byHand !== null && end !== undefined) {
      if (past(end.until, end.engineAt)) this.lift(holder, record, 'by-design', { cause: 'expired' });
      else if (end.warnAt !== null && end.warnAt <= this.at) {
        record.life = { ...(record.life ?? NO_LIFE), byHand: { ...byHand, end: { ...end, warnAt: null } } };
        this.tell(record, 'suppressed', { cause: 'ends-soon', until: end.until });
      }
    }
    const out = record.life?.out ?? null;
    if (out !== null && out.until !== null && past(out.until, out.engineAt ?? Infinity))
      this.lift(holder, record, 'out-of-service', { cause: 'expired' });
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

  /** Its device is gone: the identity is under no flag any more. */
  forget(holder: AlarmHolder, record: AlarmRecord, told: Told): void {
    for (const flag of suppressedBy(record.life)) this.lift(holder, record, flag, told);
  }
}
