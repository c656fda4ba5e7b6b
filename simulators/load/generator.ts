import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';

/**
 * Load from raw sockets with packets encoded beforehand, so that the generator costs as little as possible beside what it measures.
 * Closed loop: every connection keeps `inFlight` PUBLISH waiting for their PUBACK. Open loop: messages leave at `rate` per second in
 * all, whatever comes back, and latency counts from the time each was due.
 */
export interface LoadSettings {
  readonly host: string;
  readonly port: number;
  readonly devices: readonly LoadDevice[];
  /** Closed loop: PUBLISH in flight per connection. Open loop: at most so many; what is due beyond waits and its latency grows. */
  readonly inFlight: number;
  /** Messages per second over all connections; null = closed loop. */
  readonly rate: number | null;
  /** Not measured at the beginning, ms. */
  readonly warmUpMs: number;
  readonly measureMs: number;
}
export interface LoadDevice {
  readonly username: string | null;
  readonly password: string | null;
  readonly clientId: string;
  readonly topic: string;
  /** Sent in turn. */
  readonly payloads: readonly string[];
}
export interface LoadResult {
  readonly connections: number;
  readonly sent: number;
  /** In the measured time. */
  readonly acknowledged: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Sent in the measured time and not acknowledged 2 s after its end. */
  readonly unanswered: number;
  readonly lostConnections: number;
  /** PUBLISH to PUBACK, ms, in the measured time. */
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
}

const MAX_ID = 65_535;

class Connection {
  private readonly socket: Socket;
  private readonly packets: Buffer[];
  /** Where the packet identifier stands in each packet. */
  private readonly idAt: number;
  private readonly due = new Float64Array(MAX_ID + 1);
  private rest: Buffer | null = null;
  private turn = 0;
  private id = 0;
  waiting = 0;
  lost = false;

  constructor(settings: LoadSettings, device: LoadDevice, onOpen: () => void, onAck: (due: number, connection: Connection) => void) {
    const { topic } = device;
    this.idAt = 0;
    this.packets = device.payloads.map(
      (payload) => generate({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId: 1 }) as Buffer,
    );
    const first = this.packets[0];
    if (first === undefined) throw new Error('a load device needs a payload');
    // Fixed header, remaining length (1 or 2 bytes here), topic length, topic, then the identifier.
    const lengthBytes = (first[1] ?? 0) > 127 ? 2 : 1;
    this.idAt = 1 + lengthBytes + 2 + Buffer.byteLength(topic);
    this.onAck = onAck;
    this.socket = connect({ host: settings.host, port: settings.port, noDelay: true });
    const hello = generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: device.clientId,
      keepalive: 600,
      ...(device.username === null ? {} : { username: device.username }),
      ...(device.password === null ? {} : { password: Buffer.from(device.password) }),
    });
    this.socket.on('connect', () => this.socket.write(hello));
    this.socket.on('error', () => this.drop());
    this.socket.on('close', () => this.drop());
    let open = false;
    this.socket.on('data', (chunk) => {
      let data = this.rest === null ? chunk : Buffer.concat([this.rest, chunk]);
      this.rest = null;
      while (data.length >= 4) {
        if (data[0] === 0x20) {
          if (!open && data[3] === 0) {
            open = true;
            onOpen();
          } else if (data[3] !== 0) this.drop();
        } else if (data[0] === 0x40) {
          const id = data.readUInt16BE(2);
          this.waiting -= 1;
          this.onAck(this.due[id] ?? 0, this);
        }
        data = data.subarray(4);
      }
      if (data.length > 0) this.rest = Buffer.from(data);
    });
  }

  private readonly onAck: (due: number, connection: Connection) => void;

  private drop(): void {
    this.lost = true;
    this.socket.destroy();
  }
  /** Sends the next `count` messages as one write. */
  send(count: number, dueAt: number): void {
    const out: Buffer[] = [];
    for (let i = 0; i < count; i += 1) {
      this.id = this.id === MAX_ID ? 1 : this.id + 1;
      this.turn = (this.turn + 1) % this.packets.length;
      const packet = Buffer.from(this.packets[this.turn] ?? []);
      packet.writeUInt16BE(this.id, this.idAt);
      this.due[this.id] = dueAt;
      out.push(packet);
    }
    this.waiting += count;
    this.socket.write(out.length === 1 && out[0] !== undefined ? out[0] : Buffer.concat(out));
  }
  close(): void {
    this.socket.destroy();
  }
}

function percentiles(samples: Float64Array): LoadResult['latencyMs'] {
  const sorted = samples.toSorted();
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) * 100) / 100;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** Connects everybody (some hundred a second), warms up, measures, and tells. */
export async function runLoad(settings: LoadSettings, now: () => number): Promise<LoadResult> {
  const latencies: number[] = [];
  let measuring = false;
  let measureFrom = 0;
  let acknowledged = 0;
  let sent = 0;
  let running = true;
  const refill = new Set<Connection>();

  const onAck = (due: number, connection: Connection): void => {
    const at = now();
    if (measuring && due >= measureFrom) {
      acknowledged += 1;
      latencies.push(at - due);
    }
    if (settings.rate === null && running) refill.add(connection);
  };
  const connections: Connection[] = [];
  const BATCH = 50;
  for (let i = 0; i < settings.devices.length; i += BATCH) {
    await Promise.all(
      settings.devices.slice(i, i + BATCH).map(
        (device) =>
          new Promise<void>((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error(`${device.clientId}: no CONNACK within 20 s`)), 20_000);
            connections.push(
              new Connection(
                settings,
                device,
                () => {
                  clearTimeout(timer);
                  resolve();
                },
                onAck,
              ),
            );
          }),
      ),
    );
  }

  let pump: NodeJS.Timeout | NodeJS.Immediate | null = null;
  if (settings.rate === null) {
    for (const connection of connections) connection.send(settings.inFlight, now());
    sent += connections.length * settings.inFlight;
    const turn = (): void => {
      const at = now();
      for (const connection of refill) {
        const count = settings.inFlight - connection.waiting;
        if (count > 0 && !connection.lost) {
          connection.send(count, at);
          sent += count;
        }
      }
      refill.clear();
      if (running) pump = setImmediate(turn);
    };
    pump = setImmediate(turn);
  } else {
    const begun = now();
    const perMs = settings.rate / 1000;
    let next = 0;
    pump = setInterval(() => {
      const at = now();
      const wanted = Math.floor((at - begun) * perMs);
      for (; next < wanted; next += 1) {
        const connection = connections[next % connections.length];
        if (connection === undefined || connection.lost) continue;
        if (connection.waiting >= settings.inFlight) break;
        connection.send(1, begun + next / perMs);
        sent += 1;
      }
    }, 2);
  }
  await new Promise((resolve) => setTimeout(resolve, settings.warmUpMs));
  measuring = true;
  measureFrom = now();
  const sentBefore = sent;
  await new Promise((resolve) => setTimeout(resolve, settings.measureMs));
  const counted = acknowledged;
  const seconds = (now() - measureFrom) / 1000;
  const sentMeasured = sent - sentBefore;
  running = false;
  if (settings.rate !== null) clearInterval(pump as NodeJS.Timeout);
  else clearImmediate(pump as NodeJS.Immediate);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const lostConnections = connections.filter((connection) => connection.lost).length;
  for (const connection of connections) connection.close();
  return {
    connections: connections.length,
    sent: sentMeasured,
    acknowledged: counted,
    seconds,
    perSecond: counted / seconds,
    unanswered: Math.max(0, sentMeasured - acknowledged),
    lostConnections,
    latencyMs: percentiles(Float64Array.from(latencies)),
  };
}
