/** A socket that says yes to CONNECT and PUBACK to every PUBLISH and does nothing else: what the generator can do at most is measured against it. */
import { createServer, type Socket } from 'node:net';
import { createFrameReader, PUBLISH } from './frames.ts';

const CONNECT = 1;

/** Listens on 127.0.0.1; port 0 = any free one. */
export async function openAnsweringSocket(port: number): Promise<{ readonly port: number; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.setNoDelay(true);
    let answers: number[] = [];
    const read = createFrameReader((type, _flags, packetId) => {
      if (type === CONNECT) answers.push(0x20, 2, 0, 0);
      else if (type === PUBLISH) answers.push(0x40, 2, packetId >> 8, packetId & 0xff);
    });
    socket.on('data', (chunk: Buffer) => {
      answers = [];
      read(chunk);
      if (answers.length > 0) socket.write(Buffer.from(answers));
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
