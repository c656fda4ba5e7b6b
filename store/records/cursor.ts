import { RecordsError } from './records-error.ts';

/** Opaque place in a list: the sort keys of the last row given out. It stays right while rows are added before it. */
export type CursorKeys = readonly (string | number)[];

export function writeCursor(keys: CursorKeys): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/** Reads a cursor whose keys have the given types; anything else is `bad-cursor` (cursors come back from outside). */
export function readCursor<K extends readonly ('string' | 'number')[]>(
  cursor: string,
  types: K,
): { [I in keyof K]: K[I] extends 'number' ? number : string } {
  let keys: unknown = null;
  try {
    keys = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    throw new RecordsError('bad-cursor', `not a cursor: ${error instanceof Error ? error.message : String(error)}`);
  }
  const fits = Array.isArray(keys) && keys.length === types.length && types.every((type, i) => typeof (keys as unknown[])[i] === type);
  if (!fits) throw new RecordsError('bad-cursor', 'not a cursor of this list');
  return keys as { [I in keyof K]: K[I] extends 'number' ? number : string };
}

/** Cuts one row more than the limit down to a page and its cursor. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  item: (row: R) => T,
  keys: (row: R) => CursorKeys,
): { items: readonly T[]; next: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { items: kept.map(item), next: rows.length > limit && last !== undefined ? writeCursor(keys(last)) : null };
}
