import type { Device, Enterprise } from '../asset.ts';

const STAMPS = { revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null } as const;

/** A live device of `works` with nothing filled in beyond what a test says. */
export function exampleDevice(id: string, profileId: string, more: Partial<Device> = {}): Device {
  return {
    ...STAMPS,
    id,
    name: id,
    enterpriseId: 'works',
    siteId: null,
    hazardSourceId: null,
    profileId,
    variant: null,
    attributes: {},
    conditions: {},
    heartbeatMs: null,
    reportMs: null,
    units: {},
    installedAt: null,
    calibratedAt: null,
    mode: 'live',
    ...more,
  };
}

/** A real enterprise of no area with nothing filled in beyond what a test says. */
export function exampleEnterprise(id: string, more: Partial<Enterprise> = {}): Enterprise {
  return { ...STAMPS, id, name: id, areaId: null, sector: null, kind: 'real', lon: null, lat: null, contacts: [], ...more };
}
