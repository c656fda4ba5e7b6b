import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { faultDef, profile } from '../alert-ui/server/schema/device-detail.ts';
import { builtInCatalogue } from '../rules/catalogue/built-in.ts';

/** `GET /profiles` sends the catalogue as it is: what its description leaves out, a client that checks answers against it refuses. */
describe('the built-in catalogue is as it is described', () => {
  it.each(builtInCatalogue.faults)('fault code $code', (fault) => {
    expect(z.strictObject(faultDef.shape).safeParse(fault).error).toBeUndefined();
  });

  it.each(builtInCatalogue.profiles)('profile $id', (one) => {
    expect(z.strictObject(profile.shape).safeParse(one).error).toBeUndefined();
  });
});
