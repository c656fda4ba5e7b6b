/** The little that is needed of an engine.io connection. */
interface Flushing {
  readonly transport: { readonly name: string };
  readonly request: { readonly socket: { cork(): void; uncork(): void } };
  on(event: 'flush', listener: () => void): unknown;
}

/**
 * What engine.io flushes at once leaves in one write. It hands each packet to the WebSocket by itself, and that is a system call each:
 * in a storm of 10,000 alarms with 20 boards 200,000 of them, seconds in which the thread serves nobody else. A connection that began
 * with polling is left as it is: its request's socket need not be the WebSocket's.
 */
export function oneWritePerFlush(connection: Flushing): void {
  if (connection.transport.name !== 'websocket') return;
  const { socket } = connection.request;
  connection.on('flush', () => {
    socket.cork();
    process.nextTick(() => socket.uncork());
  });
}
