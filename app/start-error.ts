import { freeBytesAt } from '../store/journal/reserve.ts';

/** A start that cannot go on: one line for the person who typed the command, exit 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/**
 * What the parts throw when they cannot be opened as they are (a damaged file, the format of a newer version): their messages name the
 * file and say what is the matter, and the person who typed the command gets that line and no stack.
 */
const SAID_BY_THE_PARTS: ReadonlySet<string> = new Set([
  'StartError',
  'RecoveryError',
  'ConfigError',
  'JournalOpenError',
  'JournalFileError',
  'EntryFormatError',
  'SnapshotFormatError',
  'RecordsError',
  'StoreFailure',
  'ThreadError',
]);

/** SQLite's words, which come without a path, and the system's codes. */
const NO_SPACE = /database or disk is full|SQLITE_FULL|ENOSPC|EDQUOT|no space left on device/i;
/** What SQLite says where there is no room for its shared memory beside the file; of a disk with room it is another matter. */
const PERHAPS_NO_SPACE = /disk I\/O error|SQLITE_IOERR/i;
const NO_ROOM_BYTES = 1024 * 1024;

/**
 * A start that found not a byte: whatever part met it first, and whatever it said, the person is told which disk and what to do. Null for
 * any other error. What is asked for is room for the reserve (64 MB) and a quarter more, which the journal waits for (semantics 8).
 */
export function fullDisk(error: unknown, dataDir: string, freeBytes: (path: string) => number = freeBytesAt): StartError | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error ? String(error.code) : '';
  const said = `${code} ${error.message}`;
  if (!NO_SPACE.test(said) && !(PERHAPS_NO_SPACE.test(said) && freeBytes(dataDir) < NO_ROOM_BYTES)) return null;
  return new StartError(
    `BEACON_DATA_DIR=${dataDir}: the disk of this folder is full and the reserve used up (${error.message}); ` +
      'free at least 80 MB on that disk, of files outside this folder, and start again',
  );
}

/** The line for an error that ends a start, or null for a mistake of ours, which keeps its stack. */
export function startLine(error: unknown): string | null {
  if (!(error instanceof Error) || !SAID_BY_THE_PARTS.has(error.name)) return null;
  return error.message.replaceAll(/\s*\n\s*/g, '; ');
}
