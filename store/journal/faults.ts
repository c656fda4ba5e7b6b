/** Trouble on purpose, for tests: what a disk does that nobody can order. Shared memory, because the journal's thread is busy when it strikes. */
export interface JournalFaults {
  readonly shared: SharedArrayBuffer;
  /** The next `count` commits are written and then reported as not fsynced. */
  failFsync(count: number): void;
  /** So many bytes are free from now on; null = no limit but the disk's. */
  freeBytes(bytes: number | null): void;
  /** The next `count` segments are made and then cannot be opened. */
  failOpen(count: number): void;
  /** The thread ends at its next commit, as by a mistake of ours. */
  die(): void;
}

const FAIL = 0;
const FREE_KB = 1;
const DIE = 2;
const FAIL_OPEN = 3;
const UNLIMITED = -1;

export function createFaults(): JournalFaults {
  const shared = new SharedArrayBuffer(16);
  const cells = new Int32Array(shared);
  Atomics.store(cells, FREE_KB, UNLIMITED);
  return {
    shared,
    failFsync: (count) => void Atomics.store(cells, FAIL, count),
    freeBytes: (bytes) => void Atomics.store(cells, FREE_KB, bytes === null ? UNLIMITED : Math.floor(bytes / 1024)),
    failOpen: (count) => void Atomics.store(cells, FAIL_OPEN, count),
    die: () => void Atomics.store(cells, DIE, 1),
  };
}

/** The thread's side. */
export interface FaultyDisk {
  /** Call before each commit. @throws what nobody expects, when it was ordered */
  beforeCommit(): void;
  /** Call after a commit was written. @throws an I/O error when one was ordered */
  afterCommit(): void;
  /** Call when a segment was opened. @throws an I/O error when one was ordered */
  afterOpen(): void;
  /** Takes (negative: gives back) bytes. @throws SQLITE_FULL when an ordered limit is passed */
  take(bytes: number): void;
  /** Free bytes by order, or null. */
  free(): number | null;
}

export function faultyDisk(shared: SharedArrayBuffer | null): FaultyDisk {
  const cells = shared === null ? null : new Int32Array(shared);
  return {
    beforeCommit() {
      if (cells !== null && Atomics.load(cells, DIE) > 0) throw new Error('the thread ends (ordered by a test)');
    },
    afterCommit() {
      if (cells !== null && Atomics.load(cells, FAIL) > 0) {
        Atomics.sub(cells, FAIL, 1);
        throw Object.assign(new Error('fsync failed (ordered by a test)'), { code: 'SQLITE_IOERR_FSYNC' });
      }
    },
    afterOpen() {
      if (cells !== null && Atomics.load(cells, FAIL_OPEN) > 0) {
        Atomics.sub(cells, FAIL_OPEN, 1);
        throw Object.assign(new Error('the segment cannot be opened (ordered by a test)'), { code: 'SQLITE_IOERR_READ' });
      }
    },
    take(bytes) {
      if (cells === null || Atomics.load(cells, FREE_KB) === UNLIMITED) return;
      const kb = Math.trunc(bytes / 1024) + Math.sign(bytes);
      if (Atomics.load(cells, FREE_KB) < kb) throw Object.assign(new Error('disk full (ordered by a test)'), { code: 'SQLITE_FULL' });
      Atomics.sub(cells, FREE_KB, kb);
    },
    free() {
      const kb = cells === null ? UNLIMITED : Atomics.load(cells, FREE_KB);
      return kb === UNLIMITED ? null : kb * 1024;
    },
  };
}
