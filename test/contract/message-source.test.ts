/** What every message source promises, whoever is behind it: a loopback, our own doors, an external broker. */
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { createEmbeddedBroker } from '../../broker/embedded.ts';
import { createExternalSource } from '../../broker/external/external.ts';
import { createLoopback } from '../../broker/loopback.ts';
import { may } from '../../model/access.ts';
import type { Inbound, MessageSource, Publisher } from '../../model/ports/message-source.ts';
import { mosquittoMissing, startMosquitto } from '../parts/mosquitto.ts';
import { machineClock, QUICK, telemetryOf, textOf, until } from './external-bench.ts';

interface Trial {
  readonly source: MessageSource;
  readonly inbound: Inbound[];
  onMessage: (inbound: Inbound) => void;
  /** As the device sends it; does not wait for a receipt. */
  publish(device: string, payload: string): void;
  /** The device listens; what it gives tells the commands that reached it. */
  listen(device: string): Promise<() => readonly string[]>;
  close(): Promise<void>;
}

interface Adapter {
  readonly name: string;
  readonly open: () => Promise<Trial>;
  /** Why it cannot run here, or null. */
  readonly missing?: string | null;
  /** Null, or why a message that could not be made durable does not come again by itself. */
  readonly noRepeat: string | null;
}

const DEVICES = ['d1', 'd2', 'd3'] as const;

async function started(source: MessageSource, more: Pick<Trial, 'publish' | 'listen' | 'close'>): Promise<Trial> {
  const trial: Trial = { source, inbound: [], onMessage: (inbound) => inbound.ack(), ...more };
  await source.start(
    {
      onMessage(inbound) {
        trial.inbound.push(inbound);
        trial.onMessage(inbound);
      },
      onPresence() {},
      onRefused() {},
      onAccepted() {},
    },
    machineClock(),
  );
  return trial;
}

function loopback(): Promise<Trial> {
  const source = createLoopback();
  const publisher = (device: string): Publisher => ({
    credential: device,
    kind: 'device',
    enterprise: 'e',
    device,
    client: `${device}/c`,
    connection: 1,
    address: 'loopback',
  });
  return started(source, {
    publish: (device, payload) => void source.publish(publisher(device), telemetryOf(device), payload),
    async listen(device) {
      source.connect(publisher(device));
      return () => source.commands.map((one) => one.payload);
    },
    close: () => source.stop(),
  });
}

/** Devices on MQTT.js that connect when they are first needed. */
function deviceClients(url: () => string, options: (device: string) => mqtt.IClientOptions) {
  const clients = new Map<string, Promise<MqttClient>>();
  const of = (device: string): Promise<MqttClient> => {
    const known = clients.get(device);
    if (known !== undefined) return known;
    const made = mqtt
      .connectAsync(url(), { clientId: `c-${device}`, clean: false, reconnectPeriod: 30, ...options(device) })
      .then((client) => {
        client.on('error', () => undefined);
        return client;
      });
    clients.set(device, made);
    return made;
  };
  return {
    publish(device: string, payload: string): void {
      void of(device).then((client) => client.publish(telemetryOf(device), payload, { qos: 1 }));
    },
    async listen(device: string): Promise<() => readonly string[]> {
      const client = await of(device);
      const commands: string[] = [];
      client.on('message', (_topic, payload) => commands.push(payload.toString()));
      await client.subscribeAsync(`beacon/v1/e/${device}/command`, { qos: 1 });
      return () => commands;
    },
    async close(): Promise<void> {
      for (const client of clients.values()) await (await client).endAsync(true);
    },
  };
}

async function embedded(): Promise<Trial> {
  const source = createEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    authenticate: (username) => ({ ok: true, credential: username, kind: 'device', enterprise: 'e' }),
    may,
    heartbeatMs: () => null,
  });
  const clients = deviceClients(
    () => `mqtt://127.0.0.1:${source.ports.mqtt}`,
    (device) => ({ username: device, password: 'x' }),
  );
  return started(source, {
    ...clients,
    async close() {
      await clients.close();
      await source.stop();
    },
  });
}

async function external(): Promise<Trial> {
  const mosquitto = await startMosquitto();
  const source = createExternalSource({ url: mosquitto.url, clientId: 'beacon-test', limits: QUICK });
  const clients = deviceClients(
    () => mosquitto.url,
    () => ({ protocolVersion: 5 }),
  );
  const trial = await started(source, {
    ...clients,
    async close() {
      await clients.close();
      await source.stop();
      await mosquitto.stop();
    },
  });
  await until(() => source.status().up);
  return trial;
}

const ADAPTERS: readonly Adapter[] = [
  { name: 'loopback', open: loopback, noRepeat: 'its caller is told and decides' },
  { name: 'our own doors', open: embedded, noRepeat: null },
  { name: 'an external broker', open: external, noRepeat: null, missing: mosquittoMissing() },
];

describe.each(ADAPTERS)('message source: $name', ({ open, missing = null, noRepeat }) => {
  let trial: Trial | null = null;
  afterEach(async () => {
    await trial?.close();
    trial = null;
  });
  const here = missing === null || process.env['CI'] !== undefined;
  const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));
  const of = (one: Trial, device: string): string[] => one.inbound.filter((inbound) => inbound.publisher.device === device).map(textOf);

  it.skipIf(!here)('brings every message once, in the order of its device, and says whose it is', async () => {
    const one = (trial = await open());
    // Receipts in another order than the messages.
    one.onMessage = (inbound) => void setTimeout(() => inbound.ack(), (inbound.nth * 5) % 7);
    for (const payload of numbers(200)) for (const device of DEVICES) one.publish(device, payload);
    await until(() => one.inbound.length === 200 * DEVICES.length);
    for (const device of DEVICES) expect(of(one, device)).toEqual(numbers(200));
    for (const inbound of one.inbound) {
      expect(inbound).toMatchObject({
        topic: telemetryOf(inbound.publisher.credential),
        qos: 1,
        publisher: { enterprise: 'e', kind: 'device' },
      });
      expect(inbound.packetId).not.toBeNull();
    }
  });

  it.skipIf(!here)('hands nothing over while paused, and afterwards everything in order', async () => {
    const one = (trial = await open());
    one.publish('d1', 'before');
    await until(() => one.inbound.length === 1);
    one.source.pause();
    for (const payload of numbers(300)) for (const device of DEVICES) one.publish(device, payload);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(of(one, 'd1')).toEqual(['before']);
    one.source.resume();
    await until(() => one.inbound.length === 1 + 300 * DEVICES.length);
    expect(of(one, 'd1')).toEqual(['before', ...numbers(300)]);
    for (const device of ['d2', 'd3']) expect(of(one, device)).toEqual(numbers(300));
  });

  if (noRepeat === null)
    it.skipIf(!here)('brings again what could not be made durable', async () => {
      const one = (trial = await open());
      let failures = 0;
      one.onMessage = (inbound) => {
        if (textOf(inbound) === '5' && failures < 2) {
          failures += 1;
          inbound.fail();
        } else inbound.ack();
      };
      for (const payload of numbers(10)) one.publish('d1', payload);
      await until(() => new Set(of(one, 'd1')).size === 10 && one.inbound.filter((inbound) => textOf(inbound) === '5').length === 3);
      expect(failures).toBe(2);
      expect([...new Set(of(one, 'd1'))]).toEqual(numbers(10));
    });

  it.skipIf(!here)('sends a command to a device that listens, and says so when none does', async () => {
    const one = (trial = await open());
    expect(await one.source.send('e', 'd1', '{"id":"0"}')).toBe(false);
    const commands = await one.listen('d1');
    expect(await one.source.send('e', 'd1', '{"id":"1"}')).toBe(true);
    await until(() => commands().length > 0);
    expect(commands()).toEqual(['{"id":"1"}']);
    expect(await one.source.send('e', 'd2', '{"id":"2"}')).toBe(false);
  });

  it.skipIf(!here)('hands nothing over after the stop, and takes late receipts in peace', async () => {
    const one = (trial = await open());
    one.onMessage = () => undefined;
    one.publish('d1', 'x');
    await until(() => one.inbound.length === 1);
    await one.source.stop();
    one.publish('d1', 'y');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(one.inbound).toHaveLength(1);
    for (const inbound of one.inbound) {
      inbound.ack();
      inbound.fail();
    }
    await one.source.stop();
  });
});
