/**
 * Files of the archive. `<first>-<last>-<firstAt>-<lastAt>.jnl.gz` holds the commits of one closed segment, one line each (numbers of its
 * first and last entry, then the commit's text), so that a name says what is inside. `<seq>-<at>.snap.gz` is a snapshot as it was.
 * A file with such a name is whole: it is written beside, fsynced and renamed.
 */
import {
  closeSync,
  createReadStream,
  createWriteStream,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import type { EpochMs } from '../../model/time.ts';
import type { CommitRow } from '../journal/segment.ts';

const FORMAT = 'beacon-archive 1';
const PIECE = /^(\d{16})-(\d{16})-(\d+)-(\d+)\.jnl\.gz$/;
const SNAPSHOT = /^(\d{16})-(\d+)\.snap\.gz$/;
/** Text handed to the packer at once. */
const GATHER_CHARS = 256 * 1024;

/** Commits of one closed segment. */
export interface Piece {
  readonly path: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly firstAt: EpochMs;
  readonly lastAt: EpochMs;
  readonly bytes: number;
}
export interface KeptSnapshot {
  readonly path: string;
  /** Entry it stands at, and the wall time of that entry. */
  readonly seq: number;
  readonly at: EpochMs;
  readonly bytes: number;
}
export interface ArchiveFiles {
  /** Oldest first. */
  readonly pieces: readonly Piece[];
  readonly snapshots: readonly KeptSnapshot[];
}

/** An archive that cannot be read as it is; the message names the file. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** What is in the folder; nothing where there is none. */
export function listArchive(folder: string): ArchiveFiles {
  const pieces: Piece[] = [];
  const snapshots: KeptSnapshot[] = [];
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const piece = PIECE.exec(name);
    const snapshot = SNAPSHOT.exec(name);
    if (piece !== null) {
      const [firstSeq = 0, lastSeq = 0, firstAt = 0, lastAt = 0] = piece.slice(1).map(Number);
      pieces.push({ path, firstSeq, lastSeq, firstAt, lastAt, bytes: sizeOf(path) });
    } else if (snapshot !== null) {
      const [seq = 0, at = 0] = snapshot.slice(1).map(Number);
      snapshots.push({ path, seq, at, bytes: sizeOf(path) });
    }
  }
  pieces.sort((a, b) => a.firstSeq - b.firstSeq);
  snapshots.sort((a, b) => a.seq - b.seq);
  return { pieces, snapshots };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

const padded = (seq: number): string => String(seq).padStart(16, '0');

/** Packs the commits of one segment. @param rows at least one, in order, with the wall time of each. */
export async function writePiece(folder: string, rows: readonly (CommitRow & { readonly at: EpochMs })[]): Promise<void> {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) throw new ArchiveError(`${folder}: a piece without commits`);
  const name = `${padded(first.firstSeq)}-${padded(last.lastSeq)}-${first.at}-${last.at}.jnl.gz`;
  await whole(join(folder, name), folder, function* lines() {
    let text = `${FORMAT}\n`;
    for (const row of rows) {
      text += `${row.firstSeq} ${row.lastSeq} ${row.blob.toString('utf8')}\n`;
      if (text.length < GATHER_CHARS) continue;
      yield text;
      text = '';
    }
    yield text;
  });
}

/** Copies a snapshot as it is. */
export async function writeSnapshot(folder: string, source: string, seq: number, at: EpochMs): Promise<void> {
  await whole(join(folder, `${padded(seq)}-${at}.snap.gz`), folder, () => createReadStream(source));
}

async function whole(path: string, folder: string, content: () => Iterable<string> | AsyncIterable<Buffer>): Promise<void> {
  const beside = `${path}.tmp`;
  try {
    await pipeline(content, createGzip({ level: 1 }), createWriteStream(beside, { mode: 0o600 }));
    syncPath(beside);
    renameSync(beside, path);
    syncPath(folder);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A commit's text with the numbers of its entries. */
export interface ArchivedCommit {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly text: string;
}

/** The commits of a piece. @throws ArchiveError when it is damaged or of another format */
export function* readPiece(piece: Piece): Generator<ArchivedCommit> {
  const content = unpacked(piece.path);
  let from = content.indexOf(10) + 1;
  const format = content.toString('utf8', 0, Math.max(0, from - 1));
  if (format !== FORMAT) throw new ArchiveError(`${piece.path} has the format "${format.slice(0, 40)}"; this version reads "${FORMAT}"`);
  let wanted = piece.firstSeq;
  while (from < content.length) {
    const end = content.indexOf(10, from);
    const line = content.toString('utf8', from, end < 0 ? content.length : end);
    from = end < 0 ? content.length : end + 1;
    const a = line.indexOf(' ');
    const b = line.indexOf(' ', a + 1);
    const firstSeq = Number(line.slice(0, a));
    const lastSeq = Number(line.slice(a + 1, b));
    if (a < 0 || b < 0 || firstSeq !== wanted) throw new ArchiveError(`${piece.path}: after entry ${wanted - 1} comes ${firstSeq}`);
    wanted = lastSeq + 1;
    yield { firstSeq, lastSeq, text: line.slice(b + 1) };
  }
  if (wanted !== piece.lastSeq + 1) throw new ArchiveError(`${piece.path} ends with entry ${wanted - 1}, not ${piece.lastSeq}`);
}

/** A snapshot's file as it was, its header included. @throws ArchiveError when it is damaged */
export function readKeptSnapshot(snapshot: KeptSnapshot): Buffer {
  return unpacked(snapshot.path);
}

function unpacked(path: string): Buffer {
  try {
    return gunzipSync(readFileSync(path));
  } catch (error) {
    throw new ArchiveError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
