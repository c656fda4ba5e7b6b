import { describe, expect, it } from 'vitest';
import type { Alarm, Suppression } from '../../model/alarm.ts';
import type { AlarmFact, EarlierAlarm } from '../../model/performance.ts';
import type { Stretch } from '../../model/time.ts';
import { FiguresFold } from './figures.ts';
import { targetsOf } from './targets.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2026, 10, 1);
const TO = FROM + 30 * DAY;
const midnight = (at: number): number => Math.floor(at / DAY) * DAY;

const IDENTITY = {
  enterpriseId: 'x',
  areaId: 'a',
  deviceId: 'GD-1',
  measurement: 'lel',
  channel: null,
  ladder: 'hi',
  kind: 'process',
} as const;
let seq = 0;
function fact(at: number, type: AlarmFact['type'], more: Partial<AlarmFact> = {}): AlarmFact {
  seq += 1;
  return {
    ...IDENTITY,
    seq,
    entry: seq,
    at: FROM + at,
    type,
    cause: null,
    alarmId: '1-0',
    level: 'yellow',
    by: null,
    unacknowledged: type !== 'acknowledged',
    suppressed: false,
    suppressions: [],
    test: false,
    historic: false,
    dueAt: null,
    verifiedAs: null,
    ...more,
  };
}
function figures(facts: readonly AlarmFact[], earlier: readonly EarlierAlarm[] = [], to = TO) {
  const fold = new FiguresFold(FROM, to, midnight, [[FROM, to]]);
  for (const alarm of earlier) fold.earlier(alarm);
  for (const one of facts) fold.add(one);
  return fold.figures();
}
const before = (more: Partial<EarlierAlarm>): EarlierAlarm => ({
  ...IDENTITY,
  alarmId: '0-0',
  level: 'blue',
  raisedAt: FROM - 2 * DAY,
  returnedAt: null,
  acknowledgedAt: FROM - 2 * DAY + SECOND,
  suppressed: false,
  suppressions: [],
  test: false,
  historic: false,
  ...more,
});
const under = (flag: Suppression['flag'], since: number, more: Partial<Suppression> = {}): Suppression => ({
  flag,
  since: FROM + since,
  until: null,
  by: 'li',
  reason: 'calibration',
  ...more,
});

describe('performance figures', () => {
  it('one alarm from its coming to its return', () => {
    const found = figures([
      fact(0, 'raised', { dueAt: FROM + 20 * SECOND }),
      fact(30 * SECOND, 'acknowledged', { by: 'li' }),
      fact(90 * SECOND, 'returned'),
      fact(95 * SECOND, 'verified', { by: 'li', verifiedAs: 'false' }),
    ]);
    expect(found).toMatchObject({
      enoughDays: true,
      byLevel: { red: 0, orange: 0, yellow: 1, blue: 0 },
      byKind: { process: 1 },
      toAcknowledge: { count: 1, mean: 30_000, p50: 30_000, p95: 30_000 },
      toReturn: { count: 1, mean: 90_000 },
      late: 1,
      unacknowledged: 0,
      fleeting: 0,
      standingCount: 0,
      verified: { false: 1 },
      people: [{ by: 'li', acknowledged: 1, p50: 30_000 }],
    });
  });

  it('a rise that rings is an annunciation of its own, one that an acknowledgement covers is not', () => {
    const rises = (unacknowledged: boolean) => figures([fact(0, 'raised'), fact(9, 'level-raised', { level: 'red', unacknowledged })]);
    expect(rises(true)).toMatchObject({ rates: { annunciated: 2 }, byLevel: { yellow: 1, red: 1 } });
    expect(rises(false)).toMatchObject({ rates: { annunciated: 1 }, byLevel: { yellow: 1, red: 0 } });
  });

  it('what comes and rises in one entry is told once, at the level at which it stays', () => {
    const risen = (entry: number) =>
      figures([
        fact(0, 'raised', { entry: 7 }),
        fact(0, 'level-raised', { entry, level: 'orange' }),
        fact(0, 'level-raised', { entry, level: 'red' }),
      ]);
    expect(risen(7)).toMatchObject({ rates: { annunciated: 1 }, byLevel: { yellow: 0, orange: 0, red: 1 }, worst: [{ annunciated: 1 }] });
    expect(risen(8)).toMatchObject({ rates: { annunciated: 2 }, byLevel: { yellow: 1, orange: 0, red: 1 }, worst: [{ annunciated: 2 }] });
  });

  it('a repeat of the horn is no new alarm, a recurrence is', () => {
    const again = (cause: string) =>
      figures([fact(0, 'raised'), fact(5, 'returned'), fact(9, 're-announced', { cause })]).rates.annunciated;
    expect(['repeat', 'silence-ended', 'escalated', 'recurrence', 'unsuppressed'].map(again)).toEqual([1, 1, 1, 2, 2]);
  });

  it('test alarms, historic exceedances and what was suppressed are in no figure', () => {
    for (const out of [{ test: true }, { historic: true }, { suppressed: true }]) {
      const found = figures([fact(0, 'raised', out), fact(5 * SECOND, 'returned', out)]);
      expect([out, found.rates.annunciated, found.worst.length, found.toReturn.count, found.fleeting]).toEqual([out, 0, 0, 0, 0]);
    }
  });

  it('three activations within a minute chatter; what ends within 10 s is fleeting', () => {
    const times = [0, 20, 40, 300, 320, 380].flatMap((s) => [
      fact(s * SECOND, s === 0 ? 'raised' : 're-announced', { cause: 'recurrence' }),
      fact((s + (s === 0 ? 9.9 : 10)) * SECOND, 'returned'),
    ]);
    const found = figures(times);
    expect(found).toMatchObject({
      chattering: 1,
      fleeting: 1,
      worst: [{ deviceId: 'GD-1', annunciated: 6, share: 1, chattering: 1, fleeting: 1 }],
    });
  });

  it('the ten that come most often, and what they are of the load', () => {
    const facts = Array.from({ length: 20 }, (_, n) =>
      Array.from({ length: n + 1 }, (_, i) => fact(i, 'raised', { deviceId: `D${n}`, alarmId: `${n}-${i}` })),
    ).flat();
    const found = figures(facts.sort((a, b) => a.at - b.at));
    expect(found.worst.map((one) => one.annunciated)).toEqual([20, 19, 18, 17, 16, 15, 14, 13, 12, 11]);
    expect(found.worstShare).toBeCloseTo(155 / 210, 12);
  });

  it('alarms true for more than 24 h stand: those at the end, and the most on any day', () => {
    const facts = [
      fact(0, 'raised', { alarmId: 'a' }),
      fact(0, 'raised', { alarmId: 'b', deviceId: 'GD-2' }),
      fact(3 * DAY, 'returned', { alarmId: 'b', deviceId: 'GD-2' }),
      fact(29.5 * DAY, 'raised', { alarmId: 'c', deviceId: 'GD-3' }),
    ];
    const found = figures(facts, [before({ deviceId: 'GD-0' })]);
    expect(found.standing.map((one) => [one.deviceId, one.since - FROM])).toEqual([
      ['GD-0', -2 * DAY],
      ['GD-1', 0],
    ]);
    expect(found).toMatchObject({ standingCount: 2, standingMaxPerDay: 3 });
  });

  it('an alarm from before the period is acknowledged and returns inside it', () => {
    const found = figures(
      [fact(10 * SECOND, 'acknowledged', { alarmId: '0-0', by: 'wang' }), fact(20 * SECOND, 'returned', { alarmId: '0-0' })],
      [before({ raisedAt: FROM - SECOND, acknowledgedAt: FROM + 10 * SECOND, returnedAt: FROM + 20 * SECOND })],
    );
    expect(found).toMatchObject({
      rates: { annunciated: 0 },
      toAcknowledge: { p50: 11_000 },
      toReturn: { p50: 21_000 },
      unacknowledged: 0,
    });
  });

  it('what nobody has acknowledged at the end is waiting, and late when it was due', () => {
    const found = figures([fact(0, 'raised', { dueAt: FROM + SECOND }), fact(5, 'raised', { alarmId: '2-0', dueAt: TO + DAY })]);
    expect(found).toMatchObject({ unacknowledged: 2, late: 1 });
  });

  describe('what people keep from ringing', () => {
    const shelf = under('shelved', 10);
    const permit = under('out-of-service', 30);

    it('is listed as it was at the end, with who, why and since when; shelving that ends soon is no other one', () => {
      const found = figures([
        fact(0, 'raised'),
        fact(10, 'shelved', { suppressions: [shelf] }),
        fact(20, 'shelved', { cause: 'ends-soon', suppressions: [shelf] }),
        fact(30, 'out-of-service', { suppressions: [shelf, permit] }),
        fact(40, 'raised', { alarmId: '2-0', deviceId: 'GD-2' }),
        fact(50, 'shelved', { alarmId: '2-0', deviceId: 'GD-2', suppressions: [under('shelved', 50)] }),
        fact(60, 'unshelved', { alarmId: '2-0', deviceId: 'GD-2', suppressions: [] }),
      ]);
      expect(found).toMatchObject({ shelvedCount: 1, outOfServiceCount: 1, shelvings: 2 });
      expect(found.shelved).toEqual([
        { ...IDENTITY, alarmId: '1-0', level: 'yellow', since: FROM + 10, until: null, by: 'li', reason: 'calibration' },
      ]);
      expect(found.outOfService).toMatchObject([{ alarmId: '1-0', since: FROM + 30 }]);
    });

    it('from before the period stands in it until an event says otherwise, though the alarm itself counts no more', () => {
      const alarm = before({ suppressed: true, suppressions: [under('out-of-service', -DAY)] });
      expect(figures([], [alarm])).toMatchObject({ outOfServiceCount: 1, standingCount: 0, shelvings: 0 });
      const back = fact(5, 'returned-to-service', { alarmId: '0-0', suppressions: [] });
      expect(figures([back], [alarm])).toMatchObject({ outOfServiceCount: 0 });
    });

    it('goes on with the next occurrence, counted once; of another source of the same name it does not', () => {
      const closed = fact(20, 'closed', { suppressions: [shelf] });
      const again = fact(30, 'raised', { alarmId: '9-0', suppressions: [shelf] });
      const first = [fact(0, 'raised'), fact(10, 'shelved', { suppressions: [shelf] })];
      expect(figures([...first, closed]).shelved.map((one) => one.alarmId)).toEqual(['1-0']);
      expect(figures([...first, closed, again]).shelved.map((one) => one.alarmId)).toEqual(['9-0']);
      const joint = { deviceId: null, measurement: null, ladder: 'LEAK' };
      const sources = figures([
        fact(0, 'raised', joint),
        fact(10, 'shelved', { ...joint, suppressions: [shelf] }),
        fact(20, 'raised', { ...joint, alarmId: '9-0' }),
      ]);
      expect(sources.shelved.map((one) => one.alarmId)).toEqual(['1-0']);
    });

    it('that rests, closed, is listed when it was so before the period began', () => {
      const resting = (since: number, more: Partial<Alarm> = {}) => {
        const fold = new FiguresFold(FROM, TO, midnight, [[FROM, TO]]);
        const alarm = {
          ...IDENTITY,
          id: '3-0',
          level: 'yellow',
          test: false,
          historic: false,
          suppressions: [under('out-of-service', since)],
        };
        fold.resting({ ...alarm, ...more } as Alarm);
        return fold.figures().outOfServiceCount;
      };
      expect([resting(-1), resting(0), resting(-1, { test: true })]).toEqual([1, 0, 0]);
    });

    it('in a test is in no list', () => {
      expect(figures([fact(0, 'shelved', { test: true, suppressions: [shelf] })])).toMatchObject({ shelvedCount: 0, shelvings: 0 });
    });
  });

  it('an acknowledgement taken back counts from there again', () => {
    const found = figures([
      fact(0, 'raised'),
      fact(4 * SECOND, 'acknowledged', { by: 'li' }),
      fact(6 * SECOND, 'withdrawn', { by: 'li' }),
      fact(9 * SECOND, 'acknowledged', { by: 'wang' }),
    ]);
    expect(found.people).toEqual([
      { by: 'li', acknowledged: 1, p50: 4_000 },
      { by: 'wang', acknowledged: 1, p50: 3_000 },
    ]);
  });

  it('the alarm of a device that was removed ends with it', () => {
    expect(figures([fact(0, 'raised'), fact(5, 'closed', { cause: 'removed' })])).toMatchObject({ unacknowledged: 0, standingCount: 0 });
  });

  it('say how much of the period was observed; an outage takes nothing from 30 days being enough', () => {
    const of = (observed: readonly Stretch[]) => new FiguresFold(FROM, TO, midnight, observed).figures();
    const away: readonly Stretch[] = [
      [FROM, FROM + DAY],
      [FROM + 2 * DAY, TO],
    ];
    expect(of(away)).toMatchObject({ enoughDays: true, observedMs: 29 * DAY });
    expect(of([[FROM + DAY, TO]])).toMatchObject({ enoughDays: false, observedMs: 29 * DAY });
    expect(of([])).toMatchObject({ enoughDays: false, observedMs: 0, rates: { annunciated: 0, perHour: 0 } });
  });

  it('says which targets are met', () => {
    const quiet = targetsOf(figures([fact(0, 'raised'), fact(5, 'acknowledged'), fact(20 * SECOND, 'returned')]));
    expect(quiet.filter((one) => !one.met).map((one) => one.name)).toEqual(['worstShare']);
    const busy = targetsOf(
      figures(
        Array.from({ length: 12 }, (_, i) => fact(i * SECOND, 'raised', { alarmId: `${i}-9` })),
        [],
        FROM + HOUR,
      ),
    );
    expect(busy.filter((one) => !one.met).map((one) => one.name)).toEqual([
      'perHour',
      'perTenMinutes',
      'tenMinutesAbove10',
      'maxInTenMinutes',
      'floodShare',
      'worstShare',
      'chattering',
    ]);
  });
});
