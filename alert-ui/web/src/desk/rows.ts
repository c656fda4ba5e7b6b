/** The desk's list as one flat run of headings and rows, for the virtual list. Pure. */
import type { Section } from './order.ts';
import type { Placed } from './stable.ts';

export type Item =
  | { readonly kind: 'head'; readonly key: string; readonly section: Section }
  | { readonly kind: 'row'; readonly key: string; readonly id: string };

export const HEAD_HEIGHT = 36;

export function listItems(rows: readonly Placed[]): Item[] {
  const items: Item[] = [];
  let section: Section | null = null;
  for (const row of rows) {
    if (row.section !== section) {
      section = row.section;
      items.push({ kind: 'head', key: `head:${section}`, section });
    }
    items.push({ kind: 'row', key: row.id, id: row.id });
  }
  return items;
}

/** Pixels from the top of the list to this row; null when it is not in it. */
export function offsetOf(items: readonly Item[], id: string, rowHeight: number): number | null {
  let at = 0;
  for (const item of items) {
    if (item.kind === 'row' && item.id === id) return at;
    at += item.kind === 'head' ? HEAD_HEIGHT : rowHeight;
  }
  return null;
}
