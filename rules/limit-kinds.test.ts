import { describe, expect, it } from 'vitest';
import type { Device } from '../model/asset.ts';
import type { LimitDef, MeasurementDef } from '../model/profile.ts';
import type { Quality } from '../model/reading.ts';
import { createEngine, restoreEngine } from './engine.ts';
import { device, limit, measurement, Plant, profile } from './testing/plant.ts';

/** Every kind of limit that is judged by more than the value: what raises it, what does not, and what holds it. */

const S = 1_000;
const MIN = 60 * S;

function plant(measurements: readonly MeasurementDef[], more: Partial<Device> = {}, reportMs = 5_000): Plant {
  return new Plant().setUp([profile('p', measurements, { reportMs })], [device('d', 'p', more)]);
}

const rate = (more: Partial<LimitDef> = {}): MeasurementDef[] => [
  measurement('temp', [limit('ROR', 'orange', 10, { dir: 'roc_hi', windowMs: MIN, deadband: 2, ...more })]),
];

interface Step {
  readonly ms: number;
  readonly value: number;
  readonly quality?: Quality;
  readonly stamp?: number;
}
const every = (ms: number, count: number, value: (i: number) => number): Step[] =>
  Array.from({ length: count }, (_, i) => ({ ms, value: value(i) }));

function play(on: Plant, steps: readonly Step[], key = 'temp'): Plant {
  for (const { ms, value, quality = 'good', stamp } of steps) {
    on.pass(ms);
    on.send('d', key, value, { quality, stamp: stamp ?? null });
  }
  return on;
}

/** Seconds since the plant was set up at which the ladder's alarm was told, per event type. */
function told(on: Plant, ladder: string): readonly string[] {
  const first = on.entries[0]?.at ?? 0;
  return on.alarmEvents(ladder).map(([, event]) => `${event.type} ${(event.at - first) / S}`);
}

describe('rate over a window', () => {
  const ramp = (perMin: number, count = 60): Step[] => every(5 * S, count, (i) => 20 + (perMin / 12) * Math.max(0, i - 12));

  it.each<[string, readonly Step[], readonly string[]]>([
    ['steady', every(5 * S, 60, () => 20), []],
    ['a slow day', ramp(5), []],
    ['10 K/min: at the tenth kelvin, one sample later', ramp(10, 40), ['raised 130']],
    ['30 K/min: at 10 K, one sample later', ramp(30, 24), ['raised 90']],
    ['noise of ±4 K alone', every(5 * S, 200, (i) => 20 + 4 * Math.sin(i * i)), []],
    ['one wild value', every(5 * S, 60, (i) => (i === 30 ? 90 : 20)), []],
    [
      'irregular samples of the same ramp',
      [3, 9, 1, 7, 2, 8]
        .flatMap((s) => every(s * S, 8, () => 0))
        .map((s, i, all) => ({
          ...s,
          value: 20 + all.slice(0, i + 1).reduce((sum, one) => sum + one.ms, 0) / 12_000,
        })),
      [],
    ],
    [
      'rises, then stands still: returns when the rise has left the window',
      [...ramp(20, 20), ...every(5 * S, 30, () => 31.67)],
      ['raised 100', 'returned 145'],
    ],
  ])('%s', (_name, steps, expected) => {
    expect(told(play(plant(rate()), steps), 'ROR')).toEqual(expected);
  });

  it('the alarm says how much it rose and within what limit, and keeps the greatest rise', () => {
    const on = play(plant(rate()), [...ramp(20, 26)]);
    expect(on.alarm('ROR')).toMatchObject({ measurement: 'temp', ladder: 'ROR', code: 'ROR', limit: 10, unit: '1', level: 'orange' });
    expect(on.alarm('ROR')?.value).toBeCloseTo(10, 0);
    expect(on.alarm('ROR')?.peak?.value).toBeCloseTo(20, 0);
  });

  it('a fall, and a fall relative to what was before', () => {
    const fall = plant([measurement('p', [limit('DROP', 'orange', 10, { dir: 'roc_lo', windowMs: MIN })])]);
    play(
      fall,
      every(5 * S, 30, (i) => 90 - i),
      'p',
    );
    expect(fall.told('DROP')).toEqual(['DROP raised']);
    const ratio = plant(
      [
        measurement('kw', [
          { ...limit('DROP', 'blue', 1, { dir: 'roc_lo', windowMs: 15 * MIN, setPointRatio: 0.7, deadband: 0 }), setPoint: null },
        ]),
      ],
      { heartbeatMs: 3_600_000 },
      15 * MIN,
    );
    const quarter = (value: number): Step => ({ ms: 15 * MIN, value });
    play(ratio, [100, 101, 99, 31].map(quarter), 'kw');
    expect(ratio.told('DROP')).toEqual([]);
    play(ratio, [100, 29].map(quarter), 'kw');
    expect(ratio.alarm('DROP')).toMatchObject({ limit: 0.7, unit: '1', value: 0.71 });
  });

  it('bad quality holds: a rate is not taken across it, an alarm stays, and the device says why', () => {
    const bad = every(5 * S, 4, () => 20).map((s) => ({ ...s, quality: 'bad' as const }));
    const jump = play(plant(rate()), [...every(5 * S, 20, () => 20), ...bad, ...every(5 * S, 20, () => 45)]);
    expect(jump.told('ROR')).toEqual([]);
    const standing = play(plant(rate()), ramp(20, 24));
    play(standing, bad.slice(0, 2));
    const holds = () => standing.engine.view.limits('d').find((l) => l.code === 'ROR')?.holds;
    expect(holds()).toEqual({ reason: 'bad-quality', detail: 'temp' });
    play(
      standing,
      every(5 * S, 2, () => 40),
    );
    expect(holds()).toEqual({ reason: 'window', detail: '' });
    expect(standing.told('ROR')).toEqual(['ROR raised']);
    play(
      standing,
      every(5 * S, 10, () => 40),
    );
    expect(holds()).toBeUndefined();
    expect(standing.told('ROR')).toEqual(['ROR raised', 'ROR returned']);
  });

  it('no rate across a gap, and silence clears nothing', () => {
    const gap = play(plant(rate()), [...every(5 * S, 20, () => 20), { ms: 100 * S, value: 60 }, ...every(5 * S, 6, () => 60)]);
    expect(gap.told('ROR')).toEqual([]);
    const silent = play(plant(rate()), ramp(20, 24));
    silent.pass(250 * S);
    expect(silent.told('ROR')).toEqual(['ROR raised']);
  });

  it('our own outage: what came in a bunch after it is no rate', () => {
    const on = play(
      plant(rate()),
      every(5 * S, 20, () => 20),
    );
    on.restart(50 * S);
    for (let i = 0; i < 8; i += 1) on.send('d', 'temp', 20 + 3 * i);
    expect(on.told('ROR')).toEqual([]);
  });

  it('a step of our own clock, or of the device clock, is no rate', () => {
    const ours = play(
      plant(rate()),
      every(5 * S, 20, (i) => 20 + i / 12),
    );
    ours.offset += 3_600_000;
    play(
      ours,
      every(5 * S, 20, (i) => 21.7 + i / 12),
    );
    ours.offset -= 7_200_000;
    play(
      ours,
      every(5 * S, 20, (i) => 23.4 + i / 12),
    );
    expect(ours.told('ROR')).toEqual([]);
    const theirs = play(
      plant(rate()),
      every(5 * S, 40, (i) => 20 + i / 12).map((s, i) => ({ ...s, stamp: i < 20 ? -1_000 : -86_400_000 })),
    );
    expect(theirs.told('ROR')).toEqual([]);
  });

  it('a late batch is judged in order by its own times, without sound, and leaves a record of what was', () => {
    const on = play(
      plant(rate({ latching: false })),
      every(5 * S, 20, () => 20),
    );
    on.pass(20 * MIN);
    const samples = Array.from({ length: 120 }, (_, i) => {
      const back = -(900 - i * 5) * S;
      return on.sample('d', [on.value('temp', i < 20 ? 20 : Math.min(50, 20 + (i - 20) * 2))], back);
    });
    on.message('d', samples);
    on.send('d', 'temp', 50, { stamp: 0 });
    expect(on.told('ROR')).toEqual(['ROR historic-exceedance']);
  });

  it('its on-delay runs like any other', () => {
    const steps = [...every(5 * S, 13, () => 20), ...every(5 * S, 12, (i) => 20 + 3 * i)];
    expect(told(play(plant(rate({ onDelayMs: 20 * S })), steps), 'ROR')).toEqual(['raised 115']);
  });

  it('a snapshot in the middle of a window changes nothing', () => {
    const steps = ramp(12, 40);
    const whole = play(plant(rate()), steps);
    for (const cut of [3, 14, 20, 26, 33]) {
      const one = play(plant(rate()), steps.slice(0, cut));
      const text = one.engine.serialise();
      one.engine = restoreEngine(text);
      expect(one.engine.serialise()).toBe(text);
      play(one, steps.slice(cut));
      expect(one.events).toEqual(whole.events);
      expect(one.engine.serialise()).toBe(whole.engine.serialise());
    }
  });
});

describe('deviation from a reference', () => {
  const dev = (more: Partial<LimitDef>): MeasurementDef[] => [
    measurement('tilt', [limit('A', 'orange', 2, { dir: 'dev_hi', deadband: 0.5, ...more })]),
    measurement('other', []),
  ];

  it.each<[string, Partial<LimitDef>, Partial<Device>, readonly number[], readonly string[]]>([
    ['from 0, both ways', {}, {}, [1.9, -2, -1.6, -1.5, 2], ['A raised', 'A returned', 'A re-announced']],
    ['from a number', { reference: 10 }, {}, [11.9, 12, 8.6, 8], ['A raised', 'A returned', 'A re-announced']],
    ['from an attribute', { reference: 0, referenceFrom: 'asset.base' }, { attributes: { base: 10 } }, [11, 12], ['A raised']],
    ['from the number where the attribute is not filled in', { reference: 0, referenceFrom: 'asset.base' }, {}, [1, 2], ['A raised']],
  ])('%s', (_name, more, asset, values, expected) => {
    const on = plant(dev(more), asset);
    play(
      on,
      values.map((value) => ({ ms: 5 * S, value })),
      'tilt',
    );
    expect(on.told('A')).toEqual(expected);
  });

  it('from another point: until that has a good value it holds', () => {
    const on = plant(dev({ referenceFrom: 'other' }));
    on.send('d', 'tilt', 50);
    expect(on.engine.view.limits('d')[0]?.holds).toEqual({ reason: 'no-data', detail: 'other' });
    on.send('d', 'other', 49);
    expect(on.told('A')).toEqual([]);
    on.send('d', 'other', 20, { quality: 'bad' });
    on.send('d', 'tilt', 60);
    expect(on.engine.view.limits('d')[0]?.holds).toEqual({ reason: 'bad-quality', detail: 'other' });
    expect(on.told('A')).toEqual([]);
    on.send('d', 'other', 20);
    expect(on.told('A')).toEqual(['A raised']);
    expect(on.alarm('A')).toMatchObject({ value: 40, limit: 2 });
  });
});

describe('events in a window', () => {
  const count = [
    measurement('sparks', [
      limit('SPARK', 'yellow', 1, { dir: 'count_hi', windowMs: MIN, deadband: 0 }),
      limit('SPARKS', 'red', 5, { dir: 'count_hi', windowMs: MIN, deadband: 0, offDelayMs: 10 * S, latching: true }),
    ]),
  ];

  it('rises of a running total are events; the first value known is where counting begins', () => {
    const on = plant(count);
    play(
      on,
      [900, 900, 901].map((value) => ({ ms: 10 * S, value })),
      'sparks',
    );
    expect(told(on, 'SPARK')).toEqual(['raised 30']);
    // No sample comes: the window goes on in ticks, exactly to its end.
    on.pass(120 * S);
    expect(told(on, 'SPARK')).toEqual(['raised 30', 'returned 90']);
    play(on, [{ ms: 10 * S, value: 2 }], 'sparks');
    expect(on.told('SPARK')).toEqual(['SPARK raised', 'SPARK returned', 'SPARK re-announced']);
  });

  it('five within the window, not over a longer time', () => {
    const slow = play(
      plant(count),
      every(20 * S, 30, (i) => i),
      'sparks',
    );
    expect(slow.told('SPARKS')).toEqual([]);
    const quick = play(
      plant(count),
      every(10 * S, 7, (i) => i),
      'sparks',
    );
    expect(quick.told('SPARKS')).toEqual(['SPARKS raised']);
    expect(quick.alarm('SPARKS')).toMatchObject({ value: 5, limit: 5, level: 'red' });
  });

  it('a value of bad quality counts nothing, and what was before it still does', () => {
    const on = plant(count);
    play(
      on,
      [
        { ms: 5 * S, value: 0 },
        { ms: 5 * S, value: 50, quality: 'bad' },
        { ms: 5 * S, value: 0 },
      ],
      'sparks',
    );
    expect(on.told('SPARK')).toEqual([]);
  });
});

describe('a limit that counts only under a condition', () => {
  const gated = (more: Partial<LimitDef> = {}): MeasurementDef[] => [
    measurement('dp', [
      limit('LOW', 'yellow', 200, { dir: 'lo', deadband: 50, onlyWhen: 'fan running', when: 'fan && !condition.cleaning', ...more }),
    ]),
    measurement('fan', [], { valueType: 'boolean' }),
  ];
  const ready = { conditions: { cleaning: false } };
  const both = (on: Plant, dp: number | null, fan: number, quality: Quality = 'good'): void => {
    on.pass(5 * S);
    on.message('d', [on.sample('d', [on.value('dp', dp, { quality }), on.value('fan', fan)])]);
  };

  it('is judged by the values of one sample together, in whatever order they come', () => {
    const on = plant(gated(), ready);
    both(on, 900, 1);
    both(on, 10, 0);
    both(on, 900, 1);
    both(on, 10, 0);
    expect(on.told('LOW')).toEqual([]);
    both(on, 10, 1);
    expect(on.told('LOW')).toEqual(['LOW raised']);
    both(on, 10, 0);
    expect(on.told('LOW')).toEqual(['LOW raised', 'LOW returned']);
  });

  it('its on-delay runs from when the condition is true', () => {
    const on = plant(gated({ onDelayMs: 20 * S }), ready);
    both(on, 10, 0);
    on.pass(60 * S);
    both(on, 10, 1);
    on.pass(19 * S);
    expect(on.told('LOW')).toEqual([]);
    on.pass(2 * S);
    expect(on.told('LOW')).toEqual(['LOW raised']);
  });

  it('holds while it is not known whether the condition is true, and says of which point', () => {
    const on = plant(gated(), ready);
    on.send('d', 'dp', 10);
    expect(on.told('LOW')).toEqual([]);
    expect(on.engine.view.limits('d')[0]).toMatchObject({ armed: true, holds: { reason: 'no-data', detail: 'fan' } });
    both(on, 10, 1);
    on.send('d', 'fan', null, { quality: 'bad' });
    on.send('d', 'dp', 900);
    expect(on.told('LOW')).toEqual(['LOW raised']);
    expect(on.engine.view.limits('d')[0]?.holds).toEqual({ reason: 'bad-quality', detail: 'fan' });
    on.send('d', 'fan', 1);
    expect(on.told('LOW')).toEqual(['LOW raised', 'LOW returned']);
  });

  it('a bad value of its own holds it, unless the condition says that it does not count', () => {
    const on = plant(gated(), ready);
    both(on, 10, 1);
    both(on, null, 1, 'bad');
    expect(on.told('LOW')).toEqual(['LOW raised']);
    both(on, null, 0, 'bad');
    expect(on.told('LOW')).toEqual(['LOW raised', 'LOW returned']);
  });

  it('is not armed while the condition is not filled in, and follows it at once', () => {
    const on = plant(gated());
    both(on, 10, 1);
    expect(on.engine.view.limits('d')[0]).toMatchObject({ armed: false, reason: 'condition-missing', detail: 'cleaning' });
    on.put(device('d', 'p', ready));
    expect(on.told('LOW')).toEqual(['LOW raised']);
    expect(on.alarmEvents('LOW')[0]?.[1].cause).toBe('configuration');
    on.put(device('d', 'p', { conditions: { cleaning: true } }));
    expect(on.told('LOW')).toEqual(['LOW raised', 'LOW returned']);
    expect(on.alarmEvents('LOW')[1]?.[1].cause).toBe('configuration');
    on.put(device('d', 'p'));
    expect(on.engine.view.limits('d')[0]?.armed).toBe(false);
  });

  it('may ask for another limit, also where that goes on by a delay that runs out', () => {
    const on = plant([
      measurement('lel', [limit('L1', 'yellow', 25, { onDelayMs: 10 * S })]),
      measurement(
        'valve',
        [limit('NOCLOSE', 'red', 1, { dir: 'state', deadband: 0, onDelayMs: 5 * S, onlyWhen: 'L1', when: 'on("lel", "L1")' })],
        {
          valueType: 'boolean',
        },
      ),
    ]);
    on.send('d', 'valve', 1);
    on.pass(60 * S);
    on.send('d', 'lel', 40);
    on.pass(30 * S);
    expect(told(on, 'hi')).toEqual(['raised 70']);
    expect(told(on, 'NOCLOSE')).toEqual(['raised 75']);
    on.send('d', 'lel', 0);
    expect(on.told('NOCLOSE')).toEqual(['NOCLOSE raised', 'NOCLOSE returned']);
  });
});

describe('a transition between two states', () => {
  const resume = [
    measurement('kw', [
      limit('RESUME', 'yellow', 'stopped->producing', {
        dir: 'state',
        deadband: 0,
        onDelayMs: 30 * S,
        transition: { from: 'kw < asset.full * 0.2', to: 'kw >= asset.full * 0.35' },
        onlyWhen: 'no approval',
        when: '!condition.approved',
      }),
    ]),
  ];
  const works = { attributes: { full: 100 }, conditions: { approved: false } };

  it.each<[string, readonly number[], readonly string[]]>([
    ['producing since ever is no transition', [80, 80, 80, 80], []],
    ['stopped, then producing for the delay', [10, 10, 80, 80, 80, 80], ['RESUME raised']],
    ['between the two it stays what it was', [10, 80, 80, 80, 80, 30, 25, 80], ['RESUME raised']],
    ['between the two is not producing', [10, 30, 30, 30, 30, 30], []],
    ['stopped again', [10, 80, 80, 80, 80, 10], ['RESUME raised', 'RESUME returned']],
    ['an excursion breaks the delay', [10, 80, 80, 10, 80, 80, 10], []],
  ])('%s', (_name, values, expected) => {
    const on = play(
      plant(resume, works),
      values.map((value) => ({ ms: 10 * S, value })),
      'kw',
    );
    expect(on.told('RESUME')).toEqual(expected);
  });

  it('returns when it is approved', () => {
    const on = play(
      plant(resume, works),
      [10, 80, 80, 80, 80].map((value) => ({ ms: 10 * S, value })),
      'kw',
    );
    on.put(device('d', 'p', { ...works, conditions: { approved: true } }));
    expect(on.told('RESUME')).toEqual(['RESUME raised', 'RESUME returned']);
  });
});

describe('an expression', () => {
  it('is on while it is true, holds while it is not known, and what is decided anyway is decided', () => {
    const on = plant([
      measurement('a', [
        { ...limit('EX', 'red', 1, { dir: 'expr', expression: 'a > 10.0 && (b > 10.0 || c > 10.0)', deadband: 0 }), setPoint: null },
      ]),
      measurement('b', []),
      measurement('c', []),
    ]);
    on.send('d', 'a', 20);
    on.send('d', 'b', 5);
    expect(on.engine.view.limits('d')[0]?.holds).toEqual({ reason: 'no-data', detail: 'c' });
    on.send('d', 'b', 20);
    expect(on.told('EX')).toEqual(['EX raised']);
    on.send('d', 'b', 20, { quality: 'bad' });
    on.send('d', 'c', 0);
    expect(on.told('EX')).toEqual(['EX raised']);
    on.send('d', 'a', 0);
    expect(on.told('EX')).toEqual(['EX raised', 'EX returned']);
  });
});

describe('a replay over an upgrade', () => {
  it('entries of format 1 give no alarm of the new kinds; the first of format 2 arms them, as a change of configuration', () => {
    const measurements = [
      measurement('level', [
        limit('H', 'yellow', 80),
        limit('DEV', 'orange', 30, { dir: 'dev_hi' }),
        limit('ROR', 'orange', 10, { dir: 'roc_hi', windowMs: MIN }),
        limit('WET', 'yellow', 5, { onlyWhen: 'always', when: 'level > 0.0' }),
      ]),
    ];
    const on = plant(measurements);
    play(
      on,
      every(5 * S, 20, (i) => 20 + 4 * i),
      'level',
    );
    const now = createEngine();
    const then = createEngine();
    const events = on.entries.flatMap((entry) => {
      now.apply(entry);
      return then.apply({ ...entry, v: 1 }).events;
    });
    expect(events.flatMap((one) => (one.kind === 'alarm' ? [one.alarm.ladder] : []))).toEqual(['hi']);
    expect(then.view.limits('d').map((l) => `${l.code} ${l.reason}`)).toEqual([
      'H null',
      'DEV not-supported',
      'ROR not-supported',
      'WET condition-not-supported',
    ]);
    expect(new Set([...now.view.openAlarms()].map((alarm) => alarm.ladder))).toEqual(new Set(['hi', 'DEV', 'ROR', 'WET']));

    const seq = on.entries.length + 1;
    const first = then.apply({ seq, v: 2, at: on.now, boot: on.boot, mono: on.mono, kind: 'tick' }).events;
    const arrived = first.flatMap((one) => (one.kind === 'alarm' ? [`${one.alarm.ladder} ${one.event.type} ${one.event.cause}`] : []));
    // A rate has no window yet: what was judged by format 1 remembered none.
    expect(arrived).toEqual(['DEV raised configuration', 'WET raised configuration']);
    expect(then.view.limits('d').every((l) => l.armed)).toBe(true);
  });
});

describe('a latch of a limit that is judged by more than the value', () => {
  it.each<[string, readonly MeasurementDef[], readonly Step[], readonly Step[]]>([
    [
      'under a condition',
      [
        measurement('fan', []),
        measurement('temp', [limit('ON', 'orange', 50, { latching: true, deadband: 2, onlyWhen: 'always', when: 'temp > 0.0' })]),
      ],
      [{ ms: S, value: 60 }],
      [{ ms: S, value: 20 }],
    ],
    [
      'a deviation',
      [measurement('temp', [limit('ON', 'orange', 10, { dir: 'dev_hi', latching: true, reference: 5, deadband: 2 })])],
      [{ ms: S, value: 30 }],
      [{ ms: S, value: 5 }],
    ],
    [
      'a count',
      [measurement('temp', [limit('ON', 'orange', 2, { dir: 'count_hi', windowMs: MIN, latching: true })])],
      every(S, 4, (i) => i),
      [{ ms: 2 * MIN, value: 3 }],
    ],
  ])('is not reset while the limit is on: %s', (_name, measurements, begins, ends) => {
    const on = play(plant(measurements), begins);
    expect(on.alarm('ON')).toMatchObject({ active: true, latched: true });
    on.acknowledge('ON');
    const reset = (): unknown => on.command({ op: 'reset', alarmId: on.alarm('ON')?.id ?? '' }).outcomes[0];
    expect(reset()).toMatchObject({ ok: false, code: 'state-not-allowed' });
    play(on, ends);
    expect(on.alarm('ON')).toMatchObject({ active: false, latched: true, state: 'LACK' });
    expect(reset()).toMatchObject({ ok: true, changed: true });
    expect(on.alarm('ON')).toBeUndefined();
  });
});
