import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { OUTBOX_FILE } from '../store/notices/outbox-file.ts';

/** Where everything that must survive lives. */
export interface DataFolder {
  readonly root: string;
  readonly journal: string;
  readonly snapshots: string;
  /** Packed segments of the journal and snapshots of earlier, for backtests. */
  readonly archive: string;
  readonly readings: string;
  /** How far alarm events have reached the webhook. */
  readonly outbox: string;
  readonly records: string;
  readonly reserve: string;
}
export function dataFolder(root: string): DataFolder {
  return {
    root,
    journal: join(root, 'journal'),
    snapshots: join(root, 'snapshots'),
    archive: join(root, 'archive'),
    readings: join(root, 'readings'),
    outbox: join(root, OUTBOX_FILE),
    records: join(root, 'records.db'),
    reserve: join(root, 'reserve'),
  };
}

/** Default of BEACON_ARCHIVE_MAX: a tenth of what is free now, bytes. */
export function defaultArchiveMax(root: string): number {
  const stats = statfsSync(root);
  return Math.floor((stats.bavail * stats.bsize) / 10);
}
