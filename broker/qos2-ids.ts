import { createHash } from 'node:crypto';

/** Digest by which a repeated PUBLISH is told from another message that uses its packet id again. */
export function messageDigest(topic: string, payload: Uint8Array): string {
  return createHash('sha256').update(topic).update('\0').update(payload).digest('base64');
}

interface Held {
  readonly digest: string;
  readonly connection: number;
  durable: boolean;
}

/**
 * Packet ids of QoS 2 messages between their PUBLISH and their PUBREL (MQTT 3.1.1 clause 4.3.3, method B), per client. A client
 * that repeats a PUBLISH gets its PUBREC again, and nothing is delivered twice. Same id but other bytes is another message:
 * a device that lost its own state must not have a new reading swallowed.
 */
export class Qos2Ids {
  readonly #byClient = new Map<string, Map<number, Held>>();
  readonly #bound: number;
  #size = 0;

  /** @param bound ids kept over all clients; above it those of the client that was seen first are forgotten. */
  constructor(bound: number) {
    this.#bound = bound;
  }

  get size(): number {
    return this.#size;
  }

  /** Notes a PUBLISH; false when it repeats one that is held. */
  take(client: string, packetId: number, digest: string, connection: number): boolean {
    let ids = this.#byClient.get(client);
    const held = ids?.get(packetId);
    if (held !== undefined && held.digest === digest) return false;
    if (ids === undefined) {
      ids = new Map();
      this.#byClient.set(client, ids);
    }
    if (held === undefined) this.#size += 1;
    ids.set(packetId, { digest, connection, durable: false });
    if (this.#size > this.#bound) this.#forgetOldest(client);
    return true;
  }

  durable(client: string, packetId: number, digest: string): void {
    const held = this.#byClient.get(client)?.get(packetId);
    if (held !== undefined && held.digest === digest) held.durable = true;
  }

  /** PUBREL. */
  release(client: string, packetId: number): void {
    const ids = this.#byClient.get(client);
    if (ids === undefined || !ids.delete(packetId)) return;
    this.#size -= 1;
    if (ids.size === 0) this.#byClient.delete(client);
  }

  /**
   * The connection has ended: a clean session ends with it. Of a kept one, what was not durable must be delivered again when it
   * is repeated, for its PUBREC will never go out.
   */
  connectionEnded(client: string, connection: number, keepSession: boolean): void {
    for (const [packetId, held] of this.#byClient.get(client) ?? []) {
      if (held.connection === connection && (!keepSession || !held.durable)) this.release(client, packetId);
    }
  }

  /** A new session begins from nothing. */
  sessionBegins(client: string): void {
    const ids = this.#byClient.get(client);
    if (ids === undefined) return;
    this.#size -= ids.size;
    this.#byClient.delete(client);
  }

  #forgetOldest(butNot: string): void {
    for (const client of this.#byClient.keys()) {
      if (client === butNot) continue;
      this.sessionBegins(client);
      return;
    }
  }
}
