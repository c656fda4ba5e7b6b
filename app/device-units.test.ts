import { describe, expect, it } from 'vitest';
import type { ConfigChange } from '../model/entry.ts';
import { exampleDevice } from '../model/testing/example-assets.ts';
import { builtInCatalogue } from '../rules/catalogue/built-in.ts';
import { wrongUnits } from './device-units.ts';

function put(profileId: string, units: Readonly<Record<string, string>>): ConfigChange {
  return { op: 'put', asset: 'device', value: exampleDevice('GD-07', profileId, { units }), base: 0 };
}

describe('units a device declares', () => {
  it.each([
    ['its profile itself uses', 'gas.combustible.point.industrial', { lel: '%{LEL}' }],
    ['that can be turned into it', 'fire.heat.point', { temp: '[degF]' }],
  ])('may be one %s', (_what, profile, units) => {
    expect(wrongUnits(put(profile, units), builtInCatalogue)).toBeNull();
  });

  it.each([
    ['another quantity', 'gas.combustible.point.industrial', { lel: 'kg' }],
    ['a share of another whole', 'gas.combustible.point.industrial', { lel: '%' }],
    ['a mass for a share of volume', 'gas.toxic.co', { co: 'mg/m3' }],
  ])('may not be %s', (_what, profile, units) => {
    expect(wrongUnits(put(profile, units), builtInCatalogue)).toMatch(/cannot be turned into/);
  });

  it.each(['no_such', '__proto__', 'constructor'])('may not be of what the profile does not measure (%s)', (key) => {
    const units: Record<string, string> = JSON.parse(`{"${key}":"Cel"}`);
    expect(wrongUnits(put('gas.combustible.point.industrial', units), builtInCatalogue)).toContain(`units.${key}`);
  });

  it("are the engine's to refuse where the profile is unknown", () => {
    expect(wrongUnits(put('no.such.profile', { lel: 'kg' }), builtInCatalogue)).toBeNull();
  });
});
