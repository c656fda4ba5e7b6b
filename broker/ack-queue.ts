/** Something that waits for its turn; `settled` once it may go. */
export interface Settling {
  settled: boolean;
}

/**
 * Releases PUBACKs first in, first out, whatever the order in which messages become durable: a PUBACK out of order breaks
 * MQTT 3.1.1 clause 4.6, and Aedes would write it in the order of its callbacks.
 */
export class AckQueue<T extends Settling> {
  #items: T[] = [];
  #head = 0;
  readonly #release: (item: T) => void;
  #releasing = false;

  constructor(release: (item: T) => void) {
    this.#release = release;
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Releases what is settled at the front. */
  advance(): void {
    if (this.#releasing) return;
    this.#releasing = true;
    for (let first = this.#items[this.#head]; first?.settled === true; first = this.#items[this.#head]) {
      this.#head += 1;
      this.#release(first);
    }
    this.#releasing = false;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head > 256) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** Takes out everything that waits; none of it will be released. */
  clear(): readonly T[] {
    const left = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    return left;
  }
}
