/**
 * How far the alarm events have reached the receiver: one row in a small SQLite file. It is written after the receiver's answer, never
 * before; a crash between the two sends the last events again under the same ids.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';

const FORMAT = 1;

/** Kept by its name in the data folder. */
export const OUTBOX_FILE = 'outbox.db';

export interface OutboxFile {
  /** Part of every event's id: numbers of events begin anew in a new data folder. */
  readonly installation: string;
  readonly position: number;
  write(position: number): void;
  close(): void;
}

/**
 * @param startAt number of the last event there is: a receiver that is new hears what happens from now on, not the history.
 * @throws Error when the file cannot be used or has an unknown format
 */
export function openOutboxFile(path: string, startAt: number): OutboxFile {
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    // NORMAL: after a power failure the position may be an older one, never a newer one.
    db.pragma('synchronous = NORMAL');
    const format = db.pragma('user_version', { simple: true });
    if (format === 0) {
      db.exec('BEGIN; CREATE TABLE outbox (installation TEXT NOT NULL, position INTEGER NOT NULL) STRICT');
      db.prepare('INSERT INTO outbox VALUES (?, ?)').run(randomBytes(8).toString('hex'), startAt);
      db.exec(`PRAGMA user_version = ${FORMAT}; COMMIT`);
    } else if (format !== FORMAT) {
      throw new Error(`${path} has format ${String(format)}; this build reads format ${FORMAT}`);
    }
    const row = db.prepare<[], { installation: string; position: number }>('SELECT installation, position FROM outbox').get();
    if (row === undefined) throw new Error(`${path} holds no position`);
    const put = db.prepare('UPDATE outbox SET position = ?');
    return { ...row, write: (position) => void put.run(position), close: () => void db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** No webhook is set: one that is set later begins with what happens then. */
export function forgetOutbox(path: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
}
