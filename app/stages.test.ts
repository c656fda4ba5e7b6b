import { describe, expect, it } from 'vitest';
import { createStages, type Stage } from './stages.ts';

type Figures = Partial<Record<Stage, { readonly sum: number; readonly count: number }>>;

async function figures(stages: ReturnType<typeof createStages>): Promise<Figures> {
  const found: Record<string, { sum: number; count: number }> = {};
  for (const { labels, metricName, value } of (await stages.histogram.get()).values) {
    const of = (found[String(labels['stage'])] ??= { sum: 0, count: 0 });
    if (metricName === 'beacon_stage_seconds_sum') of.sum = Math.round(value * 1e6) / 1e3;
    if (metricName === 'beacon_stage_seconds_count') of.count = value;
  }
  return found;
}

describe('the stages of a message', () => {
  it('are timed for one of sixteen: the wait for the disk apart from the wait behind others of the commit', async () => {
    let time = 0;
    const stages = createStages(() => time);
    const taken = Array.from({ length: 32 }, () => stages.take());
    const timed = taken.filter((one) => one !== null);
    expect(timed).toHaveLength(2);
    time = 1;
    for (const one of taken) stages.appended(one);
    time = 11;
    stages.durable();
    time = 14;
    for (const one of taken) {
      stages.durable();
      stages.applied(one);
    }
    expect(await figures(stages)).toEqual({
      door: { sum: 2, count: 2 },
      commit: { sum: 20, count: 2 },
      engine: { sum: 6, count: 2 },
    });
  });

  it('have a commit of their own in each turn of the loop', async () => {
    let time = 0;
    const stages = createStages(() => time);
    const [first, second] = Array.from({ length: 32 }, () => stages.take()).filter((one) => one !== null);
    for (const one of [first, second]) stages.appended(one ?? null);
    time = 5;
    stages.durable();
    stages.applied(first ?? null);
    await Promise.resolve();
    time = 9;
    stages.durable();
    stages.applied(second ?? null);
    expect(await figures(stages)).toMatchObject({ commit: { sum: 14, count: 2 }, engine: { sum: 0, count: 2 } });
  });

  it('time everything that is told', async () => {
    let time = 0;
    const stages = createStages(() => time);
    for (const ms of [2, 3]) stages.telling(() => (time += ms));
    expect(await figures(stages)).toEqual({ live: { sum: 5, count: 2 } });
  });
});
