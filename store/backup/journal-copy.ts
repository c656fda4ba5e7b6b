/**
 * A copy of the journal that follows the original while that is written, rotated and trimmed: commit by commit, in read transactions so
 * short that the journal's thread never waits for them. Followed every second or so, it is far ahead of any trimming.
 */
import type { Database } from 'better-sqlite3';
import { existsSync } from 'node:fs';
import {
  type CommitRow,
  commitWriter,
  createSegment,
  JournalFileError,
  listSegments,
  openSegment,
  readRows,
  type SegmentName,
  segmentBytes,
} from '../journal/segment.ts';
import { syncPath } from './files.ts';

/** Entries of one read transaction. */
const READ_ENTRIES = 5_000;
const FILE_BYTES = 64 * 1024 * 1024;

/** The original was trimmed past what is copied: a copy with a hole is none. */
export class TrimmedAway extends Error {
  override readonly name = 'TrimmedAway';
}

export interface JournalCopy {
  /**
   * Copies on, to the newest commit there was when it began or for so many reads; true when it got there.
   * @throws TrimmedAway, JournalFileError
   */
  follow(reads?: number): boolean;
  /** Entries copied so far; `lastSeq` is `firstSeq - 1` for none. */
  range(): { readonly firstSeq: number; readonly lastSeq: number };
  /** Makes the copy durable. */
  finish(): void;
  /** Ends it without that; after `finish` there is nothing to end. */
  abandon(): void;
}

interface Written {
  readonly name: SegmentName;
  readonly db: Database;
  readonly write: ReturnType<typeof commitWriter>;
}

/**
 * @param source a journal with at least one segment.
 * @param target an empty folder.
 * @throws JournalFileError
 */
export function copyJournal(source: string, target: string): JournalCopy {
  let from: { readonly path: string; readonly db: Database } | null = null;
  /** Where the last commits came from. */
  let read: SegmentName | null = null;
  let out: Written | null = null;
  const finished: string[] = [];
  const [oldest] = listSegments(source);
  if (oldest === undefined) throw new JournalFileError('damaged', `${source} holds no journal segment`);
  const firstSeq = oldest.firstSeq;
  let lastSeq = firstSeq - 1;

  function leave(): void {
    from?.db.close();
    from = null;
  }

  function connection(name: SegmentName): Database {
    read = name;
    if (from?.path === name.path) return from.db;
    leave();
    const db = openSegment(name, 'read');
    from = { path: name.path, db };
    return db;
  }

  function closeOut(): void {
    if (out === null) return;
    out.db.pragma('wal_checkpoint(TRUNCATE)');
    out.db.close();
    finished.push(out.name.path);
    out = null;
  }

  function begin(atSeq: number): Written {
    closeOut();
    const name = createSegment(target, atSeq);
    const db = openSegment(name, 'write');
    // Made durable as a whole, at the end.
    db.pragma('synchronous = OFF');
    out = { name, db, write: commitWriter(db) };
    return out;
  }

  function write(rows: readonly CommitRow[]): void {
    const first = rows[0];
    if (first === undefined) return;
    const into = out === null || segmentBytes(out.name.path) >= FILE_BYTES ? begin(first.firstSeq) : out;
    into.db.transaction(() => {
      for (const row of rows) {
        if (row.firstSeq !== lastSeq + 1) throw new JournalFileError('damaged', `${source}: after entry ${lastSeq} comes ${row.firstSeq}`);
        into.write(row);
        lastSeq = row.lastSeq;
      }
    })();
  }

  /** A commit that could not be made durable was taken back by a later segment: by one of ours, then, too. */
  function takeBack(segments: readonly SegmentName[]): void {
    const known = read;
    if (known === null) return;
    const later = segments.find((one) => (one.firstSeq - known.firstSeq || one.again - known.again) > 0);
    if (later === undefined || later.firstSeq > lastSeq) return;
    begin(later.firstSeq);
    lastSeq = later.firstSeq - 1;
  }

  /** One read; false when it came to the end as it was when it began: a journal that is written to has no other. */
  function step(): boolean {
    const segments = listSegments(source);
    takeBack(segments);
    const wanted = lastSeq + 1;
    const at = segments.findLastIndex((one) => one.firstSeq <= wanted);
    const segment = segments[at];
    if (segment === undefined) throw new TrimmedAway(`the journal was trimmed past entry ${lastSeq} while it was copied`);
    const next = segments[at + 1];
    let rows: readonly CommitRow[];
    try {
      rows = readRows(connection(segment), wanted, next?.firstSeq ?? Number.MAX_SAFE_INTEGER, READ_ENTRIES);
    } catch (error) {
      leave();
      // Trimmed between its name and its content: the next look says how far.
      if (!existsSync(segment.path)) return true;
      throw error;
    }
    write(rows);
    if (next !== undefined) {
      // The segment was left before it was read: what it holds is all there was to come.
      if (rows.length === 0) throw new JournalFileError('damaged', `${segment.path}: after entry ${lastSeq} comes ${next.firstSeq}`);
      return true;
    }
    return lastSeq - wanted + 1 >= READ_ENTRIES || listSegments(source).at(-1)?.path !== segment.path;
  }

  return {
    follow(reads = Number.POSITIVE_INFINITY) {
      for (let done = 0; done < reads; done++) if (!step()) return true;
      return false;
    },
    range: () => ({ firstSeq, lastSeq }),
    finish() {
      leave();
      if (out === null && finished.length === 0) begin(firstSeq);
      closeOut();
      for (const path of finished) syncPath(path);
      syncPath(target);
    },
    abandon() {
      leave();
      out?.db.close();
      out = null;
    },
  };
}
