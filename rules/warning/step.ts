import type { EngineMs } from '../../model/time.ts';

/** The inputs must have been calmer for so long before the level falls: engine time, so that our own outage does not count. */
export const PERSISTENCE_MS = 5 * 60_000;

/** What is shown, and since when the inputs have said less. Ranks as in `LEVEL_RANK`: 1 blue … 4 red. */
export interface Shown {
  rank: number;
  /** Per rank: engine time since which the inputs have not been above it; -1 while they are, and from the shown rank on. */
  readonly calmSince: number[];
}

export function atRest(): Shown {
  return { rank: 1, calmSince: [-1, -1, -1, -1] };
}

/**
 * Takes what the inputs say now. Rises at once; falls to the lowest level above which they have not been for `PERSISTENCE_MS`.
 * `atOnce`: the thing itself changed (test, removed), so nothing has to be waited for. Judging the same again changes nothing.
 */
export function judge(shown: Shown, computed: number, now: EngineMs, atOnce: boolean): void {
  if (computed >= shown.rank || atOnce) {
    shown.rank = computed;
    shown.calmSince.fill(-1);
    return;
  }
  for (let rank = 1; rank < shown.calmSince.length; rank += 1) {
    if (rank < computed || rank >= shown.rank) shown.calmSince[rank] = -1;
    else if ((shown.calmSince[rank] ?? -1) < 0) shown.calmSince[rank] = now;
  }
  for (let rank = computed; rank < shown.rank; rank += 1) {
    const since = shown.calmSince[rank] ?? -1;
    if (since < 0 || now - since < PERSISTENCE_MS) continue;
    shown.rank = rank;
    for (let above = rank; above < shown.calmSince.length; above += 1) shown.calmSince[above] = -1;
    return;
  }
}

/** Engine time at which it falls if nothing changes; -1 = it does not. */
export function lowersAt(shown: Shown): EngineMs {
  let first = -1;
  for (const since of shown.calmSince) if (since >= 0 && (first < 0 || since + PERSISTENCE_MS < first)) first = since + PERSISTENCE_MS;
  return first;
}
