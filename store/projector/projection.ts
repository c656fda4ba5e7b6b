/**
 * The projection itself, a step at a time: read on in the journal, take what the engine has judged, write it, and only then count it
 * as done. It keeps no clock and no timer: its caller says what time it is and when to step again.
 */
import type { Entry } from '../../model/entry.ts';
import type { ReadingStore } from '../../model/ports/reading-store.ts';
import type { LedgerLine } from '../../model/ports/records.ts';
import type { StoredReading } from '../../model/reading.ts';
import type { EpochMs } from '../../model/time.ts';
import { asStoreFailure } from '../readings/failure.ts';
import { backoffMs } from './backoff.ts';
import type { VerdictNote } from './messages.ts';
import { readingsOf } from './readings-of.ts';
import { rejectedLines } from './rejected-lines.ts';
import type { JournalSource } from './source.ts';
import { NOTHING_YET, type ProjectorStatus } from './status.ts';
import { VerdictBook } from './verdict-book.ts';

/** Entries read ahead. */
const READ_AHEAD = 8_000;
/** Further behind than this is a health code. */
const LAG_MS = 60_000;

/** What a step did: `more` = there is more to do at once, `idle` = everything judged is in, `failed` = wait `delayMs`. */
export type Step = { readonly did: 'more' } | { readonly did: 'idle' } | { readonly did: 'failed'; readonly delayMs: number };

export interface Projection {
  /** Never rejects. Steps must not overlap. */
  step(): Promise<Step>;
  note(note: VerdictNote): void;
  status(): ProjectorStatus;
}

export interface ProjectionParts {
  readonly source: JournalSource;
  readonly store: ReadingStore;
  /** `ReadingStore.position()` at the start. */
  readonly position: number;
  /** Readings of one batch at most; one message alone may bring more. */
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
  /** Read and not yet written, oldest first. */
  let ahead: readonly Entry[] = [];
  let through: EpochMs = 0;
  let written = 0;
  let rejected = parts.rejectedBefore;
  let backoff: ProjectorStatus['backoff'] = null;
  let detail: string | null = null;

  async function readOn(): Promise<boolean> {
    const waitsForVerdicts = ahead[0] !== undefined && ahead[0].seq > book.appliedTo;
    // A verdict stands in a later commit than its entry: whoever waits for one must read on, however much is read already.
    if (ahead.length >= READ_AHEAD && !waitsForVerdicts) return false;
    const piece = await source.next(readTo, READ_AHEAD);
    for (const verdicts of piece.verdicts) book.header(verdicts);
    const last = piece.entries.at(-1);
    if (last === undefined) return false;
    ahead = ahead.length === 0 ? piece.entries : [...ahead, ...piece.entries];
    readTo = last.seq;
    return true;
  }

  /** Judged entries whose readings make one batch. */
  function nextBatch(): {
    readonly entries: number;
    readonly lastSeq: number;
    readonly lastAt: EpochMs;
    readonly readings: readonly StoredReading[];
  } | null {
    const readings: StoredReading[] = [];
    let entries = 0;
    let last: Entry | null = null;
    for (const entry of ahead) {
      if (entry.seq > book.appliedTo) break;
      const brought = book.isResend(entry.seq) ? [] : readingsOf(entry);
      if (readings.length > 0 && readings.length + brought.length > parts.batchReadings) break;
      for (const reading of brought) readings.push(reading);
      entries += 1;
      last = entry;
    }
    return last === null ? null : { entries, lastSeq: last.seq, lastAt: last.at, readings };
  }

  function failed(why: string): Step {
    const attempts = (backoff?.attempts ?? 0) + 1;
    const delayMs = backoffMs(attempts, parts.chance());
    backoff = { attempts, delayMs };
    detail = why;
    return { did: 'failed', delayMs };
  }

  async function step(): Promise<Step> {
    const grew = await readOn();
    if (!prepared) {
      await store.prepare();
      prepared = true;
    }
    const batch = nextBatch();
    if (batch === null) {
      backoff = null;
      detail = null;
      return { did: grew ? 'more' : 'idle' };
    }
    const outcome = await store.write(batch.readings, batch.lastSeq);
    if (!outcome.ok) return failed(outcome.detail);
    if (outcome.rejected.length > 0) parts.onRejected(rejectedLines(outcome.rejected, now()));
    ahead = ahead.slice(batch.entries);
    position = batch.lastSeq;
    book.forget(position);
    through = batch.lastAt;
    written += batch.readings.length - outcome.rejected.length;
    rejected += outcome.rejected.length;
    backoff = null;
    detail = null;
    return { did: 'more' };
  }

  return {
    async step() {
      try {
        return await step();
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
      const oldest = ahead[0];
      const lastSeq = Math.max(readTo, toldOf);
      const lagMs = oldest === undefined ? 0 : Math.max(0, now() - oldest.at);
      const health: string[] = [];
      if (backoff !== null) health.push('store-down');
      if (lagMs > LAG_MS) health.push('projector-lag');
      return {
        ...NOTHING_YET,
        position,
        lastSeq,
        lagEntries: lastSeq - position,
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
