import { describe, expect, it } from 'vitest';
import type { ActiveNow } from '../../model/engine.ts';
import type { RuleParts } from '../../model/rule.ts';
import { device, limit, measurement, Plant, profile, rule } from '../testing/plant.ts';

/** A stricter limit that would stand always is told where it would. */

const GAS = profile('gas', [
  measurement('lel', [limit('L1', 'yellow', 25), limit('L2', 'red', 50), limit('LL', 'orange', 1, { dir: 'lo', deadband: 0 })]),
  measurement('cable', [limit('C1', 'red', 80)], { channels: 2 }),
]);

function plant(): Plant {
  const one = new Plant().setUp([GAS], [device('a', 'gas'), device('b', 'gas'), device('mute', 'gas')]);
  one.send('a', 'lel', 5);
  one.send('b', 'lel', 30);
  return one;
}
function active(one: Plant, parts: RuleParts, code: string, key = 'lel'): ActiveNow | undefined {
  const value = rule('r', parts, { measurement: key, code, reason: 'x' });
  const { outcome, activeNow } = one.engine.view.tryRule({ op: 'put', asset: 'rule', base: 0, value });
  expect(outcome).toEqual({ ok: true });
  return activeNow;
}
const at = (id: string, value: number, level: 'red' | 'yellow' | 'orange') => ({
  device: id,
  measurement: 'lel',
  channel: null,
  value,
  level,
});

describe('a limit that would be active at once', () => {
  it.each<readonly [string, string, RuleParts, ActiveNow | undefined]>([
    ['red above what one says', 'L2', { setPoint: 28 }, { devices: 1, points: [at('b', 30, 'red')] }],
    ['at what it says', 'L2', { setPoint: 30 }, { devices: 1, points: [at('b', 30, 'red')] }],
    ['at what it says, with a value to clear below', 'L2', { setPoint: 30, resetBelow: 29 }, { devices: 1, points: [at('b', 30, 'red')] }],
    ['above what everybody says', 'L2', { setPoint: 31 }, undefined],
    ['which is on already where it is passed', 'L1', { setPoint: 20 }, undefined],
    ['of which one is on already', 'L1', { setPoint: 4, deadband: 0 }, { devices: 1, points: [at('a', 5, 'yellow')] }],
    ['a low one', 'LL', { setPoint: 10 }, { devices: 1, points: [at('a', 5, 'orange')] }],
    ['that is switched off', 'L2', { setPoint: 26, enabled: false }, undefined],
    ['of which only its condition could say so', 'L2', { setPoint: 28, onlyWhen: 'lel > 99.0' }, undefined],
  ])('%s', (_what, code, parts, told) => {
    const one = plant();
    const before = one.engine.serialise();
    expect(active(one, parts, code)).toEqual(told);
    expect(one.engine.serialise()).toBe(before);
  });

  it('is told by its channel, and not of what has said nothing good yet', () => {
    const one = plant();
    one.send('a', 'cable', 60, { channel: 2 });
    expect(active(one, { setPoint: 50 }, 'C1', 'cable')).toEqual({
      devices: 1,
      points: [{ device: 'a', measurement: 'cable', channel: 2, value: 60, level: 'red' }],
    });
  });
});
