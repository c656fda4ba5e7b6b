/**
 * Finds the borders of MQTT frames in a byte stream (fixed header: MQTT 3.1.1 clause 2.2) without decoding them, so that
 * a frame's length is judged from its first five bytes, before anybody buffers the rest, and a chunk can be handed on in parts
 * that end at a border. It leaves the meaning of frames to the codec.
 */
export type ScanStop =
  /** Everything may pass. */
  | 'all'
  /** The next frame is a PUBLISH and there is no room for it. */
  | 'no-room'
  /** Enough frames for one turn. */
  | 'turn'
  /** The CONNECT is through; the next frame waits for the CONNACK. */
  | 'connect'
  | 'not-a-connect'
  | 'too-large'
  | 'bad-length';

const CONNECT = 1;
const PUBLISH = 3;
const DISCONNECT = 14;
/** Frames handed on at once: a chunk of 30,000 pings must not keep the others waiting. */
const FRAMES_A_TURN = 512;
/** What a PUBLISH costs beside its bytes, in bytes: a short one takes ten µs or so, a long one 40 ns a byte. */
export const PUBLISH_UNITS = 256;

export class FrameScanner {
  /** Why the last `scan` ended where it did. */
  stop: ScanStop = 'all';
  /** PUBLISH frames that began in what the last `scan` let pass. */
  publishes = 0;
  /** Length of the frame that was too long, header included. */
  tooLongBytes = 0;
  /** A DISCONNECT has passed. */
  sawDisconnect = false;

  #limit: number;
  readonly #limitAfter: number;
  #connectSeen = false;
  #opened = false;
  /** Bytes of the fixed header read so far; 0 = between two frames. */
  #header = 0;
  #length = 0;
  /** Bytes of the frame's body still to come. */
  #body = 0;

  constructor(limitBeforeBytes: number, limitAfterBytes: number) {
    this.#limit = limitBeforeBytes;
    this.#limitAfter = limitAfterBytes;
  }

  /** The CONNACK is out: anything may follow, up to the larger limit. */
  open(): void {
    this.#opened = true;
    this.#limit = this.#limitAfter;
  }

  /**
   * How many bytes of `chunk` may pass, with at most `room` further PUBLISH frames among them. `stop` says why not all.
   * @param slice work this turn may bring: bytes, and `PUBLISH_UNITS` for each PUBLISH; the frame that goes beyond it still passes
   */
  scan(chunk: Uint8Array, room: number, slice = Number.POSITIVE_INFINITY): number {
    const end = chunk.length;
    let at = 0;
    let frameStart = 0;
    let startedHere = false;
    let frames = 0;
    this.stop = 'all';
    this.publishes = 0;
    while (at < end) {
      if (this.#body > 0) {
        const step = Math.min(this.#body, end - at);
        at += step;
        this.#body -= step;
        continue;
      }
      const byte = chunk[at] ?? 0;
      if (this.#header === 0) {
        const type = byte >> 4;
        if (!this.#connectSeen && type !== CONNECT) return this.#end('not-a-connect', at);
        if (this.#connectSeen && !this.#opened) return this.#end('connect', at);
        if (frames === FRAMES_A_TURN || at + this.publishes * PUBLISH_UNITS >= slice) return this.#end('turn', at);
        if (type === PUBLISH) {
          if (this.publishes >= room) return this.#end('no-room', at);
          this.publishes += 1;
        } else if (type === DISCONNECT) {
          this.sawDisconnect = true;
        }
        this.#connectSeen = true;
        startedHere = true;
        frameStart = at;
        frames += 1;
        this.#header = 1;
        this.#length = 0;
        at += 1;
        continue;
      }
      at += 1;
      this.#length |= (byte & 0x7f) << (7 * (this.#header - 1));
      this.#header += 1;
      if ((byte & 0x80) !== 0) {
        // [2.2.3]: at most four bytes of remaining length.
        if (this.#header > 4) return this.#end('bad-length', startedHere ? frameStart : 0);
        continue;
      }
      const total = this.#header + this.#length;
      if (total > this.#limit) {
        this.tooLongBytes = total;
        return this.#end('too-large', startedHere ? frameStart : 0);
      }
      this.#header = 0;
      this.#body = this.#length;
    }
    return at;
  }

  #end(stop: ScanStop, at: number): number {
    this.stop = stop;
    return at;
  }
}
