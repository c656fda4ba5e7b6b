import type { Socket } from 'socket.io';

/** More than this waiting at once is dropped straight away. */
export const PENDING_MAX_BYTES = 8 * 1024 * 1024;
/** This much waiting while nothing has moved for `STUCK_MS` is a viewer that does not read. */
const STUCK_BYTES = 256 * 1024;
const STUCK_MS = 1_000;
/** A viewer that has not come back after this long is disconnected: its browser connects again when it can. */
export const GIVE_UP_MS = 30_000;

export type Verdict = 'well' | 'fell-behind' | 'still-behind' | 'caught-up' | 'give-up';

interface Packet {
  readonly type: string;
  readonly data?: unknown;
}

/**
 * Watches what waits to be sent to one viewer. Socket.IO itself buffers without end for a client that stops reading; here what waits
 * is dropped beyond a bound, and when the connection drains the viewer gets a fresh snapshot instead.
 */
export class Backlog {
  private readonly socket: Socket;
  private behindSince: number | null = null;
  private movedAt: number;
  private readonly onDrain: () => void;
  private drained = true;

  constructor(socket: Socket, mono: number) {
    this.socket = socket;
    this.movedAt = mono;
    this.onDrain = () => {
      this.drained = true;
    };
    socket.conn.on('drain', this.onDrain);
  }

  get behind(): boolean {
    return this.behindSince !== null;
  }

  /** Bytes that wait in our own process for this viewer, those handed to the transport included. */
  pendingBytes(): number {
    let bytes = transportBytes(this.socket.conn.transport);
    for (const packet of this.waiting()) bytes += typeof packet.data === 'string' ? packet.data.length : 0;
    return bytes;
  }

  /** Judges the viewer. `late`: our own loop stood still since the last look, which is not the viewer's fault. */
  look(mono: number, late: boolean): Verdict {
    const pending = this.pendingBytes();
    if (this.drained || late || pending === 0) this.movedAt = mono;
    this.drained = false;
    if (this.behindSince === null) {
      const stuck = (pending > PENDING_MAX_BYTES && !late) || (pending > STUCK_BYTES && mono - this.movedAt >= STUCK_MS);
      if (!stuck) return 'well';
      this.behindSince = mono;
      this.drop();
      return 'fell-behind';
    }
    if (pending === 0 && this.socket.conn.transport.writable) {
      this.behindSince = null;
      return 'caught-up';
    }
    return mono - this.behindSince >= GIVE_UP_MS ? 'give-up' : 'still-behind';
  }

  close(): void {
    this.socket.conn.off('drain', this.onDrain);
  }

  /** Messages that were not handed to the transport yet go; pings stay, or the connection would be taken for dead. */
  private drop(): void {
    const waiting = this.waiting();
    const kept = waiting.filter((packet) => packet.type !== 'message');
    waiting.splice(0, waiting.length, ...kept);
  }

  private waiting(): Packet[] {
    // Private to engine.io, which offers no other way to see or bound it; a test holds the version to it.
    return Reflect.get(this.socket.conn, 'writeBuffer') as Packet[];
  }
}

/** Bytes of a WebSocket that the kernel has not taken yet; a polling transport holds none between polls. */
function transportBytes(transport: unknown): number {
  if (typeof transport !== 'object' || transport === null || !('socket' in transport)) return 0;
  const socket = transport.socket;
  return typeof socket === 'object' && socket !== null && 'bufferedAmount' in socket && typeof socket.bufferedAmount === 'number'
    ? socket.bufferedAmount
    : 0;
}
