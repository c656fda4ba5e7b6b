import { createServer } from 'node:net';
import { generate, parser } from 'mqtt-packet';

/** The generator's ceiling: a socket that answers CONNECT and PUBLISH and does nothing else. */
const connack = generate({ cmd: 'connack', returnCode: 0, sessionPresent: false });
const server = createServer((socket) => {
  const packets = parser();
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  packets.on('packet', (packet) => {
    if (packet.cmd === 'connect') socket.write(connack);
    else if (packet.cmd === 'publish' && packet.qos > 0) {
      const id = packet.messageId ?? 0;
      socket.write(Buffer.from([0x40, 2, id >> 8, id & 0xff]));
    }
  });
  socket.on('data', (chunk) => {
    socket.cork();
    packets.parse(chunk);
    socket.uncork();
  });
});
server.listen({ host: '127.0.0.1', port: 0 }, () => {
  const address = server.address();
  process.stdout.write(`ready port=${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
process.once('SIGTERM', () => process.exit(0));
