import type { Verdicts } from '../../model/ports/journal.ts';
import type { Retention } from '../../model/ports/reading-store.ts';
import type { LedgerLine } from '../../model/ports/records.ts';
import type { StoreSettings } from '../readings/open.ts';
import type { ProjectorStatus } from './status.ts';

/** `workerData` of the projector's thread. */
export interface ProjectorThreadData {
  readonly journalFolder: string;
  readonly store: StoreSettings;
  /** Null: nothing is ever deleted. */
  readonly keep: Retention | null;
  /** Count of refused readings before this thread: the number goes on when a thread is started again. */
  readonly rejectedBefore: number;
}

/** Verdicts as main gives them: `from` is the appliedTo of the note before, null for the first of the process. */
export interface VerdictNote {
  readonly from: number | null;
  readonly verdicts: Verdicts;
}

/** What main asks of the projector's thread. */
export interface ProjectorMethods {
  start(): Promise<ProjectorStatus>;
  note(note: VerdictNote): void;
}

/** What it says unasked. */
export type ProjectorEvent =
  | { readonly kind: 'status'; readonly status: ProjectorStatus }
  | { readonly kind: 'rejected'; readonly lines: readonly LedgerLine[] };
