import { expect, it } from 'vitest';
import { othersLooking } from './onlookers.ts';

it('the others that look at an alarm, each once, and not oneself', () => {
  const at = (by: string, looking: string | null) => ({ by, looking, audible: false });
  const present = [at('wang', 'a'), at('li', 'a'), at('wang', 'a'), at('me', 'a'), at('zhao', 'b'), at('chen', null)];
  expect([othersLooking(present, 'a', 'me'), othersLooking(present, 'c', 'me')]).toEqual([['li', 'wang'], []]);
});
