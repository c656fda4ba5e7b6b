/** Backtests of this process, each on a thread of its own, in turns. */
import type { Backtest, BacktestFailure } from '../../model/backtest.ts';
import type { Clock } from '../../model/ports/clock.ts';
import type { Backtests } from '../../model/ports/platform.ts';
import { spawnThread } from '../../store/thread/spawn.ts';
import { createJobs, type Run } from '../jobs.ts';
import type { BacktestThreadData, FromBacktest } from './backtest-thread.ts';
import type { HistoryFolders } from './history.ts';

const NOTHING = { share: 0, entries: 0, values: 0 };

export function createBacktests(folders: HistoryFolders, clock: Clock): Backtests & { close(): Promise<void> } {
  const queue = createJobs<Backtest>('bt-', (one, put) => judgeApart({ folders, request: one.request }, put));
  return { ...queue, start: (by, request) => queue.start({ by, request, createdAt: clock.now(), progress: NOTHING }) };
}

function judgeApart(data: BacktestThreadData, put: (change: Partial<Backtest>) => void): Run<Backtest> {
  const worker = spawnThread(new URL('./backtest-thread', import.meta.url), data);
  const stop = async (): Promise<void> => void (await worker.terminate());
  const ended = new Promise<Partial<Backtest>>((resolve) => {
    const failed = (failure: BacktestFailure): void => resolve({ state: 'failed', failure });
    worker.on('message', (message: FromBacktest) => {
      if (message.kind === 'progress') put({ progress: message.progress });
      else if (message.kind === 'failed') failed(message.failure);
      else {
        const { entries, values } = message.result;
        resolve({ state: 'done', result: message.result, progress: { share: 1, entries, values } });
      }
    });
    worker.on('error', (error: Error) => failed({ code: 'failed', detail: error.message }));
    worker.on('exit', (code) => failed({ code: 'failed', detail: `the backtest's thread ended with code ${code}` }));
  });
  void ended.then(stop);
  return { ended, stop };
}
