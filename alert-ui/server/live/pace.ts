/** Lets something happen `most` times in each span of `spanMs`; monotonic milliseconds. */
export class Pace {
  readonly #most: number;
  readonly #spanMs: number;
  #since = Number.NEGATIVE_INFINITY;
  #count = 0;

  constructor(most: number, spanMs: number) {
    this.#most = most;
    this.#spanMs = spanMs;
  }

  /** Counts one more, or as many as it weighs; false when that is too many. */
  allows(mono: number, weight = 1): boolean {
    if (mono - this.#since >= this.#spanMs) {
      this.#since = mono;
      this.#count = 0;
    }
    this.#count += weight;
    return this.#count <= this.#most;
  }
}
