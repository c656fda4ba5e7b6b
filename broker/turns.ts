/** Someone who has work for the thread that serves everybody. */
export interface Worker {
  /** Does about `units` of its work; says how much it was, and whether there is more it could do at once. */
  work(units: number): { readonly used: number; readonly more: boolean };
}

interface Place {
  readonly worker: Worker;
  /** Virtual times of the slice it waits for and of the end of the one before, in units of work. */
  start: number;
  finish: number;
  /** Breaks ties in the order of asking. */
  nth: number;
  waits: boolean;
}

export interface TurnLimits {
  /** Work of one turn of the event loop, ms; then commits, timers and other sockets have theirs. */
  readonly turnMs: number;
  /** Work in one go for one connection, units. */
  readonly slice: number;
  /** So much work one who has used little may do before those who wait already, units. */
  readonly credit: number;
}

const LIMITS: TurnLimits = { turnMs: 2, slice: 16_384, credit: 131_072 };

/**
 * Shares the thread among connections by start-time fair queuing (Goyal, Vin, Cheng 1996): who has used little of it is served before who has
 * used much, so a hundred devices whose every message is expensive wait for each other and not a good one for them. While nobody waits, and
 * the turn is young, one is served where it asks: the queue costs nothing until it is needed. Work is charged in units the worker counts, not
 * in the time it took: a garbage collection in one's slice is nobody's fault.
 */
export class Turns {
  readonly #limits: TurnLimits;
  readonly #workMs: () => number;
  readonly #later: (run: () => void) => void;
  readonly #places = new WeakMap<Worker, Place>();
  /** Binary heap by (start, nth). */
  readonly #heap: Place[] = [];
  #virtual = 0;
  #asked = 0;
  #spentMs = 0;
  #serving = false;
  #turnAsked = false;

  /**
   * @param workMs a stopwatch in ms with fractions; only differences count
   * @param later runs once after this turn of the event loop
   */
  constructor(workMs: () => number, later: (run: () => void) => void, limits: TurnLimits = LIMITS) {
    this.#workMs = workMs;
    this.#later = later;
    this.#limits = limits;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#heap.length;
  }

  waits(worker: Worker): boolean {
    return this.#places.get(worker)?.waits === true;
  }

  /** It has work. Asking again before it was served changes nothing. */
  ask(worker: Worker): void {
    const place = this.#placeOf(worker);
    if (place.waits) return;
    place.start = Math.max(this.#virtual - this.#limits.credit, place.finish);
    this.#askForTurn();
    if (this.#serving || this.#heap.length > 0 || this.#spentMs >= this.#limits.turnMs) this.#push(place);
    else this.#serve(place);
  }

  #placeOf(worker: Worker): Place {
    let place = this.#places.get(worker);
    if (place === undefined) {
      place = { worker, start: 0, finish: Number.NEGATIVE_INFINITY, nth: 0, waits: false };
      this.#places.set(worker, place);
    }
    return place;
  }

  #askForTurn(): void {
    if (this.#turnAsked) return;
    this.#turnAsked = true;
    this.#later(() => {
      this.#turnAsked = false;
      this.#spentMs = 0;
      this.#turn();
    });
  }

  #turn(): void {
    try {
      while (this.#spentMs < this.#limits.turnMs) {
        const place = this.#pop();
        if (place === null) return;
        this.#serve(place);
      }
    } finally {
      if (this.#heap.length > 0) this.#askForTurn();
    }
  }

  #serve(place: Place): void {
    this.#virtual = Math.max(this.#virtual, place.start);
    const from = this.#workMs();
    this.#serving = true;
    let done: ReturnType<Worker['work']> = { used: 0, more: false };
    try {
      done = place.worker.work(this.#limits.slice);
    } finally {
      this.#serving = false;
      this.#spentMs += this.#workMs() - from;
      place.finish = place.start + done.used;
      if (done.more) {
        place.start = place.finish;
        this.#push(place);
      }
    }
  }

  #push(place: Place): void {
    place.waits = true;
    this.#asked += 1;
    place.nth = this.#asked;
    const heap = this.#heap;
    let at = heap.length;
    heap.push(place);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !before(place, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = place;
  }

  #pop(): Place | null {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    first.waits = false;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let least = heap[child];
      if (least === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, least)) {
        child += 1;
        least = right;
      }
      if (!before(least, last)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function before(a: Place, b: Place): boolean {
  return a.start < b.start || (a.start === b.start && a.nth < b.nth);
}
