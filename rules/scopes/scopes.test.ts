import { describe, expect, it } from 'vitest';
import type { Rule } from '../../model/asset.ts';
import type { Outcome, RuleTrial } from '../../model/engine.ts';
import type { PartSource, RuleParts } from '../../model/rule.ts';
import { createEngine, restoreEngine } from '../engine.ts';
import { catalogue, device, enterprise, hazardSource, limit, measurement, Plant, profile, rule } from '../testing/plant.ts';

const GAS = profile('gas', [
  measurement(
    'lel',
    [
      limit('L1', 'yellow', 25, { deadband: 2, basis: 'GB 1 clause 2', confidence: 'V' }),
      limit('L2', 'red', 50, { deadband: 2, latching: true, basis: 'GB 1 clause 3', confidence: 'M' }),
      limit('PRE', 'blue', 10, { deadband: 2 }),
      limit('LOW', 'yellow', 2, { dir: 'lo' }),
    ],
    { variants: { kitchen: { setPoints: { L1: 20, PRE: null }, basis: 'GB 2 clause 1', confidence: 'V' } } },
  ),
  measurement('level', [
    limit('H', 'yellow', 0, { setPoint: null, setPointFrom: 'asset.h', deadband: 0.1, basis: 'AQ 1', confidence: 'M' }),
  ]),
]);
const OTHER = profile('other', [measurement('co', [limit('L1', 'yellow', 25)])]);

function plant(): Plant {
  const one = new Plant().setUp([GAS, OTHER], []);
  one.config({ op: 'put', asset: 'hazard-source', base: 0, value: hazardSource('tank') });
  one.put(device('gd-1', 'gas', { hazardSourceId: 'tank' }));
  one.put(device('gd-2', 'gas'));
  one.put(device('co-1', 'other'));
  return one;
}
const setPointOf = (one: Plant, id: string, code = 'L1'): unknown =>
  one.engine.view.limits(id).find((found) => found.code === code)?.setPoint;
const standing = (one: Plant, id: string): Rule => {
  const found = one.engine.view.assets('rule').get(id);
  if (found === undefined) throw new Error(`${id} is missing`);
  return found;
};
const refused = (outcome: Outcome | undefined): string =>
  outcome === undefined || outcome.ok ? 'ok' : `${outcome.code} ${outcome.detail}`;

describe('rules at four scopes', () => {
  it('the narrower scope holds, part by part, and each part says where it comes from', () => {
    const one = plant();
    one.rule(rule('by-profile', { setPoint: 24, onDelayMs: 1_000, offDelayMs: 500 }, { scope: 'profile', scopeId: 'gas' }));
    one.rule(rule('by-works', { setPoint: 23, latching: true }));
    one.rule(rule('by-tank', { setPoint: 22, onDelayMs: 0 }, { scope: 'hazard-source', scopeId: 'tank' }));
    one.rule(rule('by-device', { deadband: 1 }, { scope: 'device', scopeId: 'gd-1' }));
    const l1 = one.engine.view.limits('gd-1').find((found) => found.code === 'L1');
    expect(l1).toMatchObject({ setPoint: 22, onDelayMs: 0, offDelayMs: 500, latching: true, deadband: 1, level: 'yellow', armed: true });
    const from = (id: string, scope: Rule['scope'], scopeId: string): PartSource => ({
      from: 'rule',
      rule: id,
      revision: 1,
      scope,
      scopeId,
    });
    expect(l1?.sources).toEqual({
      parts: {
        setPoint: from('by-tank', 'hazard-source', 'tank'),
        return: from('by-device', 'device', 'gd-1'),
        onDelayMs: from('by-tank', 'hazard-source', 'tank'),
        offDelayMs: from('by-profile', 'profile', 'gas'),
        latching: from('by-works', 'enterprise', 'works'),
        level: { from: 'catalogue' },
        enabled: { from: 'catalogue' },
        basis: { from: 'catalogue' },
      },
    });
    expect(setPointOf(one, 'gd-2')).toBe(23);
    expect(setPointOf(one, 'co-1')).toBe(25);
  });

  it('a variant and attributes are named as sources, and a rule goes over a variant', () => {
    const one = plant();
    one.put(device('k', 'gas', { variant: 'kitchen', attributes: { h: 4 } }));
    const of = (code: string) => one.engine.view.limits('k').find((found) => found.code === code);
    expect(of('L1')).toMatchObject({ setPoint: 20, sources: { parts: { setPoint: { from: 'variant', variant: 'kitchen' } } } });
    expect(of('H')?.sources).toMatchObject({ setPointFrom: 'asset.h', attributes: [{ name: 'h', on: 'device' }] });
    one.rule(rule('r', { setPoint: 18 }));
    expect(of('L1')).toMatchObject({ setPoint: 18, basis: 'GB 2 clause 1', sources: { parts: { setPoint: { from: 'rule', rule: 'r' } } } });
    expect(of('PRE')).toMatchObject({ armed: false, reason: 'removed-by-variant' });
  });

  it('a limit of the site’s own stands beside the catalogue’s, and a narrower rule changes it', () => {
    const one = plant();
    const parts: RuleParts = { setPoint: 35, level: 'orange', deadband: 2, basis: 'hot work on this site' };
    one.rule(rule('own', parts, { code: 'HOT', adds: 'hi' }));
    one.rule(rule('own-1', { setPoint: 30 }, { code: 'HOT', scope: 'device', scopeId: 'gd-1' }));
    const hot = one.engine.view.limits('gd-1').find((found) => found.code === 'HOT');
    expect(hot).toMatchObject({
      ladder: 'hi',
      setPoint: 30,
      level: 'orange',
      armed: true,
      confidence: 'D',
      basis: 'hot work on this site',
    });
    expect(hot?.sources?.parts).toMatchObject({ level: { rule: 'own' }, setPoint: { rule: 'own-1' }, basis: { rule: 'own' } });
    one.send('gd-1', 'lel', 31);
    expect(one.alarm('hi')).toMatchObject({ level: 'orange', code: 'HOT', limit: 30 });
    expect(refused(one.config({ op: 'retire', asset: 'rule', id: 'own', base: 1 }).outcomes[0])).toBe(
      'in-use rule own-1 changes the limit that it adds',
    );
  });

  it('a device that moves to another hazard source or profile takes the rules of the new place', () => {
    const one = plant();
    one.rule(rule('by-tank', { setPoint: 22 }, { scope: 'hazard-source', scopeId: 'tank' }));
    one.rule(rule('by-device', { latching: true }, { scope: 'device', scopeId: 'gd-1' }));
    one.put(device('gd-1', 'gas'));
    expect(setPointOf(one, 'gd-1')).toBe(25);
    one.put(device('gd-1', 'other', { hazardSourceId: 'tank' }));
    expect(one.engine.view.limits('gd-1').map(({ code, latching }) => [code, latching])).toEqual([['L1', false]]);
    one.put(device('gd-1', 'gas', { hazardSourceId: 'tank' }));
    expect(one.engine.view.limits('gd-1').find(({ code }) => code === 'L1')).toMatchObject({ setPoint: 22, latching: true });
  });

  it('rules retire with what they were about, and say who it was', () => {
    const one = plant();
    one.rule(rule('by-device', { setPoint: 22 }, { scope: 'device', scopeId: 'gd-1' }));
    const applied = one.config({ op: 'retire', asset: 'device', id: 'gd-1', base: null });
    expect(applied.rules).toMatchObject([{ by: 'admin', rule: { id: 'by-device', revision: 2, retiredAt: one.now } }]);
    expect(standing(one, 'by-device').retiredAt).toBe(one.now);
    expect(refused(one.rule(rule('by-device', { setPoint: 21 }, { scope: 'device', scopeId: 'gd-1' })).outcomes[0])).toBe(
      'id-retired by-device',
    );
  });
});

describe('rules that change while an alarm is active', () => {
  it('a set point that moves away returns the alarm with cause configuration; it still wants its acknowledgement', () => {
    const one = plant();
    one.send('gd-1', 'lel', 26);
    one.rule(rule('r', { setPoint: 30 }));
    expect(one.alarm('hi')).toMatchObject({ state: 'UNACK', active: true, level: 'blue', code: 'PRE' });
    one.rule(rule('off', { enabled: false }, { code: 'PRE', reason: 'false alarms by steam' }));
    expect(one.alarm('hi')).toMatchObject({ state: 'RTNUN', active: false, ruleRevision: one.engine.view.appliedSeq });
    expect(one.alarmEvents('hi').at(-1)?.[1]).toMatchObject({ type: 'returned', cause: 'configuration' });
    expect(one.engine.view.limits('gd-1').find(({ code }) => code === 'PRE')).toMatchObject({
      armed: false,
      reason: 'disabled-by-rule',
      detail: 'false alarms by steam',
    });
  });

  it('a set point that moves below the last good value rings at once, and through its on-delay where there is one', () => {
    const one = plant();
    one.send('gd-1', 'lel', 22);
    one.send('gd-2', 'lel', 22);
    one.acknowledge('hi');
    one.rule(rule('r', { setPoint: 21 }, { scope: 'device', scopeId: 'gd-1' }));
    expect(one.alarm('hi')).toMatchObject({ state: 'UNACK', level: 'yellow', limit: 21, deviceId: 'gd-1' });
    one.rule(rule('r-2', { setPoint: 21, onDelayMs: 5_000 }, { scope: 'device', scopeId: 'gd-2' }));
    const second = () => [...one.engine.view.openAlarms()].find(({ deviceId }) => deviceId === 'gd-2');
    expect(second()).toMatchObject({ level: 'blue' });
    one.pass(5_000);
    expect(second()).toMatchObject({ level: 'yellow' });
  });

  it('a worse level, a limit taken back and a rule retired are followed', () => {
    const one = plant();
    one.send('gd-1', 'lel', 26);
    one.acknowledge('hi');
    one.rule(rule('r', { level: 'orange' }));
    expect(one.alarm('hi')).toMatchObject({ level: 'orange', state: 'UNACK' });
    one.config({ op: 'retire', asset: 'rule', id: 'r', base: 1 });
    expect(one.alarm('hi')).toMatchObject({ level: 'yellow' });
    one.rule(rule('own', { setPoint: 26, level: 'orange', deadband: 0.5, basis: 'x' }, { code: 'OWN', adds: 'hi' }));
    expect(one.alarm('hi')).toMatchObject({ level: 'orange', code: 'OWN' });
    one.config({ op: 'retire', asset: 'rule', id: 'own', base: 1 });
    expect(one.alarm('hi')).toMatchObject({ level: 'yellow', code: 'L1', active: true });
  });

  it('a bad point holds its alarm over a change of a rule', () => {
    const one = plant();
    one.send('gd-1', 'lel', 26);
    one.send('gd-1', 'lel', null, { quality: 'bad' });
    one.rule(rule('r', { enabled: false }, { reason: 'x' }));
    one.rule(rule('r-2', { enabled: false }, { code: 'PRE', reason: 'x' }));
    one.rule(rule('r-3', { setPoint: 60 }, { code: 'L2' }));
    expect(one.alarm('hi')?.acknowledgedBy).toBeNull();
    expect(['UNACK', 'RTNUN']).toContain(one.alarm('hi')?.state);
  });

  it('a rule that is refused changes nothing', () => {
    const one = plant();
    one.send('gd-1', 'lel', 26);
    const before = one.engine.serialise();
    const applied = one.rule(rule('r', { setPoint: 60 }));
    expect(applied.outcomes[0]).toMatchObject({ ok: false, code: 'invalid' });
    expect(applied.events).toEqual([]);
    expect(applied.rules).toBeUndefined();
    expect(one.engine.serialise().split('\n').slice(2)).toEqual(before.split('\n').slice(2));
  });
});

describe('what a rule is refused for, and where', () => {
  const own = { code: 'OWN', adds: 'hi' } as const;
  const whole: RuleParts = { setPoint: 35, level: 'orange', deadband: 2, basis: 'x' };
  const table: readonly (readonly [string, RuleParts, Partial<Rule>, string])[] = [
    ['nothing', {}, {}, 'invalid parts: says nothing'],
    ['an unknown profile', { setPoint: 20 }, { profileId: 'none' }, 'unknown-reference profileId'],
    ['an unknown enterprise', { setPoint: 20 }, { scopeId: 'none' }, 'unknown-reference scopeId'],
    ['an unknown device', { setPoint: 20 }, { scope: 'device', scopeId: 'none' }, 'unknown-reference scopeId'],
    [
      'a device of another profile',
      { setPoint: 20 },
      { scope: 'device', scopeId: 'co-1' },
      'invalid profileId: the device has another profile',
    ],
    [
      'a profile rule about another',
      { setPoint: 20 },
      { scope: 'profile', scopeId: 'other' },
      'invalid profileId: must be the profile of the scope',
    ],
    ['an unknown measurement', { setPoint: 20 }, { measurement: 'co' }, 'invalid measurement: co is no measurement of gas'],
    ['an unknown limit', { setPoint: 20 }, { code: 'L9' }, 'invalid code: L9 is no limit of lel; there are L1, L2, PRE, LOW'],
    ['a set point out of range', { setPoint: 101 }, {}, 'invalid parts.setPoint: outside the measuring range 0 … 100 1'],
    ['a set point that is none', { setPoint: 'bit1' }, {}, 'invalid parts.setPoint: wanted: a number'],
    ['two set points', { setPoint: 20, setPointFrom: 'asset.h' }, {}, 'invalid parts.setPointFrom: either a set point or an expression'],
    ['an expression with a fault', { setPointFrom: 'asset.h +' }, {}, 'invalid parts.setPointFrom: '],
    ['two ways back', { deadband: 1, resetBelow: 20 }, {}, 'invalid parts.resetBelow: either a deadband or a clearing value'],
    ['a clearing value of a low limit', { resetBelow: 1 }, { code: 'LOW' }, 'invalid parts.resetBelow: only a high limit has one'],
    ['a clearing value above the set point', { resetBelow: 26 }, {}, 'invalid limits.L1: resetBelow 26 is above the set point 25'],
    ['a negative deadband', { deadband: -1 }, {}, 'invalid parts.deadband: wanted: 0 or more'],
    ['a deadband down to the next milder limit', { deadband: 15 }, {}, 'invalid limits.L1: 15 is not less than the 15 to PRE (10)'],
    ['a deadband down to the low limit', { deadband: 8 }, { code: 'PRE' }, 'invalid limits.PRE: 8 is not less than the 8 to LOW (2)'],
    ['half a millisecond', { onDelayMs: 0.5 }, {}, 'invalid parts.onDelayMs: wanted: whole milliseconds, 0 … 86400000'],
    ['a day and more', { offDelayMs: 86_400_001 }, {}, 'invalid parts.offDelayMs: wanted: whole milliseconds, 0 … 86400000'],
    ['a window of a plain limit', { windowMs: 1_000 }, {}, 'invalid parts.windowMs: only a rate, a deviation or a count has one'],
    ['a mild limit beyond a worse one', { setPoint: 55 }, {}, 'invalid limits.L1: yellow at 55 lies behind L2 (red at 50)'],
    ['a level as severe as the next one', { level: 'red' }, {}, 'invalid limits.L2: red at 50 lies behind L1 (red at 25)'],
    [
      'a high limit below the low one',
      { setPoint: 1, deadband: 0 },
      { code: 'PRE' },
      'invalid limits.PRE: high 1 is not above the low limit LOW (2)',
    ],
    [
      'a variant that would be hidden',
      { setPoint: 22 },
      { code: 'PRE' },
      'invalid limits.PRE: blue at 22 lies behind L1 (yellow at 20) (variant kitchen)',
    ],
    ['switching off without a reason', { enabled: false }, {}, 'invalid reason: wanted where a limit is switched off'],
    ['an empty basis', { basis: ' ' }, {}, 'invalid parts.basis: wanted: 1 … 1000 characters'],
    ['a limit that is there already', whole, { adds: 'hi' }, 'invalid adds: L1 is there already: leave "adds" out to change it'],
    [
      'a limit of one’s own without a set point',
      { level: 'red', basis: 'x', deadband: 1 },
      own,
      'invalid parts.setPoint: wanted where a rule adds a limit',
    ],
    ['… without a level', { setPoint: 35, basis: 'x', deadband: 1 }, own, 'invalid parts.level: wanted where a rule adds a limit'],
    [
      '… without a basis',
      { setPoint: 35, level: 'orange', deadband: 1 },
      own,
      'invalid parts.basis: wanted where a rule adds a limit: what it rests on',
    ],
    [
      '… without a way back',
      { setPoint: 35, level: 'orange', basis: 'x' },
      own,
      'invalid parts.deadband: wanted where a rule adds a limit',
    ],
    [
      '… a rate without a window',
      { setPoint: 3, level: 'orange', basis: 'x' },
      { ...own, adds: 'roc_hi' },
      'invalid parts.windowMs: wanted where a rule adds a limit',
    ],
    ['… as severe as one there is', { ...whole, level: 'yellow' }, own, 'invalid limits.OWN: yellow at 35 lies behind L1 (yellow at 25)'],
    ['… with a name of ours', whole, { ...own, code: 'F03' }, 'invalid code: wanted: a capital letter'],
  ];
  for (const [name, parts, about, why] of table) {
    it(name, () => {
      const one = plant();
      const value = rule('r', parts, about);
      const trial = one.engine.view.tryRule({ op: 'put', asset: 'rule', base: 0, value });
      const said = refused(one.rule(value).outcomes[0]);
      expect(said).toContain(why);
      expect(trial.outcome.ok ? 'ok' : `${trial.outcome.code} ${trial.outcome.detail}`).toBe(said);
      expect(one.engine.view.assets('rule').size).toBe(0);
    });
  }

  it('a second rule of one scope about one limit, a wrong revision, and what is fixed', () => {
    const one = plant();
    one.rule(rule('r', { setPoint: 20 }));
    expect(refused(one.rule(rule('r-2', { latching: true })).outcomes[0])).toBe(
      'invalid code: rule r of the same scope is about this limit already',
    );
    expect(refused(one.config({ op: 'put', asset: 'rule', base: 7, value: rule('r', { setPoint: 21 }) }).outcomes[0])).toBe(
      'revision-conflict revision is 1',
    );
    for (const [what, part] of Object.entries({
      scope: { scope: 'device', scopeId: 'gd-1' },
      code: { code: 'L2' },
      measurement: { measurement: 'level', code: 'H' },
    } as const))
      expect(refused(one.rule(rule('r', { setPoint: 21 }, part)).outcomes[0])).toBe(`invalid ${what}: is fixed; make another rule`);
    expect(refused(one.config({ op: 'retire', asset: 'rule', id: 'none', base: null }).outcomes[0])).toBe('not-found none');
  });

  it('taking a rule back is refused where it would leave the others unsound', () => {
    const one = plant();
    one.rule(rule('down', { setPoint: 15 }));
    one.rule(rule('down-2', { setPoint: 20 }, { code: 'L2' }));
    expect(refused(one.config({ op: 'retire', asset: 'rule', id: 'down', base: null }).outcomes[0])).toContain(
      'invalid limits.L1: yellow at 25 lies behind L2 (red at 20)',
    );
    expect(refused(one.config({ op: 'retire', asset: 'rule', id: 'down-2', base: null }).outcomes[0])).toBe('ok');
    expect(refused(one.config({ op: 'retire', asset: 'rule', id: 'down', base: null }).outcomes[0])).toBe('ok');
  });

  it('one device whose attributes would make it unsound is named', () => {
    const one = plant();
    one.put(device('t', 'gas', { attributes: { h: 90 } }));
    const parts: RuleParts = { setPoint: 80, level: 'red', deadband: 1, basis: 'x' };
    expect(refused(one.rule(rule('r', parts, { measurement: 'level', code: 'HH', adds: 'hi' })).outcomes[0])).toBe(
      'invalid limits.H: yellow at 90 lies behind HH (red at 80) (device t)',
    );
  });
});

describe('a change tried beforehand', () => {
  const tried = (one: Plant, parts: RuleParts, more: Partial<Rule> = {}): RuleTrial =>
    one.engine.view.tryRule({
      op: 'put',
      asset: 'rule',
      base: one.engine.view.assets('rule').get('r')?.revision ?? 0,
      value: rule('r', parts, more),
    });

  it('says what would be less strict, what rests on a clause, and how many devices it reaches', () => {
    const one = plant();
    one.put(device('k', 'gas', { variant: 'kitchen' }));
    expect(tried(one, { setPoint: 22 })).toMatchObject({
      outcome: { ok: true },
      devices: 3,
      softened: [{ variant: 'kitchen', code: 'L1', parts: ['setPoint'], mandatory: true, basis: 'GB 2 clause 1' }],
    });
    expect(tried(one, { setPoint: 18 }).softened).toEqual([]);
    expect(tried(one, { setPoint: 12 }, { code: 'PRE' })).toMatchObject({
      softened: [{ parts: ['setPoint'], mandatory: false, variant: null }],
    });
    expect(tried(one, { onDelayMs: 1 }, { scope: 'device', scopeId: 'gd-1' })).toMatchObject({
      devices: 1,
      softened: [{ device: 'gd-1', parts: ['onDelayMs'], mandatory: true }],
    });
    expect(tried(one, { setPoint: 3 }, { measurement: 'level', code: 'H' }).softened).toEqual([]);
    one.put(device('t', 'gas', { attributes: { h: 2 } }));
    expect(tried(one, { setPoint: 3 }, { measurement: 'level', code: 'H' })).toMatchObject({
      softened: [{ device: 't', mandatory: true }],
    });
  });

  it('is measured against what stands now: a tightened limit that is taken back is softened, one that is tightened further is not', () => {
    const one = plant();
    one.rule(rule('r', { setPoint: 20 }));
    expect(one.engine.view.tryRule({ op: 'retire', asset: 'rule', id: 'r', base: null })).toMatchObject({
      softened: [{ code: 'L1', mandatory: true }],
    });
    expect(tried(one, { setPoint: 21 }).softened.map(({ variant }) => variant)).toEqual([null, 'kitchen']);
    expect(tried(one, { setPoint: 19 }).softened).toEqual([]);
  });

  it('names the clause that becomes less strict, not what a rule has put in its place', () => {
    const one = plant();
    one.put(device('k', 'gas', { variant: 'kitchen' }));
    one.rule(rule('r', { setPoint: 15, basis: 'a list of our own, up to 60 %LEL is fine', basisZh: '自定' }));
    expect(tried(one, { setPoint: 30 }).softened.map(({ variant, basis, basisZh }) => [variant, basis, basisZh])).toEqual([
      [null, 'GB 1 clause 2', undefined],
      ['kitchen', 'GB 2 clause 1', undefined],
    ]);
    // A limit of the site's own rests on what the site says.
    one.rule(rule('own', { setPoint: 5, level: 'blue', basis: 'our list', windowMs: 60_000 }, { code: 'OWN', adds: 'roc_hi' }));
    expect(one.engine.view.tryRule({ op: 'retire', asset: 'rule', id: 'own', base: null }).softened).toMatchObject([
      { variant: null, code: 'OWN', basis: 'our list', mandatory: false },
      { variant: 'kitchen', code: 'OWN', basis: 'our list', mandatory: false },
    ]);
  });

  it('changes nothing: not the state, and not what the next rule of that revision means', () => {
    const one = plant();
    const before = one.engine.serialise();
    tried(one, { setPoint: 30 });
    expect(one.engine.serialise()).toBe(before);
    one.rule(rule('r', { setPoint: 20 }));
    expect(setPointOf(one, 'gd-1')).toBe(20);
    tried(one, { setPoint: 30 });
    one.rule(rule('r', { setPoint: 21 }));
    expect(setPointOf(one, 'gd-1')).toBe(21);
  });

  it('does not lose what is mandatory among many that are not', () => {
    const codes = Array.from({ length: 30 }, (_, n) => `variant-${n}`);
    const variants = Object.fromEntries(
      codes.map((name, n) => [
        name,
        { setPoints: { L1: 20 }, basis: `own choice ${n}`, confidence: n === 29 ? ('V' as const) : ('D' as const) },
      ]),
    );
    const one = new Plant().setUp([profile('gas', [measurement('lel', [limit('L1', 'yellow', 25)], { variants })])], []);
    expect(tried(one, { setPoint: 30 }).softened.filter(({ mandatory }) => mandatory)).toMatchObject([{ variant: 'variant-29' }]);
  });
});

describe('rules in snapshot and replay', () => {
  it('a restored engine has the same rules, limits and state', () => {
    const one = plant();
    one.rule(rule('z', { setPoint: 22 }));
    one.rule(rule('a', { setPoint: 40 }, { code: 'L2' }));
    one.rule(rule('z', { setPoint: 21 }));
    one.send('gd-1', 'lel', 41);
    const back = restoreEngine(one.engine.serialise());
    expect(back.serialise()).toBe(one.engine.serialise());
    expect(back.view.limits('gd-1')).toEqual(one.engine.view.limits('gd-1'));
    const again = createEngine();
    for (const entry of one.entries) again.apply(entry);
    expect(again.serialise()).toBe(one.engine.serialise());
  });

  it('a catalogue that has lost a limit leaves its rules asleep, and one that has it again wakes them', () => {
    const one = plant();
    one.rule(rule('r', { setPoint: 22 }));
    const without = profile('gas', [measurement('lel', [limit('L2', 'red', 50)])]);
    one.config({ op: 'catalogue', catalogue: catalogue('v2', [without, OTHER]) });
    expect(one.engine.view.limits('gd-1').map(({ code }) => code)).toEqual(['L2']);
    one.config({ op: 'catalogue', catalogue: catalogue('v3', [GAS, OTHER]) });
    expect(setPointOf(one, 'gd-1')).toBe(22);
  });

  it('an enterprise that goes takes its rules along', () => {
    const one = plant();
    one.config({ op: 'put', asset: 'enterprise', base: 0, value: enterprise('small') });
    one.rule(rule('r', { setPoint: 22 }, { scopeId: 'small' }));
    expect(one.config({ op: 'retire', asset: 'enterprise', id: 'small', base: null }).outcomes[0]).toMatchObject({ ok: true });
    expect(standing(one, 'r').retiredAt).toBe(one.now);
  });
});
