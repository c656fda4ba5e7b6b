import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restoreEngine } from './engine.ts';
import { device, limit, measurement, Plant, profile } from './testing/plant.ts';

/** The dead-man of a device over several outages of ours (decision 3): the first since its last word gives a whole period, later ones ten minutes. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BACK = 10 * MINUTE;

const PROFILES = [profile('gas', [measurement('lel', [limit('L1', 'yellow', 25), limit('L2', 'red', 50)])], { reportMs: 10_000 })];

/** A plant with one device that is silent after `silenceMs`. */
function plant(silenceMs: number): Plant {
  return new Plant().setUp(PROFILES, [device('gd', 'gas', { heartbeatMs: silenceMs / 3, reportMs: 10_000 })]);
}
const engineNow = (one: Plant): number => one.engine.engineTime(one.mono);
const isSilent = (one: Plant): boolean => one.engine.view.status('gd')?.health.includes('silent') === true;
const levels = (one: Plant): readonly string[] =>
  one.alarmEvents('F01').flatMap(([, { type, level }]) => (type === 're-announced' ? [] : [`${type} ${level}`]));

/** Time in as few ticks as make no outage of ours. */
function passes(one: Plant, ms: number): void {
  const end = one.mono + ms;
  while (one.mono < end) {
    const due = one.engine.nextDue();
    const wait = due === null ? 14_500 : due - engineNow(one);
    one.mono = Math.min(end, one.mono + Math.min(14_500, Math.max(1, wait)));
    one.apply({ kind: 'tick' });
  }
}
/** Passes until the device is silent. @returns engine time since `from` */
function untilSilent(one: Plant, from: number): number {
  for (let n = 0; !isSilent(one); n += 1) {
    if (n > 10_000) throw new Error('it is never silent');
    passes(one, 1);
    const due = one.engine.nextDue();
    if (!isSilent(one) && due !== null) passes(one, Math.max(0, due - engineNow(one)));
  }
  return engineNow(one) - from;
}
/** The machine is paused: the monotonic clock goes on. */
function pause(one: Plant, ms = 30_000): void {
  one.mono += ms;
  one.apply({ kind: 'tick' });
}

describe('a device that speaks seldom, and our own outages', () => {
  // Its dead-man is three hours. Ends of outages, in hours of engine time since its last word.
  it.each([
    [[], 3],
    [[2], 5],
    [[1, 2], 4],
    [[1, 3.5], 4],
    [[1, 3.9], 3.9 + 1 / 6],
    [[1, 3.9, 4], 4 + 1 / 6],
    [[0.5, 1, 2, 3, 3.4], 3.4 + 1 / 6],
  ] as const)('outages after %j h: silent after %d h', (outages, hours) => {
    const one = plant(3 * HOUR);
    one.send('gd', 'lel', 0);
    const from = engineNow(one);
    for (const at of outages) {
      passes(one, at * HOUR - (engineNow(one) - from));
      pause(one);
    }
    expect(untilSilent(one, from)).toBe(Math.round(hours * HOUR));
  });

  it('is silent beside a machine that is paused every night', () => {
    const one = plant(3 * DAY);
    one.send('gd', 'lel', 0);
    const from = engineNow(one);
    for (let night = 0; night < 4; night += 1) {
      passes(one, DAY - 1);
      expect(isSilent(one)).toBe(false);
      one.restart(30_000);
    }
    expect(untilSilent(one, from)).toBe(4 * (DAY - 1) + BACK);
    passes(one, HOUR);
    expect(levels(one)).toEqual(['raised yellow', 'level-raised orange']);
  });

  it('a word of it begins that anew', () => {
    const one = plant(3 * HOUR);
    one.send('gd', 'lel', 0);
    passes(one, HOUR);
    pause(one);
    passes(one, 2 * HOUR);
    one.send('gd', 'lel', 0);
    const from = engineNow(one);
    passes(one, 2 * HOUR);
    pause(one);
    expect(untilSilent(one, from)).toBe(5 * HOUR);
  });

  it('grows worse beside them, not before it has had time to come back', () => {
    const one = plant(3 * HOUR);
    one.send('gd', 'lel', 0);
    passes(one, 2 * HOUR);
    pause(one);
    passes(one, 3 * HOUR + 49 * MINUTE);
    expect(levels(one)).toEqual(['raised yellow']);
    pause(one);
    passes(one, BACK - 1);
    expect(levels(one)).toEqual(['raised yellow']);
    passes(one, 1);
    expect(levels(one)).toEqual(['raised yellow', 'level-raised orange']);
  });

  it('a point of it that comes no more is missed beside them', () => {
    const one = plant(MINUTE);
    const alive = (): void =>
      void one.apply({ kind: 'presence', credential: 'gd', device: 'gd', client: 'c', connection: 1, what: 'online' });
    const missed = (): boolean => one.engine.view.status('gd')?.health.includes('point-silent') === true;
    const goesOn = (ms: number): void => {
      for (let passed = 0; passed < ms; passed += 30_000) {
        alive();
        passes(one, Math.min(30_000, ms - passed));
      }
    };
    for (let n = 0; n < 12; n += 1) {
      one.send('gd', 'lel', 0);
      goesOn(10 * MINUTE);
    }
    // Its rhythm is ten minutes now, so that it is missed after thirty: forty after its last word, and ten after the last outage.
    for (const minutes of [10, 15, 9]) {
      pause(one);
      goesOn(minutes * MINUTE);
    }
    expect(missed()).toBe(false);
    goesOn(MINUTE - 1);
    expect(missed()).toBe(false);
    passes(one, 1);
    expect(missed()).toBe(true);
  });

  it('an earlier release gave a whole period after each', () => {
    const one = plant(3 * HOUR);
    const old = restoreEngine(one.engine.serialise().replace('"format":2', '"format":1'));
    let { mono } = one;
    const apply = (kind: 'tick' | 'online', passed: number): void => {
      mono += passed;
      const body =
        kind === 'tick'
          ? { kind }
          : { kind: 'presence' as const, credential: 'gd', device: 'gd', client: 'c', connection: 1, what: 'online' as const };
      old.apply({ ...body, seq: old.view.appliedSeq + 1, v: 1, at: one.offset + mono, boot: one.boot, mono });
    };
    const pass = (ms: number): void => {
      for (let left = ms; left > 0; left -= 14_500) apply('tick', Math.min(14_500, left));
    };
    apply('online', 0);
    for (let n = 0; n < 4; n += 1) {
      pass(2 * HOUR);
      apply('tick', 30_000);
    }
    pass(3 * HOUR - 1);
    expect(old.view.status('gd')?.health).toEqual([]);
    apply('tick', 1);
    expect(old.view.status('gd')?.health).toContain('silent');
  });

  it('a state that knows the last outage alone gives no less time', () => {
    const one = plant(3 * HOUR);
    one.send('gd', 'lel', 0);
    const from = engineNow(one);
    passes(one, HOUR);
    pause(one);
    passes(one, HOUR);
    pause(one);
    const text = one.engine.serialise();
    const before = text.replace(/,"outageEnds":\[[\d,]+\]/, '');
    expect(before).not.toBe(text);
    one.engine = restoreEngine(before);
    expect(untilSilent(one, from)).toBe(5 * HOUR);
  });

  it('says nothing more, and whatever our outages are: silent when it has had its time, and no earlier', () => {
    const step = fc.record({
      ms: fc.oneof(fc.integer({ min: 1, max: 2 * BACK }), fc.integer({ min: 1, max: 2 * HOUR })),
      how: fc.constantFrom('pause' as const, 'restart' as const, 'restored' as const),
    });
    const period = fc.constantFrom(MINUTE, BACK, BACK + 1, HOUR, 2 * HOUR);
    fc.assert(
      fc.property(period, fc.array(step, { maxLength: 7 }), (silenceMs, steps) => {
        const one = plant(silenceMs);
        one.send('gd', 'lel', 0);
        const word = engineNow(one);
        const ends: number[] = [];
        // By the words: one whole period since the word and since the first outage, and time to come back since the last.
        const due = (): number =>
          Math.max(word + silenceMs, ...ends.slice(0, 1).map((t) => t + silenceMs), (ends.at(-1) ?? -BACK) + Math.min(silenceMs, BACK));
        for (const { ms, how } of steps) {
          const left = due() - engineNow(one);
          if (ms >= left) break;
          passes(one, ms);
          expect(isSilent(one)).toBe(false);
          if (how === 'pause') pause(one);
          else {
            if (how === 'restored') one.engine = restoreEngine(one.engine.serialise());
            one.restart(30_000);
          }
          ends.push(engineNow(one));
        }
        passes(one, due() - engineNow(one) - 1);
        expect(isSilent(one)).toBe(false);
        passes(one, 1);
        expect(isSilent(one)).toBe(true);
        expect(engineNow(one)).toBe(due());
      }),
      { numRuns: 60, seed: 20_261_128 },
    );
  });
});
