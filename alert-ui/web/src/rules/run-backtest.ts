/** One backtest from the page: started, followed, cancelled. The platform runs it; here is only what was last heard of it. */
import { onBeforeUnmount, shallowRef, type ShallowRef } from 'vue';
import type { Backtest } from '../../../../model/backtest.ts';
import type { BacktestBody, Problem } from '../../../protocol/http.ts';
import type { Api } from '../api/client.ts';

const ASK_EVERY_MS = 500;

export interface BacktestRun {
  readonly run: Readonly<ShallowRef<BacktestBody | null>>;
  readonly problem: Readonly<ShallowRef<Problem | null>>;
  start(body: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends it, or forgets one that is over. */
  end(): Promise<void>;
}

export function isOver(state: Backtest['state']): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** For a component: what runs is cancelled when it goes. */
export function useBacktest(api: Api): BacktestRun {
  const run = shallowRef<BacktestBody | null>(null);
  const problem = shallowRef<Problem | null>(null);
  let timer: ReturnType<typeof setTimeout> | null = null;

  const path = (id: string): string => `/backtests/${encodeURIComponent(id)}`;
  function later(id: string): void {
    timer = setTimeout(() => void ask(id), ASK_EVERY_MS);
  }
  async function ask(id: string): Promise<void> {
    const answer = await api.get<BacktestBody>(path(id));
    if (run.value?.id !== id) return;
    problem.value = answer.ok ? null : answer.problem;
    if (answer.ok) run.value = answer.body;
    // Unreachable for a while is no end: it runs on over there.
    if (answer.ok ? !isOver(answer.body.state) : answer.problem.status === 0) later(id);
  }
  async function end(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    const id = run.value?.id;
    run.value = null;
    problem.value = null;
    if (id === undefined) return;
    const answer = await api.remove(path(id));
    if (!answer.ok && answer.problem.status !== 404) problem.value = answer.problem;
  }
  onBeforeUnmount(() => void end());
  return {
    run,
    problem,
    end,
    async start(body) {
      await end();
      const answer = await api.post<BacktestBody>('/backtests', body);
      problem.value = answer.ok ? null : answer.problem;
      if (!answer.ok) return;
      run.value = answer.body;
      later(answer.body.id);
    },
  };
}
