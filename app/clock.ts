import { performance } from 'node:perf_hooks';
import type { Clock } from '../model/ports/clock.ts';
import type { EpochMs, MonoMs } from '../model/time.ts';

/** The shell's only clock: wall time for people, monotonic time for everything that waits. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    mono: () => Math.round(performance.now()),
    after(delayMs, run) {
      const timer = setTimeout(run, Math.max(0, delayMs));
      return () => clearTimeout(timer);
    },
  };
}

/** A clock that stands still until it is moved: a scenario or a replay drives the whole platform by it. */
export interface DrivenClock extends Clock {
  /** Monotonic time of the earliest timer that waits, or null. */
  nextAt(): MonoMs | null;
  /**
   * Moves to a time and calls back what is due there, in the order in which it was asked for; what the callbacks ask for waits, even
   * where it is due at once. Goes neither back nor past a timer that waits for an earlier time: throws RangeError.
   */
  moveTo(mono: MonoMs): void;
}

/** Begins at monotonic time 0, which is `startAt` for people; both go in whole milliseconds. */
export function drivenClock(startAt: EpochMs): DrivenClock {
  interface Timer {
    readonly at: MonoMs;
    readonly run: () => void;
  }
  /** In the order in which they were asked for. A platform has a dozen or two: looking through them costs less than keeping them sorted. */
  const timers = new Set<Timer>();
  let mono: MonoMs = 0;

  function nextAt(): MonoMs | null {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of timers) if (at < next) next = at;
    return timers.size === 0 ? null : next;
  }
  return {
    now: () => startAt + mono,
    mono: () => mono,
    after(delayMs, run) {
      const timer = { at: mono + Math.max(0, Math.ceil(delayMs)), run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    nextAt,
    moveTo(to) {
      if (to < mono) throw new RangeError(`time does not go back from ${mono} to ${to}`);
      const next = nextAt();
      if (next !== null && next < to) throw new RangeError(`something waits for ${next}, before ${to}`);
      mono = to;
      const due = [...timers].filter((timer) => timer.at <= to);
      for (const timer of due) {
        // One of them may have cancelled another.
        if (timers.delete(timer)) timer.run();
      }
    },
  };
}
