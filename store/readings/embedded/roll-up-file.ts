/**
 * Roll-ups in SQLite files beside the raw days, which they outlive: minutes in a file a month, hours in a file a year. A roll-up stands
 * under its point, its beginning and its part: the raw points that came after the earlier ones were deleted make a part of their own,
 * which can be made again and again without counting anything twice.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { PointName, RollUp, RollUpUnit } from '../../../model/ports/reading-store.ts';
import type { Value } from '../../../model/reading.ts';
import type { EpochMs } from '../../../model/time.ts';
import { qualityCode, qualityOf } from '../quality-code.ts';
import { joined, UNIT_MS } from '../rollup/gather.ts';
import { DAY_MS, FIRST_DAY } from './day.ts';
import type { PartialBucket } from './day-file.ts';
import { openFile, removeFile } from './file.ts';
import { POINT_SCHEMA, pointTable } from './point-table.ts';

const FORMAT = 1;
const SCHEMA = `
  ${POINT_SCHEMA}
  CREATE TABLE rollup (
    point INTEGER NOT NULL,
    at INTEGER NOT NULL,
    part INTEGER NOT NULL,
    low REAL,
    high REAL,
    total REAL NOT NULL,
    count INTEGER NOT NULL,
    bad INTEGER NOT NULL,
    first_after INTEGER NOT NULL, -- first sample - at, ms
    last_after INTEGER NOT NULL,
    last ANY,
    quality INTEGER NOT NULL, -- of the last sample
    states TEXT, -- JSON {state: ms}; null where there are none or they follow from the rest
    PRIMARY KEY (point, at, part)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${FORMAT};
`;
const EARLY = 'before-2000';
/** The end of what a name of four digits can hold. */
const LAST_MOMENT: EpochMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const MAX_OPEN = 16;
/** Rows one read visits at most. */
const READ_ROWS = 5_000;

type Row = [
  at: number,
  low: number | null,
  high: number | null,
  total: number,
  count: number,
  bad: number,
  firstAfter: number,
  lastAfter: number,
  last: Value,
  quality: number,
  states: string | null,
];

export interface RollUpEntry {
  readonly point: PointName;
  readonly part: number;
  readonly rollUps: readonly RollUp[];
}

export interface RollUpFiles {
  /** All of one day (or all before 2000); one transaction, durable on return. */
  write(at: EpochMs, entries: readonly RollUpEntry[]): void;
  /** Those that begin in [from, to) of parts below `belowPart`, oldest first. */
  read(point: PointName, from: EpochMs, to: EpochMs, belowPart: number): Iterable<RollUp>;
  /** The same summed up by bucket; a bucket may come several times. */
  buckets(
    point: PointName,
    span: { readonly from: EpochMs; readonly to: EpochMs; readonly belowPart: number },
    origin: EpochMs,
    bucketMs: number,
  ): Iterable<PartialBucket>;
  /** There is a file for this time. */
  has(at: EpochMs): boolean;
  /** Deletes the files that end before `before`; says how many. */
  expire(before: EpochMs): number;
  close(): void;
}

export function rollUpFiles(folder: string, unit: RollUpUnit, access: 'write' | 'read'): RollUpFiles {
  const open = new Map<string, RollUpFile>();

  function of(name: string): RollUpFile | null {
    let found = open.get(name);
    if (found === undefined) {
      const path = join(folder, name);
      if (access === 'read' && !existsSync(path)) return null;
      found = rollUpFile(openFile(path, access, { schema: SCHEMA, current: FORMAT, older: [] }), unit);
    }
    open.delete(name);
    open.set(name, found);
    for (const [oldest, file] of open) {
      if (open.size <= MAX_OPEN) break;
      file.close();
      open.delete(oldest);
    }
    return found;
  }

  /** Oldest first. */
  function between(from: EpochMs, to: EpochMs): readonly RollUpFile[] {
    if (to <= from || !existsSync(folder)) return [];
    const first = orderOf(fileNameOf(unit, from), unit);
    const last = orderOf(fileNameOf(unit, to - 1), unit);
    const names = readdirSync(folder).filter((name) => {
      const order = orderOf(name, unit);
      return order !== null && order >= (first ?? '') && order <= (last ?? '');
    });
    return names.sort(byOrder(unit)).flatMap((name) => of(name) ?? []);
  }

  return {
    write(at, entries) {
      of(fileNameOf(unit, at))?.write(entries);
    },
    *read(point, from, to, belowPart) {
      for (const file of between(from, to)) yield* file.read(point, from, to, belowPart);
    },
    *buckets(point, span, origin, bucketMs) {
      for (const file of between(span.from, span.to)) yield* file.buckets(point, span, origin, bucketMs);
    },
    has: (at) => existsSync(join(folder, fileNameOf(unit, at))),
    expire(before) {
      const kept = orderOf(fileNameOf(unit, before), unit) ?? '';
      let deleted = 0;
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        const order = orderOf(name, unit);
        if (order === null || order === orderOf(`${unit}s-${EARLY}.db`, unit) || order >= kept) continue;
        open.get(name)?.close();
        open.delete(name);
        removeFile(join(folder, name));
        deleted += 1;
      }
      return deleted;
    },
    close() {
      for (const file of open.values()) file.close();
      open.clear();
    },
  };
}

/**
 * `minutes-2025-11.db`, `hours-2025.db`; all before 2000 in one. What a query asks for beyond 9999 is in the last file there can be: such
 * a year is written with a sign and sorts before all others.
 */
function fileNameOf(unit: RollUpUnit, at: EpochMs): string {
  const cut = at < FIRST_DAY * DAY_MS ? EARLY : new Date(Math.min(at, LAST_MOMENT)).toISOString().slice(0, unit === 'minute' ? 7 : 4);
  return `${unit}s-${cut}.db`;
}

/** What sorts file names of one unit by time; null for any other file. Years beyond 9999 do not come through the door. */
function orderOf(name: string, unit: RollUpUnit): string | null {
  const pattern = unit === 'minute' ? /^minutes-(\d{4}-\d{2}|before-2000)\.db$/ : /^hours-(\d{4}|before-2000)\.db$/;
  const cut = pattern.exec(name)?.[1];
  return cut === undefined ? null : cut === EARLY ? '0' : cut;
}

function byOrder(unit: RollUpUnit): (a: string, b: string) => number {
  return (a, b) => ((orderOf(a, unit) ?? '') < (orderOf(b, unit) ?? '') ? -1 : 1);
}

type RollUpFile = ReturnType<typeof rollUpFile>;

function rollUpFile(db: Database.Database, unit: RollUpUnit) {
  const points = pointTable(db);
  const put = db.prepare<[number, number, number, ...Value[]]>(
    `INSERT OR REPLACE INTO rollup
       (point, at, part, low, high, total, count, bad, first_after, last_after, last, quality, states)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const rows = db
    .prepare<[number, number, number, number], Row>(
      `SELECT at, low, high, total, count, bad, first_after, last_after, last, quality, states FROM rollup
       WHERE point = ? AND at >= ? AND at < ? AND part < ? ORDER BY at, part LIMIT ${READ_ROWS}`,
    )
    .raw();
  const bucketRows = db.prepare<
    { point: number; from: number; to: number; below: number; origin: number; width: number },
    { b: number; low: number | null; high: number | null; total: number; n: number; bad: number }
  >(`
    SELECT (at - CAST(@origin AS INTEGER)) / CAST(@width AS INTEGER) AS b, -- CAST: large numbers arrive as reals
           min(low) AS low, max(high) AS high, total(total) AS total,
           sum(CASE WHEN low IS NULL THEN 0 ELSE count END) AS n, sum(bad) AS bad -- of texts there is a count alone
    FROM rollup WHERE point = @point AND at >= @from AND at < @to AND part < @below AND (low IS NOT NULL OR bad > 0)
    GROUP BY b`);

  const writeAll = db.transaction((entries: readonly RollUpEntry[]) => {
    for (const { point, part, rollUps } of entries) {
      const id = points.findOrAdd(point);
      for (const r of rollUps) {
        const states = r.states === null || statesThatFollow(r, UNIT_MS[unit]) !== null ? null : JSON.stringify(r.states);
        put.run(
          id,
          r.at,
          part,
          r.min,
          r.max,
          r.sum,
          r.count,
          r.bad,
          r.firstAt - r.at,
          r.lastAt - r.at,
          r.last,
          qualityCode(r.quality, []),
          states,
        );
      }
    }
  });

  return {
    write: (entries: readonly RollUpEntry[]): void => writeAll.immediate(entries),

    *read(point: PointName, from: EpochMs, to: EpochMs, belowPart: number): Iterable<RollUp> {
      const id = points.find(point);
      if (id === undefined) return;
      let next = from;
      for (;;) {
        const page = rows.all(id, next, to, belowPart);
        // The parts of the page's last bucket may go on on the next page: it is left to that one.
        const full = page.length === READ_ROWS;
        const end = full ? (page.at(-1)?.[0] ?? to) : to;
        let open: RollUp | null = null;
        for (const row of page) {
          if (full && row[0] >= end) break;
          const found = rollUpOf(row, UNIT_MS[unit]);
          if (open !== null && open.at !== found.at) yield open;
          open = open !== null && open.at === found.at ? joined(open, found) : found;
        }
        if (open !== null) yield open;
        if (!full) return;
        next = end;
      }
    },

    *buckets(
      point: PointName,
      { from, to, belowPart }: { readonly from: EpochMs; readonly to: EpochMs; readonly belowPart: number },
      origin: EpochMs,
      bucketMs: number,
    ): Iterable<PartialBucket> {
      const id = points.find(point);
      if (id === undefined) return;
      for (const row of bucketRows.all({ point: id, from, to, below: belowPart, origin, width: bucketMs })) {
        yield { index: row.b, min: row.low ?? 0, max: row.high ?? 0, sum: row.total, count: row.n, bad: row.bad };
      }
    },

    close: () => void db.close(),
  };
}

function rollUpOf(row: Row, unitMs: number): RollUp {
  const [at, min, max, sum, count, bad, firstAfter, lastAfter, last, quality, states] = row;
  const plain = { at, min, max, sum, count, bad, firstAt: at + firstAfter, lastAt: at + lastAfter, last, quality: qualityOf(quality) };
  return { ...plain, states: states === null ? statesThatFollow(plain, unitMs) : (JSON.parse(states) as Record<string, number>) };
}

/** The usual bucket of a 0-or-1 point: one state all the time, not worth a text of its own. */
function statesThatFollow(r: Omit<RollUp, 'states'>, unitMs: number): RollUp['states'] {
  if (r.bad > 0 || r.min === null || r.min !== r.max || (r.min !== 0 && r.min !== 1)) return null;
  return { [r.min === 0 ? '0' : '1']: r.at + unitMs - r.firstAt };
}
