import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVEL_RANK, LEVELS } from '../../model/level.ts';
import { ladderNames, type Rung } from './ladder.ts';

const rung = (code: string, part: Partial<Rung>): Rung => ({
  code,
  dir: 'hi',
  level: 'blue',
  setPoint: 1,
  onlyWhen: false,
  ladder: undefined,
  ...part,
});

describe('ladders of one point', () => {
  it('hi limits with rising levels are one alarm, lo limits another, whatever their order', () => {
    const names = ladderNames([
      rung('HH', { level: 'red', setPoint: 95 }),
      rung('LL', { dir: 'lo', level: 'red', setPoint: 10 }),
      rung('L', { dir: 'lo', level: 'yellow', setPoint: 20 }),
      rung('H', { level: 'yellow', setPoint: 85 }),
    ]);
    expect(names).toEqual(['hi', 'lo', 'lo', 'hi']);
  });

  it('a mild limit beyond a worse one would never be seen: it is an alarm of its own', () => {
    const names = ladderNames([
      rung('PRE', { level: 'blue', setPoint: 0.8 }),
      rung('ALM', { level: 'orange', setPoint: 0.5 }),
      rung('CUT', { level: 'red', setPoint: 0.5 }),
    ]);
    expect(names).toEqual(['PRE', 'hi', 'hi']);
  });

  it('the second of two limits of one level is an alarm of its own, so that it still rings', () => {
    expect(ladderNames([rung('A', { level: 'red', setPoint: 1 }), rung('B', { level: 'red', setPoint: 2 })])).toEqual(['hi', 'B']);
  });

  it('rates, deviations, counts, states, conditions and log limits are alarms of their own', () => {
    const own: Rung[] = [
      rung('ROR', { dir: 'roc_hi' }),
      rung('SURGE', { dir: 'roc_lo' }),
      rung('A', { dir: 'dev_hi' }),
      rung('SPARK', { dir: 'count_hi' }),
      rung('FIRE', { dir: 'state', setPoint: null }),
      rung('LOW', { dir: 'lo', onlyWhen: true }),
      rung('WEAK', { dir: 'lo', level: 'none' }),
    ];
    expect(ladderNames(own)).toEqual(own.map(({ code }) => code));
  });

  it('a limit keeps its ladder while its set point is not known, and a split of the catalogue holds', () => {
    expect(
      ladderNames([
        rung('H', { setPoint: null, level: 'yellow' }),
        rung('HH', { setPoint: null, level: 'red' }),
        rung('X', { ladder: 'trip', level: 'red' }),
      ]),
    ).toEqual(['hi', 'hi', 'trip']);
  });

  it('inside every ladder a worse level lies strictly or equally further out, and names follow the limits when they are shuffled', () => {
    const arbitrary = fc.uniqueArray(
      fc.record({
        code: fc.stringMatching(/^[A-Z]{1,3}$/),
        dir: fc.constantFrom('hi', 'lo'),
        level: fc.constantFrom(...LEVELS),
        setPoint: fc.integer({ min: -3, max: 3 }),
      }),
      { selector: ({ code }) => code, maxLength: 6 },
    );
    fc.assert(
      fc.property(arbitrary, (parts) => {
        const rungs = parts.map((part) => rung(part.code, part));
        const names = ladderNames(rungs);
        for (const [i, a] of rungs.entries()) {
          for (const [j, b] of rungs.entries()) {
            if (i === j || names[i] !== names[j]) continue;
            expect(LEVEL_RANK[a.level]).not.toBe(LEVEL_RANK[b.level]);
            const sign = a.dir === 'lo' ? -1 : 1;
            if (LEVEL_RANK[a.level] > LEVEL_RANK[b.level])
              expect(sign * Number(a.setPoint)).toBeGreaterThanOrEqual(sign * Number(b.setPoint));
          }
        }
        const backwards = ladderNames(rungs.toReversed()).toReversed();
        const distinct = new Set(rungs.map((r) => `${r.dir} ${r.setPoint} ${r.level}`)).size === rungs.length;
        if (distinct) expect(backwards).toEqual(names);
      }),
    );
  });
});
