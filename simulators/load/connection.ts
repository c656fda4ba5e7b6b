/** One raw socket of the load generator: CONNECT, a ring of encoded packets, PUBACKs counted against the moments they belong to. */
import { connect, type Socket } from 'node:net';
import mqttPacket from 'mqtt-packet';
import { CONNACK, createFrameReader, PUBACK } from './frames.ts';
import { createPacketRing } from './packet-ring.ts';
import type { LoadConnection } from './plan.ts';

export interface LoadSocket {
  /** Sends `count` messages that were due at `at` (monotonic ms); no more than `free()`. */
  send(count: number, at: number): void;
  /** Messages that may be sent now. */
  free(): number;
  readonly sent: number;
  readonly acked: number;
  readonly broken: boolean;
  close(): void;
}

/**
 * Resolves when the broker said yes to CONNECT; rejects with its return code otherwise. `onAck` is called for every PUBACK with the moment
 * its message belongs to, `onRoom` once for those that came together.
 */
export function openLoadSocket(
  target: { readonly host: string; readonly port: number; readonly window: number },
  plan: LoadConnection,
  onAck: (sentAt: number, at: number) => void,
  onRoom: (socket: LoadSocket, count: number) => void,
): Promise<LoadSocket> {
  // Twice the window: a packet id is not used again while it may be in flight.
  const ring = createPacketRing([plan.topic, ...(plan.moreTopics ?? [])], plan.payloads, Math.max(2, target.window * 2));
  const sentAt = new Float64Array(ring.size);
  const socket: Socket = connect({ host: target.host, port: target.port, noDelay: true });
  let sent = 0;
  let acked = 0;
  let broken = false;
  let closing = false;
  const self: LoadSocket = {
    send(count, at): void {
      if (broken || count <= 0) return;
      const from = sent % ring.size;
      for (let i = 0; i < count; i += 1) sentAt[(from + i) % ring.size] = at;
      sent += count;
      for (const slice of ring.slices(from, count)) socket.write(slice);
    },
    free: () => (broken ? 0 : target.window - (sent - acked)),
    get sent(): number {
      return sent;
    },
    get acked(): number {
      return acked;
    },
    get broken(): boolean {
      return broken;
    },
    close(): void {
      closing = true;
      socket.end(mqttPacket.generate({ cmd: 'disconnect' }));
    },
  };
  return new Promise((resolve, reject) => {
    let ackedNow = 0;
    let at = 0;
    const read = createFrameReader((type, code, packetId) => {
      if (type === CONNACK) {
        if (code === 0) resolve(self);
        else reject(new Error(`${plan.clientId}: CONNECT refused with code ${code}`));
      } else if (type === PUBACK) {
        acked += 1;
        ackedNow += 1;
        onAck(sentAt[packetId - 1] ?? 0, at);
      }
    });
    socket.on('connect', () => {
      socket.write(
        mqttPacket.generate({
          cmd: 'connect',
          clientId: plan.clientId,
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          keepalive: 3_600,
          ...(plan.username === null ? {} : { username: plan.username }),
          ...(plan.password === null ? {} : { password: Buffer.from(plan.password) }),
        }),
      );
    });
    socket.on('data', (chunk: Buffer) => {
      ackedNow = 0;
      at = performance.now();
      read(chunk);
      if (ackedNow > 0) onRoom(self, ackedNow);
    });
    socket.on('error', (error) => {
      broken = true;
      reject(error);
    });
    socket.on('close', () => {
      broken = broken || !closing;
      reject(new Error(`${plan.clientId}: closed by the broker`));
    });
  });
}
