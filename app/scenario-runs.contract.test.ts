import { afterEach, expect, it } from 'vitest';
import { libraryNames } from '../simulators/scenario-file/read-files.ts';
import type { ScenarioRun } from '../model/scenario-run.ts';
import { systemClock } from './clock.ts';
import { createScenarioRuns } from './scenario-runs.ts';

let runs: ReturnType<typeof createScenarioRuns>;
afterEach(() => runs.close());

async function over(id: string): Promise<ScenarioRun> {
  for (;;) {
    const run = runs.get(id);
    if (run === undefined || !['queued', 'running'].includes(run.state)) return run ?? expect.fail(`${id} is forgotten`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('plays one of the library with a verdict, says why another cannot be played, and ends one that is cancelled', async () => {
  runs = createScenarioRuns(libraryNames(), systemClock());
  expect(runs.names()).toContain('valve-that-does-not-close');
  const [good, bad, dropped] = ['valve-that-does-not-close', 'no-such-scenario', 'windy-tank-farm'].map((name) => runs.start('tina', name));
  expect([good?.state, bad?.state, dropped?.state]).toEqual(['running', 'queued', 'queued']);
  expect(runs.cancel(dropped?.id ?? '')).toBe(true);

  const played = await over(good?.id ?? '');
  expect(played).toMatchObject({ name: 'valve-that-does-not-close', by: 'tina', state: 'done', verdict: { ok: true } });
  expect(played.verdict?.lines.some(({ finding }) => finding === 'came')).toBe(true);
  const failed = await over(bad?.id ?? '');
  expect([failed.state, failed.failure]).toEqual(['failed', expect.stringContaining('no such file')]);
  expect(runs.get(dropped?.id ?? '')?.state).toBe('cancelled');

  const again = runs.start('tina', 'windy-tank-farm');
  expect(again?.state).toBe('running');
  runs.cancel(again?.id ?? '');
  expect(runs.list().map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'failed', 'done']);
});
