import type { Duplex } from 'node:stream';
import type { Flow } from './flow.ts';
import { FrameScanner, PUBLISH_UNITS } from './frame-scanner.ts';
import type { Turns, Worker } from './turns.ts';

export interface GateLimits {
  readonly frameBeforeConnect: number;
  readonly frameAfterConnect: number;
  /** PUBLISH frames let in and not yet released; Infinity = no such limit. */
  readonly inFlight: number;
}

/**
 * Taken from the stream at once. Not all it has: an emptied stream reads on from the socket, and what is then put back comes on
 * top of that, so that a flood of small frames would be held without end. Of more than this the stream sees that it is full.
 */
const SLICE_BYTES = 16_384;

export type Violation = 'not-a-connect' | 'too-large' | 'bad-length';

export interface GateEvents {
  /** Bytes came in. */
  heard(): void;
  /** A frame that must not pass; what came before it in the same chunk still does. Nothing is read any more. */
  violated(what: Violation, frameBytes: number): void;
}

/**
 * Stands between a connection and the broker library by answering `conn.read()` itself: the library gets whole slices that end at
 * a frame's border, at most as many PUBLISH as there is room for, and no byte of a frame that is too long.
 */
export class FrameGate implements Worker {
  readonly scanner: FrameScanner;
  readonly #conn: Duplex;
  readonly #native: (size?: number) => Buffer | null;
  readonly #limits: GateLimits;
  readonly #flow: Flow;
  readonly #turns: Turns;
  readonly #events: GateEvents;
  #admitted = 0;
  #blocked = false;
  #beforeConnack = false;
  #shut = false;
  #wakeAsked = false;
  #feed: ((slice: Buffer) => void) | null = null;
  /** Work that may still be done in this slice, see `Turns`. */
  #slice = Number.POSITIVE_INFINITY;
  /** The slice ended before the bytes did. */
  #cutShort = false;
  #awaitsDrain = false;

  constructor(conn: Duplex, limits: GateLimits, flow: Flow, turns: Turns, events: GateEvents) {
    this.#conn = conn;
    this.#native = conn.read.bind(conn) as (size?: number) => Buffer | null;
    this.#limits = limits;
    this.#flow = flow;
    this.#turns = turns;
    this.#events = events;
    this.scanner = new FrameScanner(limits.frameBeforeConnect, limits.frameAfterConnect);
    conn.read = (size?: number) => (size === 0 ? this.#native(0) : this.#read());
  }

  /**
   * Takes the reading out of the library's hands: what may pass is given to `feed` as soon as it is there. The library reads on
   * only after everything of a chunk is answered, which would leave a client without PINGRESP while a receipt is held; and what
   * is answered during its own `pause()` it never counts, so that a connection can stall for ever.
   */
  drive(feed: (slice: Buffer) => void): void {
    this.#feed = feed;
    this.#conn.read = (size?: number) => (size === 0 ? this.#native(0) : null);
    // The library counts the first 'readable' before it takes a CONNECT.
    this.#conn.emit('readable');
    this.#conn.removeAllListeners('readable');
    this.#conn.on('readable', () => this.#turns.ask(this));
  }

  /** It is we who do not read: its next frame is a PUBLISH that has to wait for room, or others have their turn. */
  get blocked(): boolean {
    return this.#blocked || this.#turns.waits(this);
  }

  /** CONNACK is out: what came after the CONNECT may follow. */
  open(): void {
    this.scanner.open();
    if (!this.#beforeConnack) return;
    this.#beforeConnack = false;
    this.#blocked = true;
    this.unblock();
  }

  /** Read nothing any more. */
  shut(): void {
    this.#shut = true;
    this.#flow.forget(this);
  }

  /** One PUBLISH that was let in is done with. */
  released(): void {
    this.#admitted -= 1;
    if (!this.#blocked || this.#admitted > this.#limits.inFlight / 2) return;
    if (this.#flow.open) this.unblock();
    else this.#flow.wait(this);
  }

  /** Go on reading. Not at once: the caller may stand inside the parser, which cannot be entered twice. */
  unblock(): void {
    if (this.#wakeAsked || this.#shut) return;
    this.#wakeAsked = true;
    queueMicrotask(() => {
      this.#wakeAsked = false;
      if (this.#shut || !this.#blocked) return;
      this.#blocked = false;
      this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#feed === null) this.#conn.emit('readable');
    else this.#turns.ask(this);
  }

  /** A slice of reading. */
  work(units: number): { readonly used: number; readonly more: boolean } {
    const feed = this.#feed;
    if (feed === null) return { used: 0, more: false };
    this.#slice = units;
    for (let slice = this.#readIfHeard(); slice !== null; slice = this.#readIfHeard()) {
      feed(slice);
      if (this.#cutShort) break;
    }
    return { used: units - this.#slice, more: this.#cutShort };
  }

  /** One that does not read our answers is not read either: its pings would pile up as our PINGRESPs. */
  #readIfHeard(): Buffer | null {
    this.#cutShort = false;
    if (!this.#conn.writableNeedDrain) return this.#read();
    if (!this.#awaitsDrain) {
      this.#awaitsDrain = true;
      this.#conn.once('drain', () => {
        this.#awaitsDrain = false;
        this.#turns.ask(this);
      });
    }
    return null;
  }

  #read(): Buffer | null {
    if (this.#shut || this.#blocked || this.#beforeConnack) return null;
    const waiting = this.#conn.readableLength;
    const chunk = waiting > SLICE_BYTES ? this.#native(SLICE_BYTES) : this.#native();
    if (chunk === null) return null;
    this.#events.heard();
    const { scanner } = this;
    const room = this.#flow.open ? this.#limits.inFlight - this.#admitted : 0;
    const cut = scanner.scan(chunk, room, this.#slice);
    this.#admitted += scanner.publishes;
    this.#slice -= cut + scanner.publishes * PUBLISH_UNITS;
    const { stop } = scanner;
    this.#cutShort = stop === 'turn';
    if (stop === 'all') return chunk;
    if (stop === 'too-large' || stop === 'not-a-connect' || stop === 'bad-length') {
      this.shut();
      this.#events.violated(stop, scanner.tooLongBytes);
    } else {
      // Put back rather than kept here: the stream must not report its end while we still hold some of it.
      this.#conn.unshift(chunk.subarray(cut));
      if (stop === 'connect') this.#beforeConnack = true;
      if (stop === 'no-room') {
        this.#blocked = true;
        if (!this.#flow.open) this.#flow.wait(this);
      }
    }
    return cut === 0 ? null : chunk.subarray(0, cut);
  }
}
