/** What a backup says about the records in it, read from the file itself. */
import type Database from 'better-sqlite3';
import type { LiveEvent } from '../../model/alarm.ts';

export interface RecordsFacts {
  /** Number of the last event; 0 = none. */
  readonly events: number;
  /** Journal entry of the last alarm event; 0 = none. */
  readonly lastEntry: number;
  readonly accounts: number;
  readonly credentials: number;
}

export function lookAtRecords(db: Database.Database): RecordsFacts {
  const count = (sql: string): number => db.prepare<[], number | null>(sql).pluck().get() ?? 0;
  const last = db.prepare<[], string>(`SELECT body FROM event WHERE kind = 'alarm' ORDER BY seq DESC LIMIT 1`).pluck().get();
  const event = last === undefined ? null : (JSON.parse(last) as LiveEvent);
  return {
    events: count('SELECT max(seq) FROM event'),
    lastEntry: event?.kind === 'alarm' ? event.event.entry : 0,
    accounts: count('SELECT count(*) FROM account'),
    credentials: count('SELECT count(*) FROM credential'),
  };
}

/** No credential was issued, issued anew or removed between the two. */
export function sameCredentials(before: Database.Database, after: Database.Database): boolean {
  const sum = (db: Database.Database): string => JSON.stringify(db.prepare('SELECT count(*), max(created_at) FROM credential').raw().get());
  return sum(before) === sum(after);
}
