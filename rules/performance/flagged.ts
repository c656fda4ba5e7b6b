import type { Suppression, SuppressedBy } from '../../model/alarm.ts';
import type { Level } from '../../model/level.ts';
import type { AlarmFact, AlarmIdentity, FlaggedAlarm } from '../../model/performance.ts';

interface Flagged {
  readonly identity: AlarmIdentity;
  readonly level: Level;
  readonly suppressions: readonly Suppression[];
  /** Its occurrence is over; the flags stay, and go on with the next one. */
  readonly closed: boolean;
}

/**
 * Who keeps what from ringing (ISA-18.2 §16: shelved and out-of-service alarms are listed and reviewed). Every event says under which
 * flags its alarm is from then on, so the last one decides.
 */
export class FlaggedCounter {
  private readonly running = new Map<string, Flagged>();
  private shelvings = 0;

  /** As it was when the period began. */
  earlier(
    alarmId: string,
    alarm: AlarmIdentity & { readonly level: Level; readonly suppressions: readonly Suppression[] },
    closed = false,
  ): void {
    if (alarm.suppressions.length === 0) return;
    this.running.set(alarmId, { identity: alarm, level: alarm.level, suppressions: alarm.suppressions, closed });
  }

  add(fact: AlarmFact): void {
    // Shelving that ends soon is told once more, and is no other one.
    if (fact.type === 'shelved' && fact.cause === null) this.shelvings += 1;
    if (fact.type === 'raised') this.takenOver(fact);
    if (fact.suppressions.length === 0) this.running.delete(fact.alarmId);
    else {
      const { level, suppressions } = fact;
      this.running.set(fact.alarmId, { identity: fact, level, suppressions, closed: fact.type === 'closed' });
    }
  }

  drop(alarmId: string): void {
    this.running.delete(alarmId);
  }

  /** The flags of an occurrence that is over are those of the next one. Alarms of no device may share their name with another's. */
  private takenOver(fact: AlarmFact): void {
    const key = keyOf(fact);
    for (const [id, one] of this.running)
      if ((one.closed || fact.deviceId !== null) && keyOf(one.identity) === key) this.running.delete(id);
  }

  /** Longest first. */
  under(flag: SuppressedBy): readonly FlaggedAlarm[] {
    const found: FlaggedAlarm[] = [];
    for (const [alarmId, { identity, level, suppressions }] of this.running) {
      const one = suppressions.find((suppression) => suppression.flag === flag);
      if (one === undefined) continue;
      const { enterpriseId, areaId, deviceId, measurement, channel, ladder, kind } = identity;
      const { since, until, by, reason } = one;
      found.push({ alarmId, enterpriseId, areaId, deviceId, measurement, channel, ladder, kind, level, since, until, by, reason });
    }
    return found.sort((a, b) => a.since - b.since || (a.alarmId < b.alarmId ? -1 : 1));
  }

  times(): number {
    return this.shelvings;
  }
}

function keyOf({ enterpriseId, deviceId, measurement, channel, ladder }: AlarmIdentity): string {
  return JSON.stringify([enterpriseId, deviceId, measurement, channel, ladder]);
}
