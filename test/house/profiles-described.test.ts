import { expect, it } from 'vitest';
import { profile } from '../../alert-ui/server/schema/device-detail.ts';
import { builtInCatalogue } from '../../rules/catalogue/built-in.ts';

/** What the description does not name is cut off by it, and differs then. */
it('everything that a profile of the catalogue says is in the description of GET /profiles', () => {
  expect(builtInCatalogue.profiles.length).toBeGreaterThan(30);
  for (const one of builtInCatalogue.profiles) expect(profile.parse(one), one.id).toEqual(one);
});
