/**
 * Snapshots on disk: `<seq>.snap`, a first line with format, length and SHA-256, then the text. Written beside, fsynced, renamed, so that
 * a file with the right name is whole; the two newest are kept; one whose checksum does not fit is put aside as `.damaged`.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotStore } from '../../model/ports/journal.ts';

const FORMAT = 1;
/** The first line is padded to this, with its end of line, so that it can be written last. */
const HEADER_BYTES = 160;
const KEPT = 2;
/** Times a snapshot may vanish under a reader before that is no coincidence. */
const LOOKS = 20;
const NAME = /^(\d{16})\.snap$/;

/** A snapshot of a format this version does not know: to go on without it would be to forget. */
export class SnapshotFormatError extends Error {
  override readonly name = 'SnapshotFormatError';
  readonly code = 'unknown-version';
}

interface Header {
  readonly format: number;
  readonly seq: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** @param folder made where it is missing; what an interrupted write left in it is removed. */
export function openSnapshots(folder: string): SnapshotStore {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name));
  const pathOf = (seq: number) => snapshotPath(folder, seq);
  let last: Promise<unknown> = Promise.resolve();

  const kept = (): number[] => snapshotSeqs(folder);

  async function write(seq: number, pieces: AsyncIterable<string>): Promise<void> {
    const path = pathOf(seq);
    const beside = `${path}.tmp`;
    const file = await open(beside, 'w');
    try {
      const hash = createHash('sha256');
      let bytes = 0;
      await file.write(Buffer.alloc(HEADER_BYTES, ' '), 0, HEADER_BYTES, 0);
      for await (const piece of pieces) {
        const part = Buffer.from(piece, 'utf8');
        hash.update(part);
        await writeAll(file, part, HEADER_BYTES + bytes);
        bytes += part.length;
      }
      const header: Header = { format: FORMAT, seq, bytes, sha256: hash.digest('hex') };
      const line = Buffer.from(`${JSON.stringify(header).padEnd(HEADER_BYTES - 1)}\n`, 'utf8');
      await file.write(line, 0, HEADER_BYTES, 0);
      await file.sync();
    } catch (error) {
      await file.close();
      await rm(beside, { force: true });
      throw error;
    }
    await file.close();
    await rename(beside, path);
    await syncFolder(folder);
    for (const old of kept().slice(KEPT)) await rm(pathOf(old), { force: true });
  }

  let putAside = 0;
  return {
    write(seq, pieces) {
      const done = last.then(() => write(seq, pieces));
      last = done.catch(() => null);
      return done;
    },
    async newest() {
      for (const seq of kept()) {
        const path = pathOf(seq);
        const text = snapshotText(await readFile(path), seq, path);
        if (text !== null) return { seq, text };
        await rename(path, `${path}.damaged`);
        putAside += 1;
      }
      return null;
    },
    putAside: () => putAside,
    list: () => Promise.resolve(kept()),
  };
}

function snapshotPath(folder: string, seq: number): string {
  return join(folder, `${String(seq).padStart(16, '0')}.snap`);
}

/** Newest first. */
function snapshotSeqs(folder: string): number[] {
  const seqs = readdirSync(folder).flatMap((name) => {
    const found = NAME.exec(name);
    return found?.[1] === undefined ? [] : [Number(found[1])];
  });
  return seqs.sort((a, b) => b - a);
}

/**
 * The newest whole snapshot of a folder that belongs to another process, as it stands in its file; null where there is none. Changes
 * nothing.
 * @throws SnapshotFormatError
 */
export async function newestSnapshotFile(
  folder: string,
): Promise<{ readonly seq: number; readonly path: string; readonly content: Buffer } | null> {
  if (!existsSync(folder)) return null;
  for (let looks = 0; ; looks++) {
    const seqs = snapshotSeqs(folder);
    let gone = false;
    for (const seq of seqs) {
      const path = snapshotPath(folder, seq);
      try {
        const content = await readFile(path);
        if (snapshotText(content, seq, path) !== null) return { seq, path, content };
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
        gone = true;
      }
    }
    // Two newer ones were cut since the names were read: they are there now.
    if (!gone || looks === LOOKS) return null;
  }
}

/** The text of an undamaged snapshot's file, or null. @throws SnapshotFormatError */
export function snapshotText(content: Buffer, seq: number, path: string): string | null {
  const header = parseHeader(content.subarray(0, HEADER_BYTES).toString('utf8'));
  if (header === null) return null;
  if (header.format !== FORMAT) throw new SnapshotFormatError(`${path} has format ${header.format}; this version reads format ${FORMAT}`);
  const body = content.subarray(HEADER_BYTES);
  if (header.seq !== seq || header.bytes !== body.length) return null;
  return createHash('sha256').update(body).digest('hex') === header.sha256 ? body.toString('utf8') : null;
}

function parseHeader(line: string): Header | null {
  try {
    const header = JSON.parse(line) as Partial<Header> | null;
    return header !== null && typeof header.format === 'number' ? (header as Header) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, part: Buffer, at: number): Promise<void> {
  for (let done = 0; done < part.length; ) done += (await file.write(part, done, part.length - done, at + done)).bytesWritten;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
