import { afterEach, describe, expect, it } from 'vitest';
import type { Inbound } from '../model/ports/message-source.ts';
import { type Bench, RawClient, startBench, telemetryOf } from './raw-client.testing.ts';

let bench: Bench;
afterEach(async () => {
  await bench.broker.stop();
});

const topic = telemetryOf('d1');

describe('PUBACK means durable', () => {
  it('holds every PUBACK while the journal hangs, reads no more than 64 and still answers pings', async () => {
    bench = await startBench();
    bench.onMessage = () => {};
    const client = await RawClient.signIn(bench.port, 'd1');
    // Pings first: they tell that the connection is alive and nothing was acknowledged.
    for (let id = 1; id <= 64; id++) client.publish(topic, `{"v":${id}}`, id);
    await client.ping();
    for (let id = 65; id <= 3_000; id++) client.publish(topic, `{"v":${id}}`, id);
    const other = await RawClient.signIn(bench.port, 'd2');
    await other.ping();
    expect(bench.inbound).toHaveLength(64);
    expect(client.of('puback')).toHaveLength(0);
    expect(bench.broker.status().inFlight).toBe(64);
    // The journal is back: everything goes on, in order.
    bench.onMessage = (inbound) => inbound.ack();
    for (const inbound of bench.inbound.slice()) inbound.ack();
    await client.until(() => client.of('puback').length === 3_000);
    expect(client.ids('puback')).toEqual(Array.from({ length: 3_000 }, (_, i) => i + 1));
    expect(bench.inbound.map((inbound) => inbound.nth)).toEqual(Array.from({ length: 3_000 }, (_, i) => i));
    expect(bench.broker.status()).toMatchObject({ inFlight: 0, inFlightBytes: 0, faults: 0 });
  });

  it('keeps the order of PUBACKs, of deliveries and QoS 2 answers when receipts come at random', async () => {
    bench = await startBench();
    let seed = 42;
    const random = (): number => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      return seed / 0x7fffffff;
    };
    bench.onMessage = (inbound) => {
      setTimeout(() => inbound.ack(), random() * 8);
    };
    const client = await RawClient.signIn(bench.port, 'd1');
    const count = 2_000;
    for (let id = 1; id <= count; id++) client.publish(topic, `{"v":${id}}`, id, id % 7 === 0 ? 2 : 1);
    await client.until(() => client.of('puback').length + client.of('pubrec').length === count);
    const all = Array.from({ length: count }, (_, i) => i + 1);
    expect(bench.inbound.map((inbound) => inbound.packetId)).toEqual(all);
    expect(client.ids('puback')).toEqual(all.filter((id) => id % 7 !== 0));
    expect(client.ids('pubrec')).toEqual(all.filter((id) => id % 7 === 0));
  });

  it('closes without PUBACK when a message could not be made durable, and the others of that device wait for the resend', async () => {
    bench = await startBench();
    bench.onMessage = () => {};
    const client = await RawClient.signIn(bench.port, 'd1');
    for (let id = 1; id <= 3; id++) client.publish(topic, `{"v":${id}}`, id);
    await bench.until(() => bench.inbound.length === 3);
    const [first, second, third] = bench.inbound;
    first?.ack();
    second?.fail();
    third?.ack();
    await client.ended();
    expect(client.ids('puback').filter((id) => id !== 1)).toEqual([]);
    expect(bench.broker.status()).toMatchObject({ inFlight: 0, inFlightBytes: 0 });
  });

  it('takes a receipt once, also after the connection has gone', async () => {
    bench = await startBench();
    bench.onMessage = () => {};
    const client = await RawClient.signIn(bench.port, 'd1');
    client.publish(topic, '{}', 1);
    client.publish(topic, '{}', 2);
    await bench.until(() => bench.inbound.length === 2);
    bench.inbound[0]?.ack();
    bench.inbound[0]?.ack();
    await client.until(() => client.of('puback').length === 1);
    await client.ping();
    expect(client.ids('puback')).toEqual([1]);
    client.end();
    await bench.until(() => bench.presence.some((change) => change.what === 'disconnected'));
    for (const inbound of bench.inbound) {
      inbound.ack();
      inbound.fail();
    }
    expect(bench.broker.status()).toMatchObject({ inFlight: 0, inFlightBytes: 0, faults: 0, connections: 0 });
  });

  it('counts QoS 0 against the same 64, so that it cannot pile up either', async () => {
    bench = await startBench();
    bench.onMessage = () => {};
    const client = await RawClient.signIn(bench.port, 'd1');
    for (let n = 0; n < 500; n++) client.publish(topic, `{"v":${n}}`, 0, 0);
    await bench.until(() => bench.inbound.length >= 64);
    const other = await RawClient.signIn(bench.port, 'd2');
    await other.ping();
    expect(bench.inbound).toHaveLength(64);
    const acknowledged = new Set<Inbound>();
    bench.onMessage = (inbound) => inbound.ack();
    for (const inbound of bench.inbound.slice()) {
      acknowledged.add(inbound);
      inbound.ack();
    }
    await bench.until(() => bench.inbound.length === 500);
    expect(acknowledged.size).toBe(64);
    expect(bench.inbound.every((inbound) => inbound.packetId === null)).toBe(true);
  });

  it('delivers all of a client that publishes at QoS 0, says goodbye and hangs up at once', async () => {
    bench = await startBench();
    bench.onMessage = (inbound) => setImmediate(() => inbound.ack());
    const client = await RawClient.signIn(bench.port, 'd1', { will: { topic: 'beacon/v1/e/d1/status', payload: 'offline' } });
    for (let n = 0; n < 700; n++) client.publish(topic, `{"v":${n}}`, 0, 0);
    client.send({ cmd: 'disconnect' });
    client.socket.end();
    await bench.until(() => bench.presence.some((change) => change.what === 'disconnected'));
    expect(bench.inbound).toHaveLength(700);
    expect(bench.presence.at(-1)).toMatchObject({ what: 'disconnected', clean: true });
  });
});

describe('back-pressure of all', () => {
  it('reads nobody’s publishes while paused, but lets in, pings and says goodbye; resume brings everything, in order', async () => {
    bench = await startBench();
    const early = await RawClient.signIn(bench.port, 'd1');
    bench.broker.pause();
    early.publish(topic, '{"v":1}', 1);
    early.publish(topic, '{"v":2}', 2);
    const late = await RawClient.signIn(bench.port, 'd2');
    await late.ping();
    late.publish(telemetryOf('d2'), '{}', 1);
    const third = await RawClient.signIn(bench.port, 'd3');
    await third.ping();
    expect(bench.inbound).toHaveLength(0);
    expect(bench.broker.status().paused).toBe(true);
    bench.broker.resume();
    await early.until(() => early.of('puback').length === 2);
    await late.until(() => late.of('puback').length === 1);
    expect(early.ids('puback')).toEqual([1, 2]);
  });

  it('stops at the byte bound over all connections and goes on when half of it is released', async () => {
    bench = await startBench({ limits: { queueBound: 200_000 } });
    bench.onMessage = () => {};
    const clients = await Promise.all(Array.from({ length: 20 }, (_, n) => RawClient.signIn(bench.port, `d${n}`)));
    const payload = 'x'.repeat(10_000);
    for (const [n, client] of clients.entries()) for (let id = 1; id <= 20; id++) client.publish(telemetryOf(`d${n}`), payload, id);
    await bench.until(() => bench.broker.status().paused);
    const probe = await RawClient.signIn(bench.port, 'd99');
    await probe.ping();
    // One slice read before the bound was known may overshoot: 64 kB and a frame per connection at the most.
    expect(bench.broker.status().inFlightBytes).toBeLessThan(200_000 + 20 * 80_000);
    expect(bench.inbound.length).toBeLessThan(400);
    bench.onMessage = (inbound) => inbound.ack();
    for (const inbound of bench.inbound.slice()) inbound.ack();
    await Promise.all(clients.map((client) => client.until(() => client.of('puback').length === 20)));
    expect(bench.inbound).toHaveLength(400);
    expect(bench.broker.status()).toMatchObject({ paused: false, inFlight: 0, inFlightBytes: 0 });
  });
});

describe('QoS 2 is delivered once', () => {
  it('gives a repeated PUBLISH its PUBREC again without delivering it, until the PUBREL', async () => {
    bench = await startBench();
    const client = await RawClient.signIn(bench.port, 'd1');
    client.publish(topic, '{"v":1}', 5, 2);
    await client.until(() => client.of('pubrec').length === 1);
    client.publish(topic, '{"v":1}', 5, 2, true);
    client.publish(topic, '{"v":1}', 5, 2, false);
    await client.until(() => client.of('pubrec').length === 3);
    expect(bench.inbound).toHaveLength(1);
    client.send({ cmd: 'pubrel', messageId: 5 });
    await client.until(() => client.of('pubcomp').length === 1);
    client.publish(topic, '{"v":1}', 5, 2);
    await client.until(() => client.of('pubrec').length === 4);
    expect(bench.inbound).toHaveLength(2);
  });

  it('recognises the repeat on the next connection of a kept session when it had been durable, and only then', async () => {
    bench = await startBench();
    bench.onMessage = (inbound) => {
      if (inbound.packetId === 1) inbound.ack();
    };
    const first = await RawClient.signIn(bench.port, 'd1', { clean: false });
    first.publish(topic, '{"v":1}', 1, 2);
    first.publish(topic, '{"v":2}', 2, 2);
    await first.until(() => first.of('pubrec').length === 1);
    await bench.until(() => bench.inbound.length === 2);
    first.end();
    await bench.until(() => bench.presence.some((change) => change.what === 'disconnected'));
    bench.onMessage = (inbound) => inbound.ack();
    const second = await RawClient.signIn(bench.port, 'd1', { clean: false });
    second.publish(topic, '{"v":1}', 1, 2, true);
    second.publish(topic, '{"v":2}', 2, 2, true);
    await second.until(() => second.of('pubrec').length === 2);
    expect(bench.inbound.map((inbound) => inbound.packetId)).toEqual([1, 2, 2]);
  });

  it('never swallows another reading under a packet id that a device uses again after losing its memory', async () => {
    bench = await startBench();
    const first = await RawClient.signIn(bench.port, 'd1', { clean: false });
    first.publish(topic, '{"v":1}', 1, 2);
    await first.until(() => first.of('pubrec').length === 1);
    first.end();
    const second = await RawClient.signIn(bench.port, 'd1', { clean: false });
    second.publish(topic, '{"v":99}', 1, 2);
    await second.until(() => second.of('pubrec').length === 1);
    expect(bench.inbound.map((inbound) => Buffer.from(inbound.payload).toString())).toEqual(['{"v":1}', '{"v":99}']);
  });

  it('drops a client that leaves 1,000 QoS 2 messages without PUBREL, and keeps nothing of it', async () => {
    bench = await startBench();
    const client = await RawClient.signIn(bench.port, 'd1');
    for (let id = 1; id <= 1_200; id++) client.publish(topic, `{"v":${id}}`, id, 2);
    await client.ended();
    const next = await RawClient.signIn(bench.port, 'd1');
    await next.ping();
    expect(bench.broker.status()).toMatchObject({ inFlight: 0, faults: 0, connections: 1 });
  });

  it('repeats at QoS 1 go to the engine, which tells resends by their content', async () => {
    bench = await startBench();
    const client = await RawClient.signIn(bench.port, 'd1');
    client.publish(topic, '{"v":1}', 5);
    client.publish(topic, '{"v":1}', 5, 1, true);
    await client.until(() => client.of('puback').length === 2);
    expect(bench.inbound).toHaveLength(2);
  });
});
