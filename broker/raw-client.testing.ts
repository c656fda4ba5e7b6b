import { connect, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';
import { may } from '../model/access.ts';
import type { Clock } from '../model/ports/clock.ts';
import type { Inbound, PresenceChange, Publisher, RefusedAtDoor } from '../model/ports/message-source.ts';
import { createEmbeddedBroker, type EmbeddedBroker } from './embedded.ts';
import type { BrokerPolicy } from './policy.ts';

/** A client that does exactly what the test says: no acknowledgement, no ping, no reconnect by itself. */
export class RawClient {
  readonly socket: Socket;
  readonly packets: Packet[] = [];
  closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    const incoming = parser();
    incoming.on('packet', (packet: Packet) => {
      this.packets.push(packet);
      this.#wake();
    });
    socket.on('data', (bytes) => incoming.parse(bytes));
    socket.on('error', () => this.#wake());
    socket.on('close', () => {
      this.closed = true;
      this.#wake();
    });
  }

  static open(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RawClient(socket));
      });
    });
  }

  /**
   * Opens, signs in and waits for the CONNACK.
   * @throws when the connection ends without one
   */
  static async signIn(
    port: number,
    username: string,
    options: { clientId?: string; clean?: boolean; keepalive?: number; will?: { topic: string; payload: string } } = {},
  ): Promise<RawClient> {
    const client = await RawClient.open(port);
    client.send(connectPacket(username, options));
    await client.until(() => client.closed || client.of('connack').length === 1);
    if (client.of('connack').length === 0) throw new Error(`the broker closed the connection of ${username} without a CONNACK`);
    return client;
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet));
  }

  publish(topic: string, payload: string, messageId: number, qos: 0 | 1 | 2 = 1, dup = false): void {
    this.send({ cmd: 'publish', topic, payload, qos, dup, retain: false, ...(qos === 0 ? {} : { messageId }) });
  }

  of(cmd: Packet['cmd']): Packet[] {
    return this.packets.filter((packet) => packet.cmd === cmd);
  }

  ids(cmd: Packet['cmd']): (number | undefined)[] {
    return this.of(cmd).map((packet) => packet.messageId);
  }

  /** Resolves when `condition` is true after some packet or the end of the connection. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
    });
  }

  ended(): Promise<void> {
    return this.until(() => this.closed);
  }

  /** A round trip: everything sent before has been read and answered by the broker (unless it holds it back). */
  async ping(): Promise<void> {
    const before = this.of('pingresp').length;
    this.send({ cmd: 'pingreq' });
    await this.until(() => this.of('pingresp').length > before);
  }

  end(): void {
    this.socket.destroy();
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }
}

export function connectPacket(
  username: string,
  options: { clientId?: string; clean?: boolean; keepalive?: number; password?: string; will?: { topic: string; payload: string } } = {},
): Packet {
  const { will } = options;
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: options.clean ?? true,
    clientId: options.clientId ?? 'c',
    keepalive: options.keepalive ?? 60,
    username,
    password: Buffer.from(options.password ?? 'secret'),
    ...(will === undefined ? {} : { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
  };
}

/** A clock a test moves by hand where it needs to; else the machine's. */
export function machineClock(): Clock {
  return {
    now: () => Date.now(),
    mono: () => performance.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

/** Time stands until `advance`. */
export class HandClock implements Clock {
  #mono = 0;
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return 1_700_000_000_000 + this.#mono;
  }

  mono(): number {
    return this.#mono;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#mono + delayMs, run };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  advance(ms: number): void {
    const end = this.#mono + ms;
    for (;;) {
      const next = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#mono = next.at;
      next.run();
    }
    this.#mono = end;
  }
}

export interface Bench {
  readonly broker: EmbeddedBroker;
  readonly port: number;
  readonly inbound: Inbound[];
  readonly presence: PresenceChange[];
  readonly refused: RefusedAtDoor[];
  readonly accepted: Publisher[];
  /** What a message does on arrival; default: it is kept and acknowledged at once. */
  onMessage: (inbound: Inbound) => void;
  until(condition: () => boolean): Promise<void>;
}

/**
 * A broker of enterprise `e`: every username starting with `d` is a device, with `g` a gateway, the password is `secret`;
 * `token-d7` alone signs in as d7; `old` is retired.
 */
export async function startBench(policy: Partial<BrokerPolicy> = {}, clock: Clock = machineClock()): Promise<Bench> {
  const broker = createEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    authenticate(username, password) {
      if (username.startsWith('token-') && password === null)
        return { ok: true, credential: username.slice(6), kind: 'device', enterprise: 'e' };
      if (username === 'old') return { ok: false, code: 'CONNECT_RETIRED' };
      if (!username.startsWith('d') && !username.startsWith('g')) return { ok: false, code: 'CONNECT_UNKNOWN_USER' };
      if (password !== 'secret') return { ok: false, code: 'CONNECT_WRONG_SECRET' };
      return { ok: true, credential: username, kind: username.startsWith('g') ? 'gateway' : 'device', enterprise: 'e' };
    },
    may,
    heartbeatMs: () => null,
    ...policy,
  });
  const watchers = new Set<() => void>();
  const wake = (): void => {
    for (const check of watchers) check();
  };
  const bench: Omit<Bench, 'port'> & { port: number } = {
    broker,
    port: 0,
    inbound: [],
    presence: [],
    refused: [],
    accepted: [],
    onMessage: (inbound) => inbound.ack(),
    until(condition) {
      if (condition()) return Promise.resolve();
      return new Promise((resolve) => {
        const check = (): void => {
          if (!condition()) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
      });
    },
  };
  await broker.start(
    {
      onMessage(inbound) {
        bench.inbound.push(inbound);
        bench.onMessage(inbound);
        wake();
      },
      onPresence(change) {
        bench.presence.push(change);
        wake();
      },
      onRefused(line) {
        bench.refused.push(line);
        wake();
      },
      onAccepted: (publisher) => bench.accepted.push(publisher),
    },
    clock,
  );
  bench.port = broker.ports.mqtt ?? 0;
  return bench;
}

export const telemetryOf = (device: string): string => `beacon/v1/e/${device}/telemetry`;
export const commandOf = (device: string): string => `beacon/v1/e/${device}/command`;
