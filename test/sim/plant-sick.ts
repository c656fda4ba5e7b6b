// Kinds of device whose sensors fall ill in ways of their own.
import type { Device } from '../../model/asset.ts';
import type { Profile } from '../../model/profile.ts';
import { CALM_REPORT_MS } from './calms.ts';
import type { Chance } from './chance.ts';
import { DAY_ONE, measurement, profile } from './plant-parts.ts';

/** A battery whose limit stands for the fault code a device would report (decision 19). */
const BATTERY = profile('sim.battery', [
  measurement(
    'battery',
    [{ code: 'LOW', dir: 'lo', setPoint: 20, level: 'blue', deadband: 4, onDelayMs: 2_000, offDelayMs: 3_000, fault: 'F09' }],
    {
      range: [0, 100],
      resolution: 1,
    },
  ),
  measurement('smoke', [{ code: 'PRE', dir: 'hi', setPoint: 40, level: 'yellow', deadband: 5 }]),
]);

/** Reads less in much gas than in some. */
const PELLISTOR = profile(
  'sim.pellistor',
  [
    measurement(
      'lel',
      [
        { code: 'L1', dir: 'hi', setPoint: 10, level: 'yellow', deadband: 2 },
        { code: 'L2', dir: 'hi', setPoint: 25, level: 'red', deadband: 5, offDelayMs: 2_000, latching: true },
      ],
      { ucum: '%{LEL}', range: [0, 100] },
    ),
  ],
  { calibrationDays: 90, lifeDays: 365 },
);

/** Of its points some must come, and some need not. */
const PROBE = profile(
  'sim.probe',
  [
    measurement('temp', [{ code: 'T1', dir: 'hi', setPoint: 70, level: 'yellow', deadband: 2, onDelayMs: 2_000 }]),
    measurement('head', [{ code: 'H1', dir: 'hi', setPoint: 30, level: 'orange', deadband: 3, latching: true }], { channels: 2 }),
    measurement('charge', [], { range: [0, 100], checkMs: 30_000 }),
    measurement('strokes', [], { ucum: '{count}', resolution: 1 }),
    measurement('extra', [{ code: 'X1', dir: 'hi', setPoint: 40, level: 'blue', deadband: 1 }], { optional: true }),
    measurement('door', [{ code: 'OPEN', dir: 'state', setPoint: 1, level: 'yellow' }], {
      valueType: 'boolean',
      range: [0, 1],
      resolution: 1,
    }),
    measurement('status', [], { valueType: 'bitmask', range: [0, 65_535], resolution: 1 }),
  ],
  { heartbeatMs: 20_000 },
);

/** Reports seldom, and its gas may stand still; its temperature is no gas, and its twin has no such fault. */
const STILL = profile(
  'sim.still',
  [
    measurement('lel', [{ code: 'L1', dir: 'hi', setPoint: 25, level: 'yellow', deadband: 3, onDelayMs: 2_000 }], {
      ucum: '[ppm]',
      range: [0, 100],
    }),
    measurement('temp', [{ code: 'T1', dir: 'hi', setPoint: 60, level: 'orange', deadband: 2 }], { ucum: 'Cel', range: [0, 100] }),
  ],
  { reportMs: CALM_REPORT_MS, faults: ['F01', 'F03', 'F21'] },
);

/** A gas whose calm baseline may move. */
const DRIFTER = profile(
  'sim.drifter',
  [measurement('gas', [{ code: 'G1', dir: 'hi', setPoint: 20, level: 'yellow', deadband: 3 }], { ucum: '[ppm]', range: [0, 100] })],
  { reportMs: 600_000, faults: ['F01', 'F03', 'F07'] },
);

const DAY_MS = 86_400_000;

/** Dates by which its calibration and its life may end in the world, or have ended. */
export function datesOf(chance: Chance): Partial<Device> {
  const due = (days: number): number => DAY_ONE - days * DAY_MS + chance.pick([-DAY_MS, 0, 20_000, 61_000, 150_000, DAY_MS]);
  return { calibratedAt: chance.often(0.7) ? due(90) : null, installedAt: chance.often(0.5) ? due(365) : null };
}

export const SICK_PROFILES: readonly Profile[] = [BATTERY, PELLISTOR, PROBE, STILL, DRIFTER];
