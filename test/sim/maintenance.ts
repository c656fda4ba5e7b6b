// Work on a sensor that lasts for hours, or that everybody has forgotten: its values say test or maintenance, now and then one is bad, or nothing
// comes. Most of the hours pass while we are away ourselves, for they count as well and cost nothing to play; now and then we are there all the time.
import type { Device } from '../../model/asset.ts';
import type { Quality, SampleValue } from '../../model/reading.ts';
import type { Act } from './acts.ts';
import type { Ailments } from './ailments.ts';
import type { Chance } from './chance.ts';

const HOUR_MS = 3_600_000;
/** When somebody asks whether the work is over: see decision 9. */
const FORGOTTEN_MS = 8 * HOUR_MS;
/** Dead-men of a minute, and of two. */
const HEARTBEATS_MS = [5_000, 20_000, 40_000] as const;

interface WorkedOn {
  readonly device: string;
  readonly measurement: string;
  readonly channel: number | null;
  /** A value that no limit minds. */
  readonly calm: number;
}

export interface Works extends Ailments {
  /** A point is worked on for about eight hours. */
  readonly run: (at: number, point: WorkedOn) => readonly Act[];
  /** We were there all the time: the hours are thousands of ticks. */
  readonly attended: boolean;
}

export function attentive(chance: Chance, device: Device): Device {
  return { ...device, heartbeatMs: chance.pick(HEARTBEATS_MS) };
}

/** @param crashes we may be killed while it lasts */
export function worksOf(chance: Chance, crashes: boolean): Works {
  const attended = chance.often(0.04);
  const word = (at: number, { device, measurement, channel, calm }: WorkedOn, quality: Quality): Act => {
    const value: SampleValue = { measurement, channel, value: calm, quality, flags: quality === 'bad' ? ['sensor'] : [] };
    return { at, does: 'publish', device, qos: 1, samples: [{ ageMs: null, values: [value] }] };
  };
  const busy = (): Quality => chance.pick(['maintenance', 'maintenance', 'test'] as const);
  const said = (): Quality => (chance.often(0.75) ? busy() : chance.pick(['bad', 'bad', 'good'] as const));
  /** A few words, or none for so long that the device is missed. */
  const around = (from: number, untilMs: number, point: WorkedOn): readonly Act[] => {
    const acts: Act[] = [];
    for (let at = from; at < untilMs; at += chance.pick([3_000, 9_000, 20_000, 20_000, 70_000, 150_000])) {
      const quality = at === from ? busy() : said();
      // A good word ends it: there are few.
      acts.push(word(at, point, quality === 'good' && chance.often(0.7) ? busy() : quality));
      if (chance.often(0.05)) acts.push({ at: at + 500, does: 'snapshot' });
    }
    return acts;
  };
  const away = (at: number, ms: number): Act =>
    crashes && chance.often(0.5) ? { at, does: 'crash', downMs: ms, back: chance.next() } : { at, does: 'freeze', forMs: ms };
  const run = (from: number, point: WorkedOn): readonly Act[] => {
    const acts: Act[] = [word(from, point, busy())];
    // Beside the end of the eight hours, or as far from it as a dead-man is long.
    const end = from + FORGOTTEN_MS + chance.pick([-600_000, -1, 0, 0]);
    let at = from + 1_000;
    if (attended) {
      while (at < end - 5 * 60_000) {
        at += chance.pick([10_000, 20_000, 30_000]) * 3;
        acts.push(word(at, point, said() === 'bad' ? 'bad' : busy()));
      }
    } else {
      const parts = chance.whole(1, 3);
      for (let n = 0; n < parts; n += 1) {
        const left = end - at - chance.pick([0, 1_000, 40_000, 100_000, 240_000]);
        const long = n === parts - 1 ? left : Math.floor((left * chance.whole(10, 60)) / 100);
        acts.push(away(at, long));
        at += long;
        if (n < parts - 1) acts.push(...around(at + chance.pick([100, 1_000, 70_000]), at + 60_000, point));
        at = Math.max(at, acts.at(-1)?.at ?? at) + 2_000;
      }
    }
    const late = around(
      at + chance.pick([0, 100, 5_000, 45_000, 130_000]),
      Math.max(end, at) + chance.pick([30_000, 100_000, 250_000]),
      point,
    );
    acts.push(...late);
    at = Math.max(at, acts.at(-1)?.at ?? at) + chance.pick([1, 2_000, 15_000]);
    if (chance.often(0.6)) acts.push(word(at, point, 'good'));
    return acts;
  };
  return {
    told: (act) => act,
    run,
    attended,
    target: (device, measurement, channel) => ({ device, measurement, channel, ladder: chance.often(0.75) ? 'INHIBITED' : 'hi' }),
  };
}
