/**
 * One process per data folder. The lock is a lock of the operating system (held by SQLite on the file `lock`), so that it ends with the
 * process however that ends: after kill -9 there is nothing stale to wait for. Nothing else in this process may open that file.
 */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { makeFolder } from './make-folder.ts';

export type FolderLock = { release(): void } | { readonly error: 'in-use' | 'not-writable'; readonly detail: string };

/** Makes the folder where it is missing and takes its lock. */
export async function lockFolder(path: string): Promise<FolderLock> {
  try {
    makeFolder(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return { error: 'not-writable', detail: messageOf(error) };
  }
  let file: Database.Database | null = null;
  try {
    file = new Database(join(path, 'lock'), { timeout: 0 });
    // The lock is all that is wanted: nothing is ever written, so that it is had on a full disk, too.
    file.pragma('journal_mode = MEMORY');
    file.exec('BEGIN EXCLUSIVE');
    const held = file;
    return { release: () => void held.close() };
  } catch (error) {
    file?.close();
    const code = error instanceof Database.SqliteError ? error.code : '';
    if (code.startsWith('SQLITE_BUSY')) return { error: 'in-use', detail: `another process holds ${join(path, 'lock')}` };
    return { error: 'not-writable', detail: `${join(path, 'lock')}: ${messageOf(error)}` };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
