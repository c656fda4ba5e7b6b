import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Engine } from '../model/engine.ts';
import type { Clock } from '../model/ports/clock.ts';
import type { Journal, SnapshotStore } from '../model/ports/journal.ts';
import type { LiveEvent } from '../model/alarm.ts';
import type { WarningLive } from '../model/warning.ts';
import type { EventFeed } from './event-feed.ts';
import type { RuleFeed } from './rule-feed.ts';

/** When one is due, whichever is first. */
export interface SnapshotPace {
  readonly everyMs: number;
  /** A busy plant cuts earlier, so that a restart replays at most about this many entries (plus what comes while one is written). */
  readonly everyEntries: number;
  /** How often that is looked at. */
  readonly checkMs: number;
}
const PACE: SnapshotPace = { everyMs: 5 * 60_000, everyEntries: 150_000, checkMs: 2_000 };
/** Devices serialised per turn of the event loop: about a millisecond. */
const SLICE = 100;

/**
 * Cuts snapshots slice by slice between entries and trims the journal behind the slowest of its readers: the projector, the second
 * newest snapshot, the records. A snapshot is finished only once the records hold every event up to it.
 */
export interface Snapshotter {
  /** Cuts one now (clean stop). */
  cut(): Promise<void>;
  status(): { readonly lastSeq: number; readonly lastMs: number; readonly failing: string | null; readonly writing: boolean };
  stop(): Promise<void>;
}

export interface SnapshotterParts {
  readonly engine: Engine;
  readonly snapshots: SnapshotStore;
  readonly journal: Journal;
  readonly events: EventFeed<LiveEvent>;
  readonly warnings: EventFeed<WarningLive>;
  readonly ruleVersions: Pick<RuleFeed, 'settled'>;
  readonly clock: Clock;
  /** How far the reading store and the archive have come. */
  readonly projected: () => number;
  readonly archived: () => number;
  readonly log: (message: string, detail: unknown) => void;
  readonly pace?: SnapshotPace;
}

export function startSnapshotter(parts: SnapshotterParts, restoredSeq: number): Snapshotter {
  const { engine, clock } = parts;
  const { everyMs, everyEntries, checkMs } = parts.pace ?? PACE;
  let lastSeq = restoredSeq;
  let lastAt = clock.mono();
  let lastMs = 0;
  let failing: string | null = null;
  let working: Promise<void> | null = null;
  let cancel: (() => void) | null = null;
  let stopped = false;

  async function* pieces(job: ReturnType<Engine['beginSnapshot']>, eventSeq: number, warningSeq: number): AsyncGenerator<string> {
    for (let piece = job.next(SLICE); piece !== null; piece = job.next(SLICE)) {
      yield piece;
      await nextTurn();
    }
    await parts.events.settled(eventSeq);
    await parts.warnings.settled(warningSeq);
    await parts.ruleVersions.settled();
  }

  async function write(): Promise<void> {
    const begun = clock.mono();
    const { eventSeq, warningSeq } = engine.view;
    const job = engine.beginSnapshot();
    try {
      await parts.snapshots.write(job.seq, pieces(job, eventSeq, warningSeq));
      lastSeq = job.seq;
      failing = null;
    } catch (error) {
      job.abort();
      failing = error instanceof Error ? error.message : String(error);
      parts.log('snapshot failed', { detail: failing });
    }
    lastAt = clock.mono();
    lastMs = lastAt - begun;
  }

  async function trim(): Promise<void> {
    const kept = await parts.snapshots.list();
    const second = kept[1];
    if (second === undefined) return;
    parts.journal.trim(Math.min(second, parts.projected(), parts.archived()) + 1);
  }

  function cut(): Promise<void> {
    working ??= write()
      .then(trim)
      .finally(() => {
        working = null;
      });
    return working;
  }

  function check(): void {
    cancel = clock.after(checkMs, () => {
      if (stopped) return;
      const applied = engine.view.appliedSeq;
      const due = applied - lastSeq >= everyEntries || (clock.mono() - lastAt >= everyMs && applied > lastSeq);
      if (due && working === null) void cut().then(check, check);
      else check();
    });
  }
  check();

  return {
    cut,
    status: () => ({ lastSeq, lastMs, failing, writing: working !== null }),
    async stop() {
      stopped = true;
      cancel?.();
      await working;
    },
  };
}
