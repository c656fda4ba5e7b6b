import { describe, expect, it } from 'vitest';
import { furthest } from './peak.ts';

const at = (value: number): { value: number; at: number } => ({ value, at: value * 1000 });

describe('the furthest of several peaks', () => {
  it('is the highest above a high limit and the lowest below a low one, whatever came last', () => {
    expect(furthest('hi', [at(50.4), at(70.9), at(66.9)])).toEqual(at(70.9));
    expect(furthest('lo', [at(18), at(12), at(15)])).toEqual(at(12));
  });

  it('is the first one known where nothing tells a direction, and none where none is known', () => {
    expect(furthest(undefined, [null, at(3), at(9)])).toEqual(at(3));
    expect(furthest('hi', [null, null])).toBeNull();
  });
});
