import { describe, expect, it } from 'vitest';
import { builtInCatalogue } from '../catalogue/built-in.ts';
import { effectiveLimits } from '../compile/limits.ts';
import { device, hazardSource, rule } from '../testing/plant.ts';
import { RuleBook } from './chain.ts';
import { withRules } from './merge.ts';

const NOTHING_FILLED_IN = device('d1', 'any');

describe('the catalogue with rules in it', () => {
  it('a rule that says nothing new leaves every limit of every profile and variant as it is', () => {
    for (const profile of builtInCatalogue.profiles) {
      const variants = new Set(profile.measurements.flatMap((def) => Object.keys(def.variants ?? {})));
      for (const variant of [null, ...variants]) {
        const asset = { ...NOTHING_FILLED_IN, profileId: profile.id, variant };
        const plain = effectiveLimits(asset, profile, null, 0);
        for (const def of profile.measurements) {
          for (const limit of def.limits) {
            const book = new RuleBook();
            const about = { scope: 'profile', scopeId: profile.id, profileId: profile.id, measurement: def.key, code: limit.code } as const;
            book.replace(undefined, rule('r', { latching: limit.latching }, about));
            const merged = withRules(profile, variant, book.chain(asset));
            expect(merged, `${profile.id} ${def.key} ${limit.code}`).not.toBe(profile);
            expect(effectiveLimits(asset, merged, null, 0), `${profile.id} ${def.key} ${limit.code} ${variant}`).toEqual(plain);
          }
        }
      }
    }
  });

  it('equal rules make one profile, whosever they are; without a rule it is the catalogue’s own', () => {
    const profile = builtInCatalogue.profiles[0];
    if (profile === undefined) throw new Error('the catalogue is empty');
    const about = { scope: 'device', profileId: profile.id, measurement: 'lel', code: 'L1' } as const;
    const book = new RuleBook();
    for (const id of ['a', 'b']) book.replace(undefined, rule(`r-${id}`, { setPoint: 20 }, { ...about, scopeId: id }));
    book.replace(undefined, rule('r-c', { setPoint: 21 }, { ...about, scopeId: 'c' }));
    const merged = ['a', 'b', 'c', 'd'].map((id) => withRules(profile, null, book.chain(device(id, profile.id))));
    expect(merged[0]).toBe(merged[1]);
    expect(merged[2]).not.toBe(merged[0]);
    expect(merged[3]).toBe(profile);
  });

  it('a rule gives back what a variant took away, and the rest of the variant stays', () => {
    const profile = builtInCatalogue.profiles.find((one) => one.id === 'coal.methane');
    const def = profile?.measurements.find((one) => one.key === 'ch4');
    const found = Object.entries(def?.variants ?? {}).find(([, variant]) => Object.values(variant.setPoints).includes(null));
    if (profile === undefined || found === undefined) throw new Error('no variant of methane takes a limit away');
    const [variant, { setPoints }] = found;
    const code = Object.keys(setPoints).find((one) => setPoints[one] === null) ?? '';
    const asset = device('d', profile.id, { variant });
    const book = new RuleBook();
    book.replace(undefined, rule('r', { setPoint: 3 }, { scope: 'device', scopeId: 'd', profileId: profile.id, measurement: 'ch4', code }));
    const before = effectiveLimits(asset, profile, null, 0);
    const after = effectiveLimits(asset, withRules(profile, variant, book.chain(asset)), null, 0);
    expect(before.find((one) => one.code === code)).toMatchObject({ armed: false, reason: 'removed-by-variant' });
    expect(after.find((one) => one.code === code)).toMatchObject({ armed: true, setPoint: 3 });
    expect(after.filter((one) => one.code !== code)).toEqual(before.filter((one) => one.code !== code));
  });
});

describe('the chain of a device', () => {
  const book = new RuleBook();
  const on = (id: string, scope: 'profile' | 'enterprise' | 'hazard-source' | 'device', scopeId: string, profileId = 'gas') =>
    book.replace(undefined, rule(id, { setPoint: 1 }, { scope, scopeId, profileId, code: id }));
  on('z-device', 'device', 'd1');
  on('b-source', 'hazard-source', 'tank');
  on('a-source', 'hazard-source', 'tank');
  on('enterprise', 'enterprise', 'works');
  on('other', 'enterprise', 'works', 'smoke');
  on('profile', 'profile', 'gas');
  const ids = (one: Parameters<RuleBook['chain']>[0], upTo?: 'profile' | 'enterprise' | 'hazard-source' | 'device') =>
    book.chain(one, upTo).rules.map(({ id }) => id);

  it('goes from wide to narrow, inside a scope by id, and holds the rules of the device’s profile alone', () => {
    const tank = hazardSource('tank');
    expect(ids(device('d1', 'gas', { hazardSourceId: tank.id }))).toEqual(['profile', 'enterprise', 'a-source', 'b-source', 'z-device']);
    expect(ids(device('d1', 'gas', { hazardSourceId: tank.id }), 'enterprise')).toEqual(['profile', 'enterprise']);
    expect(ids(device('d2', 'gas'))).toEqual(['profile', 'enterprise']);
    expect(ids(device('d2', 'gas', { enterpriseId: 'elsewhere' }))).toEqual(['profile']);
    expect(ids(device('d2', 'smoke'))).toEqual(['other']);
    expect(ids(device('d2', 'heat'))).toEqual([]);
  });

  it('a retired rule is in none', () => {
    const gone = rule('gone', { setPoint: 1 }, { scope: 'device', scopeId: 'd9' });
    book.replace(undefined, gone);
    expect(ids(device('d9', 'heat'))).toEqual([]);
    expect(ids(device('d9', 'gas', { enterpriseId: 'elsewhere' }))).toEqual(['profile', 'gone']);
    book.replace(gone, { ...gone, retiredAt: 1 });
    expect(ids(device('d9', 'gas', { enterpriseId: 'elsewhere' }))).toEqual(['profile']);
    expect(book.ofScope('device', 'd9')).toEqual([]);
  });
});
