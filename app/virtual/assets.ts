/** Assets of a run on virtual time, as the API would make them. */
import type { Device, Enterprise, Gateway } from '../../model/asset.ts';
import type { EpochMs } from '../../model/time.ts';

export function enterpriseAsset(id: string, at: EpochMs): Enterprise {
  return { ...head(id, at), areaId: null, sector: null, kind: 'test', lon: null, lat: null, contacts: [] };
}

export function gatewayAsset(id: string, enterpriseId: string, at: EpochMs): Gateway {
  return { ...head(id, at), enterpriseId };
}

export function deviceAsset(
  device: Pick<Device, 'id' | 'enterpriseId' | 'profileId' | 'heartbeatMs' | 'reportMs' | 'attributes'> &
    Partial<Pick<Device, 'conditions' | 'variant' | 'calibratedAt'>>,
  at: EpochMs,
): Device {
  return {
    ...head(device.id, at),
    siteId: null,
    hazardSourceId: null,
    variant: null,
    conditions: {},
    calibratedAt: null,
    ...device,
    units: {},
    installedAt: null,
    mode: 'live',
  };
}

function head(id: string, at: EpochMs): Pick<Device, 'id' | 'name' | 'revision' | 'createdAt' | 'updatedAt' | 'retiredAt'> {
  return { id, name: id, revision: 1, createdAt: at, updatedAt: at, retiredAt: null };
}
