import type { AlarmEventType } from '../../model/alarm.ts';
import type { EngineMs } from '../../model/time.ts';
import type { Told } from './identity.ts';
import { Keeping } from './keeping.ts';
import { type AlarmLife, isSuppressed, NO_LIFE, quiet } from './life.ts';
import { firstResponseMs, NEXT_ROLE_MS, rearmMs, RED_FEEDBACK_AGAIN_MS, ROLES } from './policy.ts';
import type { AlarmRecord } from './record.ts';

/** What rings, how long it is silent, and what a person owes it until when: sound and due times. */
export class Announcing extends Keeping {
  /**
   * It rings from now on, unless it is suppressed: the first response is due, the re-alarm timer begins.
   * @param since engine time from which it counts in its group
   */
  protected announce(record: AlarmRecord, since: EngineMs = this.now): void {
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
  protected joinGroup(record: AlarmRecord, since: EngineMs): void {
    const id = record.group === undefined ? this.hooks.groupOf(record) : null;
    if (id === null) return;
    const overtaken = this.groups.join(record, id, since);
    if (overtaken === null) return;
    this.hooks.touching(overtaken);
    this.tell(overtaken, 'first-out-moved', { cause: 'earlier-sample' });
  }

  protected nextRepeat(record: AlarmRecord): AlarmLife['repeat'] {
    const rearm = rearmMs(this.hooks.policyOf(record.place), record.facts.shown.level);
    return rearm === null ? null : { at: this.at + rearm, engineAt: this.now + rearm };
  }

  /** It returned: what is not latched and waits for its acknowledgement makes no sound. Closed: nothing is due any more. */
  protected fallQuiet(record: AlarmRecord, closes: boolean): void {
    if (record.life === null) return;
    if (closes) {
      record.life = quiet(record.life);
      record.dueAt = null;
    } else if (record.facts.latch === null) record.life = { ...record.life, silence: null, repeat: null };
  }

  /** Acknowledged: what was found and done is due next. */
  protected wantFeedback(record: AlarmRecord, ms: number): void {
    if (!this.managed || isSuppressed(record.life)) return;
    record.dueAt = this.at + ms;
    const due = { what: 'feedback', engineAt: this.now + ms, step: 0 } as const;
    record.life = { ...(record.life ?? NO_LIFE), due, escalatedTo: null };
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
    if (record.life !== null && owesFeedback(record.life, record.facts.acknowledged)) {
      record.dueAt = null;
      record.life = { ...record.life, due: null, escalatedTo: null };
      if (record.facts.shown.level === 'red') this.wantFeedback(record, RED_FEEDBACK_AGAIN_MS);
    }
    this.tell(record, type, told);
    if (this.open.has(record.id) || this.resting.has(record.id)) this.timers.schedule(record);
  }

  /** A due time passed and nobody did what was due: the next role is told. Nobody is called for a test; it is looked at again. */
  protected escalate(record: AlarmRecord): void {
    const due = record.life?.due ?? null;
    if (record.life === null || due === null || due.engineAt > this.now) return;
    const role = ROLES[due.step];
    if (role === undefined) {
      record.life = { ...record.life, due: null };
      return;
    }
    // It stays due: whoever makes a plant a test one for a while does not thereby do what was due.
    if (record.place.test) {
      record.life = { ...record.life, due: { ...due, engineAt: this.now + NEXT_ROLE_MS[record.facts.shown.level] } };
      return;
    }
    const more = due.step + 1 < ROLES.length;
    const next = more ? { ...due, engineAt: this.now + NEXT_ROLE_MS[record.facts.shown.level], step: due.step + 1 } : null;
    record.life = { ...record.life, due: next, escalatedTo: role };
    this.tell(record, 're-announced', { cause: 'escalated', role, overdue: due.what });
  }
}

/** It is due, or was, and the last of the roles has been told: then nothing more passes, and it is owed all the same. */
function owesFeedback({ due, escalatedTo }: AlarmLife, acknowledged: boolean): boolean {
  return due === null ? acknowledged && escalatedTo !== null : due.what === 'feedback';
}
