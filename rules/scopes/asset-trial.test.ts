import { describe, expect, it } from 'vitest';
import type { Device } from '../../model/asset.ts';
import type { ConfigChange } from '../../model/entry.ts';
import type { RuleParts } from '../../model/rule.ts';
import { restoreEngine } from '../engine.ts';
import { rehearse } from '../rehearsal.ts';
import { builtInCatalogue } from '../catalogue/built-in.ts';
import { GROUP_ATTRIBUTE } from '../compile/escalation.ts';
import { device, enterprise, hazardSource, limit, measurement, Plant, profile, rule } from '../testing/plant.ts';

/** Every way in which a change of a device or of its hazard source reaches a mandatory limit. */

const CLAUSE = { basis: 'GB 1 clause 2', confidence: 'V' } as const;
const GAS = profile('gas', [
  measurement(
    'lel',
    [
      limit('L1', 'yellow', 25, CLAUSE),
      limit('L2', 'red', 50, { ...CLAUSE, latching: true }),
      limit('PRE', 'blue', 10),
      limit('NIGHT', 'orange', 40, { ...CLAUSE, onlyWhen: 'nobody is there', when: '!condition.manned' }),
    ],
    { variants: { kitchen: { setPoints: { L1: 20 }, ...CLAUSE }, open: { setPoints: { L1: 30 }, confidence: 'D' } } },
  ),
]);
const TANK = profile('tank', [
  measurement('level', [
    limit('H', 'yellow', 0, { setPoint: null, setPointFrom: 'asset.h', ...CLAUSE }),
    limit('HH', 'red', 0, { setPoint: null, setPointFrom: 'min(asset.hh, asset.h*1.2)', ...CLAUSE, confidence: 'M' }),
    limit('L', 'yellow', 0, { dir: 'lo', setPoint: null, setPointFrom: 'asset.l', ...CLAUSE }),
    limit('GUESS', 'blue', 0, { setPoint: null, setPointFrom: 'asset.g', confidence: 'D' }),
    limit('OWN', 'blue', 0, { setPoint: null, setPointFrom: 'asset.g', basis: ' ', confidence: 'V' }),
  ]),
  measurement('drift', [limit('DEV', 'orange', 5, { dir: 'dev_hi', reference: 0, referenceFrom: 'asset.zero', ...CLAUSE })]),
]);
const BARE = profile('bare', [measurement('lel', [limit('L1', 'yellow', 25)])]);
const STRICT = profile('strict', [
  measurement('lel', [
    limit('L1', 'yellow', 20, CLAUSE),
    limit('L2', 'red', 50, { ...CLAUSE, latching: true }),
    limit('NIGHT', 'orange', 40, CLAUSE),
  ]),
]);

const TANK_ATTRIBUTES = { h: 10, hh: 12, l: 1, g: 5 };

function plant(): Plant {
  const one = new Plant().setUp([GAS, TANK, BARE, STRICT], []);
  one.config({ op: 'put', asset: 'hazard-source', base: 0, value: hazardSource('farm', { attributes: { h: 9, l: 2, other: 1 } }) });
  one.put(device('gd', 'gas', { hazardSourceId: 'farm', conditions: { manned: false } }));
  one.put(device('full', 'tank', { hazardSourceId: 'farm', attributes: TANK_ATTRIBUTES }));
  one.put(device('part', 'tank', { hazardSourceId: 'farm', attributes: { hh: 12 } }));
  one.put(device('empty', 'tank'));
  wait(one, 3_600_000);
  return one;
}

function wait(one: Plant, ms: number): void {
  one.mono += ms;
  one.apply({ kind: 'tick' });
}

function put(
  one: Plant,
  id: string,
  changes: Partial<Device>,
): Extract<ConfigChange, { readonly asset: 'device' }> & { readonly op: 'put' } {
  const now = one.engine.view.assets('device').get(id);
  if (now === undefined) throw new Error(`${id} is missing`);
  return { op: 'put', asset: 'device', base: now.revision, value: { ...now, ...changes } };
}
const told = (one: Plant, id: string, changes: Partial<Device>): readonly string[] =>
  one.engine.view.tryAsset(put(one, id, changes)).softened.map(({ code, parts }) => `${code} ${parts.join('+')}`);
const ofFarm = (one: Plant, attributes: Record<string, number>): readonly string[] =>
  one.engine.view
    .tryAsset({ op: 'put', asset: 'hazard-source', base: 1, value: hazardSource('farm', { attributes }) })
    .softened.map(({ device: id, code, parts }) => `${id ?? ''} ${code} ${parts.join('+')}`);

describe('a change of a device', () => {
  it.each<readonly [string, string, Partial<Device>, readonly string[]]>([
    ['an attribute moves the set point out', 'full', { attributes: { ...TANK_ATTRIBUTES, h: 11 } }, ['H setPoint']],
    ['the worst of two attributes', 'full', { attributes: { ...TANK_ATTRIBUTES, h: 9, hh: 100 } }, []],
    ['an expression over both', 'full', { attributes: { ...TANK_ATTRIBUTES, hh: 11.9, h: 10.5 } }, ['H setPoint']],
    ['a low limit lower', 'full', { attributes: { ...TANK_ATTRIBUTES, l: 0.5 } }, ['L setPoint']],
    ['everything stricter', 'full', { attributes: { h: 9, hh: 11, l: 1.5, g: 5 } }, []],
    ['an attribute gone: the hazard source’s stands in, and is stricter', 'full', { attributes: { hh: 12, l: 2, g: 5 } }, []],
    ['an attribute gone, and none stands in', 'full', { attributes: { h: 10, l: 1, g: 5 } }, ['HH enabled']],
    ['an attribute that is no number any more', 'full', { attributes: { ...TANK_ATTRIBUTES, h: 'high' } }, ['H enabled', 'HH enabled']],
    ['an attribute that only a guess reads', 'full', { attributes: { ...TANK_ATTRIBUTES, g: 50 } }, []],
    ['an attribute that nothing reads', 'full', { attributes: { ...TANK_ATTRIBUTES, colour: 'blue' } }, []],
    ['what was not filled in before', 'empty', { attributes: { h: 100, hh: 100, l: 0 } }, []],
    ['a name, a place on the map of the plant, the dates', 'full', { name: 'x', calibratedAt: 1, installedAt: 1 }, []],
    ['commissioning makes no difference', 'full', { mode: 'commissioning', attributes: { ...TANK_ATTRIBUTES, h: 11 } }, ['H setPoint']],
    ['out of its hazard source, whose attributes stood in', 'part', { hazardSourceId: null }, ['H enabled', 'HH enabled', 'L enabled']],
    ['out of its hazard source, with its own attributes', 'full', { hazardSourceId: null }, []],
    ['what the value is compared with', 'full', { attributes: { ...TANK_ATTRIBUTES, zero: 3 } }, ['DEV setPoint']],
    ['a stricter variant', 'gd', { variant: 'kitchen' }, []],
    ['a milder variant', 'gd', { variant: 'open' }, ['L1 setPoint']],
    ['another profile without the clause’s limits', 'gd', { profileId: 'bare' }, ['L2 enabled', 'NIGHT enabled']],
    ['another profile that is as strict', 'gd', { profileId: 'strict' }, []],
    ['a condition under which it does not count', 'gd', { conditions: { manned: true } }, ['NIGHT onlyWhen']],
    ['a condition nobody has filled in any more', 'gd', { conditions: {} }, ['NIGHT enabled']],
    ['another unit of its values', 'gd', { units: { lel: '%{LEL}' } }, ['L1 unit', 'L2 unit', 'NIGHT unit']],
    ['the unit said that it has anyway', 'gd', { units: { lel: '1' } }, []],
    ['a unit of what has no mandatory limit', 'full', { units: { other: 'm' } }, []],
  ])('%s', (_what, id, changes, softened) => {
    expect(told(plant(), id, changes)).toEqual(softened);
  });

  it('names the clause of the catalogue, whatever a rule has put in its place', () => {
    const one = plant();
    const parts = { basis: 'a list of our own', basisZh: '自定' };
    one.rule(rule('said', parts, { scope: 'device', scopeId: 'full', profileId: 'tank', measurement: 'level', code: 'HH' }));
    expect(one.engine.view.limits('full').find(({ code }) => code === 'HH')?.basis).toBe('a list of our own');
    expect(one.engine.view.tryAsset(put(one, 'full', { attributes: {} })).softened).toMatchObject([{ code: 'HH', basis: 'GB 1 clause 2' }]);
    expect(one.engine.view.tryAsset(put(one, 'full', { attributes: {} })).softened[0]?.basisZh).toBeUndefined();
  });

  it('says which limit, of what basis and for whom, and touches nothing', () => {
    const one = plant();
    const before = one.engine.serialise();
    expect(one.engine.view.tryAsset(put(one, 'full', { attributes: {} }))).toEqual({
      outcome: { ok: true },
      softened: [
        {
          profileId: 'tank',
          variant: null,
          measurement: 'level',
          code: 'HH',
          parts: ['enabled'],
          mandatory: true,
          red: true,
          basis: 'GB 1 clause 2',
          from: { enabled: true },
          to: {},
          device: 'full',
        },
      ],
    });
    expect(one.engine.serialise()).toBe(before);
  });

  it('is compared with how it stands by the rules of now, not with the catalogue', () => {
    const one = plant();
    const at = (id: string, parts: RuleParts): void => void one.rule(rule(id, parts, { scope: 'hazard-source', scopeId: 'farm' }));
    at('by-farm', { setPoint: 15 });
    expect(told(one, 'gd', { hazardSourceId: null })).toEqual(['L1 setPoint']);
    expect(told(one, 'gd', { variant: 'kitchen' })).toEqual([]);
    // What it would lose is told with the numbers: another standing is another request.
    const numbers = () => one.engine.view.tryAsset(put(one, 'gd', { hazardSourceId: null })).softened.map(({ from, to }) => [from, to]);
    expect(numbers()).toEqual([[{ setPoint: 15 }, { setPoint: 25 }]]);
    const now = one.engine.view.assets('rule').get('by-farm');
    if (now === undefined) throw new Error('no rule');
    one.config({ op: 'put', asset: 'rule', base: now.revision, value: { ...now, parts: { setPoint: 10 } } });
    expect(numbers()).toEqual([[{ setPoint: 10 }, { setPoint: 25 }]]);
  });

  it('that would be refused says so; one that is new is free', () => {
    const one = plant();
    expect(one.engine.view.tryAsset({ ...put(one, 'gd', {}), base: 9 }).outcome).toMatchObject({ code: 'revision-conflict' });
    expect(one.engine.view.tryAsset(put(one, 'gd', { profileId: 'none' })).outcome).toMatchObject({ code: 'unknown-reference' });
    const fresh = { op: 'put', asset: 'device', base: 0, value: device('new', 'tank', { attributes: { h: 1e6 } }) } as const;
    expect(one.engine.view.tryAsset(fresh)).toEqual({ outcome: { ok: true }, softened: [] });
  });
});

describe('an escalation by two of a protection zone', () => {
  const smoke = (attributes: Device['attributes']): Plant => {
    const one = new Plant();
    one.config({ op: 'catalogue', catalogue: builtInCatalogue });
    one.place('enterprise', enterprise('works'));
    one.place('hazard-source', hazardSource('hall'));
    one.put(device('sd', 'fire.smoke.point', { hazardSourceId: 'hall', attributes }));
    wait(one, 3_600_000);
    return one;
  };
  const zone = GROUP_ATTRIBUTE.zone;

  it('is less strict in another zone or in none, and free where nobody had said one', () => {
    const one = smoke({ [zone]: 'Z1' });
    const [rises, ...others] = told(one, 'sd', { attributes: { [zone]: 'Z2' } });
    expect([rises, others]).toEqual([expect.stringMatching(/ onlyWhen$/), []]);
    expect(told(one, 'sd', { attributes: {} })).toEqual(['FIRE_CONFIRMED enabled']);
    expect(told(one, 'sd', { attributes: { [zone]: 'Z1', component_type: 23 } })).toEqual([rises]);
    expect(told(one, 'sd', { attributes: { [zone]: 'Z1', colour: 'red' } })).toEqual([]);
    expect(told(smoke({}), 'sd', { attributes: { [zone]: 'Z1' } })).toEqual([]);
  });
});

describe('a registration', () => {
  const softer = { attributes: { ...TANK_ATTRIBUTES, h: 11 } };
  const fresh = (): Plant => {
    const one = plant();
    one.put(device('new', 'tank', { hazardSourceId: 'farm', attributes: TANK_ATTRIBUTES }));
    return one;
  };

  it('is put right by one person within the hour, and by two from then on, in whatever mode the device is', () => {
    const one = fresh();
    wait(one, 3_599_999);
    expect([told(one, 'new', softer), told(one, 'full', softer)]).toEqual([[], ['H setPoint']]);
    one.put({ ...device('new', 'tank', { hazardSourceId: 'farm', attributes: TANK_ATTRIBUTES }), mode: 'test' });
    wait(one, 1);
    expect(told(one, 'new', softer)).toEqual(['H setPoint']);
  });

  it('does not begin again when our clock is set back', () => {
    const one = fresh();
    one.offset -= 86_400_000;
    wait(one, 1);
    expect(told(one, 'new', softer)).toEqual(['H setPoint']);
  });

  it('is over once for all: neither a clock that is set back into its hour nor a restart begins it again', () => {
    const HOUR = 3_600_000;
    const ways: readonly (readonly [string, (one: Plant) => void])[] = [
      [
        'the clock jumps ahead and back',
        (one) => {
          one.offset += 2 * HOUR;
          wait(one, 1);
          expect(told(one, 'new', softer)).toEqual(['H setPoint']);
          one.offset -= 1.6 * HOUR;
          wait(one, 1);
        },
      ],
      [
        'two hours pass, the clock is set back by most of them',
        (one) => {
          wait(one, 2 * HOUR);
          one.offset -= 1.6 * HOUR;
          wait(one, 1);
        },
      ],
      [
        'it is set back again and again before the hour is over',
        (one) => {
          for (let n = 0; n < 5; n += 1) {
            wait(one, 0.5 * HOUR);
            one.offset -= 0.5 * HOUR - 1_000;
          }
        },
      ],
    ];
    for (const [what, happens] of ways) {
      for (const restart of [false, true]) {
        const one = fresh();
        wait(one, 0.4 * HOUR);
        if (restart) one.engine = restoreEngine(one.engine.serialise());
        expect([what, told(one, 'new', softer)]).toEqual([what, []]);
        happens(one);
        if (restart) one.engine = restoreEngine(one.engine.serialise());
        expect([what, one.now - (one.engine.view.assets('device').get('new')?.createdAt ?? 0) < HOUR]).toEqual([what, true]);
        expect([what, told(one, 'new', softer)]).toEqual([what, ['H setPoint']]);
      }
    }
  });

  it('of one device frees no other one at its hazard source', () => {
    const one = fresh();
    one.put(device('bare', 'tank', { hazardSourceId: 'farm' }));
    expect(ofFarm(one, { h: 12, l: 2 })).toEqual(['part H setPoint', 'part HH setPoint']);
  });
});

describe('a change of a hazard source', () => {
  it.each<readonly [string, Record<string, number>, readonly string[]]>([
    ['moves out what its devices take from it', { h: 12, l: 2, other: 1 }, ['part H setPoint', 'part HH setPoint']],
    ['takes away what its devices have nowhere else', { other: 1 }, ['part H enabled', 'part HH enabled', 'part L enabled']],
    ['is about what its devices have themselves, or nobody reads', { h: 9, l: 2, hh: 1, g: 7 }, []],
    ['makes it stricter', { h: 8, l: 3, other: 1 }, []],
  ])('%s', (_what, attributes, softened) => {
    expect(ofFarm(plant(), attributes)).toEqual(softened);
  });
});

it('of many changes one after the other, each is measured against those before it', () => {
  const one = plant();
  const softened = rehearse(one.engine.view, [
    put(one, 'full', { attributes: { ...TANK_ATTRIBUTES, h: 11 } }),
    { op: 'put', asset: 'hazard-source', base: 1, value: hazardSource('farm', { attributes: { h: 8, l: 3 } }) },
    { op: 'put', asset: 'device', base: 0, value: device('new', 'tank', { attributes: { h: 50 } }) },
    put(one, 'part', { hazardSourceId: null }),
  ]).map((found) => found.softened.map(({ code }) => code));
  expect(softened).toEqual([['H'], [], [], ['H', 'HH', 'L']]);
});
