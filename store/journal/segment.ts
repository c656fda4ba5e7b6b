/**
 * One file of the journal: an SQLite database in WAL mode with one row per commit. A file that bears a segment's name is whole: it is made
 * beside, fsynced and renamed. A later segment makes every row of an earlier one void that has its first number or a higher one; that is
 * how a commit whose fsync failed is taken back.
 *
 * While SQLite has a segment open no code of this process may open the same file by other means: closing it would drop SQLite's locks.
 */
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import Database from 'better-sqlite3';

/** Format of the segment file. */
const SEGMENT_FORMAT = 1;
const NAME = /^(\d{16})(?:-(\d+))?\.seg$/;
const PAGE_BYTES = 8192;
/** WAL pages after which they go over into the file: 4 MB. */
const CHECKPOINT_PAGES = 512;

/** A journal that cannot be read as it is; the message names the file. */
export class JournalFileError extends Error {
  readonly code: 'unknown-version' | 'damaged';
  constructor(code: 'unknown-version' | 'damaged', message: string) {
    super(message);
    this.name = 'JournalFileError';
    this.code = code;
  }
}

export interface SegmentName {
  readonly path: string;
  readonly firstSeq: number;
  /** Counts segments that begin with the same number; the highest counts. */
  readonly again: number;
}

export interface CommitRow {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** When it was committed, UTC ms. */
  readonly at: number;
  /** JSON of the verdicts, or null. */
  readonly header: string | null;
  readonly blob: Buffer;
}

/** The segments of a folder, oldest first. */
export function listSegments(folder: string): SegmentName[] {
  const found: SegmentName[] = [];
  for (const name of readdirSync(folder)) {
    const parts = NAME.exec(name);
    if (parts !== null) found.push({ path: join(folder, name), firstSeq: Number(parts[1]), again: Number(parts[2] ?? 0) });
  }
  return found.sort((a, b) => a.firstSeq - b.firstSeq || a.again - b.again);
}

/** Makes an empty segment that begins with `firstSeq`, durable under its name when this returns. */
export function createSegment(folder: string, firstSeq: number): SegmentName {
  const again = listSegments(folder).filter((one) => one.firstSeq === firstSeq).length === 0 ? 0 : nextAgain(folder, firstSeq);
  const path = join(folder, `${String(firstSeq).padStart(16, '0')}${again === 0 ? '' : `-${again}`}.seg`);
  const beside = `${path}.tmp`;
  rmSync(beside, { force: true });
  const db = new Database(beside);
  try {
    db.pragma(`page_size = ${PAGE_BYTES}`);
    db.pragma('synchronous = OFF');
    db.exec(`
      CREATE TABLE header (format INTEGER NOT NULL, first_seq INTEGER NOT NULL);
      CREATE TABLE commits (first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, at INTEGER NOT NULL, header TEXT, crc INTEGER NOT NULL, blob BLOB NOT NULL);
    `);
    db.prepare('INSERT INTO header VALUES (?, ?)').run(SEGMENT_FORMAT, firstSeq);
    db.pragma('journal_mode = WAL');
  } finally {
    db.close();
  }
  syncPath(beside);
  renameSync(beside, path);
  syncPath(folder);
  return { path, firstSeq, again };
}

function nextAgain(folder: string, firstSeq: number): number {
  return Math.max(...listSegments(folder).flatMap((one) => (one.firstSeq === firstSeq ? [one.again] : []))) + 1;
}

/** Opens a segment and checks its format. @throws JournalFileError naming the file */
export function openSegment(segment: SegmentName, use: 'write' | 'read'): Database.Database {
  let db: Database.Database | null = null;
  try {
    db = new Database(segment.path, { fileMustExist: true, timeout: 5000 });
    const header = db.prepare<[], { format: number; first_seq: number }>('SELECT format, first_seq FROM header').get();
    if (header === undefined) throw new JournalFileError('damaged', `${segment.path}: the journal segment has no header`);
    if (header.format !== SEGMENT_FORMAT) {
      throw new JournalFileError(
        'unknown-version',
        `${segment.path} has format ${header.format}; this version reads format ${SEGMENT_FORMAT}`,
      );
    }
    if (header.first_seq !== segment.firstSeq) {
      throw new JournalFileError(
        'damaged',
        `${segment.path} was made to begin with entry ${header.first_seq}: it does not belong under this name`,
      );
    }
    if (use === 'write') {
      db.pragma('synchronous = FULL');
      db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    } else {
      db.pragma('query_only = 1');
    }
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof Database.SqliteError && error.code !== 'SQLITE_FULL' && !error.code.startsWith('SQLITE_BUSY')) {
      throw new JournalFileError('damaged', `${segment.path}: not readable as a journal segment (${error.code}: ${error.message})`);
    }
    throw error;
  }
}

/** Bytes a segment takes on disk, its WAL included. */
export function segmentBytes(path: string): number {
  return sizeOf(path) + sizeOf(`${path}-wal`);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

export function removeSegment(path: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
}

/** Checksum kept beside each commit. */
function checksum(blob: Uint8Array): number {
  return crc32(blob);
}

/**
 * Rows holding entries from `fromSeq` on and below `belowSeq`, oldest first, until `maxEntries` are gathered (at least one row). One short
 * read transaction.
 * @throws JournalFileError when a row's checksum does not fit
 */
export function readRows(db: Database.Database, fromSeq: number, belowSeq: number, maxEntries: number): CommitRow[] {
  const rows: CommitRow[] = [];
  let entries = 0;
  const found = db
    .prepare<
      [number, number, number],
      { first_seq: number; last_seq: number; at: number; header: string | null; crc: number; blob: Buffer }
    >(
      `SELECT first_seq, last_seq, at, header, crc, blob FROM commits
       WHERE first_seq >= coalesce((SELECT max(first_seq) FROM commits WHERE first_seq <= ?), ?) AND first_seq < ? ORDER BY first_seq`,
    )
    .iterate(fromSeq, fromSeq, belowSeq);
  for (const row of found) {
    if (row.last_seq < fromSeq) continue;
    if (checksum(row.blob) !== row.crc)
      throw new JournalFileError('damaged', `${basename(db.name)}: the commit of entry ${row.first_seq} is damaged`);
    rows.push({ firstSeq: row.first_seq, lastSeq: row.last_seq, at: row.at, header: row.header, blob: row.blob });
    entries += row.last_seq - Math.max(row.first_seq, fromSeq) + 1;
    if (entries >= maxEntries) break;
  }
  return rows;
}

/** Writes commits to an open segment, each in a transaction of its own unless the caller began one. */
export function commitWriter(db: Database.Database): (row: Omit<CommitRow, 'blob'> & { readonly blob: Uint8Array }) => void {
  const insert = db.prepare('INSERT INTO commits (first_seq, last_seq, at, header, crc, blob) VALUES (?, ?, ?, ?, ?, ?)');
  return ({ firstSeq, lastSeq, at, header, blob }) => void insert.run(firstSeq, lastSeq, at, header, checksum(blob), blob);
}

/** Last number committed below `belowSeq`, or null for none. */
export function lastSeqOf(db: Database.Database, belowSeq: number): number | null {
  const row = db
    .prepare<[number], { last: number | null }>('SELECT last_seq AS last FROM commits WHERE first_seq < ? ORDER BY first_seq DESC LIMIT 1')
    .get(belowSeq);
  return row?.last ?? null;
}

function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
