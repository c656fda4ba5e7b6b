import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { generate } from 'mqtt-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { opensslMissing, selfSigned } from '../test/parts/certificate.ts';
import { startOpenBroker } from './open.ts';
import { DEFAULT_LIMITS } from './policy.ts';
import { type Bench, commandOf, connectPacket, HandClock, RawClient, startBench, telemetryOf } from './raw-client.testing.ts';
import { ServerSockets } from './server-sockets.testing.ts';

let bench: Bench;
afterEach(async () => {
  await bench.broker.stop();
});

async function answerTo(username: string, options: Parameters<typeof connectPacket>[1] = {}): Promise<number | undefined> {
  const client = await RawClient.open(bench.port);
  client.send(connectPacket(username, options));
  await client.ended();
  const connack = client.packets[0];
  return connack?.cmd === 'connack' ? connack.returnCode : undefined;
}

const codes = (): string[] => bench.refused.map((line) => line.code);

describe('CONNECT', () => {
  it('answers each refusal with a code MQTT 3.1.1 knows and writes its true reason down, never a secret', async () => {
    bench = await startBench();
    expect(await answerTo('d1', { password: 'wrong' })).toBe(4);
    expect(await answerTo('nobody')).toBe(4);
    expect(await answerTo('old')).toBe(5);
    expect(await answerTo('d1', { keepalive: 3_601 })).toBe(5);
    // The codec does not write this one: CONNECT with clean session 0 and no client id (MQTT-3.1.3-8).
    const nameless = await RawClient.open(bench.port);
    nameless.socket.write(Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 60, 0, 0]));
    await nameless.ended();
    expect(nameless.packets[0]).toMatchObject({ cmd: 'connack', returnCode: 2 });
    expect(await answerTo('d1', { clientId: 'bell\u0007' })).toBe(2);
    expect(codes()).toEqual([
      'CONNECT_WRONG_SECRET',
      'CONNECT_UNKNOWN_USER',
      'CONNECT_RETIRED',
      'CONNECT_KEEPALIVE',
      'CONNECT_BAD_PROTOCOL',
      'CONNECT_BAD_PROTOCOL',
    ]);
    expect(bench.refused[0]).toMatchObject({ device: 'd1', username: 'd1', clientId: 'c', address: '127.0.0.1' });
    expect(bench.refused[3]?.device).toBe('d1');
    const client = await RawClient.open(bench.port);
    client.socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        clientId: 'c',
        keepalive: 60,
        username: 'a-long-secret-token',
      }),
    );
    await client.ended();
    expect(JSON.stringify(bench.refused)).not.toContain('a-long-secret-token');
    expect(JSON.stringify(bench.refused)).not.toContain('wrong"');
    expect(bench.presence).toEqual([]);
    expect(bench.accepted).toEqual([]);
  });

  it('tells an MQTT 5 client so', async () => {
    bench = await startBench();
    const client = await RawClient.open(bench.port);
    client.socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 5,
        clean: true,
        clientId: 'c',
        keepalive: 60,
        username: 'd1',
        password: Buffer.from('secret'),
      }),
    );
    await client.ended();
    expect(client.packets[0]).toMatchObject({ cmd: 'connack', returnCode: 1 });
    expect(codes()).toEqual(['CONNECT_MQTT5']);
    await expect(
      mqtt.connectAsync({
        port: bench.port,
        host: '127.0.0.1',
        username: 'd1',
        password: 'secret',
        protocolVersion: 5,
        reconnectPeriod: 0,
      }),
    ).rejects.toThrow(/protocol version/i);
  });

  it('accepts MQTT 3.1, the longest keepalive, an empty client id with a clean session, and a secret alone as username', async () => {
    bench = await startBench();
    const old = await RawClient.open(bench.port);
    old.socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQIsdp',
        protocolVersion: 3,
        clean: true,
        // Any client id is accepted: this one fills the CONNECT.
        clientId: 'x'.repeat(4_000),
        keepalive: 3_600,
        username: 'd1',
        password: Buffer.from('secret'),
      }),
    );
    await old.until(() => old.of('connack').length === 1);
    const anonymous = await RawClient.signIn(bench.port, 'd2', { clientId: '' });
    const token = await RawClient.open(bench.port);
    token.socket.write(
      generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 't', keepalive: 0, username: 'token-d7' }),
    );
    await token.until(() => token.of('connack').length === 1);
    await Promise.all([old.ping(), anonymous.ping(), token.ping()]);
    expect(bench.accepted.map((publisher) => publisher.credential)).toEqual(['d1', 'd2', 'd7']);
    expect(bench.accepted[1]?.client).toMatch(/^d2\/./);
  });

  it('closes a connection that never says CONNECT, says something else first, says it twice or is garbage', async () => {
    // The silent one has a broker of its own: on a busy machine a CONNECT of the others comes later than so short a time.
    bench = await startBench({ limits: { connectTimeoutMs: 60 } });
    const silent = await RawClient.open(bench.port);
    await silent.ended();
    await bench.broker.stop();
    bench = await startBench();
    const wrong = await RawClient.open(bench.port);
    wrong.send({ cmd: 'pingreq' });
    await wrong.ended();
    const twice = await RawClient.signIn(bench.port, 'd1');
    twice.send(connectPacket('d1'));
    await twice.ended();
    let seed = 7;
    for (let round = 0; round < 300; round++) {
      const garbage = await RawClient.open(bench.port);
      const bytes = Buffer.from(Array.from({ length: 60 }, () => ((seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) >> 8) & 0xff));
      // Half of them look like a CONNECT at first.
      if (round % 2 === 0) bytes.set([0x10, 58, 0, 4, 0x4d, 0x51, 0x54, 0x54], 0);
      garbage.socket.write(bytes);
      garbage.socket.end();
      await garbage.ended();
    }
    const well = await RawClient.signIn(bench.port, 'd2');
    await well.ping();
    expect(bench.broker.status()).toMatchObject({ faults: 0, connections: 1 });
    expect(new Set(codes())).toEqual(
      new Set(['CONNECT_BAD_PROTOCOL', ...codes().filter((code) => code.startsWith('CONNECT_') || code === 'FRAME_TOO_LARGE')]),
    );
  });

  it('keeps client ids of different credentials apart; the same credential and client id takes over', async () => {
    bench = await startBench();
    const first = await RawClient.signIn(bench.port, 'd1', {
      clientId: 'same',
      will: { topic: 'beacon/v1/e/d1/status', payload: 'offline' },
    });
    const other = await RawClient.signIn(bench.port, 'd2', { clientId: 'same' });
    const sly = await RawClient.signIn(bench.port, 'd2', { clientId: 'd1/same' });
    await Promise.all([first.ping(), other.ping(), sly.ping()]);
    const second = await RawClient.signIn(bench.port, 'd1', { clientId: 'same' });
    await first.ended();
    await Promise.all([second.ping(), other.ping(), sly.ping()]);
    expect(bench.presence.map(({ publisher, what }) => [publisher.client, publisher.connection, what])).toEqual([
      ['d1/same', 1, 'connected'],
      ['d2/same', 2, 'connected'],
      ['d2/d1/same', 3, 'connected'],
      ['d1/same', 1, 'disconnected'],
      ['d1/same', 4, 'connected'],
    ]);
    expect(bench.inbound.map((inbound) => inbound.topic)).toEqual(['beacon/v1/e/d1/status']);
    // Three takeovers later the last one is still known as connected.
    for (let round = 0; round < 3; round++) await (await RawClient.signIn(bench.port, 'd1', { clientId: 'same' })).ping();
    expect(bench.presence.filter(({ publisher, what }) => publisher.client === 'd1/same' && what === 'connected')).toHaveLength(5);
    expect(bench.presence.filter(({ publisher, what }) => publisher.client === 'd1/same' && what === 'disconnected')).toHaveLength(4);
    expect(bench.broker.status().connections).toBe(3);
  });
});

describe('frame limits', () => {
  it('takes a CONNECT of 4 kB at the most, and 256 kB after it, and names the device', async () => {
    bench = await startBench();
    const long = await RawClient.open(bench.port);
    long.send(connectPacket('d1', { will: { topic: 'beacon/v1/e/d1/status', payload: 'x'.repeat(5_000) } }));
    await long.ended();
    expect(codes()).toEqual(['FRAME_TOO_LARGE']);
    const client = await RawClient.signIn(bench.port, 'd1');
    client.publish(telemetryOf('d1'), 'x'.repeat(250_000), 1);
    await client.until(() => client.of('puback').length === 1);
    client.publish(telemetryOf('d1'), '{"v":1}', 2);
    client.publish(telemetryOf('d1'), 'x'.repeat(263_000), 3);
    await client.ended();
    // What stood before the long one is kept and answered.
    expect(client.ids('puback')).toEqual([1, 2]);
    expect(bench.refused[1]).toMatchObject({ code: 'FRAME_TOO_LARGE', device: 'd1' });
    expect(bench.inbound.map((inbound) => inbound.payload.length)).toEqual([250_000, 7]);
  });

  it('waits for the receipts of what stood before a too long frame', async () => {
    bench = await startBench();
    bench.onMessage = () => {};
    const client = await RawClient.signIn(bench.port, 'd1');
    client.publish(telemetryOf('d1'), '{"v":1}', 1);
    client.publish(telemetryOf('d1'), 'x'.repeat(300_000), 2);
    await bench.until(() => bench.inbound.length === 1 && bench.refused.length === 1);
    bench.inbound[0]?.ack();
    await client.ended();
    expect(client.ids('puback')).toEqual([1]);
  });

  it('lets 200 MB streamed as one frame, before or after CONNECT, cost next to nothing: they are not even read', async () => {
    bench = await startBench();
    const sockets = new ServerSockets();
    const block = Buffer.alloc(1024 * 1024);
    for (const signedIn of [false, true]) {
      const client = signedIn ? await RawClient.signIn(bench.port, 'd1') : await RawClient.open(bench.port);
      const { localPort } = client.socket;
      // Remaining length of 200 MB, then zeros as long as somebody takes them.
      client.socket.write(Buffer.from([signedIn ? 0x30 : 0x10, 0x80, 0x80, 0xaf, 0x5f]));
      for (let sent = 0; sent < 200 && !client.closed; sent++) {
        const room = client.socket.write(block);
        if (!room) await Promise.race([client.ended(), new Promise((resolve) => client.socket.once('drain', resolve))]);
      }
      await client.ended();
      // Whatever is held of it was read first.
      expect(sockets.of(localPort).bytesRead).toBeLessThan(DEFAULT_LIMITS.unreadBound);
    }
    sockets.close();
    expect(codes()).toEqual(['FRAME_TOO_LARGE', 'FRAME_TOO_LARGE']);
  });

  it('refuses a length field of five bytes', async () => {
    bench = await startBench();
    const client = await RawClient.signIn(bench.port, 'd1');
    client.socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]));
    await client.ended();
    expect(codes()).toEqual(['CONNECT_BAD_PROTOCOL']);
  });
});

describe('rights', () => {
  it.each([
    ['another device', 'beacon/v1/e/d2/telemetry', 'FORBIDDEN_TOPIC'],
    ['another enterprise', 'beacon/v1/f/d1/telemetry', 'FORBIDDEN_TOPIC'],
    ['its own commands', 'beacon/v1/e/d1/command', 'FORBIDDEN_TOPIC'],
    ['$SYS', '$SYS/x/new/clients', 'FORBIDDEN_TOPIC'],
    ['NUL', 'beacon/v1/e/d1/telemetry\u0000', 'BAD_TOPIC'],
    ['a control character', 'beacon/v1/e/d1/tele\u0007metry', 'BAD_TOPIC'],
    ['200 levels', Array.from({ length: 200 }, () => 'a').join('/'), 'BAD_TOPIC'],
    ['a wildcard', 'beacon/v1/e/+/telemetry', 'BAD_TOPIC'],
  ])('drops a connection that publishes to %s, one line, and answers what came before', async (_name, topic, code) => {
    bench = await startBench();
    const client = await RawClient.signIn(bench.port, 'd1');
    client.publish(telemetryOf('d1'), '{"v":1}', 1);
    await client.until(() => client.of('puback').length === 1);
    client.socket.write(publishBytes(topic));
    await client.ended();
    expect(bench.refused).toMatchObject([{ code, device: 'd1' }]);
    expect(bench.inbound).toHaveLength(1);
    expect(bench.broker.status().faults).toBe(0);
  });

  it('goes on with a ThingsBoard client that announces itself: a line each, a receipt each in order, its telemetry arrives', async () => {
    bench = await startBench();
    const client = await RawClient.signIn(bench.port, 'd1');
    client.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: 'v1/devices/me/attributes', qos: 1 }] });
    client.publish('v1/devices/me/attributes', '{"fw":"1.2"}', 1);
    client.publish('v1/devices/me/attributes/request/1', '{"sharedKeys":"x"}', 2);
    client.publish('v1/devices/me/telemetry', '{"v":1}', 3);
    await client.until(() => client.of('puback').length === 3);
    expect(client.of('suback')[0]).toMatchObject({ granted: [128] });
    expect(client.of('puback').map((packet) => packet.messageId)).toEqual([1, 2, 3]);
    expect(bench.inbound).toMatchObject([{ topic: 'v1/devices/me/telemetry' }]);
    expect(codes()).toEqual(['FORBIDDEN_TOPIC', 'UNKNOWN_TOPIC', 'UNKNOWN_TOPIC']);

    const gateway = await RawClient.signIn(bench.port, 'g1', { will: { topic: 'v1/gateway/disconnect', payload: '{"device":"d1"}' } });
    gateway.publish('v1/gateway/connect', '{"device":"d1"}', 1);
    gateway.publish('v1/gateway/telemetry', '{"d1":[{"v":1}]}', 2);
    await gateway.until(() => gateway.of('puback').length === 2);
    expect(bench.inbound.map(({ topic }) => topic)).toEqual(['v1/devices/me/telemetry', 'v1/gateway/telemetry']);
  });

  it('drops a topic that is not UTF-8', async () => {
    bench = await startBench();
    const client = await RawClient.signIn(bench.port, 'g1');
    client.socket.write(
      Buffer.concat([
        Buffer.from([0x30, 16 + 2 + 9]),
        Buffer.from([0, 25]),
        Buffer.from('beacon/v1/e/'),
        Buffer.from([0xff, 0xfe, 0xc0]),
        Buffer.from('/telemetry'),
      ]),
    );
    await client.ended();
    expect(codes()).toEqual(['BAD_TOPIC']);
  });

  it('leaves unknown topics of its own and bad payloads to the pipeline', async () => {
    bench = await startBench();
    const client = await RawClient.signIn(bench.port, 'd1');
    client.publish(telemetryOf('d1'), '\u0000{{{', 1);
    client.publish('v1/devices/me/telemetry', '', 2);
    await client.until(() => client.of('puback').length === 2);
    expect(bench.refused).toEqual([]);
  });

  it('grants a device its own commands alone: no wildcard, no $SYS, no shared subscription', async () => {
    bench = await startBench();
    const client = await RawClient.signIn(bench.port, 'd1');
    const filters = [
      commandOf('d1'),
      '#',
      '+/+/+/+/+',
      '$SYS/#',
      `$share/x/${commandOf('d1')}`,
      commandOf('d2'),
      telemetryOf('d1'),
      'v1/devices/me/rpc/request/+',
      'a\u0000b',
    ];
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 1 as const })) });
    await client.until(() => client.of('suback').length === 1);
    expect(client.of('suback')[0]).toMatchObject({ granted: [1, 128, 128, 128, 128, 128, 128, 128, 128] });
    expect(new Set(codes())).toEqual(new Set(['FORBIDDEN_TOPIC']));
    expect(await bench.broker.send('e', 'd1', '{"id":"1"}')).toBe(true);
    expect(await bench.broker.send('e', 'd2', '{"id":"1"}')).toBe(false);
    await client.until(() => client.of('publish').length === 1);
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [commandOf('d1')] });
    await client.until(() => client.of('unsuback').length === 1);
    expect(await bench.broker.send('e', 'd1', '{"id":"2"}')).toBe(false);
  });

  it('sends a gateway the commands of its devices, and forwards or retains nothing that devices publish', async () => {
    bench = await startBench();
    const gateway = await RawClient.signIn(bench.port, 'g1');
    gateway.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'beacon/v1/e/+/command', qos: 1 }] });
    await gateway.until(() => gateway.of('suback').length === 1);
    expect(gateway.of('suback')[0]).toMatchObject({ granted: [1] });
    gateway.send({ cmd: 'publish', topic: 'beacon/v1/e/d5/status', payload: 'online', qos: 1, messageId: 1, dup: false, retain: true });
    await gateway.until(() => gateway.of('puback').length === 1);
    expect(bench.inbound[0]).toMatchObject({ retain: true, publisher: { kind: 'gateway', device: null } });
    expect(await bench.broker.send('e', 'd5', '{"id":"1"}')).toBe(true);
    await gateway.until(() => gateway.of('publish').length === 1);
    expect(gateway.of('publish')[0]).toMatchObject({ topic: 'beacon/v1/e/d5/command', retain: false, qos: 1 });
    const late = await RawClient.signIn(bench.port, 'g1', { clientId: 'late' });
    late.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'beacon/v1/e/+/command', qos: 1 }] });
    await late.until(() => late.of('suback').length === 1);
    await late.ping();
    expect(late.of('publish')).toEqual([]);
  });

  it('authorises the last will at the CONNECT', async () => {
    bench = await startBench();
    expect(await answerTo('d1', { will: { topic: 'beacon/v1/e/d2/status', payload: 'offline' } })).toBe(5);
    expect(bench.refused).toMatchObject([{ code: 'FORBIDDEN_TOPIC', device: 'd1', at: 'beacon/v1/e/d2/status' }]);
    expect(bench.inbound).toEqual([]);
  });

  it('survives handlers and policy functions that throw', async () => {
    let broken = false;
    bench = await startBench({
      may: () => {
        if (broken) throw new Error('policy');
        return true;
      },
    });
    bench.onMessage = () => {
      throw new Error('pipeline');
    };
    const client = await RawClient.signIn(bench.port, 'd1');
    client.publish(telemetryOf('d1'), '{}', 1);
    await client.ended();
    expect(client.of('puback')).toEqual([]);
    broken = true;
    const second = await RawClient.signIn(bench.port, 'd1');
    second.publish(telemetryOf('d1'), '{}', 1);
    await second.ended();
    expect(bench.broker.status()).toMatchObject({ faults: 2, inFlight: 0 });
  });
});

describe('presence', () => {
  it('tells goodbye from a cut, delivers the will of a cut, and not of a goodbye', async () => {
    bench = await startBench();
    const will = { topic: 'beacon/v1/e/d1/status', payload: 'offline' };
    const polite = await RawClient.signIn(bench.port, 'd1', { will });
    polite.send({ cmd: 'disconnect' });
    await polite.ended();
    const cut = await RawClient.signIn(bench.port, 'd1', { will });
    cut.end();
    await bench.until(() => bench.presence.length === 4);
    expect(bench.presence.map(({ what, clean }) => [what, clean])).toEqual([
      ['connected', false],
      ['disconnected', true],
      ['connected', false],
      ['disconnected', false],
    ]);
    expect(bench.inbound).toMatchObject([{ topic: will.topic, qos: 0, packetId: null }]);
  });

  it('ends a client after 1.5 × its keepalive, one with keepalive 0 after 3 × its heartbeat, and none that we ourselves do not read', async () => {
    const clock = new HandClock();
    bench = await startBench({ heartbeatMs: () => 20_000 }, clock);
    const ten = await RawClient.signIn(bench.port, 'd1', { keepalive: 10 });
    const zero = await RawClient.signIn(bench.port, 'd2', { keepalive: 0 });
    const held = await RawClient.signIn(bench.port, 'd3', { keepalive: 10 });
    bench.onMessage = () => {};
    for (let id = 1; id <= 65; id++) held.publish(telemetryOf('d3'), '{}', id);
    await bench.until(() => bench.inbound.length === 64);
    await held.until(() => held.of('puback').length === 0);
    clock.advance(14_000);
    await ten.ping();
    clock.advance(14_000);
    await Promise.all([ten.ping(), zero.ping()]);
    clock.advance(17_000);
    await ten.ended();
    expect(zero.closed).toBe(false);
    clock.advance(45_000);
    await zero.ended();
    expect(held.closed).toBe(false);
    for (const inbound of bench.inbound.slice()) inbound.ack();
    await held.until(() => held.of('puback').length >= 64);
    clock.advance(1_000);
    const stopped = bench.broker.stop();
    while (bench.broker.status().connections > 0) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    clock.advance(5_000);
    await stopped;
  });

  it('disconnects every connection of a credential', async () => {
    bench = await startBench();
    const one = await RawClient.signIn(bench.port, 'd1', { clientId: 'a' });
    const two = await RawClient.signIn(bench.port, 'd1', { clientId: 'b' });
    const other = await RawClient.signIn(bench.port, 'd2');
    bench.broker.disconnect('d1');
    await Promise.all([one.ended(), two.ended()]);
    await other.ping();
    expect(bench.broker.status().connections).toBe(1);
  });

  it('stop lets receipts under way go out, closes idle and frozen sockets, and reports no end and no will of any device', async () => {
    bench = await startBench();
    const waiting: (() => void)[] = [];
    bench.onMessage = (inbound) => waiting.push(() => inbound.ack());
    const busy = await RawClient.signIn(bench.port, 'd1', { will: { topic: 'beacon/v1/e/d1/status', payload: 'offline' } });
    const idle = await RawClient.open(bench.port);
    const frozen = await RawClient.signIn(bench.port, 'd3');
    frozen.socket.pause();
    busy.publish(telemetryOf('d1'), '{}', 9);
    await bench.until(() => waiting.length === 1);
    const stopped = bench.broker.stop();
    for (const ack of waiting) ack();
    await stopped;
    await Promise.all([busy.ended(), idle.ended()]);
    expect(busy.ids('puback')).toEqual([9]);
    expect(bench.presence.filter((change) => change.what === 'disconnected')).toEqual([]);
    expect(bench.inbound).toHaveLength(1);
    await expect(RawClient.open(bench.port)).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('other ways in', () => {
  it('MQTT over WebSocket at /mqtt, with the same limits, beside other paths of the same server', async () => {
    bench = await startBench();
    const http = createServer((_request, response) => response.end('page'));
    bench.broker.attach(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    const client = await mqtt.connectAsync(`ws://127.0.0.1:${port}/mqtt`, {
      username: 'd1',
      password: 'secret',
      clientId: 'ws',
      reconnectPeriod: 0,
    });
    for (const qos of [0, 1, 2] as const) await client.publishAsync(telemetryOf('d1'), `{"q":${qos}}`, { qos });
    expect(bench.inbound.map((inbound) => inbound.qos)).toEqual([0, 1, 2]);
    expect(bench.inbound[0]?.publisher.address).toBe('127.0.0.1');
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.publish(telemetryOf('d1'), 'x'.repeat(300_000), { qos: 0 });
    await closed;
    expect(bench.refused).toMatchObject([{ code: 'FRAME_TOO_LARGE', device: 'd1' }]);
    await client.endAsync(true);
    const { WebSocket } = await import('ws');
    const refusedUpgrade = await new Promise<string>((resolve) => {
      new WebSocket(`ws://127.0.0.1:${port}/mqtt`).once('error', (error) => resolve(error.message));
    });
    expect(refusedUpgrade).toContain('400');
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('page');
    await bench.broker.stop();
    await new Promise((resolve) => http.close(resolve));
  });

  it.skipIf(opensslMissing)(
    'MQTT over TLS; with a CA only for clients that show a certificate; a plain client there is one line',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'beacon-tls-'));
      const { keyFile, certFile } = selfSigned(folder);
      const [key, cert] = [readFileSync(keyFile), readFileSync(certFile)];
      bench = await startBench({ tls: { port: 0, key, cert, ca: cert } });
      const port = bench.broker.ports.mqtts ?? 0;
      const options = {
        host: '127.0.0.1',
        port,
        protocol: 'mqtts' as const,
        username: 'd1',
        password: 'secret',
        ca: cert,
        reconnectPeriod: 0,
      };
      const client = await mqtt.connectAsync({ ...options, key, cert });
      await client.publishAsync(telemetryOf('d1'), '{}', { qos: 1 });
      expect(bench.inbound).toHaveLength(1);
      await client.endAsync();
      await expect(mqtt.connectAsync(options)).rejects.toThrow();
      const plain = await RawClient.open(port);
      plain.send(connectPacket('d1'));
      await plain.ended();
      await bench.until(() => bench.refused.length === 2);
      expect(codes()).toEqual(['CONNECT_BAD_PROTOCOL', 'CONNECT_BAD_PROTOCOL']);
      rmSync(folder, { recursive: true });
    },
  );

  it.skipIf(!existsSync('/usr/bin/mosquitto_pub'))('mosquitto_pub and MQTT.js, every QoS', async () => {
    bench = await startBench();
    const run = promisify(execFile);
    for (const qos of ['0', '1', '2']) {
      await run('/usr/bin/mosquitto_pub', [
        '-h',
        '127.0.0.1',
        '-p',
        String(bench.port),
        '-u',
        'd1',
        '-P',
        'secret',
        '-q',
        qos,
        '-t',
        telemetryOf('d1'),
        '-m',
        `{"q":${qos}}`,
        '-V',
        'mqttv311',
      ]);
    }
    const client = await mqtt.connectAsync({ host: '127.0.0.1', port: bench.port, username: 'd2', password: 'secret' });
    await Promise.all(Array.from({ length: 500 }, (_, n) => client.publishAsync(telemetryOf('d2'), `{"n":${n}}`, { qos: 1 })));
    await client.endAsync();
    await bench.until(() => bench.presence.filter((change) => change.clean).length === 4);
    expect(bench.inbound).toHaveLength(503);
  });

  it('the open broker forwards, retains and keeps sessions, within the frame limits', async () => {
    bench = await startBench();
    const open = await startOpenBroker({ host: '127.0.0.1', port: 0 });
    const publisher = await mqtt.connectAsync({ host: '127.0.0.1', port: open.port });
    await publisher.publishAsync('a/b', 'kept', { qos: 1, retain: true });
    const subscriber = await mqtt.connectAsync({ host: '127.0.0.1', port: open.port, clientId: 's', clean: false });
    const heard: string[] = [];
    const both = new Promise<void>((resolve) => {
      subscriber.on('message', (_topic, payload) => {
        heard.push(payload.toString());
        if (heard.length === 2) resolve();
      });
    });
    await subscriber.subscribeAsync('a/#', { qos: 1 });
    await publisher.publishAsync('a/c', 'live', { qos: 2 });
    await both;
    expect(heard.toSorted()).toEqual(['kept', 'live']);
    await subscriber.endAsync();
    await publisher.publishAsync('a/d', 'queued', { qos: 1 });
    const again = mqtt.connect({ host: '127.0.0.1', port: open.port, clientId: 's', clean: false });
    const queued = await new Promise<string>((resolve) => again.on('message', (_topic, payload) => resolve(payload.toString())));
    expect(queued).toBe('queued');
    const long = await RawClient.open(open.port);
    long.send(connectPacket('x', { clientId: 'y'.repeat(5_000) }));
    await long.ended();
    await Promise.all([publisher.endAsync(), again.endAsync()]);
    await open.stop();
  });
});

/** A PUBLISH at QoS 0 of any topic: the codec itself would refuse some of them. */
function publishBytes(topic: string): Buffer {
  const name = Buffer.from(topic);
  const remaining = 2 + name.length + 1;
  const length = remaining < 128 ? [remaining] : [(remaining & 0x7f) | 0x80, remaining >> 7];
  return Buffer.concat([Buffer.from([0x30, ...length, name.length >> 8, name.length & 0xff]), name, Buffer.from('1')]);
}
