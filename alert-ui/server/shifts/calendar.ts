import type { PlannedShift, ShiftPlan, ShiftSpan } from '../../../model/shift.ts';
import type { EpochMs } from '../../../model/time.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Who takes over this early has the shift that is about to begin. */
const EARLY_MS = 30 * MINUTE_MS;

/** The plan laid over the days of a time zone. A shift over a change of the clocks is as long as it is. */
export class ShiftCalendar {
  readonly plan: ShiftPlan;
  readonly timeZone: string;
  private readonly clock: Intl.DateTimeFormat;

  constructor(plan: ShiftPlan, timeZone: string) {
    this.plan = plan;
    this.timeZone = timeZone;
    const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
    this.clock = new Intl.DateTimeFormat('en', { timeZone, calendar: 'gregory', hourCycle: 'h23', ...fields });
  }

  /** The shift of the plan that a time lies in. */
  at(time: EpochMs): ShiftSpan {
    const today = Math.floor(this.wall(time) / DAY_MS) * DAY_MS;
    const starts: { readonly shift: PlannedShift; readonly from: EpochMs }[] = [];
    for (const day of [-1, 0, 1])
      for (const shift of this.plan) starts.push({ shift, from: this.instant(today + day * DAY_MS + shift.startMinute * MINUTE_MS) });
    const next = starts.findIndex(({ from }) => from > time);
    const [now, then] = [starts[next - 1], starts[next]];
    // A day before and a day after hold a start on either side of any time.
    if (now === undefined || then === undefined) throw new Error(`no shift at ${time}`);
    return { name: now.shift.name, from: now.from, to: then.from };
  }

  /** The shift that somebody has who takes over at that time. */
  takenOverAt(time: EpochMs): ShiftSpan {
    return this.at(time + EARLY_MS);
  }

  /** What the clocks on the wall show, as if it were UTC. */
  private wall(time: EpochMs): number {
    const part = Object.fromEntries(this.clock.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }

  /** When the clocks show this: the first time where they show it twice, and where they leap over it, when they would have. */
  private instant(wall: number): EpochMs {
    const before = wall - (this.wall(wall - DAY_MS) - (wall - DAY_MS));
    const after = wall - (this.wall(wall + DAY_MS) - (wall + DAY_MS));
    const shown = [before, after].filter((time) => this.wall(time) === wall);
    return shown.length === 0 ? before : Math.min(...shown);
  }
}
