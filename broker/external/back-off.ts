/**
 * Waits between attempts to reach a broker: each twice the one before, up to a longest, and shortened at random by up to half, so that
 * many processes do not come back in the same moment. An attempt that held for `steadyMs` makes the next wait a first one again.
 */
export class BackOff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #steadyMs: number;
  readonly #random: () => number;
  #failures = 0;

  /** @param random 0 ≤ value < 1 */
  constructor(waits: { readonly firstMs: number; readonly longestMs: number; readonly steadyMs: number }, random: () => number) {
    this.#firstMs = waits.firstMs;
    this.#longestMs = waits.longestMs;
    this.#steadyMs = waits.steadyMs;
    this.#random = random;
  }

  /** An attempt ended that had been up for `upMs` (0 = never): how long to wait before the next, ms. */
  next(upMs: number): number {
    if (upMs >= this.#steadyMs) this.#failures = 0;
    const whole = Math.min(this.#longestMs, this.#firstMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return whole * (1 - this.#random() / 2);
  }
}
