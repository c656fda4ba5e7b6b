import { expect, it } from 'vitest';
import { asCards } from './as-cards.ts';

it.each<[string, number, number, boolean, boolean]>([
  ['a control room', 1_920, 1_920, false, false],
  ['the same beside the details', 1_920, 1_440, false, false],
  ['a desk beside the details', 1_440, 960, false, false],
  ['a small one beside the details', 900, 500, false, false],
  ['a corner of a screen', 899, 899, false, true],
  ['a phone', 390, 390, true, true],
  ['a tablet upright', 1_129, 1_129, true, true],
  ['a tablet lying', 1_366, 1_366, true, false],
  ['a tablet lying beside the details', 1_366, 886, true, true],
])('%s, %i px with a list of %i px, a finger: %s, has cards: %s', (_where, window, list, coarse, cards) => {
  expect(asCards({ window, list, coarse })).toBe(cards);
});
