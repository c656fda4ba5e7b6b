// Kinds of device whose sensors fall ill in ways of their own.
import type { Profile } from '../../model/profile.ts';
import { measurement, profile } from './plant-parts.ts';

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
const PELLISTOR = profile('sim.pellistor', [
  measurement(
    'lel',
    [
      { code: 'L1', dir: 'hi', setPoint: 10, level: 'yellow', deadband: 2 },
      { code: 'L2', dir: 'hi', setPoint: 25, level: 'red', deadband: 5, offDelayMs: 2_000, latching: true },
    ],
    { ucum: '%{LEL}', range: [0, 100] },
  ),
]);

export const SICK_PROFILES: readonly Profile[] = [BATTERY, PELLISTOR];
