/**
 * The journal's thread: the only writer of `journal/`. Each batch becomes one row, fsynced; then its number goes back. A failed fsync
 * closes the segment and takes the same batch to a new one; a full disk lets only what is essential through.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import { faultyDisk } from './faults.ts';
import type { FromThread, JournalSize, JournalThreadData, ToThread } from './protocol.ts';
import { createReserve, freeBytesAt } from './reserve.ts';
import {
  commitWriter,
  createSegment,
  JournalFileError,
  lastSeqOf,
  listSegments,
  openSegment,
  removeSegment,
  type SegmentName,
  segmentBytes,
} from './segment.ts';

type Commit = Extract<ToThread, { type: 'commit' }>;

interface Active {
  readonly name: SegmentName;
  readonly db: Database;
  readonly insert: (lastSeq: number, header: string | null, blob: Uint8Array) => void;
  readonly openedAt: number;
}

const PROBE_MS = 500;
/** A rotation that failed is not tried again at every commit. */
const ROTATE_AGAIN_MS = 10_000;
/** With less than this free any write error is taken for a full disk. */
const NOTHING_FREE_BYTES = 1024 * 1024;

export function runJournalThread(data: JournalThreadData, say: (message: FromThread) => void): (message: ToThread) => void {
  const disk = faultyDisk(data.faults);
  const reserve = createReserve(data.reserveFile, data.reserveBytes);
  const closed: { readonly name: SegmentName; bytes: number }[] = [];
  let active: Active | null = null;
  let nextSeq = 1;
  let generation = 0;
  let full = false;
  /** It is the disk that is full, not the journal that has its greatest size. */
  let diskFull = false;
  let failing = false;
  let rotateFrom = 0;
  let maxBytes = data.maxBytes ?? 0;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));

  const used = () => closed.reduce((sum, one) => sum + one.bytes, 0) + (active === null ? 0 : segmentBytes(active.name.path));
  const size = (): JournalSize => ({
    firstSeq: closed[0]?.name.firstSeq ?? active?.name.firstSeq ?? nextSeq,
    bytes: used(),
    maxBytes,
    health: [...(full ? ['disk-full'] : []), ...(failing ? ['journal-failed'] : [])],
  });

  /**
   * Without a bound of the user's: at the start, and again when a disk that was full has room. Never less than before: what others take
   * does not make what is kept too much.
   */
  function measure(): void {
    if (data.maxBytes === null) maxBytes = Math.max(maxBytes, used() + Math.floor(freeBytesAt(data.folder) / 2));
  }

  function openActive(name: SegmentName): Active {
    const db = openSegment(name, 'write');
    try {
      disk.afterOpen();
      // What a killed process left in the WAL was perhaps never fsynced; this makes it so before anybody reads it.
      db.pragma('wal_checkpoint(TRUNCATE)');
      const write = commitWriter(db);
      return {
        name,
        db,
        openedAt: performance.now(),
        insert: (lastSeq, header, blob) => write({ firstSeq: nextSeq, lastSeq, at: Date.now(), header, blob }),
      };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Leaves the active segment as a single file, as far as the disk lets us. */
  function retire(): void {
    if (active === null) return;
    const { name, db } = active;
    active = null;
    for (const step of [() => db.pragma('wal_checkpoint(TRUNCATE)'), () => db.close()]) {
      try {
        step();
      } catch (error) {
        // Its WAL stays beside it and is read with it; only a promise we do not make (one single file) is missed.
        if (!(error instanceof Error)) throw error;
      }
    }
    closed.push({ name, bytes: segmentBytes(name.path) });
  }

  function rotate(): void {
    const name = createSegment(data.folder, nextSeq);
    let next: Active;
    try {
      next = openActive(name);
    } catch (error) {
      // Left there, it would make void what is still written to the segment before it.
      removeSegment(name.path);
      throw error;
    }
    retire();
    active = next;
  }

  function rotateIfDue(): void {
    if (active === null || full || nextSeq === active.name.firstSeq) return;
    const now = performance.now();
    if (now < rotateFrom) return;
    if (segmentBytes(active.name.path) < data.segmentBytes && now - active.openedAt < data.segmentMs) return;
    try {
      rotate();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      rotateFrom = now + ROTATE_AGAIN_MS;
    }
  }

  function write(batch: Commit): void {
    if (active === null) active = openActive(createSegment(data.folder, nextSeq));
    disk.take(batch.blob.byteLength);
    active.insert(nextSeq + batch.count - 1, batch.header, batch.blob);
    disk.afterCommit();
  }

  function isFull(error: unknown): boolean {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return (
      code === 'SQLITE_FULL' ||
      code === 'ENOSPC' ||
      code === 'EDQUOT' ||
      (code !== 'SQLITE_IOERR_FSYNC' && freeBytesAt(data.folder) < NOTHING_FREE_BYTES)
    );
  }

  function becomeFull(): void {
    if (full) return;
    full = true;
    generation += 1;
    reserve.giveUp();
    if (disk.free() !== null) disk.take(-data.reserveBytes);
  }

  function refuse(why: 'full' | 'failed', detail: string): void {
    say({ type: 'refused', why, detail, generation, ...size() });
  }

  function committed(batch: Commit): void {
    const batchFirstSeq = nextSeq;
    nextSeq += batch.count;
    failing = false;
    say({ type: 'committed', batchFirstSeq, ...size() });
  }

  function failed(detail: string): void {
    failing = true;
    refuse('failed', detail);
  }

  function commit(batch: Commit): void {
    disk.beforeCommit();
    if (batch.generation !== generation || (full && !batch.essential)) return refuse('full', 'the disk is full');
    if (data.commitDelayMs > 0) Atomics.wait(sleeper, 0, 0, data.commitDelayMs);
    rotateIfDue();
    if (used() + batch.blob.byteLength > maxBytes) {
      becomeFull();
      if (!batch.essential) return refuse('full', `the journal has its greatest size, ${maxBytes} bytes`);
      if (used() + batch.blob.byteLength > maxBytes + data.reserveBytes)
        return failed('the journal has its greatest size and its reserve is used up');
    }
    attempt(batch, true, true);
  }

  function attempt(batch: Commit, mayBeFull: boolean, mayFail: boolean): void {
    try {
      write(batch);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      if (isFull(error)) {
        const first = !full;
        diskFull = true;
        becomeFull();
        if (!batch.essential) return refuse('full', detail);
        return first && mayBeFull ? attempt(batch, false, mayFail) : failed(`the disk is full and the reserve used up: ${detail}`);
      }
      // Whether the rows are on the disk nobody knows now: the next segment begins with their number and makes them void.
      retire();
      return mayFail ? attempt(batch, mayBeFull, false) : failed(detail);
    }
    committed(batch);
  }

  function trim(below: number): void {
    if (full && active !== null && active.name.firstSeq < below && nextSeq > active.name.firstSeq) {
      try {
        rotate();
      } catch (error) {
        if (!isFull(error)) throw error;
      }
    }
    for (let oldest = closed[0]; oldest !== undefined; oldest = closed[0]) {
      const next = closed[1]?.name.firstSeq ?? active?.name.firstSeq ?? nextSeq;
      if (next > below) break;
      removeSegment(oldest.name.path);
      closed.shift();
    }
    say({ type: 'state', full, ...size() });
  }

  function probe(): void {
    if (!full) return;
    if (diskFull) measure();
    const room = maxBytes - Math.min(data.segmentBytes, maxBytes / 20);
    const ordered = disk.free();
    if (used() > room || (ordered !== null && ordered < data.reserveBytes * 1.25)) return;
    if (!reserve.make()) return;
    if (ordered !== null) disk.take(data.reserveBytes);
    full = false;
    diskFull = false;
    say({ type: 'state', full, ...size() });
  }

  function open(): void {
    mkdirSync(data.folder, { recursive: true });
    mkdirSync(dirname(data.reserveFile), { recursive: true });
    for (const name of readdirSync(data.folder)) if (/\.seg\.tmp/.test(name)) rmSync(join(data.folder, name), { force: true });
    const segments = listSegments(data.folder);
    const others = readdirSync(data.folder).filter((name) => name !== 'lost+found');
    if (segments.length === 0 && others.length > 0) {
      throw new JournalFileError('damaged', `${data.folder} holds ${others[0]} but no journal segment: not starting with an empty journal`);
    }
    full = !reserve.make();
    diskFull = full;
    let last: SegmentName | null = null;
    for (const [i, name] of segments.entries()) {
      if (i > 0 && name.firstSeq > nextSeq) {
        throw new JournalFileError(
          'damaged',
          `${name.path} begins with entry ${name.firstSeq}, but the segment before it ends with ${nextSeq - 1}`,
        );
      }
      const db = openSegment(name, 'read');
      nextSeq = (lastSeqOf(db, segments[i + 1]?.firstSeq ?? Number.MAX_SAFE_INTEGER) ?? name.firstSeq - 1) + 1;
      db.close();
      if (i < segments.length - 1) closed.push({ name, bytes: segmentBytes(name.path) });
      last = name;
    }
    active = openActive(last ?? createSegment(data.folder, 1));
    measure();
  }

  open();
  say({ type: 'ready', lastSeq: nextSeq - 1, full, ...size() });
  const probing = setInterval(probe, PROBE_MS);

  return (message) => {
    if (message.type === 'commit') return commit(message);
    if (message.type === 'trim') return trim(message.below);
    clearInterval(probing);
    retire();
    say({ type: 'closed' });
  };
}

if (parentPort !== null) {
  const port = parentPort;
  const say = (message: FromThread): void => port.postMessage(message, []);
  try {
    const hear = runJournalThread(workerData as JournalThreadData, say);
    port.on('message', (message: ToThread) => hear(message));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    say({ type: 'not-opened', code, detail: error instanceof Error ? error.message : String(error) });
  }
}
