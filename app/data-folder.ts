import { statfsSync } from 'node:fs';
import { join } from 'node:path';

/** Where everything that must survive lives. */
export interface DataFolder {
  readonly root: string;
  readonly journal: string;
  readonly snapshots: string;
  readonly readings: string;
}
export function dataFolder(root: string): DataFolder {
  return { root, journal: join(root, 'journal'), snapshots: join(root, 'snapshots'), readings: join(root, 'readings') };
}

/** Default of BEACON_JOURNAL_MAX: half of what is free now, bytes. */
export function defaultJournalMax(root: string): number {
  const stats = statfsSync(root);
  return Math.floor((stats.bavail * stats.bsize) / 2);
}
