import { expect, it } from 'vitest';
import { changedBy } from './changed.ts';

it('says what differs, and nothing of what stays', () => {
  const from = { attributes: { h: 10, l: 1, gone: 'x' }, variant: null, units: {} };
  const to = { attributes: { h: 12, l: 1, fresh: true }, variant: 'kitchen', units: {} };
  expect(changedBy({ id: 'd', base: 1, from, to }).map((one) => `${one.field} ${one.from} ${one.to}`)).toEqual([
    'attributes.h 10 12',
    'attributes.gone x –',
    'attributes.fresh – true',
    'variant – kitchen',
  ]);
  expect(changedBy({ from: { causes: [1] }, to: { causes: [1, 2] } })).toEqual([{ field: 'causes', from: '[1]', to: '[1,2]' }]);
  expect(changedBy({ from: { mode: 'live' }, to: {} })).toEqual([{ field: 'mode', from: 'live', to: '–' }]);
  for (const other of [{ minutes: 30 }, { from: 1, to: 2 }, {}]) expect(changedBy(other)).toEqual([]);
});
