import type { Alarm, LiveEvent } from '../../model/alarm.ts';
import type { BacktestAlarm, BacktestResult, BacktestSide } from '../../model/backtest.ts';
import type { Level } from '../../model/level.ts';
import type { EpochMs } from '../../model/time.ts';

/** Longest list of a result. */
const LISTED = 2_000;

interface Course {
  alarm: Alarm;
  readonly annunciations: EpochMs[];
  /** Place of the alarm among those of its identity and time, so that two of them are told apart. */
  readonly nth: number;
}

export type Wanted = (alarm: Alarm) => boolean;

/** The alarms that came in a period, from the events of one engine. */
export class Tally {
  private readonly courses = new Map<string, Course>();
  private readonly seen = new Map<string, number>();
  private readonly wanted: Wanted;

  constructor(wanted: Wanted) {
    this.wanted = wanted;
  }

  add(events: readonly LiveEvent[]): void {
    for (const one of events) {
      if (one.kind !== 'alarm' || !this.wanted(one.alarm)) continue;
      const { alarm, event } = one;
      let course = this.courses.get(alarm.id);
      if (course === undefined) {
        // It came before the period.
        if (event.type !== 'raised' && event.type !== 'historic-exceedance') continue;
        const key = momentOf(alarm);
        const nth = this.seen.get(key) ?? 0;
        this.seen.set(key, nth + 1);
        course = { alarm, annunciations: [], nth };
        this.courses.set(alarm.id, course);
      }
      course.alarm = alarm;
      const told =
        event.type === 'raised' ||
        (event.type === 're-announced' && event.cause !== 'repeat') ||
        (event.type === 'level-raised' && alarm.state === 'UNACK');
      if (told) course.annunciations.push(event.at);
    }
  }

  side(): BacktestSide {
    const byLevel: Record<Level, number> = { red: 0, orange: 0, yellow: 0, blue: 0 };
    let annunciated = 0;
    let alarms = 0;
    for (const { alarm, annunciations } of this.courses.values()) {
      if (alarm.test) continue;
      alarms += 1;
      annunciated += annunciations.length;
      byLevel[alarm.level] += 1;
    }
    return { alarms, annunciated, byLevel };
  }

  byMoment(): ReadonlyMap<string, BacktestAlarm> {
    return new Map(
      [...this.courses.values()].map(({ alarm, annunciations, nth }) => [`${momentOf(alarm)}|${nth}`, { alarm, annunciations }]),
    );
  }
}

/** Which alarm came when; numbers of entries and events differ between two engines. */
function momentOf(alarm: Alarm): string {
  return JSON.stringify([alarm.deviceId, alarm.measurement, alarm.channel, alarm.ladder, alarm.historic, alarm.raisedAt]);
}

function sameCourse(a: BacktestAlarm, b: BacktestAlarm): boolean {
  const essence = ({ alarm, annunciations }: BacktestAlarm): string =>
    JSON.stringify([
      alarm.level,
      alarm.code,
      alarm.state,
      alarm.returnedAt,
      alarm.recurrences,
      alarm.test,
      alarm.suppressedBy,
      annunciations,
    ]);
  return essence(a) === essence(b);
}

/** What was judged again, where nothing was changed. */
export function again(
  tally: Tally,
): Pick<BacktestResult, 'before' | 'after' | 'same' | 'added' | 'removed' | 'changed' | 'cut' | 'alarms'> {
  const alarms = [...tally.byMoment().values()];
  const side = tally.side();
  return {
    before: side,
    after: side,
    same: alarms.length,
    added: [],
    removed: [],
    changed: [],
    alarms: alarms.slice(0, LISTED),
    cut: alarms.length > LISTED,
  };
}

/** What the change makes different. */
export function compare(
  before: Tally,
  after: Tally,
): Pick<BacktestResult, 'before' | 'after' | 'same' | 'added' | 'removed' | 'changed' | 'cut'> {
  const was = before.byMoment();
  const now = after.byMoment();
  const removed = [...was].filter(([key]) => !now.has(key)).map(([, one]) => one);
  const added = [...now].filter(([key]) => !was.has(key)).map(([, one]) => one);
  const both = [...was].flatMap(([key, one]) => {
    const other = now.get(key);
    return other === undefined ? [] : [{ before: one, after: other }];
  });
  const changed = both.filter((pair) => !sameCourse(pair.before, pair.after));
  return {
    before: before.side(),
    after: after.side(),
    same: both.length - changed.length,
    added: added.slice(0, LISTED),
    removed: removed.slice(0, LISTED),
    changed: changed.slice(0, LISTED),
    cut: [added, removed, changed].some((list) => list.length > LISTED),
  };
}
