import { describe, expect, it } from 'vitest';
import type { Device } from '../model/asset.ts';
import type { ConfigChange } from '../model/entry.ts';
import { catalogue, device, enterprise, limit, measurement, Plant, profile } from './testing/plant.ts';

const GAS = profile('gas', [
  measurement('lel', [limit('L1', 'yellow', 25, { offDelayMs: 30_000 }), limit('L2', 'red', 50, { latching: true })]),
]);
const MOVED = profile('gas', [
  measurement('lel', [limit('L1', 'yellow', 28, { offDelayMs: 30_000 }), limit('L2', 'red', 40, { latching: true })]),
]);
const REMOVED = profile('gas', [measurement('lel', [limit('L2', 'red', 50, { latching: true })])]);
const OTHER = profile('other', [measurement('co', [limit('L1', 'yellow', 25)])]);

const plant = (): Plant => new Plant().setUp([GAS, OTHER], [device('gd-1', 'gas')]);
const present = (one: Plant): Device => {
  const found = one.engine.view.assets('device').get('gd-1');
  if (found === undefined) throw new Error('gd-1 is missing');
  return found;
};

describe('changes while an alarm is active', () => {
  it('a limit that moved away returns the alarm at once, and it still wants its acknowledgement', () => {
    const one = plant();
    one.send('gd-1', 'lel', 26);
    const applied = one.config({ op: 'catalogue', catalogue: catalogue('v2', [MOVED, OTHER]) });
    expect(applied.outcomes).toEqual([{ ok: true, changed: true }]);
    expect(one.alarm('hi')).toMatchObject({ state: 'RTNUN', ruleRevision: one.engine.view.appliedSeq });
    expect(one.alarmEvents('hi').at(-1)?.[1]).toMatchObject({
      type: 'returned',
      cause: 'configuration',
      ruleRevision: one.engine.view.appliedSeq,
    });
  });

  it('a change that moves nothing of it is named by the next event that a judgement makes, and by nothing before', () => {
    const slower = limit('L1', 'yellow', 25, { offDelayMs: 60_000 });
    const one = plant();
    one.send('gd-1', 'lel', 26);
    const raised = one.alarm('hi')?.ruleRevision;
    one.config({
      op: 'catalogue',
      catalogue: catalogue('v2', [profile('gas', [measurement('lel', [slower, limit('L2', 'red', 50, { latching: true })])]), OTHER]),
    });
    const changed = one.engine.view.appliedSeq;
    one.send('gd-1', 'lel', 27);
    expect(one.engine.view.limits('gd-1')[0]).toMatchObject({ code: 'L1', offDelayMs: 60_000, ruleRevision: changed });
    expect(one.alarm('hi')).toMatchObject({ active: true, ruleRevision: raised });
    expect(one.told('hi')).toEqual(['hi raised']);
    one.send('gd-1', 'lel', 1);
    one.pass(61_000);
    expect(one.alarmEvents('hi').at(-1)).toMatchObject([{ ruleRevision: changed }, { type: 'returned', ruleRevision: changed }]);
    expect(one.alarm('hi')?.ruleRevision).toBe(changed);
  });

  it('a limit that moved below the last good value raises the level at once', () => {
    const one = plant();
    one.send('gd-1', 'lel', 45);
    one.acknowledge('hi');
    one.config({ op: 'catalogue', catalogue: catalogue('v2', [MOVED, OTHER]) });
    expect(one.alarm('hi')).toMatchObject({ state: 'UNACK', level: 'red', code: 'L2', limit: 40 });
  });

  it('a limit that moves while the alarm stays on says so', () => {
    const one = plant();
    one.send('gd-1', 'lel', 35);
    one.config({ op: 'catalogue', catalogue: catalogue('v2', [MOVED, OTHER]) });
    expect(one.told('hi')).toEqual(['hi raised', 'hi changed-by-config']);
    expect(one.alarm('hi')).toMatchObject({ limit: 28, state: 'UNACK' });
  });

  it('a removed limit, and another profile, return the alarm with cause configuration', () => {
    for (const change of ['limit', 'profile'] as const) {
      const one = plant();
      one.send('gd-1', 'lel', 30);
      if (change === 'limit') one.config({ op: 'catalogue', catalogue: catalogue('v2', [REMOVED, OTHER]) });
      else one.put({ ...present(one), profileId: 'other' });
      expect(one.alarmEvents('hi').at(-1)?.[1]).toMatchObject({ type: 'returned', cause: 'configuration' });
      expect(one.alarm('hi')?.state).toBe('RTNUN');
      expect(one.acknowledge('hi').outcomes[0]).toMatchObject({ ok: true, alarm: { state: 'NORM' } });
    }
  });

  it('a bad point holds its alarm over a change of its limits', () => {
    const one = plant();
    one.send('gd-1', 'lel', 26);
    one.send('gd-1', 'lel', null, { quality: 'bad' });
    one.config({ op: 'catalogue', catalogue: catalogue('v2', [MOVED, OTHER]) });
    expect(one.alarm('hi')?.active).toBe(true);
  });

  it('a limit that moves below the last good value of a bad point raises at once', () => {
    const one = plant();
    one.send('gd-1', 'lel', 45);
    one.acknowledge('hi');
    one.send('gd-1', 'lel', null, { quality: 'bad' });
    one.config({ op: 'catalogue', catalogue: catalogue('v2', [MOVED, OTHER]) });
    expect(one.alarm('hi')).toMatchObject({ state: 'UNACK', level: 'red', code: 'L2', limit: 40, value: 45, quality: 'bad' });
  });

  it('a retired device closes its alarms with cause removed, and its id is not given again', () => {
    const one = plant();
    one.send('gd-1', 'lel', 60);
    one.config({ op: 'retire', asset: 'device', id: 'gd-1', base: 1 });
    expect(one.alarmEvents('hi').at(-1)).toMatchObject([{ state: 'NORM' }, { type: 'closed', cause: 'removed' }]);
    expect([...one.engine.view.openAlarms()]).toEqual([]);
    expect(one.engine.view.counts().open.red).toBe(0);
    expect(one.put({ ...device('gd-1', 'gas') }).outcomes[0]).toMatchObject({ ok: false, code: 'id-retired' });
    expect(one.engine.view.deviceCounts()).toEqual({ online: 0, offline: 0, total: 0, inhibited: 0 });
    one.pass(600_000);
    expect(one.alarm('F01')).toBeUndefined();
  });

  it('a device put into test mode takes its alarms out of the counts', () => {
    const one = plant();
    one.send('gd-1', 'lel', 60);
    expect(one.engine.view.counts().unacknowledged.red).toBe(1);
    one.put({ ...present(one), mode: 'test' });
    expect(one.alarm('hi')).toMatchObject({ test: true });
    expect(one.engine.view.counts().unacknowledged.red).toBe(0);
    expect(one.told('hi')).toEqual(['hi raised', 'hi changed-by-config']);
  });

  it('an enterprise that moves to another area takes its alarms along', () => {
    const one = plant();
    const area = { revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null, id: 'north', name: 'north', parentId: null };
    one.send('gd-1', 'lel', 30);
    one.config(
      { op: 'put', asset: 'area', base: 0, value: area },
      { op: 'put', asset: 'enterprise', base: 1, value: enterprise('works', { areaId: 'north' }) },
    );
    expect(one.alarm('hi')).toMatchObject({ areaId: 'north' });
    expect(one.told('hi').at(-1)).toBe('hi changed-by-config');
  });

  it('a change of anything else leaves an off-delay running', () => {
    const one = plant();
    one.send('gd-1', 'lel', 30);
    one.send('gd-1', 'lel', 0);
    one.pass(10_000);
    one.put({ ...present(one), name: 'kitchen' });
    expect(one.alarm('hi')?.active).toBe(true);
    one.pass(20_100);
    expect(one.alarm('hi')?.active).toBe(false);
  });
});

describe('what a change is refused for', () => {
  const codes = (one: Plant, ...changes: readonly ConfigChange[]): readonly string[] =>
    one.config(...changes).outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.code));

  it('ids, revisions, references and use', () => {
    const one = plant();
    const put = (value: Device, base: number) => ({ op: 'put', asset: 'device', base, value }) as const;
    expect(
      codes(
        one,
        put(device('gd-1', 'gas'), 0),
        put(device('gd-1', 'gas'), 7),
        put(device('gd-9', 'gas'), 3),
        put(device('gd 9', 'gas'), 0),
        put(device('gd-2', 'none'), 0),
        put(device('gd-2', 'gas', { variant: 'none' }), 0),
        put(device('gd-2', 'gas', { enterpriseId: 'none' }), 0),
        put(device('gd-2', 'gas', { siteId: 'none' }), 0),
        put(device('gd-2', 'gas', { hazardSourceId: 'none' }), 0),
        { op: 'retire', asset: 'enterprise', id: 'works', base: null },
        { op: 'retire', asset: 'enterprise', id: 'none', base: null },
        { op: 'catalogue', catalogue: catalogue('v2', [OTHER]) },
        put(device('gd-2', 'gas'), 0),
      ),
    ).toEqual([
      'id-taken',
      'revision-conflict',
      'not-found',
      'invalid',
      'unknown-reference',
      'unknown-reference',
      'unknown-reference',
      'unknown-reference',
      'unknown-reference',
      'in-use',
      'not-found',
      'in-use',
      'ok',
    ]);
    expect(present(one).revision).toBe(1);
  });

  it('an area cannot lie inside itself', () => {
    const one = plant();
    const area = (id: string, parentId: string | null) => ({
      revision: 1,
      createdAt: 0,
      updatedAt: 0,
      retiredAt: null,
      id,
      name: id,
      parentId,
    });
    const put = (id: string, parentId: string | null, base: number) =>
      ({ op: 'put', asset: 'area', base, value: area(id, parentId) }) as const;
    expect(codes(one, put('a', null, 0), put('b', 'a', 0), put('a', 'b', 1), put('a', 'a', 1))).toEqual(['ok', 'ok', 'invalid', 'invalid']);
  });

  it("one that changes nothing else: a gateway may not take a device's id", () => {
    const one = plant();
    const gateway = { revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null, id: 'gd-1', name: 'g', enterpriseId: 'works' };
    expect(codes(one, { op: 'put', asset: 'gateway', base: 0, value: gateway })).toEqual(['id-taken']);
  });
});

describe('an entry that makes apply throw', () => {
  it('marks the points it names, the same on replay, and the next good reading takes the mark away', () => {
    const one = plant();
    const broken = { device: 'gd-1', sampleAt: one.now, stampedAt: null, values: [one.value('lel', 5), null] };
    const hostile = JSON.parse(JSON.stringify(broken));
    hostile.values.splice(0, 0, { measurement: 'lel', channel: null, value: 3, quality: 'good', flags: null });
    Object.defineProperty(hostile, 'values', {
      value: [{ measurement: 'lel', channel: null, value: 5, quality: 'good', flags: [] }],
      enumerable: true,
    });
    hostile.pointFaults = { lel: 7 };
    const applied = one.message('gd-1', [hostile]);
    expect(applied.fault).toBe(true);
    expect(one.alarm('engine-fault')).toMatchObject({ fault: true, kind: 'instrument', measurement: 'lel', state: 'UNACK' });
    const replayed = new Plant().setUp([GAS, OTHER], [device('gd-1', 'gas')]);
    expect(replayed.message('gd-1', [hostile]).events).toEqual(applied.events);
  });

  it('rings as a system alarm where it names no point', () => {
    const one = plant();
    const odd = JSON.parse('{"kind":"command","by":"x","requestId":"r"}');
    expect(one.apply(odd).fault).toBe(true);
    expect(one.alarm('engine-fault')).toMatchObject({ kind: 'system', deviceId: null });
  });

  it("refuses entries of another format or out of order: that is no reading's fault", () => {
    const one = plant();
    const head = { at: one.now, boot: one.boot, mono: one.mono, kind: 'tick' } as const;
    expect(() => one.engine.apply({ ...head, seq: one.engine.view.appliedSeq + 1, v: 9 })).toThrow(/format 9/);
    expect(() => one.engine.apply({ ...head, seq: one.engine.view.appliedSeq + 2, v: 1 })).toThrow(/order/);
  });
});
