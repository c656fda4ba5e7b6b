import { join } from 'node:path';
import { OUTBOX_FILE } from '../store/notices/outbox-file.ts';

/** Where everything that must survive lives. */
export interface DataFolder {
  readonly root: string;
  readonly journal: string;
  readonly snapshots: string;
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
    readings: join(root, 'readings'),
    outbox: join(root, OUTBOX_FILE),
    records: join(root, 'records.db'),
    reserve: join(root, 'reserve'),
  };
}
