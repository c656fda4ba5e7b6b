import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '../../model/alarm.ts';
import type { AlarmWithEvents, LedgerItem, ListBody, ReadingsBody } from '../../alert-ui/protocol/http.ts';
import { connectPacket, RawClient } from '../../broker/raw-client.testing.ts';
import { eventually, makeDevices, signIn, type Api, type MadeDevice } from '../harness/api.ts';
import { openBoard, type Board } from '../harness/board.ts';
import { connectDevice, type DeviceClient } from '../harness/device-client.ts';
import { startPlatform, temporaryFolder, type PlatformProcess } from '../harness/platform-process.ts';

const HOUR = 3_600_000;
const GAS = 'gas.combustible.point.industrial';
/** Closing time > 10 s: latching, without delays. Position 0: a state, not latching. */
const VALVE = 'gas.valve.shutoff';
const TANK = 'hazchem.tank.atmospheric';
const TANK_LIMITS = { attributes: { level_ll: 1, level_l: 2, level_h: 18, level_hh: 20 } };

/** What readings, resends, time, presence and changes mean, seen from outside, on the real process. */
describe('the meaning of what comes in over MQTT', () => {
  const folder = temporaryFolder('contract-mqtt');
  let platform: PlatformProcess;
  let api: Api;
  let board: Board;
  const open: { close(): unknown }[] = [];

  async function begin(): Promise<void> {
    platform = await startPlatform({ dataDir: folder.path });
    api = await signIn(platform.httpBase);
    board = await openBoard(api);
  }
  beforeAll(begin);
  afterAll(async () => {
    for (const one of open) await one.close();
    board.close();
    await platform.kill();
    folder.remove();
  });

  async function made(id: string, profile = GAS, extra: Readonly<Record<string, unknown>> = {}): Promise<MadeDevice> {
    const [device] = await makeDevices(api, 'works', profile, [id], extra);
    if (device === undefined) throw new Error('no device');
    return device;
  }
  async function device(id: string, profile = GAS, extra: Readonly<Record<string, unknown>> = {}): Promise<DeviceClient> {
    const client = await connectDevice(platform.mqttUrl, await made(id, profile, extra));
    open.push(client);
    return client;
  }
  const topic = (id: string, what = 'telemetry'): string => `beacon/v1/works/${id}/${what}`;
  async function raw(one: MadeDevice): Promise<RawClient> {
    const client = await RawClient.open(Number(new URL(platform.mqttUrl).port));
    client.send(connectPacket(one.username, { password: one.password }));
    await client.until(() => client.of('connack').length === 1);
    open.push({ close: () => client.end() });
    return client;
  }
  async function acknowledged(client: RawClient, id: string, payload: string, packetId: number): Promise<void> {
    const before = client.of('puback').length;
    client.publish(topic(id), payload, packetId);
    await client.until(() => client.of('puback').length > before);
  }
  /** Values in the store once it is complete up to now. */
  async function stored(id: string, measurement = 'lel'): Promise<unknown[]> {
    const now = Date.now();
    const body = await eventually(`readings of ${id}`, 30_000, async () => {
      const answer = await api.get<ReadingsBody>(`/devices/${id}/readings?measurement=${measurement}&from=0&to=${now + HOUR}`);
      return answer.through > now ? answer : null;
    });
    return body.points.map((point) => point[1]);
  }
  /** Alarm events of a device so far, once everything it sent has been applied. */
  const told = (id: string): string[] => board.alarms.filter((m) => m.alarm.deviceId === id).map((m) => `${m.alarm.code} ${m.event.type}`);
  const says = (id: string, ...events: string[]): Promise<unknown> =>
    eventually(`${id}: ${events.join(', ')}; so far ${told(id).join(', ')}`, 30_000, () =>
      Promise.resolve(told(id).length >= events.length),
    ).then(() => expect(told(id)).toEqual(events));
  function last(id: string): Alarm {
    const message = board.alarms.findLast((m) => m.alarm.deviceId === id);
    if (message === undefined) throw new Error(`no alarm of ${id}`);
    return message.alarm;
  }

  it('a message sent again after a cut of the connection or of ourselves is kept once; everything else is new', async () => {
    const plain = await made('RB');
    const first = await raw(plain);
    first.publish(topic('RB'), '{"lel":11.5}', 7);
    first.end();
    await eventually('the cut', 30_000, async () => !(await api.get<{ status: { online: boolean } }>('/devices/RB')).status.online);
    const second = await raw(plain);
    await acknowledged(second, 'RB', '{"lel":11.5}', 7);
    await acknowledged(second, 'RB', '{"lel":11.5}', 8);
    expect(await stored('RB')).toEqual([11.5, 11.5]);

    const counting = await made('RA');
    const third = await raw(counting);
    await acknowledged(third, 'RA', '{"seq":5,"values":{"lel":3}}', 1);
    await acknowledged(third, 'RA', '{"seq":5,"values":{"lel":3}}', 9);
    await acknowledged(third, 'RA', '{"seq":4,"values":{"lel":4}}', 10);
    await acknowledged(third, 'RA', '{"seq":4,"values":{"lel":26}}', 11);
    expect(await stored('RA')).toEqual([3, 4, 26]);
    await says('RA', 'L1 raised');

    await board.socket.close();
    await platform.kill();
    await begin();
    const after = await raw(plain);
    await acknowledged(after, 'RB', '{"lel":11.5}', 8);
    await acknowledged(after, 'RB', '{"lel":11.6}', 9);
    const stamped = await raw(counting);
    await acknowledged(stamped, 'RA', '{"seq":4,"values":{"lel":26}}', 70);
    expect(await stored('RB')).toEqual([11.5, 11.5, 11.6]);
    expect(await stored('RA')).toEqual([3, 4, 26]);
  });

  it('a stamp used twice is judged both times and the later arrival is the stored point', async () => {
    const twice = await device('TS');
    const ts = Date.now();
    await twice.telemetry({ ts, values: { lel: 3 } });
    await twice.telemetry({ ts, values: { lel: 30 } });
    await says('TS', 'L1 raised');
    expect(await stored('TS')).toEqual([30]);
  });

  it('a device without a clock (ts 0) is heard every time', async () => {
    const clockless = await device('C0', VALVE);
    for (const value of [20, 1, 20]) await clockless.telemetry({ ts: 0, values: { close_feedback_s: value } });
    await says('C0', 'SLOW raised', 'SLOW returned', 'SLOW re-announced');
  });

  it('bad quality holds the alarm and raises one of the instrument', async () => {
    const bad = await device('BQ');
    await bad.telemetry({ lel: 30 });
    await bad.telemetry({ lel: null });
    await bad.telemetry({ lel: 'NaN' });
    await bad.telemetry({ values: { lel: 2 }, quality: { lel: 'bad' } });
    await says('BQ', 'L1 raised', 'BAD raised');
    expect(last('BQ')).toMatchObject({ kind: 'instrument', measurement: 'lel' });
    await bad.telemetry({ lel: 31 });
    await says('BQ', 'L1 raised', 'BAD raised', 'BAD returned');
  });

  it('a late batch makes no sound; what is still true then rings with its true begin, what is over is a historic exceedance', async () => {
    const now = Date.now();
    const batch = (over: boolean): unknown[] =>
      Array.from({ length: 171 }, (_, i) => ({
        ts: now - 3 * HOUR + i * 60_000,
        values: { level: i < 50 || (over && i > 60) ? 10 : 21 },
      }));
    const still = await device('LATE-1', TANK, TANK_LIMITS);
    await still.telemetry({ ts: Date.now(), values: { temp: 20 } });
    await still.telemetry(batch(false));
    const over = await device('LATE-2', TANK, TANK_LIMITS);
    await over.telemetry({ ts: Date.now(), values: { temp: 20 } });
    for (const sample of batch(true)) await over.telemetry(sample);
    await over.telemetry({ level: 10, temp: 20 });
    await says('LATE-2', 'HH historic-exceedance');
    expect(last('LATE-2')).toMatchObject({ state: 'NORM', historic: true, peak: { value: 21 } });
    await says('LATE-1', 'HH raised');
    expect(last('LATE-1').state).toBe('UNACK');
    expect(Math.abs(last('LATE-1').raisedAt - (now - 3 * HOUR + 50 * 60_000))).toBeLessThan(2_000);
  });

  it('delays run in sample time, and go on over our own death', async () => {
    const quick = await device('D-1', TANK, TANK_LIMITS);
    const now = Date.now();
    await quick.telemetry({ ts: now - 10_000, values: { level: 0.5 } });
    await quick.telemetry({ ts: now - 1_000, values: { level: 0.5 } });
    await says('D-1', 'LL raised');
    const ladder = last('D-1');

    const slow = await device('D-2', TANK, TANK_LIMITS);
    await slow.telemetry({ level: 0.5 });
    board.socket.close();
    await platform.kill();
    await begin();
    expect(await api.get<Alarm>(`/alarms/${ladder.id}`)).toMatchObject({
      id: ladder.id,
      seq: ladder.seq,
      raisedAt: ladder.raisedAt,
      state: 'UNACK',
    });
    await says('D-2', 'LL raised');
    expect(last('D-2').seq).toBeGreaterThan(ladder.seq);
  });

  it('acknowledge, withdraw, recurrence, reset', async () => {
    const valve = await device('V-1', VALVE);
    const act = (id: string, what: string, body: unknown = {}) => api.request('POST', `/alarms/${id}/${what}`, body);
    await valve.telemetry({ close_feedback_s: 20 });
    await says('V-1', 'SLOW raised');
    const { id, seq } = last('V-1');
    await valve.telemetry({ close_feedback_s: 50 });
    await valve.telemetry({ close_feedback_s: 1 });
    await valve.telemetry({ close_feedback_s: 30 });
    await says('V-1', 'SLOW raised', 'SLOW returned', 'SLOW re-announced');
    expect(last('V-1')).toMatchObject({ id, state: 'UNACK', occurrence: 1, recurrences: 1, peak: { value: 50 } });
    expect(await act(id, 'acknowledge', { seen: seq })).toMatchObject({ status: 409, body: { code: 'alarm-changed', alarm: { id } } });
    expect((await act(id, 'acknowledge', { seen: last('V-1').seq })).body).toMatchObject({ state: 'ACKED', acknowledgedLevel: 'orange' });
    expect((await act(id, 'withdraw')).body).toMatchObject({ state: 'UNACK', acknowledgedBy: null });
    await act(id, 'acknowledge');
    expect((await act(id, 'reset')).status).toBe(409);
    await valve.telemetry({ close_feedback_s: 1 });
    expect((await act(id, 'reset')).body).toMatchObject({ state: 'NORM', latched: false });
    await valve.telemetry({ close_feedback_s: 20 });
    await board.alarm('a new occurrence', (m) => m.alarm.deviceId === 'V-1' && m.alarm.occurrence === 2);
    expect(last('V-1').id).not.toBe(id);
    await valve.telemetry({ position: 0 });
    await valve.telemetry({ position: 1 });
    const closed = await board.alarm('RTNUN', (m) => m.alarm.deviceId === 'V-1' && m.alarm.state === 'RTNUN');
    expect((await act(closed.alarm.id, 'acknowledge', { seen: closed.seq })).body).toMatchObject({ code: 'CLOSED', state: 'NORM' });
  });

  it('a change of configuration is judged at once and drops no alarm; a deleted device closes its own', async () => {
    const tank = await device('CF', TANK, { attributes: { level_hh: 20 } });
    const patch = async (body: unknown): Promise<void> => {
      const { revision } = await api.get<{ revision: number }>('/devices/CF');
      expect((await api.request('PATCH', '/devices/CF', body, { 'if-match': String(revision) })).status).toBe(200);
    };
    await tank.telemetry({ level: 21 });
    await says('CF', 'HH raised');
    await patch({ attributes: { level_hh: 22 } });
    await says('CF', 'HH raised', 'HH returned');
    expect(board.alarms.findLast((m) => m.alarm.deviceId === 'CF')).toMatchObject({
      event: { cause: 'configuration' },
      alarm: { state: 'LUNACK' },
    });
    await patch({ attributes: { level_hh: 20.5 } });
    await says('CF', 'HH raised', 'HH returned', 'HH re-announced');
    expect(last('CF').limit).toBe(20.5);
    await patch({ mode: 'commissioning' });
    await board.alarm('marked as a test', (m) => m.alarm.deviceId === 'CF' && m.alarm.test);
    expect((await api.request('DELETE', '/devices/CF')).status).toBe(204);
    const gone = await board.alarm('closed', (m) => m.alarm.deviceId === 'CF' && m.event.type === 'closed');
    expect(gone).toMatchObject({ event: { cause: 'removed' }, alarm: { state: 'NORM' } });
    const history = await eventually('its history', 30_000, async () => {
      const alarm = await api.get<AlarmWithEvents>(`/alarms/${gone.alarm.id}`);
      return alarm.events.at(-1)?.type === 'closed' ? alarm : null;
    });
    expect(history.events[0]?.type).toBe('raised');
    const again = await api.request('POST', '/devices', { id: 'CF', enterpriseId: 'works', profileId: GAS, name: 'CF' });
    expect(again).toMatchObject({ status: 409, body: { code: 'id-retired' } });
    await expect(connectDevice(platform.mqttUrl, { id: 'CF', enterprise: 'works', username: 'CF', password: 'x' })).rejects.toThrow();
    const line = await eventually(
      'the refusal',
      30_000,
      async () => (await api.get<ListBody<LedgerItem>>('/ledger?device=CF&verdict=connect-refused')).items[0],
    );
    expect(line).toMatchObject({ reason: 'CONNECT_RETIRED', address: '127.0.0.1' });
  });

  it('presence follows connection, last will and status; RETAIN, a hole in seq and every refused CONNECT have a line', async () => {
    const one = await made('PR');
    const will = { topic: topic('PR', 'status'), payload: Buffer.from('{"status":"offline"}'), qos: 1 as const, retain: true };
    const online = (): boolean[] => board.devices.filter((m) => m.id === 'PR').map((m) => m.online);
    const becomes = (...states: boolean[]): Promise<unknown> =>
      eventually(`presence ${states.join()}`, 30_000, () => Promise.resolve(online().join() === states.join()));
    const lost = await connectDevice(platform.mqttUrl, one, { will });
    await becomes(true);
    lost.client.stream.destroy();
    await becomes(true, false);
    const back = await connectDevice(platform.mqttUrl, one);
    open.push(back);
    await becomes(true, false, true);
    await back.publish(topic('PR', 'status'), 'offline');
    await becomes(true, false, true, false);
    await back.client.publishAsync(topic('PR'), '{"seq":1,"values":{"lel":1}}', { qos: 1, retain: true });
    await becomes(true, false, true, false, true);
    await back.telemetry({ seq: 5, values: { lel: 2 } });
    const details = async (): Promise<string> =>
      (await api.get<ListBody<LedgerItem>>('/ledger?device=PR&verdict=accepted')).items.map((item) => item.detail ?? '').join('\n');
    await expect.poll(details).toMatch(/retain/i);
    await expect.poll(details).toMatch(/3 before it/);
    expect(await (await fetch(`${platform.httpBase}/metrics`)).text()).toMatch(/^beacon_lost_messages_total 3$/m);
    for (const wrong of [{ password: 'x' }, { protocolVersion: 5 as const }, { keepalive: 4_000 }])
      await expect(connectDevice(platform.mqttUrl, one, wrong)).rejects.toThrow();
    const attempts = await api.get<ListBody<LedgerItem>>('/devices/PR/connections');
    const refused = attempts.items.filter((item) => item.verdict === 'connect-refused');
    expect(refused.map((item) => item.reason).toSorted()).toEqual(['CONNECT_KEEPALIVE', 'CONNECT_MQTT5', 'CONNECT_WRONG_SECRET']);
    for (const item of refused) {
      expect(item.address).toBe('127.0.0.1');
      expect(item.advice?.['zh-CN']).toMatch(/[\u4e00-\u9fff]/);
    }
  });
});
