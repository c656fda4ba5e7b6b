/**
 * The archive's thread: packs every closed segment of the journal before it is trimmed, and now and then a snapshot, so that what happened
 * can be judged again. It only reads the journal; when it cannot write, the journal does not wait for it.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { listSegments, openSegment, readRows, type SegmentName } from '../journal/segment.ts';
import { listArchive, writePiece, writeSnapshot } from './files.ts';
import { SNAPSHOT_EVERY_MS, toDelete } from './keep.ts';
import type { ArchiveStatus, ArchiveThreadData } from './messages.ts';
import { snapshotTime } from './snapshot-time.ts';

/** The journal's folder is looked at so often: what is closed must not wait long to be trimmed. */
const LOOK_MS = 1_000;
/** Snapshots, and what is past its bounds, are looked for so often where no segment was closed. */
const WHOLE_TURN_MS = 60_000;
/** A failed turn is tried again after this. */
const AGAIN_MS = 30_000;
const SNAPSHOT_NAME = /^(\d{16})\.snap$/;

export function runArchive(data: ArchiveThreadData, tell: (status: ArchiveStatus) => void): () => Promise<void> {
  const { folder, journalFolder, snapshotsFolder, bounds } = data;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  let turn: Promise<void> = Promise.resolve();
  /** Last entry that is packed, once it is known; and when the last whole turn was. */
  let packedTo: number | null = null;
  let wholeTurnAt = 0;

  /** A closed segment holds entries that are not packed. */
  function somethingClosed(): boolean {
    const last = listSegments(journalFolder).at(-1);
    return packedTo === null || (last !== undefined && last.firstSeq > packedTo + 1);
  }

  async function packSegments(): Promise<void> {
    const segments = listSegments(journalFolder);
    packedTo = listArchive(folder).pieces.at(-1)?.lastSeq ?? 0;
    for (const [i, segment] of segments.entries()) {
      const next = segments[i + 1];
      if (next === undefined || closed) return;
      if (next.firstSeq <= packedTo + 1) continue;
      await packSegment(segment, next.firstSeq, packedTo + 1);
      packedTo = next.firstSeq - 1;
    }
  }

  async function packSegment(segment: SegmentName, below: number, from: number): Promise<void> {
    const db = openSegment(segment, 'read');
    try {
      const rows = readRows(db, Math.max(from, segment.firstSeq), below, Number.MAX_SAFE_INTEGER);
      const at = db.prepare<[number], { at: number }>('SELECT at FROM commits WHERE first_seq = ?');
      if (rows.length > 0)
        await writePiece(
          folder,
          rows.map((row) => ({ ...row, at: at.get(row.firstSeq)?.at ?? 0 })),
        );
    } finally {
      db.close();
    }
  }

  async function keepSnapshot(): Promise<void> {
    const newest = listArchive(folder).snapshots.at(-1);
    const found = readdirSync(snapshotsFolder).flatMap((name) => {
      const seq = SNAPSHOT_NAME.exec(name)?.[1];
      return seq === undefined ? [] : [{ path: join(snapshotsFolder, name), seq: Number(seq) }];
    });
    // The older of the two: nobody is about to write the files anew, and what comes after it is in the journal still.
    const oldest = found.sort((a, b) => a.seq - b.seq)[0];
    if (oldest === undefined || (newest !== undefined && oldest.seq <= newest.seq)) return;
    const at = await snapshotTime(oldest.path);
    if (at === null || (newest !== undefined && at - newest.at < SNAPSHOT_EVERY_MS)) return;
    await writeSnapshot(folder, oldest.path, oldest.seq, at);
  }

  async function work(): Promise<void> {
    let failing: string | null = null;
    try {
      if (Date.now() - wholeTurnAt < WHOLE_TURN_MS && !somethingClosed()) {
        if (!closed) timer = setTimeout(go, LOOK_MS);
        return;
      }
      wholeTurnAt = Date.now();
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await keepSnapshot();
      await packSegments();
      for (const path of toDelete(listArchive(folder), Date.now(), bounds)) rmSync(path, { force: true });
    } catch (error) {
      failing = error instanceof Error ? error.message : String(error);
      packedTo = null;
      wholeTurnAt = 0;
    }
    const files = listArchive(folder);
    tell({
      position: files.pieces.at(-1)?.lastSeq ?? 0,
      failing,
      bytes: [...files.pieces, ...files.snapshots].reduce((sum, one) => sum + one.bytes, 0),
      from: files.pieces[0]?.firstAt ?? null,
    });
    if (!closed) timer = setTimeout(go, failing === null ? LOOK_MS : AGAIN_MS);
  }
  function go(): void {
    turn = work();
  }

  for (const name of existing(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name), { force: true });
  go();
  return async () => {
    closed = true;
    if (timer !== null) clearTimeout(timer);
    await turn;
  };
}

function existing(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return readdirSync(folder);
}

if (parentPort !== null) {
  const port = parentPort;
  const stop = runArchive(workerData as ArchiveThreadData, (status) => port.postMessage({ kind: 'status', status }, []));
  port.on('message', () => {
    void stop().then(() => port.postMessage({ kind: 'closed' }, []));
  });
}
