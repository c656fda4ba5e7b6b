import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { same } from './same.ts';

it('says of what a journal can hold what its text says, but for the order of names', () => {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, one]) => [name, sorted(one)]),
    );
  };
  const value = fc.jsonValue({ maxDepth: 3 }).map((one): unknown => JSON.parse(JSON.stringify(one)));
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(same(a, b)).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)));
      expect(same(a, sorted(a))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

it('tells a list from an object, and a missing name from one that is null', () => {
  expect(same([], {})).toBe(false);
  expect(same({}, [])).toBe(false);
  expect(same({ a: null }, {})).toBe(false);
  expect(same({ a: null }, { b: null })).toBe(false);
  expect(same([{ a: [1, { b: 2 }] }], [{ a: [1, { b: 2 }] }])).toBe(true);
  expect(same([{ a: [1, { b: 2 }] }], [{ a: [1, { b: 3 }] }])).toBe(false);
});
