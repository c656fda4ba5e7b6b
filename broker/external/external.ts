import type { IPublishPacket } from 'mqtt';
import type { Clock } from '../../model/ports/clock.ts';
import { type MessageSource, type SourceHandlers, UPSTREAM_CONNECTIONS_FROM } from '../../model/ports/message-source.ts';
import { AckQueue } from '../ack-queue.ts';
import { InboundMessage } from '../inbound.ts';
import { BackOff } from './back-off.ts';
import { type Link, openLink } from './link.ts';
import { type Receipt, ReceiptBook } from './receipt-book.ts';
import { UPSTREAM_LIMITS, type UpstreamLimits, type UpstreamSettings, type UpstreamStatus } from './settings.ts';
import { TopicIdentities } from './topic-identity.ts';

/** A clean stop gives receipts under way so long. */
const STOP_RECEIPTS_MS = 2_000;
const STOP_POLL_MS = 10;
/** `nth` of what the broker says and not the device: what it kept (RETAIN), and statuses, which may be last wills. */
const NOT_THE_DEVICE = -1;

export interface ExternalSource extends MessageSource {
  status(): UpstreamStatus;
}

export interface ExternalOptions {
  /** For the jitter of the waits; 0 ≤ value < 1. */
  readonly random?: () => number;
  /** Told when the broker is reached or lost; for the log. */
  readonly onChange?: (status: UpstreamStatus) => void;
}

/**
 * An external MQTT 5 broker or cluster as source of messages. One connection with a kept session: a device's order is the broker's.
 * A message of QoS 1 gets its PUBACK after its `ack`, in the order of arrival; what is not acknowledged the broker keeps and repeats,
 * also over a kill of either side. The broker's Receive Maximum bounds what can wait here.
 */
export function createExternalSource(settings: UpstreamSettings, options: ExternalOptions = {}): ExternalSource {
  const limits: UpstreamLimits = { ...UPSTREAM_LIMITS, ...settings.limits };
  const address = new URL(settings.url).host;
  const book = new ReceiptBook(limits.receiveMaximum);
  const backOff = new BackOff(
    { firstMs: limits.backOffMs, longestMs: limits.backOffMaxMs, steadyMs: limits.steadyMs },
    options.random ?? Math.random,
  );
  const totals = { messages: 0, connects: 0, redelivered: 0, dropped: 0, sessionsLost: 0, faults: 0 };
  const held: InboundMessage[] = [];
  let heldFrom = 0;
  let heldBytes = 0;
  /** Held messages whose PUBACK is owed. */
  let heldReceipts = 0;
  let inFlight = 0;
  let lastFault: string | null = null;
  let running: { readonly handlers: SourceHandlers; readonly clock: Clock } | null = null;
  let link: Link | null = null;
  let acks = new AckQueue<Receipt>(() => undefined);
  let identities = new TopicIdentities(UPSTREAM_CONNECTIONS_FROM, address);
  let connections = 0;
  let up = false;
  let since: number | null = null;
  let trouble: string | null = 'not connected yet';
  let paused = false;
  let stopping = false;
  let cancelRetry: (() => void) | null = null;

  function fault(error: unknown): void {
    totals.faults += 1;
    lastFault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }

  function status(): UpstreamStatus {
    return {
      up,
      sinceMono: since,
      trouble,
      paused,
      inFlight,
      held: held.length - heldFrom,
      heldBytes,
      ...totals,
      lastFault,
    };
  }

  function setUp(now: boolean, why: string | null, clock: Clock): void {
    if (now !== up) since = clock.mono();
    const told = now !== up || why !== trouble;
    up = now;
    trouble = why;
    if (told) options.onChange?.(status());
  }

  function connect(handlers: SourceHandlers, clock: Clock): void {
    cancelRetry = null;
    let upAt: number | null = null;
    const opened = openLink(settings, limits, clock, {
      onConnected(resumed) {
        if (!resumed && totals.connects > 0) totals.sessionsLost += 1;
        totals.connects += 1;
        identities = new TopicIdentities(UPSTREAM_CONNECTIONS_FROM + connections, address);
        connections += 1;
        book.connected(resumed);
        acks = new AckQueue<Receipt>((receipt) => {
          opened.acknowledge(receipt.packetId);
          book.acknowledged(receipt);
        });
      },
      onUp() {
        upAt = clock.mono();
        setUp(true, null, clock);
      },
      onPublish(packet) {
        if (!stopping) take(packet, handlers, clock);
      },
      onClosed(why) {
        if (link === opened) link = null;
        if (stopping) return;
        setUp(false, why, clock);
        cancelRetry = clock.after(backOff.next(upAt === null ? 0 : clock.mono() - upAt), () => connect(handlers, clock));
      },
    });
    link = opened;
  }

  function take(packet: IPublishPacket, handlers: SourceHandlers, clock: Clock): void {
    const { topic, retain, dup } = packet;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    totals.messages += 1;
    let receipt: Receipt | null = null;
    if (packet.qos > 0 && packet.messageId !== undefined) {
      const taken = book.take(packet.messageId, topic, payload, dup);
      receipt = taken.receipt;
      acks.push(receipt);
      if (!taken.fresh) {
        totals.redelivered += 1;
        acks.advance();
        return;
      }
    }
    const { speaker, isStatus } = identities.of(topic);
    if (payload.length > limits.payloadBytes) {
      refuseTooLarge(handlers, clock, speaker.publisher.device, topic, payload.length);
      settle(receipt);
      return;
    }
    const fromDevice = !retain && !isStatus;
    const message = new InboundMessage(
      {
        topic,
        payload,
        publisher: speaker.publisher,
        receivedAt: clock.now(),
        qos: packet.qos,
        packetId: receipt?.packetId ?? null,
        nth: fromDevice ? speaker.nth : NOT_THE_DEVICE,
        retain,
        stale: retain,
      },
      (durable) => settled(receipt, durable),
    );
    if (fromDevice) speaker.nth += 1;
    if (paused || heldFrom < held.length) hold(message, receipt);
    else deliver(message, handlers);
  }

  function refuseTooLarge(handlers: SourceHandlers, clock: Clock, device: string | null, topic: string, bytes: number): void {
    try {
      handlers.onRefused({
        code: 'FRAME_TOO_LARGE',
        device,
        at: topic.slice(0, 200),
        detail: `${bytes} bytes, allowed are ${limits.payloadBytes}`,
        refusedAt: clock.now(),
        address,
        username: null,
        clientId: null,
      });
    } catch (error) {
      fault(error);
    }
  }

  /** Bounded: of QoS 1 the broker sends no more than the Receive Maximum ahead; of QoS 0, which it would drop itself, we drop and count. */
  function hold(message: InboundMessage, receipt: Receipt | null): void {
    const tooMany = held.length - heldFrom >= limits.heldMessages || heldBytes >= limits.heldBytes;
    if (tooMany && receipt === null) {
      totals.dropped += 1;
      return;
    }
    // QoS 0 may fill every place: what is to be acknowledged finds one beyond them.
    if (receipt !== null && (heldReceipts >= limits.receiveMaximum || heldBytes >= limits.heldBytes)) {
      // What is not acknowledged comes again, and is then as good as new.
      book.forget(receipt);
      link?.drop('more waits here than there is room for');
      return;
    }
    if (receipt !== null) heldReceipts += 1;
    heldBytes += message.payload.length;
    held.push(message);
  }

  function deliver(message: InboundMessage, handlers: SourceHandlers): void {
    inFlight += 1;
    try {
      handlers.onMessage(message);
    } catch (error) {
      fault(error);
      message.fail();
    }
  }

  function settled(receipt: Receipt | null, durable: boolean): void {
    inFlight -= 1;
    if (durable) settle(receipt);
    else if (receipt !== null) {
      book.forget(receipt);
      // Within a connection a broker repeats nothing (MQTT 5 clause 4.4): it has to be a new one.
      link?.drop('a message could not be made durable');
    }
  }

  function settle(receipt: Receipt | null): void {
    if (receipt === null) return;
    receipt.settled = true;
    acks.advance();
  }

  function nextHeld(): InboundMessage | undefined {
    const message = paused ? undefined : held[heldFrom];
    if (message === undefined) return undefined;
    heldFrom += 1;
    heldBytes -= message.payload.length;
    if (message.packetId !== null) heldReceipts -= 1;
    return message;
  }

  function deliverHeld(handlers: SourceHandlers): void {
    // A message may press so hard that the source is paused again.
    for (let message = nextHeld(); message !== undefined; message = nextHeld()) deliver(message, handlers);
    if (heldFrom === held.length) {
      held.length = 0;
      heldFrom = 0;
    }
  }

  /** Resolves when nothing waits for its receipt any more, or at `until` of `mono`. */
  function receiptsGiven(clock: Clock, until: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (inFlight === 0 || clock.mono() >= until) resolve();
        else clock.after(STOP_POLL_MS, look);
      };
      look();
    });
  }

  return {
    status,
    async start(handlers, clock) {
      if (running !== null) throw new Error('the source is started already');
      running = { handlers, clock };
      since = clock.mono();
      connect(handlers, clock);
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      if (running !== null && !stopping) deliverHeld(running.handlers);
    },
    send(enterprise, device, payload) {
      return link === null || !up ? Promise.resolve(false) : link.publish(`beacon/v1/${enterprise}/${device}/command`, payload);
    },
    /** The external broker's devices sign in there; that is where their rights end. */
    disconnect() {},
    async stop() {
      if (running === null || stopping) return;
      stopping = true;
      cancelRetry?.();
      await receiptsGiven(running.clock, running.clock.mono() + STOP_RECEIPTS_MS);
      await link?.close();
      link = null;
      up = false;
      trouble = 'stopped';
    },
  };
}
