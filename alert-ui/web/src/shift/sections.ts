/** The sections of a hand-over, in the order in which they are gone through, and what a tick on one of them covers. Pure. */
import type { Pictured, ShiftPicture } from '../../../../model/shift.ts';

export const SECTIONS = ['open', 'shelved', 'outOfService', 'byDesign', 'inhibited', 'silent', 'warnings', 'approvals'] as const;
export type Section = (typeof SECTIONS)[number];

const NOTHING: Pictured<{ readonly id: string }> = { total: 0, items: [] };

/** What stands in a section. */
export function listOf(picture: ShiftPicture, section: Section): Pictured<{ readonly id: string }> {
  return picture[section] ?? NOTHING;
}

/** The sections that a picture has: one of an earlier build does not know of all. */
export function sectionsOf(picture: ShiftPicture): readonly Section[] {
  return SECTIONS.filter((section) => picture[section] !== undefined);
}

/** What stands in a section, in one word: another alarm in it is another word. Empty: there is nothing to look at. */
export function contentOf(picture: ShiftPicture, section: Section): string {
  const { total, items } = listOf(picture, section);
  return total === 0 ? '' : `${total}: ${items.map(({ id }) => id).join(' ')}`;
}

/** Whether what stands in the section now was ticked: a tick does not cover what came into it later. */
export function isTicked(ticks: ReadonlyMap<Section, string>, picture: ShiftPicture, section: Section): boolean {
  const content = contentOf(picture, section);
  return content === '' || ticks.get(section) === content;
}

/** Sections that somebody still has to look at. */
export function unseen(ticks: ReadonlyMap<Section, string>, picture: ShiftPicture): readonly Section[] {
  return SECTIONS.filter((section) => !isTicked(ticks, picture, section));
}

/** Lines of a text that say something. */
export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
