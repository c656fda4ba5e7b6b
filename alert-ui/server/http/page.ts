import type { AssetKind, AssetOf } from '../../../model/asset.ts';
import type { EngineView } from '../../../model/engine.ts';
import { HttpProblem } from '../problem.ts';

/** Opaque to clients: base64url of JSON. */
export function cursorOf(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}
/** The position a cursor stands for; `invalid-request` where it is none of ours. */
export function positionOf<T>(cursor: string | undefined, isPosition: (value: unknown) => value is T): T | null {
  if (cursor === undefined) return null;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    value = undefined;
  }
  if (!isPosition(value))
    throw new HttpProblem('invalid-request', 'cursor: not one of ours', { errors: [{ path: 'cursor', message: 'not one of ours' }] });
  return value;
}
export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Assets by id, in order, a page at a time. Assets are never removed from the fold (they retire), so the order is kept until their number grows. */
export class AssetPages {
  private readonly view: EngineView;
  private readonly order = new Map<AssetKind, readonly string[]>();

  constructor(view: EngineView) {
    this.view = view;
  }

  page<K extends AssetKind>(
    kind: K,
    wanted: (asset: AssetOf[K]) => boolean,
    cursor: string | undefined,
    limit: number,
  ): { items: AssetOf[K][]; next?: string } {
    const assets = this.view.assets(kind);
    let ids = this.order.get(kind);
    if (ids === undefined || ids.length !== assets.size) {
      ids = [...assets.keys()].sort();
      this.order.set(kind, ids);
    }
    const after = positionOf(cursor, isText);
    const items: AssetOf[K][] = [];
    for (let index = after === null ? 0 : firstAfter(ids, after); index < ids.length; index += 1) {
      const asset = assets.get(ids[index] ?? '');
      if (asset === undefined || !wanted(asset)) continue;
      if (items.length === limit) return { items, next: cursorOf(items.at(-1)?.id) };
      items.push(asset);
    }
    return { items };
  }
}

/** Index of the first id greater than `after`. */
function firstAfter(ids: readonly string[], after: string): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? '') <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
