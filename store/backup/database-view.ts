/**
 * One SQLite file of a running platform, as it is at one moment: a read transaction of our own is held for as long as it is copied. The
 * writer goes on meanwhile; what it writes gathers in the file's log. A copy of the file alone, or of file and log one after the other,
 * would be neither of two states.
 */
import { statSync } from 'node:fs';
import Database from 'better-sqlite3';

/** Pages copied at a time: 8 MB, a few milliseconds. */
const STEP_PAGES = 2_048;
/** The file may be deleted and begun anew while it is opened; more often than this is no coincidence. */
const OPENINGS = 20;

export interface DatabaseView {
  readonly db: Database.Database;
  /** The writing side opens the file that comes out like its own: log mode, format and page size are those of the source. */
  copyTo(target: string, onStep?: () => void): Promise<void>;
  close(): void;
}

/** @returns null when there is no such file (any more). @throws when it is no database */
export function openView(path: string): DatabaseView | null {
  for (let opening = 0; opening < OPENINGS; opening++) {
    const before = inodeOf(path);
    if (before === null) return null;
    let db: Database.Database;
    try {
      db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
    } catch (error) {
      if (inodeOf(path) === null) return null;
      throw error;
    }
    try {
      db.exec('BEGIN');
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
    } catch (error) {
      db.close();
      if (inodeOf(path) !== before) continue;
      throw error;
    }
    // Deleted under us, the log that was opened by its name may belong to the file's successor.
    if (inodeOf(path) === before) return viewOf(db);
    db.close();
  }
  throw new Error(`${path} is deleted and made again all the time`);
}

function viewOf(db: Database.Database): DatabaseView {
  return {
    db,
    async copyTo(target, onStep) {
      await db.backup(target, {
        progress() {
          onStep?.();
          return STEP_PAGES;
        },
      });
    },
    close: () => void db.close(),
  };
}

function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}
