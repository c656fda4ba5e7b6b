/** One roll-up from the raw points of its minute or hour. Pure; the same for every store. */
import type { RollUp } from '../../../model/ports/reading-store.ts';
import type { Quality, Value } from '../../../model/reading.ts';
import type { EpochMs } from '../../../model/time.ts';

export const UNIT_MS = { minute: 60_000, hour: 3_600_000 } as const;
/** States told apart in one bucket; the time in further ones is under `OTHER_STATES`. */
const MAX_STATES = 16;
const OTHER_STATES = '…';

type RawPoint = readonly [at: EpochMs, value: Value, quality: Quality];

/** Takes the points of [at, end), oldest first. */
class Gathering {
  readonly #at: EpochMs;
  readonly #end: EpochMs;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #sum = 0;
  #numbers = 0;
  #texts = 0;
  #bad = 0;
  #firstAt: EpochMs = 0;
  #lastAt: EpochMs = 0;
  #last: Value = null;
  #quality: Quality = 'good';
  /** ms by state; null once a number came that is no state. */
  #states: Map<string, number> | null = new Map();
  #state: string | null = null;

  constructor(at: EpochMs, end: EpochMs) {
    this.#at = at;
    this.#end = end;
  }

  add(at: EpochMs, value: Value, quality: Quality): void {
    if (this.#numbers + this.#texts + this.#bad === 0) this.#firstAt = at;
    else this.#passTo(at);
    this.#lastAt = at;
    this.#last = value;
    this.#quality = quality;
    this.#state = null;
    if (value === null || quality === 'bad') {
      this.#bad += 1;
      return;
    }
    if (typeof value === 'string') {
      this.#texts += 1;
      this.#state = value;
      return;
    }
    this.#numbers += 1;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (value === 0 || value === 1) this.#state = value === 0 ? '0' : '1';
    else this.#states = null;
  }

  #passTo(at: EpochMs): void {
    if (this.#states === null || this.#state === null) return;
    const known = this.#states.get(this.#state);
    const name = known === undefined && this.#states.size >= MAX_STATES ? OTHER_STATES : this.#state;
    this.#states.set(name, (this.#states.get(name) ?? 0) + at - this.#lastAt);
  }

  result(): RollUp {
    this.#passTo(this.#end);
    const any = this.#numbers > 0;
    return {
      at: this.#at,
      min: any ? this.#min : null,
      max: any ? this.#max : null,
      sum: this.#sum,
      count: any ? this.#numbers : this.#texts,
      bad: this.#bad,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
      last: this.#last,
      quality: this.#quality,
      states: this.#states === null || this.#numbers + this.#texts === 0 ? null : Object.fromEntries(this.#states),
    };
  }
}

export interface Rolled {
  readonly minutes: readonly RollUp[];
  readonly hours: readonly RollUp[];
}

/** Minutes and hours of one point's raw points, oldest first; a bucket without a point has no roll-up. */
export function rollUpsOf(points: Iterable<RawPoint>): Rolled {
  const minutes = new Buckets(UNIT_MS.minute);
  const hours = new Buckets(UNIT_MS.hour);
  for (const [at, value, quality] of points) {
    minutes.add(at, value, quality);
    hours.add(at, value, quality);
  }
  return { minutes: minutes.end(), hours: hours.end() };
}

class Buckets {
  readonly #widthMs: number;
  readonly #done: RollUp[] = [];
  #open: Gathering | null = null;
  #end: EpochMs = Number.NEGATIVE_INFINITY;

  constructor(widthMs: number) {
    this.#widthMs = widthMs;
  }

  add(at: EpochMs, value: Value, quality: Quality): void {
    if (this.#open === null || at >= this.#end) {
      if (this.#open !== null) this.#done.push(this.#open.result());
      const start = Math.floor(at / this.#widthMs) * this.#widthMs;
      this.#end = start + this.#widthMs;
      this.#open = new Gathering(start, this.#end);
    }
    this.#open.add(at, value, quality);
  }

  end(): readonly RollUp[] {
    if (this.#open !== null) this.#done.push(this.#open.result());
    this.#open = null;
    return this.#done;
  }
}

/** Two parts of one bucket's raw points, the later part second: as good as known without the points themselves. */
export function joined(a: RollUp, b: RollUp): RollUp {
  const newest = b.lastAt >= a.lastAt ? b : a;
  const states = a.states === null || b.states === null ? null : new Map(Object.entries(a.states));
  if (states !== null) for (const [name, ms] of Object.entries(b.states ?? {})) states.set(name, (states.get(name) ?? 0) + ms);
  return {
    at: a.at,
    min: a.min === null ? b.min : b.min === null ? a.min : Math.min(a.min, b.min),
    max: a.max === null ? b.max : b.max === null ? a.max : Math.max(a.max, b.max),
    sum: a.sum + b.sum,
    count: a.count + b.count,
    bad: a.bad + b.bad,
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: newest.lastAt,
    last: newest.last,
    quality: newest.quality,
    states: states === null ? null : Object.fromEntries(states),
  };
}
