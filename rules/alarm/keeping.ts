import type { AlarmEventType, SuppressedBy } from '../../model/alarm.ts';
import type { AlarmCounts } from '../../model/engine.ts';
import type { Level } from '../../model/level.ts';
import { FirstOutGroups } from './first-out.ts';
import type { AlarmHolder, Told } from './identity.ts';
import { isSuppressed, NO_LIFE, outlives, suppressedBy } from './life.ts';
import type { AlarmRecord } from './record.ts';
import { RestlessAlarms } from './restless.ts';
import { Telling } from './telling.ts';
import { AlarmTimers } from './timers.ts';

/** Alarms that closed last, kept so that a second acknowledgement, a withdrawal and a verification find them. */
const CLOSED_KEPT = 256;

function zero(): Record<Level, number> {
  return { red: 0, orange: 0, yellow: 0, blue: 0 };
}

/** Which alarms are open, resting or lately closed, and how many there are of each colour; a snapshot's records come in here. */
export class Keeping extends Telling {
  readonly open = new Map<string, AlarmRecord>();
  readonly closed: AlarmRecord[] = [];
  /** Closed, but of an identity that is still suppressed; by id. */
  readonly resting = new Map<string, AlarmRecord>();
  readonly timers = new AlarmTimers();
  readonly restless = new RestlessAlarms();
  protected readonly groups = new FirstOutGroups();
  private readonly openCounts = zero();
  private readonly unseenCounts = zero();
  private readonly flagCounts: Record<SuppressedBy, number> = { shelved: 0, 'by-design': 0, 'out-of-service': 0 };

  counts(): AlarmCounts {
    return { open: { ...this.openCounts }, unacknowledged: { ...this.unseenCounts }, suppressed: { ...this.flagCounts } };
  }

  /** An open or resting alarm by id. */
  standing(id: string): AlarmRecord | undefined {
    return this.open.get(id) ?? this.resting.get(id);
  }

  protected count(record: AlarmRecord, by: 1 | -1): void {
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
  protected counted(record: AlarmRecord, change: () => void): void {
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

  protected override tell(record: AlarmRecord, type: AlarmEventType, told: Told): void {
    if (this.managed) this.noteUnseen(record, type);
    super.tell(record, type, told);
  }

  /**
   * Since when somebody should have seen it as it is, without a break: a rise is something else to see, coming again does not begin anew
   * what nobody has acknowledged.
   */
  private noteUnseen(record: AlarmRecord, type: AlarmEventType): void {
    const wanted = this.open.has(record.id) && !record.facts.acknowledged && !isSuppressed(record.life);
    if (!wanted) record.unseenSince = null;
    else if (type === 'level-raised') record.unseenSince = this.now;
    else record.unseenSince ??= this.now;
  }

  protected reopen(holder: AlarmHolder, record: AlarmRecord): void {
    const at = this.closed.indexOf(record);
    if (at >= 0) this.closed.splice(at, 1);
    if (this.resting.delete(record.id)) {
      this.count(record, -1);
      holder.resting.delete(record.key);
    }
    holder.alarms.set(record.key, record);
    this.open.set(record.id, record);
    this.groups.back(record);
    this.restless.back(record);
  }

  protected drop(holder: AlarmHolder, record: AlarmRecord): void {
    holder.alarms.delete(record.key);
    this.open.delete(record.id);
    this.groups.leave(record);
    this.timers.forget(record);
  }

  /** It is closed: under a flag of its identity it rests, else it is remembered for a while. */
  protected keepClosed(holder: AlarmHolder, record: AlarmRecord): void {
    this.restless.keep(record, this.now);
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
}
