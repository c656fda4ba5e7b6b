import type { EpochMs } from '../../model/time.ts';
import type { ArchiveFiles, KeptSnapshot } from './files.ts';

const HOUR_MS = 3_600_000;
const CLOSE_TOGETHER_FOR_MS = 48 * HOUR_MS;
const OLDER_EVERY_MS = 6 * HOUR_MS;
/** A snapshot is kept so often: a backtest replays at most this much before its period begins. */
export const SNAPSHOT_EVERY_MS = HOUR_MS;

/** What the archive may be. */
export interface ArchiveBounds {
  readonly days: number;
  readonly maxBytes: number;
}

/**
 * Which files go: past their days, beyond the greatest size (oldest first), and snapshots that begin no history any more or stand closer
 * together than is worth it (hourly for two days, every six hours before).
 */
export function toDelete(files: ArchiveFiles, now: EpochMs, bounds: ArchiveBounds): readonly string[] {
  const out: string[] = [];
  const horizon = now - bounds.days * 86_400_000;
  let bytes = [...files.pieces, ...files.snapshots].reduce((sum, one) => sum + one.bytes, 0);
  const pieces = [...files.pieces];
  for (let oldest = pieces[0]; oldest !== undefined && (oldest.lastAt < horizon || bytes > bounds.maxBytes); oldest = pieces[0]) {
    out.push(oldest.path);
    bytes -= oldest.bytes;
    pieces.shift();
  }
  const begins = pieces[0]?.firstSeq ?? Number.POSITIVE_INFINITY;
  let before: KeptSnapshot | null = null;
  const newest = files.snapshots.at(-1);
  for (const snapshot of files.snapshots) {
    const apart = now - snapshot.at > CLOSE_TOGETHER_FOR_MS ? OLDER_EVERY_MS : SNAPSHOT_EVERY_MS;
    // A little less than whole, so that a snapshot that came a minute early does not cost the next one its place.
    const near = before !== null && snapshot.at - before.at < apart * 0.9 && snapshot !== newest;
    if ((snapshot.seq + 1 < begins && snapshot !== newest) || near) out.push(snapshot.path);
    else before = snapshot;
  }
  return out;
}
