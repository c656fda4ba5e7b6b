// Engineers change what a limit compares or reads while it is bad, and a delay of it runs (decision 10).
import type { Device } from '../../model/asset.ts';
import type { SampleValue } from '../../model/reading.ts';
import type { Act } from './acts.ts';
import type { Chance } from './chance.ts';
import { DRIVE_FACTS, VESSEL_ATTRIBUTES } from './plant.ts';

/** A drive whose limit V2 counts from a least speed on; a vessel with a set point of its own and a variant. */
export const MOVED_CAST = ['sim.when', 'sim.when', 'sim.attribute'] as const;

type Values = Readonly<Record<string, readonly number[]>>;
interface Play {
  /** What passes a limit, and what does not. */
  readonly passes: Values;
  readonly calm: Values;
  readonly changes: readonly Partial<Device>[];
}
const PLAYS: Readonly<Record<string, Play>> = {
  'sim.when': {
    passes: { vibration: [42, 60, 60], speed: [25, 90], running: [1] },
    calm: { vibration: [20, 33, 36], speed: [12, 15, 19.5], running: [0, 1] },
    changes: [
      ...[10, 15, 20, 25, 30].map((least) => ({ attributes: { ...DRIVE_FACTS.attributes, least_speed: least } })),
      ...[true, false, true, false].map((tested) => ({ conditions: { under_test: tested } })),
    ],
  },
  'sim.attribute': {
    passes: { pressure: [33, 36], temp: [44, 52, 60] },
    calm: { pressure: [20, 28.5], temp: [30, 46, 49, 51] },
    changes: [
      { variant: 'summer' },
      { variant: null },
      ...[26, 30, 32, 35].map((most) => ({ attributes: { ...VESSEL_ATTRIBUTES, normal_max: most } })),
    ],
  },
};

/** One such time at a device: it passes, returns or not, goes bad, is changed, and is good again. */
export function movedWhileBad(chance: Chance, from: number, { id, profileId }: Device): readonly Act[] {
  const play = PLAYS[profileId];
  if (play === undefined) return [];
  const acts: Act[] = [];
  let at = from;
  const says = (values: readonly SampleValue[]): void => {
    acts.push({ at, does: 'publish', device: id, qos: 1, samples: [{ ageMs: null, values }] });
  };
  const good = (values: Values, keys: readonly string[]): void =>
    says(
      keys.flatMap((measurement): SampleValue[] => {
        const value = values[measurement];
        return value === undefined ? [] : [{ measurement, channel: null, value: chance.pick(value), quality: 'good', flags: [] }];
      }),
    );
  const keys = Object.keys(play.passes);
  const returns = chance.often(0.6);
  good(returns ? play.passes : play.calm, keys);
  at += chance.pick([1_000, 2_500, 4_000]);
  const turned = chance.pick(Object.keys(play.calm));
  good(returns ? play.calm : play.passes, chance.often(0.7) ? [turned] : keys);
  at += chance.pick([300, 1_000, 1_500, 2_500]);
  const quality = chance.pick(['bad', 'bad', 'maintenance'] as const);
  const measurement = chance.often(0.8) ? turned : chance.pick(keys);
  const value = quality === 'bad' ? null : chance.pick(play.passes[measurement] ?? [0]);
  says([{ measurement, channel: null, value, quality, flags: quality === 'bad' ? ['sensor'] : [] }]);
  for (let n = chance.whole(1, 3); n > 0; n -= 1) {
    at += chance.pick([200, 1_000, 5_000]);
    acts.push({ at, does: 'configure', device: id, change: chance.pick(play.changes) });
  }
  at += chance.pick([50, 250, 3_000]);
  good(chance.often(0.7) === returns ? play.calm : play.passes, [turned]);
  at += chance.pick([500, 1_500, 2_500, 4_000]);
  return acts;
}
