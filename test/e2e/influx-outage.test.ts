import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadingsBody } from '../../alert-ui/protocol/http.ts';
import { eventually, makeDevices, signIn, type Api, type MadeDevice } from '../harness/api.ts';
import { openBoard, type Board } from '../harness/board.ts';
import { connectDevice, type DeviceClient } from '../harness/device-client.ts';
import { startPlatform, temporaryFolder, type PlatformProcess } from '../harness/platform-process.ts';
import { influxdMissing, startInfluxd, type Influxd } from '../parts/influxd.ts';

/** InfluxDB is a projection: when it is down charts wait and alarms do not, and afterwards nothing is missing. */
describe.skipIf(influxdMissing() !== null)('InfluxDB goes away and comes back (needs influxd: apt-get install influxdb)', () => {
  const folder = temporaryFolder('influx-outage');
  let influx: Influxd;
  let platform: PlatformProcess;
  let api: Api;
  let board: Board;
  let devices: MadeDevice[];
  const clients: DeviceClient[] = [];

  beforeAll(async () => {
    influx = await startInfluxd();
    platform = await startPlatform({ dataDir: folder.path, env: { BEACON_INFLUX_URL: influx.url } });
    api = await signIn(platform.httpBase);
    board = await openBoard(api);
    devices = await makeDevices(api, 'outage', 'gas.combustible.point.industrial', ['O-1', 'O-2', 'O-3']);
    for (const device of devices) clients.push(await connectDevice(platform.mqttUrl, device));
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    board.close();
    await platform.kill();
    await influx.stop();
    folder.remove();
  });

  it('alarms come while it is down; afterwards every acknowledged reading is there, once, with its value', async () => {
    const sent = new Map<string, Map<number, number>>(devices.map((d) => [d.id, new Map()]));
    let stamp = Date.now() - 600_000;
    async function burst(count: number, value: number): Promise<void> {
      for (let i = 0; i < count; i += 1) {
        stamp += 7;
        for (const [index, client] of clients.entries()) {
          const own = value + i / 1_000;
          await client.telemetry({ ts: stamp, values: { lel: own } });
          sent.get(devices[index]?.id ?? '')?.set(stamp, own);
        }
      }
    }
    await burst(100, 1);
    await influx.kill();
    await burst(200, 2);
    await clients[0]?.telemetry({ lel: 60 });
    const alarm = await board.alarm('an alarm without InfluxDB', (m) => m.alarm.deviceId === 'O-1' && m.event.type === 'raised');
    expect(alarm.alarm.level).toBe('red');
    await influx.restart();
    await burst(100, 3);
    for (const device of devices) {
      const expected = sent.get(device.id) ?? new Map<number, number>();
      const stored = await eventually(`all of ${device.id}`, 60_000, async () => {
        const points = new Map<number, number>();
        let from: number | undefined = Math.min(...expected.keys());
        const to = Math.max(...expected.keys()) + 1;
        while (from !== undefined) {
          const body: ReadingsBody = await api.get<ReadingsBody>(`/devices/${device.id}/readings?measurement=lel&from=${from}&to=${to}`);
          for (const [ts, value] of body.points) if (typeof value === 'number') points.set(ts, value);
          from = body.next;
        }
        return points.size >= expected.size ? points : null;
      });
      expect([...stored].toSorted((a, b) => a[0] - b[0])).toEqual([...expected].toSorted((a, b) => a[0] - b[0]));
    }
  });
});
