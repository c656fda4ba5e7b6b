import type { EngineView } from '../../../model/engine.ts';
import type { ConfigChange } from '../../../model/entry.ts';
import type { Rehearsed } from '../../../model/ports/platform.ts';
import { RuleRoom } from '../routes/rule-room.ts';
import type { SiteItem } from './changes.ts';
import type { SiteProblem } from './parse.ts';

/**
 * All of a site file tried before anything is done: alike by a platform that is to take it in and by `npm run rules:check`, which has none.
 */
export interface TriedSite {
  /** What differs, in an order in which it holds. */
  readonly inOrder: readonly SiteItem[];
  /** What each would come to, all of them done. */
  readonly found: ReadonlyMap<SiteItem, Rehearsed>;
  /** More rules than a place has room for. */
  readonly crowded: readonly SiteProblem[];
  /** What waits for a second person, with what it comes to while the others before it wait. */
  readonly asking: ReadonlyMap<SiteItem, Rehearsed>;
}

interface Trying {
  readonly view: Pick<EngineView, 'assets'>;
  readonly items: readonly SiteItem[];
  /** Many changes one after the other, of which nothing is kept. */
  readonly rehearse: (changes: readonly ConfigChange[]) => readonly Rehearsed[];
  /** Whether a second person has to agree to it. */
  readonly needs: (item: SiteItem, found: Rehearsed) => boolean;
}

/**
 * What has to wait for a second person changes nothing yet, so the rest is judged without it, again and again: else a rule of one device
 * would be no softer than that of its enterprise which nobody has agreed to, and would be done at once.
 * Yields between two long steps, so that others have their turn there.
 */
export function* trySite({ view, items, rehearse, needs }: Trying): Generator<undefined, TriedSite, undefined> {
  const going = items.filter(({ change }) => change !== null);
  const room = new RuleRoom(view);
  const crowded = going.flatMap((item) => crowding(room, item));
  const found = pairs(going, rehearse);
  const inOrder = going.toSorted((a, b) => turnOf(found, a) - turnOf(found, b));
  const asking = new Map<SiteItem, Rehearsed>();
  const asks = ([item, one]: readonly [SiteItem, Rehearsed]): boolean => needs(item, one);
  for (let more = [...found].filter(asks); more.length > 0; ) {
    for (const [item, one] of more) asking.set(item, one);
    yield;
    const rest = inOrder.filter((item) => !asking.has(item));
    more = [...pairs(rest, rehearse)].filter(asks);
  }
  return { inOrder, found, crowded, asking };
}

/** What stands in the way of it by itself. */
export function unsound(item: SiteItem, found: Rehearsed | undefined): readonly SiteProblem[] {
  if (found === undefined || found.outcome.ok) return [];
  const { code, detail } = found.outcome;
  return [{ line: item.line, path: item.path, message: `${item.id}: ${code}: ${detail}` }];
}

function pairs(items: readonly SiteItem[], rehearse: Trying['rehearse']): ReadonlyMap<SiteItem, Rehearsed> {
  const tried = rehearse(items.flatMap(({ change }): ConfigChange[] => (change === null ? [] : [change])));
  return new Map(items.flatMap((item, i) => (tried[i] === undefined ? [] : [[item, tried[i]] as const])));
}

function turnOf(found: ReadonlyMap<SiteItem, Rehearsed>, item: SiteItem): number {
  return found.get(item)?.turn ?? 0;
}

function crowding(room: RuleRoom, { what, change, line, path, id }: SiteItem): readonly SiteProblem[] {
  const full = what === 'create' && change?.asset === 'rule' ? room.take(change.value) : null;
  return full === null ? [] : [{ line, path, message: `${id}: ${full}` }];
}
