import { describe, expect, it } from 'vitest';
import type { SystemBody } from '../model/entry.ts';
import { HandClock } from '../broker/raw-client.testing.ts';
import { startSystemWatch, type SystemFacts } from './system-watch.ts';

const CALM: SystemFacts = {
  clockBelieved: true,
  journal: { lastSeq: 0, firstSeq: 0, bytes: 0, maxBytes: 100, queuedEntries: 0, queuedBytes: 0, health: [] },
  projectorLagMs: 0,
  storeTrouble: null,
  recordsFailing: false,
  snapshotFailing: false,
  archiveFailing: null,
  journalBytesPerHour: 0,
  upstream: null,
  notices: { webhook: null, deadMan: null },
};

/** A watch over an external broker that the test takes down and up. */
function watched(known: readonly string[] = []) {
  const clock = new HandClock();
  const told: [number, boolean][] = [];
  let up = true;
  let since = 0;
  const watch = startSystemWatch(
    clock,
    known,
    () => ({ ...CALM, upstream: { up, downMs: up ? 0 : clock.mono() - since, trouble: 'ECONNREFUSED' } }),
    (body: SystemBody, done) => {
      told.push([clock.mono(), body.active]);
      done(true);
    },
  );
  return {
    clock,
    told,
    watch,
    set(now: boolean) {
      up = now;
      since = clock.mono();
    },
  };
}

describe('the external broker in the system watch', () => {
  it('rings when it stays away, well within 30 s, and not for a restart of a moment', () => {
    const { clock, told, watch, set } = watched();
    set(false);
    clock.advance(3_000);
    set(true);
    clock.advance(60_000);
    expect(told).toEqual([]);
    set(false);
    const lostAt = clock.mono();
    clock.advance(60_000);
    expect(watch.active()).toEqual(['upstream-lost']);
    set(true);
    clock.advance(2_000);
    expect(told.map(([, active]) => active)).toEqual([true, false]);
    // With the 15 s until a silent loss is noticed still below 30 s.
    expect((told[0]?.[0] ?? Number.NaN) - lostAt).toBeLessThanOrEqual(7_000);
    watch.stop();
  });

  it('a restart while it is lost neither ends the alarm nor raises it again', () => {
    const clock = new HandClock();
    const told: SystemBody[] = [];
    let downMs = 0;
    const watch = startSystemWatch(
      clock,
      ['upstream-lost'],
      () => ({ ...CALM, upstream: { up: false, downMs, trouble: null } }),
      (body, done) => {
        told.push(body);
        done(true);
      },
    );
    clock.advance(3_000);
    downMs = 10_000;
    clock.advance(20_000);
    expect(told).toEqual([]);
    expect(watch.active()).toEqual(['upstream-lost']);
    watch.stop();
  });

  it('no external broker any more: what it had rung for ends', () => {
    const told: SystemBody[] = [];
    const watch = startSystemWatch(
      new HandClock(),
      ['upstream-lost'],
      () => CALM,
      (body, done) => {
        told.push(body);
        done(true);
      },
    );
    expect(told).toMatchObject([{ code: 'upstream-lost', active: false }]);
    watch.stop();
  });
});

describe('the clock in the system watch', () => {
  it('put right, or set wrong, while we run is an entry; what the start has said is not said again', () => {
    const clock = new HandClock();
    const told: SystemBody[] = [];
    let clockBelieved = false;
    const watch = startSystemWatch(
      clock,
      ['clock-not-believed'],
      () => ({ ...CALM, clockBelieved }),
      (body, done) => {
        told.push(body);
        done(true);
      },
    );
    clock.advance(5_000);
    expect([told, watch.active()]).toEqual([[], ['clock-not-believed']]);
    clockBelieved = true;
    clock.advance(2_000);
    clockBelieved = false;
    clock.advance(2_000);
    expect(told).toMatchObject([
      { code: 'clock-not-believed', active: false },
      { code: 'clock-not-believed', active: true, level: 'orange' },
    ]);
    watch.stop();
  });
});

describe('the projector in the system watch', () => {
  it('a tail as old as our own outage is no lag yet; one that is still there after a minute is', () => {
    const clock = new HandClock();
    const told: SystemBody[] = [];
    let lag = 5_400_000;
    const watch = startSystemWatch(
      clock,
      [],
      () => ({ ...CALM, projectorLagMs: lag, storeTrouble: 'InfluxDB: 401 authorization failed' }),
      (body, done) => {
        told.push(body);
        done(true);
      },
    );
    clock.advance(50_000);
    expect(told).toEqual([]);
    clock.advance(20_000);
    expect(told).toMatchObject([{ code: 'projector-lag', active: true, level: 'yellow' }]);
    expect(told[0]?.detail).toMatch(
      /^readings reach the store 5400 s late \(InfluxDB: 401 authorization failed\); alarms are not affected$/,
    );
    lag = 100;
    clock.advance(2_000);
    expect(told.at(-1)).toMatchObject({ code: 'projector-lag', active: false });
    watch.stop();
  });
});

describe('a condition that cannot be journaled', () => {
  it('is shown at once, and becomes entries when the journal takes them again, also when it is over by then', () => {
    const clock = new HandClock();
    const durable: [string, boolean][] = [];
    let health: readonly string[] = [];
    let takes = true;
    const watch = startSystemWatch(
      clock,
      [],
      () => ({ ...CALM, journal: { ...CALM.journal, health } }),
      (body, done) => {
        if (takes) durable.push([body.code, body.active]);
        done(takes);
      },
    );
    health = ['journal-failed'];
    takes = false;
    clock.advance(5_000);
    expect([watch.active(), durable]).toEqual([['journal-failed'], []]);
    for (const codes of [[], ['journal-failed'], []]) {
      health = codes;
      clock.advance(3_000);
    }
    expect(watch.active()).toEqual([]);
    takes = true;
    clock.advance(1_000);
    expect(durable).toEqual([
      ['journal-failed', true],
      ['journal-failed', false],
    ]);
    clock.advance(10_000);
    expect(durable).toHaveLength(2);
    watch.stop();
  });

  it('nothing of a condition overtakes what is still on its way', () => {
    const clock = new HandClock();
    const asked: { readonly active: boolean; readonly done: (durable: boolean) => void }[] = [];
    let health: readonly string[] = ['disk-full'];
    const watch = startSystemWatch(
      clock,
      [],
      () => ({ ...CALM, journal: { ...CALM.journal, health } }),
      (body, done) => asked.push({ active: body.active, done }),
    );
    for (const codes of [[], ['disk-full'], []]) {
      health = codes;
      clock.advance(2_000);
    }
    expect(asked.map(({ active }) => active)).toEqual([true]);
    asked[0]?.done(true);
    expect(asked.map(({ active }) => active)).toEqual([true, false]);
    asked[1]?.done(true);
    clock.advance(5_000);
    expect(asked.map(({ active }) => active)).toEqual([true, false]);
    watch.stop();
  });
});
