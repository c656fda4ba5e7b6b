// Worlds of more than a day in which a device talks of one thing, and never, or hardly ever, of the other. Its words are hours apart, so that such a
// world is nearly all ticks; now and then it is silent for hours, or we are away.
import type { Device } from '../../model/asset.ts';
import type { SampleValue } from '../../model/reading.ts';
import type { Act } from './acts.ts';
import type { Chance } from './chance.ts';
import { deviceOf } from './plant.ts';

const HOUR_MS = 3_600_000;
/** What such a device talks of, and what it should. */
const CAST = [
  { profileId: 'sim.latch', talks: 'gas', waits: 'co' },
  { profileId: 'sim.latch', talks: 'co', waits: 'gas' },
  { profileId: 'sim.states', talks: 'mode', waits: 'status' },
] as const;

export interface NeverHeard {
  readonly devices: readonly Device[];
  readonly acts: readonly Act[];
  readonly endMs: number;
}

/** @param crashes we may be killed meanwhile, @param silences the device may say nothing for hours */
export function neverHeardOf(chance: Chance, crashes: boolean, silences: boolean): NeverHeard {
  const { profileId, talks, waits } = chance.pick(CAST);
  const device = 'D0';
  const acts: Act[] = [];
  const word = (at: number, measurement: string, quality: SampleValue['quality'] = 'good'): void => {
    const value: SampleValue = { measurement, channel: null, value: 0, quality, flags: quality === 'bad' ? ['sensor'] : [] };
    acts.push({ at, does: 'publish', device, qos: 1, samples: [{ ageMs: null, values: [value] }] });
  };
  let at = 5_000;
  // It may speak a few times before it falls silent for good.
  for (let n = chance.pick([0, 0, 0, 1, 3]); n > 0; n -= 1) {
    word(at, waits);
    at += 20_000;
  }
  word(at, talks);
  let talked = 0;
  const silentAt = silences ? chance.whole(3, 20) * HOUR_MS : Infinity;
  let wasSilent = false;
  let absences = crashes ? 3 : 0;
  while (talked < 24 * HOUR_MS + chance.pick([0, 3 * HOUR_MS])) {
    const step = chance.pick([1.5, 2, 2.5, 2.9]) * HOUR_MS;
    at += step;
    talked += step;
    if (!wasSilent && talked > silentAt) {
      // Just longer than its dead-man, or much.
      at += chance.pick([2, 4]) * HOUR_MS;
      wasSilent = true;
    }
    if (absences > 0 && chance.often(0.15)) {
      acts.push({ at: at - 90_000, does: 'snapshot' });
      const ms = chance.pick([30_000, 30_000, 5 * HOUR_MS]);
      acts.push(
        chance.often(0.6) ? { at: at - 60_000, does: 'crash', downMs: ms, back: 0 } : { at: at - 60_000, does: 'freeze', forMs: ms },
      );
      at += ms;
      absences -= 1;
    }
    word(at, talks);
  }
  at += chance.pick([1_000, 2 * HOUR_MS]);
  word(at, waits, chance.pick(['good', 'good', 'bad']));
  return { devices: [deviceOf(device, profileId)], acts, endMs: at + 70_000 };
}
