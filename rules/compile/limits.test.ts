import { describe, expect, it } from 'vitest';
import type { Device, HazardSource } from '../../model/asset.ts';
import type { LimitDef, Profile } from '../../model/profile.ts';
import { exampleDevice } from '../../model/testing/example-assets.ts';
import { builtInCatalogue } from '../catalogue/built-in.ts';
import { effectiveLimits } from './limits.ts';

function profile(id: string): Profile {
  const found = builtInCatalogue.profiles.find((p) => p.id === id);
  if (found === undefined) throw new Error(`no profile ${id}`);
  return found;
}

const device = (part: Partial<Device> = {}): Device => exampleDevice('d1', 'p', { enterpriseId: 'e1', ...part });

function hazardSource(attributes: HazardSource['attributes']): HazardSource {
  return { id: 'h1', name: 'h1', revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null, enterpriseId: 'e1', siteId: null, attributes };
}

const brief = (id: string, part: Partial<Device> = {}, source: HazardSource | null = null) =>
  effectiveLimits(device(part), profile(id), source, 1).map((l) => [l.measurement, l.code, l.ladder, l.setPoint, l.armed, l.reason]);

describe('limits as they stand', () => {
  it('a gas detector stands armed on one ladder', () => {
    expect(brief('gas.combustible.point.industrial')).toEqual([
      ['lel', 'PRE', 'hi', 10, true, null],
      ['lel', 'L1', 'hi', 25, true, null],
      ['lel', 'L2', 'hi', 50, true, null],
    ]);
  });

  it('a tank without its levels is not armed and says which are missing', () => {
    const limits = effectiveLimits(device(), profile('hazchem.tank.atmospheric'), null, 1);
    expect(limits.map((l) => [l.code, l.armed, l.reason, l.detail])).toEqual([
      ['LL', false, 'attribute-missing', 'level_ll'],
      ['L', false, 'attribute-missing', 'level_l'],
      ['H', false, 'attribute-missing', 'level_h'],
      ['HH', false, 'attribute-missing', 'level_hh'],
      ['LEAK', false, 'condition-missing', 'transfer_in_progress'],
      ['H1', false, 'attribute-missing', 'temp_normal_max'],
      ['H2', false, 'attribute-missing', 'flash_point, temp_normal_max'],
    ]);
  });

  it('the hazard source fills in what the device does not say, and the device wins', () => {
    const source = hazardSource({ level_ll: 1, level_l: 2, level_h: 9, level_hh: 10, temp_normal_max: 40, flash_point: 60 });
    expect(brief('hazchem.tank.atmospheric', { attributes: { level_h: 8 } }, source)).toEqual([
      ['level', 'LL', 'lo', 1, true, null],
      ['level', 'L', 'lo', 2, true, null],
      ['level', 'H', 'hi', 8, true, null],
      ['level', 'HH', 'hi', 10, true, null],
      ['level', 'LEAK', 'LEAK', 0.02, false, 'condition-missing'],
      ['temp', 'H1', 'hi', 40, true, null],
      ['temp', 'H2', 'hi', 50, true, null],
    ]);
  });

  it('attributes in the wrong order do not hide a limit: the one that breaks the ladder rings by itself', () => {
    expect(brief('hazchem.tank.atmospheric', { attributes: { level_h: 10, level_hh: 9 } }).slice(2, 4)).toEqual([
      ['level', 'H', 'H', 10, true, null],
      ['level', 'HH', 'hi', 9, true, null],
    ]);
  });

  it('an attribute named like a method of every object is not taken for one', () => {
    const odd: Profile = {
      ...profile('hazchem.reactor'),
      measurements: profile('hazchem.reactor').measurements.map((m) => ({
        ...m,
        limits: m.limits.map((l) => (l.setPointFrom === undefined ? l : { ...l, setPointFrom: 'asset.constructor' })),
      })),
    };
    const armed = effectiveLimits(device(), odd, hazardSource({}), 1).filter((l) => l.armed);
    expect(armed.map((l) => l.code)).toEqual(['ROR']);
  });

  it('a limit with a condition is never armed without it, and keeps its text', () => {
    const off = (conditions: Device['conditions']) =>
      effectiveLimits(device({ conditions }), profile('dust.collector.dry'), null, 1).find((l) => l.code === 'OFF');
    const known = { ladder: 'OFF', onlyWhen: 'production running', when: 'condition.production_running' };
    expect(off({})).toMatchObject({ ...known, armed: false, reason: 'condition-missing', detail: 'production_running' });
    for (const running of [true, false]) {
      expect(off({ production_running: running })).toMatchObject({
        ...known,
        armed: true,
        reason: null,
        reads: { 'condition.production_running': running },
      });
    }
  });

  it('a condition nobody has translated, or a wrong expression, keeps the limit unarmed and says where it is wrong', () => {
    const dust = profile('dust.collector.dry');
    const withWhen = (when: string | undefined): Profile => ({
      ...dust,
      measurements: dust.measurements.map((m) => ({
        ...m,
        limits: m.limits.map((l) => {
          const other: LimitDef = { ...l, onlyWhen: 'fan running' };
          if (l.code !== 'LOW') return l;
          const { when: own, ...without } = other;
          return when === undefined || own === undefined ? without : { ...without, when };
        }),
      })),
    });
    const low = (when: string | undefined) => {
      const found = effectiveLimits(device(), withWhen(when), null, 1).find((l) => l.measurement === 'dp' && l.code === 'LOW');
      return `${found?.armed} ${found?.reason} ${found?.detail}`;
    };
    expect(low('fan_running')).toBe('true null null');
    expect(low(undefined)).toBe('false condition-not-supported fan running');
    expect(low('fan_running &&\n  fan_runing')).toBe('false expression-invalid 2:3 Unknown variable: fan_runing near "fan_runing"');
    expect(low('fan_running > 3')).toMatch(/^false expression-invalid 1:1 .*near "fan_running > 3"$/);
    expect(low('dp + 1.0')).toBe('false expression-invalid 1:1 gives double, must give bool near "dp + 1.0"');
    expect(low('on("dp", "NO")')).toMatch(/expression-invalid 1:1 no such limit/);
  });

  it('a level-none limit is a log event', () => {
    const weak = effectiveLimits(device(), profile('fire.smoke.standalone'), null, 1).find((l) => l.code === 'WEAK');
    expect(weak).toMatchObject({ armed: false, reason: 'log-only', ladder: 'WEAK' });
  });

  it('entries of format 1 are judged by the value alone, as they were; the rest says so', () => {
    const reasons = (id: string) =>
      Object.fromEntries(
        effectiveLimits(device(), profile(id), null, 1, 1).map((l) => [l.code, l.armed ? null : `${l.reason}: ${l.detail}`]),
      );
    expect(reasons('fire.heat.point')).toEqual({ PRE: null, FIRE: null, ROR: 'not-supported: roc_hi' });
    expect(reasons('power.production_monitor')).toEqual({
      PROD_IN_STOP: 'condition-not-supported: state in (suspended, ordered_stop, holiday_stop)',
      OVER: 'attribute-missing: safety_kw_max',
      DROP: 'not-supported: roc_lo',
      RESUME: 'condition-not-supported: no approved resumption',
      OFF: 'condition-not-supported: state == producing',
    });
  });

  it('each bit of a status word is an alarm of its own', () => {
    expect(brief('fire.smoke.point')).toEqual([
      ['status', 'FIRE', 'FIRE', 'bit1', true, null],
      ['status', 'FAULT', 'FAULT', 'bit2', true, null],
      ['status', 'SHIELD', 'SHIELD', 'bit3', true, null],
    ]);
  });

  it('every channel has its own limits, numbered from 1', () => {
    const cable = effectiveLimits(device(), profile('fire.electrical'), null, 1).filter((l) => l.measurement === 'cable_temp');
    expect(cable.map((l) => `${l.channel} ${l.code}`)).toEqual([1, 2, 3, 4].flatMap((n) => [`${n} L1`, `${n} L2`, `${n} ROR`]));
  });
});

describe('variants', () => {
  it('replace set points and say on what basis', () => {
    const limits = effectiveLimits(device({ variant: 'steel_gas_area' }), profile('gas.toxic.co'), null, 1);
    expect(limits.map((l) => [l.code, l.setPoint, l.level])).toEqual([
      ['L1', 24, 'yellow'],
      ['L2', 50, 'orange'],
      ['L3', 160, 'red'],
    ]);
    expect(limits[0]?.basis).toContain('GB 6222');
  });

  it('a return airway cuts power at 1.0 % and restores strictly below it', () => {
    const cut = effectiveLimits(device({ variant: 'T2_return' }), profile('coal.methane'), null, 1).find((l) => l.code === 'CUT');
    expect(cut).toMatchObject({ setPoint: 1, resetBelow: 1, deadband: 0, armed: true, ladder: 'hi' });
    const upper = effectiveLimits(device({ variant: 'T0_upper_corner' }), profile('coal.methane'), null, 1);
    expect(upper.map((l) => [l.code, l.setPoint, l.deadband, l.resetBelow ?? null])).toEqual([
      ['PRE', 0.8, 0.05, null],
      ['ALM', 1, 0.05, null],
      ['CUT', 1.5, 0.5, 1],
    ]);
  });

  it('a pre-alarm that a variant leaves above the alarm is an alarm of its own', () => {
    expect(brief('coal.methane', { variant: 'T3_intake_or_T4_series' })).toEqual([
      ['ch4', 'PRE', 'PRE', 0.8, true, null],
      ['ch4', 'ALM', 'hi', 0.5, true, null],
      ['ch4', 'CUT', 'hi', 0.5, true, null],
    ]);
  });

  it('remove a limit with null', () => {
    expect(brief('coal.methane', { variant: 'total_return' })[2]).toEqual(['ch4', 'CUT', 'hi', null, false, 'removed-by-variant']);
  });

  it.each(['no-such-variant', '__proto__', 'constructor'])('a variant the profile does not know (%s) changes nothing', (variant) => {
    expect(effectiveLimits(device({ variant }), profile('coal.methane'), null, 1)).toBe(
      effectiveLimits(device(), profile('coal.methane'), null, 1),
    );
  });
});

describe('sharing', () => {
  it('devices with equal relevant facts share one array; a revision or a relevant attribute does not', () => {
    const p = profile('hazchem.reactor');
    const one = effectiveLimits(device({ id: 'a', attributes: { temp_h: 80, colour: 'blue' } }), p, null, 1);
    expect(effectiveLimits(device({ id: 'b', attributes: { temp_h: 80 } }), p, null, 1)).toBe(one);
    expect(effectiveLimits(device({ id: 'b', attributes: { temp_h: 81 } }), p, null, 1)).not.toBe(one);
    const later = effectiveLimits(device({ id: 'a', attributes: { temp_h: 80 } }), p, null, 2);
    expect(later.every((l) => l.ruleRevision === 2)).toBe(true);
  });

  it('a text and a number of the same look are told apart', () => {
    const p = profile('hazchem.reactor');
    expect(effectiveLimits(device({ attributes: { temp_h: 80 } }), p, null, 1)[0]?.armed).toBe(true);
    expect(effectiveLimits(device({ attributes: { temp_h: '80' } }), p, null, 1)[0]?.armed).toBe(false);
  });

  it('more kinds of plant than are kept still give right limits', () => {
    const p = profile('reservoir.dam');
    for (let n = 0; n < 5000; n++) effectiveLimits(device({ attributes: { flood_limit_level: n } }), p, null, 1);
    expect(effectiveLimits(device({ attributes: { flood_limit_level: 7 } }), p, null, 1)[0]?.setPoint).toBe(7);
  });
});

describe('the whole catalogue', () => {
  it.each([
    ['armed limits per profile without any attribute', 1],
    ['armed limits per profile without any attribute, from format 2 on', 2],
  ])('%s', (_name, format) => {
    const table = builtInCatalogue.profiles.map((p) => {
      const limits = effectiveLimits(device(), p, null, 1, format);
      return `${p.id} ${limits.filter((l) => l.armed).length}/${limits.length}`;
    });
    expect(table).toMatchSnapshot();
  });

  it('nothing is unarmed for want of the engine, whatever the profile and its variant', () => {
    const allowed = ['attribute-missing', 'condition-missing', 'removed-by-variant', 'log-only'];
    const seen = new Map<string, number>();
    for (const p of builtInCatalogue.profiles) {
      for (const variant of [null, ...p.measurements.flatMap((m) => Object.keys(m.variants ?? {}))]) {
        for (const limit of effectiveLimits(device({ variant }), p, null, 1)) {
          if (limit.armed) continue;
          const reason = limit.reason ?? '';
          expect([p.id, variant, limit.code, allowed.includes(reason), reason]).toEqual([p.id, variant, limit.code, true, reason]);
          seen.set(reason, (seen.get(reason) ?? 0) + 1);
        }
      }
    }
    expect([...seen.keys()].sort()).toEqual([...allowed].sort());
  });

  it('with its attributes and conditions filled in, every limit is armed but those that a variant removes or that only log', () => {
    for (const p of builtInCatalogue.profiles) {
      const text = JSON.stringify(p);
      const names = (prefix: string) => Array.from(text.matchAll(new RegExp(`${prefix}\\.(\\w+)`, 'g')), (m) => m[1] ?? '');
      const attributes = Object.fromEntries(names('asset').map((name, i) => [name, 10 + i]));
      const conditions = Object.fromEntries(names('condition').map((name) => [name, name === 'state' ? 'producing' : true]));
      for (const limit of effectiveLimits(device({ attributes, conditions }), p, null, 1)) {
        expect([p.id, limit.code, limit.armed, limit.reason]).toEqual([
          p.id,
          limit.code,
          limit.level !== 'none',
          limit.armed ? null : 'log-only',
        ]);
      }
    }
  });

  it('with every attribute filled in, whatever is still not armed is for a reason other than its number', () => {
    for (const p of builtInCatalogue.profiles) {
      const names = JSON.stringify(p).matchAll(/asset\.(\w+)/g);
      const attributes = Object.fromEntries(Array.from(names, (m, i) => [m[1] ?? '', 10 + i]));
      for (const limit of effectiveLimits(device({ attributes }), p, null, 1)) {
        expect([p.id, limit.code, limit.reason]).not.toEqual([p.id, limit.code, 'attribute-missing']);
        expect([p.id, limit.code, limit.reason]).not.toEqual([p.id, limit.code, 'no-set-point']);
      }
    }
  });

  it('no alarm of one point has two limits of one name', () => {
    for (const p of builtInCatalogue.profiles) {
      for (const variant of [null, ...p.measurements.flatMap((m) => Object.keys(m.variants ?? {}))]) {
        const keys = effectiveLimits(device({ variant }), p, null, 1).map((l) => `${l.measurement}.${l.channel} ${l.ladder} ${l.code}`);
        expect(new Set(keys).size).toBe(keys.length);
      }
    }
  });
});
