// Which limits of one point form one alarm. Semantics: the `hi` limits whose levels rise with the set point form one
// ladder, the `lo` limits (rising as the set point falls) another; every other limit is an alarm of its own, named by
// its code.
import { LEVEL_RANK, type LimitLevel } from '../../model/level.ts';
import type { LimitDir } from '../../model/profile.ts';

/** What decides the ladder of a limit. */
export interface Rung {
  readonly code: string;
  readonly dir: LimitDir;
  readonly level: LimitLevel;
  /** Number to stand by, or null while it is not known. */
  readonly setPoint: number | null;
  readonly onlyWhen: boolean;
  /** The catalogue's own name of a ladder, which splits the usual one. */
  readonly ladder: string | undefined;
}

/**
 * Ladder name of each rung, in the order given. A rung that is milder than (or as severe as) one it lies further out
 * than would never be seen inside the ladder, so it is an alarm of its own. Rungs without a set point keep their
 * place in `hi` or `lo`: the name must not change when the number is filled in.
 */
export function ladderNames(rungs: readonly Rung[]): readonly string[] {
  const names = rungs.map((rung) => groupOf(rung) ?? rung.code);
  for (const group of new Set(rungs.map(groupOf))) {
    if (group === null) continue;
    const standing = rungs.flatMap((rung, i) => {
      if (groupOf(rung) !== group || rung.setPoint === null) return [];
      return [{ i, code: rung.code, out: rung.dir === 'lo' ? -rung.setPoint : rung.setPoint, rank: LEVEL_RANK[rung.level] }];
    });
    standing.sort((a, b) => a.out - b.out || a.rank - b.rank);
    let worst = 0;
    for (const { i, code, rank } of standing) {
      if (rank > worst) worst = rank;
      else names[i] = code;
    }
  }
  return names;
}

function groupOf(rung: Rung): string | null {
  if (rung.onlyWhen || rung.level === 'none') return null;
  if (rung.dir !== 'hi' && rung.dir !== 'lo') return null;
  return rung.ladder ?? rung.dir;
}
