/** What the SQLite files of the embedded store have in common: how they come into being and how they are opened. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { StoreFailure } from '../failure.ts';

/** Pages of the log after which they go over into the file: 64 MB. A point's last page is in every batch's log and goes over once. */
const CHECKPOINT_PAGES = 16_000;

export interface FileFormat {
  /** Makes an empty file; sets `user_version` to `current`. */
  readonly schema: string;
  readonly current: number;
  /** Older formats that may be read. */
  readonly older: readonly number[];
  /** Brings a file of an older format to the current one; only with `write`. */
  readonly upgrade?: (db: Database.Database, from: number) => void;
}

/**
 * @param access with `read` the file must exist and is never changed.
 * @throws StoreFailure when it is damaged or of an unknown format.
 */
export function openFile(path: string, access: 'write' | 'read', format: FileFormat): Database.Database {
  if (access === 'write' && !existsSync(path)) createFile(path, format.schema);
  const db = new Database(path, { readonly: access === 'read', fileMustExist: true });
  try {
    db.pragma('busy_timeout = 5000');
    if (access === 'write') {
      db.pragma('journal_mode = WAL');
      // FULL: the journal may be trimmed as soon as a batch is in, so a batch that was answered for survives power loss.
      db.pragma('synchronous = FULL');
      db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      db.pragma('cache_size = -65536');
    }
    const found = db.pragma('user_version', { simple: true });
    if (found === format.current) return db;
    if (typeof found !== 'number' || !format.older.includes(found)) {
      throw new StoreFailure('store-failed', `${path} has format ${String(found)}; this build reads format ${format.current}`);
    }
    if (access === 'write') format.upgrade?.(db, found);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Under another name first: a reader, or a start after a crash, never meets a file without its tables. */
function createFile(path: string, schema: string): void {
  const unfinished = `${path}.new`;
  rmSync(unfinished, { force: true });
  const db = new Database(unfinished);
  try {
    db.exec(schema);
  } finally {
    db.close();
  }
  // The log of a file of this name that was deleted would be taken for ours.
  removeLogs(path);
  renameSync(unfinished, path);
}

/** Deletes the file and its log; readers that have it open keep what they see. */
export function removeFile(path: string): void {
  rmSync(path, { force: true });
  removeLogs(path);
}

function removeLogs(path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
}
