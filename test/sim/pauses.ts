// Worlds of hours in which we are away again and again, and devices that speak seldom fall silent: all of one, or one of its points. Then some
// of them speak again.
import type { Device } from '../../model/asset.ts';
import type { SampleValue } from '../../model/reading.ts';
import type { Act } from './acts.ts';
import type { Chance } from './chance.ts';
import { deviceOf } from './plant.ts';

const MINUTE_MS = 60_000;
/** Dead-men of 12, 15 and 24 minutes. */
const HEARTBEATS_MS = [4 * MINUTE_MS, 5 * MINUTE_MS, 8 * MINUTE_MS] as const;

export interface Pauses {
  readonly devices: readonly Device[];
  readonly acts: readonly Act[];
  readonly endMs: number;
}

/** @param crashes we may be killed meanwhile, and not only paused */
export function pausesOf(chance: Chance, crashes: boolean): Pauses {
  const devices = ['D0', 'D1'].map((id) => deviceOf(id, 'sim.latch', { heartbeatMs: chance.pick(HEARTBEATS_MS) }));
  // One that is heard through a gateway is waited for in the same way.
  const byGateway = chance.often(0.4) ? 'D1' : null;
  const acts: Act[] = [];
  let at = 5_000;
  const word = (device: string, measurements: readonly string[]): void => {
    const values = measurements.map((measurement): SampleValue => ({ measurement, channel: null, value: 0, quality: 'good', flags: [] }));
    acts.push({
      at,
      does: 'publish',
      device,
      ...(device === byGateway ? { byGateway: true } : {}),
      qos: 1,
      samples: [{ ageMs: null, values }],
    });
    at += chance.whole(1, 3_000);
  };
  const away = (): void => {
    const ms = chance.pick([16_000, 30_000, 3_600_000]);
    if (chance.often(0.3)) acts.push({ at: at - 1, does: 'snapshot' });
    acts.push(crashes && chance.often(0.5) ? { at, does: 'crash', downMs: ms, back: 0 } : { at, does: 'freeze', forMs: ms });
    at += ms + 1_000;
  };
  // Their rhythm is known well before.
  for (let n = 0; n < 11; n += 1) {
    for (const { id } of devices) word(id, ['gas', 'co']);
    at += chance.pick([20_000, 60_000, 2 * MINUTE_MS]);
  }
  for (let round = 0; round < 2; round += 1) {
    const [first = '', second = ''] = chance.often(0.5) ? ['D0', 'D1'] : ['D1', 'D0'];
    const talks = chance.often(0.6);
    const until = at + chance.whole(35, 60) * MINUTE_MS;
    let awayAt = at + chance.whole(0, 12) * MINUTE_MS;
    while (at < until) {
      // The second goes on, all of it or one of its points; the first says nothing.
      if (talks) word(second, chance.often(0.98) ? ['gas'] : ['gas', 'co']);
      at += chance.pick([MINUTE_MS, 3 * MINUTE_MS, 5 * MINUTE_MS]);
      if (at < awayAt) continue;
      away();
      awayAt = at + chance.pick([0, 4, 9, 10, 11, 14, 16]) * MINUTE_MS;
    }
    word(first, ['gas', 'co']);
    word(second, ['gas', 'co']);
  }
  return { devices, acts, endMs: at + 70_000 };
}
