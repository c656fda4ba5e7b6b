import { describe, expect, it } from 'vitest';
import type { SimulatedDevice } from '../device.ts';
import { duplicateOf, withCounter, withMadRate, withOutages, withPowerCuts, withSilence, withWrongClock } from '../faults/link-faults.ts';
import { type WireEvent, wireOf } from './wire.ts';

const START = Date.UTC(2026, 0, 5, 8);
const device: SimulatedDevice = {
  id: 'd',
  enterpriseId: 'e',
  reportEveryMs: 10_000,
  stamps: true,
  at: (t) => ({ link: 'up', values: { lel: Math.floor(t) } }),
};
const HOUR = 3_600;
const play = (devices: readonly SimulatedDevice[], seconds: number, seed = 1): WireEvent[] => [
  ...wireOf(devices, { startAt: START, seconds, seed }),
];
const told = (events: readonly WireEvent[]): { at: number; body: unknown }[] =>
  events.flatMap((event) =>
    event.kind === 'publish' && event.topic.endsWith('/telemetry')
      ? [{ at: (event.atMs - START) / 1_000, body: JSON.parse(event.payload) as unknown }]
      : [],
  );
const samples = (events: readonly WireEvent[]): { ts: number; values: { lel: number }; seq?: number }[] =>
  told(events).flatMap(({ body }) => body as { ts: number; values: { lel: number }; seq?: number });

describe('devices on the wire', () => {
  it('connect, say online, and report at their interval, the same with the same seed', () => {
    const events = play([device], 100);
    expect(events.slice(0, 2).map((one) => one.kind)).toEqual(['connect', 'publish']);
    expect(events[1]).toMatchObject({ topic: 'beacon/v1/e/d/status', payload: 'online' });
    const messages = told(events);
    expect(messages).toHaveLength(10);
    for (const [i, one] of messages.slice(1).entries()) expect(one.at - (messages[i]?.at ?? 0)).toBeCloseTo(10, 2);
    for (const one of messages) expect((one.body as { ts: number }).ts).toBe(Math.round(START + one.at * 1_000));
    expect(play([device], 100)).toEqual(events);
    expect(play([device], 100, 2)).not.toEqual(events);
  });

  it('are told in order of time, however many', () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ ...device, id: `d${i}`, reportEveryMs: 500 + 137 * i }));
    const times = play(many, 60).map((event) => event.atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  const outage = { fromS: HOUR, toS: 4 * HOUR };
  it('three hours without network come back as one array of 1,080 samples, not one lost, none twice', () => {
    const events = play([withOutages(device, [outage], 'one-array')], 5 * HOUR);
    expect(events.filter((one) => one.kind === 'cut')).toHaveLength(1);
    const arrays = told(events).filter((one) => Array.isArray(one.body));
    expect(arrays).toHaveLength(1);
    // The report that finds the network back goes with those that were kept.
    expect(arrays[0]?.body).toHaveLength(1_081);
    expect(arrays[0]?.at).toBeGreaterThanOrEqual(4 * HOUR);
    const stamps = samples(events).map((one) => one.ts);
    expect(stamps).toEqual(samples(play([device], 5 * HOUR)).map((one) => one.ts));
  });

  it('or as single messages, or in arrays of a hundred: the same samples', () => {
    const singles = play([withOutages(device, [outage], 'singles')], 5 * HOUR);
    const arrays = play([withOutages(device, [outage], 'arrays')], 5 * HOUR);
    expect(told(singles).every((one) => !Array.isArray(one.body))).toBe(true);
    expect(told(arrays).filter((one) => Array.isArray(one.body))).toHaveLength(11);
    expect(samples(singles)).toEqual(samples(arrays));
    expect(samples(singles)).toHaveLength(5 * 360);
  });

  it('without power are cut off and keep nothing; silent they stay connected', () => {
    const off = play([withPowerCuts(device, [outage])], 5 * HOUR);
    expect(off.filter((one) => one.kind !== 'publish').map((one) => one.kind)).toEqual(['connect', 'cut', 'connect']);
    expect(samples(off)).toHaveLength(2 * 360);
    const mute = play([withSilence(device, [outage])], 5 * HOUR);
    expect(mute.filter((one) => one.kind !== 'publish').map((one) => one.kind)).toEqual(['connect']);
    expect(samples(mute)).toHaveLength(2 * 360);
  });

  it('with a wrong clock stamp wrongly and arrive when they arrive', () => {
    for (const one of told(play([withWrongClock(device, { fromS: 0, toS: 1e9, offsetMs: -86_400_000 })], 60)))
      expect((one.body as { ts: number }).ts).toBe(Math.round(START + one.at * 1_000) - 86_400_000);
  });

  it('count from 1 again after a reboot', () => {
    const seq = samples(play([withCounter(device, [50])], 100)).map((one) => one.seq ?? -1);
    expect(seq[0]).toBe(1);
    expect(seq.filter((one) => one === 1)).toHaveLength(2);
    expect(seq.slice(1).filter((one, i) => one !== (seq[i] ?? 0) + 1)).toEqual([1]);
  });

  it('gone mad say 200 messages a second for five seconds, then as before', () => {
    const messages = told(play([withMadRate(device, { fromS: 20, toS: 25, everyMs: 5 })], 60));
    const between = (from: number, to: number): number => messages.filter((one) => one.at >= from && one.at < to).length;
    expect(between(0, 20)).toBe(2);
    // From its own first report in the span.
    expect(between(20, 25.01)).toBeGreaterThanOrEqual(1);
    const first = messages.find((one) => one.at >= 20)?.at ?? 0;
    const expected = first < 25 ? (25 - first) / 0.005 : 0;
    expect(Math.abs(between(20, 25) - expected)).toBeLessThanOrEqual(1);
    expect(between(36, 60)).toBeGreaterThanOrEqual(2);
    expect(between(36, 60)).toBeLessThanOrEqual(3);
  });

  it('two under one id push each other out once a second for as long as both are there', () => {
    const twin = duplicateOf(device, { fromS: 100, toS: 130 }, { lel: -1 });
    const events = play([device, twin], 200);
    const cuts = events.filter((one) => one.kind === 'cut' && one.atMs >= START + 105_000 && one.atMs < START + 115_000);
    expect(cuts.length).toBeGreaterThanOrEqual(9);
    expect(new Set(cuts.map((one) => one.index))).toEqual(new Set([0, 1]));
    // Never both connected.
    const connected = new Set<number>();
    for (const event of events) {
      if (event.kind === 'connect') connected.add(event.index);
      if (event.kind === 'cut') connected.delete(event.index);
      expect(connected.size).toBeLessThanOrEqual(1);
    }
    expect([...connected]).toEqual([0]);
    expect(samples(events).some((one) => one.values.lel === -1)).toBe(true);
    // What the real one measured comes through in the end, if late.
    expect(samples(events).filter((one) => one.values.lel !== -1)).toHaveLength(20);
  });
});
