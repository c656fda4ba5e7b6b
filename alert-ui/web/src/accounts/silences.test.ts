import { expect, it } from 'vitest';
import { silencesIn, softensIn } from './silences.ts';

it('reads what a request says it would come to, and nothing of one that says something else', () => {
  const silence = { how: 'retired', device: 'guard', red: ['lel L2'] };
  const soft = { measurement: 'lel', code: 'L2', parts: ['enabled'] };
  expect(silencesIn({ silences: [silence, { ...silence, how: 'new' }, null, 1] })).toEqual([silence]);
  expect(softensIn({ softens: [soft, { ...soft, parts: 'all' }, { code: 'L2' }, null, 1] })).toEqual([soft]);
  const rule = { measurement: 'lel', code: 'L2' };
  expect(softensIn({ rule, softens: [soft] })).toEqual([]);
  for (const softens of [[soft, { ...soft, variant: 'low' }], [{ ...soft, code: 'L1' }]])
    expect(softensIn({ rule, softens })).toEqual(softens);
  for (const other of [{}, { silences: 1, softens: 'x' }]) expect([silencesIn(other), softensIn(other)]).toEqual([[], []]);
});
