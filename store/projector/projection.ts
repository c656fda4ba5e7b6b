/**
 * The projection itself, a step at a time: read on in the journal, take what the engine has judged, write it, and only then count it
 * as done. It keeps no clock and no timer: its caller says what time it is and when to step again.
 */
import type { ReadingStore, WriteOutcome } from '../../model/ports/reading-store.ts';
import type { LedgerLine } from '../../model/ports/records.ts';
import type { EpochMs } from '../../model/time.ts';
import { asStoreFailure } from '../readings/failure.ts';
import { Ahead, type AheadBatch } from './ahead.ts';
import { backoffMs } from './backoff.ts';
import type { VerdictNote } from './messages.ts';
import { rejectedLines } from './rejected-lines.ts';
import type { JournalSource } from './source.ts';
import { NOTHING_YET, type ProjectorStatus } from './status.ts';
import { VerdictBook } from './verdict-book.ts';

/** Entries read at a time. */
const READ_ENTRIES = 8_000;
/** Further behind than this is a health code. */
const LAG_MS = 60_000;

/**
 * What a step did: `more` = there is more to do at once, `idle` = everything judged is in (or is less than what was asked for),
 * `failed` = wait `delayMs`. `wrote` counts readings.
 */
export type Step =
  | { readonly did: 'more' | 'idle'; readonly wrote: number }
  | { readonly did: 'failed'; readonly wrote: 0; readonly delayMs: number };

export interface Projection {
  /**
   * Never rejects. Steps must not overlap.
   * @param least leave fewer readings than this to a later step, once the journal is read to its end; 0 (as by default) = write any.
   */
  step(least?: number): Promise<Step>;
  note(note: VerdictNote): void;
  status(): ProjectorStatus;
}

export interface ProjectionParts {
  readonly source: JournalSource;
  readonly store: ReadingStore;
  /** `ReadingStore.position()` at the start. */
  readonly position: number;
  /** Readings of one batch at most (one message alone may bring more), and entries gathered before it is written. */
  readonly batchReadings: number;
  /** Refused readings counted before. */
  readonly rejectedBefore: number;
  readonly now: () => EpochMs;
  /** In [0, 1). */
  readonly chance: () => number;
  readonly onRejected: (lines: readonly LedgerLine[]) => void;
}

export function createProjection(parts: ProjectionParts): Projection {
  const { source, store, now } = parts;
  let book = new VerdictBook(parts.position);
  let prepared = false;
  let position = parts.position;
  let readTo = parts.position;
  /** Newest entry main has told of; the reading may be far behind it. */
  let toldOf = parts.position;
  const ahead = new Ahead();
  let through: EpochMs = 0;
  let written = 0;
  let rejected = parts.rejectedBefore;
  let backoff: ProjectorStatus['backoff'] = null;
  let detail: string | null = null;

  function isFull(): boolean {
    return ahead.columns.length >= parts.batchReadings || ahead.entries >= parts.batchReadings;
  }

  /** Reads until a batch is gathered; true when the journal holds more. */
  async function readOn(): Promise<boolean> {
    // A verdict stands in a later commit than its entry: whoever waits for one must read on, however much is read already.
    const waitsForVerdicts = ahead.first !== null && ahead.first.seq > book.appliedTo;
    if (isFull() && !waitsForVerdicts) return true;
    do {
      const before = ahead.entries;
      try {
        const piece = await source.next(readTo, READ_ENTRIES, ahead);
        for (const verdicts of piece.verdicts) book.header(verdicts);
        if (piece.lastSeq === readTo) return false;
        readTo = piece.lastSeq;
      } catch (error) {
        ahead.truncate(before);
        throw error;
      }
    } while (!isFull());
    return true;
  }

  function write({ rows, lastSeq }: AheadBatch): Promise<WriteOutcome> {
    const { columns } = ahead;
    if (store.writeRows !== undefined) return store.writeRows(columns, rows, lastSeq);
    return store.write(
      Array.from(rows, (row) => columns.reading(row)),
      lastSeq,
    );
  }

  function failed(why: string): Step {
    const attempts = (backoff?.attempts ?? 0) + 1;
    const delayMs = backoffMs(attempts, parts.chance());
    backoff = { attempts, delayMs };
    detail = why;
    return { did: 'failed', wrote: 0, delayMs };
  }

  function well(): void {
    backoff = null;
    detail = null;
  }

  async function step(least: number): Promise<Step> {
    const unread = await readOn();
    if (!prepared) {
      await store.prepare();
      prepared = true;
    }
    const batch = ahead.batch(book.appliedTo, parts.batchReadings, (seq) => book.isResend(seq));
    if (batch === null || (batch.rows.length < least && !unread)) {
      well();
      return { did: unread ? 'more' : 'idle', wrote: 0 };
    }
    const outcome = await write(batch);
    if (!outcome.ok) return failed(outcome.detail);
    if (outcome.rejected.length > 0) parts.onRejected(rejectedLines(outcome.rejected, now()));
    const readings = batch.rows.length;
    ahead.drop(batch.entries);
    position = batch.lastSeq;
    book.forget(position);
    through = batch.lastAt;
    written += readings - outcome.rejected.length;
    rejected += outcome.rejected.length;
    well();
    const judged = ahead.first !== null && ahead.first.seq <= book.appliedTo;
    return { did: unread || judged ? 'more' : 'idle', wrote: readings };
  }

  return {
    async step(least = 0) {
      try {
        return await step(least);
      } catch (error) {
        return failed(asStoreFailure(error).message);
      }
    },
    note(note) {
      const { appliedTo } = note.verdicts;
      if (note.from === null && appliedTo < position && readTo === position) {
        // The first note of a process tells where the recovered journal ends. A position behind its end belongs to another journal
        // (a backup put back in part): new entries would be taken for stored ones.
        position = appliedTo;
        readTo = appliedTo;
        toldOf = appliedTo;
        book = new VerdictBook(appliedTo);
      }
      toldOf = Math.max(toldOf, appliedTo);
      book.note(note);
    },
    status() {
      const oldest = ahead.first;
      const lastSeq = Math.max(readTo, toldOf);
      const lagMs = oldest === null ? 0 : Math.max(0, now() - oldest.at);
      const health: string[] = [];
      if (backoff !== null) health.push('store-down');
      if (lagMs > LAG_MS) health.push('projector-lag');
      return {
        ...NOTHING_YET,
        position,
        lastSeq,
        lagMs,
        through,
        written,
        rejected,
        backoff,
        health,
        detail,
      };
    },
  };
}
