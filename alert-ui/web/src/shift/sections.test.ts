import { describe, expect, it } from 'vitest';
import type { ShiftPicture } from '../../../../model/shift.ts';
import { contentOf, isTicked, linesOf, SECTIONS, type Section, sectionsOf, unseen } from './sections.ts';

const list = (...ids: readonly string[]) => ({ total: ids.length, items: ids.map((id) => ({ id })) });
const none = {
  open: list(),
  shelved: list(),
  outOfService: list(),
  byDesign: list(),
  inhibited: list(),
  silent: list(),
  warnings: list(),
  approvals: list(),
};
const picture = (some: object): ShiftPicture => ({ ...none, ...some }) as unknown as ShiftPicture;

describe('a tick on a section', () => {
  it('is not wanted where nothing stands', () => {
    expect(unseen(new Map(), picture({}))).toEqual([]);
    expect(unseen(new Map(), picture({ open: list('a'), warnings: list('w') }))).toEqual(['open', 'warnings']);
  });

  it('covers what stood in it, and nothing that came later or went', () => {
    const before = picture({ open: list('a', 'b') });
    const ticks = new Map<Section, string>([['open', contentOf(before, 'open')]]);
    expect(isTicked(ticks, before, 'open')).toBe(true);
    expect(isTicked(ticks, picture({ open: list('a', 'b', 'c') }), 'open')).toBe(false);
    expect(isTicked(ticks, picture({ open: list('a', 'c') }), 'open')).toBe(false);
    // More than is listed: the number alone tells.
    expect(isTicked(ticks, picture({ open: { ...list('a', 'b'), total: 300 } }), 'open')).toBe(false);
    expect(isTicked(ticks, picture({}), 'open')).toBe(true);
  });

  it('is of every list of the picture', () => {
    expect(Object.keys(none).sort()).toEqual([...SECTIONS].sort());
    expect(sectionsOf(picture({}))).toEqual(SECTIONS);
  });

  it('is not wanted of a list that an earlier build did not make', () => {
    const earlier = picture({ inhibited: undefined, open: list('a') });
    expect([sectionsOf(earlier).length, unseen(new Map(), earlier)]).toEqual([SECTIONS.length - 1, ['open']]);
  });
});

it('what remains to do is one thing a line', () => {
  expect(linesOf(' call Haida \n\n  reset GD-7\n')).toEqual(['call Haida', 'reset GD-7']);
});
