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

const LOOK_MS = 5_000;
/** A failed turn is tried again after this. */
const AGAIN_MS = 30_000;
const SNAPSHOT_NAME = /^(\d{16})\.snap$/;

export function runArchive(data: ArchiveThreadData, tell: (status: ArchiveStatus) => void): () => Promise<void> {
  const { folder, journalFolder, snapshotsFolder, bounds } = data;
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  let turn: Promise<void> = Promise.resolve();

  function position(): number {
    return listArchive(folder).pieces.at(-1)?.lastSeq ?? 0;
  }

  async function packSegments(): Promise<void> {
    const segments = listSegments(journalFolder);
    for (const [i, segment] of segments.entries()) {
      const next = segments[i + 1];
      if (next === undefined || closed) return;
      const done = position();
      if (next.firstSeq <= done + 1) continue;
      await packSegment(segment, next.firstSeq, done + 1);
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
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await keepSnapshot();
      await packSegments();
      for (const path of toDelete(listArchive(folder), Date.now(), bounds)) rmSync(path, { force: true });
    } catch (error) {
      failing = error instanceof Error ? error.message : String(error);
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
