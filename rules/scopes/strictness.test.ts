import { describe, expect, it } from 'vitest';
import type { LimitDir } from '../../model/profile.ts';
import type { LimitPart } from '../../model/rule.ts';
import { isMandatory, looserParts, type Stance } from './strictness.ts';

const HI: Stance = {
  dir: 'hi',
  setPoint: 25,
  setPointFrom: null,
  deadband: 2,
  onDelayMs: 1_000,
  windowMs: null,
  level: 'orange',
  latching: true,
  onlyWhen: 'a',
  enabled: true,
};
const of = (part: Partial<Stance>): Stance => ({ ...HI, ...part });

describe('less strict', () => {
  const table: readonly (readonly [string, Partial<Stance>, Partial<Stance>, readonly LimitPart[]])[] = [
    ['nothing changed', {}, {}, []],
    ['a higher high limit', {}, { setPoint: 26 }, ['setPoint']],
    ['a lower high limit', {}, { setPoint: 24 }, []],
    ['a lower low limit', { dir: 'lo' }, { setPoint: 24, dir: 'lo' }, ['setPoint']],
    ['a higher low limit', { dir: 'lo' }, { setPoint: 26, dir: 'lo' }, []],
    ['another state', { dir: 'state', setPoint: 1 }, { dir: 'state', setPoint: 0 }, ['setPoint']],
    ['another bit', { dir: 'state', setPoint: 'bit1' }, { dir: 'state', setPoint: 'bit2' }, ['setPoint']],
    ['the same bit', { dir: 'state', setPoint: 'bit1' }, { dir: 'state', setPoint: 'bit1' }, []],
    ['another kind of limit', {}, { dir: 'lo' }, ['setPoint']],
    ['a number that becomes an expression', {}, { setPoint: 20, setPointFrom: 'asset.x' }, ['setPoint']],
    ['another expression', { setPointFrom: 'asset.x' }, { setPoint: 20, setPointFrom: 'asset.y' }, ['setPoint']],
    ['the same expression', { setPointFrom: 'asset.x' }, { setPointFrom: 'asset.x' }, []],
    ['an expression that becomes a lower number', { setPointFrom: 'asset.x' }, { setPoint: 20 }, []],
    ['an expression that becomes a higher number', { setPointFrom: 'asset.x' }, { setPoint: 30 }, ['setPoint']],
    ['a number where none could be worked out', { setPoint: null, setPointFrom: 'asset.x' }, { setPoint: 90 }, []],
    ['no number any more', {}, { setPoint: null }, ['setPoint']],
    ['a wider deadband', {}, { deadband: 3 }, ['return']],
    ['a narrower deadband', {}, { deadband: 1 }, []],
    ['a longer on-delay', {}, { onDelayMs: 1_001 }, ['onDelayMs']],
    ['a shorter on-delay', {}, { onDelayMs: 0 }, []],
    ['another window', { windowMs: 60_000 }, { windowMs: 30_000 }, ['windowMs']],
    ['the same window', { windowMs: 60_000 }, { windowMs: 60_000 }, []],
    ['a milder level', {}, { level: 'yellow' }, ['level']],
    ['a log entry alone', {}, { level: 'none' }, ['level']],
    ['a worse level', {}, { level: 'red' }, []],
    ['no latch', {}, { latching: false }, ['latching']],
    ['a latch', { latching: false }, { latching: true }, []],
    ['no condition', {}, { onlyWhen: null }, []],
    ['another condition', {}, { onlyWhen: 'b' }, ['onlyWhen']],
    ['a condition where there was none', { onlyWhen: null }, { onlyWhen: 'a' }, ['onlyWhen']],
    ['switched off', {}, { enabled: false }, ['enabled']],
    ['switched off already', { enabled: false }, { enabled: false, setPoint: 90 }, []],
    ['switched on', { enabled: false }, { setPoint: 90 }, []],
    ['stricter in one part, less strict in another', {}, { setPoint: 10, onDelayMs: 9_000 }, ['onDelayMs']],
    [
      'everything at once',
      { windowMs: 1 },
      { setPoint: 30, deadband: 9, onDelayMs: 9_000, windowMs: 2, level: 'blue', latching: false, onlyWhen: 'b' },
      ['setPoint', 'return', 'onDelayMs', 'windowMs', 'level', 'latching', 'onlyWhen'],
    ],
  ];
  for (const [name, before, after, parts] of table) {
    it(name, () => expect(looserParts(of(before), of(after))).toEqual(parts));
  }

  it('a set point of every kind that looks upwards is less strict when it is higher, and one that looks down when it is lower', () => {
    const up: readonly LimitDir[] = ['hi', 'roc_hi', 'roc_lo', 'dev_hi', 'count_hi'];
    for (const dir of up) {
      expect(looserParts(of({ dir }), of({ dir, setPoint: 26 }))).toEqual(['setPoint']);
      expect(looserParts(of({ dir }), of({ dir, setPoint: 24 }))).toEqual([]);
    }
  });

  it('a limit that is no more is; one that is new is not', () => {
    expect(looserParts(HI, null)).toEqual(['enabled']);
    expect(looserParts(null, HI)).toEqual([]);
    expect(looserParts(null, null)).toEqual([]);
    expect(looserParts(of({ enabled: false }), null)).toEqual([]);
  });

  it('no change and its way back are both no softening, unless nothing can be compared', () => {
    const parts: readonly Partial<Stance>[] = [
      { setPoint: 30 },
      { deadband: 5 },
      { onDelayMs: 9 },
      { level: 'red' },
      { latching: false },
      { enabled: false },
    ];
    for (const part of parts) {
      const there = looserParts(HI, of(part)).length;
      const back = looserParts(of(part), HI).length;
      expect(there + back, JSON.stringify(part)).toBe(1);
    }
  });
});

describe('mandatory', () => {
  it('is what somebody has read or knows well, with a clause', () => {
    expect((['V', 'M', 'C', 'D'] as const).map((confidence) => isMandatory({ confidence, basis: 'GB 1' }))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isMandatory({ confidence: 'V', basis: ' ' })).toBe(false);
  });
});
