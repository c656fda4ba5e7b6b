import type { Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from './policy.ts';
import { type Bench, commandOf, RawClient, startBench, telemetryOf } from './raw-client.testing.ts';
import { ServerSockets } from './server-sockets.testing.ts';

/** One that does not read must cost the others nothing. What is sent towards it, and what is held for it, are counted at its connection. */

const MB = 1_000_000;
const COMMAND_BYTES = 100_000;
/** Far beyond what any kernel takes: what the two ends' socket buffers hold proves nothing. */
const COMMANDS = 2_000;
/** The bound on what anybody else may be delayed by a frozen client. */
const DELAY_MAX_MS = 5_000;

let bench: Bench;
let sockets: ServerSockets;
beforeEach(() => {
  sockets = new ServerSockets();
});
afterEach(async () => {
  await bench.broker.stop();
  sockets.close();
});

/** Subscribed to its commands, and reads nothing from then on. */
async function frozenSubscriber(): Promise<{ readonly client: RawClient; readonly conn: Socket }> {
  const client = await RawClient.signIn(bench.port, 'd1');
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: commandOf('d1'), qos: 1 }] });
  await client.until(() => client.of('suback').length === 1);
  client.socket.pause();
  return { client, conn: sockets.of(client.socket.localPort) };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The answers of `send` in order; null = none yet: it waits for the client to take the bytes. */
type Answers = (boolean | null)[];

/** Sends commands to d1, `burst` in each turn of the loop; `after` runs behind every turn. */
async function sendCommands(count: number, burst: number, answers: Answers, after: (sent: number) => Promise<void> | void): Promise<void> {
  const payload = 'x'.repeat(COMMAND_BYTES);
  for (let sent = 1; sent <= count; sent += 1) {
    const index = answers.push(null) - 1;
    void bench.broker.send('e', 'd1', payload).then((reached) => {
      answers[index] = reached;
    });
    if (sent % burst !== 0) continue;
    // The library writes in a turn of its own.
    await nextTurn();
    await nextTurn();
    await after(sent);
  }
}

describe('a subscriber that never reads', () => {
  it.each([1, 100])(
    'delays nobody, holds bounded bytes, and its caller is told of every command that is not sent, with 200 MB sent towards it, %i at once',
    async (burst) => {
      // Long, so that what bounds the bytes is not the end of the connection.
      bench = await startBench({ limits: { drainTimeoutMs: 600_000 } });
      const frozen = await frozenSubscriber();
      const well = await RawClient.signIn(bench.port, 'd2');
      const answers: Answers = [];
      let heldBytes = 0;
      let slowestMs = 0;
      await sendCommands(COMMANDS, burst, answers, async (sent) => {
        heldBytes = Math.max(heldBytes, frozen.conn.writableLength);
        if (sent % 20 !== 0) return;
        const from = performance.now();
        well.publish(telemetryOf('d2'), '{"v":1}', sent);
        await well.until(() => well.ids('puback').includes(sent));
        slowestMs = Math.max(slowestMs, performance.now() - from);
      });
      expect(well.ids('puback')).toHaveLength(COMMANDS / Math.max(burst, 20));
      expect(slowestMs).toBeLessThanOrEqual(DELAY_MAX_MS);
      // One that does not read holds the bound and the command that went over it, framing included.
      expect(heldBytes).toBeGreaterThan(DEFAULT_LIMITS.unreadBound);
      expect(heldBytes).toBeLessThan(DEFAULT_LIMITS.unreadBound + COMMAND_BYTES + 1_000);
      // Every other command was answered false; none of them went anywhere.
      const refused = answers.filter((answer) => answer === false).length;
      const taken = COMMANDS - refused;
      expect(refused * COMMAND_BYTES).toBeGreaterThanOrEqual(80 * MB);
      expect(frozen.conn.bytesWritten).toBeLessThan(taken * (COMMAND_BYTES + 100));

      // It reads again: it gets what was taken for it, each once, and the next command reaches it.
      frozen.client.socket.resume();
      await frozen.client.until(() => frozen.client.of('publish').length === taken);
      await nextTurn();
      expect(await bench.broker.send('e', 'd1', '{"id":"after"}')).toBe(true);
      await frozen.client.until(() => frozen.client.of('publish').length === taken + 1);
      expect(answers.filter((answer) => answer === true)).toHaveLength(taken);
      expect(bench.broker.status()).toMatchObject({ connections: 2, faults: 0 });
    },
  );

  it('is closed when it takes nothing for as long as it may, and every answer is given', async () => {
    bench = await startBench({ limits: { drainTimeoutMs: 300 } });
    const frozen = await frozenSubscriber();
    const well = await RawClient.signIn(bench.port, 'd2');
    const answers: Answers = [];
    await sendCommands(COMMANDS, 1, answers, () => undefined);
    await bench.until(() => bench.presence.some((change) => change.what === 'disconnected' && change.publisher.credential === 'd1'));
    await nextTurn();
    await nextTurn();
    expect(answers).not.toContain(null);
    expect(answers).toContain(false);
    expect(frozen.conn.destroyed).toBe(true);
    await well.ping();
    expect(bench.broker.status().connections).toBe(1);
    frozen.client.end();
  });

  it('is not read either when it floods us with pings', { timeout: 180_000 }, async () => {
    bench = await startBench({ limits: { drainTimeoutMs: 300 } });
    const frozen = await RawClient.signIn(bench.port, 'd1');
    const conn = sockets.of(frozen.socket.localPort);
    frozen.socket.pause();
    const closed = bench.until(() => bench.presence.length === 2);
    const pings = Buffer.alloc(MB, Buffer.from([0xc0, 0]));
    let heldBytes = 0;
    const look = (): void => {
      heldBytes = Math.max(heldBytes, conn.writableLength + conn.readableLength);
    };
    const watch = setInterval(look, 1);
    for (let round = 0; round < 60 && bench.presence.length < 2; round += 1) {
      if (!frozen.socket.write(pings)) await Promise.race([closed, new Promise((resolve) => frozen.socket.once('drain', resolve))]);
      look();
    }
    await closed;
    clearInterval(watch);
    expect(heldBytes).toBeGreaterThan(0);
    // Our answers, and what the socket gave before its stream was full.
    expect(heldBytes).toBeLessThan(256 * 1024);
    frozen.end();
  });
});

describe('a client that sends faster than it is served', () => {
  it('is held back at its socket: what waits here stays bounded, and everything arrives', async () => {
    bench = await startBench();
    let delivered = 0;
    bench.onMessage = (inbound) => {
      delivered += 1;
      bench.inbound.length = 0;
      setImmediate(() => inbound.ack());
    };
    const client = await RawClient.signIn(bench.port, 'd1');
    const conn = sockets.of(client.socket.localPort);
    const reading = generate({ cmd: 'publish', topic: telemetryOf('d1'), payload: '{"lel":1}', qos: 0, dup: false, retain: false });
    const block = Buffer.concat(Array.from({ length: 20_000 }, () => reading));
    let heldBytes = 0;
    const watch = setInterval(() => {
      heldBytes = Math.max(heldBytes, conn.readableLength);
    }, 1);
    for (let sent = 0; sent < 10; sent += 1) {
      if (!client.socket.write(block)) await new Promise((resolve) => client.socket.once('drain', resolve));
    }
    await client.ping();
    clearInterval(watch);
    expect(delivered).toBe(200_000);
    expect(heldBytes).toBeGreaterThan(0);
    expect(heldBytes).toBeLessThan(256 * 1024);
  });
});
