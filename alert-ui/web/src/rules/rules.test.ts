import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../../model/asset.ts';
import type { BacktestAlarm } from '../../../../model/backtest.ts';
import { backtestBody } from '../../../server/schema/backtest.ts';
import { newRule, rulePatch } from '../../../server/schema/rule.ts';
import { builtInCatalogue } from '../../../../rules/catalogue/built-in.ts';
import { makeAlarm } from '../testing/alarms.ts';
import { toldOf } from './course.ts';
import { blankJoint, blankLimit, type DraftOf, draftOf, newBody, patchBody, sameDraft, saysNothing, withPart } from './draft.ts';
import { limitRows } from './limit-rows.ts';
import { enterpriseAt, placeOf, ruleLink, subjectOf } from './place.ts';

const GAS = 'gas.combustible.point.industrial';
const RULE: Rule = {
  id: 'r-1',
  name: 'crowded',
  revision: 2,
  createdAt: 1,
  updatedAt: 2,
  retiredAt: null,
  scope: 'device',
  scopeId: 'GD-07',
  profileId: GAS,
  measurement: 'lel',
  code: 'L1',
  adds: null,
  parts: { setPoint: 20 },
  reason: 'steam',
  approvedBy: null,
};
const about: DraftOf = { place: { scope: 'device', id: 'GD-07' }, profileId: GAS, rule: null, freshId: 'rule-1' };

describe('the address of the page', () => {
  it('says where and what, and is read back so', () => {
    const place = { scope: 'hazard-source', id: 'tanks' } as const;
    const subject = { profileId: GAS, measurement: 'lel', code: 'L1', rule: undefined };
    const { query } = ruleLink(place, subject);
    expect([placeOf(query), subjectOf(query)]).toEqual([place, subject]);
    expect(placeOf({ scope: 'galaxy', at: ['x'] })).toEqual({ scope: 'device', id: '' });
  });
  it('a place is of an enterprise, of the whole system, or not known yet', () => {
    const directory = {
      enterprises: new Map([['haida', {}]]),
      hazardSources: new Map([['tanks', { enterpriseId: 'haida' }]]),
      device: (id: string) => (id === 'GD-07' ? { enterpriseId: 'haida' } : undefined),
    } as unknown as Parameters<typeof enterpriseAt>[1];
    const at = (scope: 'profile' | 'enterprise' | 'hazard-source' | 'device', id: string): string | null | undefined =>
      enterpriseAt({ scope, id }, directory);
    expect([at('profile', GAS), at('enterprise', 'haida'), at('hazard-source', 'tanks'), at('device', 'GD-07')]).toEqual([
      null,
      'haida',
      'haida',
      'haida',
    ]);
    expect([at('enterprise', 'x'), at('hazard-source', ''), at('device', 'x'), at('device', '')]).toEqual(Array(4).fill(undefined));
  });
});

describe('a draft', () => {
  it('sets one of two ways to say a part, and takes a part out', () => {
    const parts = withPart({ deadband: 2, level: 'red' }, 'resetBelow', 18);
    expect(parts).toEqual({ resetBelow: 18, level: 'red' });
    expect(withPart(parts, 'deadband', 1)).toEqual({ deadband: 1, level: 'red' });
    expect(withPart(withPart(parts, 'resetBelow', undefined), 'level', undefined)).toEqual({});
    expect(withPart({ setPointFrom: 'asset.x' }, 'setPoint', 3)).toEqual({ setPoint: 3 });
  });
  it('is the same whatever the order of its keys, and says nothing once all is taken out', () => {
    expect(sameDraft({ parts: { setPoint: 1, level: 'red' } }, { parts: { level: 'red', setPoint: 1 } })).toBe(true);
    expect(sameDraft({ parts: { setPoint: 1 } }, { parts: { setPoint: 2 } })).toBe(false);
    expect([saysNothing({ parts: {} }), saysNothing({ parts: {}, adds: 'hi' }), saysNothing({ parts: { latching: false } })]).toEqual([
      true,
      false,
      false,
    ]);
    expect(saysNothing({ ...blankJoint(null), parts: {} })).toBe(false);
  });
  it('is sent as the platform takes it: created, changed, tried on history', () => {
    const fresh = newBody({ measurement: 'lel', code: 'L1', parts: { setPoint: 20 } }, about, 'steam');
    expect(newRule.parse(fresh)).toMatchObject({ id: 'rule-1', scopeId: 'GD-07', measurement: 'lel', code: 'L1', reason: 'steam' });
    const blank = blankLimit('lel');
    // What it rests on is for people to say.
    expect(newRule.safeParse(newBody(blank, about, '')).error?.issues.map(({ path }) => path.join('.'))).toEqual(['parts.basis']);
    const own = newBody({ ...blank, parts: { ...blank.parts, basis: 'plan' } }, about, '');
    expect(newRule.parse(own)).toMatchObject({ adds: 'hi', reason: null });
    const vote = { vote: { atLeast: 1, of: [{ device: 'GD-07', measurement: 'lel' }], when: { limit: 'L1' }, bad: 'votes' as const } };
    const joint = newBody(
      { ...blankJoint(null), joint: vote, parts: { level: 'orange', basis: 'plan' } },
      { ...about, place: { scope: 'hazard-source', id: 'tanks' }, profileId: null },
      '',
    );
    expect(newRule.parse(joint)).not.toHaveProperty('profileId');
    const group = newBody({ ...blankJoint(builtInCatalogue.profiles[0] ?? null), parts: { level: 'orange', basis: 'plan' } }, about, '');
    expect(newRule.parse(group)).toMatchObject({ joint: { vote: { of: { profileId: builtInCatalogue.profiles[0]?.id } } } });
    const changed = newBody({ ...draftOf(RULE), parts: { setPoint: 18 } }, { ...about, rule: RULE }, '');
    expect(backtestBody.parse({ from: 0, to: 1, rules: [fresh, own, joint, changed] }).rules.at(-1)).toMatchObject({
      id: 'r-1',
      parts: { setPoint: 18 },
    });
    expect(rulePatch.parse(patchBody(draftOf(RULE), RULE, ''))).toEqual({ name: 'crowded', parts: { setPoint: 20 } });
    // What the text says too much goes out and is refused with its name.
    const wrong = { ...draftOf(RULE), setpoint: 3 } as unknown as Parameters<typeof patchBody>[0];
    expect(rulePatch.safeParse(patchBody(wrong, RULE, '')).success).toBe(false);
  });
});

describe('the limits of a place', () => {
  const profile = builtInCatalogue.profiles.find(({ id }) => id === GAS);
  if (profile === undefined) throw new Error('no profile');
  it('are those of the catalogue where no device was looked at, with the rules of the place and the limits they add', () => {
    const added: Rule = { ...RULE, id: 'r-2', code: 'EVAC', adds: 'hi', parts: { setPoint: 40, level: 'red', basis: 'plan' } };
    const rows = limitRows(profile, null, [RULE, added, { ...RULE, id: 'r-3', code: 'L2', retiredAt: 3 }]);
    expect(rows.find(({ code }) => code === 'L1')).toMatchObject({ rule: { id: 'r-1' }, armed: null, dir: 'hi' });
    expect(rows.find(({ code }) => code === 'L2')?.rule).toBeNull();
    expect(rows.find(({ code }) => code === 'EVAC')).toMatchObject({ setPoint: 40, level: 'red', confidence: 'D', rule: { id: 'r-2' } });
  });
  it('hold its escalations, with what they have from the limit they rise from', () => {
    const shop = builtInCatalogue.profiles.find(({ id }) => id === 'gas.combustible.commercial');
    if (shop === undefined) throw new Error('no profile');
    const row = limitRows(shop, null, []).find(({ code }) => code === 'L1_UNATTENDED');
    const base = limitRows(shop, null, []).find(({ code }) => code === 'L1');
    expect(row).toMatchObject({ dir: 'follows', level: 'red', onDelayMs: 180_000, escalates: { of: 'L1' }, latching: base?.latching });
    expect(row?.setPoint).toBe(base?.setPoint);
  });
  it('are one each where a measurement has channels', () => {
    const channelled = builtInCatalogue.profiles.find((one) =>
      one.measurements.some((m) => m.channels !== undefined && m.limits.length > 0),
    );
    const def = channelled?.measurements.find((m) => m.channels !== undefined && m.limits.length > 0);
    if (channelled === undefined || def === undefined) throw new Error('no channels');
    const limit = def.limits[0];
    const seen = [1, 2].map((channel) => ({ ...limit, measurement: def.key, channel, unit: def.ucum, armed: true }));
    const rows = limitRows(channelled, seen as unknown as Parameters<typeof limitRows>[1], []);
    expect(rows.map(({ channel, code }) => [channel, code])).toEqual([[1, limit?.code]]);
  });
});

describe('the result of a backtest', () => {
  const one = (raisedAt: number, returnedAt: number | null, more: object = {}): BacktestAlarm => ({
    alarm: makeAlarm({
      id: `${raisedAt}`,
      raisedAt,
      returnedAt,
      deviceId: 'GD-07',
      measurement: 'lel',
      channel: null,
      ladder: 'hi',
      ...more,
    }),
    annunciations: [raisedAt],
  });
  it('takes an alarm that comes later over the same exceedance as the same at another time, and nothing else', () => {
    const before = [one(10, 20), one(100, 110), one(300, null, { deviceId: 'GD-08' })];
    const after = [one(12, 20), one(120, 130), one(15, 20, { measurement: 'temp' })];
    const told = toldOf({ removed: before, added: after, changed: [] });
    expect(told.moved.map(({ before: b, after: a }) => [b.alarm.raisedAt, a.alarm.raisedAt])).toEqual([[10, 12]]);
    expect(told.added.map(({ alarm }) => alarm.raisedAt)).toEqual([15, 120]);
    expect(told.removed.map(({ alarm }) => alarm.raisedAt)).toEqual([100, 300]);
  });
  it('pairs each alarm once, and loses none', () => {
    const long = one(10, 100);
    const told = toldOf({ removed: [long], added: [one(20, 30), one(40, 50)], changed: [{ before: one(1, 2), after: one(1, 3) }] });
    expect(told.moved.map(({ after }) => after.alarm.raisedAt)).toEqual([1, 20]);
    expect([told.added.map(({ alarm }) => alarm.raisedAt), told.removed]).toEqual([[40], []]);
  });
});
