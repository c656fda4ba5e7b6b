import type { EngineView } from '../../../model/engine.ts';
import { LEVEL_RANK } from '../../../model/level.ts';
import type { Warning, WarningHead } from '../../../model/warning.ts';

const WIDE: Readonly<Record<WarningHead['scope'], number>> = { area: 0, enterprise: 1, 'hazard-source': 2 };

/** Worst first: level, then the wider thing, then the higher index, then the id. */
export function worseFirst(a: WarningHead, b: WarningHead): number {
  if (a.level !== b.level) return LEVEL_RANK[b.level] - LEVEL_RANK[a.level];
  if (a.scope !== b.scope) return WIDE[a.scope] - WIDE[b.scope];
  if (a.ri !== b.ri) return b.ri - a.ri;
  return a.id < b.id ? -1 : 1;
}

/** Whole warnings of those that are wanted and above blue, worst first. */
export function issuedWarnings(view: EngineView, wanted: (head: WarningHead) => boolean): Warning[] {
  const found: WarningHead[] = [];
  for (const head of view.warningHeads()) if (head.state === 'issued' && wanted(head)) found.push(head);
  return found.sort(worseFirst).flatMap(({ id }) => view.warning(id) ?? []);
}
