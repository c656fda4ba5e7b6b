import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METHANE_LEL, percentLel, type Room } from './ventilated-room.ts';

/** The same balance by small explicit steps: slow, simple, independent of the closed form. */
function stepped(room: Room, t: number, dt: number): number {
  let fraction = 0;
  for (let at = 0; at < t - dt / 2; at += dt) {
    let end = 0;
    const phase = room.phases.find((one, i) => {
      end += one.seconds;
      return at < end - dt / 2 || i === room.phases.length - 1;
    });
    if (phase === undefined) throw new Error('no phase');
    fraction += (dt * (phase.leakM3PerS - phase.ventilationM3PerS * fraction)) / room.volumeM3;
  }
  return (fraction / room.lel) * 100;
}

describe('gas in a ventilated room', () => {
  it('agrees with a figure worked out by hand: 30 m³, 2 L/s of methane, 6 air changes an hour, ten minutes', () => {
    // Q = 6·30/3600 = 0.05 m³/s; q/Q = 0.04; Q·t/V = 1; C = 0.04·(1 − 1/e) = 0.025285; /0.05 = 50.57 %LEL
    const room: Room = { volumeM3: 30, lel: METHANE_LEL, phases: [{ seconds: 3600, leakM3PerS: 0.002, ventilationM3PerS: 0.05 }] };
    expect(percentLel(room, 600)).toBeCloseTo(50.57, 2);
    expect(percentLel(room, 1e9)).toBeCloseTo(80, 6);
    expect(percentLel(room, 0)).toBe(0);
    expect(percentLel(room, -5)).toBe(0);
  });

  it('agrees with small steps over a leak, a pause with the fan off, and airing', () => {
    const room: Room = {
      volumeM3: 12,
      lel: METHANE_LEL,
      phases: [
        { seconds: 60, leakM3PerS: 0.003, ventilationM3PerS: 0.02 },
        { seconds: 30, leakM3PerS: 0.001, ventilationM3PerS: 0 },
        { seconds: 600, leakM3PerS: 0, ventilationM3PerS: 0.1 },
      ],
    };
    for (const t of [10, 59, 60, 75, 90, 120, 400]) expect(percentLel(room, t)).toBeCloseTo(stepped(room, t, 0.005), 1);
  });

  it('never goes below zero or above what leaks in, whatever the room', () => {
    const phase = fc.record({
      seconds: fc.double({ min: 0.1, max: 500, noNaN: true }),
      leakM3PerS: fc.double({ min: 0, max: 0.1, noNaN: true }),
      ventilationM3PerS: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(phase, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 1, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 3000, noNaN: true }),
        (phases, volumeM3, t) => {
          const value = percentLel({ volumeM3, lel: METHANE_LEL, phases }, t);
          let left = t;
          let leaked = 0;
          for (const [i, one] of phases.entries()) {
            const seconds = i === phases.length - 1 ? left : Math.min(left, one.seconds);
            leaked += one.leakM3PerS * seconds;
            left -= seconds;
          }
          expect(value).toBeGreaterThanOrEqual(-1e-9);
          expect(value).toBeLessThanOrEqual((Math.min(1, leaked / volumeM3) / METHANE_LEL) * 100 * (1 + 1e-9) + 1e-6);
        },
      ),
    );
  });
});
