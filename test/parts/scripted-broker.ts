import { createServer, type Socket } from 'node:net';
import mqttPacket, { type Packet } from 'mqtt-packet';

const { generate, parser } = mqttPacket;
/** A broker that says what a test tells it to: lets everybody in, answers SUBSCRIBE, and sends what it is given. */
export interface ScriptedBroker {
  readonly url: string;
  /** To every client; a DISCONNECT also ends the connection. */
  send(packet: Packet): void;
  stop(): Promise<void>;
}

/** @param granted reason code of every subscription */
export async function startScriptedBroker(granted = 1): Promise<ScriptedBroker> {
  const sockets = new Set<Socket>();
  const v5 = { protocolVersion: 5 } as const;
  const server = createServer((socket) => {
    const read = parser(v5);
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => read.parse(bytes));
    read.on('packet', (packet) => {
      if (packet.cmd === 'connect') socket.write(generate({ cmd: 'connack', reasonCode: 0, sessionPresent: false }, v5));
      else if (packet.cmd === 'subscribe')
        socket.write(generate({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(() => granted) }, v5));
      else if (packet.cmd === 'pingreq') socket.write(generate({ cmd: 'pingresp' }, v5));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port given');
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    send(packet) {
      for (const socket of sockets) {
        socket.write(generate(packet, v5));
        if (packet.cmd === 'disconnect') socket.end();
      }
    },
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}
