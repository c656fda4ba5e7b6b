import { describe, expect, it } from 'vitest';
import type { EffectiveLimit } from '../../../../model/engine.ts';
import { builtInCatalogue } from '../../../../rules/catalogue/built-in.ts';
import { flawsOf } from '../../../../rules/scopes/flaws.ts';
import { knownFlaw } from './flaw-words.ts';

const lel = builtInCatalogue.profiles
  .find(({ id }) => id === 'gas.combustible.point.industrial')
  ?.measurements.find(({ key }) => key === 'lel');
if (lel === undefined) throw new Error('no such measurement');
const of = (limit: Partial<EffectiveLimit> & { readonly code: string }): EffectiveLimit =>
  ({ dir: 'hi', level: 'yellow', deadband: 1, onlyWhen: null, reason: null, ladder: limit.dir ?? 'hi', ...limit }) as EffectiveLimit;

/** Limits that do not fit together, each in its way. */
const UNSOUND: readonly (readonly EffectiveLimit[])[] = [
  [of({ code: 'L1', ladder: 'L1', setPoint: 45 }), of({ code: 'L2', level: 'red', setPoint: 40 })],
  [of({ code: 'L1', setPoint: 20 }), of({ code: 'LOW', dir: 'lo', setPoint: 30 })],
  [of({ code: 'L1', setPoint: 20, deadband: 20 })],
  [of({ code: 'L1', setPoint: 20 }), of({ code: 'L2', level: 'red', setPoint: 40, deadband: 20.5 })],
  [of({ code: 'L1', setPoint: 20, resetBelow: 22.5 })],
  [of({ code: 'L1', setPoint: 1e21 })],
];

describe('why a change is refused', () => {
  it('is known of every sentence about limits that do not fit together, with or without the device it is of', () => {
    const words = new Set<string>();
    for (const { detail } of UNSOUND.flatMap((limits) => flawsOf(lel, limits)))
      for (const where of ['', ' (device GD-1)']) {
        const known = knownFlaw(detail + where);
        expect([detail, known?.rest]).toEqual([detail, where]);
        words.add(known?.word ?? '');
      }
    expect([...words].sort()).toEqual(['crossed', 'deadband', 'deadbandEnd', 'hidden', 'range', 'reset']);
  });
  it('keeps the numbers', () => {
    expect(knownFlaw('orange at 45 lies behind EVAC (red at 40) (device ml-gd-1)')).toEqual({
      word: 'hidden',
      slots: { level: 'orange', at: '45', other: 'EVAC', otherLevel: 'red', otherAt: '40' },
      rest: ' (device ml-gd-1)',
    });
    expect(knownFlaw('outside the measuring range 0 … 100 %{LEL}')).toMatchObject({ slots: { from: '0', to: '100', unit: '%{LEL}' } });
    expect(knownFlaw('says nothing')).toBeNull();
  });
});
