import type { Verdicts } from '../../model/ports/journal.ts';
import type { ReadingListener } from '../journal/line.ts';

/** What the projector reads: commits of the journal, in order. */
export interface JournalSource {
  /**
   * Tells of the commits after the one holding `afterSeq`, about `maxEntries` entries of them (at least one commit if there is one).
   * Where it fails the listener may have been told a part.
   */
  next(afterSeq: number, maxEntries: number, listener: ReadingListener): Promise<JournalPiece> | JournalPiece;
  close(): void;
}

export interface JournalPiece {
  /** Number of the last entry told of; `afterSeq` when nothing new is committed. */
  readonly lastSeq: number;
  /** Verdicts in the headers of these commits, in order. */
  readonly verdicts: readonly Verdicts[];
}
