import type { Entry } from '../../model/entry.ts';
import type { Verdicts } from '../../model/ports/journal.ts';

/** What the projector reads: commits of the journal, in order. */
export interface JournalSource {
  /** Commits after the one holding `afterSeq`, about `maxEntries` entries of them (at least one commit if there is one). */
  next(afterSeq: number, maxEntries: number): Promise<JournalPiece> | JournalPiece;
  close(): void;
}

export interface JournalPiece {
  /** seq ascending, all > `afterSeq`; empty when nothing new is committed. */
  readonly entries: readonly Entry[];
  /** Verdicts in the headers of these commits, in order. */
  readonly verdicts: readonly Verdicts[];
}
