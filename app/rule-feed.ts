import type { RuleVersion } from '../model/engine.ts';
import type { Clock } from '../model/ports/clock.ts';
import type { Records } from '../model/ports/records.ts';

const RETRY_MS = 500;
const BATCH = 1_000;

/**
 * Revisions of rules on their way to the records, where their history is. Idempotent; retried until they are in. A snapshot may count
 * only once every revision before it is there: `settled`.
 */
export interface RuleFeed {
  push(versions: readonly RuleVersion[]): void;
  /** Resolves when everything pushed so far is in the records. */
  settled(): Promise<void>;
  /** The same, but after `mostMs` at the latest. */
  flush(mostMs: number): Promise<void>;
  status(): { readonly queued: number; readonly failing: string | null };
  stop(): Promise<void>;
}

export function startRuleFeed(records: Records, clock: Clock): RuleFeed {
  const queue: RuleVersion[] = [];
  let pushed = 0;
  let done = 0;
  let failing: string | null = null;
  let working: Promise<void> | null = null;
  let stopped = false;
  const waiting: { readonly until: number; readonly resolve: () => void }[] = [];

  function release(): void {
    for (let i = waiting.length - 1; i >= 0; i -= 1) {
      const waiter = waiting[i];
      if (waiter === undefined || waiter.until > done) continue;
      waiting.splice(i, 1);
      waiter.resolve();
    }
  }

  async function work(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.slice(0, BATCH);
      try {
        await records.rules.put(batch);
      } catch (error) {
        failing = error instanceof Error ? error.message : String(error);
        // What is not in yet comes again from the journal at the next start.
        if (stopped) return;
        await new Promise<void>((resolve) => void clock.after(RETRY_MS, resolve));
        continue;
      }
      failing = null;
      queue.splice(0, batch.length);
      done += batch.length;
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

  function settled(): Promise<void> {
    if (done === pushed) return Promise.resolve();
    return new Promise((resolve) => waiting.push({ until: pushed, resolve }));
  }

  return {
    push(versions) {
      queue.push(...versions);
      pushed += versions.length;
      if (versions.length > 0) kick();
    },
    settled,
    flush(mostMs) {
      if (done === pushed || failing !== null) return Promise.resolve();
      return new Promise((resolve) => {
        const cancel = clock.after(mostMs, resolve);
        void settled().then(() => {
          cancel();
          resolve();
        });
      });
    },
    status: () => ({ queued: queue.length, failing }),
    async stop() {
      stopped = true;
      await working;
    },
  };
}
