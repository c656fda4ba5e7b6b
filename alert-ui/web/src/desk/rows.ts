/** The desk's list as one flat run of headings, folds and rows, for the virtual list. Pure. */
import type { Alarm } from '../../../../model/alarm.ts';
import { type Fold, foldFlood } from './flood-fold.ts';
import type { Section } from './order.ts';
import type { Placed } from './stable.ts';

export type Item =
  | { readonly kind: 'head'; readonly key: string; readonly section: Section }
  | { readonly kind: 'fold'; readonly key: string; readonly fold: Fold; readonly open: boolean }
  | { readonly kind: 'row'; readonly key: string; readonly id: string };

const HEAD_HEIGHT = 36;
/** As high as a row; on a phone with room for the button below the counts. */
const FOLD_HEIGHT = 40;
const FOLD_CARD_HEIGHT = 108;

/** Pixels of one item, where a row has `rowHeight`. */
export function heightOf(item: Item, rowHeight: number): number {
  if (item.kind === 'head') return HEAD_HEIGHT;
  if (item.kind === 'row') return rowHeight;
  return rowHeight > FOLD_HEIGHT ? FOLD_CARD_HEIGHT : FOLD_HEIGHT;
}

const rowItem = ({ id }: Placed): Item => ({ kind: 'row', key: id, id });

export function listItems(rows: readonly Placed[]): Item[] {
  const items: Item[] = [];
  let section: Section | null = null;
  for (const row of rows) {
    if (row.section !== section) {
      section = row.section;
      items.push({ kind: 'head', key: `head:${section}`, section });
    }
    items.push(rowItem(row));
  }
  return items;
}

/** The same in a flood: what stands singly, then the folds with the rows of those that are open, then the rest as ever. */
export function floodItems(rows: readonly Placed[], alarmOf: (id: string) => Alarm | undefined, opened: ReadonlySet<string>): Item[] {
  const { singles, folds, rest } = foldFlood(rows, alarmOf);
  const folded = folds.flatMap((fold): Item[] => {
    const open = opened.has(fold.key);
    return [{ kind: 'fold', key: fold.key, fold, open }, ...(open ? fold.rows.map(rowItem) : [])];
  });
  return [...singles.map(rowItem), ...folded, ...listItems(rest)];
}

/** Pixels from the top of the list to this row; null when it is not in it. */
export function offsetOf(items: readonly Item[], id: string, rowHeight: number): number | null {
  let at = 0;
  for (const item of items) {
    if (item.kind === 'row' && item.id === id) return at;
    at += heightOf(item, rowHeight);
  }
  return null;
}
