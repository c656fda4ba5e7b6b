// Factors of warnings that people set, with an end, set anew and withdraw (decision 11), now and then one that cannot be set; and then a time in
// which little else happens, so that what they raised can fall again, with a restart or a clock that is set in the middle of it.
import { SET_FACTORS, settable, type SetFactorName, type WarningScope } from '../../model/warning.ts';
import type { Act, FactorAct } from './acts.ts';
import type { Chance } from './chance.ts';
import { ENTERPRISES } from './plant.ts';

const MIN_MS = 60_000;
const YEAR_MS = 366 * 1_440 * MIN_MS;
const PEOPLE = ['li', 'wang', 'zhao'] as const;
const VALUES = [0, 0.2, 0.5, 1, 1, 1, 1, null, null] as const;
/** Beside the minute in which an end is looked at, and beside the five in which a level falls. */
const ENDS_MS = [700, 5_000, 20_000, 59_999, MIN_MS, 61_000, 90_000, 130_000, 400_000, YEAR_MS] as const;
/** Longer than there is anything to see, over, and over in the very moment. */
const NO_ENDS_MS = [YEAR_MS + MIN_MS, -1] as const;

interface Subject {
  readonly scope: WarningScope;
  readonly id: string;
}
const SUBJECTS: readonly Subject[] = [
  ...ENTERPRISES.flatMap((id): Subject[] => [
    { scope: 'hazard-source', id: `${id}-tank` },
    { scope: 'hazard-source', id: `${id}-tank` },
    { scope: 'hazard-source', id: `${id}-yard` },
    { scope: 'enterprise', id },
  ]),
  { scope: 'area', id: 'river' },
  { scope: 'area', id: 'hill' },
];

/** What may come in the calm after it. */
interface Troubled {
  readonly crashes: boolean;
  readonly freezes: boolean;
  readonly clock: boolean;
  readonly changes: boolean;
}

export interface People {
  readonly act: (at: number) => Act;
  /** Minutes in which nothing but this happens. */
  readonly calm: (from: number) => readonly Act[];
}

export function peopleOf(chance: Chance, { crashes, freezes, clock, changes }: Troubled): People {
  // They speak of few things, so that factors come together.
  const about = [chance.pick(SUBJECTS), chance.pick(SUBJECTS)] as const;
  const factorOf = (scope: WarningScope): SetFactorName => chance.pick(chance.often(0.05) ? SET_FACTORS : settable(scope));
  const act = (at: number): Act => {
    if (changes && chance.often(0.08))
      return { at, does: 'works', enterprise: chance.pick(ENTERPRISES), change: { kind: chance.pick(['test', 'real'] as const) } };
    const { scope, id } = chance.pick(about);
    const value = chance.often(0.03) ? 1.2 : chance.pick(VALUES);
    const forMs = chance.often(0.06) ? chance.pick(NO_ENDS_MS) : chance.pick(ENDS_MS);
    const set: FactorAct = { does: 'factor', by: chance.pick(PEOPLE), scope, id, factor: factorOf(scope), value, forMs };
    return { at, ...set };
  };
  const trouble = (at: number): Act | null => {
    if (crashes && chance.often(0.2))
      return { at, does: 'crash', downMs: chance.pick([300, 14_900, 70_000, 200_000]), back: chance.next() };
    if (freezes && chance.often(0.1)) return { at, does: 'freeze', forMs: chance.pick([14_900, 90_000]) };
    if (clock && chance.often(0.15)) return { at, does: 'wall-step', byMs: chance.pick([-3_600_000, -4_000, 700, 90_000, 86_400_000]) };
    return chance.often(0.2) ? { at, does: 'snapshot' } : null;
  };
  const calm = (from: number): readonly Act[] => {
    const acts: Act[] = [];
    const parts = chance.whole(2, 6);
    let at = from;
    for (let n = 0; n < parts; n += 1) {
      at += chance.pick([2_000, 25_000, 61_000, 150_000]);
      acts.push(trouble(at) ?? act(at));
      at += acts.at(-1)?.does === 'crash' || acts.at(-1)?.does === 'freeze' ? 201_000 : 0;
    }
    return acts;
  };
  return { act, calm };
}
