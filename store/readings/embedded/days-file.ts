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
const SCHEMA = `
  CREATE TABLE day (
    day INTEGER PRIMARY KEY,
    part INTEGER NOT NULL, -- how often raw points of this day were deleted
    open INTEGER NOT NULL -- 1 = something is due
  ) STRICT;
  PRAGMA user_version = ${FORMAT};
`;

export interface DayMark {
  /** Roll-ups of the raw points present are this part; those of lower parts are of deleted ones. */
  readonly part: number;
  readonly open: boolean;
}

export interface DaysFile {
  all(): ReadonlyMap<Day, DayMark>;
  set(day: Day, mark: DayMark): void;
  close(): void;
}

export function openDaysFile(folder: string, access: 'write' | 'read'): DaysFile {
  const path = join(folder, FILE_NAME);
  let db: Database.Database | null = null;
  let read: Database.Statement<[], { day: number; part: number; open: number }> | null = null;

  /** A reader may be there before the file. */
  function opened(): Database.Database | null {
    if (db === null && (access === 'write' || existsSync(path))) {
      db = openFile(path, access, { schema: SCHEMA, current: FORMAT, older: [] });
      read = db.prepare('SELECT day, part, open FROM day');
    }
    return db;
  }

  return {
    all() {
      opened();
      return new Map((read?.all() ?? []).map(({ day, part, open }) => [day, { part, open: open !== 0 }]));
    },
    set(day, { part, open }) {
      opened()
        ?.prepare<[number, number, number]>('INSERT OR REPLACE INTO day (day, part, open) VALUES (?, ?, ?)')
        .run(day, part, open ? 1 : 0);
    },
    close: () => void db?.close(),
  };
}
