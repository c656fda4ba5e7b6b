/** The client of an external broker against a real Mosquitto: order, PUBACK after the commit, cuts, kills, what the broker kept. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import type { UpstreamSettings } from '../../broker/external/settings.ts';
import type { Inbound } from '../../model/ports/message-source.ts';
import { startScriptedBroker } from '../parts/scripted-broker.ts';
import { startRelay } from '../parts/relay.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../parts/mosquitto.ts';
import { deviceClient, type ExternalBench, startExternal, statusOf, telemetryOf, textOf, until } from './external-bench.ts';

const missing = mosquittoMissing();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function broker(extra: readonly string[] = []): Promise<Mosquitto> {
  const started = await startMosquitto(extra);
  closing.push(() => started.stop());
  return started;
}
async function source(url: string, settings: Partial<UpstreamSettings> = {}): Promise<ExternalBench> {
  const bench = await startExternal({ url, ...settings });
  closing.push(() => bench.source.stop());
  return bench;
}
async function device(url: string, options: mqtt.IClientOptions = {}): Promise<MqttClient> {
  const client = await deviceClient(url, options);
  closing.push(() => client.endAsync(true));
  return client;
}
const publish = (client: MqttClient, name: string, payload: string, options: mqtt.IClientPublishOptions = {}) =>
  client.publishAsync(telemetryOf(name), payload, { qos: 1, ...options });

describe.skipIf(missing !== null && process.env['CI'] === undefined)(`external broker (needs mosquitto: ${missing ?? 'found'})`, () => {
  describe('what of MQTT.js this rests on', () => {
    it('an error from handleMessage lets the client read on and leaves out the PUBACK, which can be sent later', async () => {
      const mosquitto = await broker();
      const received: number[] = [];
      const client = mqtt.connect(mosquitto.url, {
        protocolVersion: 5,
        clientId: 'pin',
        clean: false,
        properties: { sessionExpiryInterval: 600 },
        manualConnect: true,
        reconnectPeriod: 0,
      });
      const sent: string[] = [];
      client.on('packetsend', (packet) => sent.push(packet.cmd));
      client.handleMessage = (packet, done) => {
        received.push(packet.messageId ?? 0);
        done(new Error('kept'));
      };
      const connected = new Promise((resolve) => client.once('connect', resolve));
      client.connect();
      await connected;
      await client.subscribeAsync('t', { qos: 1 });
      const other = await device(mosquitto.url);
      for (let i = 0; i < 5; i++) await other.publishAsync('t', String(i), { qos: 1 });
      await until(() => received.length === 5);
      expect(sent).not.toContain('puback');
      const { _sendPacket: sendPacket } = client as unknown as { _sendPacket(packet: object): void };
      for (const messageId of received.slice(0, 3)) sendPacket.call(client, { cmd: 'puback', messageId, reasonCode: 0 });
      await client.endAsync();
      // The broker took the three PUBACKs: it repeats the other two, and says so.
      const repeated: [string, boolean][] = [];
      const again = mqtt.connect(mosquitto.url, {
        protocolVersion: 5,
        clientId: 'pin',
        clean: false,
        manualConnect: true,
        reconnectPeriod: 0,
      });
      again.handleMessage = (packet, done) => {
        repeated.push([packet.payload.toString(), packet.dup]);
        done();
      };
      again.connect();
      await until(() => repeated.length === 2);
      await again.endAsync(true);
      expect(repeated).toEqual([
        ['3', true],
        ['4', true],
      ]);
    });
  });

  describe('order and receipts', () => {
    it('keeps the order of every device, says who speaks by the topic, and acknowledges in order of arrival', async () => {
      const mosquitto = await broker();
      const bench = await source(mosquitto.url);
      // Receipts come at random; PUBACKs must not.
      bench.onMessage = (inbound) => void setTimeout(() => inbound.ack(), (inbound.nth * 7) % 11);
      const client = await device(mosquitto.url);
      const sends: Promise<unknown>[] = [];
      for (let i = 0; i < 3_000; i++) sends.push(publish(client, `d${i % 20}`, String(i)));
      await Promise.all(sends);
      await until(() => bench.inbound.length === 3_000 && bench.source.status().inFlight === 0);
      for (let d = 0; d < 20; d++) {
        const own = bench.inbound.filter((one) => one.publisher.device === `d${d}`);
        expect(own.map(textOf)).toEqual(Array.from({ length: 150 }, (_, i) => String(d + i * 20)));
        expect(own.map((one) => one.nth)).toEqual(Array.from({ length: 150 }, (_, i) => i));
        expect(own[0]?.publisher).toMatchObject({ credential: `d${d}`, enterprise: 'e', kind: 'device', client: `d${d}/upstream` });
      }
      expect(bench.source.status()).toMatchObject({ faults: 0, redelivered: 0, dropped: 0, connects: 1 });
    });

    it('takes no more than the Receive Maximum ahead of the commits, and goes on when they come', async () => {
      const mosquitto = await broker();
      const bench = await source(mosquitto.url, { limits: { receiveMaximum: 50 } });
      bench.onMessage = () => undefined;
      const client = await device(mosquitto.url);
      await Promise.all(Array.from({ length: 400 }, (_, i) => publish(client, 'd1', String(i))));
      await until(() => bench.inbound.length === 50);
      // A command round trip later still nothing more has come.
      await bench.source.send('e', 'd1', '{}');
      expect(bench.inbound).toHaveLength(50);
      bench.onMessage = (inbound) => inbound.ack();
      for (const inbound of bench.inbound.slice()) inbound.ack();
      await until(() => bench.inbound.length === 400);
      expect(bench.inbound.map(textOf)).toEqual(Array.from({ length: 400 }, (_, i) => String(i)));
    });

    it('delivers a message again that could not be made durable, and only that one', async () => {
      const mosquitto = await broker();
      const bench = await source(mosquitto.url);
      const waiting: Inbound[] = [];
      bench.onMessage = (inbound) => void waiting.push(inbound);
      const client = await device(mosquitto.url);
      for (let i = 0; i < 5; i++) await publish(client, 'd1', String(i));
      await until(() => waiting.length === 5);
      waiting[0]?.ack();
      waiting[3]?.ack();
      bench.onMessage = (inbound) => inbound.ack();
      waiting[1]?.fail();
      waiting[2]?.ack();
      waiting[4]?.ack();
      await until(() => bench.inbound.length === 6 && bench.source.status().up);
      await publish(client, 'd1', 'after');
      await until(() => bench.inbound.some((one) => textOf(one) === 'after'));
      expect(bench.inbound.map(textOf)).toEqual(['0', '1', '2', '3', '4', '1', 'after']);
      expect(bench.source.status()).toMatchObject({ connects: 2, sessionsLost: 0, inFlight: 0 });
    });

    it('holds what comes while paused, of QoS 0 up to its bound, and delivers it in order afterwards', async () => {
      const mosquitto = await broker();
      const bench = await source(mosquitto.url, { limits: { heldMessages: 30 } });
      bench.source.pause();
      const client = await device(mosquitto.url);
      for (let i = 0; i < 20; i++) await publish(client, 'd1', String(i));
      for (let i = 0; i < 100; i++) await publish(client, 'd2', String(i), { qos: 0 });
      await publish(client, 'd3', 'x', { qos: 0 });
      await until(() => bench.source.status().messages === 121);
      expect(bench.inbound).toHaveLength(0);
      expect(bench.source.status()).toMatchObject({ held: 30, dropped: 91, paused: true });
      bench.source.resume();
      expect(bench.inbound.map(textOf)).toEqual([
        ...Array.from({ length: 20 }, (_, i) => String(i)),
        ...Array.from({ length: 10 }, (_, i) => String(i)),
      ]);
      expect(bench.source.status()).toMatchObject({ held: 0, heldBytes: 0, inFlight: 0 });
    });

    it('paused, with every place taken by QoS 0: what has to be acknowledged is held all the same', async () => {
      const mosquitto = await broker();
      const bench = await source(mosquitto.url, { limits: { heldMessages: 5 } });
      const client = await device(mosquitto.url);
      bench.source.pause();
      for (let i = 0; i < 8; i++) await publish(client, 'd1', `q0-${i}`, { qos: 0 });
      await until(() => bench.source.status().dropped === 3);
      await publish(client, 'd1', 'q1');
      await until(() => bench.source.status().held === 6);
      bench.source.resume();
      await publish(client, 'd1', 'after');
      await until(() => bench.inbound.some((one) => textOf(one) === 'after'));
      expect(bench.inbound.map(textOf)).toEqual([...Array.from({ length: 5 }, (_, i) => `q0-${i}`), 'q1', 'after']);
      expect(bench.source.status().connects).toBe(1);
    });

    it('paused, with more to acknowledge than there is room for: it comes again later, once, and nothing behind it is stuck', async () => {
      const mosquitto = await broker();
      const bench = await source(mosquitto.url, { limits: { heldBytes: 3_000, backOffMs: 50 } });
      const client = await device(mosquitto.url);
      bench.source.pause();
      const texts = Array.from({ length: 6 }, (_, i) => `${i}`.padEnd(1_000, 'x'));
      for (const text of texts) await publish(client, 'd1', text);
      await until(() => bench.source.status().connects > 1);
      bench.source.resume();
      for (let i = 0; i < 30; i++) await publish(client, 'd2', `late-${i}`);
      await until(() => bench.inbound.length >= 36 && bench.source.status().inFlight === 0);
      const own = (name: string): readonly string[] => bench.inbound.filter((one) => one.publisher.device === name).map(textOf);
      expect(own('d1')).toEqual(texts);
      expect(own('d2')).toHaveLength(30);
    });

    it('refuses a payload that is too long by name, acknowledges it and goes on', async () => {
      const mosquitto = await broker();
      const bench = await source(mosquitto.url, { limits: { payloadBytes: 1_000 } });
      const client = await device(mosquitto.url);
      await publish(client, 'd1', 'x'.repeat(1_001));
      await publish(client, 'd1', 'ok');
      await until(() => bench.inbound.length === 1);
      expect(bench.refused).toMatchObject([{ code: 'FRAME_TOO_LARGE', device: 'd1', at: telemetryOf('d1') }]);
      expect(textOf(bench.inbound[0] as Inbound)).toBe('ok');
    });
  });

  describe('what the broker kept', () => {
    it('marks RETAIN on a delivery as stale; the same publish while we listen is live', async () => {
      const mosquitto = await broker();
      const client = await device(mosquitto.url);
      await publish(client, 'd1', '{"lel":99}', { retain: true });
      await client.publishAsync(statusOf('d2'), 'offline', { qos: 1, retain: true });
      const bench = await source(mosquitto.url);
      await until(() => bench.inbound.length === 2);
      const seen = (at: number) => bench.inbound.slice(at).map(({ topic, stale, retain, nth }) => ({ topic, stale, retain, nth }));
      expect(seen(0).sort((a, b) => (a.topic < b.topic ? -1 : 1))).toEqual([
        { topic: telemetryOf('d1'), stale: true, retain: true, nth: -1 },
        { topic: statusOf('d2'), stale: true, retain: true, nth: -1 },
      ]);
      await publish(client, 'd1', '{"lel":98}', { retain: true });
      await client.publishAsync(statusOf('d2'), 'online', { qos: 1, retain: true });
      await until(() => bench.inbound.length === 4);
      expect(seen(2)).toEqual([
        { topic: telemetryOf('d1'), stale: false, retain: false, nth: 0 },
        // A status may be a last will, the broker's word.
        { topic: statusOf('d2'), stale: false, retain: false, nth: -1 },
      ]);
    });

    it('brings a last will as a status, and the session keeps what came while we were away', async () => {
      const mosquitto = await broker();
      const first = await startExternal({ url: mosquitto.url });
      await first.source.stop();
      const client = await device(mosquitto.url, {
        will: { topic: statusOf('d1'), payload: Buffer.from('offline'), qos: 1, retain: true },
        reconnectPeriod: 0,
      });
      await publish(client, 'd1', '1');
      client.stream.destroy();
      const bench = await source(mosquitto.url);
      await until(() => bench.inbound.length === 2);
      expect(bench.inbound.map((one) => [one.topic, textOf(one), one.stale])).toEqual([
        [telemetryOf('d1'), '1', false],
        [statusOf('d1'), 'offline', false],
      ]);
      expect(bench.source.status().sessionsLost).toBe(0);
    });
  });

  describe('commands', () => {
    it('reach a device that has subscribed; without one the answer is no', async () => {
      const mosquitto = await broker();
      const bench = await source(mosquitto.url);
      expect(await bench.source.send('e', 'd1', '{"id":"0"}')).toBe(false);
      const client = await device(mosquitto.url);
      await client.subscribeAsync('beacon/v1/e/d1/command', { qos: 1 });
      const got = new Promise<string>((resolve) => client.once('message', (_topic, payload) => resolve(payload.toString())));
      expect(await bench.source.send('e', 'd1', '{"id":"1"}')).toBe(true);
      expect(await got).toBe('{"id":"1"}');
      await mosquitto.kill();
      await until(() => !bench.source.status().up);
      expect(await bench.source.send('e', 'd1', '{"id":"2"}')).toBe(false);
    });
  });

  describe('cuts and kills', () => {
    it('a cut with messages under way: none is lost, none delivered twice, the receipts go out on the next connection', async () => {
      const mosquitto = await broker();
      const cable = await startRelay(mosquitto.port);
      closing.push(() => cable.stop());
      const bench = await source(cable.url);
      const waiting: Inbound[] = [];
      bench.onMessage = (inbound) => void waiting.push(inbound);
      const client = await device(mosquitto.url);
      for (let i = 0; i < 10; i++) await publish(client, 'd1', String(i));
      await until(() => waiting.length === 10);
      for (const inbound of waiting.slice(0, 4)) inbound.ack();
      cable.cut();
      await until(() => !bench.source.status().up);
      for (const inbound of waiting.slice(4, 7)) inbound.ack();
      await until(() => bench.source.status().up);
      await until(() => bench.source.status().redelivered >= 6);
      for (const inbound of waiting.slice(7)) inbound.ack();
      await publish(client, 'd1', 'after');
      await until(() => waiting.length === 11);
      expect(waiting.map(textOf)).toEqual([...Array.from({ length: 10 }, (_, i) => String(i)), 'after']);
      waiting[10]?.ack();
      // All receipts arrived: a second cut brings nothing again.
      const before = bench.source.status();
      await bench.source.send('e', 'd1', '{}');
      cable.cut();
      await until(() => bench.source.status().connects === before.connects + 1 && bench.source.status().up);
      await publish(client, 'd1', 'last');
      await until(() => waiting.length === 12);
      expect(bench.source.status().redelivered).toBe(before.redelivered);
    });

    it('tells when the broker says that somebody else has signed in with our client id, and comes back', async () => {
      const scripted = await startScriptedBroker();
      closing.push(() => scripted.stop());
      const bench = await source(scripted.url);
      scripted.send({ cmd: 'disconnect', reasonCode: 142 });
      await until(() => !bench.source.status().up);
      expect(bench.source.status().trouble).toContain('another client signed in with our client id beacon-test');
      await until(() => bench.source.status().up);
    });

    it('tells when the broker does not allow a subscription, and stays down', async () => {
      const scripted = await startScriptedBroker(0x87);
      closing.push(() => scripted.stop());
      const bench = await startExternal({ url: scripted.url }, { connected: false });
      closing.push(() => bench.source.stop());
      await until(() => bench.source.status().connects === 3);
      expect(bench.source.status()).toMatchObject({ up: false, trouble: 'subscription refused: Subscribe error: Not authorized' });
    });

    it('kill -9 of the broker: what it acknowledged to devices comes after its return, in order; state goes down and up', async () => {
      const mosquitto = await broker();
      const bench = await source(mosquitto.url);
      bench.onMessage = (inbound) => void setTimeout(() => inbound.ack(), 20);
      const client = await device(mosquitto.url, { clientId: 'sender', clean: false, properties: { sessionExpiryInterval: 600 } });
      const acknowledged: number[] = [];
      for (let i = 0; i < 300; i++) {
        await publish(client, 'd1', String(i));
        acknowledged.push(i);
      }
      await mosquitto.kill();
      await until(() => !bench.source.status().up);
      expect(bench.source.status().trouble).not.toBeNull();
      await mosquitto.restart();
      await until(() => bench.source.status().up);
      await until(() => client.connected);
      await publish(client, 'd1', 'after');
      await until(() => bench.inbound.some((one) => textOf(one) === 'after'));
      const first = [...new Set(bench.inbound.map(textOf))];
      expect(first).toEqual([...acknowledged.map(String), 'after']);
      expect(bench.source.status()).toMatchObject({ sessionsLost: 0, trouble: null });
    });

    it('kill -9 of us, three times: nothing is lost, the order holds, only what was not acknowledged comes again', {
      timeout: 180_000,
    }, async () => {
      const mosquitto = await broker();
      const folder = mkdtempSync(join(tmpdir(), 'beacon-external-'));
      closing.push(async () => rmSync(folder, { recursive: true, force: true }));
      const path = join(folder, 'kept');
      const start = async () => {
        const child = spawn(
          process.execPath,
          ['--import', 'tsx', fileURLToPath(new URL('./external-child.ts', import.meta.url)), mosquitto.url, path],
          {
            stdio: ['ignore', 'pipe', 'inherit'],
          },
        );
        const ended = new Promise((resolve) => child.once('exit', resolve));
        closing.push(async () => {
          child.kill('SIGKILL');
          await ended;
        });
        await new Promise((resolve) => child.stdout.once('data', resolve));
        return { kill: () => child.kill('SIGKILL'), ended };
      };
      const lines = (): string[] => {
        try {
          return readFileSync(path, 'utf8').split('\n').slice(0, -1);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
          throw error;
        }
      };
      // The session has to exist before devices publish: the broker keeps nothing for a client it has never seen.
      const before = await startExternal({ url: mosquitto.url });
      await before.source.stop();
      const client = await device(mosquitto.url);
      const total = 4_000;
      let sent = 0;
      const sending = (async () => {
        for (let at = 0; at < total; at += 50) {
          await Promise.all(Array.from({ length: 50 }, (_, i) => publish(client, `d${(at + i) % 10}`, String(at + i))));
          sent = at + 50;
        }
      })();
      for (const share of [0.2, 0.5, 0.8]) {
        const child = await start();
        await until(() => lines().length > share * total);
        child.kill();
        await child.ended;
      }
      await start();
      await sending;
      expect(sent).toBe(total);
      await until(() => new Set(lines()).size === total);
      const kept = lines();
      for (let d = 0; d < 10; d++) {
        const own = kept.filter((line) => line.startsWith(`d${d} `)).map((line) => Number(line.split(' ')[1]));
        expect([...new Set(own)]).toEqual(Array.from({ length: total / 10 }, (_, i) => d + i * 10));
      }
      // At each kill one window under way, and one whose PUBACKs the dying socket took along.
      expect(kept.length - total).toBeLessThanOrEqual(3 * 2 * 1_000);
    });

    it('notices a broker that has vanished without a word, and comes back to it', async () => {
      const mosquitto = await broker();
      const bench = await source(mosquitto.url, { limits: { keepaliveS: 1 } });
      mosquitto.freeze();
      await until(() => !bench.source.status().up);
      expect(bench.source.status().trouble).toContain('eepalive');
      mosquitto.thaw();
      await until(() => bench.source.status().up);
      expect(bench.source.status()).toMatchObject({ sessionsLost: 0 });
    });

    it('says so when the broker had forgotten the session', async () => {
      const mosquitto = await broker(['persistence false']);
      const bench = await source(mosquitto.url);
      await mosquitto.kill();
      await until(() => !bench.source.status().up);
      await mosquitto.restart();
      await until(() => bench.source.status().up);
      expect(bench.source.status().sessionsLost).toBe(1);
      const client = await device(mosquitto.url);
      await publish(client, 'd1', 'again subscribed');
      await until(() => bench.inbound.length === 1);
    });

    it('starts without a broker and finds it later; a wrong password is told by name', async () => {
      const mosquitto = await broker();
      await mosquitto.kill();
      const bench = await startExternal({ url: mosquitto.url }, { connected: false });
      closing.push(() => bench.source.stop());
      await until(() => bench.source.status().trouble?.includes('ECONNREFUSED') === true);
      await mosquitto.restart();
      await until(() => bench.source.status().up);
      const closed = await broker(['allow_anonymous false']);
      const refused = await startExternal({ url: closed.url }, { connected: false });
      closing.push(() => refused.source.stop());
      await until(() => refused.source.status().trouble?.includes('Not authorized') === true);
    });
  });

  it('several processes share the readings of one group; statuses reach each', async () => {
    const mosquitto = await broker();
    const one = await source(mosquitto.url, { clientId: 'one', share: 'tower' });
    const two = await source(mosquitto.url, { clientId: 'two', share: 'tower' });
    const client = await device(mosquitto.url);
    await Promise.all(Array.from({ length: 200 }, (_, i) => publish(client, `d${i}`, String(i))));
    await client.publishAsync(statusOf('d1'), 'online', { qos: 1 });
    const readings = (bench: ExternalBench) => bench.inbound.filter((inbound) => inbound.topic.endsWith('telemetry'));
    const statuses = (bench: ExternalBench) => bench.inbound.filter((inbound) => inbound.topic.endsWith('status'));
    await until(() => readings(one).length + readings(two).length === 200 && statuses(one).length === 1 && statuses(two).length === 1);
    expect(readings(one).length).toBeGreaterThan(0);
    expect(readings(two).length).toBeGreaterThan(0);
    expect(new Set([...readings(one), ...readings(two)].map(textOf)).size).toBe(200);
  });

  it('takes topics that name nobody: the door refuses them later, nothing breaks here', async () => {
    const mosquitto = await broker();
    const bench = await source(mosquitto.url);
    const odd = await device(mosquitto.url);
    await odd.publishAsync('beacon/v1/e//telemetry', '{}', { qos: 1 });
    await odd.publishAsync(`beacon/v1/${'x'.repeat(500)}/d/telemetry`, '{}', { qos: 1 });
    await until(() => bench.inbound.length === 2);
    expect(bench.inbound.map((inbound) => inbound.publisher.device)).toEqual(['', 'd']);
    expect(bench.inbound[1]?.publisher.enterprise).toHaveLength(64);
  });
});
