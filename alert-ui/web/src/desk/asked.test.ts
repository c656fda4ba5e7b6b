import { expect, it } from 'vitest';
import type { ApprovalState } from '../../../../model/approval.ts';
import { askedWord } from './asked.ts';

it.each<[ApprovalState, string | null, number, string | null]>([
  ['pending', null, 99, 'waits'],
  ['pending', null, 100, 'ranOut'],
  ['expired', null, 500, 'ranOut'],
  ['refused', null, 50, 'refused'],
  ['approved', null, 50, 'waits'],
  ['approved', 'done', 50, null],
  ['approved', 'done', 500, null],
  ['failed', 'alarm-changed', 50, 'notDone'],
])('a request that is %s with outcome %s at %i says %s', (state, outcome, now, word) => {
  expect(askedWord({ state, outcome, expiresAt: 100 }, now)).toBe(word);
});
