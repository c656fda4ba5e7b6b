/**
 * How far alarm events and warnings have reached the receiver: one row in a small SQLite file. It is written after the receiver's answer,
 * never before; a crash between the two sends the last events again under the same ids.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';

/** 2: a position of the warnings beside that of the alarms. */
const FORMAT = 2;

/** Kept by its name in the data folder. */
export const OUTBOX_FILE = 'outbox.db';

/** Alarms and warnings are numbered apart. */
export type Stream = 'alarms' | 'warnings';

export interface Position {
  readonly position: number;
  write(position: number): void;
}

export interface OutboxFile extends Readonly<Record<Stream, Position>> {
  /** Part of every event's id: numbers of events begin anew in a new data folder. */
  readonly installation: string;
  close(): void;
}

interface Row {
  readonly installation: string;
  readonly position: number;
  readonly warnings: number;
}

/**
 * @param startAt numbers of the last events there are: a receiver that is new hears what happens from now on, not the history. So does one
 * that an earlier build told alarms alone: it hears of warnings from now on.
 * @throws Error when the file cannot be used or has an unknown format
 */
export function openOutboxFile(path: string, startAt: Readonly<Record<Stream, number>>): OutboxFile {
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    // NORMAL: after a power failure the position may be an older one, never a newer one.
    db.pragma('synchronous = NORMAL');
    const format = db.pragma('user_version', { simple: true });
    if (format === 0) {
      db.exec('BEGIN; CREATE TABLE outbox (installation TEXT NOT NULL, position INTEGER NOT NULL, warnings INTEGER NOT NULL) STRICT');
      db.prepare('INSERT INTO outbox VALUES (?, ?, ?)').run(randomBytes(8).toString('hex'), startAt.alarms, startAt.warnings);
      db.exec(`PRAGMA user_version = ${FORMAT}; COMMIT`);
    } else if (format === 1) {
      db.exec('BEGIN; ALTER TABLE outbox ADD COLUMN warnings INTEGER NOT NULL DEFAULT 0');
      db.prepare('UPDATE outbox SET warnings = ?').run(startAt.warnings);
      db.exec(`PRAGMA user_version = ${FORMAT}; COMMIT`);
    } else if (format !== FORMAT) {
      throw new Error(`${path} has format ${String(format)}; this build reads formats 1 and ${FORMAT}`);
    }
    const row = db.prepare<[], Row>('SELECT installation, position, warnings FROM outbox').get();
    if (row === undefined) throw new Error(`${path} holds no position`);
    const putAlarms = db.prepare('UPDATE outbox SET position = ?');
    const putWarnings = db.prepare('UPDATE outbox SET warnings = ?');
    return {
      installation: row.installation,
      alarms: { position: row.position, write: (position) => void putAlarms.run(position) },
      warnings: { position: row.warnings, write: (position) => void putWarnings.run(position) },
      close: () => void db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** No webhook is set: one that is set later begins with what happens then. */
export function forgetOutbox(path: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
}
