/** Asks stored history in a thread of its own, so that a long query delays neither alarms nor the projector. */
import type {
  BucketAnswer,
  RangeAnswer,
  RangeQuery,
  RangeText,
  ReadingQueries,
  RollUp,
  RollUpUnit,
} from '../../model/ports/reading-store.ts';
import type { EpochMs } from '../../model/time.ts';
import { type Caller, createCaller, ThreadError } from '../thread/call.ts';
import { spawnThread } from '../thread/spawn.ts';
import { StoreFailure, type StoreFailureCode } from './failure.ts';
import type { StoreSettings } from './open.ts';

/** What the history thread answers. */
export interface HistoryMethods {
  range(query: RangeQuery): Promise<RangeAnswer>;
  rangeText(query: RangeQuery): Promise<RangeText>;
  buckets(query: RangeQuery & { readonly maxPoints: number }): Promise<BucketAnswer>;
  rollUps(query: RangeQuery & { readonly unit: RollUpUnit }): Promise<{ readonly rollUps: readonly RollUp[] }>;
}

export interface History {
  readonly queries: ReadingQueries;
  close(): Promise<void>;
}

/** More questions waiting than this are refused with `store-busy`. */
const MAX_WAITING = 64;
const STOP_PATIENCE_MS = 1_000;

const CODES: Readonly<Record<string, StoreFailureCode>> = {
  'store-unreachable': 'store-unreachable',
  'store-refused': 'store-refused',
  'thread-busy': 'store-busy',
  'thread-closed': 'store-closed',
};

/**
 * Starts the thread; a thread that died is started again by the next question.
 * @param through arrival time up to which the store is complete, asked before each query is sent: the answer then holds at least that.
 */
export function openHistory(settings: StoreSettings, through: () => EpochMs): History {
  let closed = false;
  let thread: { readonly caller: Caller<HistoryMethods>; terminate(): void } | null = null;

  function callerNow(): Caller<HistoryMethods> {
    if (closed) throw new StoreFailure('store-closed', 'history: the platform is stopping');
    if (thread === null) {
      const worker = spawnThread(new URL('./history-thread', import.meta.url), settings);
      const caller = createCaller<HistoryMethods>(worker, {
        maxWaiting: MAX_WAITING,
        onDeath: () => {
          thread = null;
        },
      });
      thread = { caller, terminate: () => void worker.terminate() };
    }
    return thread.caller;
  }

  async function ask<A extends object>(question: (caller: Caller<HistoryMethods>) => Promise<A>): Promise<A & { through: EpochMs }> {
    const complete = through();
    try {
      const answer = await question(callerNow());
      return { ...answer, through: complete };
    } catch (error) {
      if (error instanceof ThreadError) throw new StoreFailure(CODES[error.code] ?? 'store-failed', error.message);
      throw error;
    }
  }

  return {
    queries: {
      range: (query) => ask((caller) => caller.call('range', query)),
      rangeText: (query) => ask((caller) => caller.call('rangeText', query)),
      buckets: (query) => ask((caller) => caller.call('buckets', query)),
      rollUps: (query) => ask((caller) => caller.call('rollUps', query)),
    },
    async close(): Promise<void> {
      closed = true;
      const open = thread;
      if (open === null) return;
      // Only reading goes on in there: a query that hangs on a dead server is cut off.
      const impatient = setTimeout(open.terminate, STOP_PATIENCE_MS);
      await open.caller.close();
      clearTimeout(impatient);
    },
  };
}
