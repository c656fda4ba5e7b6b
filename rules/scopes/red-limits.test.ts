import { describe, expect, it } from 'vitest';
import type { Device } from '../../model/asset.ts';
import type { ConfigChange } from '../../model/entry.ts';
import type { RuleParts } from '../../model/rule.ts';
import { builtInCatalogue } from '../catalogue/built-in.ts';
import { rehearse } from '../rehearsal.ts';
import { device, enterprise, hazardSource, limit, measurement, Plant, profile, rule } from '../testing/plant.ts';

/** What red rests on besides the red limit itself: limits asked for by name, points it is compared with, votes, groups; and what of that is not red. */

const HOUR = 3_600_000;
const POINT = 'fire.smoke.point';
const PRESS = profile('press', [
  measurement('lel', [limit('L1', 'yellow', 25), limit('L0', 'blue', 10, { onlyWhen: 'hot', when: 'on("temp", "T1")' })]),
  measurement('valve', [limit('NOCLOSE', 'red', 1, { dir: 'state', deadband: 0, onlyWhen: 'L1', when: 'on("lel", "L1")' })]),
  measurement('temp', [limit('T1', 'yellow', 60), limit('T2', 'orange', 90)]),
  measurement('fan', [limit('STOPPED', 'red', 1, { dir: 'state', deadband: 0, onlyWhen: 'cold', when: '!on("temp", "T2")' })]),
  measurement('weight', [limit('DRIFTS', 'red', 5, { dir: 'dev_hi', referenceFrom: 'other' })]),
  measurement('other', [limit('O1', 'yellow', 50)]),
]);
const PLAIN = profile('plain', [measurement('lel', [limit('L1', 'yellow', 25), limit('L9', 'yellow', 90, { dir: 'lo' })])]);

function settled(plant: Plant): Plant {
  plant.mono += HOUR;
  plant.apply({ kind: 'tick' });
  return plant;
}
function plant(kind: 'real' | 'test' = 'real'): Plant {
  const one = new Plant().setUp([PRESS, PLAIN], []);
  if (kind === 'test') one.config({ op: 'put', asset: 'enterprise', base: 1, value: enterprise('works', { kind }) });
  one.config({ op: 'put', asset: 'hazard-source', base: 0, value: hazardSource('farm') });
  one.put(device('press', 'press', { hazardSourceId: 'farm' }));
  for (const id of ['plain', 'far']) one.put(device(id, 'plain', { hazardSourceId: 'farm', conditions: { manned: true } }));
  return settled(one);
}
function joint(one: Plant, expression: string): void {
  const head = { scope: 'hazard-source', scopeId: 'farm', profileId: null, measurement: null, code: 'BOTH' } as const;
  one.rule(rule('both', { level: 'red', basis: 'ours' }, { ...head, joint: { expression }, reason: 'x' }));
  expect(one.engine.view.jointLimits('farm')).toMatchObject([{ armed: true }]);
}
function put(one: Plant, id: string, changes: Partial<Device>) {
  const now = one.engine.view.assets('device').get(id);
  if (now === undefined) throw new Error(`${id} is missing`);
  return { op: 'put', asset: 'device', base: now.revision, value: { ...now, ...changes } } as const;
}
const silent = (one: Plant, change: ConfigChange): readonly string[] =>
  one.engine.view.silencedBy(change).map(({ how, device: id, red }) => `${id} ${how}: ${red.join()}`);
const red = (one: Plant, profileId: string, key: string, code: string, parts: RuleParts): boolean | null => {
  const value = rule('r', parts, { scope: 'enterprise', profileId, measurement: key, code, reason: 'x' });
  const { outcome, softened } = one.engine.view.tryRule({ op: 'put', asset: 'rule', base: 0, value });
  expect(outcome).toEqual({ ok: true });
  return softened.length === 0 ? null : softened.every((found) => found.red === true);
};

describe('a limit of the same device that red asks for', () => {
  it.each<readonly [string, string, string, RuleParts, boolean | null]>([
    ['is as red: softer', 'lel', 'L1', { setPoint: 30 }, true],
    ['is as red: it gets a condition, by which nobody may ask for it', 'lel', 'L1', { onlyWhen: 'temp > 1.0' }, true],
    ['stricter', 'lel', 'L1', { setPoint: 20 }, null],
    ['is asked for by what is blue alone', 'temp', 'T1', { setPoint: 70 }, false],
    ['is asked for the other way round: softer', 'temp', 'T2', { setPoint: 95 }, true],
    ['is asked for the other way round: stricter', 'temp', 'T2', { setPoint: 85 }, true],
    ['is asked for by nothing', 'other', 'O1', { setPoint: 60 }, false],
  ])('%s', (_what, key, code, parts, told) => {
    expect(red(plant(), 'press', key, code, parts)).toBe(told);
  });

  it('counts where another kind or unit takes it away; so does the unit of the point that red is compared with', () => {
    const softened = (changes: Partial<Device>, kind: 'real' | 'test' = 'real'): readonly string[] => {
      const one = plant(kind);
      return one.engine.view.tryAsset(put(one, 'press', changes)).softened.map(({ code, parts }) => `${code} ${parts.join('+')}`);
    };
    expect(softened({ units: { lel: '%' } })).toEqual(['L1 unit']);
    expect(softened({ units: { other: '%' } })).toEqual(['DRIFTS unit']);
    expect(softened({ units: { temp: '%' } })).toEqual(['T2 unit']);
    expect(softened({ units: { other: '%' } }, 'test')).toEqual([]);
    expect(softened({ profileId: 'plain' })).toEqual(['NOCLOSE enabled', 'T2 enabled', 'STOPPED enabled', 'DRIFTS enabled']);
  });
});

describe('a rule over several points', () => {
  it('makes the limit that it asks for as red, with what that rests on, by its point and not by its name alone', () => {
    const one = plant();
    joint(one, 'on("press", "lel", "L0") && value("far", "lel") > 1.0');
    expect(red(one, 'press', 'temp', 'T1', { setPoint: 70 })).toBe(true);
    expect(red(one, 'press', 'lel', 'L0', { setPoint: 20 })).toBe(true);
    expect(red(one, 'plain', 'lel', 'L1', { setPoint: 30 })).toBe(false);
    expect(red(one, 'press', 'temp', 'T1', { setPoint: 50 })).toBe(null);
  });

  it('that asks for it the other way round is kept from coming by a stricter one', () => {
    const one = plant();
    joint(one, 'value("far", "lel") > 80.0 && !on("plain", "lel", "L1")');
    expect(red(one, 'plain', 'lel', 'L1', { setPoint: 20 })).toBe(true);
    expect(red(one, 'plain', 'lel', 'L9', { setPoint: 95 })).toBe(null);
  });

  it('is guarded also by the device whose condition alone it reads', () => {
    const one = plant();
    joint(one, 'value("press", "temp") > 80.0 && condition("far", "manned") == true');
    expect(silent(one, put(one, 'far', { conditions: { manned: false } }))).toEqual(['far joint: BOTH']);
    expect(silent(one, { op: 'retire', asset: 'device', id: 'far', base: null })).toEqual(['far retired: BOTH']);
    expect(silent(one, { op: 'retire', asset: 'device', id: 'plain', base: null })).toEqual([]);
  });

  it('goes silent where a table hides that an instrument it asks is bad, and who hides that by hand asks a second person', () => {
    const one = plant();
    joint(one, 'value("plain", "lel") > 80.0');
    const hides = (of: object) =>
      silent(one, {
        op: 'put',
        asset: 'enterprise',
        base: 1,
        value: enterprise('works', { causes: [{ id: 'esd', cause: { device: 'press' }, hides: [{ device: 'plain', ...of }] }] }),
      });
    expect(hides({ ladder: 'F01' })).toEqual(['plain causes: BOTH']);
    expect(hides({ ladder: 'hi' })).toEqual([]);
    const guards = (kind: 'instrument' | 'process', deviceId: string, key: string | null) =>
      one.engine.view.guardsOtherRed({ kind, deviceId, measurement: key, ladder: kind === 'process' ? 'hi' : 'F01' });
    expect([guards('instrument', 'plain', null), guards('instrument', 'plain', 'lel')]).toEqual([true, true]);
    expect([guards('instrument', 'far', null), guards('process', 'plain', 'lel'), guards('instrument', 'gone', null)]).toEqual([
      false,
      false,
      false,
    ]);
    // The point that red of another measurement is compared with.
    expect([guards('instrument', 'press', 'other'), guards('instrument', 'press', 'temp')]).toEqual([true, false]);
  });
});

describe('a group by which others rise', () => {
  const inZone = (id: string, zone: string, more: Device['attributes'] = {}): Device =>
    device(id, POINT, { attributes: { protection_zone: zone, ...more } });
  function zone(): Plant {
    const one = new Plant();
    one.config({ op: 'catalogue', catalogue: builtInCatalogue }, { op: 'put', asset: 'enterprise', base: 0, value: enterprise('works') });
    one.put(inZone('a', 'hall'));
    one.put(inZone('mcp', 'hall', { component_type: 23 }));
    one.put(inZone('b', 'store'));
    return settled(one);
  }

  it('is left by two people: a call point that is moved takes the red of the detectors along', () => {
    const one = zone();
    const moved = put(one, 'mcp', { attributes: { protection_zone: 'store', component_type: 23 } });
    expect(silent(one, moved)).toEqual(['mcp group: status FIRE_CONFIRMED']);
    expect(rehearse(one.engine.view, [moved]).map(({ silenced }) => silenced.map(({ how }) => how))).toEqual([['group']]);
    // A site file is judged by all that this build judges: what a condition, a rate or an escalation stands on, too.
    const [found] = rehearse(one.engine.view, [moved]);
    expect(found?.softened).toEqual(one.engine.view.tryAsset(moved).softened);
    expect(found?.softened.map(({ code, parts }) => [code, parts])).toEqual([['FIRE_CONFIRMED', ['onlyWhen']]]);
    expect(silent(one, put(one, 'mcp', { attributes: { protection_zone: 'hall' } }))).toEqual(['mcp group: status FIRE_CONFIRMED']);
    expect(silent(one, put(one, 'mcp', { name: 'x' }))).toEqual([]);
    // In the store nobody else is.
    expect(silent(one, put(one, 'b', { attributes: { protection_zone: 'yard' } }))).toEqual([]);
    expect(silent(one, { op: 'retire', asset: 'device', id: 'mcp', base: null })).toEqual(['mcp retired: status FIRE_CONFIRMED']);
  });

  it('counts a limit, which is as red as what it is counted for, and no alarm of it goes out of service by one person', () => {
    const one = zone();
    expect(one.engine.view.guardsOtherRed({ kind: 'fire', deviceId: 'mcp', measurement: 'status', ladder: 'FIRE' })).toBe(true);
    expect(one.engine.view.guardsOtherRed({ kind: 'fire', deviceId: 'b', measurement: 'status', ladder: 'FIRE' })).toBe(false);
  });
});
