import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '../../model/alarm.ts';
import type { DeviceItem, ListBody } from '../../alert-ui/protocol/http.ts';
import { eventually, makeDevices, signIn, type Api } from '../harness/api.ts';
import { openBoard, type Board } from '../harness/board.ts';
import { connectDevice, type DeviceClient } from '../harness/device-client.ts';
import { startPlatform, temporaryFolder, type PlatformProcess } from '../harness/platform-process.ts';

/** Wrong clocks, a backlog of three hours and a gateway that goes, over real connections (semantics 4; rules/time, rules/health). */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LENGTH = 1_000;
const EVERY = (3 * HOUR) / LENGTH;
/** One exceedance that ended, and one that is still true. */
const shown = (n: number): number => (n >= 400 && n < 420 ? 70 : n >= 950 ? 60 : 1);

describe('times that are not as they should be, over MQTT', () => {
  const folder = temporaryFolder('wrong-times');
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
  async function device(id: string): Promise<DeviceClient> {
    const [made] = await makeDevices(api, 'haida', 'gas.combustible.point.industrial', [id], { reportMs: 10_000 });
    if (made === undefined) throw new Error('no device');
    const client = await connectDevice(platform.mqttUrl, made);
    clients.push(client);
    return client;
  }
  const alarmsOf = async (id: string): Promise<readonly Alarm[]> => (await api.get<ListBody<Alarm>>(`/alarms?device=${id}`)).items;

  it.each([
    ['clock-ahead', () => Date.now() + DAY],
    ['clock-1970', () => 86_400_000 + (Date.now() % HOUR)],
  ])('%s: judged at once, raised now, no record of the past', async (id, stamp) => {
    const gas = await device(id);
    const begun = Date.now();
    await gas.telemetry({ ts: stamp(), values: { lel: 60 } });
    const { alarm } = await board.alarm(id, (m) => m.alarm.deviceId === id && m.event.type === 'raised' && m.alarm.kind === 'process');
    expect(alarm).toMatchObject({ level: 'red', historic: false });
    expect(Math.abs(alarm.raisedAt - begun)).toBeLessThan(60_000);
  });

  it.each(['backlog-array', 'backlog-singles'])(
    '%s: three hours make no sound inside, one record, and one ring with its true begin',
    async (id) => {
      const gas = await device(id);
      // A word without a reading: its clock is known, and its point has no newer sample than the backlog.
      await gas.telemetry({ ts: Date.now(), values: {}, faults: [] });
      const now = Date.now();
      const kept = Array.from({ length: LENGTH - 1 }, (_, n) => ({
        ts: Math.round(now - (LENGTH - n) * EVERY),
        values: { lel: shown(n) },
      }));
      if (id === 'backlog-array') await gas.telemetry([...kept, { ts: Date.now(), values: { lel: 60 } }]);
      else {
        await Promise.all(kept.map((sample) => gas.telemetry(sample)));
        await gas.telemetry({ ts: Date.now(), values: { lel: 60 } });
      }
      const rang = await board.alarm(id, (m) => m.alarm.deviceId === id && m.event.type === 'raised' && m.alarm.kind === 'process');
      expect(rang.alarm).toMatchObject({ level: 'red', historic: false });
      expect(Math.abs(rang.alarm.raisedAt - (now - (LENGTH - 950) * EVERY))).toBeLessThan(30_000);
      const all = await eventually('both records', 30_000, async () => {
        const found = await alarmsOf(id);
        return found.length >= 2 ? found : null;
      });
      const process = all.filter((alarm) => alarm.kind === 'process');
      expect(process.map(({ level, historic }) => [level, historic]).sort()).toEqual([
        ['red', false],
        ['red', true],
      ]);
      expect(board.alarms.filter((m) => m.alarm.deviceId === id && m.event.type === 'raised' && m.alarm.kind === 'process')).toHaveLength(
        1,
      );
    },
  );

  it('a gateway that goes is one alarm about it; its devices are behind it', async () => {
    const ids = ['gw-a', 'gw-b', 'gw-c'];
    await makeDevices(api, 'haida', 'gas.toxic.co', ids, { heartbeatMs: 5_000 });
    const made = await api.post<{ gateway: { id: string }; credential: { username: string; password: string } }>(
      '/enterprises/haida/gateways',
      { id: 'gw-1', name: 'gateway' },
    );
    const gateway = await connectDevice(platform.mqttUrl, { id: 'gw-1', enterprise: 'haida', ...made.credential });
    await gateway.publish('v1/gateway/telemetry', JSON.stringify(Object.fromEntries(ids.map((id) => [id, [{ values: { co: 1 } }]]))));
    gateway.client.stream.destroy();
    const { alarm } = await board.alarm('the gateway', (m) => m.alarm.deviceId === 'gw-1' && m.event.type === 'raised', 100_000);
    expect(alarm).toMatchObject({ code: 'F01', kind: 'instrument', level: 'yellow', value: 3, enterpriseId: 'haida' });
    await eventually('all behind it', 30_000, async () => {
      const healths = await Promise.all(
        ids.map(async (id) => (await api.get<{ status: { health: readonly string[] } }>(`/devices/${id}`)).status.health),
      );
      return healths.every((health) => health.includes('gateway'));
    });
    for (const id of ids) expect(await alarmsOf(id)).toEqual([]);
    // The list of what stands behind it: as many as it says, and no other device.
    const { items } = await api.get<ListBody<DeviceItem>>('/devices?gateway=gw-1');
    expect(items.map(({ id, status }) => [id, status?.gateway])).toEqual(ids.map((id) => [id, 'gw-1']));
    expect((await api.get<ListBody<DeviceItem>>('/devices?gateway=gw-2')).items).toEqual([]);
  });
});
