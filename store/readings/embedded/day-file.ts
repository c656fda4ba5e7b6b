/**
 * One day of readings in one SQLite file. Rows are clustered by (point, sample time), so that a trend is one run of neighbouring
 * rows; the few texts of a point are kept once per file, which keeps every file readable and deletable by itself.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Quality, StoredReading, Value } from '../../../model/reading.ts';
import type { EpochMs } from '../../../model/time.ts';
import { StoreFailure } from '../failure.ts';
import { BAD_CODE, flagsOf, qualityCode, qualityOf } from './quality-code.ts';

/** Format of the file (`user_version`). */
const FORMAT = 1;
/** Rows one read transaction visits at most: a longer reader would keep the writer's log from being folded back. */
const READ_ROWS = 5_000;

const SCHEMA = `
  CREATE TABLE point (
    id INTEGER PRIMARY KEY,
    enterprise TEXT NOT NULL,
    device TEXT NOT NULL,
    measurement TEXT NOT NULL,
    channel INTEGER NOT NULL, -- -1 = the measurement has none
    UNIQUE (enterprise, device, measurement, channel)
  ) STRICT;
  CREATE TABLE reading (
    point INTEGER NOT NULL,
    sample_at INTEGER NOT NULL,
    received_after INTEGER NOT NULL, -- arrival - sample, ms
    value ANY,
    quality INTEGER NOT NULL,
    PRIMARY KEY (point, sample_at)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${FORMAT};
`;

const NO_CHANNEL = -1;

/** A point within one enterprise's device, as the queries name it. */
export interface PointName {
  readonly enterprise: string;
  readonly device: string;
  readonly measurement: string;
  readonly channel: number | null;
}

/** Values of one bucket of a page, summed up by SQLite. */
export interface PartialBucket {
  readonly index: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly count: number;
}

export interface DayFile {
  /** One transaction, durable on return. Later readings of the same (point, sampleAt) replace earlier ones. */
  write(readings: readonly StoredReading[]): void;
  /** Oldest first, at most `limit`. */
  range(point: PointName, from: EpochMs, to: EpochMs, limit: number): readonly (readonly [EpochMs, Value, Quality])[];
  /** Sums over the numbers that are not bad, in pages; buckets split by a page come twice. */
  buckets(point: PointName, from: EpochMs, to: EpochMs, origin: EpochMs, bucketMs: number): Iterable<PartialBucket>;
  /** Every reading of a device, in no order. */
  all(enterprise: string, device: string, from: EpochMs, to: EpochMs): Iterable<StoredReading>;
  close(): void;
}

type RangeRow = [sampleAt: number, value: Value, quality: number];

/**
 * @param access with `read` the file must exist and is never changed.
 * @throws StoreFailure when it is damaged or of an unknown format.
 */
export function openDayFile(path: string, access: 'write' | 'read'): DayFile {
  if (access === 'write' && !existsSync(path)) createFile(path);
  const db = new Database(path, { readonly: access === 'read', fileMustExist: true });
  try {
    prepareFile(db, path, access);
    return dayFile(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Under another name first: a reader, or a start after a crash, never meets a file without its tables. */
function createFile(path: string): void {
  const unfinished = `${path}.new`;
  rmSync(unfinished, { force: true });
  const db = new Database(unfinished);
  try {
    db.exec(SCHEMA);
  } finally {
    db.close();
  }
  renameSync(unfinished, path);
}

function prepareFile(db: Database.Database, path: string, access: 'write' | 'read'): void {
  db.pragma('busy_timeout = 5000');
  if (access === 'write') {
    db.pragma('journal_mode = WAL');
    // FULL: the journal may be trimmed as soon as a batch is in, so a batch that was answered for survives power loss.
    db.pragma('synchronous = FULL');
    db.pragma('wal_autocheckpoint = 4000');
    db.pragma('cache_size = -65536');
  }
  const format = db.pragma('user_version', { simple: true });
  if (format !== FORMAT) {
    throw new StoreFailure('store-failed', `${path} has format ${String(format)}; this build reads format ${FORMAT}`);
  }
}

function dayFile(db: Database.Database): DayFile {
  const findPoint = db
    .prepare<[string, string, string, number], number>(
      'SELECT id FROM point WHERE enterprise = ? AND device = ? AND measurement = ? AND channel = ?',
    )
    .pluck();
  const addPoint = db.prepare<[string, string, string, number]>(
    'INSERT INTO point (enterprise, device, measurement, channel) VALUES (?, ?, ?, ?)',
  );
  const put = db.prepare<[number, number, number, Value, number]>(
    'INSERT OR REPLACE INTO reading (point, sample_at, received_after, value, quality) VALUES (?, ?, ?, ?, ?)',
  );
  const rangeRows = db
    .prepare<[number, number, number, number], RangeRow>(
      'SELECT sample_at, value, quality FROM reading WHERE point = ? AND sample_at >= ? AND sample_at < ? ORDER BY sample_at LIMIT ?',
    )
    .raw();
  const bucketRows = db.prepare<
    { point: number; from: number; to: number; origin: number; width: number; rows: number },
    { b: number; low: number | null; high: number | null; total: number | null; n: number; seen: number; last: number }
  >(`
    SELECT (sample_at - CAST(@origin AS INTEGER)) / CAST(@width AS INTEGER) AS b, -- CAST: large numbers arrive as reals
           min(v) AS low, max(v) AS high, total(v) AS total, count(v) AS n,
           count(*) AS seen, max(sample_at) AS last
    FROM (
      SELECT sample_at, CASE WHEN typeof(value) IN ('real', 'integer') AND quality % 8 <> ${BAD_CODE} THEN value END AS v
      FROM reading WHERE point = @point AND sample_at >= @from AND sample_at < @to ORDER BY sample_at LIMIT @rows
    )
    GROUP BY b`);
  const pointsOf = db.prepare<[string, string], { id: number; measurement: string; channel: number }>(
    'SELECT id, measurement, channel FROM point WHERE enterprise = ? AND device = ?',
  );
  const fullRows = db
    .prepare<[number, number, number], [number, number, Value, number]>(
      `SELECT sample_at, received_after, value, quality FROM reading
       WHERE point = ? AND sample_at >= ? AND sample_at < ? ORDER BY sample_at LIMIT ${READ_ROWS}`,
    )
    .raw();

  /** enterprise → device → measurement → channel → id: no joined key strings on the hot path. */
  const known = new Map<string, Map<string, Map<string, Map<number, number>>>>();

  function idFor(r: PointName): number {
    const channel = r.channel ?? NO_CHANNEL;
    const channels = child(child(child(known, r.enterprise), r.device), r.measurement);
    let id = channels.get(channel);
    if (id === undefined) {
      id =
        findPoint.get(r.enterprise, r.device, r.measurement, channel) ??
        Number(addPoint.run(r.enterprise, r.device, r.measurement, channel).lastInsertRowid);
      channels.set(channel, id);
    }
    return id;
  }

  function existing(r: PointName): number | undefined {
    return findPoint.get(r.enterprise, r.device, r.measurement, r.channel ?? NO_CHANNEL);
  }

  const writeAll = db.transaction((readings: readonly StoredReading[]) => {
    for (const r of readings) put.run(idFor(r), r.sampleAt, r.receivedAt - r.sampleAt, r.value, qualityCode(r.quality, r.flags));
  });

  return {
    write(readings) {
      try {
        writeAll.immediate(readings);
      } catch (error) {
        // Ids given inside the transaction went with it.
        known.clear();
        throw error;
      }
    },

    range(point, from, to, limit) {
      const id = existing(point);
      if (id === undefined) return [];
      return rangeRows.all(id, from, to, limit).map(([at, value, code]) => [at, value, qualityOf(code)] as const);
    },

    *buckets(point, from, to, origin, bucketMs) {
      const id = existing(point);
      if (id === undefined) return;
      let next = from;
      for (;;) {
        const rows = bucketRows.all({ point: id, from: next, to, origin, width: bucketMs, rows: READ_ROWS });
        let seen = 0;
        for (const row of rows) {
          seen += row.seen;
          next = Math.max(next, row.last + 1);
          if (row.n > 0 && row.low !== null && row.high !== null && row.total !== null) {
            yield { index: row.b, min: row.low, max: row.high, sum: row.total, count: row.n };
          }
        }
        if (seen < READ_ROWS) return;
      }
    },

    *all(enterprise, device, from, to) {
      for (const { id, measurement, channel } of pointsOf.all(enterprise, device)) {
        let next = from;
        for (;;) {
          const rows = fullRows.all(id, next, to);
          for (const [sampleAt, receivedAfter, value, code] of rows) {
            next = sampleAt + 1;
            yield {
              enterprise,
              device,
              measurement,
              channel: channel === NO_CHANNEL ? null : channel,
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

    close: () => void db.close(),
  };
}

function child<K, I, V>(map: Map<K, Map<I, V>>, key: K): Map<I, V> {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = new Map<I, V>()));
  return found;
}
