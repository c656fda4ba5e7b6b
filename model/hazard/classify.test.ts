import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCas } from './cas.ts';
import { type Classification, classify, classOf, exposureFactor, type SubstanceAmount } from './classify.ts';
import { HAZARD_CLASSES, NAMED_SUBSTANCES } from './tables.ts';

const of = (substance: string, designMaximumT: number): SubstanceAmount => ({ substance, designMaximumT });

function worked(substances: readonly SubstanceAmount[], people: number): Classification {
  const result = classify(substances, people);
  if (!result.ok) throw new Error(`${result.code} ${result.detail}`);
  return result.classification;
}
const problem = (substances: readonly SubstanceAmount[], people = 0): unknown => {
  const result = classify(substances, people);
  return result.ok ? 'ok' : [result.code, result.at];
};

describe('identification and classification', () => {
  /** Worked by hand: S = Σ q/Q, R = α · Σ β·q/Q. */
  it.each([
    ['ammonia 40 t, 50 people', [of('ammonia', 40)], 50, 1.5, 4, 12, 'III'],
    ['chlorine 10 t, 100 people', [of('chlorine', 10)], 100, 2, 2, 16, 'III'],
    ['LPG 120 t, 29 people', [of('lpg', 120)], 29, 1, 2.4, 3.6, 'IV'],
    ['petrol 400 t and ethanol 300 t, nobody', [of('petrol', 400), of('ethanol', 300)], 0, 0.5, 2.6, 1.3, 'IV'],
    ['ammonia 6 t and LPG 25 t, 30 people: only together', [of('ammonia', 6), of('lpg', 25)], 30, 1.2, 1.1, 2.34, 'IV'],
    ['each alone is none: ammonia 6 t', [of('ammonia', 6)], 30, 1.2, 0.6, 1.44, null],
    ['each alone is none: LPG 25 t', [of('lpg', 25)], 30, 1.2, 0.5, 0.9, null],
    ['exactly Q counts', [of('chlorine', 5)], 1, 1, 1, 4, 'IV'],
    ['chlorine 125 t, 100 people: R 200', [of('chlorine', 125)], 100, 2, 25, 200, 'I'],
    ['diesel by its class', [{ classes: ['W5.4'], name: '柴油', designMaximumT: 6_000 }], 1, 1, 1.2, 1.2, 'IV'],
    ['nothing there', [of('ammonia', 0)], 0, 0.5, 0, 0, null],
    ['methanol by its CAS number', [{ cas: '67-56-1', designMaximumT: 1_000 }], 0, 0.5, 2, 1, 'IV'],
  ] as const)('%s', (_name, substances, people, alpha, s, r, level) => {
    const result = worked(substances, people);
    expect(result.alpha).toBe(alpha);
    expect(result.s).toBeCloseTo(s, 12);
    expect(result.r).toBeCloseTo(r, 12);
    expect([result.class, result.major]).toEqual([level, level !== null]);
  });

  it.each([
    [0, 0.5],
    [1, 1],
    [29, 1],
    [30, 1.2],
    [49, 1.2],
    [50, 1.5],
    [99, 1.5],
    [100, 2],
    [5_000, 2],
  ])('%d people within 500 m: α %d', (people, alpha) => {
    expect(exposureFactor(people)).toBe(alpha);
  });

  it.each([
    [0, 'IV'],
    [9.99, 'IV'],
    [10, 'III'],
    [49.99, 'III'],
    [50, 'II'],
    [99.99, 'II'],
    [100, 'I'],
    [1e6, 'I'],
  ] as const)('R %d is class %s', (r, level) => {
    expect(classOf(r)).toBe(level);
  });

  it('a sum that is one but for rounding is one: ten tenths of chlorine', () => {
    const tenths = Array.from({ length: 10 }, () => of('chlorine', 0.5));
    expect(tenths.reduce((sum) => sum + 0.1, 0)).toBeLessThan(1);
    expect(worked(tenths, 1).class).toBe('IV');
  });

  it('of several dangers the smallest Q and the largest β count; a named substance keeps the Q of Table 1', () => {
    const mixed = worked([{ classes: ['W5.3', 'J5', 'W2'], name: 'x', designMaximumT: 20 }], 1).substances[0];
    expect(mixed).toMatchObject({ criticalT: 10, criticalFrom: 'W2', beta: 1.5, betaFrom: 'W2', ratio: 2, weighted: 3 });
    const toluene = worked([{ substance: 'toluene', classes: ['W5.1'], designMaximumT: 500 }], 1).substances[0];
    expect(toluene).toMatchObject({ criticalT: 500, criticalFrom: 'table-1', beta: 1.5, betaFrom: 'W5.1', ratio: 1 });
    const ammonia = worked([{ substance: 'ammonia', classes: ['J1'], designMaximumT: 10 }], 1).substances[0];
    expect(ammonia).toMatchObject({ beta: 2, betaFrom: 'table-3', betaConfidence: 'V', criticalConfidence: 'V2' });
  });

  it.each([
    ['no substance', [], ['no-substance', null]],
    ['an unknown one', [of('unobtainium', 1)], ['unknown-substance', 0]],
    ['a CAS number with a wrong check digit', [of('ammonia', 1), { cas: '7664-41-8', designMaximumT: 1 }], ['wrong-cas', 1]],
    ['a right CAS number of something else', [{ substance: 'ammonia', cas: '67-56-1', designMaximumT: 1 }], ['wrong-cas', 0]],
    ['a right CAS number that Table 1 does not have', [{ cas: '7732-18-5', designMaximumT: 1 }], ['unknown-cas', 0]],
    ['ammonium nitrate by its CAS number alone', [{ cas: '6484-52-2', designMaximumT: 1 }], ['ambiguous-cas', 0]],
    ['an unknown class', [{ classes: ['W12'], designMaximumT: 1 }], ['unknown-class', 0]],
    ['a name alone', [{ name: 'something', designMaximumT: 1 }], ['class-needed', 0]],
    ['sulphur trioxide without a class: no β is known', [of('sulphur-trioxide', 75)], ['class-needed', 0]],
    ['a negative amount', [of('ammonia', -1)], ['wrong-amount', 0]],
    ['NaN', [of('ammonia', Number.NaN)], ['wrong-amount', 0]],
    ['infinity', [of('ammonia', Number.POSITIVE_INFINITY)], ['wrong-amount', 0]],
  ] as const)('refuses %s', (_name, substances, expected) => {
    expect(problem(substances)).toEqual(expected);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d people', (people) => {
    expect(problem([of('ammonia', 1)], people)).toEqual(['wrong-people', null]);
  });

  it('sulphur trioxide with a class, and something else by CAS number and class, count', () => {
    expect(worked([{ substance: 'sulphur-trioxide', classes: ['J5'], designMaximumT: 75 }], 1)).toMatchObject({ s: 1, r: 1 });
    expect(worked([{ cas: '7732-18-5', classes: ['W10'], designMaximumT: 200 }], 1).substances[0]).toMatchObject({
      zh: '7732-18-5',
      ratio: 1,
    });
  });

  it('more of anything, or more people, never lowers S or R', () => {
    const amount = fc.record({
      substance: fc.constantFrom(...NAMED_SUBSTANCES.filter((one) => one.id !== 'sulphur-trioxide').map((one) => one.id)),
      designMaximumT: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(amount, { minLength: 1, maxLength: 6 }),
        fc.nat(300),
        fc.nat(300),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (list, people, more, extra) => {
          const before = worked(list, people);
          const grown = list.map((one, i) => (i === 0 ? { ...one, designMaximumT: one.designMaximumT + extra } : one));
          const after = worked(grown, people + more);
          expect(after.s).toBeGreaterThanOrEqual(before.s);
          expect(after.r).toBeGreaterThanOrEqual(before.r);
        },
      ),
      { seed: 18_218 },
    );
  });
});

describe('the tables', () => {
  it('every CAS number has a right check digit, and every id, class and figure is in order', () => {
    expect(NAMED_SUBSTANCES.filter((one) => one.cas !== null && !isCas(one.cas))).toEqual([]);
    expect(new Set(NAMED_SUBSTANCES.map((one) => one.id)).size).toBe(NAMED_SUBSTANCES.length);
    const symbols = HAZARD_CLASSES.map((one) => one.symbol);
    expect(new Set(symbols).size).toBe(24);
    for (const one of NAMED_SUBSTANCES) {
      expect(one.criticalT).toBeGreaterThan(0);
      expect([one.id, one.hazardClass === null || symbols.includes(one.hazardClass)]).toEqual([one.id, true]);
    }
    expect(NAMED_SUBSTANCES.filter((one) => one.beta === null && one.hazardClass === null).map((one) => one.id)).toEqual([
      'sulphur-trioxide',
    ]);
  });

  it.each([
    ['7664-41-7', true],
    ['1333-74-0', true],
    ['7664-41-8', false],
    ['7664-14-7', false],
    ['07664-41-7', false],
    ['7664417', false],
    ['', false],
    ['10102-44-0', true],
  ])('%s: %s', (text, right) => {
    expect(isCas(text)).toBe(right);
  });
});
