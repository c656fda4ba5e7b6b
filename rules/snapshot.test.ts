import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine, restoreEngine } from './engine.ts';
import type { Applied, Engine } from '../model/engine.ts';
import type { RuleParts } from '../model/rule.ts';
import {
  beginning,
  ESCALATED,
  EXPLAINED,
  FORGOTTEN,
  GROUPED,
  NEVER_HEARD,
  PAUSED,
  LIFE_OPS,
  LIVED,
  play,
  type Step,
  VOTED,
} from './testing/histories.ts';
import type { Plant } from './testing/plant.ts';

const deviceNumber = fc.integer({ min: 0, max: 4 });
const connection = fc.integer({ min: 1, max: 2 });
const send: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('send' as const),
  device: deviceNumber,
  key: fc.constantFrom('lel' as const, 'status' as const),
  value: fc.constantFrom(null, -8, 0, 1, 2, 11, 24, 26, 60, 105),
  quality: fc.constantFrom(
    'good' as const,
    'good' as const,
    'good' as const,
    'uncertain' as const,
    'bad' as const,
    'test' as const,
    'maintenance' as const,
  ),
  stamp: fc.constantFrom(null, null, 0, -3_000, -30_000, -200_000, -100_000, 86_400_000),
  faults: fc.constantFrom(null, null, [], ['F03'], ['F04', 'F22'], ['F09']),
  digest: fc.integer({ min: 1, max: 12 }),
  connection,
  packet: fc.integer({ min: 1, max: 3 }),
});
const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: send },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('course' as const),
      device: deviceNumber,
      from: fc.constantFrom(0, 22, 60),
      by: fc.constantFrom(0.5, 6, 12, -15),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(100, 4_000, 12_000, 70_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('gap' as const, 'restart' as const), ms: fc.constantFrom(16_000, 300_000, 29_000_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock' as const), ms: fc.constantFrom(-3_600_000, 90_000, 86_400_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('presence' as const),
      device: deviceNumber,
      what: fc.constantFrom('connected' as const, 'disconnected' as const, 'online' as const, 'offline' as const),
      connection,
      clean: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      op: fc.constantFrom('acknowledge' as const, 'acknowledge' as const, 'withdraw' as const, 'reset' as const, 'comment' as const),
      pick: fc.nat(5),
      stale: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('life' as const), op: fc.constantFrom(...LIFE_OPS), pick: fc.nat(5), short: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tables' as const), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('catalogue' as const), version: fc.constantFrom('v1' as const, 'v2' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('device' as const),
      device: deviceNumber,
      profile: fc.constantFrom('gas' as const, 'other' as const),
      mode: fc.constantFrom('live' as const, 'test' as const),
      dry: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retire' as const), device: deviceNumber }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hours' as const), minutes: fc.constantFrom(1, 2, 600, null) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('enterprise' as const), kind: fc.constantFrom('real' as const, 'test' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('system' as const),
      code: fc.constantFrom('disk-full', 'projector-lag', 'clock-not-believed'),
      active: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('through' as const), device: deviceNumber, value: fc.constantFrom(0, -8, 26, 105) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('gateway' as const),
      what: fc.constantFrom('connected' as const, 'disconnected' as const),
      connection: fc.constantFrom(8, 9),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dates' as const), device: deviceNumber, days: fc.constantFrom(0, 364, 400) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'hostile' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'calm' as const }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('rule' as const),
      scope: fc.constantFrom('profile' as const, 'enterprise' as const, 'device' as const),
      code: fc.constantFrom('PRE' as const, 'L1' as const, 'L1' as const, 'L2' as const, 'OWN' as const),
      parts: fc.constantFrom<RuleParts>(
        { setPoint: 11 },
        { setPoint: 23, offDelayMs: 0 },
        { setPoint: 60 },
        { onDelayMs: 5_000, latching: true },
        { level: 'orange' },
        { enabled: false },
        { enabled: true, deadband: 3 },
        { setPointFrom: 'asset.none' },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('joint' as const),
      how: fc.constantFrom('votes' as const, 'drops' as const, 'expression' as const, 'retire' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('place' as const), device: deviceNumber, source: fc.constantFrom('s1', 's2', null) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      device: deviceNumber,
      to: fc.constantFrom('works' as const, 'mill' as const),
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
    arbitrary: fc.record({
      do: fc.constant('retire-rule' as const),
      scope: fc.constantFrom('profile' as const, 'enterprise' as const, 'device' as const),
      code: fc.constantFrom('PRE' as const, 'L1' as const, 'L2' as const, 'OWN' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('classify' as const),
      source: fc.constantFrom('s1', 's2'),
      tonnes: fc.constantFrom(1, 40, 2_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retire-source' as const), source: fc.constantFrom('s1', 's2') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('factor' as const),
      scope: fc.constantFrom('hazard-source' as const, 'enterprise' as const, 'area' as const),
      factor: fc.constantFrom('special-work' as const, 'commitment' as const, 'hidden-hazard' as const, 'weather' as const),
      value: fc.constantFrom(0, 0.5, 1, 1, 7, null),
      ms: fc.constantFrom(-1, 30_000, 400_000),
    }),
  },
);
const HISTORY = fc.array(STEP, { minLength: 5, maxLength: 40 });

/** All that is part of the fold; what a fault threw is for the log alone. */
function factsOf({ events, warnings, resend, judged, outcomes, rules, fault }: Applied): string {
  return JSON.stringify({ events, warnings, resend, judged, outcomes, rules, fault });
}

function played(steps: readonly Step[]): Plant {
  const plant = beginning();
  for (const step of steps) play(plant, step);
  return plant;
}

/** What a life of an alarm can hold; each must have been lived through at some cut. */
const LIFE_EVENTS = [
  'silenced',
  'shelved',
  'shelved ends-soon',
  'unshelved',
  'unshelved expired',
  'unshelved returned',
  'unshelved level-raised',
  'suppressed',
  'suppressed cause-and-effect',
  'suppressed ends-soon',
  'unsuppressed',
  'unsuppressed expired',
  'unsuppressed level-raised',
  'unsuppressed cause-and-effect',
  'out-of-service',
  'returned-to-service',
  'returned-to-service expired',
  'returned-to-service level-raised',
  'verified',
  're-announced unsuppressed',
  're-announced repeat',
  're-announced silence-ended',
  're-announced escalated',
];
/** What the read side says, in an order of its own. */
function seenOf(engine: Engine): string {
  const { view } = engine;
  const warnings = [...view.warningHeads()].map(({ id }) => view.warning(id)).sort((a, b) => ((a?.id ?? '') < (b?.id ?? '') ? -1 : 1));
  return JSON.stringify([view.counts(), view.flood, view.floods(), view.outages(), view.deviceCounts(), warnings, engine.nextDue()]);
}

describe('a snapshot', () => {
  it('cut at every prefix of a history gives the same events and the same state as the whole run', () => {
    const kinds = new Set<string>();
    const warningTypes = new Set<string>();
    const ladders = new Set<string>();
    let open = 0;
    let rules = 0;
    fc.assert(
      fc.property(HISTORY, (steps) => {
        const { entries, events, warned } = played(steps);
        for (const event of events) if (event.kind === 'alarm' && event.alarm.kind === 'process') ladders.add(event.alarm.ladder);
        const whole = createEngine();
        const texts: string[] = [whole.serialise()];
        const told: string[] = [];
        for (const entry of entries) {
          kinds.add(entry.kind);
          told.push(factsOf(whole.apply(entry)));
          texts.push(whole.serialise());
          open = Math.max(open, [...whole.view.openAlarms()].length);
          rules = Math.max(rules, [...whole.view.assets('rule').values()].filter(({ retiredAt }) => retiredAt === null).length);
        }
        expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
        expect(warned.map((one) => one.seq)).toEqual(warned.map((_, i) => i + 1));
        for (const one of warned) warningTypes.add(one.event.type);
        for (let cut = 0; cut <= entries.length; cut += 1) {
          const engine = restoreEngine(texts[cut] ?? '');
          expect(engine.serialise()).toBe(texts[cut]);
          for (let i = cut; i < entries.length; i += 1) {
            const entry = entries[i];
            if (entry !== undefined && factsOf(engine.apply(entry)) !== told[i]) expect.unreachable(`entry ${i} after a cut at ${cut}`);
          }
          expect(engine.serialise()).toBe(texts.at(-1));
          expect(seenOf(engine)).toBe(seenOf(whole));
        }
      }),
      { numRuns: 80, seed: 20_261_123, examples: [[[...VOTED]], [[...ESCALATED]], [[...EXPLAINED]], [[...FORGOTTEN]], [[...PAUSED]]] },
    );
    expect([...kinds].sort()).toEqual(['command', 'config', 'message', 'presence', 'start', 'stop', 'system', 'tick']);
    expect(open).toBeGreaterThan(3);
    expect(rules).toBeGreaterThan(2);
    expect(ladders).toContain('JOINT');
    expect([...warningTypes].sort()).toEqual(['factor-ended', 'factor-set', 'issued', 'lifted', 'updated']);
    // Of the kinds that are judged by more than the value; which of them come is a matter of the seed.
    expect(['ROR', 'FALL', 'DEV', 'MANY', 'WHEN', 'TURN', 'BOTH'].filter((ladder) => ladders.has(ladder)).length).toBeGreaterThan(4);
  });

  it.each([
    ['in the life of an alarm', LIVED, LIFE_EVENTS],
    ['in an escalation', ESCALATED, ['level-raised', 'level-raised together', 'level-raised unattended', 'returned', 'reset']],
    ['in a bad point that is explained', EXPLAINED, ['raised', 'shelved', 'acknowledged', 're-announced recurrence', 'returned']],
    ['in work that is forgotten', FORGOTTEN, ['raised', 'shelved', 'unshelved expired', 'returned', 'closed removed']],
    ['while a point is never heard', NEVER_HEARD, ['device', 'raised', 'returned']],
    ['while we are away again and again', PAUSED, ['raised', 'returned']],
    ['in a group of alarms', GROUPED, ['raised', 'first-out-moved earlier-sample', 'withdrawn', 'returned']],
  ] as const)('cut wherever something happens %s gives the same from there on', (_, steps, awaited) => {
    const { entries, events } = played(steps);
    const types = events.map((one) => (one.kind === 'alarm' ? `${one.event.type} ${one.event.cause ?? ''}`.trim() : one.kind));
    expect([...new Set(types)]).toEqual(expect.arrayContaining([...awaited]));
    const whole = createEngine();
    const cuts: [at: number, text: string][] = [];
    const told = entries.map((entry, i) => {
      const applied = whole.apply(entry);
      if (applied.events.length > 0) cuts.push([i + 1, whole.serialise()]);
      return factsOf(applied);
    });
    for (const [at, text] of cuts) {
      const engine = restoreEngine(text);
      expect(engine.serialise()).toBe(text);
      entries.slice(at).forEach((entry, i) => expect(factsOf(engine.apply(entry))).toBe(told[at + i]));
      expect(engine.serialise()).toBe(whole.serialise());
    }
  });

  it('the history of a bad point that is explained has both: one that is, and one that dies later and rings', () => {
    const told = played(EXPLAINED).events.flatMap((one) =>
      one.kind === 'alarm' && one.alarm.ladder === 'BAD' ? [`${one.alarm.measurement ?? ''} ${one.event.type}`] : [],
    );
    expect(told).toEqual(['status raised', 'lel raised', 'lel returned', 'status returned', 'lel re-announced', 'lel returned']);
  });

  it('the history of forgotten work is asked about twice', () => {
    const told = played(FORGOTTEN).alarmEvents('INHIBITED');
    const states = told.flatMap(([, { type, cause }]) =>
      type === 'raised' || type === 'returned' || cause === 'recurrence' ? [type] : [],
    );
    expect(states).toEqual(['raised', 'returned', 're-announced']);
  });

  it('the history of our many outages has one silence, ten minutes after the last of them', () => {
    const plant = played(PAUSED);
    const restarted = plant.entries.findLast(({ kind }) => kind === 'start')?.at ?? 0;
    const told = plant.alarmEvents('F01').map(([{ deviceId }, { type, at }]) => [deviceId, type, Math.floor((at - restarted) / 60_000)]);
    expect(told).toEqual([
      ['d0', 'raised', 10],
      ['d0', 'returned', 10],
    ]);
  });

  it('the history of a point that is never heard lists it, misses it over the restart and the silence, and hears it', () => {
    const { events } = played(NEVER_HEARD);
    const told = events.flatMap((one) => {
      if (one.kind === 'device') return one.id === 'd0' ? [one.health.join(' ')] : [];
      return one.event.type === 're-announced' ? [] : [`${one.alarm.measurement ?? 'd0'} ${one.alarm.ladder} ${one.event.type}`];
    });
    expect(told.filter((text, i) => text !== told[i - 1])).toEqual([
      '',
      'unheard',
      'd0 F01 raised',
      'silent unheard',
      'd0 F01 level-raised',
      'd0 F01 returned',
      'unheard',
      'lel F01 raised',
      'point-silent',
      'lel F01 returned',
      'lel BAD raised',
      'bad-quality',
    ]);
  });

  it('written slice by slice while entries go on is the state at its beginning', () => {
    fc.assert(
      fc.property(HISTORY, fc.nat(60), fc.integer({ min: 1, max: 3 }), (steps, at, slice) => {
        const { entries } = played(steps);
        const engine = createEngine();
        const begin = Math.min(at, entries.length);
        for (const entry of entries.slice(0, begin)) engine.apply(entry);
        const expected = engine.serialise();
        const job = engine.beginSnapshot();
        let text = '';
        let rest = begin;
        for (let piece = job.next(slice); piece !== null; piece = job.next(slice)) {
          text += piece;
          for (let n = 0; n < 3 && rest < entries.length; n += 1, rest += 1) {
            const entry = entries[rest];
            if (entry !== undefined) engine.apply(entry);
          }
        }
        expect(text).toBe(expected);
        expect(job.seq).toBe(begin);
      }),
      { numRuns: 400, seed: 7 },
    );
  });

  it('of another format, cut off or damaged is refused with a clear line', () => {
    const text = beginning().engine.serialise();
    expect(() => restoreEngine(text.replace('beacon-engine 2', 'beacon-engine 9'))).toThrow(/"beacon-engine 9".*"beacon-engine 2"/);
    expect(() => restoreEngine(text.slice(0, text.length >> 1))).toThrow(/cut off/);
    expect(() => restoreEngine('')).toThrow(/format/);
  });
});

describe('whatever happens', () => {
  const run = (steps: readonly Step[], check: (plant: Plant) => void): void => {
    const plant = beginning();
    for (const step of steps) {
      play(plant, step);
      check(plant);
    }
  };

  it('an alarm nobody has acknowledged never vanishes without a closing event', () => {
    fc.assert(
      fc.property(HISTORY, (steps) => {
        let before = new Map<string, boolean>();
        let told = 0;
        run(steps, (plant) => {
          const now = new Map(
            [...plant.engine.view.openAlarms()].map((alarm) => [alarm.id, alarm.state === 'ACKED' || alarm.state === 'LACK']),
          );
          const events = plant.alarmEvents().slice(told);
          told += events.length;
          for (const [id, acknowledged] of before) {
            if (acknowledged || now.has(id)) continue;
            const last = events.findLast(([alarm]) => alarm.id === id);
            expect(['acknowledged', 'closed', 'returned', 'reset']).toContain(last?.[1].type);
            expect(events.some(([alarm, event]) => alarm.id === id && (event.type === 'acknowledged' || event.type === 'closed'))).toBe(
              true,
            );
          }
          before = now;
        });
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  it('nothing but a broken entry is ever applied as a fault', () => {
    fc.assert(
      fc.property(HISTORY, (steps) => {
        const plant = played(steps.filter((step) => step.do !== 'hostile'));
        expect(plant.told().filter((event) => event.startsWith('engine-fault'))).toEqual([]);
      }),
      { numRuns: 400, seed: 23 },
    );
  });

  it('counts are those of the open alarms, and only the same alarm is open once per identity', () => {
    fc.assert(
      fc.property(HISTORY, (steps) => {
        run(steps, (plant) => {
          const open = [...plant.engine.view.openAlarms()];
          const levels = { red: 0, orange: 0, yellow: 0, blue: 0 };
          const unseen = { red: 0, orange: 0, yellow: 0, blue: 0 };
          const suppressed = { shelved: 0, 'by-design': 0, 'out-of-service': 0 };
          for (const alarm of [...open, ...plant.engine.view.restingAlarms()]) {
            if (alarm.test) continue;
            for (const flag of alarm.suppressedBy) suppressed[flag] += 1;
            if (alarm.suppressedBy.length > 0) continue;
            levels[alarm.level] += 1;
            if (alarm.state === 'UNACK' || alarm.state === 'RTNUN' || alarm.state === 'LUNACK') unseen[alarm.level] += 1;
          }
          expect(plant.engine.view.counts()).toEqual({ open: levels, unacknowledged: unseen, suppressed });
          const identities = open.map((alarm) =>
            [alarm.deviceId ?? alarm.hazardSourceId, alarm.measurement, alarm.channel, alarm.ladder].join('|'),
          );
          expect(new Set(identities).size).toBe(identities.length);
        });
      }),
      { numRuns: 100, seed: 13 },
    );
  });

  it('bad quality clears no process alarm', () => {
    fc.assert(
      fc.property(HISTORY, fc.integer({ min: 0, max: 3 }), (steps, n) => {
        const plant = beginning();
        for (const step of steps) play(plant, step);
        const id = `d${n}`;
        plant.message(id, [
          plant.sample(id, [plant.value('lel', null, { quality: 'bad' }), plant.value('status', null, { quality: 'bad', channel: 1 })]),
        ]);
        const active = (): readonly string[] =>
          [...plant.engine.view.openAlarms()]
            .filter((alarm) => alarm.deviceId === id && alarm.kind !== 'instrument' && alarm.active)
            .map((alarm) => alarm.id);
        const before = active();
        for (let i = 0; i < 10; i += 1) {
          plant.pass(20_000);
          plant.message(id, [
            plant.sample(id, [plant.value('lel', null, { quality: 'bad' }), plant.value('status', null, { quality: 'bad', channel: 1 })]),
          ]);
        }
        expect(active()).toEqual(before);
      }),
      { numRuns: 100, seed: 17 },
    );
  });

  it('a pre-warning is announced only after its delay has run unbroken, and then without fail', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ ms: fc.integer({ min: 100, max: 14_000 }), high: fc.boolean() }), { minLength: 3, maxLength: 30 }),
        (moves) => {
          const plant = beginning();
          let highSince: number | null = null;
          let lowSince = plant.now;
          for (const { ms, high } of moves) {
            plant.message('d0', [plant.sample('d0', [plant.value('lel', high ? 11 : 0)])]);
            if (high && highSince === null) highSince = plant.now;
            if (!high && highSince !== null) lowSince = plant.now;
            if (!high) highSince = null;
            const told = plant.told('hi').filter((type) => type === 'hi raised' || type === 'hi re-announced').length;
            plant.pass(ms);
            const after = plant.told('hi').filter((type) => type === 'hi raised' || type === 'hi re-announced').length;
            const held = highSince === null ? 0 : plant.now - highSince;
            if (after > told) expect(held).toBeGreaterThanOrEqual(20_000);
            if (held >= 20_050) expect(plant.alarm('hi')?.active).toBe(true);
            if (highSince === null && plant.now - lowSince >= 10_050) expect(plant.alarm('hi')?.active ?? false).toBe(false);
          }
        },
      ),
      { numRuns: 200, seed: 19 },
    );
  });
});
