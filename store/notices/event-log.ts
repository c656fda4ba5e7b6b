/**
 * Alarm events as the records hold them, read by a connection of its own in short transactions. They come in there only after the entry
 * that caused them is durable, in the order of their numbers, and stay: the outbox needs no copy.
 */
import Database from 'better-sqlite3';
import type { LiveEvent } from '../../model/alarm.ts';

export interface EventLog {
  /** Events after `seq`, oldest first. */
  after(seq: number, limit: number): readonly LiveEvent[];
  last(): number;
  /** Alarm events after `seq`, counted up to `most`. */
  count(seq: number, most: number): number;
  close(): void;
}

/** @param path records.db, opened and migrated by the records' own thread before */
export function openEventLog(path: string): EventLog {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
  const after = db.prepare<[number, number], { body: string }>('SELECT body FROM event WHERE seq > ? ORDER BY seq LIMIT ?');
  const last = db.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM event');
  const count = db.prepare<[number, number], { n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM event WHERE seq > ? AND kind = 'alarm' LIMIT ?)`,
  );
  return {
    after: (seq, limit) => after.all(seq, limit).map((row) => JSON.parse(row.body) as LiveEvent),
    last: () => last.get()?.seq ?? 0,
    count: (seq, most) => count.get(seq, most)?.n ?? 0,
    close: () => void db.close(),
  };
}
