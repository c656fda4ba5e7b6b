// The calm baseline of a gas sensor moves over a day and a half, or does not (decision 9). Most of the time passes while we are away ourselves, for it
// counts as well and costs nothing to play.
import type { SampleValue } from '../../model/reading.ts';
import type { Act } from './acts.ts';
import type { Ailments } from './ailments.ts';
import type { Chance } from './chance.ts';
import { DAY_ONE } from './plant-parts.ts';

const MIN_MS = 60_000;
const HOUR_MS = 60 * MIN_MS;

export interface Drifts extends Ailments {
  readonly run: (at: number, device: string) => readonly Act[];
}

/** @param troubled what may come in the middle of it */
export function driftsOf(
  chance: Chance,
  troubled: { readonly bad: boolean; readonly crashes: boolean; readonly calibrations: boolean },
): Drifts {
  const run = (from: number, device: string): readonly Act[] => {
    const acts: Act[] = [];
    let at = from;
    const says = (t: number, value: SampleValue): void => {
      acts.push({ at: t, does: 'publish', device, qos: 1, samples: [{ ageMs: null, values: [value] }] });
    };
    /** @returns when it is over */
    const sample = (begin: number, value: number): number => {
      const ms = chance.pick([20, 20, 20, 20, 20, 20, 20, 21, 25, 17]) * MIN_MS;
      if (troubled.crashes && chance.often(0.03)) acts.push({ at: begin, does: 'crash', downMs: ms, back: 0 });
      else acts.push({ at: begin, does: 'freeze', forMs: ms });
      const t = begin + ms + chance.whole(1, 4_000);
      says(t, { measurement: 'gas', channel: null, value, quality: 'good', flags: [] });
      if (troubled.bad && chance.often(0.1)) {
        const quality = chance.pick(['bad', 'maintenance', 'test'] as const);
        says(t + 500, { measurement: 'gas', channel: null, value: 90, quality, flags: [] });
      }
      if (chance.often(0.02)) acts.push({ at: t + 700, does: 'snapshot' });
      return t + 1_500;
    };
    const hours = (count: number, about: number): void => {
      const end = at + count * HOUR_MS;
      while (at < end) {
        // Gas that is there for a moment is no drift.
        const gas = chance.often(0.02) ? 25 : 0;
        at = sample(at, Math.round((about + gas + chance.pick([-0.5, 0, 0, 0.5])) * 10) / 10);
      }
    };
    const calibrates = (): void => {
      if (!troubled.calibrations || !chance.often(0.25)) return;
      acts.push({ at, does: 'configure', device, change: { calibratedAt: DAY_ONE + at } });
      at += 1_000;
      if (chance.often(0.5)) hours(26, base);
    };
    const base = chance.pick([2, 5, 10]);
    hours(chance.pick([20, 26, 27, 27, 30]), base);
    calibrates();
    const off = chance.pick([-4, -4, -4, 4, 4, 4, 2.5, 0.8]);
    hours(chance.pick([10, 14, 14, 15]), base + off);
    calibrates();
    // It is mended, a little to the other side, and looked at for long enough.
    if (chance.often(0.8)) hours(chance.pick([8, 21, 21]), base - Math.sign(off) * 0.6);
    return acts;
  };
  return {
    told: (act) => act,
    run,
    target: (device, measurement, channel) => ({ device, measurement, channel, ladder: chance.often(0.7) ? 'DRIFT' : 'hi' }),
  };
}
