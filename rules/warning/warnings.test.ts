import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify } from '../../model/hazard/classify.ts';
import { LEVEL_RANK, type Level } from '../../model/level.ts';
import type { FactorName, WarningFactor } from '../../model/warning.ts';
import type { Entry } from '../../model/entry.ts';
import { createEngine, restoreEngine } from '../engine.ts';
import { type Step, beginning, play } from '../testing/histories.ts';
import { area, device, enterprise, hazardSource, limit, measurement, Plant, profile } from '../testing/plant.ts';

const MIN = 60_000;
const GAS = profile(
  'gas',
  [
    measurement('lel', [limit('B', 'blue', 10), limit('Y', 'yellow', 20), limit('O', 'orange', 30), limit('R', 'red', 50)]),
    measurement('aux', []),
  ],
  { heartbeatMs: 600_000 },
);

/** District › street › works with the sources s1 (d0, d1) and s2 (d2), and d3 that belongs to the works alone. */
function plant(): Plant {
  const p = new Plant().setUp([GAS], []);
  p.place('area', area('district'));
  p.place('area', area('street', 'district'));
  p.place('enterprise', enterprise('works', { areaId: 'street' }));
  for (const id of ['s1', 's2']) p.place('hazard-source', hazardSource(id));
  for (const [id, hazardSourceId] of [
    ['d0', 's1'],
    ['d1', 's1'],
    ['d2', 's2'],
    ['d3', null],
  ] as const)
    p.put(device(id, 'gas', { hazardSourceId }));
  for (const id of ['d0', 'd1', 'd2', 'd3']) p.send(id, 'lel', 0);
  p.warned.length = 0;
  return p;
}
const levels = (p: Plant): readonly Level[] =>
  ['hazard-source:s1', 'hazard-source:s2', 'enterprise:works', 'area:street', 'area:district'].map((id) => p.warning(id).level);
const told = (p: Plant): readonly string[] =>
  p.warned.map(
    ({ warning, event }) => `${warning.id.split(':')[1] ?? ''} ${event.type}${event.previous === event.level ? '' : ` ${event.level}`}`,
  );
const factor = (p: Plant, id: string, name: FactorName): WarningFactor => {
  const found = p.warning(id).factors.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${id} has no factor ${name}`);
  return found;
};
const shares = (p: Plant, id: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    p.warning(id).factors.flatMap((one) => (one.contribution > 0 ? [[one.name, Math.round(one.contribution * 1_000) / 1_000]] : [])),
  );

describe('a warning', () => {
  it('is issued at once by a red alarm, for the source, its enterprise and every area above, and lifted five minutes after', () => {
    const p = plant();
    expect(levels(p)).toEqual(['blue', 'blue', 'blue', 'blue', 'blue']);
    p.send('d0', 'lel', 60);
    expect(told(p)).toEqual(['s1 issued red', 'works issued red', 'street issued red', 'district issued red']);
    expect(levels(p)).toEqual(['red', 'blue', 'red', 'red', 'red']);
    expect(p.warning('hazard-source:s1')).toMatchObject({
      state: 'issued',
      floor: { level: 'red', by: 'life-safety' },
      occurrence: 1,
      issuedAt: p.now,
      seq: 1,
      enterpriseId: 'works',
      areaId: 'street',
      hazardSourceId: 's1',
    });
    p.acknowledge('hi');
    p.send('d0', 'lel', 0);
    expect(p.warning('hazard-source:s1')).toMatchObject({ level: 'red', computed: 'blue', lowersAt: p.now + 5 * MIN });
    p.warned.length = 0;
    p.pass(4 * MIN + 59_000);
    expect(told(p)).toEqual([]);
    p.pass(2_000);
    expect(told(p)).toEqual(['s1 lifted blue']);
    // What is above waits for its own five minutes of calm.
    p.pass(5 * MIN);
    expect(told(p).slice(1)).toEqual(['works lifted blue']);
    p.pass(10 * MIN + 1_000);
    expect(told(p).slice(2)).toEqual(['street lifted blue', 'district lifted blue']);
    expect(p.warning('hazard-source:s1')).toMatchObject({ state: 'resting', occurrence: 1, floor: null });
  });

  it('is never lower than its worst alarm, whatever the index says', () => {
    const p = plant();
    p.send('d0', 'lel', 25);
    // 1 − (1 − 0.36)(1 − 0.02) = 37.28: blue by the index, yellow by the alarm.
    expect(p.warning('hazard-source:s1')).toMatchObject({ level: 'yellow', ri: 37.3, floor: { level: 'yellow', by: 'alarm' } });
    p.send('d0', 'lel', 35);
    // 1 − (1 − 0.63)(1 − 0.02) = 63.74: yellow by the index.
    expect(p.warning('hazard-source:s1')).toMatchObject({ level: 'orange', ri: 63.7, floor: { level: 'orange', by: 'alarm' } });
    // Its enterprise: worst member 0.9 · 0.7, one member above blue 0.2 · 0.1; and never lower than a member.
    expect(p.warning('enterprise:works')).toMatchObject({ level: 'orange', ri: 63.7, floor: { level: 'orange', by: 'member' } });
    expect(shares(p, 'enterprise:works')).toEqual({ 'worst-member': 0.63, 'member-count': 0.02 });
  });

  it('a blue alarm leaves it at rest, with its share shown', () => {
    const p = plant();
    p.send('d0', 'lel', 12);
    expect(p.warning('hazard-source:s1')).toMatchObject({ level: 'blue', state: 'resting', ri: 15.2 });
    expect(shares(p, 'hazard-source:s1')).toEqual({ 'worst-alarm': 0.135, 'alarm-count': 0.02 });
  });

  it('of an enterprise counts its own devices as well', () => {
    const p = plant();
    p.send('d3', 'lel', 60);
    expect(levels(p)).toEqual(['blue', 'blue', 'red', 'red', 'red']);
    expect(shares(p, 'enterprise:works')).toEqual({ 'worst-alarm': 0.9, 'alarm-count': 0.02 });
    expect(shares(p, 'area:street')).toEqual({ 'worst-member': 0.9, 'member-count': 0.02 });
  });

  it('follows the alarm up and, after five minutes, down; issued once, then updated', () => {
    const p = plant();
    p.send('d0', 'lel', 25);
    p.send('d0', 'lel', 60);
    p.send('d0', 'lel', 35);
    p.pass(5 * MIN + 100);
    expect(told(p).filter((one) => one.startsWith('s1'))).toEqual(['s1 issued yellow', 's1 updated red', 's1 updated orange']);
  });

  it('says since when each factor stands, and which are without data', () => {
    const p = plant();
    const at = p.now;
    expect(factor(p, 'hazard-source:s1', 'inherent')).toMatchObject({ x: null, contribution: 0, since: null });
    expect(factor(p, 'hazard-source:s1', 'weather')).toMatchObject({ x: null, contribution: 0, basis: 'design default', confidence: 'D' });
    expect(factor(p, 'hazard-source:s1', 'worst-alarm')).toMatchObject({ x: 0, contribution: 0, weight: 0.9 });
    p.pass(MIN);
    p.send('d0', 'lel', 60);
    expect(factor(p, 'hazard-source:s1', 'worst-alarm')).toMatchObject({ x: 1, contribution: 0.9, since: at + MIN });
    // A source that no device has ever spoken for: calm would be a guess.
    p.place('hazard-source', hazardSource('s3'));
    expect(p.warning('hazard-source:s3').factors.every((one) => one.x === null)).toBe(true);
    p.put(device('d4', 'gas', { hazardSourceId: 's3' }));
    expect(factor(p, 'hazard-source:s3', 'offline').x).toBeNull();
  });

  it('knows the class of its source: nothing where it is no major hazard installation', () => {
    const p = plant();
    const classified = (tonnes: number): void => {
      const found = classify([{ substance: 'ammonia', designMaximumT: tonnes }], 60);
      if (found.ok) p.place('hazard-source', hazardSource('s1', { classification: { ...found.classification, at: p.now, by: 'li' } }));
    };
    for (const [tonnes, x] of [
      [9, 0],
      [10, 0.4],
      [40, 0.6],
      [200, 0.8],
      [400, 1],
    ] as const) {
      classified(tonnes);
      expect([tonnes, factor(p, 'hazard-source:s1', 'inherent').x]).toEqual([tonnes, x]);
    }
    // 1 − 0.75 · 0.37 · 0.98
    p.send('d0', 'lel', 35);
    expect(p.warning('hazard-source:s1')).toMatchObject({ ri: 72.8, level: 'orange' });
  });
});

describe('silence', () => {
  const silent = (p: Plant, id: string): void => {
    p.apply({ kind: 'presence', credential: id, device: id, client: `${id}/c`, connection: 1, what: 'offline' });
  };

  it('counts as a share of the points, and makes what is worked out from them stale', () => {
    const p = plant();
    silent(p, 'd0');
    expect(factor(p, 'hazard-source:s1', 'offline')).toMatchObject({ x: 0.5, count: 2, of: 4, stale: false });
    expect(factor(p, 'hazard-source:s1', 'worst-alarm').stale).toBe(true);
    expect(p.warning('hazard-source:s1').stale).toBe(true);
    // Of the enterprise two of eight points.
    expect(factor(p, 'enterprise:works', 'offline')).toMatchObject({ x: 0.25, count: 2, of: 8 });
    expect(p.warning('enterprise:works').stale).toBe(false);
    expect(factor(p, 'area:district', 'offline')).toMatchObject({ x: 0.25, count: 2, of: 8 });
    p.send('d0', 'lel', 0);
    expect(factor(p, 'hazard-source:s1', 'offline').x).toBe(0);
    expect(p.warning('hazard-source:s1').stale).toBe(false);
  });

  it('while readings cannot reach us everything is stale', () => {
    const p = plant();
    p.apply({ kind: 'system', code: 'disk-full', active: true, level: 'red' });
    expect(p.warning('area:district').stale).toBe(true);
    expect(factor(p, 'hazard-source:s1', 'offline').stale).toBe(true);
    p.apply({ kind: 'system', code: 'disk-full', active: false, level: 'red' });
    expect(p.warning('area:district').stale).toBe(false);
  });

  it('our own outage runs no persistence', () => {
    const p = plant();
    p.send('d0', 'lel', 60);
    p.acknowledge('hi');
    p.send('d0', 'lel', 0);
    p.pass(2 * MIN);
    p.restart(60 * MIN);
    expect(p.warning('hazard-source:s1').level).toBe('red');
    p.pass(2 * MIN + 50_000);
    expect(p.warning('hazard-source:s1').level).toBe('red');
    p.pass(15_000);
    expect(p.warning('hazard-source:s1').level).toBe('blue');
  });
});

describe('what does not count', () => {
  it('a device under commissioning or test, from the moment it is put there', () => {
    const p = plant();
    p.send('d0', 'lel', 60);
    p.warned.length = 0;
    const standing = p.engine.view.assets('device').get('d0');
    if (standing !== undefined) p.put({ ...standing, mode: 'commissioning' });
    expect(p.warning('hazard-source:s1')).toMatchObject({ computed: 'blue', level: 'red' });
    expect(factor(p, 'hazard-source:s1', 'offline')).toMatchObject({ of: 2 });
    p.pass(5 * MIN + 100);
    expect(p.warning('hazard-source:s1').level).toBe('blue');
  });

  it('an alarm that is shelved, suppressed or out of service, while it is', () => {
    for (const [on, off] of [
      [{ op: 'shelve', minutes: 60, reason: 'known' }, { op: 'unshelve' }],
      [{ op: 'suppress', reason: 'pump stopped' }, { op: 'unsuppress' }],
      [{ op: 'out-of-service', permit: 'P-1', reason: 'works' }, { op: 'return-to-service' }],
    ] as const) {
      const p = plant();
      p.send('d0', 'lel', 25);
      const alarmId = p.alarm('hi')?.id ?? '';
      expect(p.command({ ...on, alarmId }).outcomes).toMatchObject([{ ok: true }]);
      expect(p.warning('hazard-source:s1')).toMatchObject({ level: 'yellow', computed: 'blue', floor: null });
      p.pass(5 * MIN + 100);
      expect(p.warning('hazard-source:s1').level).toBe('blue');
      expect(p.command({ ...off, alarmId }).outcomes).toMatchObject([{ ok: true }]);
      expect(p.warning('hazard-source:s1')).toMatchObject({ level: 'yellow', occurrence: 2 });
    }
  });

  it('a test enterprise: it is at rest at once, and its area does not hear of it', () => {
    const p = plant();
    p.send('d0', 'lel', 60);
    p.factor('enterprise', 'works', 'hidden-hazard', 1);
    p.warned.length = 0;
    p.place('enterprise', enterprise('works', { areaId: 'street', kind: 'test' }));
    expect(told(p).slice(0, 2)).toEqual(['s1 lifted blue', 'works lifted blue']);
    expect(p.warned[0]?.event.cause).toBe('configuration');
    expect(p.warning('enterprise:works')).toMatchObject({ test: true, ri: 0, level: 'blue', floor: null });
    expect(factor(p, 'area:street', 'worst-member').x).toBeNull();
    p.send('d2', 'lel', 60);
    expect(levels(p).slice(0, 3)).toEqual(['blue', 'blue', 'blue']);
    p.place('enterprise', enterprise('works', { areaId: 'street' }));
    expect(levels(p)).toEqual(['red', 'red', 'red', 'red', 'red']);
  });

  it('what is retired: its warning ends with it', () => {
    const p = plant();
    p.send('d2', 'lel', 60);
    p.config({ op: 'retire', asset: 'device', id: 'd2', base: null });
    p.warned.length = 0;
    p.config({ op: 'retire', asset: 'hazard-source', id: 's2', base: null });
    expect(told(p)).toEqual(['s2 lifted blue']);
    expect(p.warned[0]?.event).toMatchObject({ cause: 'removed', previous: 'red', level: 'blue' });
    expect(p.engine.view.warning('hazard-source:s2')).toBeUndefined();
    expect(p.warning('enterprise:works').computed).toBe('blue');
  });

  it('a late exceedance that was over when it came', () => {
    const p = plant();
    p.pass(20 * MIN);
    const late = (stamp: number, value: number) => p.sample('d0', [p.value('lel', value)], stamp);
    p.message('d0', [late(-15 * MIN, 60), late(-10 * MIN, 0), late(0, 0)]);
    expect(p.told().some((one) => one.includes('historic-exceedance'))).toBe(true);
    expect(told(p)).toEqual([]);
  });
});

describe('factors that people set', () => {
  it('hold until their end, by whom and why, and are told', () => {
    const p = plant();
    p.factor('hazard-source', 's1', 'hidden-hazard', 1, 10 * MIN);
    expect(factor(p, 'hazard-source:s1', 'hidden-hazard')).toMatchObject({ x: 1, contribution: 0.4, by: 'admin', until: p.now + 10 * MIN });
    expect(p.warning('hazard-source:s1')).toMatchObject({ level: 'yellow', ri: 40 });
    expect(told(p).slice(0, 2)).toEqual(['s1 factor-set', 's1 issued yellow']);
    expect(p.warned[0]?.event).toMatchObject({ by: 'admin', factor: 'hidden-hazard', value: 1, previous: 'blue', level: 'blue' });
    p.pass(10 * MIN + 100);
    expect(factor(p, 'hazard-source:s1', 'hidden-hazard')).toMatchObject({ x: null, contribution: 0 });
    expect(told(p).filter((one) => one.startsWith('s1'))).toEqual(['s1 factor-set', 's1 issued yellow', 's1 factor-ended']);
    p.pass(5 * MIN + 100);
    expect(p.warning('hazard-source:s1').level).toBe('blue');
  });

  it('end by the wall clock: over an outage within a minute of the start', () => {
    const p = plant();
    p.factor('hazard-source', 's1', 'special-work', 1, 60 * MIN);
    p.pass(MIN);
    p.restart(3 * 60 * MIN);
    p.pass(61_000);
    expect(factor(p, 'hazard-source:s1', 'special-work').x).toBeNull();
  });

  it('are taken back, and set anew over what stands', () => {
    const p = plant();
    p.factor('area', 'district', 'weather', 1);
    p.factor('area', 'district', 'weather', 0.5);
    expect(factor(p, 'area:district', 'weather')).toMatchObject({ x: 0.5, contribution: 0.1 });
    expect(p.factor('area', 'district', 'weather', null).outcomes).toEqual([{ ok: true, changed: true }]);
    expect(p.factor('area', 'district', 'weather', null).outcomes).toEqual([{ ok: true, changed: false }]);
    expect(factor(p, 'area:district', 'weather').x).toBeNull();
  });

  it.each([
    ['a value above 1', 's1', 'weather', 1.1, 1_000, 'invalid'],
    ['a value below 0', 's1', 'weather', -0.1, 1_000, 'invalid'],
    ['an end in the past', 's1', 'weather', 1, 0, 'invalid'],
    ['an end years ahead', 's1', 'weather', 1, 400 * 86_400_000, 'invalid'],
    ['a source that is none', 's9', 'weather', 1, 1_000, 'not-found'],
  ] as const)('%s is refused', (_name, id, name, value, ms, code) => {
    const p = plant();
    expect(p.factor('hazard-source', id, name, value, ms).outcomes).toMatchObject([{ ok: false, code }]);
    expect(told(p)).toEqual([]);
  });

  it('an area has no special work', () => {
    expect(plant().factor('area', 'street', 'special-work', 1).outcomes).toMatchObject([{ ok: false, code: 'invalid' }]);
  });
});

describe('an upgrade', () => {
  it('replays of format 1 tell no warnings; the first entry of format 2 judges what stands', () => {
    const p = plant();
    p.send('d0', 'lel', 60);
    const engine = createEngine();
    const told1 = p.entries.flatMap((entry) => engine.apply({ ...entry, v: 1 }).warnings ?? []);
    expect(told1).toEqual([]);
    expect([...engine.view.openAlarms()].map((alarm) => alarm.level)).toEqual(['red']);
    const cut = restoreEngine(engine.serialise());
    const tick: Entry = { kind: 'tick', seq: p.entries.length + 1, v: 2, at: p.now, boot: p.boot, mono: p.mono };
    const first = engine.apply(tick);
    expect(first.warnings?.map(({ warning, event }) => `${warning.id} ${event.type} ${event.level}`)).toEqual([
      'hazard-source:s1 issued red',
      'enterprise:works issued red',
      'area:street issued red',
      'area:district issued red',
    ]);
    expect(JSON.stringify(cut.apply(tick))).toBe(JSON.stringify(first));
    expect(cut.serialise()).toBe(engine.serialise());
  });
});

/* Properties over histories of everything. */

const number = fc.integer({ min: 0, max: 3 });
const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      device: number,
      key: fc.constant('lel' as const),
      value: fc.constantFrom(0, 11, 26, 60),
      quality: fc.constant('good' as const),
      stamp: fc.constant(null),
      faults: fc.constantFrom(null, ['F04'], []),
      digest: fc.integer({ min: 1, max: 1_000 }),
      connection: fc.constant(1),
      packet: fc.integer({ min: 1, max: 60_000 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1_000, 40_000, 310_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('place' as const), device: number, source: fc.constantFrom('s1', 's2', null) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      op: fc.constantFrom('acknowledge' as const, 'reset' as const, 'withdraw' as const),
      pick: fc.nat(4),
      stale: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('device' as const),
      device: number,
      profile: fc.constantFrom('gas' as const, 'other' as const),
      mode: fc.constantFrom('live' as const, 'test' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('district' as const),
      area: fc.constantFrom('district', 'street', null),
      kind: fc.constantFrom('real' as const, 'real' as const, 'test' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('classify' as const), source: fc.constantFrom('s1', 's2'), tonnes: fc.constant(40) }),
  },
);

describe('whatever happens', () => {
  it('no source, enterprise or area is lower than its worst unsuppressed alarm, and what is counted is what stands', () => {
    let red = 0;
    fc.assert(
      fc.property(fc.array(STEP, { minLength: 5, maxLength: 50 }), (steps) => {
        const p = beginning();
        for (const step of steps) {
          play(p, step);
          const { view } = p.engine;
          const works = view.assets('enterprise').get('works');
          const above = (id: string | null): string[] =>
            id === null ? [] : [`area:${id}`, ...above(view.assets('area').get(id)?.parentId ?? null)];
          const worst = new Map<string, number>();
          const count = new Map<string, number>();
          for (const alarm of view.openAlarms()) {
            if (alarm.test || alarm.enterpriseId === null || alarm.suppressedBy.length > 0) continue;
            const own = alarm.hazardSourceId === null ? `enterprise:${alarm.enterpriseId}` : `hazard-source:${alarm.hazardSourceId}`;
            count.set(own, (count.get(own) ?? 0) + 1);
            for (const id of [own, `enterprise:${alarm.enterpriseId}`, ...above(works?.areaId ?? null)])
              worst.set(id, Math.max(worst.get(id) ?? 0, LEVEL_RANK[alarm.level]));
          }
          for (const head of view.warningHeads()) {
            const warning = view.warning(head.id);
            if (warning === undefined) throw new Error(head.id);
            expect({ ...warning, ...head }).toEqual(warning);
            if (warning.level === 'red') red += 1;
            expect(LEVEL_RANK[warning.level]).toBeGreaterThanOrEqual(Math.max(1, worst.get(head.id) ?? 0));
            expect(LEVEL_RANK[warning.level]).toBeGreaterThanOrEqual(LEVEL_RANK[warning.computed]);
            if (warning.scope === 'area') continue;
            const counted = warning.factors.find((one) => one.name === 'alarm-count');
            expect([head.id, counted?.count]).toEqual([head.id, count.get(head.id) ?? 0]);
            if (warning.test) continue;
            const points = [...view.assets('device').values()]
              .filter((one) => one.retiredAt === null && one.mode === 'live' && view.status(one.id)?.lastSeenAt !== null)
              .filter((one) =>
                warning.scope === 'enterprise' ? one.enterpriseId === warning.enterpriseId : one.hazardSourceId === warning.hazardSourceId,
              );
            const offline = points.filter((one) => view.status(one.id)?.online === false);
            const silence = warning.factors.find((one) => one.name === 'offline');
            // Of these histories: `gas` has three points, `other` two.
            const of = (list: typeof points): number => list.reduce((sum, one) => sum + (one.profileId === 'gas' ? 3 : 2), 0);
            expect([head.id, silence?.of, silence?.count]).toEqual([head.id, of(points), of(offline)]);
          }
        }
      }),
      { numRuns: 150, seed: 2_024 },
    );
    expect(red).toBeGreaterThan(100);
  });
});
