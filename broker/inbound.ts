import type { Inbound, Publisher } from '../model/ports/message-source.ts';
import type { EpochMs } from '../model/time.ts';

/** What the wire said of a message. */
export type InboundFacts = Omit<Inbound, 'ack' | 'fail'>;

/** A message with its receipt; the receipt counts once. */
export class InboundMessage implements Inbound {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly publisher: Publisher;
  readonly receivedAt: EpochMs;
  readonly qos: 0 | 1 | 2;
  readonly packetId: number | null;
  readonly nth: number;
  readonly retain: boolean;
  readonly stale: boolean;
  #onSettled: ((durable: boolean) => void) | null;

  constructor(facts: InboundFacts, onSettled: ((durable: boolean) => void) | null) {
    this.topic = facts.topic;
    this.payload = facts.payload;
    this.publisher = facts.publisher;
    this.receivedAt = facts.receivedAt;
    this.qos = facts.qos;
    this.packetId = facts.packetId;
    this.nth = facts.nth;
    this.retain = facts.retain;
    this.stale = facts.stale ?? false;
    this.#onSettled = onSettled;
  }

  ack(): void {
    this.#settle(true);
  }

  fail(): void {
    this.#settle(false);
  }

  #settle(durable: boolean): void {
    const onSettled = this.#onSettled;
    this.#onSettled = null;
    onSettled?.(durable);
  }
}
