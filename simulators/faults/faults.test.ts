import { describe, expect, it } from 'vitest';
import type { SimulatedDevice } from '../device.ts';
import { samplePayload } from '../link/payload.ts';
import { sampleOf } from '../report.ts';
import {
  behindGateway,
  duplicateOf,
  withCounter,
  withMadRate,
  withOutages,
  withPowerCuts,
  withSilence,
  withWrongClock,
} from './link-faults.ts';
import { withSensorFault } from './sensor-faults.ts';

/** Shows 10 %LEL more every hour, and a valve. */
const device: SimulatedDevice = {
  id: 'd',
  enterpriseId: 'e',
  reportEveryMs: 10_000,
  stamps: true,
  at: (t) => ({ link: 'up', values: { lel: t / 360, valve_open: true } }),
};
const span = { fromS: 3_600, toS: 7_200 };
const lel = (one: SimulatedDevice, t: number): unknown => one.at(t).values['lel'];
const times = [0, 3_599, 3_600, 5_400, 7_199, 7_200];

describe('sensor faults', () => {
  it('leave the time before and after, and the other sensors, as they are', () => {
    for (const fault of [
      { kind: 'dead' },
      { kind: 'missing' },
      { kind: 'stuck' },
      { kind: 'fixed', value: 0 },
      { kind: 'noisy', deviation: 5, seed: 1 },
      { kind: 'drifting', perHour: 6 },
      { kind: 'worked-on', as: 'maintenance' },
    ] as const) {
      const spoilt = withSensorFault(device, { ...span, key: 'lel', ...fault });
      for (const t of [0, 3_599.9, 7_200, 9_000]) expect(spoilt.at(t)).toEqual(device.at(t));
      expect(spoilt.at(5_000).values['valve_open']).toBe(true);
      expect(spoilt.at(5_000)).toEqual(spoilt.at(5_000));
    }
  });

  it('dead: says null and F02', () => {
    const dead = withSensorFault(device, { ...span, key: 'lel', kind: 'dead' });
    expect(dead.at(4_000)).toEqual({ link: 'up', values: { lel: null, valve_open: true }, faults: ['F02'] });
  });

  it('missing: says nothing of it, and nothing else is amiss', () => {
    const missing = withSensorFault(device, { ...span, key: 'lel', kind: 'missing' });
    expect(missing.at(4_000)).toEqual({ link: 'up', values: { valve_open: true } });
  });

  it('stuck: stands at what it showed when it began; fixed: at what it is told', () => {
    const stuck = withSensorFault(device, { ...span, key: 'lel', kind: 'stuck' });
    expect(times.map((t) => lel(stuck, t))).toEqual([0, 3_599 / 360, 10, 10, 10, 20]);
    expect(lel(withSensorFault(device, { ...span, key: 'lel', kind: 'fixed', value: 0 }), 5_000)).toBe(0);
  });

  it('worked on: the value goes on, and the device says that it is not to be judged', () => {
    const worked = withSensorFault(device, { ...span, key: 'lel', kind: 'worked-on', as: 'test' });
    expect(worked.at(3_600)).toEqual({ ...device.at(3_600), quality: { lel: 'test' } });
    expect(samplePayload(sampleOf(worked.at(3_600), 7), true)).toEqual({
      ts: 7,
      values: { lel: 10, valve_open: true },
      quality: { lel: 'test' },
    });
    expect(samplePayload(sampleOf(worked.at(3_600), 7), false)).toHaveProperty('quality', { lel: 'test' });
    expect(samplePayload(sampleOf(worked.at(7_200), 7), false)).toEqual({ lel: 20, valve_open: true });
  });

  it('drifting: 6 %LEL an hour are 3 after half of one', () => {
    const drifting = withSensorFault(device, { ...span, key: 'lel', kind: 'drifting', perHour: 6 });
    expect(times.map((t) => lel(drifting, t))).toEqual([0, 3_599 / 360, 10, 18, 7_199 / 360 + (6 * 3_599) / 3_600, 20]);
  });

  it('noisy: by the given deviation, about the true value, the same for the same seed', () => {
    const noisy = withSensorFault(device, { fromS: 0, toS: 1e9, key: 'lel', kind: 'noisy', deviation: 5, seed: 3 });
    const off = Array.from({ length: 5_000 }, (_, i) => Number(lel(noisy, i * 10)) - (i * 10) / 360);
    const mean = off.reduce((sum, x) => sum + x, 0) / off.length;
    expect(Math.abs(mean)).toBeLessThan(0.3);
    expect(Math.sqrt(off.reduce((sum, x) => sum + (x - mean) ** 2, 0) / off.length)).toBeCloseTo(5, 0);
    const other = withSensorFault(device, { fromS: 0, toS: 1e9, key: 'lel', kind: 'noisy', deviation: 5, seed: 4 });
    expect(lel(other, 10)).not.toBe(lel(noisy, 10));
  });
});

describe('link faults', () => {
  it('wrong clock: half an hour ahead, and another 36 ms an hour by 10 ppm', () => {
    const wrong = withWrongClock(device, { ...span, offsetMs: 1_800_000, driftPpm: 10 });
    expect(wrong.at(3_600).clockErrorMs).toBe(1_800_000);
    expect(wrong.at(7_199).clockErrorMs).toBeCloseTo(1_800_036, 0);
    expect(wrong.at(7_200)).not.toHaveProperty('clockErrorMs');
  });

  it('rebooting counter: one more with every report, from 1 after each reboot', () => {
    const counting = withCounter(device, [25, 1_000]);
    expect([0, 10, 20, 25, 30, 35, 45, 999, 1_000, 1_010].map((t) => counting.at(t).seq)).toEqual([1, 2, 3, 1, 1, 2, 3, 98, 1, 2]);
  });

  it('outage, power cut, silence: what the link is', () => {
    const links = (one: SimulatedDevice): string[] => times.map((t) => one.at(t).link);
    expect(links(withOutages(device, [span], 'singles'))).toEqual(['up', 'up', 'down', 'down', 'down', 'up']);
    expect(withOutages(device, [span], 'singles').backlog).toBe('singles');
    expect(links(withPowerCuts(device, [span]))).toEqual(['up', 'up', 'off', 'off', 'off', 'up']);
    expect(links(withSilence(device, [span]))).toEqual(['up', 'up', 'mute', 'mute', 'mute', 'up']);
    // Without power nothing is kept, network or not.
    expect(withOutages(withPowerCuts(device, [span]), [span]).at(4_000).link).toBe('off');
  });

  it('gateway down: all behind it at once', () => {
    const three = ['a', 'b', 'c'].map((id) => ({ ...device, id }));
    expect(behindGateway(three, [span], true).map((one) => one.at(4_000).link)).toEqual(['down', 'down', 'down']);
    expect(behindGateway(three, [span], false).map((one) => one.at(4_000).link)).toEqual(['off', 'off', 'off']);
    expect(behindGateway(three, [span], true).map((one) => one.at(8_000).link)).toEqual(['up', 'up', 'up']);
  });

  it('mad rate: the next report a few ms away', () => {
    const mad = withMadRate(device, { ...span, everyMs: 5 });
    expect([0, 4_000, 8_000].map((t) => mad.at(t).nextInMs)).toEqual([undefined, 5, undefined]);
  });

  it('duplicate: another device under the same name for a while', () => {
    const twin = duplicateOf(device, span, { lel: 0 });
    expect(twin.id).toBe('d');
    expect([0, 4_000, 8_000].map((t) => twin.at(t).link)).toEqual(['off', 'up', 'off']);
    expect(twin.at(4_000).values).toEqual({ lel: 0 });
  });
});
