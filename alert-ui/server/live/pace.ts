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

  /** Counts one more; false when it is one too many. */
  allows(mono: number): boolean {
    if (mono - this.#since >= this.#spanMs) {
      this.#since = mono;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#most;
  }
}
