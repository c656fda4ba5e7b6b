import { describe, expect, it } from 'vitest';
import { devicePatch, newDevice } from './asset.ts';

describe('when a device was installed and calibrated', () => {
  const device = { id: 'GD-07', enterpriseId: 'haida', profileId: 'gas.oxygen' };

  it.each([
    [1_767_225_600_000, 1_767_225_600_000],
    ['2026-01-01T08:00:00+08:00', 1_767_225_600_000],
    [null, null],
  ])('may be told as %s', (told, kept) => {
    expect(newDevice.parse({ ...device, installedAt: told, calibratedAt: told })).toMatchObject({ installedAt: kept, calibratedAt: kept });
    expect(devicePatch.parse({ calibratedAt: told })).toEqual({ calibratedAt: kept });
  });

  it('is not known where nobody says it, and stays as it is where a change does not name it', () => {
    expect(newDevice.parse(device)).toMatchObject({ installedAt: null, calibratedAt: null });
    expect(devicePatch.parse({ mode: 'test' })).toEqual({ mode: 'test' });
  });

  it.each(['yesterday', '2026-01-01', '2026-01-01T08:00:00', true])('is not %s', (told) => {
    expect(newDevice.safeParse({ ...device, calibratedAt: told }).success).toBe(false);
  });
});
