// One world against everything that watches it; a failure comes back small and in words.
import { Auditor } from './auditor/auditor.ts';
import { Dues } from './auditor/dues.ts';
import { Silence } from './auditor/silence.ts';
import { Warnings } from './auditor/warning.ts';
import type { Script } from './acts.ts';
import {
  AcknowledgedWhatWasSeen,
  BadNeverClears,
  EventsTellAll,
  NothingVanishes,
  NumbersWithoutGaps,
  RingsAgain,
  TwinSaysTheSame,
} from './invariants.ts';
import { profileOf } from './plant.ts';
import { play, type Played, type EngineMaker, type Watcher } from './play.ts';
import { shrink } from './shrink.ts';
import type { Tally } from './tally.ts';
import { tell, tellEntry } from './tell.ts';
import { type Trouble, worldOf } from './world.ts';

function watchersOf(script: Script, maker: EngineMaker): readonly Watcher[] {
  const heartbeats = new Map(script.devices.map((d) => [d.id, d.heartbeatMs ?? profileOf(d.profileId).heartbeatMs]));
  return [
    new Auditor(),
    new NumbersWithoutGaps(),
    new EventsTellAll(),
    new NothingVanishes(),
    new AcknowledgedWhatWasSeen(),
    new BadNeverClears(),
    new RingsAgain(),
    new Silence(heartbeats),
    new Warnings(),
    new Dues(),
    // Where thousands of ticks say nothing a twin stands for longer.
    new TwinSaysTheSame(maker, (20 + (Math.abs(script.seed) % 60)) * (script.tickEveryMs === undefined ? 1 : 5)),
  ];
}

/** @param more watchers beside those that judge */
export function watch(script: Script, maker: EngineMaker, more: readonly Watcher[] = []): Played {
  return play(script, maker, [...watchersOf(script, maker), ...more]);
}

/**
 * The first seed whose world disagrees, or null.
 * @param only the kinds of trouble of the worlds, where chance is not to say it
 * @param tally counts what the worlds met
 */
export function firstDisagreement(
  seeds: Iterable<number>,
  maker: EngineMaker,
  only: readonly Trouble[] | null = null,
  tally: Tally | null = null,
): Script | null {
  for (const seed of seeds) {
    const script = worldOf(seed, only);
    if (watch(script, maker, tally === null ? [] : [tally.watcher()]).disagreement !== null) return script;
  }
  return null;
}

/** The story of a world that disagrees, as short as it could be made. */
export function storyOf(script: Script, maker: EngineMaker): string {
  const small = shrink(script, (candidate) => watch(candidate, maker).disagreement?.rule ?? null);
  const { disagreement, entries } = watch(small, maker);
  const where = entries.slice(-3).map((entry) => `    ${tellEntry(entry)}`);
  return `${tell(small, disagreement?.message ?? 'all is well')}\n  last entries:\n${where.join('\n')}`;
}

/** Runs the worlds of the seeds; throws the shrunk story of the first that disagrees. */
export function holdAgainst(seeds: Iterable<number>, maker: EngineMaker, tally: Tally | null = null): void {
  const failing = firstDisagreement(seeds, maker, null, tally);
  if (failing !== null) throw new Error(storyOf(failing, maker));
}

export function* seedsFrom(first: number, count: number): Generator<number> {
  for (let seed = first; seed < first + count; seed += 1) yield seed;
}
