import { FLAGS, type Flag } from '../../model/reading.ts';

/** Flags are a set: every store gives them back in the model's order and once each. */
export function inFlagOrder(flags: readonly Flag[]): readonly Flag[] {
  return flags.length === 0 ? flags : FLAGS.filter((flag) => flags.includes(flag));
}
