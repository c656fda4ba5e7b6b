/** What happened, again: the newest snapshot before a time, and every entry after it, from the archive and then from the journal. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../../model/entry.ts';
import type { EpochMs } from '../../model/time.ts';
import { listArchive, type Piece, readKeptSnapshot, readPiece } from '../../store/archive/files.ts';
import { snapshotTime } from '../../store/archive/snapshot-time.ts';
import { decodeCommit } from '../../store/journal/line.ts';
import { openReader } from '../../store/journal/reader.ts';
import { snapshotText } from '../../store/journal/snapshots.ts';
import { listSegments } from '../../store/journal/segment.ts';

const READ_ENTRIES = 5_000;
const SNAPSHOT_NAME = /^(\d{16})\.snap$/;

export interface HistoryFolders {
  readonly archive: string;
  readonly journal: string;
  readonly snapshots: string;
}

/** What is asked for is not kept any more. */
export class HistoryNotKept extends Error {
  override readonly name = 'HistoryNotKept';
  /** Earliest time from which history is whole, where there is one. */
  readonly earliest: EpochMs | null;
  constructor(earliest: EpochMs | null) {
    super(
      earliest === null
        ? 'no history is kept yet: the first snapshot comes some minutes after the start'
        : `history is kept from ${new Date(earliest).toISOString()} on`,
    );
    this.earliest = earliest;
  }
}

export interface Beginning {
  /** Text of the snapshot, or null: from the very first entry. */
  readonly text: string | null;
  /** First entry to be applied. */
  readonly fromSeq: number;
}

interface Start {
  readonly seq: number;
  readonly at: EpochMs;
  read(): Buffer;
}

/** The newest state at or before `from` behind which every entry is still there. @throws HistoryNotKept */
export async function beginningOf(folders: HistoryFolders, from: EpochMs): Promise<Beginning> {
  const { pieces, snapshots } = listArchive(folders.archive);
  const starts: Start[] = [
    ...snapshots.map((one) => ({ seq: one.seq, at: one.at, read: () => readKeptSnapshot(one) })),
    ...(await liveSnapshots(folders.snapshots)),
  ].sort((a, b) => a.seq - b.seq);
  const wholeFrom = firstWhole(pieces, listSegments(folders.journal)[0]?.firstSeq ?? null);
  const usable = wholeFrom === null ? [] : starts.filter((start) => start.seq + 1 >= wholeFrom);
  const best = usable.findLast((start) => start.at <= from);
  if (best !== undefined) {
    const text = snapshotText(best.read(), best.seq, `snapshot ${best.seq}`);
    if (text !== null) return { text, fromSeq: best.seq + 1 };
  }
  if (wholeFrom === 1) return { text: null, fromSeq: 1 };
  throw new HistoryNotKept(usable[0]?.at ?? null);
}

async function liveSnapshots(folder: string): Promise<Start[]> {
  const out: Start[] = [];
  // Before its first snapshot, and after a restore of such a one, a data folder has none.
  if (!existsSync(folder)) return out;
  for (const name of readdirSync(folder)) {
    const seq = SNAPSHOT_NAME.exec(name)?.[1];
    if (seq === undefined) continue;
    const path = join(folder, name);
    const at = await snapshotTime(path);
    if (at !== null) out.push({ seq: Number(seq), at, read: () => readFileSync(path) });
  }
  return out;
}

/** First entry from which on there is no hole up to the journal's present end; null where nothing is kept. */
function firstWhole(pieces: readonly Piece[], journalFirst: number | null): number | null {
  let first = journalFirst;
  for (const piece of pieces.toReversed()) {
    if (first !== null && piece.lastSeq + 1 < first) break;
    first = Math.min(first ?? piece.firstSeq, piece.firstSeq);
  }
  return first;
}

/** Every entry from `fromSeq` on, in whole commits. Follows what is packed and trimmed meanwhile. */
export function* entriesFrom(folders: HistoryFolders, fromSeq: number): Generator<readonly Entry[]> {
  let wanted = fromSeq;
  for (let moved = true; moved; ) {
    moved = false;
    for (const piece of listArchive(folders.archive).pieces) {
      if (piece.lastSeq < wanted) continue;
      if (piece.firstSeq > wanted) break;
      for (const commit of readPiece(piece)) {
        if (commit.lastSeq < wanted) continue;
        const entries = decodeCommit(commit.text, commit.firstSeq);
        yield entries[0] !== undefined && entries[0].seq < wanted ? entries.filter((entry) => entry.seq >= wanted) : entries;
        wanted = commit.lastSeq + 1;
      }
    }
    const reader = openReader(folders.journal);
    try {
      for (let chunk = reader.next(wanted - 1, READ_ENTRIES); chunk !== null; chunk = reader.next(wanted - 1, READ_ENTRIES)) {
        if (chunk.kind === 'trimmed') {
          // It went into the archive while we read there; if it is not there either, it is gone.
          const packed = listArchive(folders.archive).pieces.some((piece) => piece.firstSeq <= wanted && wanted <= piece.lastSeq);
          if (!packed) throw new HistoryNotKept(null);
          moved = true;
          break;
        }
        yield chunk.entries;
        wanted = chunk.lastSeq + 1;
      }
    } finally {
      reader.close();
    }
  }
}
