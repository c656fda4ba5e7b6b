/**
 * Which hours of which points of a day file are not rolled up yet. A reading makes its hour due in the transaction that stores it, so
 * nothing is forgotten over a crash; memory only knows which are due already, so that an hour is written down once and not with every reading.
 */
import type Database from 'better-sqlite3';
import type { EpochMs } from '../../../model/time.ts';
import { UNIT_MS } from '../rollup/gather.ts';
import { DAY_MS, type Day, FIRST_DAY } from './day.ts';

export const DUE_SCHEMA = `
  CREATE TABLE due (
    hour INTEGER NOT NULL, -- hours since 1970
    point INTEGER NOT NULL,
    PRIMARY KEY (hour, point)
  ) STRICT, WITHOUT ROWID;`;

export interface DueHour {
  readonly hour: number;
  readonly point: number;
}

export interface DueHours {
  /** Within the transaction that writes the reading. */
  mark(point: number, sampleAt: EpochMs): void;
  /** The transaction failed: what it marked does not hold. */
  forget(): void;
  /** Oldest first: hours before `hour`. */
  before(hour: number, limit: number): readonly DueHour[];
  /** Hours of [first, end) that are due for a point, ascending. */
  ofPoint(point: number, first: number, end: number): readonly number[];
  oldest(): number | null;
  /** One transaction. */
  done(hours: readonly DueHour[]): void;
}

export function hourOf(at: EpochMs): number {
  return Math.floor(at / UNIT_MS.hour);
}

/** @param day whose file it is. */
export function dueHours(db: Database.Database, day: Day): DueHours {
  const add = db.prepare<[number, number]>('INSERT OR IGNORE INTO due (hour, point) VALUES (?, ?)');
  const take = db.prepare<[number, number]>('DELETE FROM due WHERE hour = ? AND point = ?');
  const before = db.prepare<[number, number], DueHour>('SELECT hour, point FROM due WHERE hour < ? ORDER BY hour, point LIMIT ?');
  const isDue = db.prepare<[number, number], number>('SELECT 1 FROM due WHERE hour = ? AND point = ?').pluck();
  const ofPoint = db
    .prepare<[number, number, number], number>('SELECT hour FROM due WHERE point = ? AND hour >= ? AND hour < ? ORDER BY hour')
    .pluck();
  const oldest = db.prepare<[], number | null>('SELECT min(hour) FROM due').pluck();
  const all = db.prepare<[], [number, number]>('SELECT hour, point FROM due').raw();

  const early = day < FIRST_DAY;
  const dayStart = day * DAY_MS;
  const firstHour = day * 24;
  /** A bit for each hour of the day, by point. */
  let masks = new Int32Array(1_024);
  /** Of the file that holds all early days: `hour` by point. */
  let sets = new Map<number, Set<number>>();
  let loaded = false;

  function note(hour: number, point: number): boolean {
    if (early) {
      let set = sets.get(point);
      if (set === undefined) sets.set(point, (set = new Set()));
      if (set.has(hour)) return false;
      set.add(hour);
      return true;
    }
    if (point >= masks.length) {
      const wider = new Int32Array(Math.max(point + 1, masks.length * 2));
      wider.set(masks);
      masks = wider;
    }
    const bit = 1 << (hour - firstHour);
    const mask = masks[point] as number;
    if ((mask & bit) !== 0) return false;
    masks[point] = mask | bit;
    return true;
  }

  function load(): void {
    masks.fill(0);
    sets = new Map();
    for (const [hour, point] of all.iterate()) note(hour, point);
    loaded = true;
  }

  return {
    mark(point, sampleAt) {
      if (!loaded) load();
      if (!early && point < masks.length) {
        // The usual case, without a call: the hour is known to be due.
        const bit = 1 << (((sampleAt - dayStart) / UNIT_MS.hour) | 0);
        if (((masks[point] as number) & bit) !== 0) return;
      }
      const hour = hourOf(sampleAt);
      if (note(hour, point)) add.run(hour, point);
    },
    forget() {
      loaded = false;
    },
    before: (hour, limit) => before.all(hour, limit),
    ofPoint(point, first, end) {
      if (early) return ofPoint.all(point, first, end);
      const hours: number[] = [];
      for (let hour = Math.max(first, firstHour); hour < Math.min(end, firstHour + 24); hour++) {
        if (isDue.get(hour, point) !== undefined) hours.push(hour);
      }
      return hours;
    },
    oldest: () => oldest.get() ?? null,
    done: db.transaction((hours: readonly DueHour[]) => {
      for (const { hour, point } of hours) {
        take.run(hour, point);
        if (early) sets.get(point)?.delete(hour);
        else if (point < masks.length) masks[point] = (masks[point] as number) & ~(1 << (hour - firstHour));
      }
    }),
  };
}
