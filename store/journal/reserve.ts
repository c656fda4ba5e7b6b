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
