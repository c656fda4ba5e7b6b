/**
 * Follows the journal from outside its thread: in short read transactions of its own connection, one after the other. It is not disturbed
 * by a rotation, and says so when what it wants was trimmed.
 */
import type { Database } from 'better-sqlite3';
import type { Entry } from '../../model/entry.ts';
import type { Verdicts } from '../../model/ports/journal.ts';
import { decodeCommit, EntryFormatError } from './line.ts';
import { type CommitRow, JournalFileError, listSegments, openSegment, readRows, type SegmentName } from './segment.ts';

export interface JournalChunk {
  readonly kind: 'entries';
  readonly entries: Entry[];
  /** Newest `appliedTo`, and every resend named, in the commits that were read; null where none had a header. */
  readonly verdicts: Verdicts | null;
  /** Number of the last of `entries`. */
  readonly lastSeq: number;
}
/** The entry after `afterSeq` is not in the journal any more. */
export interface JournalTrimmed {
  readonly kind: 'trimmed';
  /** First number there still is. */
  readonly firstSeq: number;
}

export interface JournalReader {
  /**
   * Whole commits after `afterSeq`, until `maxEntries` are gathered (at least one commit, so it may be more); null when there is nothing new.
   * @throws JournalFileError naming the file that cannot be read
   */
  next(afterSeq: number, maxEntries: number): JournalChunk | JournalTrimmed | null;
  close(): void;
}

/** @param folder the journal's folder (`…/journal`); it may be empty or missing still. */
export function openReader(folder: string): JournalReader {
  let open: { readonly path: string; readonly db: Database } | null = null;

  function close(): void {
    open?.db.close();
    open = null;
  }

  function connection(segment: SegmentName): Database {
    if (open !== null && open.path === segment.path) return open.db;
    close();
    const db = openSegment(segment, 'read');
    open = { path: segment.path, db };
    return db;
  }

  return {
    close,
    next(afterSeq, maxEntries) {
      const wanted = afterSeq + 1;
      const segments = segmentsOf(folder);
      const first = segments[0];
      if (first === undefined) return null;
      if (first.firstSeq > wanted) return { kind: 'trimmed', firstSeq: first.firstSeq };
      const at = segments.findLastIndex((one) => one.firstSeq <= wanted);
      const segment = segments[at];
      if (segment === undefined) return null;
      // Rows from the next segment's first number on are void: their fsync failed.
      const below = segments[at + 1]?.firstSeq ?? Number.MAX_SAFE_INTEGER;
      const rows = readRows(connection(segment), wanted, below, maxEntries);
      return rows.length === 0 ? null : chunkOf(rows, wanted, segment.path);
    },
  };
}

function segmentsOf(folder: string): SegmentName[] {
  try {
    return listSegments(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function chunkOf(rows: readonly CommitRow[], wanted: number, path: string): JournalChunk {
  const entries: Entry[] = [];
  const resends: number[] = [];
  let appliedTo: number | null = null;
  let lastSeq = wanted - 1;
  for (const row of rows) {
    if (row.firstSeq > lastSeq + 1) throw new JournalFileError('damaged', `${path}: after entry ${lastSeq} comes ${row.firstSeq}`);
    const decoded = decode(row, path);
    for (const entry of decoded) if (entry.seq >= wanted) entries.push(entry);
    lastSeq = row.lastSeq;
    if (row.header === null) continue;
    const verdicts = JSON.parse(row.header) as Verdicts;
    appliedTo = verdicts.appliedTo;
    for (const seq of verdicts.resends) resends.push(seq);
  }
  return { kind: 'entries', entries, lastSeq, verdicts: appliedTo === null ? null : { appliedTo, resends } };
}

function decode(row: CommitRow, path: string): Entry[] {
  try {
    const entries = decodeCommit(row.blob.toString('utf8'), row.firstSeq);
    if (entries.length === row.lastSeq - row.firstSeq + 1) return entries;
    throw new JournalFileError(
      'damaged',
      `${path}: the commit of entry ${row.firstSeq} holds ${entries.length} entries, not up to ${row.lastSeq}`,
    );
  } catch (error) {
    if (error instanceof EntryFormatError) throw new JournalFileError('unknown-version', `${path}: ${error.message}`);
    if (error instanceof SyntaxError) throw new JournalFileError('damaged', `${path}: the commit of entry ${row.firstSeq} is not JSON`);
    throw error;
  }
}
