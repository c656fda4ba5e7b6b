import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { expect, it } from 'vitest';
import { oneWritePerFlush } from './one-write.ts';

/** Calls of the socket's own write (one each for a single chunk or for several together) while `count` events go to one client. */
async function writesOf(
  count: number,
  prepare: (connection: Parameters<typeof oneWritePerFlush>[0]) => void,
): Promise<{ writes: number; seen: number[] }> {
  const http = createServer();
  const server = new Server(http, { serveClient: false, transports: ['websocket'] });
  http.listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  const client = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { transports: ['websocket'], reconnection: false });
  const seen: number[] = [];
  try {
    const all = new Promise<void>((resolve) =>
      client.on('n', (n: number) => {
        seen.push(n);
        if (n === count - 1) resolve();
      }),
    );
    const writes = await new Promise<() => number>((resolve) =>
      server.on('connection', (socket) => {
        prepare(socket.conn);
        const raw = socket.conn.request.socket;
        let calls = 0;
        for (const name of ['_write', '_writev']) {
          const own = Reflect.get(raw, name) as (...args: unknown[]) => void;
          Reflect.set(raw, name, (...args: unknown[]) => {
            calls += 1;
            Reflect.apply(own, raw, args);
          });
        }
        for (let n = 0; n < count; n += 1) socket.emit('n', n);
        resolve(() => calls);
      }),
    );
    await all;
    return { writes: writes(), seen };
  } finally {
    client.close();
    await server.close();
  }
}

it('hundreds of events of one turn are a handful of writes, each event once and in order', async () => {
  const plain = await writesOf(300, () => undefined);
  const together = await writesOf(300, oneWritePerFlush);
  // Without it every event is a write: if engine.io learns to do this by itself, ours can go.
  expect(plain.writes).toBeGreaterThanOrEqual(300);
  expect(together.writes).toBeLessThan(10);
  expect(together.seen).toEqual(Array.from({ length: 300 }, (_, n) => n));
});

it('a connection that began with polling is left alone', () => {
  const connection = Object.assign(new EventEmitter(), {
    transport: { name: 'polling' },
    request: { socket: { cork: () => expect.unreachable(), uncork: () => expect.unreachable() } },
  });
  oneWritePerFlush(connection);
  expect(connection.listenerCount('flush')).toBe(0);
});
