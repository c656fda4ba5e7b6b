/**
 * One day of readings in one SQLite file. Rows are clustered by (point, sample time), so that a trend is one run of neighbouring
 * rows; the few texts of a point are kept once per file, which keeps every file readable and deletable by itself.
 */
import type Database from 'better-sqlite3';
import type { NumberedPoints, PointName, ReadingColumns } from '../../../model/ports/reading-store.ts';
import type { Quality, StoredReading, Value } from '../../../model/reading.ts';
import type { EpochMs } from '../../../model/time.ts';
import { BAD_CODE, flagsOf, qualityOf } from '../quality-code.ts';
import { orderedByKey } from './by-point.ts';
import type { Day } from './day.ts';
import { DUE_SCHEMA, dueHours, type DueHours } from './due.ts';
import { type FileFormat, openFile } from './file.ts';
import { POINT_SCHEMA, pointTable } from './point-table.ts';

/** Format of the file (`user_version`). */
const FORMAT = 2;
/** Rows one read transaction visits at most: a longer reader would keep the writer's log from being folded back. */
const READ_ROWS = 5_000;
/** Rows of one statement: a statement costs more than a row; beyond this more rows gain nothing. */
const PUT_ROWS = 32;
const PUT_COLUMNS = 5;

const SCHEMA = `
  ${POINT_SCHEMA}
  CREATE TABLE reading (
    point INTEGER NOT NULL,
    sample_at INTEGER NOT NULL,
    received_after INTEGER NOT NULL, -- arrival - sample, ms
    value ANY,
    quality INTEGER NOT NULL,
    PRIMARY KEY (point, sample_at)
  ) STRICT, WITHOUT ROWID;
  ${DUE_SCHEMA}
  PRAGMA user_version = ${FORMAT};
`;

/** Values of one bucket of a page, summed up by SQLite. */
export interface PartialBucket {
  readonly index: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  /** Numbers that are not bad; where it is 0 the three before it say nothing. */
  readonly count: number;
  /** Samples that are bad or have no value. */
  readonly bad: number;
}

export interface DayFile {
  /** One transaction, durable on return. Later rows of the same (point, sampleAt) replace earlier ones. */
  write(columns: ReadingColumns, rows: Uint32Array): void;
  /** Oldest first, at most `limit`. */
  range(point: PointName, from: EpochMs, to: EpochMs, limit: number): readonly (readonly [EpochMs, Value, Quality])[];
  /** Sums over the numbers that are not bad, in pages; buckets split by a page come twice. */
  buckets(point: PointName, from: EpochMs, to: EpochMs, origin: EpochMs, bucketMs: number): Iterable<PartialBucket>;
  /** Every reading of a device, in no order. */
  all(enterprise: string, device: string, from: EpochMs, to: EpochMs): Iterable<StoredReading>;
  /** Of a point, oldest first, in pages. */
  pointRows(point: number, from: EpochMs, to: EpochMs): Iterable<readonly [EpochMs, Value, Quality]>;
  nameOf(point: number): PointName;
  numberOf(point: PointName): number | undefined;
  /** Null in a file of a format without roll-ups, opened for reading: everything counts as due. */
  readonly due: DueHours | null;
  close(): void;
}

type RangeRow = [sampleAt: number, value: Value, quality: number];

/** Format 1 knew no roll-ups: all that it holds is due. */
const DAY_FORMAT: FileFormat = {
  schema: SCHEMA,
  current: FORMAT,
  older: [1],
  upgrade: (db) =>
    db.exec(`
      BEGIN;
      ${DUE_SCHEMA}
      INSERT INTO due SELECT DISTINCT (sample_at - (sample_at % 3600000 + 3600000) % 3600000) / 3600000, point FROM reading;
      PRAGMA user_version = ${FORMAT};
      COMMIT;`),
};

/**
 * @param access with `read` the file must exist and is never changed.
 * @throws StoreFailure when it is damaged or of an unknown format.
 */
export function openDayFile(path: string, day: Day, access: 'write' | 'read'): DayFile {
  const db = openFile(path, access, DAY_FORMAT);
  try {
    return dayFile(db, db.pragma('user_version', { simple: true }) === FORMAT ? dueHours(db, day) : null);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** @param due null in a file of a format without roll-ups, opened for reading. */
function dayFile(db: Database.Database, due: DueHours | null): DayFile {
  const points = pointTable(db);
  const put = db.prepare<[Value[]]>(putText(1));
  const putMany = db.prepare<[Value[]]>(putText(PUT_ROWS));
  const rangeRows = db
    .prepare<[number, number, number, number], RangeRow>(
      'SELECT sample_at, value, quality FROM reading WHERE point = ? AND sample_at >= ? AND sample_at < ? ORDER BY sample_at LIMIT ?',
    )
    .raw();
  const bucketRows = db.prepare<
    { point: number; from: number; to: number; origin: number; width: number; rows: number },
    { b: number; low: number | null; high: number | null; total: number | null; n: number; bad: number; seen: number; last: number }
  >(`
    SELECT (sample_at - CAST(@origin AS INTEGER)) / CAST(@width AS INTEGER) AS b, -- CAST: large numbers arrive as reals
           min(v) AS low, max(v) AS high, total(v) AS total, count(v) AS n,
           sum(doubted) AS bad, count(*) AS seen, max(sample_at) AS last
    FROM (
      SELECT sample_at, CASE WHEN typeof(value) IN ('real', 'integer') AND quality % 8 <> ${BAD_CODE} THEN value END AS v,
             value IS NULL OR quality % 8 = ${BAD_CODE} AS doubted
      FROM reading WHERE point = @point AND sample_at >= @from AND sample_at < @to ORDER BY sample_at LIMIT @rows
    )
    GROUP BY b`);
  const fullRows = db
    .prepare<[number, number, number], [number, number, Value, number]>(
      `SELECT sample_at, received_after, value, quality FROM reading
       WHERE point = ? AND sample_at >= ? AND sample_at < ? ORDER BY sample_at LIMIT ${READ_ROWS}`,
    )
    .raw();

  /** Our ids of the points, by their number in `knownBook`. */
  let known: number[] = [];
  let knownBook: NumberedPoints | null = null;

  function idOf(book: NumberedPoints, number: number): number {
    const id = points.findOrAdd(book.name(number));
    known[number] = id;
    return id;
  }

  /** The ids of these rows' points. */
  function idsOf(columns: ReadingColumns, rows: Uint32Array): { readonly ids: Int32Array; readonly highest: number } {
    const { point, points: book } = columns;
    if (knownBook !== book) {
      known = [];
      knownBook = book;
    }
    const ids = new Int32Array(rows.length);
    let highest = 0;
    for (let i = 0; i < rows.length; i++) {
      const number = point[rows[i] as number] as number;
      const id = known[number] ?? idOf(book, number);
      ids[i] = id;
      if (id > highest) highest = id;
    }
    return { ids, highest };
  }

  const writeAll = db.transaction((columns: ReadingColumns, given: Uint32Array) => {
    const { ids, highest } = idsOf(columns, given);
    const { rows, keys } = orderedByKey(given, ids, highest);
    const { sampleAt, receivedAt, quality } = columns;
    const many: Value[] = Array.from({ length: PUT_ROWS * PUT_COLUMNS }, () => null);
    const single: Value[] = Array.from({ length: PUT_COLUMNS }, () => null);
    const fill = (into: Value[], at: number, i: number): void => {
      const row = rows[i] as number;
      const sampled = sampleAt[row] as number;
      into[at] = keys[i] as number;
      into[at + 1] = sampled;
      into[at + 2] = (receivedAt[row] as number) - sampled;
      into[at + 3] = columns.value(row);
      into[at + 4] = quality[row] as number;
      due?.mark(keys[i] as number, sampled);
    };
    let i = 0;
    for (; i + PUT_ROWS <= rows.length; i += PUT_ROWS) {
      for (let j = 0; j < PUT_ROWS; j++) fill(many, j * PUT_COLUMNS, i + j);
      putMany.run(many);
    }
    for (; i < rows.length; i++) {
      fill(single, 0, i);
      put.run(single);
    }
  });

  return {
    write(columns, rows) {
      try {
        writeAll.immediate(columns, rows);
      } catch (error) {
        // Ids given inside the transaction went with it, and so did what it made due.
        knownBook = null;
        due?.forget();
        throw error;
      }
    },

    range(point, from, to, limit) {
      const id = points.find(point);
      if (id === undefined) return [];
      return rangeRows.all(id, from, to, limit).map(([at, value, code]) => [at, value, qualityOf(code)] as const);
    },

    *buckets(point, from, to, origin, bucketMs) {
      const id = points.find(point);
      if (id === undefined) return;
      let next = from;
      for (;;) {
        const rows = bucketRows.all({ point: id, from: next, to, origin, width: bucketMs, rows: READ_ROWS });
        let seen = 0;
        for (const row of rows) {
          seen += row.seen;
          next = Math.max(next, row.last + 1);
          const { b, low, high, total, n, bad } = row;
          if (n > 0 || bad > 0) yield { index: b, min: low ?? 0, max: high ?? 0, sum: total ?? 0, count: n, bad };
        }
        if (seen < READ_ROWS) return;
      }
    },

    *all(enterprise, device, from, to) {
      for (const { id, measurement, channel } of points.of(enterprise, device)) {
        let next = from;
        for (;;) {
          const rows = fullRows.all(id, next, to);
          for (const [sampleAt, receivedAfter, value, code] of rows) {
            next = sampleAt + 1;
            yield {
              enterprise,
              device,
              measurement,
              channel,
              sampleAt,
              receivedAt: sampleAt + receivedAfter,
              value,
              quality: qualityOf(code),
              flags: flagsOf(code),
            };
          }
          if (rows.length < READ_ROWS) break;
        }
      }
    },

    *pointRows(point, from, to) {
      let next = from;
      for (;;) {
        const rows = rangeRows.all(point, next, to, READ_ROWS);
        for (const [at, value, code] of rows) {
          next = at + 1;
          yield [at, value, qualityOf(code)];
        }
        if (rows.length < READ_ROWS) return;
      }
    },
    nameOf: points.nameOf,
    numberOf: points.find,
    due,

    close: () => void db.close(),
  };
}

function putText(rows: number): string {
  const places = Array.from({ length: rows }, () => '(?, ?, ?, ?, ?)').join(', ');
  return `INSERT OR REPLACE INTO reading (point, sample_at, received_after, value, quality) VALUES ${places}`;
}
