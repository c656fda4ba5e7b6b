import { Histogram } from 'prom-client';

/**
 * The way of a message in four parts, from when its packet was read to when the boards were told:
 * `door` decoding, validating, handing to the journal; `commit` until the commit it is in is on disk; `engine` until it was applied,
 * behind what stood before it in that commit; `live` handing what it set off to the boards' sockets.
 */
export type Stage = 'door' | 'commit' | 'engine' | 'live';

/** Of a message that is timed: monotonic ms, with fractions. */
export interface Timed {
  readonly takenAt: number;
  appendedAt: number;
}

/** Measures where the time of messages goes; all of it is a few dozen nanoseconds a message. */
export interface Stages {
  /** A message was read; null = this one is not timed. */
  take(): Timed | null;
  appended(timed: Timed | null): void;
  /** Something of a commit is settled: the first of a turn of the loop says when the commit was durable. */
  durable(): void;
  applied(timed: Timed | null): void;
  /** Runs `tell`, which hands out what an entry set off. */
  telling(tell: () => void): void;
  readonly histogram: Histogram;
}

/** One message of so many is timed; what is told is timed always, for it is rare. */
const ONE_OF = 16;
const BOUNDS_MS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 200, 500, 1_000, 5_000];

/** @param now monotonic ms, with fractions */
export function createStages(now: () => number): Stages {
  const histogram = new Histogram({
    name: 'beacon_stage_seconds',
    help: 'way of a message by stage: door, commit, engine (of one message in 16), live (of every entry that set off events)',
    labelNames: ['stage'],
    buckets: BOUNDS_MS.map((ms) => ms / 1_000),
    registers: [],
  });
  const took = (stage: Stage, ms: number): void => histogram.labels(stage).observe(Math.max(0, ms) / 1_000);
  let messages = 0;
  let durableAt = 0;
  let settling = false;
  return {
    histogram,
    take() {
      messages += 1;
      return messages % ONE_OF === 0 ? { takenAt: now(), appendedAt: 0 } : null;
    },
    appended(timed) {
      if (timed === null) return;
      timed.appendedAt = now();
      took('door', timed.appendedAt - timed.takenAt);
    },
    durable() {
      if (settling) return;
      settling = true;
      durableAt = now();
      // A commit is settled in one turn, without a pause.
      queueMicrotask(() => {
        settling = false;
      });
    },
    applied(timed) {
      if (timed === null) return;
      took('commit', durableAt - timed.appendedAt);
      took('engine', now() - durableAt);
    },
    telling(tell) {
      const from = now();
      tell();
      took('live', now() - from);
    },
  };
}
