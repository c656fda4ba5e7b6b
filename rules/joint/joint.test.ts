import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JointVoter } from '../../model/engine.ts';
import type { Rule } from '../../model/asset.ts';
import type { JointCondition, RuleParts, Vote } from '../../model/rule.ts';
import type { Quality } from '../../model/reading.ts';
import { restoreEngine } from '../engine.ts';
import { device, enterprise, hazardSource, limit, measurement, Plant, profile, rule } from '../testing/plant.ts';

const GAS = profile('gas', [
  measurement('lel', [limit('L1', 'yellow', 20, { deadband: 2, offDelayMs: 10_000 })], { ucum: '%{LEL}' }),
  measurement('valve', [], { valueType: 'boolean', range: [0, 1] }),
  measurement('temp', [limit('HOT', 'orange', 60)], { channels: 2 }),
]);
const SMOKE = profile(
  'smoke',
  [measurement('status', [limit('FIRE', 'orange', 'bit1', { dir: 'state' })], { valueType: 'bitmask', range: [0, 65_535] })],
  {
    alarmKind: 'fire',
  },
);
const DEVICES = ['a', 'b', 'c'] as const;

function plant(more: readonly string[] = []): Plant {
  const one = new Plant().setUp([GAS, SMOKE], []);
  one.place('hazard-source', hazardSource('tank', { attributes: { level_hh: 4 } }));
  one.place('hazard-source', hazardSource('other'));
  for (const id of [...DEVICES, ...more]) one.put(device(id, 'gas', { hazardSourceId: 'tank' }));
  return one;
}

const PARTS: RuleParts = { level: 'red', basis: 'emergency plan 3' };
function joint(condition: JointCondition, parts: RuleParts = PARTS, more: Partial<Rule> = {}): Rule {
  return rule('r1', parts, {
    scope: 'hazard-source',
    scopeId: 'tank',
    profileId: null,
    measurement: null,
    code: 'VOTED',
    joint: condition,
    ...more,
  });
}
function vote(more: Partial<Vote> = {}): JointCondition {
  const of = DEVICES.map((id) => ({ device: id, measurement: 'lel' }));
  return { vote: { atLeast: 2, of, when: { limit: 'L1' }, bad: 'votes', ...more } };
}

const detail = ({ outcomes }: { readonly outcomes: readonly { readonly ok: boolean; readonly detail?: unknown }[] }): unknown =>
  outcomes[0]?.ok === true ? 'ok' : outcomes[0]?.detail;
const voted = (one: Plant): readonly string[] => one.told('VOTED').map((text) => text.slice(6));
const limits = (one: Plant) => one.engine.view.jointLimits('tank')[0];
const says = (one: Plant): readonly JointVoter['says'][] => limits(one)?.voters?.map((voter) => voter.says) ?? [];

describe('the list of voters', () => {
  it.each([
    ['votes', true],
    ['drops', false],
  ] as const)('says that one which was never heard counts for the alarm, or not (%s)', (bad, counts) => {
    const one = plant();
    one.rule(joint(vote({ bad })));
    one.send('a', 'lel', 1);
    one.send('b', 'lel', 1, { quality: 'bad' });
    expect(limits(one)?.voters?.map((voter) => [voter.device, voter.says, voter.counts, voter.unheard])).toEqual([
      ['a', 'against', false, undefined],
      ['b', 'bad', counts, undefined],
      ['c', 'bad', counts, true],
    ]);
    one.send('b', 'lel', 1);
    one.send('b', 'lel', 1, { quality: 'bad' });
    one.send('c', 'lel', 30);
    expect(limits(one)?.voters?.map((voter) => [voter.says, voter.counts, voter.unheard])).toEqual([
      ['against', false, undefined],
      ['bad', counts, undefined],
      ['for', true, undefined],
    ]);
  });
});

describe('k of n points', () => {
  it('rings at the hazard source when k of them are in the condition, and clears when fewer are', () => {
    const one = plant();
    expect(detail(one.rule(joint(vote(), { ...PARTS, onDelayMs: 3_000, offDelayMs: 5_000 })))).toBe('ok');
    for (const id of DEVICES) one.send(id, 'lel', 1);
    one.send('a', 'lel', 25);
    one.pass(20_000);
    expect(voted(one)).toEqual([]);
    one.send('c', 'lel', 26);
    one.pass(2_900);
    expect(voted(one)).toEqual([]);
    one.pass(200);
    expect(voted(one)).toEqual(['raised']);
    expect(one.alarm('VOTED')).toMatchObject({
      deviceId: null,
      measurement: null,
      channel: null,
      hazardSourceId: 'tank',
      groupId: 'hazard-source:tank',
      enterpriseId: 'works',
      kind: 'process',
      level: 'red',
      code: 'VOTED',
      value: 2,
      limit: 2,
      state: 'UNACK',
    });
    // The voter's own deadband and off-delay hold its vote: 19 is not left, 17 only after 10 s; then the vote's own off-delay.
    one.send('a', 'lel', 19);
    one.pass(20_000);
    one.send('a', 'lel', 17);
    one.pass(14_800);
    expect(voted(one)).toEqual(['raised']);
    one.pass(400);
    expect(voted(one)).toEqual(['raised', 'returned']);
    one.acknowledge('VOTED');
    expect(one.alarm('VOTED')).toBeUndefined();
  });

  it('is managed as any alarm: shelved, latched, reset, taken out of service', () => {
    const one = plant();
    one.rule(joint(vote(), { ...PARTS, level: 'yellow', latching: true }));
    for (const id of DEVICES) one.send(id, 'lel', 30);
    const id = one.alarm('VOTED')?.id ?? '';
    expect(one.command({ op: 'shelve', alarmId: id, minutes: 10, reason: 'known' }).outcomes[0]?.ok).toBe(true);
    expect(one.command({ op: 'unshelve', alarmId: id }).outcomes[0]?.ok).toBe(true);
    expect(one.command({ op: 'reset', alarmId: id }).outcomes[0]?.ok).toBe(false);
    one.acknowledge('VOTED');
    for (const name of DEVICES) one.send(name, 'lel', 0);
    one.pass(11_000);
    expect(one.alarm('VOTED')?.state).toBe('LACK');
    expect(one.command({ op: 'reset', alarmId: id }).outcomes[0]?.ok).toBe(true);
    expect(one.alarm('VOTED')).toBeUndefined();
    // What is left are the three points' own, which nobody has acknowledged.
    expect(one.engine.view.counts().open.yellow).toBe(3);
  });

  it('its alarm counts for the warning of the hazard source', () => {
    const one = plant();
    one.rule(joint(vote()));
    for (const id of ['a', 'b']) one.send(id, 'lel', 30);
    expect(one.warning('hazard-source:tank').level).toBe('red');
  });

  /** What three voters say, and what 2 of 3 comes to: bad ones count as votes (1), or drop out (2). */
  it.each<[readonly (number | 'bad' | 'test' | 'none')[], boolean | null, boolean | null]>([
    [[30, 30, 30], true, true],
    [[30, 30, 0], true, true],
    [[30, 0, 0], false, false],
    [[30, 0, 'bad'], true, false],
    [[30, 0, 'none'], true, false],
    [[30, 30, 'bad'], true, true],
    [[30, 'bad', 'bad'], true, true],
    [[0, 'bad', 'bad'], false, false],
    [[0, 0, 'bad'], false, false],
    [['bad', 'bad', 'bad'], null, null],
    [['none', 'none', 'none'], null, null],
    [[30, 0, 'test'], false, false],
    [[30, 'test', 'test'], true, true],
    [[0, 'test', 'bad'], false, false],
    [['test', 'test', 'test'], null, null],
  ])('%j → %s where bad voters vote, %s where they drop out', (words, asVotes, asDrops) => {
    for (const [bad, wanted] of [['votes', asVotes] as const, ['drops', asDrops] as const]) {
      const one = plant();
      one.rule(joint(vote({ bad })));
      words.forEach((word, i) => {
        if (word !== 'none') one.send(DEVICES[i] ?? '', 'lel', 0);
      });
      words.forEach((word, i) => {
        const id = DEVICES[i] ?? '';
        if (word === 'none') return;
        if (typeof word === 'number') one.send(id, 'lel', word);
        else one.send(id, 'lel', word === 'bad' ? null : 90, { quality: word });
      });
      expect([bad, limits(one)?.holds === undefined ? limits(one)?.on : null]).toEqual([bad, wanted]);
      expect(one.alarm('VOTED') !== undefined).toBe(wanted === true);
    }
  });

  it('a voter that goes bad keeps its vote: bad quality clears nothing', () => {
    for (const bad of ['votes', 'drops'] as const) {
      const one = plant();
      one.rule(joint(vote({ bad })));
      one.send('a', 'lel', 30);
      one.send('b', 'lel', 30);
      one.send('c', 'lel', 0);
      one.send('a', 'lel', null, { quality: 'bad' });
      one.send('b', 'lel', 12, { quality: 'maintenance' });
      one.pass(60_000);
      expect(says(one).slice(0, 2)).toEqual(['held', 'held']);
      expect(one.alarm('VOTED')?.active).toBe(true);
      one.send('a', 'lel', 0);
      one.pass(11_000);
      expect(one.alarm('VOTED')?.active).toBe(false);
    }
  });

  it('a voter older than its dead-man allows is a bad one, and a word from it makes it good again', () => {
    const one = plant();
    one.rule(joint(vote()));
    for (const id of DEVICES) one.send(id, 'lel', 0);
    for (let n = 0; n < 10; n += 1) {
      one.pass(20_000);
      one.send('a', 'lel', 30);
      one.send('b', 'lel', 0);
    }
    expect(says(one)).toEqual(['for', 'against', 'bad']);
    expect(one.alarm('VOTED')?.active).toBe(true);
    one.send('c', 'lel', 0);
    expect(says(one)).toEqual(['for', 'against', 'against']);
    expect(one.alarm('VOTED')?.active).toBe(false);
  });

  it('our own outage makes no voter bad and ends no delay', () => {
    const one = plant();
    one.rule(joint(vote(), { ...PARTS, onDelayMs: 30_000 }));
    for (const id of DEVICES) one.send(id, 'lel', 30);
    one.pass(10_000);
    one.restart(3_600_000);
    expect(says(one)).toEqual(['for', 'for', 'for']);
    expect(voted(one)).toEqual([]);
    one.pass(19_000);
    expect(voted(one)).toEqual([]);
    one.pass(1_200);
    expect(voted(one)).toEqual(['raised']);
  });

  it('numbers of its own have a deadband for each voter; states and bits vote as well', () => {
    const one = plant();
    one.rule(joint(vote({ when: { dir: 'hi', setPoint: 15, deadband: 5 } })));
    for (const id of DEVICES) one.send(id, 'lel', 15);
    one.send('a', 'lel', 10.1);
    one.send('b', 'lel', 10.1);
    expect(says(one)).toEqual(['for', 'for', 'for']);
    one.send('a', 'lel', 10);
    one.send('b', 'lel', 14);
    expect(says(one)).toEqual(['against', 'for', 'for']);
    one.send('b', 'lel', 10);
    one.send('b', 'lel', 14.9);
    expect(says(one)).toEqual(['against', 'against', 'for']);
    one.put(device('s1', 'smoke', { hazardSourceId: 'tank' }));
    one.put(device('s2', 'smoke', { hazardSourceId: 'tank' }));
    const both = { of: { profileId: 'smoke', measurement: 'status' }, when: { dir: 'state', setPoint: 'bit1' } } as const;
    expect(detail(one.rule(joint(vote(both), PARTS, { id: 'r2', code: 'BOTH' })))).toBe('ok');
    one.send('s1', 'status', 2);
    one.send('s2', 'status', 3);
    expect(one.alarm('BOTH')).toMatchObject({ kind: 'fire', level: 'red' });
  });

  it('a late batch changes no vote until it is over', () => {
    const one = plant();
    one.rule(joint(vote()));
    for (const id of DEVICES) for (let n = 0; n < 3; n += 1) one.send(id, 'lel', 0, { stamp: 0 });
    one.send('b', 'lel', 30, { stamp: 0 });
    one.pass(150_000);
    one.send('b', 'lel', 30, { stamp: 0 });
    one.send('c', 'lel', 0, { stamp: 0 });
    one.send('a', 'lel', 30, { stamp: -120_000 });
    expect(says(one)).toEqual(['against', 'for', 'against']);
    expect(one.alarm('VOTED')).toBeUndefined();
    one.pass(5_100);
    expect(one.alarm('VOTED')?.active).toBe(true);
  });
});

describe('what is configured', () => {
  it('a voter that is retired or moved away has no vote any more; the alarm follows and still wants its acknowledgement', () => {
    for (const how of ['retire', 'move', 'try'] as const) {
      const one = plant();
      one.rule(joint(vote({ bad: 'drops' })));
      one.send('a', 'lel', 30);
      one.send('b', 'lel', 30);
      one.send('c', 'lel', 0);
      if (how === 'retire') one.config({ op: 'retire', asset: 'device', id: 'a', base: null });
      else if (how === 'move') one.put(device('a', 'gas', { hazardSourceId: 'other' }));
      else one.put(device('a', 'gas', { hazardSourceId: 'tank', mode: 'test' }));
      expect([how, voted(one)]).toEqual([how, ['raised', 'returned']]);
      expect([how, one.alarmEvents('VOTED').at(-1)?.[1].cause]).toEqual([how, 'configuration']);
      expect(one.alarm('VOTED')?.state).toBe('RTNUN');
      // 1 of 1 where the others are gone, too.
      one.config({ op: 'retire', asset: 'device', id: 'c', base: null });
      expect([how, one.alarm('VOTED')?.active]).toEqual([how, true]);
      one.config({ op: 'retire', asset: 'device', id: 'b', base: null });
      if (how !== 'try') expect(limits(one)).toMatchObject({ armed: false, reason: 'no-voters' });
      expect(one.alarm('VOTED')?.active).toBe(how === 'try');
    }
  });

  it('a group takes in what comes to the hazard source, and lets go what leaves it', () => {
    const one = plant();
    one.put(device('d', 'gas', { hazardSourceId: 'other' }));
    one.rule(joint(vote({ of: { profileId: 'gas', measurement: 'lel' } })));
    for (const id of DEVICES) one.send(id, 'lel', 0);
    one.send('a', 'lel', 30);
    one.send('d', 'lel', 30);
    expect(voted(one)).toEqual([]);
    one.put(device('d', 'gas', { hazardSourceId: 'tank' }));
    expect(voted(one)).toEqual(['raised']);
    one.put(device('d', 'gas', { hazardSourceId: 'other' }));
    expect(voted(one)).toEqual(['raised', 'returned']);
  });

  it('a rule changed, switched off, retired; a hazard source retired; an enterprise moved', () => {
    const one = plant();
    one.rule(joint(vote()));
    one.send('a', 'lel', 30);
    one.send('b', 'lel', 30);
    one.send('c', 'lel', 0);
    one.rule(joint(vote({ atLeast: 3 })));
    expect(voted(one)).toEqual(['raised', 'returned']);
    one.rule(joint(vote({ atLeast: 1 })));
    one.rule(joint(vote({ atLeast: 1 }), { ...PARTS, level: 'yellow' }));
    expect(one.alarm('VOTED')?.level).toBe('yellow');
    one.rule(joint(vote(), { ...PARTS, enabled: false }, { reason: 'rebuilt' }));
    expect(limits(one)).toMatchObject({ armed: false, reason: 'disabled-by-rule', detail: 'rebuilt' });
    one.rule(joint(vote()));
    one.place('enterprise', enterprise('works', { kind: 'test' }));
    expect(one.alarm('VOTED')?.test).toBe(true);
    one.config({ op: 'retire', asset: 'rule', id: 'r1', base: null });
    expect(one.alarm('VOTED')).toMatchObject({ active: false, state: 'RTNUN' });
    for (const id of DEVICES) one.put(device(id, 'gas'));
    one.config({ op: 'retire', asset: 'hazard-source', id: 'tank', base: null });
    expect(one.alarm('VOTED')).toBeUndefined();
    expect(voted(one).at(-1)).toBe('closed');
  });

  it('is refused with its place where it is not sound', () => {
    const one = plant();
    const refused = (condition: JointCondition, parts: RuleParts = PARTS, more: Partial<Rule> = {}) =>
      String(detail(one.rule(joint(condition, parts, more))));
    expect(refused(vote(), PARTS, { scope: 'enterprise', scopeId: 'works' })).toMatch(/^scope: /);
    expect(refused(vote(), PARTS, { measurement: 'lel' })).toMatch(/^measurement: not wanted/);
    expect(refused(vote(), PARTS, { code: 'BAD' })).toMatch(/^code: /);
    expect(refused(vote({ atLeast: 4 }))).toBe('joint.vote.atLeast: more than the 3 points there are');
    expect(refused(vote({ when: { limit: 'L9' } }))).toBe('joint.vote.when.limit: L9 is no limit of lel of a; there are L1');
    expect(refused(vote({ when: { dir: 'hi', setPoint: 200, deadband: 0 } }))).toMatch(
      /^joint.vote.when.setPoint: outside the measuring range/,
    );
    expect(refused(vote({ of: [{ device: 'x', measurement: 'lel' }], atLeast: 1 }))).toBe(
      'joint.vote.of.0: x is no device of this hazard source',
    );
    expect(refused(vote({ of: [{ device: 'a', measurement: 'temp' }], atLeast: 1, when: { limit: 'HOT' } }))).toMatch(
      /has the channels 1 … 2/,
    );
    const twice = [1, 2].map(() => ({ device: 'a', measurement: 'lel' }));
    expect(refused(vote({ of: twice }))).toBe('joint.vote.of.1: is there twice');
    expect(refused(vote(), { basis: 'x' })).toMatch(/^parts.level: wanted/);
    expect(refused(vote(), { ...PARTS, setPoint: 3 })).toMatch(/^parts.setPoint: has no meaning/);
    expect(refused({ expression: 'value("a", "lel")', compare: 'hi' })).toMatch(/^parts.setPoint: wanted/);
    expect(refused(vote(), { ...PARTS, enabled: false })).toMatch(/^reason: /);
    one.rule(joint(vote()));
    expect(String(detail(one.rule(joint(vote(), PARTS, { id: 'r9' }))))).toBe(
      'code: rule r1 of the same hazard source has this code already',
    );
    expect(refused(vote(), PARTS, { code: 'OTHER' })).toMatch(/^code: is fixed/);
  });

  it('less strict is told: fewer points, more votes wanted, later, milder, not latched, gone; no standard stands behind one', () => {
    const one = plant();
    one.rule(joint(vote(), { ...PARTS, latching: true }));
    const softened = (condition: JointCondition, parts: RuleParts): unknown =>
      one.engine.view
        .tryRule({ op: 'put', asset: 'rule', base: 1, value: joint(condition, parts) })
        .softened.map((found) => [found.parts, found.mandatory]);
    const strict = { ...PARTS, latching: true };
    expect(softened(vote(), strict)).toEqual([]);
    expect(softened(vote({ atLeast: 1 }), strict)).toEqual([]);
    expect(softened(vote({ atLeast: 3 }), strict)).toEqual([[['joint'], false]]);
    expect(softened(vote({ bad: 'drops' }), strict)).toEqual([[['joint'], false]]);
    expect(softened(vote(), { ...strict, onDelayMs: 5 })).toEqual([[['onDelayMs'], false]]);
    expect(softened(vote(), { ...PARTS, level: 'orange' })).toEqual([[['level', 'latching'], false]]);
    expect(one.engine.view.tryRule({ op: 'retire', asset: 'rule', id: 'r1', base: null }).softened.map(({ parts }) => parts)).toEqual([
      ['enabled'],
    ]);
  });
});

describe('an expression over several devices', () => {
  it.each<[text: string, at: string]>([
    ['value("a", "lel") >', '1:20'],
    ['value("a") > 20.0', '1:1'],
    ['value("a", "lel") > 20.0 &&\n  value("x", "lel") > 20.0', '2:3 x is no device of this hazard source'],
    ['value("a", "lol") > 20.0', '1:1 lol is no measurement of gas'],
    ['on("a", "lel", "L1") || on("b", "lel", "L9")', '1:25 L9 is no limit of lel'],
    ['value("a", "temp", 3) > 20.0', '1:1 temp of a has the channels 1 … 2'],
    ['value("a", "temp") > 20.0', '1:1 temp of a has the channels 1 … 2'],
    ['value("a" + "b", "lel") > 20.0', '1:1 wanted: names as texts in quotes'],
    ['asset.level_hh > 3.0', '1:1 reads no point'],
    ['value("a", "lel") > 20.0 && asset', '1:'],
    ['value("a", "lel") + 1.0', '1:1 gives double, must give bool'],
    ['lel > 20.0', '1:1'],
  ])('%s is refused and says where', (text, at) => {
    const one = plant();
    const said = String(detail(one.rule(joint({ expression: text }))));
    expect(said.startsWith('joint.expression: ')).toBe(true);
    expect(said).toContain(at);
  });

  it('is judged when any of its inputs comes, reads attributes and conditions, and needs them', () => {
    const one = plant();
    const text =
      'on("a", "lel", "L1") && !is("b", "valve") && value("c", "temp", 2) > attribute("c", "hot") && !condition("a", "dry") && asset.level_hh > 3.0';
    expect(detail(one.rule(joint({ expression: text })))).toBe('ok');
    expect(limits(one)).toMatchObject({ armed: false, reason: 'attribute-missing', detail: 'c.hot' });
    one.put(device('c', 'gas', { hazardSourceId: 'tank', attributes: { hot: 50 } }));
    expect(limits(one)).toMatchObject({ armed: false, reason: 'condition-missing', detail: 'a.dry' });
    one.put(device('a', 'gas', { hazardSourceId: 'tank', conditions: { dry: false } }));
    expect(limits(one)).toMatchObject({ armed: true });
    one.send('c', 'temp', 55, { channel: 2 });
    one.send('b', 'valve', 0);
    expect(limits(one)?.holds).toEqual({ reason: 'no-data', detail: 'a/lel' });
    one.send('a', 'lel', 30);
    expect(voted(one)).toEqual(['raised']);
    one.send('b', 'valve', 1);
    expect(voted(one)).toEqual(['raised', 'returned']);
    one.send('b', 'valve', 0);
    one.send('c', 'temp', 20, { channel: 2, quality: 'bad' });
    expect(limits(one)?.holds).toEqual({ reason: 'bad-quality', detail: 'c/temp.2' });
    expect(one.alarm('VOTED')?.active).toBe(true);
    // What is known decides where it can.
    one.send('b', 'valve', 1);
    expect(one.alarm('VOTED')?.active).toBe(false);
    one.put(device('b', 'gas', { hazardSourceId: 'other' }));
    expect(limits(one)).toMatchObject({ armed: false, reason: 'device-missing', detail: 'b' });
  });

  it('gives a number that is compared with a set point and its deadband, with peak, value and unit', () => {
    const one = plant();
    const mean = '(value("a", "lel") + value("b", "lel")) / 2.0';
    expect(detail(one.rule(joint({ expression: mean, compare: 'hi', unit: '%{LEL}' }, { ...PARTS, setPoint: 10, deadband: 2 })))).toBe(
      'ok',
    );
    one.send('a', 'lel', 12);
    expect(voted(one)).toEqual([]);
    one.send('b', 'lel', 8);
    expect(one.alarm('VOTED')).toMatchObject({ value: 10, limit: 10, unit: '%{LEL}', peak: { value: 10 } });
    one.send('b', 'lel', 18);
    one.send('b', 'lel', 6);
    expect(one.alarm('VOTED')).toMatchObject({ active: true, peak: { value: 15 } });
    one.send('b', 'lel', 4);
    expect(one.alarm('VOTED')?.active).toBe(false);
  });

  it('what is old, late or tried out is not known', () => {
    const one = plant();
    one.rule(joint({ expression: 'value("a", "lel") > 20.0 && value("b", "lel") > 20.0' }));
    one.send('a', 'lel', 30);
    one.send('b', 'lel', 10);
    for (let n = 0; n < 10; n += 1) {
      one.pass(20_000);
      one.send('b', 'lel', 30);
    }
    // a fell silent before b rose: nobody knows.
    expect(limits(one)?.holds).toEqual({ reason: 'bad-quality', detail: 'a/lel' });
    one.send('a', 'lel', 30);
    expect(one.alarm('VOTED')?.active).toBe(true);
    one.put(device('b', 'gas', { hazardSourceId: 'tank', mode: 'test' }));
    expect(limits(one)?.holds?.reason).toBe('bad-quality');
    expect(one.alarm('VOTED')?.active).toBe(true);
  });
});

describe('properties', () => {
  const STEP = fc.record({
    device: fc.constantFrom(...DEVICES),
    value: fc.constantFrom(0, 19, 21, 30),
    quality: fc.constantFrom<Quality>('good', 'good', 'good', 'bad', 'test', 'uncertain'),
    ms: fc.constantFrom(0, 1_000, 9_000, 70_000),
    /** What else happens. */
    also: fc.constantFrom('nothing', 'nothing', 'nothing', 'retire', 'move', 'back', 'rule', 'restart', 'acknowledge'),
  });
  type Move = { readonly device: string; readonly value: number; readonly quality: Quality; readonly ms: number; readonly also: string };

  function move(one: Plant, step: Move): void {
    one.send(step.device, 'lel', step.quality === 'bad' ? null : step.value, { quality: step.quality });
    if (step.also === 'retire' && step.device === 'c') one.config({ op: 'retire', asset: 'device', id: 'c', base: null });
    if (step.also === 'move') one.put(device(step.device, 'gas', { hazardSourceId: 'other' }));
    if (step.also === 'back') one.put(device(step.device, 'gas', { hazardSourceId: 'tank' }));
    if (step.also === 'rule') one.rule(joint(vote({ of: { profileId: 'gas', measurement: 'lel' }, atLeast: step.value > 20 ? 2 : 3 })));
    if (step.also === 'restart') one.restart(60_000);
    if (step.also === 'acknowledge') one.acknowledge('VOTED');
    one.pass(step.ms);
  }

  function begin(): Plant {
    const one = plant();
    one.rule(joint(vote({ bad: 'drops' }), { ...PARTS, onDelayMs: 5_000, offDelayMs: 3_000, latching: true }));
    one.rule(joint({ expression: 'value("a", "lel") > 20.0 || on("b", "lel", "L1")' }, PARTS, { id: 'r2', code: 'EITHER' }));
    return one;
  }

  it('a restart at every prefix gives the same events and the same state', () => {
    fc.assert(
      fc.property(fc.array(STEP, { minLength: 3, maxLength: 14 }), (steps) => {
        const one = begin();
        for (const step of steps) move(one, step);
        const { entries } = one;
        const whole = new Plant().engine;
        const texts: string[] = [];
        const told: string[] = [];
        for (const entry of entries.slice(1)) {
          texts.push(whole.serialise());
          told.push(JSON.stringify(whole.apply(entry)));
        }
        const end = whole.serialise();
        for (let cut = 0; cut < texts.length; cut += 3) {
          const engine = restoreEngine(texts[cut] ?? '');
          expect(engine.serialise()).toBe(texts[cut]);
          for (let i = cut; i < told.length; i += 1) {
            const entry = entries[i + 1];
            if (entry !== undefined && JSON.stringify(engine.apply(entry)) !== told[i])
              expect.unreachable(`entry ${i} after a cut at ${cut}`);
          }
          expect(engine.serialise()).toBe(end);
          expect(engine.nextDue()).toBe(whole.nextDue());
        }
      }),
      { numRuns: 15, seed: 61_511 },
    );
  });

  it('no alarm without a good voter in the condition; none while nobody in service was ever in it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            device: fc.constantFrom(...DEVICES),
            value: fc.constantFrom(0, 19, 30),
            quality: fc.constantFrom<Quality>('good', 'bad', 'test'),
          }),
          { maxLength: 25 },
        ),
        fc.constantFrom('votes' as const, 'drops' as const),
        (moves, bad) => {
          const one = plant();
          one.rule(joint(vote({ bad })));
          let seen = false;
          for (const { device: id, value, quality } of moves) {
            one.send(id, 'lel', quality === 'bad' ? null : value, { quality });
            if (quality === 'good' && value === 30) seen = true;
            if (!seen) expect(one.alarm('VOTED')).toBeUndefined();
          }
        },
      ),
      { numRuns: 80, seed: 3 },
    );
  });

  it('where every voter is good it is exactly k of n', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...DEVICES), fc.constantFrom(0, 30)), { maxLength: 30 }),
        fc.constantFrom(1, 2, 3),
        (moves, k) => {
          const one = plant();
          one.rule(joint(vote({ atLeast: k, when: { dir: 'hi', setPoint: 20, deadband: 0 } })));
          const now = new Map<string, number>(DEVICES.map((id) => [id, 0]));
          for (const id of DEVICES) one.send(id, 'lel', 0);
          for (const [id, value] of moves) {
            now.set(id, value);
            one.send(id, 'lel', value);
            expect(one.alarm('VOTED')?.active ?? false).toBe([...now.values()].filter((v) => v >= 20).length >= k);
          }
        },
      ),
      { numRuns: 100, seed: 5 },
    );
  });

  it('a device no rule reads is not asked', () => {
    const one = plant(['d']);
    one.rule(joint(vote()));
    one.send('d', 'lel', 30);
    expect(limits(one)?.voters?.map((voter) => voter.device)).toEqual(['a', 'b', 'c']);
    expect(one.told('VOTED')).toEqual([]);
  });
});
