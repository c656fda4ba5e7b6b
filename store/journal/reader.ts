/**
 * Follows the journal from outside its thread: in short read transactions of its own connection, one after the other. It is not disturbed
 * by a rotation, and says so when what it wants was trimmed.
 */
import type { Database } from 'better-sqlite3';
import type { Entry } from '../../model/entry.ts';
import type { Verdicts } from '../../model/ports/journal.ts';
import { decodeCommit, EntryFormatError, type ReadingListener, tellReadings } from './line.ts';
import { type CommitRow, JournalFileError, listSegments, openSegment, readRows, type SegmentName } from './segment.ts';

/** Commits that were read. */
export interface JournalPassage {
  readonly kind: 'entries';
  /** Newest `appliedTo`, and every resend named, in the commits that were read; null where none had a header. */
  readonly verdicts: Verdicts | null;
  /** Number of the last entry. */
  readonly lastSeq: number;
}
export interface JournalChunk extends JournalPassage {
  readonly entries: Entry[];
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
  /** The same for one who wants only the readings. After an error the listener may have been told a part. */
  tell(afterSeq: number, maxEntries: number, listener: ReadingListener): JournalPassage | JournalTrimmed | null;
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

  function read(afterSeq: number, maxEntries: number, take: TakeCommit): JournalPassage | JournalTrimmed | null {
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
    return rows.length === 0 ? null : passageOf(rows, wanted, segment.path, take);
  }

  return {
    close,
    next(afterSeq, maxEntries) {
      const entries: Entry[] = [];
      const passage = read(afterSeq, maxEntries, (text, firstSeq, wanted) => {
        const decoded = decodeCommit(text, firstSeq);
        for (const entry of decoded) if (entry.seq >= wanted) entries.push(entry);
        return decoded.length;
      });
      return passage === null || passage.kind === 'trimmed' ? passage : { ...passage, entries };
    },
    tell: (afterSeq, maxEntries, listener) =>
      read(afterSeq, maxEntries, (text, firstSeq, wanted) => tellReadings(text, firstSeq, wanted, listener)),
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

/** Takes the entries from `wanted` on out of one commit's text; returns how many the commit holds. */
type TakeCommit = (text: string, firstSeq: number, wanted: number) => number;

function passageOf(rows: readonly CommitRow[], wanted: number, path: string, take: TakeCommit): JournalPassage {
  const resends: number[] = [];
  let appliedTo: number | null = null;
  let lastSeq = wanted - 1;
  for (const row of rows) {
    if (row.firstSeq > lastSeq + 1) throw new JournalFileError('damaged', `${path}: after entry ${lastSeq} comes ${row.firstSeq}`);
    takeRow(row, wanted, path, take);
    lastSeq = row.lastSeq;
    if (row.header === null) continue;
    const verdicts = JSON.parse(row.header) as Verdicts;
    appliedTo = verdicts.appliedTo;
    for (const seq of verdicts.resends) resends.push(seq);
  }
  return { kind: 'entries', lastSeq, verdicts: appliedTo === null ? null : { appliedTo, resends } };
}

function takeRow(row: CommitRow, wanted: number, path: string, take: TakeCommit): void {
  try {
    const held = take(row.blob.toString('utf8'), row.firstSeq, wanted);
    if (held === row.lastSeq - row.firstSeq + 1) return;
    throw new JournalFileError('damaged', `${path}: the commit of entry ${row.firstSeq} holds ${held} entries, not up to ${row.lastSeq}`);
  } catch (error) {
    if (error instanceof EntryFormatError) throw new JournalFileError('unknown-version', `${path}: ${error.message}`);
    if (error instanceof SyntaxError) throw new JournalFileError('damaged', `${path}: the commit of entry ${row.firstSeq} is not JSON`);
    throw error;
  }
}
