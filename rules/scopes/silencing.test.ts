import { describe, expect, it } from 'vitest';
import type { AlarmSelector, CauseLine, Device, Enterprise } from '../../model/asset.ts';
import type { ConfigChange } from '../../model/entry.ts';
import { builtInCatalogue } from '../catalogue/built-in.ts';
import { rehearse } from '../rehearsal.ts';
import { device, enterprise, hazardSource, limit, measurement, Plant, profile, rule } from '../testing/plant.ts';

/** Every way in which a change keeps red from coming without touching a limit, and those that do not. */

const GAS = profile('gas', [
  measurement('lel', [limit('L1', 'yellow', 25), limit('L2', 'red', 50), limit('LL', 'orange', 2, { dir: 'lo' })]),
  measurement('temp', [limit('T1', 'yellow', 60)]),
]);
const CALM = profile('calm', [measurement('lel', [limit('L1', 'yellow', 25)])]);
const SLOW = profile('slow', GAS.measurements, { heartbeatMs: 86_400_000, reportMs: 10_000 });
const HOUR = 3_600_000;

function plant(kind: Enterprise['kind'] = 'real'): Plant {
  const one = new Plant().setUp([GAS, CALM, SLOW], []);
  if (kind === 'test') one.config({ op: 'put', asset: 'enterprise', base: 1, value: enterprise('works', { kind }) });
  one.config({ op: 'put', asset: 'hazard-source', base: 0, value: hazardSource('farm', { attributes: { h: 1 } }) });
  for (const id of ['red', 'two']) one.put(device(id, 'gas', { hazardSourceId: 'farm' }));
  one.put(device('calm', 'calm', { hazardSourceId: 'farm' }));
  one.put(device('slow', 'gas', { heartbeatMs: 86_400_000 }));
  one.mono += HOUR;
  one.apply({ kind: 'tick' });
  return one;
}

type Put = Extract<ConfigChange, { readonly op: 'put' }>;
function put(one: Plant, id: string, changes: Partial<Device>): Put {
  const now = one.engine.view.assets('device').get(id);
  if (now === undefined) throw new Error(`${id} is missing`);
  return { op: 'put', asset: 'device', base: now.revision, value: { ...now, ...changes } };
}
const said = (one: Plant, change: ConfigChange): readonly string[] =>
  one.engine.view
    .silencedBy(change)
    .map(({ how, device: id, red, line }) => `${id} ${how}${line === undefined ? '' : ` ${line}`}: ${red.join()}`);
const retired = (id: string): ConfigChange => ({ op: 'retire', asset: 'device', id, base: null });

describe('a device', () => {
  it.each<readonly [string, string, Partial<Device> | null, readonly string[]]>([
    ['is retired', 'red', null, ['red retired: lel L2']],
    ['without a red limit is retired', 'calm', null, []],
    ['is waited for longer', 'red', { heartbeatMs: 31 * 86_400_000 }, ['red heartbeatMs: lel L2']],
    ['is waited for shorter', 'red', { heartbeatMs: 10_000 }, []],
    ['without a red limit is waited for longer', 'calm', { heartbeatMs: 31 * 86_400_000 }, []],
    ['goes back to what its kind is asked for', 'slow', { heartbeatMs: null }, []],
    ['that is slow gets slower', 'slow', { heartbeatMs: 86_400_001 }, ['slow heartbeatMs: lel L2']],
    ['is to measure more rarely', 'red', { reportMs: HOUR }, ['red reportMs: lel L2']],
    [
      'both at once, and out of service',
      'red',
      { heartbeatMs: HOUR, reportMs: HOUR, mode: 'test' },
      ['red mode: lel L2', 'red heartbeatMs: lel L2', 'red reportMs: lel L2'],
    ],
    ['becomes of a kind with the same limits that is waited for longer', 'red', { profileId: 'slow' }, ['red heartbeatMs: lel L2']],
    ['becomes of such a kind and is waited for as before', 'red', { profileId: 'slow', heartbeatMs: 60_000 }, []],
    ['that is slow becomes of a slow kind', 'slow', { profileId: 'slow', heartbeatMs: null }, []],
    ['is put into commissioning', 'red', { mode: 'commissioning' }, ['red mode: lel L2']],
    ['without a red limit is put into commissioning', 'calm', { mode: 'commissioning' }, []],
    ['is renamed, calibrated', 'red', { name: 'x', calibratedAt: 1 }, []],
  ])('%s', (_what, id, changes, told) => {
    const one = plant();
    const before = one.engine.serialise();
    expect(said(one, changes === null ? retired(id) : put(one, id, changes))).toEqual(told);
    expect(one.engine.serialise()).toBe(before);
    expect(said(plant('test'), changes === null ? retired(id) : put(plant('test'), id, changes))).toEqual([]);
  });

  it('says what would be another, and is free for an hour after it was registered', () => {
    const one = plant();
    expect(one.engine.view.silencedBy(put(one, 'red', { heartbeatMs: HOUR }))).toEqual([
      { how: 'heartbeatMs', device: 'red', red: ['lel L2'], from: 60_000, to: HOUR },
    ]);
    expect(one.engine.view.silencedBy(put(one, 'red', { profileId: 'slow' }))).toMatchObject([{ from: 60_000, to: 86_400_000 }]);
    one.put(device('fresh', 'gas'));
    expect(said(one, retired('fresh'))).toEqual([]);
    one.mono += HOUR;
    one.apply({ kind: 'tick' });
    expect(said(one, retired('fresh'))).toEqual(['fresh retired: lel L2']);
    expect(said(one, { op: 'put', asset: 'device', base: 0, value: device('new', 'gas', { heartbeatMs: 31 * 86_400_000 }) })).toEqual([]);
    expect(said(one, { ...put(one, 'red', { mode: 'test' }), base: 9 })).toEqual([]);
  });

  it('that a red rule over several points asks guards what that rule guards', () => {
    const one = plant();
    const of = ['red', 'calm'].map((id) => ({ device: id, measurement: 'lel' }));
    const joint = { vote: { atLeast: 2, of, when: { limit: 'L1' }, bad: 'drops' } } as const;
    const head = { scope: 'hazard-source', scopeId: 'farm', profileId: null, measurement: null, code: 'BOTH' } as const;
    one.rule(rule('both', { level: 'red', basis: 'ours' }, { ...head, joint, reason: 'x' }));
    expect(one.engine.view.jointLimits('farm')).toMatchObject([{ code: 'BOTH', armed: true }]);
    expect(said(one, retired('calm'))).toEqual(['calm retired: BOTH']);
    expect(said(one, put(one, 'calm', { hazardSourceId: null }))).toEqual(['calm joint: BOTH']);
    expect(said(one, put(one, 'two', { hazardSourceId: null }))).toEqual([]);
    const farm = (h: number) =>
      ({ op: 'put', asset: 'hazard-source', base: 1, value: hazardSource('farm', { attributes: { h } }) }) as const;
    expect(said(one, farm(2))).toEqual(['red joint: BOTH', 'calm joint: BOTH']);
    expect(said(one, farm(1))).toEqual([]);
    // The limit that it asks is as red as the rule, whatever its own colour.
    const milder = rule('milder', { setPoint: 30 }, { scope: 'device', scopeId: 'calm', profileId: 'calm', reason: 'x' });
    expect(one.engine.view.tryRule({ op: 'put', asset: 'rule', base: 0, value: milder }).softened).toMatchObject([
      { code: 'L1', red: true },
    ]);
    expect(one.engine.view.tryRule({ op: 'retire', asset: 'rule', id: 'both', base: null }).softened).toMatchObject([
      { code: 'BOTH', red: true },
    ]);
  });
});

describe('a limit that no standard stands behind', () => {
  const softened = (one: Plant, id: string, changes: Partial<Device>) => {
    const change = put(one, id, changes);
    if (change.asset !== 'device') throw new Error('no device');
    return one.engine.view.tryAsset(change).softened.map(({ code, mandatory, red }) => [code, mandatory, red]);
  };
  it('is told where it is red and would be lost, by a device and by a rule; not in a test enterprise', () => {
    expect(softened(plant(), 'red', { profileId: 'calm' })).toEqual([['L2', false, true]]);
    expect(softened(plant('test'), 'red', { profileId: 'calm' })).toEqual([]);
    expect(softened(plant(), 'red', { units: { lel: '%{LEL}' } })).toEqual([['L2', false, true]]);
    const off = rule('off', { enabled: false }, { scope: 'device', scopeId: 'red', code: 'L2', reason: 'x' });
    const yellow = rule('off', { enabled: false }, { scope: 'device', scopeId: 'red', code: 'L1', reason: 'x' });
    const tried = (value: typeof off) => plant().engine.view.tryRule({ op: 'put', asset: 'rule', base: 0, value }).softened;
    expect(tried(off)).toMatchObject([{ code: 'L2', mandatory: false, red: true }]);
    expect(tried(yellow)[0]).not.toHaveProperty('red');
  });
});

describe('a line of the cause-and-effect table', () => {
  const line = (hides: AlarmSelector, cause: AlarmSelector = { device: 'calm' }, id = 'esd'): CauseLine => ({ id, cause, hides: [hides] });
  const table = (...causes: readonly CauseLine[]) =>
    ({ op: 'put', asset: 'enterprise', base: 1, value: enterprise('works', { causes }) }) as const;
  it.each<readonly [string, AlarmSelector, readonly string[]]>([
    ['hides everything of it', { device: 'red' }, ['red causes esd: lel L2']],
    ['hides the ladder', { device: 'red', ladder: 'hi' }, ['red causes esd: lel L2']],
    ['hides another ladder', { device: 'red', ladder: 'lo' }, []],
    ['hides another measurement', { device: 'red', measurement: 'temp' }, []],
    ['hides that it is silent', { device: 'red', ladder: 'F01' }, ['red causes esd: lel L2']],
    ['hides what cannot be red', { device: 'two', measurement: 'temp', ladder: 'hi' }, []],
  ])('%s', (_what, hides, told) => {
    expect(said(plant(), table(line(hides)))).toEqual(told);
    const farm = {
      op: 'put',
      asset: 'hazard-source',
      base: 1,
      value: hazardSource('farm', { attributes: { h: 1 }, causes: [line(hides)] }),
    } as const;
    expect(said(plant(), farm)).toEqual(told);
  });

  it('that stands already, or is narrower than one that does, hides nothing more; a wider one does', () => {
    const one = plant();
    one.config(table(line({ device: 'red', ladder: 'hi' }, { device: 'calm', measurement: 'lel' })));
    const next = (...causes: readonly CauseLine[]) => said(one, { ...table(...causes), base: 2 });
    expect(next(line({ device: 'red', ladder: 'hi' }, { device: 'calm', measurement: 'lel' }, 'renamed'))).toEqual([]);
    expect(next(line({ device: 'red', ladder: 'hi' }, { device: 'calm', measurement: 'lel', ladder: 'hi' }))).toEqual([]);
    expect(next(line({ device: 'red', ladder: 'hi' }, { device: 'calm' }))).toEqual(['red causes esd: lel L2']);
    expect(next(line({ device: 'red' }, { device: 'calm', measurement: 'lel' }))).toEqual(['red causes esd: lel L2']);
    expect(next()).toEqual([]);
  });
});

it('more time at work keeps an escalation that asks for nobody there from rising; less, or none, does not', () => {
  const one = new Plant();
  one.config({ op: 'catalogue', catalogue: builtInCatalogue }, { op: 'put', asset: 'enterprise', base: 0, value: enterprise('works') });
  const hours = (to: string, base: number) =>
    ({ op: 'put', asset: 'enterprise', base, value: enterprise('works', { businessHours: [{ days: [1], from: '09:00', to }] }) }) as const;
  expect(said(one, hours('21:00', 1))).toEqual([]);
  one.put(device('shop', 'gas.combustible.commercial'));
  expect(said(one, hours('21:00', 1))).toEqual(['shop businessHours: lel L1_UNATTENDED']);
  one.config(hours('21:00', 1));
  expect(said(one, hours('21:00', 2))).toEqual([]);
  expect(said(one, { op: 'put', asset: 'enterprise', base: 2, value: enterprise('works', { name: 'x' }) })).toEqual([]);
});

it('is found in a site file as well, by the same words', () => {
  const one = plant();
  const changes: readonly ConfigChange[] = [put(one, 'red', { heartbeatMs: HOUR }), put(one, 'calm', { heartbeatMs: HOUR })];
  expect(rehearse(one.engine.view, changes).map(({ silenced }) => silenced.map(({ how }) => how))).toEqual([['heartbeatMs'], []]);
});
