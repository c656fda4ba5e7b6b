import { describe, expect, it } from 'vitest';
import type { MessageBody } from '../model/entry.ts';
import { UPSTREAM_CONNECTIONS_FROM } from '../model/ports/message-source.ts';
import type { SampleValue, Value } from '../model/reading.ts';
import { restoreEngine } from './engine.ts';
import { device, limit, measurement, Plant, profile } from './testing/plant.ts';

const GAS = profile('gas', [measurement('lel', [limit('L1', 'yellow', 25, { deadband: 2 }), limit('L2', 'red', 50, { deadband: 2 })])]);
const gas = (): Plant => new Plant().setUp([GAS], [device('near', 'gas'), device('far', 'gas')]);
const UPSTREAM: Partial<MessageBody> = { client: 'far/upstream', connection: UPSTREAM_CONNECTIONS_FROM };
const STALE: Partial<MessageBody> = { ...UPSTREAM, nth: -1, retain: true };

/** As the pipeline hands over what an outside broker had kept. */
function kept(one: Plant, id: string, value: Value, quality: SampleValue['quality'] = 'uncertain'): ReturnType<Plant['message']> {
  const values: SampleValue[] = [{ measurement: 'lel', channel: null, value, quality, flags: ['stale-retained'] }];
  return one.message(id, [one.sample(id, values)], STALE);
}
const latest = (one: Plant, id: string) => one.engine.view.latest(id).map(({ value, quality, flags }) => [value, quality, flags]);

describe('what an outside broker had kept', () => {
  it('is shown where nothing is known, never judged, and is no sign of life', () => {
    const one = gas();
    const applied = kept(one, 'far', 80);
    expect(applied).toMatchObject({ judged: false, resend: false, events: [] });
    expect(latest(one, 'far')).toEqual([[80, 'uncertain', ['stale-retained']]]);
    one.pass(3_600_000);
    expect(one.told()).toEqual([]);
    expect(one.engine.view.status('far')).toMatchObject({ online: false, lastSeenAt: null, health: ['never-seen'] });
  });

  it('takes nothing from what is known, whatever it says', () => {
    const one = gas();
    one.send('far', 'lel', 30, { message: UPSTREAM });
    expect(one.alarm('hi')).toMatchObject({ level: 'yellow', active: true });
    const before = one.told().length;
    kept(one, 'far', 0);
    kept(one, 'far', 99);
    kept(one, 'far', null, 'bad');
    expect(latest(one, 'far')).toEqual([[30, 'good', []]]);
    expect(one.told()).toHaveLength(before);
  });

  it('a live reading after it is judged as any other, also the same value', () => {
    const one = gas();
    kept(one, 'far', 80);
    one.send('far', 'lel', 80, { message: UPSTREAM });
    expect(one.alarm('hi')).toMatchObject({ level: 'red', active: true });
    expect(latest(one, 'far')).toEqual([[80, 'good', []]]);
  });

  it('does not wake a device that has fallen silent', () => {
    const one = gas();
    one.send('far', 'lel', 1, { message: UPSTREAM });
    one.pass(400_000);
    expect(one.alarm('F01')).toMatchObject({ active: true });
    kept(one, 'far', 1);
    expect(one.alarm('F01')).toMatchObject({ active: true });
  });
});

describe('the outside broker is lost', () => {
  const lost = (one: Plant, active: boolean): void => void one.apply({ kind: 'system', code: 'upstream-lost', active, level: 'red' });

  it('one alarm for it, none for the devices behind it; those on our own doors are watched as ever', () => {
    const one = gas();
    one.send('near', 'lel', 1);
    one.send('far', 'lel', 1, { message: UPSTREAM });
    lost(one, true);
    one.pass(900_000);
    const silent = [...one.engine.view.openAlarms()].filter((alarm) => alarm.code === 'F01').map((alarm) => alarm.deviceId);
    expect(silent).toEqual(['near']);
    expect([...one.engine.view.openAlarms()].find((alarm) => alarm.code === 'upstream-lost')).toMatchObject({
      kind: 'system',
      level: 'red',
    });
    lost(one, false);
    one.pass(179_000);
    expect([...one.engine.view.openAlarms()].some((alarm) => alarm.deviceId === 'far')).toBe(false);
    one.pass(10_000);
    expect([...one.engine.view.openAlarms()].find((alarm) => alarm.deviceId === 'far')).toMatchObject({ code: 'F01', active: true });
  });

  it('is known still after a restart from a snapshot', () => {
    const one = gas();
    one.send('near', 'lel', 1);
    one.send('far', 'lel', 1, { message: UPSTREAM });
    lost(one, true);
    one.pass(60_000);
    const job = one.engine.beginSnapshot();
    let text = '';
    for (let piece = job.next(10); piece !== null; piece = job.next(10)) text += piece;
    const other = new Plant(restoreEngine(text));
    other.mono = one.mono;
    one.engine = other.engine;
    one.pass(900_000);
    expect([...one.engine.view.openAlarms()].filter((alarm) => alarm.code === 'F01').map((alarm) => alarm.deviceId)).toEqual(['near']);
  });
});

describe('names that are nobody’s', () => {
  it('leave nothing behind in the state, however many there are; what was refused then is no resend when the device exists', () => {
    const one = gas();
    const before = one.engine.serialise().length;
    const said = (name: string): Partial<MessageBody> => ({
      credential: name,
      client: `${name}/upstream`,
      connection: UPSTREAM_CONNECTIONS_FROM,
      digest: 7,
      stamped: true,
      qos: 1,
      packetId: 1,
      nth: 0,
    });
    for (let i = 0; i < 1_000; i += 1) one.message(`nobody-${i}`, [], said(`nobody-${i}`));
    expect(one.engine.serialise().length).toBeLessThan(before + 100);
    one.put(device('nobody-7', 'gas'));
    const value: SampleValue = { measurement: 'lel', channel: null, value: 60, quality: 'good', flags: [] };
    expect(one.message('nobody-7', [one.sample('nobody-7', [value])], said('nobody-7'))).toMatchObject({ resend: false, judged: true });
    expect(one.alarm('hi')).toMatchObject({ level: 'red' });
  });
});
