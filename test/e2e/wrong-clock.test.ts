import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '../../model/alarm.ts';
import { buildPlatform, type Running } from '../../app/build.ts';
import { systemClock } from '../../app/clock.ts';
import { loadConfig } from '../../app/config.ts';
import { eventually, makeDevices, signIn } from '../harness/api.ts';
import { connectDevice } from '../harness/device-client.ts';
import { ADMIN_PASSWORD, temporaryFolder } from '../harness/platform-process.ts';

/** The whole platform on a server whose clock says 2019: it is not believed, it says so, and gas alarms all the same. */
describe('a wrong clock at start', () => {
  const folder = temporaryFolder('wrong-clock');
  let running: Running;
  let backMs = Date.now() - Date.UTC(2019, 0, 1);

  beforeAll(async () => {
    const { config } = loadConfig({
      BEACON_HTTP_PORT: '0',
      BEACON_MQTT_PORT: '0',
      BEACON_DATA_DIR: folder.path,
      BEACON_ADMIN_PASSWORD: ADMIN_PASSWORD,
    });
    const clock = systemClock();
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
    running = await buildPlatform(config, {
      clock: { ...clock, now: () => Date.now() - backMs },
      log: quiet,
      webRoot: null,
      demo: false,
      seams: {},
      onBroken: (what) => {
        throw new Error(what);
      },
    });
  });
  afterAll(async () => {
    await running.stop();
    folder.remove();
  });

  it('raises a system alarm, judges by arrival and keeps the device’s own stamp', async () => {
    const api = await signIn(running.httpUrl);
    const open = await api.get<{ items: Alarm[] }>('/alarms?state=open');
    expect(open.items.filter((alarm) => alarm.kind === 'system')).toMatchObject([
      { code: 'clock-not-believed', deviceId: null, active: true },
    ]);
    const [device] = await makeDevices(api, 'haida', 'gas.combustible.point.industrial', ['GD-01']);
    if (device === undefined) throw new Error('no device');
    const gas = await connectDevice(running.mqttUrl, device);
    await gas.telemetry({ ts: Date.now(), values: { lel: 60 } });
    const alarm = await eventually(
      'the gas alarm',
      30_000,
      async () => (await api.get<{ items: Alarm[] }>('/alarms?state=open&kind=process')).items[0],
    );
    expect(alarm).toMatchObject({ deviceId: 'GD-01', level: 'red', state: 'UNACK' });
    const ready = await (await fetch(`${running.httpUrl}/readyz`)).text();
    expect(ready).toContain('clock-not-believed');
    await gas.close();
  });

  it('put right while it runs is noticed without a restart', async () => {
    const api = await signIn(running.httpUrl);
    backMs = 0;
    await eventually('the end of it', 30_000, async () => {
      const system = (await api.get<{ items: Alarm[] }>('/alarms?kind=system&from=0')).items;
      return system.find((alarm) => alarm.code === 'clock-not-believed' && !alarm.active);
    });
    await expect.poll(async () => (await fetch(`${running.httpUrl}/readyz`)).json()).toEqual({ ready: true, codes: [] });
  });
});
