import { createServer } from 'node:net';
import mqttPacket from 'mqtt-packet';

/**
 * The ceiling of the external source as a process of its own: a broker that has always more to send. It answers CONNECT and SUBSCRIBE,
 * keeps as many PUBLISH of QoS 1 under way as the client's Receive Maximum allows, and tells its count when it ends.
 */
const { generate, parser } = mqttPacket;
const v5 = { protocolVersion: 5 } as const;
const DEVICES = 1_000;
const PAYLOAD = JSON.stringify({ lel: 12.5, temp: 21, batt: 88 });
let sent = 0;

const server = createServer((socket) => {
  const read = parser(v5);
  let room = 0;
  let packetId = 0;
  const fill = (): void => {
    if (room < 100) return;
    const packets: Buffer[] = [];
    for (; room > 0; room -= 1) {
      packetId = (packetId % 65_535) + 1;
      const topic = `beacon/v1/e/d${sent % DEVICES}/telemetry`;
      packets.push(generate({ cmd: 'publish', topic, payload: PAYLOAD, qos: 1, messageId: packetId, dup: false, retain: false }, v5));
      sent += 1;
    }
    socket.write(Buffer.concat(packets));
  };
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => read.parse(bytes));
  read.on('packet', (packet) => {
    if (packet.cmd === 'connect') {
      room = packet.properties?.receiveMaximum ?? 65_535;
      socket.write(generate({ cmd: 'connack', reasonCode: 0, sessionPresent: false }, v5));
    } else if (packet.cmd === 'subscribe') {
      socket.write(generate({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(() => 1) }, v5));
      fill();
    } else if (packet.cmd === 'puback') {
      room += 1;
      fill();
    } else if (packet.cmd === 'pingreq') socket.write(generate({ cmd: 'pingresp' }, v5));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`ready port=${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
process.once('SIGTERM', () => process.exit(0));
