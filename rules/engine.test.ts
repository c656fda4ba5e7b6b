import { describe, expect, it } from 'vitest';
import { builtInCatalogue } from './catalogue/built-in.ts';
import { restoreEngine } from './engine.ts';
import { device, enterprise, limit, measurement, Plant, profile } from './testing/plant.ts';

const GAS = profile('gas', [
  measurement('lel', [
    limit('PRE', 'blue', 10, { deadband: 2, onDelayMs: 30_000, offDelayMs: 60_000 }),
    limit('L1', 'yellow', 25, { deadband: 2, offDelayMs: 30_000 }),
    limit('L2', 'red', 50, { deadband: 2, offDelayMs: 30_000, latching: true }),
  ]),
]);
const WORD = profile(
  'panel',
  [
    measurement('status', [
      limit('FIRE', 'orange', 'bit1', { dir: 'state', deadband: 0, latching: true }),
      limit('FAULT', 'yellow', 'bit2', { dir: 'state', deadband: 0 }),
    ]),
  ],
  { alarmKind: 'fire' },
);

const gas = (): Plant => new Plant().setUp([GAS, WORD], [device('gd-1', 'gas'), device('panel-1', 'panel')]);

describe('what must never be missed', () => {
  const plant = (profileId: string): Plant => {
    const one = new Plant();
    one.config({ op: 'catalogue', catalogue: builtInCatalogue }, { op: 'put', asset: 'enterprise', base: 0, value: enterprise('works') });
    one.put(device('d', profileId));
    return one;
  };

  it('105 %LEL raises red though it is out of range', () => {
    const one = plant('gas.combustible.point.industrial');
    one.send('d', 'lel', 105, { quality: 'uncertain' });
    expect(one.alarm('hi')).toMatchObject({ level: 'red', code: 'L2', state: 'UNACK', value: 105, limit: 50, latched: true });
  });

  it('400 °C at a heat detector raises', () => {
    const one = plant('fire.heat.point');
    const key = builtInCatalogue.profiles.find((p) => p.id === 'fire.heat.point')?.measurements.find((m) => m.ucum === 'Cel')?.key ?? '';
    one.send('d', key, 400, { quality: 'uncertain' });
    one.pass(120_000);
    expect([...one.engine.view.openAlarms()].some((alarm) => alarm.kind === 'fire' && alarm.value === 400)).toBe(true);
  });

  it('a reading stamped a day ahead raises at once', () => {
    const one = plant('gas.combustible.point.industrial');
    one.send('d', 'lel', 60, { stamp: 86_400_000 });
    expect(one.alarm('hi')).toMatchObject({ level: 'red', state: 'UNACK', historic: false });
  });

  it('a device whose clock falls back to 1970 is judged all the same', () => {
    const one = gas();
    for (let i = 0; i < 5; i += 1) {
      one.send('gd-1', 'lel', 1, { stamp: -200 });
      one.pass(10_000);
    }
    const values = [one.value('lel', 60)];
    one.message('gd-1', [{ device: 'gd-1', sampleAt: one.now, stampedAt: 86_400_000, values }]);
    expect(one.alarm('hi')?.level).toBe('red');
  });

  it('a device a day ahead whose clock is put right is judged at once', () => {
    const one = gas();
    for (let i = 0; i < 5; i += 1) {
      one.send('gd-1', 'lel', 1, { stamp: 86_400_000 });
      one.pass(10_000);
    }
    one.send('gd-1', 'lel', 60, { stamp: 0 });
    expect(one.alarm('hi')).toMatchObject({ level: 'red', state: 'UNACK' });
  });

  it('a device an hour behind whose clock is put right has a right clock at once: what it took twenty minutes ago is old', () => {
    const one = gas();
    for (let i = 0; i < 10; i += 1) {
      one.send('gd-1', 'lel', 1, { stamp: -3_600_000 });
      one.pass(10_000);
    }
    expect(one.engine.view.status('gd-1')?.health).toContain('clock');
    one.send('gd-1', 'lel', 1, { stamp: 0 });
    expect(one.engine.view.status('gd-1')).toMatchObject({ health: [], clockErrorMs: 0 });
    one.send('gd-1', 'lel', 60, { stamp: -1_200_000 });
    expect(one.alarm('hi')).toBeUndefined();
  });
});

describe('ladder, delays and deadband', () => {
  it('announces a pre-warning only after the delay has run unbroken, and by the tick when no sample comes', () => {
    const one = gas();
    one.send('gd-1', 'lel', 12);
    one.pass(20_000);
    one.send('gd-1', 'lel', 8);
    one.send('gd-1', 'lel', 12);
    one.pass(29_900);
    expect(one.alarm('hi')).toBeUndefined();
    one.pass(200);
    expect(one.alarm('hi')).toMatchObject({ level: 'blue', code: 'PRE' });
  });

  it('a limit that held from one sample to the next is on before the next is judged', () => {
    const one = gas();
    one.message('gd-1', [one.sample('gd-1', [one.value('lel', 12)], -40_000), one.sample('gd-1', [one.value('lel', 1)], 0)]);
    expect(one.told('hi')).toEqual(['hi raised']);
    const raised = one.alarmEvents('hi')[0];
    expect(raised?.[0].raisedAt).toBe(one.now - 10_000);
  });

  it('rises, is acknowledged, rises again and rings again; comes back through off-delay and latch', () => {
    const one = gas();
    one.send('gd-1', 'lel', 30);
    one.acknowledge('hi');
    one.send('gd-1', 'lel', 60);
    expect(one.alarm('hi')).toMatchObject({ state: 'UNACK', level: 'red', acknowledgedLevel: 'yellow' });
    one.acknowledge('hi');
    one.send('gd-1', 'lel', 49);
    one.pass(60_000);
    expect(one.alarm('hi')).toMatchObject({ state: 'ACKED', active: true, level: 'red' });
    one.send('gd-1', 'lel', 0);
    one.pass(29_000);
    expect(one.alarm('hi')).toMatchObject({ active: true });
    one.pass(61_000);
    expect(one.alarm('hi')).toMatchObject({ state: 'LACK', active: false, latched: true, peak: { value: 60 } });
    const alarm = one.alarm('hi');
    expect(one.command({ op: 'reset', alarmId: alarm?.id ?? '' }).outcomes[0]).toMatchObject({
      ok: true,
      changed: true,
      alarm: { state: 'NORM' },
    });
    expect(one.alarm('hi')).toBeUndefined();
  });

  it('each bit of a status word is an alarm of its own', () => {
    const one = gas();
    one.send('panel-1', 'status', 6);
    expect(one.told()).toEqual(['FIRE raised', 'FAULT raised']);
    one.send('panel-1', 'status', 4);
    expect(one.alarm('FIRE')).toMatchObject({ state: 'LUNACK', kind: 'fire' });
    expect(one.alarm('FAULT')).toMatchObject({ state: 'UNACK' });
    one.send('panel-1', 'status', 0);
    expect(one.alarm('FAULT')).toMatchObject({ state: 'RTNUN' });
  });

  it('a limit of the code FAULT stands as long as its bit, whatever is said again', () => {
    const one = gas();
    one.send('panel-1', 'status', 4);
    one.send('panel-1', 'status', 4);
    one.message('panel-1', [one.sample('panel-1', [one.value('status', null, { quality: 'bad' })])]);
    one.send('panel-1', 'status', 4);
    expect(one.told('FAULT')).toEqual(['FAULT raised']);
    expect(one.alarm('FAULT')).toMatchObject({ state: 'UNACK', fault: false });
  });

  it('true again from RTNUN is the same occurrence, and a screen that has not seen it cannot acknowledge it', () => {
    const one = gas();
    one.send('panel-1', 'status', 4);
    const first = one.alarm('FAULT');
    one.send('panel-1', 'status', 0);
    one.send('panel-1', 'status', 4);
    const again = one.alarm('FAULT');
    expect(again).toMatchObject({ id: first?.id, recurrences: 1, occurrence: 1, state: 'UNACK' });
    expect(one.command({ op: 'acknowledge', alarmId: first?.id ?? '', seen: first?.seq ?? 0 }).outcomes[0]).toMatchObject({
      ok: false,
      code: 'alarm-changed',
      alarm: { seq: again?.seq },
    });
    expect(one.acknowledge('FAULT').outcomes[0]).toMatchObject({ ok: true, changed: true });
    expect(one.acknowledge('FAULT', 'li').outcomes[0]).toMatchObject({ ok: true, changed: false, alarm: { acknowledgedBy: 'wang' } });
  });

  it('withdraws an acknowledgement within 10 s, also one that closed the alarm', () => {
    const one = gas();
    one.send('panel-1', 'status', 4);
    one.send('panel-1', 'status', 0);
    const id = one.alarm('FAULT')?.id ?? '';
    one.acknowledge('FAULT');
    expect(one.engine.view.openAlarm(id)).toBeUndefined();
    one.pass(9_000);
    expect(one.command({ op: 'withdraw', alarmId: id }, 'li').outcomes[0]).toMatchObject({ ok: true, alarm: { state: 'RTNUN' } });
    one.acknowledge('FAULT');
    one.pass(11_000);
    expect(one.command({ op: 'withdraw', alarmId: id }).outcomes[0]).toMatchObject({ ok: false, code: 'too-late' });
  });
});

describe('quality', () => {
  it('bad holds: it clears nothing, stops the off-delay, and raises an instrument alarm that returns', () => {
    const one = gas();
    one.send('gd-1', 'lel', 30);
    one.send('gd-1', 'lel', 1);
    one.pass(20_000);
    one.send('gd-1', 'lel', null, { quality: 'bad' });
    one.pass(100_000);
    expect(one.alarm('hi')).toMatchObject({ active: true, quality: 'good' });
    expect(one.alarm('BAD')).toMatchObject({ kind: 'instrument', level: 'yellow', measurement: 'lel', active: true });
    expect(one.engine.view.status('gd-1')?.health).toContain('bad-quality');
    one.send('gd-1', 'lel', 1);
    expect(one.alarm('BAD')).toMatchObject({ state: 'RTNUN' });
    one.pass(9_000);
    expect(one.alarm('hi')).toMatchObject({ active: true });
    one.pass(1_100);
    expect(one.alarm('hi')).toMatchObject({ active: false, state: 'RTNUN' });
  });

  it('test and maintenance values are kept and not judged', () => {
    const one = gas();
    one.send('gd-1', 'lel', 99, { quality: 'test' });
    expect(one.told()).toEqual([]);
    expect(one.engine.view.latest('gd-1')[0]).toMatchObject({ value: 99, quality: 'test' });
  });

  it('a reported fault is an instrument alarm until a message no longer names it; level none is only health', () => {
    const one = gas();
    one.send('gd-1', 'lel', 1, { faults: ['F03', 'F22'] });
    expect(one.told()).toEqual(['F03 raised']);
    expect(one.engine.view.status('gd-1')?.health).toEqual(['F03', 'F22']);
    one.send('gd-1', 'lel', 1);
    expect(one.alarm('F03')).toMatchObject({ active: true });
    one.send('gd-1', 'lel', 1, { faults: [] });
    expect(one.alarm('F03')).toMatchObject({ state: 'RTNUN' });
  });
});

describe('silence and our own outages', () => {
  it('three heartbeats without a sign of life raise F01; the next sign returns it', () => {
    const one = gas();
    expect(one.engine.view.status('gd-1')?.health).toEqual(['never-seen']);
    one.pass(600_000);
    expect(one.alarm('F01')).toBeUndefined();
    one.send('gd-1', 'lel', 1);
    one.pass(179_900);
    expect(one.engine.view.status('gd-1')?.online).toBe(true);
    one.pass(200);
    expect(one.alarm('F01')).toMatchObject({ kind: 'instrument', level: 'yellow', measurement: null, deviceId: 'gd-1' });
    expect(one.engine.view.status('gd-1')).toMatchObject({ online: false, health: ['silent'] });
    one.send('gd-1', 'lel', 1);
    expect(one.alarm('F01')).toMatchObject({ state: 'RTNUN' });
    expect(one.engine.view.status('gd-1')).toMatchObject({ online: true, health: [] });
  });

  it('gives one whole period of grace after our own outage, whatever its length', () => {
    const one = gas();
    one.send('gd-1', 'lel', 1);
    one.pass(170_000);
    one.restart(3_600_000);
    one.pass(179_900);
    expect(one.alarm('F01')).toBeUndefined();
    one.pass(200);
    expect(one.alarm('F01')).toBeDefined();
  });

  it('our outage does not count for an on-delay, in ticks or between two samples', () => {
    const one = gas();
    one.send('gd-1', 'lel', 12);
    one.pass(10_000);
    one.restart(600_000);
    one.send('gd-1', 'lel', 12);
    one.pass(19_000);
    expect(one.told('hi')).toEqual([]);
    one.pass(1_500);
    expect(one.told('hi')).toEqual(['hi raised']);
  });

  it('samples that a device kept through our outage do count', () => {
    const one = gas();
    const at = (age: number, value: number) => one.sample('gd-1', [one.value('lel', value)], -age);
    one.send('gd-1', 'lel', 12, { stamp: 0 });
    one.pass(1_000);
    one.restart(40_000);
    one.message('gd-1', [at(30_000, 12), at(20_000, 12), at(10_000, 12), at(0, 12)]);
    expect(one.told('hi')).toEqual(['hi raised']);
  });

  it('a suspended process (a gap of the monotonic clock) is an outage too', () => {
    const one = gas();
    one.send('gd-1', 'lel', 12);
    one.mono += 600_000;
    one.apply({ kind: 'tick' });
    expect(one.told()).toEqual([]);
    one.pass(31_000);
    expect(one.told()).toEqual(['hi raised']);
  });

  it('a step of our own clock raises nothing, clears nothing and makes nothing late', () => {
    const one = gas();
    for (let i = 0; i < 4; i += 1) {
      one.send('gd-1', 'lel', 30, { stamp: -100 });
      one.pass(10_000);
    }
    const before = one.told().length;
    const trueOffset = one.offset;
    for (const step of [7_200_000, -7_200_000, 90_000]) {
      one.offset += step;
      one.pass(10_000);
      // The device's own clock did not step.
      const stampedAt = trueOffset + one.mono - 100;
      const values = [one.value('lel', 30)];
      one.message('gd-1', [{ device: 'gd-1', sampleAt: Math.min(stampedAt, one.now), stampedAt, values }]);
    }
    expect(one.told().length).toBe(before);
    one.pass(10_000);
    const stampedAt = trueOffset + one.mono;
    one.message('gd-1', [{ device: 'gd-1', sampleAt: Math.min(stampedAt, one.now), stampedAt, values: [one.value('lel', 70)] }]);
    expect(one.alarm('hi')).toMatchObject({ level: 'red', historic: false });
  });

  it('while readings wait because of us, silence says nothing about devices', () => {
    const one = gas();
    one.send('gd-1', 'lel', 1);
    one.apply({ kind: 'system', code: 'disk-full', active: true, level: 'red' });
    one.pass(900_000);
    expect(new Set(one.alarmEvents().map(([alarm]) => alarm.ladder))).toEqual(new Set(['disk-full']));
    one.apply({ kind: 'system', code: 'disk-full', active: false, level: 'red' });
    one.pass(179_000);
    expect(one.alarm('F01')).toBeUndefined();
    one.pass(190_000);
    expect(one.alarm('F01')).toBeDefined();
  });
});

describe('late batches', () => {
  const known = (): Plant => {
    const one = gas();
    for (let i = 0; i < 5; i += 1) {
      one.send('gd-1', 'lel', 1, { stamp: 0 });
      one.pass(10_000);
    }
    return one;
  };

  it('what began and ended inside is a historic exceedance and never rings', () => {
    const one = known();
    one.pass(600_000);
    const before = one.told('hi').length;
    one.send('gd-1', 'lel', 70, { stamp: -500_000 });
    one.send('gd-1', 'lel', 1, { stamp: -400_000 });
    one.pass(6_000);
    expect(one.told('hi').slice(before)).toEqual(['hi historic-exceedance']);
    const record = one.alarmEvents('hi').at(-1)?.[0];
    expect(record).toMatchObject({ historic: true, state: 'NORM', level: 'red', peak: { value: 70 } });
    expect(record?.raisedAt).toBeLessThan(record?.returnedAt ?? 0);
  });

  it('what is still true rings when the batch ends, with its true begin', () => {
    const one = known();
    one.pass(600_000);
    one.send('gd-1', 'lel', 30, { stamp: -500_000 });
    one.send('gd-1', 'lel', 70, { stamp: -400_000 });
    const sent = one.now;
    one.pass(4_800);
    expect(one.told('hi')).toEqual([]);
    one.pass(400);
    expect(one.alarm('hi')).toMatchObject({ state: 'UNACK', level: 'red', historic: false, raisedAt: sent - 500_000 });
  });

  it('a live sample ends the batch at once', () => {
    const one = known();
    one.pass(600_000);
    one.send('gd-1', 'lel', 70, { stamp: -500_000 });
    one.send('gd-1', 'lel', 71, { stamp: 0 });
    expect(one.told('hi')).toEqual(['hi raised']);
  });

  it('a sample older than the newest by more than the window is history only', () => {
    const one = known();
    one.pass(600_000);
    one.send('gd-1', 'lel', 1, { stamp: 0 });
    const applied = one.send('gd-1', 'lel', 99, { stamp: -300_000 });
    expect(applied.judged).toBe(false);
    one.pass(10_000);
    expect(one.told('hi')).toEqual([]);
    expect(one.engine.view.latest('gd-1')[0]?.value).toBe(1);
  });

  it('a slightly older sample may raise and cannot clear', () => {
    const one = known();
    one.send('gd-1', 'lel', 30, { stamp: 0 });
    one.send('gd-1', 'lel', 0, { stamp: -5_000 });
    one.pass(31_000);
    expect(one.alarm('hi')).toMatchObject({ active: true, level: 'yellow' });
    one.send('gd-1', 'lel', 80, { stamp: -5_000 });
    expect(one.alarm('hi')?.level).toBe('red');
  });
});

describe('resends', () => {
  it('the same bytes with a stamp are kept once, and are a sign of life', () => {
    const one = gas();
    const sample = one.sample('gd-1', [one.value('lel', 1)], 0);
    const same = { digest: 42, packetId: 7, stamped: true };
    expect(one.message('gd-1', [sample], same).resend).toBe(false);
    one.pass(170_000);
    expect(one.message('gd-1', [sample], { ...same, connection: 2, nth: 0 }).resend).toBe(true);
    one.pass(170_000);
    expect(one.alarm('F01')).toBeUndefined();
  });

  it('without a stamp only the first messages after an unclean cut, with the same packet id, are resends', () => {
    const one = gas();
    const sample = one.sample('gd-1', [one.value('lel', 1)]);
    const same = { digest: 42, packetId: 7, stamped: false };
    const presence = { kind: 'presence', credential: 'gd-1', device: 'gd-1', client: 'gd-1/c' } as const;
    one.message('gd-1', [sample], { ...same, connection: 1, nth: 0 });
    expect(one.message('gd-1', [sample], { ...same, connection: 1, nth: 1 }).resend).toBe(false);
    one.apply({ ...presence, connection: 1, what: 'disconnected', clean: false });
    expect(one.message('gd-1', [sample], { ...same, connection: 2, nth: 70 }).resend).toBe(false);
    one.apply({ ...presence, connection: 2, what: 'disconnected', clean: false });
    expect(one.message('gd-1', [sample], { ...same, connection: 3, nth: 0, packetId: 8 }).resend).toBe(false);
    expect(one.message('gd-1', [sample], { ...same, connection: 3, nth: 1 }).resend).toBe(true);
  });

  it('a client that is cut in the middle of its resends still has the rest of them to send', () => {
    const one = gas();
    const sample = one.sample('gd-1', [one.value('lel', 1)]);
    const sent = (packetId: number) => ({ digest: 40 + packetId, packetId, stamped: false });
    for (const packetId of [1, 2, 3]) one.message('gd-1', [sample], { ...sent(packetId), connection: 1, nth: packetId - 1 });
    one.restart(1_000);
    expect(one.message('gd-1', [sample], { ...sent(1), connection: 1, nth: 0 }).resend).toBe(true);
    one.restart(1_000);
    for (const packetId of [1, 2, 3]) {
      expect(one.message('gd-1', [sample], { ...sent(packetId), connection: 1, nth: packetId - 1 }).resend).toBe(true);
    }
    expect(one.message('gd-1', [sample], { ...sent(3), connection: 1, nth: 3 }).resend).toBe(false);
  });

  it('our own restart is a cut', () => {
    const one = gas();
    const sample = one.sample('gd-1', [one.value('lel', 1)]);
    const same = { digest: 42, packetId: 7, stamped: false, nth: 0, connection: 1 };
    one.message('gd-1', [sample], same);
    one.restart(60_000);
    expect(one.message('gd-1', [sample], same).resend).toBe(true);
  });

  it('what was cut off two starts ago is still a resend, however long the start between was', () => {
    const one = gas();
    const sample = one.sample('gd-1', [one.value('lel', 1)]);
    const same = { digest: 42, packetId: 7, stamped: false, nth: 0, connection: 1 };
    one.message('gd-1', [sample], same);
    one.restart(1_000);
    one.pass(120_000);
    one.engine = restoreEngine(one.engine.serialise());
    one.restart(1_000);
    expect(one.message('gd-1', [sample], same).resend).toBe(true);
  });

  it('nor is it forgotten when the client was back for a moment and we went down before it had sent anything', () => {
    const one = gas();
    const sample = one.sample('gd-1', [one.value('lel', 1)]);
    const same = { digest: 42, packetId: 7, stamped: false, nth: 0, connection: 1 };
    one.message('gd-1', [sample], same);
    one.restart(1_000);
    one.pass(120_000);
    const back = { kind: 'presence', credential: 'gd-1', device: 'gd-1', client: 'gd-1/c', connection: 1, what: 'connected' } as const;
    one.apply(back);
    one.engine = restoreEngine(one.engine.serialise());
    one.restart(1_000);
    expect(one.message('gd-1', [sample], same).resend).toBe(true);
  });

  it('a device that is cut after every message and uses its packet ids again sends new readings', () => {
    const one = gas();
    const values = [1, 30, 1];
    const resends = values.map((value, n) => {
      const resend = one.message('gd-1', [one.sample('gd-1', [one.value('lel', value)])], {
        digest: value,
        packetId: 1,
        stamped: false,
        nth: 0,
        connection: n,
      }).resend;
      one.apply({
        kind: 'presence',
        credential: 'gd-1',
        device: 'gd-1',
        client: 'gd-1/c',
        connection: n,
        what: 'disconnected',
        clean: false,
      });
      one.pass(50_000);
      return resend;
    });
    expect(resends).toEqual([false, false, false]);
  });

  it('an NB-IoT device that reconnects cleanly with the same packet id and the same bytes sends a new reading', () => {
    const one = gas();
    const sample = one.sample('gd-1', [one.value('lel', 1)]);
    for (let connection = 1; connection < 5; connection += 1) {
      expect(one.message('gd-1', [sample], { digest: 42, packetId: 1, stamped: false, nth: 0, connection }).resend).toBe(false);
      one.apply({ kind: 'presence', credential: 'gd-1', device: 'gd-1', client: 'gd-1/c', connection, what: 'disconnected', clean: true });
      one.pass(10_000);
    }
  });

  it('one that was received long before the cut was acknowledged: the same bytes are new', () => {
    const one = gas();
    const sample = one.sample('gd-1', [one.value('lel', 1)]);
    one.message('gd-1', [sample], { digest: 42, packetId: 1, stamped: false, nth: 0, connection: 1 });
    one.pass(31_000);
    expect(one.message('gd-1', [sample], { digest: 42, packetId: 1, stamped: false, nth: 0, connection: 2 }).resend).toBe(false);
  });
});

describe('presence', () => {
  const what = (connection: number, state: 'connected' | 'disconnected' | 'online' | 'offline', clean = false) =>
    ({ kind: 'presence', credential: 'gd-1', device: 'gd-1', client: 'gd-1/c', connection, what: state, clean }) as const;

  it('goes online by a connection, offline by the unclean end of the last one, and is told with a number', () => {
    const one = gas();
    one.apply(what(1, 'connected'));
    one.apply(what(2, 'connected'));
    one.apply(what(1, 'disconnected'));
    expect(one.engine.view.deviceCounts()).toEqual({ online: 1, offline: 1, total: 2, inhibited: 0 });
    one.apply(what(2, 'disconnected'));
    expect(one.engine.view.deviceCounts().online).toBe(0);
    expect(one.events.map((event) => event.seq)).toEqual([1, 2]);
  });

  it('a device that wakes once an hour stays online after a clean end', () => {
    const one = new Plant().setUp([GAS], [device('gd-1', 'gas', { heartbeatMs: 3_600_000 })]);
    one.apply(what(1, 'connected'));
    one.apply(what(1, 'disconnected', true));
    expect(one.engine.view.status('gd-1')?.online).toBe(true);
    one.apply(what(1, 'offline'));
    expect(one.engine.view.status('gd-1')?.online).toBe(false);
  });
});

describe('what the broker says for a device is not the device', () => {
  const will = { nth: -1, qos: 0 as const, packetId: null, topic: 'beacon/v1/works/gd-1/status' };

  it('a silent device does not come back by its last will', () => {
    const one = gas();
    one.send('gd-1', 'lel', 1);
    one.pass(30 * 60_000);
    expect(one.alarm('F01')).toMatchObject({ state: 'UNACK', active: true });
    const lastSeenAt = one.engine.view.status('gd-1')?.lastSeenAt;
    one.message('gd-1', [], will);
    expect(one.told('F01')).toEqual(['F01 raised']);
    expect(one.engine.view.status('gd-1')).toMatchObject({ online: false, lastSeenAt });
  });

  it('readings in a last will are judged, and are no sign of life either', () => {
    const one = gas();
    one.send('gd-1', 'lel', 1);
    one.pass(30 * 60_000);
    one.message('gd-1', [one.sample('gd-1', [one.value('lel', 60)])], will);
    expect(one.alarm('hi')?.level).toBe('red');
    expect(one.alarm('F01')?.active).toBe(true);
  });

  it('the last will of one connection does not take a device offline that has another', () => {
    const one = gas();
    const presence = (what: 'connected' | 'disconnected' | 'offline', connection: number): void => {
      one.apply({ kind: 'presence', credential: 'gd-1', device: 'gd-1', client: `gd-1/${connection}`, connection, what });
    };
    presence('connected', 1);
    presence('connected', 2);
    presence('offline', 1);
    presence('disconnected', 1);
    expect(one.engine.view.status('gd-1')?.online).toBe(true);
    // By its own word over the connection it has, it goes.
    presence('offline', 2);
    expect(one.engine.view.status('gd-1')?.online).toBe(false);
  });
});

describe('value and limit are those of the level that is shown', () => {
  it('a reset that lets the level fall shows the limit that is still on', () => {
    const one = gas();
    one.send('gd-1', 'lel', 60);
    one.acknowledge('hi');
    one.send('gd-1', 'lel', 30);
    one.pass(31_000);
    one.send('gd-1', 'lel', 31);
    const latched = one.alarm('hi');
    expect(latched).toMatchObject({ code: 'L2', level: 'red', limit: 50, state: 'ACKED' });
    one.command({ op: 'reset', alarmId: latched?.id ?? '' });
    expect(one.alarm('hi')).toMatchObject({
      code: 'L1',
      level: 'yellow',
      limit: 25,
      value: 31,
      state: 'ACKED',
      acknowledgedLevel: 'yellow',
      latched: false,
    });
  });
});

describe('the counter a device sends (seq), and RETAIN', () => {
  const said = (one: Plant, counter: number, more = {}): unknown => {
    const values = [one.value('lel', 1)];
    return one.message('gd-1', [one.sample('gd-1', values)], { counter, stamped: true, ...more }).notes ?? null;
  };

  it('counts a hole as lost, and a counter that begins anew as that alone', () => {
    const one = gas();
    expect([said(one, 7), said(one, 8)]).toEqual([null, null]);
    expect(said(one, 12)).toEqual({ retained: false, restarted: false, lost: 3, older: 0 });
    expect(said(one, 1)).toEqual({ retained: false, restarted: true, lost: 0, older: 0 });
    expect(said(one, 2)).toBeNull();
    // A batch of three is no hole.
    const three = [1, 2, 3].map((n) => one.sample('gd-1', [one.value('lel', n)]));
    expect(one.message('gd-1', three, { counter: 5, stamped: true }).notes).toBeUndefined();
    // The hole over our own restart is seen as well.
    one.engine = restoreEngine(one.engine.serialise());
    one.restart(60_000);
    expect(said(one, 9)).toEqual({ retained: false, restarted: false, lost: 3, older: 0 });
  });

  it('a resend makes no hole', () => {
    const one = gas();
    said(one, 7, { digest: 99 });
    expect(said(one, 7, { digest: 99 })).toBeNull();
    expect(said(one, 8)).toBeNull();
  });

  it('notes RETAIN once a day and judges it as any other', () => {
    const one = gas();
    const retained = (value: number): boolean => one.send('gd-1', 'lel', value, { message: { retain: true } }).notes?.retained ?? false;
    expect([retained(1), retained(60)]).toEqual([true, false]);
    expect(one.alarm('hi')?.level).toBe('red');
    one.pass(86_400_000);
    expect([retained(60), retained(60)]).toEqual([true, false]);
  });
});

describe('the first stamps of a device', () => {
  it('are as far apart as they say, though they come in one breath', () => {
    const one = gas();
    one.send('gd-1', 'lel', 12, { stamp: -40_000 });
    one.mono += 50;
    one.send('gd-1', 'lel', 12, { stamp: -5_050 });
    expect(one.told('hi')).toEqual(['hi raised']);
    // Corrected by the 5.05 s that the clock is off by at most: 30 s after the first.
    expect(one.alarm('hi')?.raisedAt).toBe(one.now - 5_000);
  });

  it('of a clock that is 30 s slow do not shorten a delay when its error becomes known', () => {
    const one = gas();
    for (let second = 0; second < 29; second += 1) {
      one.send('gd-1', 'lel', 12, { stamp: -30_000 });
      one.mono += 1_000;
    }
    expect(one.told('hi')).toEqual([]);
    one.send('gd-1', 'lel', 12, { stamp: -30_000 });
    one.pass(2_000);
    expect(one.told('hi')).toEqual(['hi raised']);
  });
});
