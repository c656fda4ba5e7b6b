import { performance } from 'node:perf_hooks';
import type { Clock } from '../model/ports/clock.ts';

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
