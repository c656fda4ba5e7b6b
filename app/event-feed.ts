import type { Clock } from '../model/ports/clock.ts';

const BATCH = 2_000;
const RETRY_MS = 500;
/** Beyond this the feed stops taking: the journal still has everything, and the next start projects it again. */
const BOUND = 500_000;

/**
 * Numbered events on their way to the records (history of alarms, history of warnings). Idempotent by event number; retried until they are in.
 * A snapshot may count only once every event up to it is here: `settled(seq)`.
 */
export interface EventFeed<E> {
  push(events: readonly E[]): void;
  /** Resolves when every event up to `seq` is in the records; never, when the feed overflowed. */
  settled(seq: number): Promise<void>;
  /** Resolves when everything pushed so far is in the records, or after `mostMs`, or at once while the records fail. */
  flush(mostMs: number): Promise<void>;
  status(): { readonly queued: number; readonly done: number; readonly failing: string | null; readonly overflowed: boolean };
  stop(): Promise<void>;
}

export function startEventFeed<E extends { readonly seq: number }>(
  project: (events: readonly E[]) => Promise<void>,
  clock: Clock,
  doneAtStart: number,
): EventFeed<E> {
  const queue: E[] = [];
  let done = doneAtStart;
  let failing: string | null = null;
  let overflowed = false;
  let working: Promise<void> | null = null;
  let stopped = false;
  const waiting: { seq: number; resolve: () => void }[] = [];

  function release(): void {
    for (let i = waiting.length - 1; i >= 0; i -= 1) {
      const waiter = waiting[i];
      if (waiter === undefined || waiter.seq > done) continue;
      waiting.splice(i, 1);
      waiter.resolve();
    }
  }
  const pause = (): Promise<void> => new Promise((resolve) => void clock.after(RETRY_MS, resolve));

  async function work(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.slice(0, BATCH);
      try {
        await project(batch);
      } catch (error) {
        failing = error instanceof Error ? error.message : String(error);
        if (stopped) return;
        await pause();
        continue;
      }
      failing = null;
      queue.splice(0, batch.length);
      done = Math.max(done, batch.at(-1)?.seq ?? done);
      release();
    }
  }
  function kick(): void {
    if (working !== null) return;
    working = work().finally(() => {
      working = null;
      if (queue.length > 0 && !stopped) kick();
    });
  }

  return {
    push(events) {
      if (events.length === 0 || overflowed) return;
      if (queue.length + events.length > BOUND) {
        overflowed = true;
        return;
      }
      for (const event of events) if (event.seq > doneAtStart) queue.push(event);
      kick();
    },
    settled(seq) {
      if (seq <= done) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ seq, resolve }));
    },
    flush(mostMs) {
      const last = queue.at(-1)?.seq;
      if (last === undefined || last <= done || failing !== null || overflowed) return Promise.resolve();
      return new Promise((resolve) => {
        const waiter = { seq: last, resolve: () => end() };
        const cancel = clock.after(mostMs, () => {
          waiting.splice(waiting.indexOf(waiter), 1);
          resolve();
        });
        function end(): void {
          cancel();
          resolve();
        }
        waiting.push(waiter);
      });
    },
    status: () => ({ queued: queue.length, done, failing, overflowed }),
    async stop() {
      stopped = true;
      await working;
      if (queue.length > 0) await work();
    },
  };
}
