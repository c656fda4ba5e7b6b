import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderedByKey } from './by-point.ts';

describe('rows by point', () => {
  it('are all there, points ascending, and of one point in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 7 }), { maxLength: 200 }), (keys) => {
        const rows = keys.map((_, i) => i * 3);
        const { rows: ordered, keys: of } = orderedByKey(Uint32Array.from(rows), Int32Array.from(keys), Math.max(0, ...keys));
        const expected = keys.map((key, i) => ({ key, row: i * 3 })).sort((a, b) => a.key - b.key);
        expect([...ordered]).toEqual(expected.map(({ row }) => row));
        expect([...of]).toEqual(expected.map(({ key }) => key));
      }),
    );
  });
});
