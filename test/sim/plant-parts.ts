// What every part of the simulated plant is written with.
import type { Device } from '../../model/asset.ts';
import { exampleDevice } from '../../model/testing/example-assets.ts';
import type { LimitDef, MeasurementDef, Profile } from '../../model/profile.ts';

/** A day in November 2026: what the world's clocks start from, UTC ms. */
export const DAY_ONE = Date.UTC(2026, 10, 2, 6, 0, 0);

type Brief = Pick<LimitDef, 'code' | 'dir' | 'setPoint' | 'level'> & Partial<LimitDef>;

function limit(brief: Brief): LimitDef {
  return {
    deadband: 0,
    onDelayMs: 0,
    offDelayMs: 0,
    latching: false,
    basis: 'simulated world',
    confidence: 'D',
    ...brief,
  };
}

/** A measurement with limits that say only what is not usual. */
export function measurement(key: string, limits: readonly Brief[], rest: Partial<MeasurementDef> = {}): MeasurementDef {
  return {
    key,
    zh: key,
    en: key,
    ucum: '1',
    range: [-50, 200],
    resolution: 0.5,
    valueType: 'number',
    limits: limits.map(limit),
    ...rest,
  };
}

export function profile(id: string, measurements: readonly MeasurementDef[], rest: Partial<Profile> = {}): Profile {
  return {
    id,
    zh: id,
    en: id,
    sector: ['simulated'],
    alarmKind: 'process',
    reportMs: 5_000,
    heartbeatMs: 3_600_000,
    measurements,
    faults: ['F01', 'F03', 'F07'],
    ...rest,
  };
}

export const ENTERPRISES = ['north', 'south'] as const;

export function deviceOf(id: string, profileId: string, rest: Partial<Device> = {}): Device {
  return exampleDevice(id, profileId, { createdAt: DAY_ONE, updatedAt: DAY_ONE, enterpriseId: 'north', ...rest });
}
