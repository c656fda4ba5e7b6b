/**
 * The reserve: a file that only takes up space, given up when the disk is full so that operators' commands, presence and ticks can still
 * be journaled (semantics 8).
 */
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Reserve {
  /** Frees its bytes. */
  giveUp(): void;
  /** Makes it (again); false where there is not the space. */
  make(): boolean;
}

const PIECE = Buffer.alloc(1024 * 1024);

/** Bytes this process may still write on the disk that holds `path`. */
export function freeBytesAt(path: string): number {
  const disk = statfsSync(path);
  return disk.bavail * disk.bsize;
}

/** Less than this and not even what a start writes before the journal is open finds room. */
const START_BYTES = 8 * 1024 * 1024;

/**
 * A start on a full disk: the reserve is given up before anything is opened, and the journal then finds the disk full, as it would have
 * while running (semantics 8): alarms, commands and presence go on, readings wait. Only for who holds the folder's lock.
 * @returns whether it was given up
 */
export function giveUpToStart(path: string, freeBytes: (path: string) => number = freeBytesAt): boolean {
  if (statSync(path, { throwIfNoEntry: false }) === undefined || freeBytes(dirname(path)) >= START_BYTES) return false;
  rmSync(path);
  return true;
}

export function createReserve(path: string, bytes: number): Reserve {
  function present(): boolean {
    return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= bytes;
  }
  return {
    giveUp: () => rmSync(path, { force: true }),
    make() {
      if (present()) return true;
      // Somewhat more than itself: space that the next commit takes at once is no space.
      if (freeBytesAt(dirname(path)) < bytes + bytes / 4) return false;
      try {
        const file = openSync(path, 'w');
        try {
          for (let done = 0; done < bytes; ) done += writeSync(file, PIECE, 0, Math.min(PIECE.length, bytes - done));
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
        return true;
      } catch (error) {
        rmSync(path, { force: true });
        if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) return false;
        throw error;
      }
    },
  };
}
