// Votes of k of n points at a hazard source (decision 16): who votes, who cannot be believed, and what follows. The alarm that comes of it
// goes through the same life as every other; this page says only what its condition is.
import type { Vote, VoteTest } from '../../../model/rule.ts';

/** What is known of one voter that has a vote at all: it is at the hazard source, in live service, and its limit is armed. */
export interface Voter {
  /** Its last word that could be believed was for the alarm. */
  readonly keeps: boolean;
  /** Its newest value is bad, it has been silent and not spoken since, or it was never heard. */
  readonly doubted: boolean;
  /** Somebody is working on the point: its newest value is of quality test or maintenance. */
  readonly worked: boolean;
}

/** True, returned, neither; or nothing can be said. */
export type Outcome = 'true' | 'false' | 'between' | 'held';

export function outcomeOf({ atLeast, bad }: Vote, voters: readonly Voter[]): Outcome {
  // Somebody could be believed, else it holds.
  if (!voters.some((voter) => !voter.doubted && !voter.worked)) return 'held';
  // Those that cannot be believed raise nothing alone, and hold nothing up either once everybody has said otherwise.
  const saysFor = voters.filter((voter) => voter.keeps).length;
  if (saysFor === 0) return 'false';
  const reaches = (isIn: (voter: Voter) => boolean): boolean => {
    const inVote = voters.filter((voter) => voter.keeps || isIn(voter));
    const votes = inVote.filter((voter) => voter.keeps || voter.doubted || voter.worked).length;
    return votes >= Math.min(atLeast, inVote.length);
  };
  const believed = (voter: Voter): boolean => !voter.worked && (bad === 'votes' || !voter.doubted);
  // Work on a detector raises nothing by itself: who is being worked on is out of the vote. Nor does it clear anything: on the way back it
  // is one that cannot be believed.
  if (reaches(believed)) return 'true';
  return reaches((voter) => believed(voter) || (voter.worked && bad === 'votes')) ? 'between' : 'false';
}

/** What a voter says of a value: inside the deadband what it said before. */
export function wordOf(when: Exclude<VoteTest, { readonly limit: string }>, value: number, before: boolean): boolean {
  if (when.dir === 'state') {
    const bit = typeof when.setPoint === 'string' ? /^bit(\d+)$/.exec(when.setPoint)?.[1] : undefined;
    return bit === undefined ? value === when.setPoint : Math.floor(value / 2 ** Number(bit)) % 2 === 1;
  }
  const { dir, setPoint, deadband } = when;
  if (dir === 'hi') return value >= setPoint || (before && value > setPoint - deadband);
  return value <= setPoint || (before && value < setPoint + deadband);
}
