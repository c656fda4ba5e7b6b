import type { Settling } from '../ack-queue.ts';

/** A message of QoS 1 between its PUBLISH and its PUBACK. */
export interface Receipt extends Settling {
  readonly packetId: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Durable. */
  settled: boolean;
}

/**
 * What was received and is not known to be acknowledged, over the cuts of one session. When the broker sends such a message again
 * [MQTT-4.4.0-1], it is still the same message: nothing is delivered twice, the same receipt goes out on the new connection.
 */
export class ReceiptBook {
  /** Waiting for their PUBACK, by packet id. */
  readonly #open = new Map<number, Receipt>();
  /** The last ones whose PUBACK was written, oldest first: it may have been lost on the way. */
  readonly #acknowledged = new Map<number, Receipt>();
  /** Both of the connections before, while the broker may still be repeating. */
  #before: { readonly open: Map<number, Receipt>; readonly acknowledged: Map<number, Receipt> } | null = null;
  #received = 0;
  readonly #bound: number;

  /** @param bound the Receive Maximum: more than this the broker cannot repeat. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  get open(): number {
    return this.#open.size;
  }

  /** A new connection. Without the session of before (`resumed` false) packet ids begin anew and say nothing about old messages. */
  connected(resumed: boolean): void {
    this.#before = resumed
      ? {
          open: new Map([...(this.#before?.open ?? []), ...this.#open]),
          acknowledged: new Map([...(this.#before?.acknowledged ?? []), ...this.#acknowledged]),
        }
      : null;
    this.#open.clear();
    this.#acknowledged.clear();
    this.#received = 0;
  }

  /** A PUBLISH of QoS 1: the receipt it had already, or a new one (`fresh`). `dup` as on the wire. */
  take(packetId: number, topic: string, payload: Uint8Array, dup: boolean): { readonly receipt: Receipt; readonly fresh: boolean } {
    const known = this.#repeated(packetId, topic, payload, dup);
    const receipt = known ?? { packetId, topic, payload, settled: false };
    this.#open.set(packetId, receipt);
    return { receipt, fresh: known === null };
  }

  /** Its PUBACK was written. */
  acknowledged(receipt: Receipt): void {
    if (this.#open.get(receipt.packetId) === receipt) this.#open.delete(receipt.packetId);
    this.#acknowledged.delete(receipt.packetId);
    this.#acknowledged.set(receipt.packetId, receipt);
    if (this.#acknowledged.size <= this.#bound) return;
    for (const oldest of this.#acknowledged.keys()) {
      this.#acknowledged.delete(oldest);
      break;
    }
  }

  /** It could not be made durable: the broker's repeat is to be delivered. */
  forget(receipt: Receipt): void {
    for (const open of [this.#open, this.#before?.open]) if (open?.get(receipt.packetId) === receipt) open.delete(receipt.packetId);
  }

  #repeated(packetId: number, topic: string, payload: Uint8Array, dup: boolean): Receipt | null {
    if (this.#before === null) return null;
    const { open, acknowledged } = this.#before;
    // An unacknowledged id cannot be another message; one we did acknowledge may be, unless the broker says that it repeats.
    const found = open.get(packetId) ?? (dup ? acknowledged.get(packetId) : undefined);
    open.delete(packetId);
    acknowledged.delete(packetId);
    this.#received += 1;
    if (this.#received >= this.#bound) this.#before = null;
    return found !== undefined && found.topic === topic && Buffer.compare(found.payload, payload) === 0 ? found : null;
  }
}
