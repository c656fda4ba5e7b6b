/** One backtest in a thread of its own: it may take minutes and a second engine's memory, and is ended by ending the thread. */
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import type { BacktestFailure, BacktestProgress, BacktestRequest, BacktestResult } from '../../model/backtest.ts';
import type { HistoryFolders } from './history.ts';
import { judgeAgain } from './judge.ts';

export interface BacktestThreadData {
  readonly folders: HistoryFolders;
  readonly request: BacktestRequest;
}
export type FromBacktest =
  | { readonly kind: 'progress'; readonly progress: BacktestProgress }
  | { readonly kind: 'done'; readonly result: BacktestResult }
  | { readonly kind: 'failed'; readonly failure: BacktestFailure };

const TELL_EVERY_MS = 250;

if (parentPort !== null) {
  const port = parentPort;
  const say = (message: FromBacktest): void => port.postMessage(message, []);
  const { folders, request } = workerData as BacktestThreadData;
  const begun = performance.now();
  let toldAt = begun;
  try {
    const judged = await judgeAgain(folders, request, (progress) => {
      const now = performance.now();
      if (now - toldAt < TELL_EVERY_MS) return;
      toldAt = now;
      say({ kind: 'progress', progress });
    });
    if (judged.ok) say({ kind: 'done', result: { ...judged.result, tookMs: Math.round(performance.now() - begun) } });
    else say({ kind: 'failed', failure: judged.failure });
  } catch (error) {
    say({ kind: 'failed', failure: { code: 'failed', detail: error instanceof Error ? error.message : String(error) } });
  }
}
