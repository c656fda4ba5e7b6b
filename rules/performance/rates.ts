import type { Rates } from '../../model/performance.ts';
import { FLOOD_BEGINS_ABOVE, FLOOD_ENDS_BELOW, FLOOD_WINDOW_MS as TEN_MS } from '../../model/flood.ts';
import type { EpochMs, Stretch } from '../../model/time.ts';
import { lengthOf, periodsOf } from './observed.ts';

const HOUR_MS = 3_600_000;
const BUSY_HOUR_ABOVE = 30;
const BUSY_TEN_ABOVE = 10;

/**
 * Rates and floods over what was observed of one period, fed with annunciations in the order of their time. Hours and ten minutes of the shares are those of
 * the clock (UTC), floods and the maximum slide (fact: ISA-18.2 §16 as told by secondary sources).
 */
export class RateCounter {
  private readonly to: EpochMs;
  private readonly observed: readonly Stretch[];
  private readonly window: EpochMs[] = [];
  private head = 0;
  private readonly perHour = new Map<number, number>();
  private readonly perTen = new Map<number, number>();
  private annunciated = 0;
  private most = 0;
  private floods = 0;
  private floodMs = 0;
  private floodSince: EpochMs | null = null;

  /** @param to end of the period @param observed when something could have rung, in order, no two overlapping */
  constructor(to: EpochMs, observed: readonly Stretch[]) {
    this.to = to;
    this.observed = observed;
  }

  /** `at` never before the one before it. */
  add(at: EpochMs): void {
    this.slideTo(at);
    this.window.push(at);
    this.annunciated += 1;
    count(this.perHour, Math.floor(at / HOUR_MS));
    count(this.perTen, Math.floor(at / TEN_MS));
    const now = this.window.length - this.head;
    if (now > this.most) this.most = now;
    if (now > FLOOD_BEGINS_ABOVE && this.floodSince === null) {
      this.floodSince = at;
      this.floods += 1;
    }
  }

  /** Lets annunciations leave the window one by one, so that a flood ends at the moment it does. */
  private slideTo(at: EpochMs): void {
    for (let first = this.window[this.head]; first !== undefined && first + TEN_MS <= at; first = this.window[this.head]) {
      this.head += 1;
      if (this.floodSince === null || this.window.length - this.head >= FLOOD_ENDS_BELOW) continue;
      this.floodMs += first + TEN_MS - this.floodSince;
      this.floodSince = null;
    }
    if (this.head > 1_024 && this.head * 2 > this.window.length) {
      this.window.splice(0, this.head);
      this.head = 0;
    }
  }

  /** To be asked once, after the last one. */
  rates(): Rates {
    this.slideTo(this.to);
    if (this.floodSince !== null) this.floodMs += this.to - this.floodSince;
    const ms = Math.max(1, lengthOf(this.observed));
    return {
      annunciated: this.annunciated,
      perHour: (this.annunciated * HOUR_MS) / ms,
      perTenMinutes: (this.annunciated * TEN_MS) / ms,
      hoursAbove30: share(this.perHour, BUSY_HOUR_ABOVE, periodsOf(this.observed, HOUR_MS)),
      tenMinutesAbove10: share(this.perTen, BUSY_TEN_ABOVE, periodsOf(this.observed, TEN_MS)),
      maxInTenMinutes: this.most,
      floods: this.floods,
      floodMs: this.floodMs,
      floodShare: Math.min(1, this.floodMs / ms),
    };
  }
}

function count(map: Map<number, number>, key: number): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/** Share of the clock's periods which hold more than `above`. */
function share(map: ReadonlyMap<number, number>, above: number, periods: number): number {
  let busy = 0;
  for (const value of map.values()) if (value > above) busy += 1;
  return Math.min(1, busy / Math.max(1, periods));
}
