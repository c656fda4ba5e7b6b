import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeLabels } from './limit-labels.ts';

describe('names of limits on a trend', () => {
  it('stand at the left while their lines are apart', () => {
    expect(
      placeLabels(
        [
          { y: 20, width: 80 },
          { y: 60, width: 80 },
        ],
        600,
        1,
      ),
    ).toEqual([0, 0]);
  });
  it('stand side by side where two lines are close, also at the same height', () => {
    expect(
      placeLabels(
        [20, 32, 20].map((y) => ({ y, width: 80 })),
        600,
        1,
      ),
    ).toEqual([0, 86, 172]);
    // On a screen of twice as many dots the same picture is twice as large.
    expect(
      placeLabels(
        [40, 64, 40].map((y) => ({ y, width: 160 })),
        1_200,
        2,
      ),
    ).toEqual([0, 172, 344]);
  });
  it('cover none of the others as long as there is room', () => {
    const label = fc.record({ y: fc.integer({ min: 0, max: 250 }), width: fc.integer({ min: 20, max: 120 }) });
    fc.assert(
      fc.property(fc.array(label, { maxLength: 8 }), (labels) => {
        const at = placeLabels(labels, 10_000, 1);
        for (const [i, a] of labels.entries())
          for (const [j, b] of labels.entries()) {
            if (j >= i || Math.abs(a.y - b.y) >= 19) continue;
            const [left, right] = [at[i] ?? 0, at[j] ?? 0];
            expect(left >= right + b.width || right >= left + a.width).toBe(true);
          }
      }),
    );
  });
});
