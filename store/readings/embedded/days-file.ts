/**
 * What is known of each day without opening its file: whether anything in it is still to be rolled up, and how often its raw points
 * were deleted. Readers then open only the days in which something is due. A day is marked open before a reading goes into it and
 * closed after its last hour was rolled up, so an open mark may be needless but never missing.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Day } from './day.ts';
import { openFile } from './file.ts';

const FORMAT = 1;
const FILE_NAME = 'days.db';
const CLOSED = 0;
const OPEN = 1;
const DELETING = 2;
const SCHEMA = `
  CREATE TABLE day (
    day INTEGER PRIMARY KEY,
    part INTEGER NOT NULL, -- how often raw points of this day were deleted
    state INTEGER NOT NULL -- 0 = all is rolled up, 1 = something is due, 2 = its raw points are being deleted
  ) STRICT;
  PRAGMA user_version = ${FORMAT};
`;

export interface DayMark {
  /** Roll-ups of the raw points present are this part; those of lower parts are of deleted ones. */
  readonly part: number;
  readonly open: boolean;
  /** The raw points are being deleted: after a crash they may still be there, and must go before another part begins. */
  readonly deleting?: true;
}

export interface DaysFile {
  all(): ReadonlyMap<Day, DayMark>;
  set(day: Day, mark: DayMark): void;
  close(): void;
}

export function openDaysFile(folder: string, access: 'write' | 'read'): DaysFile {
  const path = join(folder, FILE_NAME);
  let db: Database.Database | null = null;
  let read: Database.Statement<[], { day: number; part: number; state: number }> | null = null;

  /** A reader may be there before the file. */
  function opened(): Database.Database | null {
    if (db === null && (access === 'write' || existsSync(path))) {
      db = openFile(path, access, { schema: SCHEMA, current: FORMAT, older: [] });
      read = db.prepare('SELECT day, part, state FROM day');
    }
    return db;
  }

  return {
    all() {
      opened();
      return new Map(
        (read?.all() ?? []).map(({ day, part, state }) => [
          day,
          { part, open: state === OPEN, ...(state === DELETING ? { deleting: true as const } : {}) },
        ]),
      );
    },
    set(day, { part, open, deleting }) {
      opened()
        ?.prepare<[number, number, number]>('INSERT OR REPLACE INTO day (day, part, state) VALUES (?, ?, ?)')
        .run(day, part, deleting ? DELETING : open ? OPEN : CLOSED);
    },
    close: () => void db?.close(),
  };
}
