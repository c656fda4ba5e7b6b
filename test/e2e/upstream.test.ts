import { randomBytes } from 'node:crypto';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LatestBody, ReadingsBody } from '../../alert-ui/protocol/http.ts';
import type { Alarm } from '../../model/alarm.ts';
import { type Api, eventually, makeDevices, signIn } from '../harness/api.ts';
import { type PlatformProcess, startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../parts/mosquitto.ts';

const IDS = ['U-1', 'U-2', 'U-3'] as const;
const PATIENCE_MS = 90_000;
/** What is promised: the loss of the external broker rings within it. */
const UPSTREAM_LOST_WITHIN_MS = 30_000;

/** The platform behind a real Mosquitto with the documented configuration and access list. */
describe.skipIf(mosquittoMissing() !== null && process.env['CI'] === undefined)(
  `behind an external broker (needs mosquitto: ${mosquittoMissing() ?? 'found'})`,
  () => {
    const folder = temporaryFolder('upstream');
    const secret = (): string => randomBytes(12).toString('hex');
    const passwords: Readonly<Record<string, string>> = { 'beacon-tower': secret(), 'U-1': secret(), 'U-2': secret(), 'U-3': secret() };
    let mosquitto: Mosquitto;
    let platform: PlatformProcess;
    let api: Api;
    const clients: MqttClient[] = [];

    const topicOf = (id: string, what = 'telemetry', enterprise = 'plant'): string => `beacon/v1/${enterprise}/${id}/${what}`;
    async function device(id: string): Promise<MqttClient> {
      const client = await mqtt.connectAsync(mosquitto.url, {
        protocolVersion: 5,
        username: id,
        password: passwords[id] ?? '',
        reconnectPeriod: 200,
      });
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    }
    const start = (): Promise<PlatformProcess> =>
      startPlatform({
        dataDir: folder.path,
        env: {
          BEACON_UPSTREAM_URL: mosquitto.url,
          BEACON_UPSTREAM_USERNAME: 'beacon-tower',
          BEACON_UPSTREAM_PASSWORD: passwords['beacon-tower'] ?? '',
        },
      });
    const open = async (): Promise<readonly Alarm[]> => (await api.get<{ items: Alarm[] }>('/alarms?state=open')).items;
    const upstreamUp = (): Promise<unknown> =>
      eventually('the external broker is reached', PATIENCE_MS, async () =>
        (await (await fetch(`${platform.httpBase}/metrics`)).text()).includes('beacon_upstream_up 1'),
      );

    beforeAll(async () => {
      mosquitto = await startMosquitto({ passwords });
      // The devices are registered first; what the broker kept of them is older than the platform's first sight of it.
      const before = await startPlatform({ dataDir: folder.path });
      await makeDevices(await signIn(before.httpBase), 'plant', 'gas.combustible.point.industrial', IDS);
      await before.stop();
      const first = await device('U-1');
      await first.publishAsync(topicOf('U-1'), '{"lel":99}', { qos: 1, retain: true });
      await first.publishAsync(topicOf('U-1', 'status'), 'online', { qos: 1, retain: true });
      platform = await start();
      api = await signIn(platform.httpBase);
      await upstreamUp();
    });
    afterAll(async () => {
      for (const client of clients) await client.endAsync(true);
      await platform.kill();
      await mosquitto.stop();
      folder.remove();
    });

    it('what the broker had kept is shown, marked, and rings nothing', async () => {
      const latest = await eventually('the kept value', PATIENCE_MS, async () => {
        const body = await api.get<LatestBody>('/devices/U-1/latest');
        return body.points.some((one) => one.value === 99) && body;
      });
      expect(latest).toMatchObject({
        status: { online: false, lastSeenAt: null, health: ['never-seen'] },
        points: [{ measurement: 'lel', value: 99, quality: 'uncertain', flags: ['stale-retained'] }],
      });
      expect(await open()).toEqual([]);
      const stored = await api.get<ReadingsBody>(`/devices/U-1/readings?measurement=lel&from=0&to=${Date.now() + 1}`);
      expect(stored.points).toEqual([]);
    });

    it('a reading by way of the broker alarms; nobody speaks for another device, and a wrong enterprise is refused by name', async () => {
      const second = await device('U-2');
      // The access list: U-2 may not be U-3. Mosquitto takes the message and drops it, or says no.
      await second.publishAsync(topicOf('U-3'), '{"lel":80}', { qos: 1 }).catch(() => undefined);
      await second.publishAsync(topicOf('U-2', 'telemetry', 'elsewhere'), '{"lel":80}', { qos: 1 });
      await second.publishAsync(topicOf('U-2'), '{"lel":60}', { qos: 1 });
      const alarm = await eventually('the alarm', PATIENCE_MS, async () => (await open()).find((one) => one.deviceId === 'U-2'));
      expect(alarm).toMatchObject({ level: 'red', value: 60, state: 'UNACK' });
      expect((await open()).map((one) => one.deviceId)).toEqual(['U-2']);
      const ledger = await eventually('the ledger', PATIENCE_MS, async () => {
        const { items } = await api.get<{ items: readonly { reason: string; topic: string }[] }>('/ledger?device=U-2&verdict=refused');
        return items.length > 0 && items;
      });
      expect(ledger).toMatchObject([{ reason: 'FOREIGN_DEVICE', topic: topicOf('U-2', 'telemetry', 'elsewhere') }]);
    });

    it('a command by way of the broker: not sent where nobody has subscribed, sent where somebody has, and answered', async () => {
      const path = '/devices/U-2/commands';
      const asked = await api.request('POST', path, { command: 'self-test' });
      expect([asked.status, asked.body]).toMatchObject([409, { code: 'device-offline' }]);
      const second = await device('U-2');
      second.on('message', (_topic, payload) => {
        const { id } = JSON.parse(payload.toString()) as { id: string };
        void second.publishAsync(topicOf('U-2', 'command/result'), JSON.stringify({ id, ok: true }), { qos: 1 });
      });
      await second.subscribeAsync(topicOf('U-2', 'command'), { qos: 1 });
      const { id, state } = await api.post<{ id: string; state: string }>(path, { command: 'self-test' });
      expect(state).toBe('sent');
      await eventually('its answer', PATIENCE_MS, async () => (await api.get<{ state: string }>(`${path}/${id}`)).state === 'done');
    });

    it('kill -9 of the platform under way: every reading the broker acknowledged is there afterwards, once', async () => {
      const third = await device('U-3');
      const begin = Date.now() - 600_000;
      const total = 600;
      const stamp = (i: number): number => begin + i * 10;
      const sending = (async () => {
        for (let i = 0; i < total; i += 1)
          await third.publishAsync(topicOf('U-3'), JSON.stringify({ ts: stamp(i), values: { lel: i / 1_000 } }), { qos: 1 });
      })();
      await eventually('some of them', PATIENCE_MS, async () => {
        const { points } = await api.get<ReadingsBody>(`/devices/U-3/readings?measurement=lel&from=${begin}&to=${stamp(total)}`);
        return points.length > 50;
      });
      await platform.kill();
      await sending;
      platform = await start();
      api = await signIn(platform.httpBase);
      const points = await eventually('all of them', PATIENCE_MS, async () => {
        const body = await api.get<ReadingsBody>(`/devices/U-3/readings?measurement=lel&from=${begin}&to=${stamp(total)}`);
        return body.points.length >= total && body.points;
      });
      expect(points.map(([ts, value]) => [ts, value])).toEqual(Array.from({ length: total }, (_, i) => [stamp(i), i / 1_000]));
    });

    it('the broker is killed: one system alarm within 30 s and none of the devices; it comes back and the alarm returns', async () => {
      await upstreamUp();
      const killedAt = Date.now();
      await mosquitto.kill();
      const alarm = await eventually('upstream-lost', 2 * UPSTREAM_LOST_WITHIN_MS, async () =>
        (await open()).find((one) => one.code === 'upstream-lost'),
      );
      expect(alarm).toMatchObject({ kind: 'system', level: 'red', deviceId: null, active: true });
      expect((alarm.raisedAt ?? Number.NaN) - killedAt).toBeLessThan(UPSTREAM_LOST_WITHIN_MS);
      const readiness = async (): Promise<unknown> => {
        const answer = await fetch(`${platform.httpBase}/readyz`);
        return [answer.status, await answer.json()];
      };
      await expect.poll(readiness).toMatchObject([200, { codes: ['upstream-lost'] }]);
      await mosquitto.restart();
      await eventually('it returns', PATIENCE_MS, async () => (await open()).some((one) => one.code === 'upstream-lost' && !one.active));
      const first = clients[0];
      await eventually('the device is back', PATIENCE_MS, async () => first?.connected);
      await first?.publishAsync(topicOf('U-1'), '{"lel":55}', { qos: 1 });
      await eventually('alarms go on', PATIENCE_MS, async () =>
        (await open()).find((one) => one.deviceId === 'U-1' && one.level === 'red'),
      );
    });
  },
);
