import type { Entry, EntryDraft } from '../entry.ts';

export type AppendOutcome =
  | { readonly ok: true; readonly seq: number }
  | { readonly ok: false; readonly code: 'closed' | 'queue-full' | 'failed'; readonly detail: string };

export interface JournalStatus {
  readonly lastSeq: number;
  readonly firstSeq: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly queuedEntries: number;
  readonly queuedBytes: number;
  /** Health codes that cannot be journaled: `disk-full`, `journal-failed`. */
  readonly health: readonly string[];
}

/**
 * Verdicts of the engine that the projector needs and that only the engine can give. They travel in the header of the
 * next commit: everything up to `appliedTo` is applied, and of it `resends` are not to be stored again.
 */
export interface Verdicts {
  readonly appliedTo: number;
  readonly resends: readonly number[];
}

/** The one ordered log. `append` calls settle in append order, after the commit that holds the entry was fsynced. */
export interface Journal {
  append(draft: EntryDraft, settle: (outcome: AppendOutcome) => void): void;
  /** Verdicts to go out with the next commit. */
  noteVerdicts(verdicts: Verdicts): void;
  /** Entries with seq ≥ from, in order, a commit at a time. For recovery before the first append. */
  read(from: number): AsyncIterable<readonly Entry[]>;
  status(): JournalStatus;
  /** Called when the queue passes its high or low water mark. */
  onPressure(listener: (pressed: boolean) => void): void;
  /** Called when `status().health` changes. */
  onHealth(listener: (health: readonly string[]) => void): void;
  /** Whole segments below `seq` may be deleted. */
  trim(below: number): void;
  close(): Promise<void>;
}

/** Where snapshots live: the two newest are kept, checksummed; a damaged one falls back to the other. */
export interface SnapshotStore {
  /** Pieces are written to a temporary file, fsynced, checksummed and renamed. */
  write(seq: number, pieces: AsyncIterable<string>): Promise<void>;
  /** Newest undamaged one, or null. */
  newest(): Promise<{ readonly seq: number; readonly text: string } | null>;
  /** How many damaged ones `newest` has put aside so far. */
  putAside(): number;
  /** Entry numbers of the kept ones, newest first. */
  list(): Promise<readonly number[]>;
}
