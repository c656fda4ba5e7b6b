/** What the archive's main side and its thread say to each other. */
import type { EpochMs } from '../../model/time.ts';
import type { ArchiveBounds } from './keep.ts';

export interface ArchiveThreadData {
  readonly folder: string;
  readonly journalFolder: string;
  readonly snapshotsFolder: string;
  readonly bounds: ArchiveBounds;
}

export interface ArchiveStatus {
  /** Last entry that is in the archive; 0 = none. */
  readonly position: number;
  /** Why the last turn failed, or null. */
  readonly failing: string | null;
  readonly bytes: number;
  /** Wall time of the oldest entry kept; null while there is none. */
  readonly from: EpochMs | null;
}
export type FromArchive = { readonly kind: 'status'; readonly status: ArchiveStatus } | { readonly kind: 'closed' };
