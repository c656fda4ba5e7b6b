import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '../../model/alarm.ts';
import type { AlarmWithEvents, LedgerItem, LimitsBody, ListBody, ReadingsBody } from '../../alert-ui/protocol/http.ts';
import { eventually, makeDevices, signIn, type Api } from '../harness/api.ts';
import { openBoard, type Board } from '../harness/board.ts';
import { connectDevice, type DeviceClient } from '../harness/device-client.ts';
import { startPlatform, temporaryFolder, type PlatformProcess } from '../harness/platform-process.ts';

/** From a PUBLISH to a person's screen and back, through the real process and real clients. */
describe('the whole way of a reading', () => {
  const folder = temporaryFolder('whole-way');
  let platform: PlatformProcess;
  let api: Api;
  let board: Board;
  const clients: DeviceClient[] = [];

  beforeAll(async () => {
    platform = await startPlatform({ dataDir: folder.path });
    api = await signIn(platform.httpBase);
    board = await openBoard(api);
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    board.close();
    await platform.kill();
    folder.remove();
  });
  async function device(
    id: string,
    profile = 'gas.combustible.point.industrial',
    extra: Readonly<Record<string, unknown>> = {},
  ): Promise<DeviceClient> {
    const [made] = await makeDevices(api, 'haida', profile, [id], extra);
    if (made === undefined) throw new Error('no device');
    const client = await connectDevice(platform.mqttUrl, made);
    clients.push(client);
    return client;
  }
  const of = (deviceId: string, type: string) => (m: { alarm: Alarm; event: { type: string } }) =>
    m.alarm.deviceId === deviceId && m.event.type === type;

  it('a leak builds up, rings, rises, is acknowledged, returns latched and is reset', async () => {
    const leak = await device('GD-01');
    await leak.telemetry({ lel: 3 });
    await leak.telemetry({ lel: 26 });
    const raised = await board.alarm('L1', of('GD-01', 'raised'));
    expect(raised.alarm).toMatchObject({
      ladder: 'hi',
      code: 'L1',
      kind: 'process',
      level: 'yellow',
      state: 'UNACK',
      active: true,
      value: 26,
      limit: 25,
      enterpriseId: 'haida',
      measurement: 'lel',
      channel: null,
      occurrence: 1,
    });
    await leak.telemetry({ lel: 61 });
    const risen = await board.alarm('L2', of('GD-01', 'level-raised'));
    expect(risen.alarm).toMatchObject({ id: raised.alarm.id, code: 'L2', level: 'red', state: 'UNACK', value: 61, limit: 50 });

    // What was on the screen before it rose does not cover what it is now.
    const stale = await api.request('POST', `/alarms/${raised.alarm.id}/acknowledge`, { seen: raised.seq });
    expect(stale.status).toBe(409);
    expect(stale.body).toMatchObject({ code: 'alarm-changed', alarm: { id: raised.alarm.id, level: 'red' } });
    const acknowledged = await api.post<Alarm>(`/alarms/${raised.alarm.id}/acknowledge`, { seen: risen.seq, comment: 'on my way' });
    expect(acknowledged).toMatchObject({ state: 'ACKED', acknowledgedBy: 'admin', acknowledgedLevel: 'red' });
    const twice = await api.post<Alarm>(`/alarms/${raised.alarm.id}/acknowledge`, { seen: risen.seq });
    expect(twice.acknowledgedAt).toBe(acknowledged.acknowledgedAt);
    const early = await api.request('POST', `/alarms/${raised.alarm.id}/reset`, {});
    expect(early.status).toBe(409);

    // No further sample: the off-delay of 30 s runs out by a tick.
    const quiet = Date.now();
    await leak.telemetry({ ts: quiet, values: { lel: 1 } });
    await board.alarm('returned after the off-delay', of('GD-01', 'returned'), 90_000);
    const latched = await api.get<AlarmWithEvents>(`/alarms/${raised.alarm.id}`);
    expect(latched).toMatchObject({ state: 'LACK', active: false, latched: true });
    const reset = await api.post<Alarm>(`/alarms/${raised.alarm.id}/reset`, {});
    expect(reset.state).toBe('NORM');
    const closed = await api.get<AlarmWithEvents>(`/alarms/${raised.alarm.id}`);
    expect(closed.events.map((e) => e.type)).toEqual(['raised', 'level-raised', 'acknowledged', 'returned', 'reset']);
  });

  it('105 %LEL, 400 °C and a reading stamped a day ahead each raise their alarm', async () => {
    const gas = await device('GD-105');
    await gas.telemetry({ lel: 105 });
    expect((await board.alarm('105 %LEL', of('GD-105', 'raised'))).alarm).toMatchObject({ level: 'red', value: 105, quality: 'uncertain' });
    const heat = await device('HD-400', 'fire.heat.point');
    await heat.telemetry({ temp: 400 });
    expect((await board.alarm('400 °C', of('HD-400', 'raised'))).alarm).toMatchObject({ kind: 'fire', value: 400 });
    const ahead = await device('GD-AHEAD');
    const ts = Date.now() + 86_400_000;
    await ahead.telemetry({ ts, values: { lel: 60 } });
    const alarm = await board.alarm('a day ahead', of('GD-AHEAD', 'raised'));
    expect(alarm.alarm.raisedAt).toBeLessThan(Date.now() + 10_000);
    // It blinds nothing: the next, unstamped reading is judged as well.
    const latest = await eventually('latest', 30_000, () =>
      api.get<{ points: { sampleAt: number; flags: string[] }[] }>('/devices/GD-AHEAD/latest'),
    );
    expect(latest.points[0]?.flags).toContain('clock');
    expect(latest.points[0]?.sampleAt).toBeLessThan(Date.now() + 10_000);
  });

  it('what was sent is in the history with its quality, and every limit says whether it is armed', async () => {
    const tank = await device('TK-01', 'hazchem.tank.atmospheric', { attributes: { level_h: 18, level_hh: 20 } });
    const start = Date.now() - 10_000;
    await tank.telemetry(
      [0, 1, 2].map((n) => ({
        ts: start + n * 1_000,
        values: { level: 10 + n, temp: 20 },
        ...(n === 1 ? { quality: { level: 'bad' } } : {}),
      })),
    );
    const body = await eventually('three readings', 30_000, async () => {
      const answer = await api.get<ReadingsBody>(`/devices/TK-01/readings?measurement=level&from=${start - 1}&to=${start + 60_000}`);
      return answer.points.length === 3 ? answer : null;
    });
    expect(body.unit).toBe('m');
    expect(body.points).toEqual([
      [start, 10, 'good'],
      [start + 1_000, 11, 'bad'],
      [start + 2_000, 12, 'good'],
    ]);
    expect(body.through).toBeGreaterThan(start);
    const buckets = await api.get<ReadingsBody>(`/devices/TK-01/readings?measurement=temp&from=${start}&to=${start + 3_000}&maxPoints=1`);
    expect(buckets.points).toHaveLength(1);
    expect(buckets.points[0]?.slice(1)).toEqual([20, 20, 20, 3]);
    const { limits } = await api.get<LimitsBody>('/devices/TK-01/limits');
    const by = Object.fromEntries(limits.map((l) => [`${l.measurement}.${l.code}`, l]));
    expect(by['level.H']).toMatchObject({ armed: true, setPoint: 18 });
    expect(by['level.L']).toMatchObject({ armed: false, reason: 'attribute-missing' });
    expect(by['level.LEAK']?.armed).toBe(false);
    // Filling in the attribute arms it and judges the last good value at once.
    const answer = await api.request('PATCH', '/devices/TK-01', { attributes: { level_h: 11.5, level_hh: 20 } }, { 'if-match': '1' });
    expect(answer.status).toBe(200);
    await board.alarm('H after the change', (m) => m.alarm.deviceId === 'TK-01' && m.alarm.code === 'H', 30_000);
  });

  it('a refused message has a reason and advice in both languages, a refused sign-in too', async () => {
    const odd = await device('GD-ODD');
    await odd.telemetry({ LEL: 12.5, lel: 1 });
    const refused = await eventually(
      'ledger line',
      30_000,
      async () => (await api.get<ListBody<LedgerItem>>('/ledger?device=GD-ODD&verdict=refused')).items[0],
    );
    expect(refused).toMatchObject({ reason: 'UNKNOWN_MEASUREMENT', device: 'GD-ODD' });
    expect(refused.advice?.en.length).toBeGreaterThan(10);
    expect(refused.advice?.['zh-CN']).toMatch(/[\u4e00-\u9fff]/);
    await expect(
      connectDevice(platform.mqttUrl, { id: 'GD-ODD', enterprise: 'haida', username: 'GD-ODD', password: 'wrong' }),
    ).rejects.toThrow();
    const attempts = await eventually('connection attempt', 30_000, async () => {
      const list = await api.get<ListBody<{ reason: string | null }>>('/devices/GD-ODD/connections');
      return list.items.some((line) => line.reason === 'CONNECT_WRONG_SECRET') ? list : null;
    });
    expect(attempts.items.length).toBeGreaterThan(1);
  });

  it('presence and readings reach the board, and event numbers have no gaps', async () => {
    board.socket.emit('subscribe', { devices: ['GD-LIVE'] });
    const live = await device('GD-LIVE');
    board.socket.emit('subscribe', { devices: ['GD-LIVE'] });
    await live.telemetry({ lel: 7.5 });
    await eventually('reading on the board', 30_000, () =>
      Promise.resolve(board.readings.some((m) => m.items.some((i) => i[0] === 'GD-LIVE' && i[4] === 7.5))),
    );
    await eventually('online', 30_000, () => Promise.resolve(board.devices.some((d) => d.id === 'GD-LIVE' && d.online)));
    live.client.stream.destroy();
    await eventually('offline', 30_000, () => Promise.resolve(board.devices.findLast((d) => d.id === 'GD-LIVE')?.online === false));
    const numbered = [...board.alarms, ...board.devices].toSorted((a, b) => a.seq - b.seq);
    for (const [index, message] of numbered.entries()) {
      const before = numbered[index - 1];
      if (before !== undefined) expect(message.prev).toBe(before.seq);
    }
  });
});
