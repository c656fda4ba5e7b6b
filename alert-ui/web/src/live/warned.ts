/**
 * What is issued, as the browser knows it: a fold of `warnings` and `warning`. Warnings are numbered apart from alarms and devices; an
 * event that does not follow what is here makes the caller ask for the whole picture again. Pure.
 */
import { LEVEL_RANK, type Level } from '../../../../model/level.ts';
import type { EpochMs } from '../../../../model/time.ts';
import type { Warning } from '../../../../model/warning.ts';
import type { WarningMessage, WarningsEvent } from '../../../protocol/live.ts';
import type { Folded } from './fold.ts';

export interface Warned {
  /** Number of the last event that is in it; null before the first picture. */
  seq: number | null;
  readonly issued: Map<string, Warning>;
}

export function noWarnings(): Warned {
  return { seq: null, issued: new Map() };
}

export function takePicture(warned: Warned, body: WarningsEvent): void {
  warned.seq = body.seq;
  warned.issued.clear();
  for (const warning of body.items) warned.issued.set(warning.id, warning);
}

export function takeWarning(warned: Warned, message: WarningMessage): Folded {
  if (warned.seq === null || message.seq <= warned.seq) return 'duplicate';
  if (message.prev !== warned.seq) return 'resume';
  warned.seq = message.seq;
  if (message.warning.state === 'issued') warned.issued.set(message.warning.id, message.warning);
  else warned.issued.delete(message.warning.id);
  return 'applied';
}

/**
 * The worst that was issued or rose since; null where nothing did. What falls is no news for the ear.
 * @param known levels of what was issued before; null: nothing was known, so nothing can have risen
 */
export function risenWarning(known: ReadonlyMap<string, Level> | null, issued: ReadonlyMap<string, Warning>): Warning | null {
  if (known === null) return null;
  let worst: Warning | null = null;
  for (const one of issued.values()) {
    const rose = LEVEL_RANK[one.level] > LEVEL_RANK[known.get(one.id) ?? 'none'];
    if (rose && (worst === null || before(one, worst))) worst = one;
  }
  return worst;
}

/** Since when it has had its level, where it was issued with another one: the time of its issue would read as if it had been that all along. */
export function levelSince({
  issuedAt,
  updatedAt = null,
}: Pick<Warning, 'issuedAt'> & { readonly updatedAt?: EpochMs | null }): EpochMs | null {
  return issuedAt !== null && updatedAt !== null && updatedAt > issuedAt ? updatedAt : null;
}

const WIDE: Readonly<Record<Warning['scope'], number>> = { area: 0, enterprise: 1, 'hazard-source': 2 };

/** The worst, and of several alike the widest, then the highest index; null while everything rests. */
export function worstWarning(warned: Warned): Warning | null {
  let worst: Warning | null = null;
  for (const one of warned.issued.values()) {
    if (worst === null || before(one, worst)) worst = one;
  }
  return worst;
}

function before(a: Warning, b: Warning): boolean {
  if (a.level !== b.level) return LEVEL_RANK[a.level] > LEVEL_RANK[b.level];
  if (a.scope !== b.scope) return WIDE[a.scope] < WIDE[b.scope];
  return a.ri === b.ri ? a.id < b.id : a.ri > b.ri;
}
