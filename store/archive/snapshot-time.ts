import { createReadStream } from 'node:fs';
import type { EpochMs } from '../../model/time.ts';

/** The snapshot's own header line, and the engine's two lines behind it, are within this. */
const HEAD_BYTES = 64 * 1024;

/** Wall time of the entry a snapshot stands at, from the engine's header line; null when the file went away meanwhile or has none. */
export async function snapshotTime(path: string): Promise<EpochMs | null> {
  let head = '';
  try {
    for await (const piece of createReadStream(path, { encoding: 'utf8', end: HEAD_BYTES })) head += String(piece);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const at = /"clock":\{[^}]*"at":(\d+)/.exec(head)?.[1];
  return at === undefined ? null : Number(at);
}
