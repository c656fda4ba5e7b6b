/**
 * How far the journal has been projected into a store: one row in a small SQLite file of the data folder. It is written after the
 * readings are safe, never before; a crash between the two makes the last batch be written again, which changes nothing.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { StoreFailure } from './failure.ts';

const FORMAT = 1;
const FILE_NAME = 'position.db';

export interface Mark {
  /** Last journal entry whose readings are in; 0 = none. */
  readonly position: number;
  /**
   * Latest arrival time among all readings ever written, ms; null = none. A stamp that runs further ahead of its arrival than is tolerated
   * (kept as it is while our own clock is not believed) counts as an arrival so much before it: no sample is later than this and the tolerance.
   */
  readonly latestArrival: number | null;
}

export interface PositionFile {
  read(): Mark;
  write(mark: Mark): void;
  close(): void;
}

/**
 * @param target which store the position is of: another database starts from the beginning of the journal.
 * @throws StoreFailure when the folder cannot be used or the file has an unknown format.
 */
export function openPositionFile(folder: string, target: string): PositionFile {
  const path = join(folder, FILE_NAME);
  let db: Database.Database;
  try {
    mkdirSync(folder, { recursive: true });
    db = new Database(path);
  } catch (error) {
    throw new StoreFailure('store-failed', `${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    db.pragma('journal_mode = WAL');
    // NORMAL: after a power failure the position may be an older one, never a newer one than the readings, which are synced before.
    db.pragma('synchronous = NORMAL');
    const format = db.pragma('user_version', { simple: true });
    if (format === 0) {
      db.exec(`
        BEGIN;
        CREATE TABLE mark (target TEXT PRIMARY KEY, position INTEGER NOT NULL, latest_arrival INTEGER) STRICT;
        PRAGMA user_version = ${FORMAT};
        COMMIT;`);
    } else if (format !== FORMAT) {
      throw new StoreFailure('store-failed', `${path} has format ${String(format)}; this build reads format ${FORMAT}`);
    }
    const get = db.prepare<[string], { position: number; latest_arrival: number | null }>(
      'SELECT position, latest_arrival FROM mark WHERE target = ?',
    );
    const put = db.prepare<[string, number, number | null]>(
      'INSERT OR REPLACE INTO mark (target, position, latest_arrival) VALUES (?, ?, ?)',
    );
    return {
      read() {
        const row = get.get(target);
        return row === undefined ? { position: 0, latestArrival: null } : { position: row.position, latestArrival: row.latest_arrival };
      },
      write: (mark) => void put.run(target, mark.position, mark.latestArrival),
      close: () => void db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}
