import { describe, expect, it } from 'vitest';
import type { Level } from '../../model/level.ts';
import { restoreEngine } from '../engine.ts';
import { device, limit, measurement, Plant, profile } from '../testing/plant.ts';

const SECOND = 1_000;
const LIMITS = [limit('L1', 'blue', 10), limit('L2', 'orange', 30), limit('L3', 'red', 50)];
const GAS = profile('gas', [measurement('lel', LIMITS)], { faults: [] });
/** A value at the level; none: below every limit. */
const AT = { blue: 15, orange: 35, red: 60, none: 0 } as const;

type Act = Exclude<Level, 'yellow' | 'none'> | 'none' | 'acknowledge' | 'withdraw' | 'silence' | 'shelve' | 'unshelve';

/** One act a second, from the first on; the board after the last of them, before and after a restart. */
function after(...acts: readonly Act[]): { readonly level: Level; readonly until: number } | undefined {
  const plant = new Plant().setUp([GAS], [device('d0', 'gas', { heartbeatMs: 86_400_000 })]);
  const began = plant.now;
  for (const act of acts) {
    plant.pass(SECOND);
    const alarmId = plant.alarm('hi')?.id ?? '';
    if (act === 'acknowledge') plant.acknowledge('hi');
    else if (act === 'withdraw') plant.command({ op: 'withdraw', alarmId });
    else if (act === 'silence') plant.command({ op: 'silence', alarmId });
    else if (act === 'shelve') plant.command({ op: 'shelve', alarmId, minutes: 30, reason: 'a test of it', approvedBy: 'li' });
    else if (act === 'unshelve') plant.command({ op: 'unshelve', alarmId });
    else plant.send('d0', 'lel', AT[act]);
  }
  const standing = plant.alarm('hi')?.unseenHigher;
  expect(plant.alarmEvents('hi').at(-1)?.[0].unseenHigher, 'the event tells what stands').toEqual(standing);
  const text = plant.engine.serialise();
  plant.engine = restoreEngine(text);
  expect(plant.engine.serialise()).toBe(text);
  expect(plant.alarm('hi')?.unseenHigher).toEqual(standing);
  return standing === undefined ? undefined : { level: standing.level, until: Math.round((standing.until - began) / SECOND) };
}

describe('a level that nobody saw', () => {
  it.each<readonly [string, readonly Act[], { readonly level: Level; readonly until: number } | undefined]>([
    ['it has had one level', ['orange'], undefined],
    ['it rose', ['orange', 'red'], undefined],
    ['it fell back', ['red', 'orange'], { level: 'red', until: 2 }],
    [
      'it fell back twice: the worst, until the last time',
      ['red', 'orange', 'red', 'orange', 'silence', 'blue'],
      { level: 'red', until: 4 },
    ],
    ['it is as high again', ['red', 'orange', 'red'], undefined],
    ['it returned after it fell', ['red', 'orange', 'none'], { level: 'red', until: 2 }],
    ['it returned, and came again milder: until it returned', ['red', 'none', 'orange'], { level: 'red', until: 2 }],
    ['somebody had it before it fell', ['red', 'acknowledge', 'orange'], undefined],
    ['somebody had it after it fell', ['red', 'orange', 'acknowledge'], undefined],
    ['… and did not: it was taken back', ['red', 'orange', 'acknowledge', 'withdraw'], { level: 'red', until: 2 }],
    ['it was taken, taken back, and fell', ['red', 'acknowledge', 'withdraw', 'orange'], { level: 'red', until: 4 }],
    ['somebody had it, and it rose again', ['red', 'blue', 'acknowledge', 'orange'], undefined],
    ['only what came after the acknowledgement is unseen', ['orange', 'acknowledge', 'red', 'orange', 'blue'], { level: 'red', until: 4 }],
    ['somebody had it before it was hidden', ['red', 'orange', 'acknowledge', 'shelve', 'unshelve'], undefined],
    ['it was hidden before anybody had it', ['red', 'orange', 'shelve', 'unshelve'], { level: 'red', until: 2 }],
  ])('%s', (_name, acts, found) => {
    expect(after(...acts)).toEqual(found);
  });
});
