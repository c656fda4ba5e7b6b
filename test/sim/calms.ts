// Long calms: a device reports seldom, one of its values stands still for hours, or nearly so, and now and then nothing comes.
import type { SampleValue } from '../../model/reading.ts';
import type { Act } from './acts.ts';
import type { Ailments } from './ailments.ts';
import type { Chance } from './chance.ts';

const MIN_MS = 60_000;
/** How often they report: see the profile. */
export const CALM_REPORT_MS = 10 * MIN_MS;

/** How many samples, how far apart. */
interface Pace {
  readonly samples: readonly [number, number];
  readonly gapsMs: readonly number[];
}

const LONG_ENOUGH: Pace = { samples: [26, 30], gapsMs: [10 * MIN_MS] };
const PACES: readonly Pace[] = [
  // The end is near to four hours, or well beyond.
  { samples: [24, 27], gapsMs: [10 * MIN_MS] },
  { samples: [26, 32], gapsMs: [9 * MIN_MS, 10 * MIN_MS, 10 * MIN_MS] },
  // Not long enough; not samples enough.
  { samples: [26, 30], gapsMs: [7 * MIN_MS, 8 * MIN_MS] },
  { samples: [15, 22], gapsMs: [14 * MIN_MS, 18 * MIN_MS, 20 * MIN_MS] },
];

/** A gas that is there does not stand still. */
const RESTLESS_AT = [6, 12, 30, 70] as const;
/** Beside and at all that matters: zero, 5 %, the ends. */
const STANDS_AT = [0, 0.5, 3, 5, 5.5, 99.5, 100, 104] as const;

export interface Calms extends Ailments {
  /** One value stands still; the rest of its device says something now and then. */
  readonly run: (at: number, device: string, measurement: string) => readonly Act[];
}

/** @param troubled kinds of trouble that come in the middle of a calm */
export function calmsOf(chance: Chance, troubled: { readonly bad: boolean; readonly crashes: boolean; readonly freezes: boolean }): Calms {
  const told = (at: number, device: string, values: readonly SampleValue[]): Act => ({
    at,
    does: 'publish',
    device,
    qos: 1,
    samples: [{ ageMs: null, values }],
  });
  const good = (measurement: string, value: number): SampleValue => {
    const beyond = value > 100;
    return { measurement, channel: null, value, quality: beyond ? 'uncertain' : 'good', flags: beyond ? ['out-of-range'] : [] };
  };
  const run = (from: number, device: string, measurement: string): readonly Act[] => {
    const { samples, gapsMs } = chance.often(0.7) ? LONG_ENOUGH : chance.pick(PACES);
    const stands = chance.often(0.75) ? chance.pick(RESTLESS_AT) : chance.pick(STANDS_AT);
    const count = chance.whole(...samples);
    // One other value, a silence, or neither, somewhere in it.
    const moves = chance.often(0.12) ? chance.whole(1, count) : -1;
    const silent = chance.often(0.12) ? chance.whole(5, count - 5) : -1;
    const acts: Act[] = [];
    let at = from;
    for (let n = 0; n < count; n += 1) {
      at += chance.pick(gapsMs);
      if (n === silent) {
        const until = at + chance.pick([50, 120, 170]) * MIN_MS;
        for (at += 40 * MIN_MS; at < until; at += 40 * MIN_MS) acts.push(told(at, device, [good('temp', chance.whole(10, 20))]));
      }
      acts.push(told(at, device, [good(measurement, n === moves ? Math.abs(stands - 0.5) : stands)]));
      if (troubled.bad && chance.often(0.05))
        acts.push(
          told(at + 1_000, device, [{ measurement, channel: null, value: chance.pick([null, 50]), quality: 'bad', flags: ['sensor'] }]),
        );
      if (chance.often(0.06)) acts.push({ at: at + 2_000, does: 'snapshot' });
      if (troubled.crashes && chance.often(0.02)) acts.push({ at: at + 60_000, does: 'crash', downMs: 5_000, back: 0 });
      if (troubled.freezes && chance.often(0.02)) acts.push({ at: at + 60_000, does: 'freeze', forMs: chance.pick([14_000, 90_000]) });
    }
    return acts;
  };
  return {
    told: (act) => act,
    run,
    target: (device, measurement, channel) => ({ device, measurement, channel, ladder: chance.often(0.7) ? 'F21' : 'hi' }),
  };
}
