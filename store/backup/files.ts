/** Plain files of a backup: hashed, copied and made durable. Everything here belongs to nobody else; databases in use are not for this. */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, readSync, statfsSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const PIECE_BYTES = 1024 * 1024;

export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/** Reads a file once, from beginning to end, and hands on each piece. */
function eachPiece(path: string, take: (piece: Buffer) => void): void {
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.alloc(PIECE_BYTES);
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) take(piece.subarray(0, read));
  } finally {
    closeSync(file);
  }
}

export function factsOf(path: string): FileFacts {
  const hash = createHash('sha256');
  let bytes = 0;
  eachPiece(path, (piece) => {
    hash.update(piece);
    bytes += piece.length;
  });
  return { bytes, sha256: hash.digest('hex') };
}

/** Copies to a file that must not exist, durable on return; says what was written. */
export function copyFileDurably(from: string, to: string): FileFacts {
  const hash = createHash('sha256');
  let bytes = 0;
  const target = openSync(to, 'wx', 0o600);
  try {
    eachPiece(from, (piece) => {
      hash.update(piece);
      bytes += piece.length;
      writeAll(target, piece);
    });
    fsyncSync(target);
  } finally {
    closeSync(target);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Writes a file that must not exist, durable on return. */
export function writeFileDurably(path: string, content: Buffer): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeAll(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, content: Buffer): void {
  for (let done = 0; done < content.length; ) done += writeSync(file, content, done);
}

/** Makes a file, or the names in a folder, durable. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Every file below a folder, as paths with `/`, in order; folders are made durable on the way. */
export function filesBelow(folder: string, within = ''): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(folder, within), { withFileTypes: true })) {
    const path = within === '' ? entry.name : `${within}/${entry.name}`;
    if (entry.isDirectory()) found.push(...filesBelow(folder, path));
    else found.push(path);
  }
  return found.sort();
}

export function syncFolders(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) syncFolders(join(folder, entry.name));
  syncPath(folder);
}

/** Bytes this process may still write on the disk that holds `path`. */
export function freeBytes(path: string): number {
  const disk = statfsSync(path);
  return disk.bavail * disk.bsize;
}

/** Whether there is nothing there, or an empty folder (a new disk's `lost+found` does not count). */
export function isFree(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return true;
  return found.isDirectory() && readdirSync(path).every((name) => name === 'lost+found');
}

/** `812 MB`. */
export function sized(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
