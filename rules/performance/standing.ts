import type { Level } from '../../model/level.ts';
import type { AlarmIdentity } from '../../model/performance.ts';
import type { EpochMs } from '../../model/time.ts';

const STANDING_AFTER_MS = 86_400_000;

interface Stretch {
  readonly id: string;
  readonly identity: AlarmIdentity;
  level: Level;
  readonly since: EpochMs;
}

/** Alarms that have been true for more than 24 h without a break: those at the end, and the most on any day of the period. */
export class StandingCounter {
  private readonly from: EpochMs;
  private readonly to: EpochMs;
  private readonly dayBegins: (at: EpochMs) => EpochMs;
  private readonly running = new Map<string, Stretch>();
  private readonly perDay = new Map<EpochMs, number>();

  constructor(from: EpochMs, to: EpochMs, dayBegins: (at: EpochMs) => EpochMs) {
    this.from = from;
    this.to = to;
    this.dayBegins = dayBegins;
  }

  begin(id: string, identity: AlarmIdentity, level: Level, since: EpochMs): void {
    this.running.set(id, { id, identity, level, since });
  }

  level(id: string, level: Level): void {
    const stretch = this.running.get(id);
    if (stretch !== undefined) stretch.level = level;
  }

  end(id: string, at: EpochMs): void {
    const stretch = this.running.get(id);
    if (stretch === undefined) return;
    this.running.delete(id);
    this.stood(stretch, at);
  }

  /** Counts the stretch on every day on which it stood for more than 24 h. */
  private stood(stretch: Stretch, until: EpochMs): void {
    const standingFrom = Math.max(this.from, stretch.since + STANDING_AFTER_MS);
    const end = Math.min(until, this.to);
    if (standingFrom >= end) return;
    for (let day = this.dayBegins(standingFrom); day < end; day = this.nextDay(day)) {
      this.perDay.set(day, (this.perDay.get(day) ?? 0) + 1);
    }
  }

  /** Days have 23 to 25 hours where clocks are changed. */
  private nextDay(day: EpochMs): EpochMs {
    return this.dayBegins(day + 26 * 3_600_000);
  }

  /** To be asked once, at the end. */
  result(): { readonly now: readonly Stretch[]; readonly maxPerDay: number } {
    const now = [...this.running.values()].filter((one) => this.to - one.since > STANDING_AFTER_MS);
    for (const one of this.running.values()) this.stood(one, this.to);
    now.sort((a, b) => a.since - b.since);
    return { now, maxPerDay: Math.max(0, ...this.perDay.values()) };
  }
}
