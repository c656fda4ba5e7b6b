import type { FrameGate } from './frame-gate.ts';

/**
 * Back-pressure of the whole broker: closed by `pause()` or when too many bytes wait for their `ack`; then no connection's
 * PUBLISH is read (pings, subscriptions and new CONNECTs still are, so that nobody takes us for dead).
 */
export class Flow {
  inFlight = 0;
  inFlightBytes = 0;
  readonly #boundBytes: number;
  readonly #waiting = new Set<FrameGate>();
  #paused = false;
  #full = false;

  constructor(boundBytes: number) {
    this.#boundBytes = boundBytes;
  }

  get open(): boolean {
    return !this.#paused && !this.#full;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  taken(bytes: number): void {
    this.inFlight += 1;
    this.inFlightBytes += bytes;
    if (this.inFlightBytes > this.#boundBytes) this.#full = true;
  }

  released(bytes: number): void {
    this.inFlight -= 1;
    this.inFlightBytes -= bytes;
    if (this.#full && this.inFlightBytes <= this.#boundBytes / 2) {
      this.#full = false;
      this.#wake();
    }
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#wake();
  }

  /** To be woken when the flow opens. Woken in the order of coming, so that nobody starves. */
  wait(gate: FrameGate): void {
    this.#waiting.add(gate);
  }

  forget(gate: FrameGate): void {
    this.#waiting.delete(gate);
  }

  #wake(): void {
    if (!this.open || this.#waiting.size === 0) return;
    const gates = [...this.#waiting];
    this.#waiting.clear();
    for (const gate of gates) gate.unblock();
  }
}
