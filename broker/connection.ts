import type { Duplex } from 'node:stream';
import type { Client, PublishPacket } from 'aedes';
import type { Actor } from '../model/actor.ts';
import type { Publisher } from '../model/ports/message-source.ts';
import type { RejectionCode } from '../model/rejection.ts';
import type { MonoMs } from '../model/time.ts';
import { AckQueue, type Settling } from './ack-queue.ts';
import type { Door } from './door.ts';
import { FrameGate, type Violation } from './frame-gate.ts';
import { InboundMessage } from './inbound.ts';
import { isHarmlessWord } from './other-platforms.ts';
import { messageDigest } from './qos2-ids.ts';
import { isCleanText, topicLevels } from './topic-text.ts';

/** The hook's way back into Aedes: lets the PUBACK go. Never called with an error: a connection is dropped here, after its receipts. */
type HookDone = () => void;

interface Waiting extends Settling {
  readonly bytes: number;
  readonly done: HookDone;
}

/** Allowed topics a connection remembers: a gateway's devices, each with three topics. */
const REMEMBERED_TOPICS = 4_096;
/** After our own end of a connection, so long for the client's. */
const GOODBYE_MS = 500;
/** Refused subscriptions, and words dropped, of one connection that get a ledger line. */
const REFUSALS_TOLD = 10;

/** Number of a last will among its connection's messages: nobody sent it, it is no sign of life. */
const WILL = -1;

/** What the CONNECT said, as far as the connection needs it later. */
export interface SignedIn {
  readonly publisher: Publisher;
  readonly actor: Actor;
  /** 0 = the idle limit follows the heartbeat. */
  readonly keepaliveMs: number;
  readonly keepSession: boolean;
}

/** One connection from its first byte to its last: the order of its receipts, its rights and its end. */
export class Connection {
  readonly number: number;
  readonly address: string;
  readonly conn: Duplex;
  readonly gate: FrameGate;
  /** Filters of commands it is subscribed to, with the granted QoS. */
  readonly commands = new Map<string, 0 | 1 | 2>();
  client: Client | null = null;
  signedIn: SignedIn | null = null;
  /** Texts of a CONNECT that has not been accepted, for the ledger. */
  username: string | null = null;
  clientId: string | null = null;
  /** CONNACK code for a refused CONNECT; null = accepted. */
  connackCode: number | null = null;
  ready = false;
  ended = false;
  lastHeard: MonoMs;
  /** Bytes of commands given to the library for it and not yet known to be written: it writes in a later turn of the loop. */
  commandBytes = 0;

  readonly #door: Door;
  readonly #waiting = new AckQueue<Waiting>((first) => this.#release(first));
  readonly #allowed = new Set<string>();
  #sent = 0;
  #refusalsTold = 0;
  #wordsDropped = 0;
  #refused = false;
  #closing = false;
  #forbidden = false;
  #goodbye = false;
  #cancelClose: (() => void) | null = null;

  constructor(door: Door, conn: Duplex, number: number, address: string) {
    this.#door = door;
    this.conn = conn;
    this.number = number;
    this.address = address;
    this.lastHeard = door.clock.mono();
    this.gate = new FrameGate(conn, door.limits, door.flow, door.turns, {
      heard: () => {
        this.lastHeard = door.clock.mono();
      },
      violated: (what, bytes) => this.#violated(what, bytes),
    });
  }

  /** Messages handed over and not yet released. */
  get inFlight(): number {
    return this.#waiting.size;
  }

  /** A PUBLISH from the wire: hands it over; `done` is called once it and everything before it is durable. */
  publish(packet: PublishPacket, done: HookDone): void {
    const { signedIn } = this;
    if (signedIn === null || this.ended || this.#forbidden) return;
    const nth = this.#sent;
    this.#sent += 1;
    const { topic, payload } = packet;
    if (!this.#mayPublish(signedIn, topic)) {
      if (isHarmlessWord(topic, signedIn.publisher.kind)) {
        // Its receipt waits for those before it, as every other; nothing of it goes further.
        this.#enqueue({ settled: true, bytes: topic.length, done });
        return;
      }
      this.#forbidden = true;
      this.#closeAfterReceipts();
      return;
    }
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
    const packetId = packet.qos === 0 ? null : (packet.messageId ?? null);
    const digest = packet.qos === 2 && packetId !== null ? messageDigest(topic, bytes) : null;
    const waiting: Waiting = { settled: false, bytes: bytes.length + topic.length, done };
    if (digest !== null && packetId !== null && !this.#door.qos2.take(signedIn.publisher.client, packetId, digest, this.number)) {
      // Repeated: its first copy stands before it in this queue, or was durable on an earlier connection.
      waiting.settled = true;
      this.#enqueue(waiting);
      return;
    }
    const message = new InboundMessage(
      {
        topic,
        payload: bytes,
        publisher: signedIn.publisher,
        receivedAt: this.#door.clock.now(),
        qos: packet.qos,
        packetId,
        nth,
        retain: packet.retain,
      },
      (durable) => {
        if (this.ended) return;
        if (!durable) {
          this.close();
          return;
        }
        if (digest !== null && packetId !== null) this.#door.qos2.durable(signedIn.publisher.client, packetId, digest);
        waiting.settled = true;
        this.#waiting.advance();
      },
    );
    this.#enqueue(waiting);
    if (!this.#door.deliver(message)) message.fail();
  }

  /** The last will. Nobody waits for its receipt. */
  publishWill(topic: string, payload: Uint8Array, retain: boolean): void {
    const { signedIn } = this;
    if (signedIn === null || !this.#mayPublish(signedIn, topic)) return;
    this.#door.deliver(
      new InboundMessage(
        { topic, payload, publisher: signedIn.publisher, receivedAt: this.#door.clock.now(), qos: 0, packetId: null, nth: WILL, retain },
        null,
      ),
    );
  }

  maySubscribe(filter: string): boolean {
    const { signedIn } = this;
    if (signedIn === null) return false;
    const { publisher, actor } = signedIn;
    const fits =
      isCleanText(filter) &&
      topicLevels(filter) <= this.#door.limits.maxTopicLevels &&
      this.commands.size < this.#door.limits.maxSubscriptions;
    if (fits && this.#door.may(actor, 'mqtt.subscribe', { enterprise: publisher.enterprise, device: publisher.device, topic: filter }))
      return true;
    this.#refusalsTold += 1;
    if (this.#refusalsTold <= REFUSALS_TOLD) this.refuse('FORBIDDEN_TOPIC', 'subscription', filter);
    return false;
  }

  /** Whether a will could be published, or is dropped when its time comes without harm to anybody. */
  mayWill(signedIn: SignedIn, topic: string): boolean {
    return this.#mayPublish(signedIn, topic) || isHarmlessWord(topic, signedIn.publisher.kind);
  }

  /** One line for the ledger. */
  refuse(code: RejectionCode, detail: string, at?: string, device?: string | null): void {
    this.#refused = true;
    const publisher = this.signedIn?.publisher ?? null;
    this.#door.refused({
      code,
      device: device ?? (publisher === null ? null : publisher.credential),
      ...(at === undefined ? {} : { at: at.slice(0, 200) }),
      detail: detail.slice(0, 200),
      refusedAt: this.#door.clock.now(),
      address: this.address,
      username: this.username,
      clientId: this.clientId,
    });
  }

  /** Aedes gave the connection up. What is the client's doing, and has no line yet, gets one. */
  failed(error: Error): void {
    if (this.#refused || this.ended || 'code' in error) return;
    if (error.message === 'keep alive timeout' || error.message === 'connection closed' || error.message === 'drain timeout') return;
    const aboutTopic = this.ready && error.message.includes('PUBLISH');
    this.refuse(aboutTopic || error.message.includes('too many levels') ? 'BAD_TOPIC' : 'CONNECT_BAD_PROTOCOL', error.message);
  }

  /** Close without a word; the will goes out unless the client had said goodbye. */
  close(): void {
    this.gate.shut();
    this.conn.destroy();
  }

  /** The socket is gone: nothing of it waits any more. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.#cancelClose?.();
    this.gate.shut();
    for (const { bytes } of this.#waiting.clear()) this.#door.flow.released(bytes);
    const { signedIn } = this;
    if (signedIn !== null) this.#door.qos2.connectionEnded(signedIn.publisher.client, this.number, signedIn.keepSession);
  }

  #mayPublish(signedIn: SignedIn, topic: string): boolean {
    if (this.#allowed.has(topic)) return true;
    const { publisher, actor } = signedIn;
    if (!isCleanText(topic) || topicLevels(topic) > this.#door.limits.maxTopicLevels) {
      this.refuse('BAD_TOPIC', 'control characters, not UTF-8 or too many levels', topic, publisher.credential);
      return false;
    }
    if (!this.#door.may(actor, 'mqtt.publish', { enterprise: publisher.enterprise, device: publisher.device, topic })) {
      if (isHarmlessWord(topic, publisher.kind)) this.#dropped(topic, publisher.credential);
      else this.refuse('FORBIDDEN_TOPIC', 'publish', topic, publisher.credential);
      return false;
    }
    if (this.#allowed.size < REMEMBERED_TOPICS) this.#allowed.add(topic);
    return true;
  }

  /** A word that nobody listens to: the first ones of a connection have their line. */
  #dropped(topic: string, credential: string): void {
    this.#wordsDropped += 1;
    if (this.#wordsDropped <= REFUSALS_TOLD) this.refuse('UNKNOWN_TOPIC', 'publish', topic, credential);
  }

  #enqueue(waiting: Waiting): void {
    this.#door.flow.taken(waiting.bytes);
    this.#waiting.push(waiting);
    if (waiting.settled) this.#waiting.advance();
  }

  #release(first: Waiting): void {
    this.#door.flow.released(first.bytes);
    this.gate.released();
    first.done();
    if (this.#closing && this.#waiting.size === 0) this.#sayGoodbye();
  }

  #violated(what: Violation, frameBytes: number): void {
    if (what === 'too-large') this.refuse('FRAME_TOO_LARGE', `${frameBytes} bytes, allowed are ${this.#allowedFrame()}`);
    else
      this.refuse(
        'CONNECT_BAD_PROTOCOL',
        what === 'not-a-connect' ? 'the first packet is not a CONNECT' : 'remaining length of more than four bytes',
      );
    this.#closeAfterReceipts();
  }

  /**
   * Reads no more; what came before gets its receipt, then the connection goes. Dropping it at once would take the receipts of
   * good readings with it, and the device would send all of them again, for ever.
   */
  #closeAfterReceipts(): void {
    this.#closing = true;
    this.gate.shut();
    this.#cancelClose = this.#door.clock.after(this.#door.limits.drainTimeoutMs, () => this.close());
    // Not at once: part of a chunk may still be on its way through the parser.
    setImmediate(() => {
      if (this.#waiting.size === 0) this.#sayGoodbye();
    });
  }

  #allowedFrame(): number {
    return this.ready ? this.#door.limits.frameAfterConnect : this.#door.limits.frameBeforeConnect;
  }

  /** Ends rather than destroys: a reset would overtake the last PUBACKs. A client that does not go by itself is closed. */
  #sayGoodbye(): void {
    if (this.ended || this.#goodbye) return;
    this.#goodbye = true;
    this.#cancelClose?.();
    this.#cancelClose = this.#door.clock.after(GOODBYE_MS, () => this.close());
    setImmediate(() => this.conn.end());
  }
}
