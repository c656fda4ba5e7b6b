import type { Verdicts } from '../../model/ports/journal.ts';

/** Two notes of the engine as one: applied up to the later, the resends of both. */
export function mergeVerdicts(earlier: Verdicts | null, later: Verdicts | null): Verdicts | null {
  if (earlier === null) return later;
  if (later === null) return earlier;
  return { appliedTo: Math.max(earlier.appliedTo, later.appliedTo), resends: [...earlier.resends, ...later.resends] };
}
