import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadingsBody } from '../../alert-ui/protocol/http.ts';
import { eventually, makeDevices, signIn, type Api, type MadeDevice } from '../harness/api.ts';
import { runProgram } from '../harness/backup-audit.ts';
import { connectDevice } from '../harness/device-client.ts';
import { startPlatform, temporaryFolder, type PlatformProcess } from '../harness/platform-process.ts';
import { influxdMissing, startInfluxd, type Influxd } from '../parts/influxd.ts';

const HOUR = 3_600_000;

/** The database is not in the backup: it may be newer than what is restored beside it, or another one. */
describe.skipIf(influxdMissing() !== null)('a backup where readings are in InfluxDB (needs influxd: apt-get install influxdb)', () => {
  const folder = temporaryFolder('backup-influx');
  const data = join(folder.path, 'data');
  const backup = join(folder.path, 'backup');
  /** The middle of an hour that is over. */
  const base = (Math.floor(Date.now() / HOUR) - 3) * HOUR + HOUR / 2;
  let influx: Influxd;
  let another: Influxd;
  let platform: PlatformProcess | null = null;
  let device: MadeDevice;

  beforeAll(async () => {
    [influx, another] = await Promise.all([startInfluxd(), startInfluxd()]);
    const first = await startPlatform({ dataDir: data, env: { BEACON_INFLUX_URL: influx.url } });
    platform = first;
    const api = await signIn(first.httpBase);
    [device] = (await makeDevices(api, 'ib', 'gas.combustible.point.industrial', ['IB-1'])) as [MadeDevice];
    await send(first, 0, 300);
    await stored(api, 300);
    expect((await runProgram('app/backup-main.js', [backup], { BEACON_DATA_DIR: data })).code).toBe(0);
    // Acknowledged and stored after the backup, then the machine is lost.
    await send(first, 300, 200);
    await stored(api, 500);
    await first.kill();
  });
  afterAll(async () => {
    await platform?.kill();
    await influx.stop();
    await another.stop();
    folder.remove();
  });

  async function send(to: PlatformProcess, from: number, count: number): Promise<void> {
    const client = await connectDevice(to.mqttUrl, device);
    for (let i = from; i < from + count; i++) await client.telemetry({ ts: base + i * 1_000, values: { lel: 1 + i / 1_000 } });
    await client.close();
  }
  async function points(api: Api, more = ''): Promise<ReadingsBody['points']> {
    const path = `/devices/IB-1/readings?measurement=lel&from=${base - HOUR}&to=${base + 4 * HOUR}${more}`;
    return (await api.get<ReadingsBody>(path)).points;
  }
  async function stored(api: Api, count: number): Promise<void> {
    await eventually(`${count} readings`, 60_000, async () => (await points(api)).length === count);
  }
  const due = (count: number): [number, number][] => Array.from({ length: count }, (_, i) => [base + i * 1_000, 1 + i / 1_000]);
  async function startFrom(name: string, url: string): Promise<Api> {
    await platform?.kill();
    const restored = await runProgram('app/restore-main.js', [backup, join(folder.path, name)]);
    expect([restored.code, restored.stderr]).toEqual([0, '']);
    platform = await startPlatform({ dataDir: join(folder.path, name), env: { BEACON_INFLUX_URL: url } });
    return signIn(platform.httpBase);
  }
  const valuesOf = (found: ReadingsBody['points']) => found.map(([at, value]) => [at, value]);

  it('beside the same database: its newer readings stay, nothing is doubled, and what comes goes on', async () => {
    const api = await startFrom('same', influx.url);
    expect(valuesOf(await points(api))).toEqual(due(500));
    if (platform === null) throw new Error('no platform');
    await send(platform, 500, 100);
    await stored(api, 600);
    expect(valuesOf(await points(api))).toEqual(due(600));
    // Buckets of hours: from roll-ups, or raw where they are due; each reading once either way.
    const counts = (await points(api, '&maxPoints=5')).map((bucket) => Number(bucket[4]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(600);
  });

  it('beside another, empty one: what the journal still holds is written there', async () => {
    const api = await startFrom('other', another.url);
    await stored(api, 300);
    expect(valuesOf(await points(api))).toEqual(due(300));
  });
});
