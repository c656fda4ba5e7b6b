import { describe, expect, it } from 'vitest';
import type { JointVoter } from '../../model/engine.ts';
import type { MessageBody } from '../../model/entry.ts';
import type { JointCondition, RuleParts, Vote } from '../../model/rule.ts';
import { restoreEngine } from '../engine.ts';
import { device, hazardSource, limit, measurement, Plant, profile, rule } from '../testing/plant.ts';

/** Whose word a vote may take, where something else than a value happens to a voter: it is worked on, tried out, cut off, comes back. */

const GAS = profile('gas', [
  measurement('lel', [limit('L1', 'yellow', 20, { deadband: 2 })], { ucum: '%{LEL}' }),
  measurement('valve', [], { valueType: 'boolean', range: [0, 1] }),
]);
const PARTS: RuleParts = { level: 'red', basis: 'emergency plan 3', offDelayMs: 10_000 };
const GATEWAY: Partial<MessageBody> = { credential: 'gw', client: 'gw/c', connection: 7 };

function plant(): Plant {
  const one = new Plant().setUp([GAS], []);
  one.place('hazard-source', hazardSource('tank', { attributes: { common: 20 } }));
  one.config({
    op: 'put',
    asset: 'gateway',
    base: 0,
    value: { id: 'gw', name: 'gw', enterpriseId: 'works', revision: 0, createdAt: 0, updatedAt: 0, retiredAt: null },
  });
  for (const id of ['a', 'b', 'c']) one.put(device(id, 'gas', { hazardSourceId: 'tank' }));
  return one;
}
function ruled(joint: JointCondition, parts: RuleParts = PARTS): Plant {
  const one = plant();
  const more = { scope: 'hazard-source', scopeId: 'tank', profileId: null, measurement: null, code: 'VOTED', joint } as const;
  expect(one.rule(rule('r1', parts, more)).outcomes[0]?.ok).toBe(true);
  return one;
}
function vote(more: Partial<Vote> = {}): JointCondition {
  const of = ['a', 'b', 'c'].map((id) => ({ device: id, measurement: 'lel' }));
  return { vote: { atLeast: 2, of, when: { dir: 'hi', setPoint: 20, deadband: 2 }, bad: 'votes', ...more } };
}
const says = (one: Plant): readonly JointVoter['says'][] =>
  one.engine.view.jointLimits('tank')[0]?.voters?.map((voter) => voter.says) ?? [];
const told = (one: Plant): readonly string[] => one.told('VOTED').map((text) => text.slice(6));
const cause = (one: Plant): string | undefined => one.alarmEvents('VOTED').at(-1)?.[1].cause;
const connects = (one: Plant, credential: string, what: 'connected' | 'disconnected'): void =>
  void one.apply({
    kind: 'presence',
    credential,
    device: credential === 'gw' ? null : credential,
    client: `${credential}/c`,
    connection: 7,
    what,
  });
/** a goes on seeing gas, c goes on seeing none. */
function others(one: Plant, ms: number): void {
  for (let left = ms; left > 0; left -= 20_000) {
    one.pass(20_000);
    one.send('a', 'lel', 30);
    one.send('c', 'lel', 0);
  }
}

describe('somebody works on a voter', () => {
  it('a dead sensor that counted for the alarm is taken into maintenance: the alarm stays as long as gas is seen', () => {
    const one = ruled(vote());
    one.send('c', 'lel', 0);
    one.send('b', 'lel', null, { quality: 'bad' });
    one.send('a', 'lel', 30);
    expect(says(one)).toEqual(['for', 'bad', 'against']);
    one.acknowledge('VOTED');
    one.send('b', 'lel', 90, { quality: 'maintenance' });
    one.pass(60_000);
    expect(says(one)).toEqual(['for', 'bypassed', 'against']);
    expect(one.alarm('VOTED')?.state).toBe('ACKED');
    // Who can be believed sees no gas any more: then it ends, whatever is done to b.
    one.send('a', 'lel', 0);
    one.pass(11_000);
    expect(one.alarm('VOTED')).toBeUndefined();
  });

  it('it begins no alarm either: test gas is no vote, and two of those that are left are wanted', () => {
    const one = ruled(vote());
    for (const id of ['b', 'c']) one.send(id, 'lel', 0);
    one.send('a', 'lel', 30);
    one.send('b', 'lel', 90, { quality: 'test' });
    expect(one.alarm('VOTED')).toBeUndefined();
    one.send('c', 'lel', 30);
    expect(one.alarm('VOTED')?.active).toBe(true);
  });

  it('who had voted keeps its vote, and gives it up when somebody takes its device out of live service, with that for a cause', () => {
    const one = ruled(vote({ bad: 'drops' }));
    for (const id of ['a', 'b']) one.send(id, 'lel', 30);
    one.send('c', 'lel', 0);
    one.send('b', 'lel', 0, { quality: 'maintenance' });
    expect(says(one)).toEqual(['for', 'held', 'against']);
    one.put(device('b', 'gas', { hazardSourceId: 'tank', mode: 'commissioning' }));
    // By a change: at once, and not after the delay of a value that has returned.
    expect(told(one)).toEqual(['raised', 'returned']);
    expect(cause(one)).toBe('configuration');
    expect(one.alarm('VOTED')?.state).toBe('RTNUN');
  });
});

describe('a voter that was silent', () => {
  function silent(through: boolean): Plant {
    const one = ruled(vote());
    if (through) connects(one, 'gw', 'connected');
    one.send('b', 'lel', 0, through ? { message: GATEWAY } : {});
    one.send('b', 'valve', 1, through ? { message: GATEWAY } : {});
    if (through) connects(one, 'gw', 'disconnected');
    others(one, 240_000);
    expect(says(one)).toEqual(['for', 'bad', 'against']);
    expect(one.alarm('VOTED')?.active).toBe(true);
    return one;
  }

  it.each([
    ['its gateway connects again', true, (one: Plant): void => connects(one, 'gw', 'connected')],
    ['it connects again', false, (one: Plant): void => connects(one, 'b', 'connected')],
    ['another of its points speaks', false, (one: Plant): void => void one.send('b', 'valve', 1)],
    ['its gateway is retired', true, (one: Plant): void => void one.config({ op: 'retire', asset: 'gateway', id: 'gw', base: null })],
  ] as const)('is not believed because %s: only by its next value', (_, through, happens) => {
    const one = silent(through);
    happens(one);
    one.pass(15_000);
    expect(says(one)).toEqual(['for', 'bad', 'against']);
    expect(one.alarm('VOTED')?.active).toBe(true);
    // A restart does not make it one that has spoken.
    const text = one.engine.serialise();
    one.engine = restoreEngine(text);
    expect(one.engine.serialise()).toBe(text);
    expect(says(one)).toEqual(['for', 'bad', 'against']);
    one.send('b', 'lel', 0);
    expect(says(one)).toEqual(['for', 'against', 'against']);
    one.pass(11_000);
    expect(one.alarm('VOTED')?.active).toBe(false);
  });

  it('what it says only when it changes stands as it was when it is back by itself, not when its gateway is', () => {
    const one = ruled({ expression: 'is("b", "valve")' });
    connects(one, 'gw', 'connected');
    one.send('b', 'valve', 0, { message: GATEWAY });
    const holds = (): string | undefined => one.engine.view.jointLimits('tank')[0]?.holds?.reason;
    connects(one, 'gw', 'disconnected');
    one.pass(240_000);
    expect(holds()).toBe('bad-quality');
    connects(one, 'gw', 'connected');
    one.send('a', 'lel', 0);
    expect(holds()).toBe('bad-quality');
    one.message('b', [], GATEWAY);
    connects(one, 'b', 'connected');
    expect(holds()).toBeUndefined();
  });

  it('nor inside the late batch it sends when it is back: when that is over', () => {
    const one = ruled(vote());
    for (let n = 0; n < 3; n += 1) one.send('b', 'lel', 0, { stamp: 0 });
    others(one, 240_000);
    expect(says(one)).toEqual(['for', 'bad', 'against']);
    one.send('b', 'lel', 0, { stamp: -120_000 });
    expect(says(one)).toEqual(['for', 'bad', 'against']);
    const text = one.engine.serialise();
    expect(restoreEngine(text).serialise()).toBe(text);
    one.send('b', 'lel', 0, { stamp: 0 });
    expect(says(one)).toEqual(['for', 'against', 'against']);
  });

  it('what an outside broker had kept of a point is no word of it', () => {
    const one = ruled(vote());
    const kept = one.value('lel', 0, { quality: 'maintenance' });
    one.message('b', [one.sample('b', [{ ...kept, flags: ['stale-retained'] }])], { nth: -1, retain: true });
    one.send('a', 'lel', 30);
    one.send('c', 'lel', 0);
    expect(says(one)).toEqual(['for', 'bad', 'against']);
    expect(one.alarm('VOTED')?.active).toBe(true);
  });
});

describe('an expression over what is filled in', () => {
  it('follows a change of it at once, with that for a cause', () => {
    const one = ruled({ expression: 'value("a", "lel") > asset.common && !condition("b", "bypass")' });
    one.put(device('b', 'gas', { hazardSourceId: 'tank', conditions: { bypass: false } }));
    one.send('a', 'lel', 30);
    expect(told(one)).toEqual(['raised']);
    one.put(device('b', 'gas', { hazardSourceId: 'tank', conditions: { bypass: true } }));
    expect(told(one)).toEqual(['raised', 'returned']);
    expect(cause(one)).toBe('configuration');
    one.put(device('b', 'gas', { hazardSourceId: 'tank', conditions: { bypass: false } }));
    expect(told(one).at(-1)).toBe('re-announced');
    one.place('hazard-source', hazardSource('tank', { attributes: { common: 40 } }));
    expect(one.alarm('VOTED')?.active).toBe(false);
    expect(cause(one)).toBe('configuration');
  });

  it('does not follow a device that has left, so that a restart makes no difference', () => {
    const one = ruled({ expression: 'value("a", "lel") > 20.0 && !condition("b", "bypass")' });
    one.put(device('b', 'gas', { hazardSourceId: 'tank', conditions: { bypass: false } }));
    one.put(device('b', 'gas', { hazardSourceId: null, conditions: { bypass: false } }));
    one.config({ op: 'retire', asset: 'device', id: 'b', base: null });
    const other = restoreEngine(one.engine.serialise());
    one.put(device('c', 'gas', { hazardSourceId: 'tank', name: 'renamed' }));
    other.apply(one.entries.at(-1) as Parameters<typeof other.apply>[0]);
    expect(other.serialise()).toBe(one.engine.serialise());
  });
});
