import { connect, type Socket as TcpSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerItem, ListBody } from '../../alert-ui/protocol/http.ts';
import { eventually, makeDevices, signIn, type Api, type MadeDevice } from '../harness/api.ts';
import { connectDevice, type DeviceClient } from '../harness/device-client.ts';
import { startPlatform, temporaryFolder, type PlatformProcess } from '../harness/platform-process.ts';

/** Malformed, huge, deep, binary and hostile payloads: a line in the ledger each, nothing else. */
describe('hostile payloads', () => {
  const folder = temporaryFolder('hostile');
  let platform: PlatformProcess;
  let api: Api;
  let devices: MadeDevice[];
  const clients: DeviceClient[] = [];

  const payloads: readonly (readonly [name: string, payload: string | Buffer, code: string])[] = [
    ['binary', Buffer.from([0, 255, 254, 1, 2, 128]), 'NOT_UTF8'],
    ['truncated', '{"lel": 12', 'NOT_JSON'],
    ['empty', '', 'EMPTY_MESSAGE'],
    ['a bare number', '12.5', 'BAD_SHAPE'],
    ['deep', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, 'TOO_DEEP'],
    ['__proto__', '{"__proto__": {"lel": 1}}', 'UNKNOWN_MEASUREMENT'],
    ['NaN', '{"lel": NaN}', 'NOT_JSON'],
    ['1e999', '{"lel": 1e999}', 'NOT_FINITE'],
    ['lone surrogates in a key', '{"\\ud800": 1}', 'UNKNOWN_MEASUREMENT'],
    ['duplicate keys', '{"lel": 1, "lel": 90}', 'DUPLICATE_KEY'],
    ['text for a number', '{"lel": "12"}', 'WRONG_TYPE'],
    ['a huge array of values', JSON.stringify(Array.from({ length: 12_000 }, () => ({ lel: 1 }))), 'TOO_MANY_VALUES'],
    ['a bad stamp', '{"ts": "yesterday", "values": {"lel": 1}}', 'BAD_TIMESTAMP'],
  ];

  beforeAll(async () => {
    platform = await startPlatform({ dataDir: folder.path });
    api = await signIn(platform.httpBase);
    devices = await makeDevices(api, 'hostile', 'gas.combustible.point.industrial', [
      ...payloads.map((_, i) => `H-${i}`),
      'GOOD',
      'BIG',
      'DEEP-TOPIC',
    ]);
  });
  afterAll(async () => {
    for (const client of clients) await client.close().catch(() => undefined);
    await platform.kill();
    folder.remove();
  });
  const deviceOf = (id: string): MadeDevice => {
    const found = devices.find((d) => d.id === id);
    if (found === undefined) throw new Error(id);
    return found;
  };
  async function refusals(id: string): Promise<readonly LedgerItem[]> {
    return (await api.get<ListBody<LedgerItem>>(`/ledger?device=${id}&verdict=refused`)).items;
  }

  it.each(payloads.map(([name, payload, code], index) => ({ name, payload, code, id: `H-${index}` })))(
    '$name → $code, acknowledged, and the device goes on',
    async ({ payload, code, id }) => {
      const client = await connectDevice(platform.mqttUrl, deviceOf(id));
      clients.push(client);
      await client.publish(`beacon/v1/hostile/${id}/telemetry`, payload);
      const line = await eventually('ledger line', 30_000, async () => (await refusals(id))[0]);
      expect(line.reason).toBe(code);
      await client.telemetry({ lel: 1 });
      const latest = await api.get<{ points: { value: number }[] }>(`/devices/${id}/latest`);
      expect(latest.points[0]?.value).toBe(1);
    },
  );

  it('a frame above the limit closes the connection after a line with the device’s name', async () => {
    const client = await connectDevice(platform.mqttUrl, deviceOf('BIG'));
    const closed = new Promise<void>((resolve) => client.client.once('close', () => resolve()));
    client.client.publish('beacon/v1/hostile/BIG/telemetry', `{"lel": ${'1'.repeat(300_000)}}`, { qos: 1 }, () => undefined);
    await closed;
    const line = await eventually('ledger line', 30_000, async () => (await refusals('BIG'))[0]);
    expect(line.reason).toBe('FRAME_TOO_LARGE');
    await client.client.endAsync(true);
  });

  it('200 topic levels and a foreign topic end the connection, not the platform', async () => {
    for (const topic of [`beacon/v1/hostile/${'a/'.repeat(200)}b`, 'beacon/v1/hostile/GOOD/telemetry']) {
      const client = await connectDevice(platform.mqttUrl, deviceOf('DEEP-TOPIC'));
      const closed = new Promise<void>((resolve) => client.client.once('close', () => resolve()));
      client.client.publish(topic, '{"lel": 99}', { qos: 1 }, () => undefined);
      await closed;
      await client.client.endAsync(true);
    }
    const lines = await eventually('ledger lines', 30_000, async () => {
      const found = await refusals('DEEP-TOPIC');
      return found.length >= 2 ? found : null;
    });
    expect(new Set(lines.map((l) => l.reason)).size).toBeGreaterThan(0);
    // Nothing was said in another device's name.
    expect((await api.get<{ points: unknown[] }>('/devices/GOOD/latest')).points).toEqual([]);
  });

  it('garbage before CONNECT is dropped, and a good device is served all the time', async () => {
    const good = await connectDevice(platform.mqttUrl, deviceOf('GOOD'));
    clients.push(good);
    const port = Number(new URL(platform.mqttUrl).port);
    const sockets: TcpSocket[] = [];
    for (const bytes of [
      Buffer.alloc(10_000, 0xff),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]),
      Buffer.from([0x30, 5, 0, 1, 65, 1, 1]),
    ]) {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('error', () => undefined);
      socket.write(bytes);
      sockets.push(socket);
    }
    await good.telemetry({ lel: 2 });
    for (const socket of sockets) socket.destroy();
    expect((await api.request('GET', '/devices/GOOD/latest')).status).toBe(200);
    expect((await fetch(`${platform.httpBase}/healthz`)).status).toBe(200);
  });
});
