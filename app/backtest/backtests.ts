/** Backtests of this process: one at a time, a few waiting, the last ones kept with their results. */
import { randomBytes } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import type { Backtest, BacktestFailure } from '../../model/backtest.ts';
import type { Clock } from '../../model/ports/clock.ts';
import type { Backtests } from '../../model/ports/platform.ts';
import { spawnThread } from '../../store/thread/spawn.ts';
import type { BacktestThreadData, FromBacktest } from './backtest-thread.ts';
import type { HistoryFolders } from './history.ts';

const WAITING_MAX = 10;
const KEPT = 50;
const NOTHING = { share: 0, entries: 0, values: 0 };

export function createBacktests(folders: HistoryFolders, clock: Clock): Backtests & { close(): Promise<void> } {
  const all = new Map<string, Backtest>();
  let running: { readonly id: string; readonly worker: Worker } | null = null;
  let closed = false;

  function put(id: string, change: Partial<Backtest>): void {
    const before = all.get(id);
    if (before !== undefined) all.set(id, { ...before, ...change });
  }

  function next(): void {
    if (running !== null || closed) return;
    const waiting = [...all.values()].find((one) => one.state === 'queued');
    if (waiting === undefined) return;
    const { id, request } = waiting;
    const data: BacktestThreadData = { folders, request };
    const worker = spawnThread(new URL('./backtest-thread', import.meta.url), data);
    running = { id, worker };
    put(id, { state: 'running' });
    const ended = (change: Partial<Backtest>): void => {
      if (running?.worker !== worker) return;
      put(id, change);
      running = null;
      void worker.terminate();
      forgetOld();
      next();
    };
    const failed = (failure: BacktestFailure): void => ended({ state: 'failed', failure });
    worker.on('message', (message: FromBacktest) => {
      if (message.kind === 'progress') put(id, { progress: message.progress });
      else if (message.kind === 'failed') failed(message.failure);
      else {
        const { entries, values } = message.result;
        ended({ state: 'done', result: message.result, progress: { share: 1, entries, values } });
      }
    });
    worker.on('error', (error: Error) => failed({ code: 'failed', detail: error.message }));
    worker.on('exit', (code) => failed({ code: 'failed', detail: `the backtest's thread ended with code ${code}` }));
  }

  function forgetOld(): void {
    const over = [...all.values()].filter((one) => one.state !== 'queued' && one.state !== 'running');
    for (const old of over.slice(0, Math.max(0, over.length - KEPT))) all.delete(old.id);
  }

  return {
    start(by, request) {
      if ([...all.values()].filter((one) => one.state === 'queued').length >= WAITING_MAX) return null;
      const id = `bt-${randomBytes(8).toString('hex')}`;
      all.set(id, { id, by, state: 'queued', request, createdAt: clock.now(), progress: NOTHING });
      next();
      return all.get(id) ?? null;
    },
    get: (id) => all.get(id),
    list: () => [...all.values()].toReversed(),
    cancel(id) {
      const one = all.get(id);
      if (one === undefined) return false;
      if (running?.id === id) {
        const { worker } = running;
        running = null;
        void worker.terminate();
        put(id, { state: 'cancelled' });
        next();
      } else if (one.state === 'queued') put(id, { state: 'cancelled' });
      else all.delete(id);
      return true;
    },
    async close() {
      closed = true;
      const last = running;
      running = null;
      await last?.worker.terminate();
    },
  };
}
