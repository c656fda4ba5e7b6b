import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentLelOf, PROPANE } from './gas.ts';
import { type TwoZones, zoneFractions, zonesAfter } from './two-zone-room.ts';
import { fractionAfter } from './ventilated-room.ts';

const phase = { seconds: 600, leakM3PerS: [0.0005, 0], ventilationM3PerS: [0, 0.05], exchangeM3PerS: 0.02 } as const;

/** The same balance by small explicit steps. */
function stepped(zones: TwoZones, t: number, h: number): [number, number] {
  let [c1, c2] = [0, 0];
  for (let at = 0; at < t - h / 2; at += h) {
    let end = 0;
    const now = zones.phases.find((one, i) => {
      end += one.seconds;
      return at < end - h / 2 || i === zones.phases.length - 1;
    });
    if (now === undefined) throw new Error('no phase');
    const over = now.exchangeM3PerS * (c2 - c1);
    const [v1, v2] = zones.volumesM3;
    [c1, c2] = [
      c1 + (h * (now.leakM3PerS[0] + over - now.ventilationM3PerS[0] * c1)) / v1,
      c2 + (h * (now.leakM3PerS[1] - over - now.ventilationM3PerS[1] * c2)) / v2,
    ];
  }
  return [c1, c2];
}

describe('gas in two zones', () => {
  it('ends where the near-field/far-field model says (Nicas 1996): far = q/Q, near = far + q/β', () => {
    const [near, far] = zoneFractions({ volumesM3: [8, 32], phases: [phase] }, 1e7);
    // LPG on the floor: 0.0005/0.05 = 0.010 above, 0.010 + 0.0005/0.02 = 0.035 in the layer; 167 and 48 %LEL.
    expect(far).toBeCloseTo(0.01, 9);
    expect(near).toBeCloseTo(0.035, 9);
    expect(percentLelOf(PROPANE, near)).toBeCloseTo(166.67, 2);
    expect(percentLelOf(PROPANE, far)).toBeCloseTo(47.62, 2);
  });

  it('keeps all the gas where nothing is aired: by hand, 0.06 m³ in 40 m³ after two minutes', () => {
    const shut = { ...phase, ventilationM3PerS: [0, 0] } as const;
    const [c1, c2] = zonesAfter([8, 32], shut, [0, 0], 120);
    expect(c1 * 8 + c2 * 32).toBeCloseTo(0.06, 12);
    expect(c1).toBeGreaterThan(c2);
    const [e1, e2] = zonesAfter([8, 32], { ...shut, leakM3PerS: [0, 0] }, [c1, c2], 1e6);
    expect(e1).toBeCloseTo(0.0015, 12);
    expect(e2).toBeCloseTo(0.0015, 12);
  });

  it('is two rooms by themselves while the door is shut', () => {
    const shut = { ...phase, exchangeM3PerS: 0, leakM3PerS: [0.0005, 0.0002], ventilationM3PerS: [0.01, 0.05] } as const;
    const [c1, c2] = zonesAfter([8, 32], shut, [0.001, 0.002], 333);
    expect(c1).toBeCloseTo(fractionAfter({ volumeM3: 8 }, { leakM3PerS: 0.0005, ventilationM3PerS: 0.01 }, 0.001, 333), 12);
    expect(c2).toBeCloseTo(fractionAfter({ volumeM3: 32 }, { leakM3PerS: 0.0002, ventilationM3PerS: 0.05 }, 0.002, 333), 12);
  });

  it('agrees with small steps while a door is opened and the leak is stopped', () => {
    const zones: TwoZones = {
      volumesM3: [12, 30],
      phases: [
        { ...phase, seconds: 100, exchangeM3PerS: 0 },
        { ...phase, seconds: 100, exchangeM3PerS: 0.3 },
        { seconds: 1, leakM3PerS: [0, 0], ventilationM3PerS: [0.1, 0.2], exchangeM3PerS: 0.3 },
      ],
    };
    for (const t of [30, 99, 101, 150, 199, 260, 400]) {
      const [c1, c2] = zoneFractions(zones, t);
      const [s1, s2] = stepped(zones, t, 0.01);
      expect(c1).toBeCloseTo(s1, 5);
      expect(c2).toBeCloseTo(s2, 5);
    }
    expect(zoneFractions(zones, 0)).toEqual([0, 0]);
  });

  it('never holds less than nothing or more than leaked in, whatever the rooms', () => {
    const flow = fc.double({ min: 0, max: 0.5, noNaN: true });
    const volume = fc.double({ min: 1, max: 500, noNaN: true });
    fc.assert(
      fc.property(
        volume,
        volume,
        flow,
        flow,
        flow,
        flow,
        flow,
        fc.double({ min: 0, max: 1e4, noNaN: true }),
        (v1, v2, q1, q2, a1, a2, b, t) => {
          const small = { leakM3PerS: [q1 / 1e4, q2 / 1e4], ventilationM3PerS: [a1, a2], exchangeM3PerS: b } as const;
          const [c1, c2] = zonesAfter([v1, v2], small, [0, 0], t);
          expect(Math.min(c1, c2)).toBeGreaterThanOrEqual(0);
          expect(c1 * v1 + c2 * v2).toBeLessThanOrEqual(((q1 + q2) / 1e4) * t * (1 + 1e-9) + 1e-9);
        },
      ),
    );
  });
});
