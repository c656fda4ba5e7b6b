import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAID_AGAIN } from '../../model/alarm.ts';
import { createEngine, restoreEngine } from '../engine.ts';
import { RateCounter } from '../performance/rates.ts';
import { device, limit, measurement, Plant, profile } from '../testing/plant.ts';
import { FloodWatch } from './flood.ts';

const MINUTE = 60_000;
const GAS = profile('gas', [measurement('lel', [limit('L1', 'yellow', 25), limit('L2', 'red', 50)])], { faults: [] });
const IDS = Array.from({ length: 14 }, (_, n) => `d${n}`);

function district(): Plant {
  return new Plant().setUp(
    [GAS],
    IDS.map((id) => device(id, 'gas', { heartbeatMs: 86_400_000 })),
  );
}

describe('a flood', () => {
  it('begins with the eleventh annunciation of ten minutes and ends when fewer than five are left, at that very moment', () => {
    const plant = district();
    const begun = plant.now;
    for (const id of IDS.slice(0, 10)) plant.send(id, 'lel', 30);
    expect(plant.engine.view.flood).toEqual({ now: null, last: null, inTenMinutes: 10 });
    plant.pass(MINUTE);
    const since = plant.now;
    plant.send('d10', 'lel', 30);
    expect(plant.engine.view.flood.now).toEqual({ number: 1, since, endedAt: null, annunciated: 11, most: 11 });
    plant.send('d11', 'lel', 60);
    expect(plant.engine.view.flood.now).toMatchObject({ annunciated: 12, most: 12 });
    plant.pass(9 * MINUTE + 20_000);
    expect(plant.engine.view.flood).toEqual({
      now: null,
      last: { number: 1, since, endedAt: begun + 10 * MINUTE, annunciated: 12, most: 12 },
      inTenMinutes: 2,
    });
    expect(plant.engine.view.floods()).toHaveLength(1);
  });

  it('counts what the operator is told: no test, nothing suppressed, no repeat; a recurrence and a rise nobody has seen', () => {
    const plant = district();
    const told = (): number => plant.engine.view.flood.inTenMinutes;
    plant.put(device('d0', 'gas', { heartbeatMs: 86_400_000, mode: 'test' }));
    plant.send('d0', 'lel', 30);
    expect(told()).toBe(0);
    plant.send('d1', 'lel', 30);
    plant.send('d1', 'lel', 60);
    expect(told()).toBe(2);
    plant.send('d1', 'lel', 0);
    plant.send('d1', 'lel', 30);
    expect(told()).toBe(3);
    plant.send('d2', 'lel', 30);
    const id = [...plant.engine.view.openAlarms()].find((alarm) => alarm.deviceId === 'd2')?.id ?? '';
    plant.command({ op: 'suppress', alarmId: id, reason: 'pump is off' });
    plant.send('d2', 'lel', 60);
    expect(told()).toBe(4);
    plant.command({ op: 'unsuppress', alarmId: id });
    expect(told()).toBe(5);
  });

  it('is neither begun nor ended by a step of our clock, and goes on over a restart', () => {
    const plant = district();
    for (const id of IDS.slice(0, 12)) plant.send(id, 'lel', 30);
    const { now } = plant.engine.view.flood;
    for (const step of [86_400_000, -90_000_000]) {
      plant.offset += step;
      plant.apply({ kind: 'tick' });
      expect(plant.engine.view.flood.now).toEqual(now);
    }
    plant.engine = restoreEngine(plant.engine.serialise());
    plant.restart(2_000);
    expect(plant.engine.view.flood.now).toEqual(now);
    plant.pass(10 * MINUTE);
    expect(plant.engine.view.flood.now).toBeNull();
    for (const id of IDS.slice(0, 12)) {
      plant.send(id, 'lel', 0);
      plant.send(id, 'lel', 30);
    }
    expect(plant.engine.view.flood.now?.number).toBe(2);
  });

  it('is unknown to entries of format 1', () => {
    const engine = createEngine();
    for (const entry of district().entries) engine.apply({ ...entry, v: 1 });
    expect(engine.view.flood).toEqual({ now: null, last: null, inTenMinutes: 0 });
  });

  it('is that of the performance figures, whatever happens, and the same from any cut', () => {
    let floods = 0;
    const move = fc.record({
      ms: fc.constantFrom(0, 50, 5_000, 40_000, 130_000, 300_000),
      many: fc.integer({ min: 0, max: 6 }),
      value: fc.constantFrom(0, 30, 60),
    });
    fc.assert(
      fc.property(fc.array(move, { minLength: 10, maxLength: 50 }), (moves) => {
        const plant = district();
        const from = plant.now;
        let at = 0;
        for (const { ms, many, value } of moves) {
          plant.pass(ms);
          for (let n = 0; n < many; n += 1) plant.send(IDS[(at += 1) % IDS.length] ?? '', 'lel', value);
        }
        plant.pass(MINUTE);
        const counter = new RateCounter(plant.now, [[from, plant.now]]);
        for (const [alarm, event] of plant.alarmEvents()) {
          const again = event.type === 're-announced' && !SAID_AGAIN.includes(event.cause ?? '');
          const risen = event.type === 'level-raised' && alarm.state === 'UNACK';
          if (event.type === 'raised' || again || risen) counter.add(event.at);
        }
        const rates = counter.rates();
        const told = plant.engine.view.floods();
        expect(told.length).toBe(rates.floods);
        expect(told.reduce((sum, flood) => sum + (flood.endedAt ?? plant.now) - flood.since, 0)).toBe(rates.floodMs);
        if (told.length > 0) expect(Math.max(...told.map((flood) => flood.most))).toBe(rates.maxInTenMinutes);
        floods += told.length;
        const cut = plant.entries.length >> 1;
        const half = createEngine();
        for (const entry of plant.entries.slice(0, cut)) half.apply(entry);
        const again = restoreEngine(half.serialise());
        for (const entry of plant.entries.slice(cut)) again.apply(entry);
        expect([again.view.flood, again.view.floods()]).toEqual([plant.engine.view.flood, told]);
        expect(again.serialise()).toBe(plant.engine.serialise());
      }),
      { numRuns: 60, seed: 41 },
    );
    expect(floods).toBeGreaterThan(30);
  });

  it('wants a tick when it would end, not before there is one', () => {
    const watch = new FloodWatch();
    for (let n = 0; n < 11; n += 1) {
      expect(watch.endsAt).toBeNull();
      watch.annunciated(n * 1_000, n * 1_000);
    }
    // The seventh leaves, and four are left.
    expect(watch.endsAt).toBe(6_000 + 10 * MINUTE);
    watch.settle(5_999 + 10 * MINUTE, 5_999 + 10 * MINUTE);
    expect(watch.state.now).not.toBeNull();
    watch.settle(6_000 + 10 * MINUTE, 6_000 + 10 * MINUTE);
    expect(watch.state).toMatchObject({ now: null, last: { number: 1, endedAt: 6_000 + 10 * MINUTE } });
  });
});
