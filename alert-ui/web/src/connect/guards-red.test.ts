import { describe, expect, it } from 'vitest';
import { guardsRed } from './guards-red.ts';

const HOUR = 3_600_000;
const device = { createdAt: 10 * HOUR };
const red = { armed: true, level: 'red' } as const;

describe('a device that guards red', () => {
  it.each([
    ['an armed red limit', [red], 'real', 12 * HOUR, true],
    ['among others', [{ armed: true, level: 'yellow' }, red], 'real', 12 * HOUR, true],
    ['its enterprise is not known', [red], undefined, 12 * HOUR, true],
    ['a red limit that is not armed', [{ armed: false, level: 'red' }], 'real', 12 * HOUR, false],
    ['nothing red', [{ armed: true, level: 'orange' }], 'real', 12 * HOUR, false],
    ['a test enterprise warns nobody', [red], 'test', 12 * HOUR, false],
    ['it is being registered', [red], 'real', 11 * HOUR - 1, false],
    ['its hour is over', [red], 'real', 11 * HOUR, true],
    ['a clock that stands before its registration', [red], 'real', 9 * HOUR, true],
  ] as const)('%s', (_, limits, kind, now, expected) => {
    expect(guardsRed({ device, limits, enterprise: kind === undefined ? undefined : { kind } }, now)).toBe(expected);
  });
});
