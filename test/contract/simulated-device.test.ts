import { createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDeviceLink, type DeviceLink } from '../../simulators/link/device-link.ts';
import { runDevices, type Run } from '../../simulators/runner.ts';
import type { SimulatedDevice } from '../../simulators/device.ts';

interface Heard {
  readonly topic: string;
  readonly payload: string;
}
const closing: (() => Promise<unknown>)[] = [];

/** A plain broker that writes down what arrives. */
async function broker(): Promise<{
  url: string;
  heard: Heard[];
  server: Server;
  aedes: Aedes;
  until(enough: () => boolean): Promise<void>;
}> {
  const aedes = await Aedes.createBroker();
  const heard: Heard[] = [];
  let wake = (): void => {};
  aedes.on('publish', (packet, client) => {
    if (client === null) return;
    heard.push({ topic: packet.topic, payload: packet.payload.toString() });
    wake();
  });
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => aedes.close(() => server.close(resolve))));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    heard,
    server,
    aedes,
    async until(enough): Promise<void> {
      while (!enough()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
const telemetry = (heard: readonly Heard[]): unknown[] =>
  heard.filter((one) => one.topic.endsWith('/telemetry')).map((one) => JSON.parse(one.payload) as unknown);

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

function link(url: string): DeviceLink {
  const opened = openDeviceLink({
    mqttUrl: url,
    enterpriseId: 'e',
    deviceId: 'd',
    credential: { username: 'd', password: 's' },
    stamps: true,
    log: () => {},
  });
  closing.push(() => opened.stop());
  return opened;
}

describe('a simulated device on the wire', () => {
  it('says online, sends stamped samples, and offline by its last will when its network breaks', async () => {
    const at = await broker();
    const device = link(at.url);
    await at.until(() => at.heard.some((one) => one.payload === 'online'));
    device.send({ ts: 1_000, values: { lel: 3 } });
    await at.until(() => telemetry(at.heard).length === 1);
    expect(at.heard[1]).toEqual({ topic: 'beacon/v1/e/d/telemetry', payload: '{"ts":1000,"values":{"lel":3}}' });
    device.setNetwork(false);
    await at.until(() => at.heard.some((one) => one.topic === 'beacon/v1/e/d/status' && one.payload === 'offline'));
  });

  it('keeps what it measures while the network is away and sends it as one array on its return', async () => {
    const at = await broker();
    const device = link(at.url);
    await at.until(() => at.heard.length === 1);
    device.setNetwork(false);
    await at.until(() => at.heard.some((one) => one.payload === 'offline'));
    for (let i = 1; i <= 3; i += 1) device.send({ ts: i, values: { lel: i } });
    expect(device.counts()).toMatchObject({ waiting: 3, sent: 0 });
    expect(telemetry(at.heard)).toEqual([]);
    device.setNetwork(true);
    await at.until(() => telemetry(at.heard).length === 1);
    expect(telemetry(at.heard)).toEqual([[1, 2, 3].map((i) => ({ ts: i, values: { lel: i } }))]);
    device.send({ ts: 4, values: { lel: 4 } });
    await at.until(() => telemetry(at.heard).length === 2);
    const carried = { sent: 4, acknowledged: 4, messages: 2, messagesAcknowledged: 2, values: 4, valuesAcknowledged: 4 };
    await vi.waitFor(() => expect(device.counts()).toEqual({ ...carried, waiting: 0, lost: 0 }), { timeout: 60_000 });
  });

  it('runs a scripted device: reports, falls silent with its connection open, loses power, comes back', async () => {
    const at = await broker();
    const device: SimulatedDevice = {
      id: 'd',
      enterpriseId: 'e',
      reportEveryMs: 1_000,
      stamps: true,
      at: (t) => ({ link: t < 20 ? 'up' : t < 40 ? 'mute' : t < 60 ? 'off' : 'up', values: { t: Math.floor(t / 20) } }),
    };
    const lines: string[] = [];
    const run: Run = runDevices({
      mqttUrl: at.url,
      devices: [{ device, credential: { username: 'd', password: 's' } }],
      seed: 1,
      speed: 20,
      log: (line) => lines.push(line),
    });
    closing.push(() => run.stop());
    await at.until(() => telemetry(at.heard).some((one) => JSON.stringify(one).includes('"t":3')));
    await run.stop();
    const seen = new Set(
      telemetry(at.heard)
        .flat()
        .map((one) => (one as { values: { t: number } }).values.t),
    );
    expect(seen.has(0)).toBe(true);
    expect(seen.has(1) || seen.has(2)).toBe(false);
    expect(lines).toEqual(expect.arrayContaining(['d: mute', 'd: off', 'd: up']));
    expect(at.heard.filter((one) => one.payload === 'offline')).toHaveLength(1);
    expect(run.counts().acknowledged).toBe(run.counts().sent);
  });
});
