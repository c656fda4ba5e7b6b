import type { Engine } from '../model/engine.ts';
import type { Clock } from '../model/ports/clock.ts';
import { TICK_EVERY_MS, TICK_GATHER_MS } from '../model/time.ts';

/**
 * The only timer of the rules: asks for a `tick` entry when the engine wants one (gathered to 50 ms) and every 5 s anyway, so that
 * our own outage can be told from a calm plant. One tick is under way at a time.
 */
export interface Ticker {
  /** Something was applied: the next due time may have moved. */
  moved(): void;
  stop(): void;
}

export function startTicker(engine: Engine, clock: Clock, tick: () => Promise<unknown>): Ticker {
  let cancel: (() => void) | null = null;
  let wakeAt = Number.POSITIVE_INFINITY;
  let lastTick = clock.mono();
  let underWay = false;
  let stopped = false;

  function wanted(): number {
    const now = clock.mono();
    const due = engine.nextDue();
    const regular = lastTick + TICK_EVERY_MS;
    if (due === null) return regular;
    const dueMono = now + (due - engine.engineTime(now));
    return Math.min(regular, Math.max(dueMono, lastTick + TICK_GATHER_MS));
  }
  function run(): void {
    cancel = null;
    wakeAt = Number.POSITIVE_INFINITY;
    if (stopped || underWay) return;
    // A timer may fire a fraction early, or the due time may have moved away meanwhile.
    if (wanted() > clock.mono()) {
      schedule();
      return;
    }
    underWay = true;
    lastTick = clock.mono();
    void one();
  }
  async function one(): Promise<void> {
    await tick();
    underWay = false;
    schedule();
  }
  function schedule(): void {
    if (stopped || underWay) return;
    const at = wanted();
    if (cancel !== null && at >= wakeAt) return;
    cancel?.();
    wakeAt = at;
    cancel = clock.after(Math.max(1, at - clock.mono()), run);
  }
  schedule();

  return {
    moved: schedule,
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
