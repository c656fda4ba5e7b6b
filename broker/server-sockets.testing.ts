import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

const ACCEPTED = 'net.server.socket';

/**
 * The broker's own ends of the connections of this process, so that a test can count what is held for a client (`writableLength`,
 * bytes not handed to the kernel yet) and what was taken from it (`bytesRead`). The memory of the whole process would say less: it
 * holds the test's end as well, and moves with the load of the machine.
 */
export class ServerSockets {
  readonly #byPort = new Map<number, Socket>();
  readonly #note = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('socket' in message) || !(message.socket instanceof Socket)) return;
    if (message.socket.remotePort !== undefined) this.#byPort.set(message.socket.remotePort, message.socket);
  };

  /** Sees every connection that is accepted from now on. */
  constructor() {
    subscribe(ACCEPTED, this.#note);
  }

  /** The broker's end of the connection that a client opened from this port of its own. */
  of(localPort: number | undefined): Socket {
    const socket = this.#byPort.get(localPort ?? 0);
    if (socket === undefined) throw new Error(`no accepted connection from port ${localPort}`);
    return socket;
  }

  close(): void {
    unsubscribe(ACCEPTED, this.#note);
  }
}
