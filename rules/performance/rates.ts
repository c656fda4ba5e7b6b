import type { Rates } from '../../model/performance.ts';
import { FLOOD_BEGINS_ABOVE, FLOOD_ENDS_BELOW, FLOOD_WINDOW_MS as TEN_MS } from '../../model/flood.ts';
import type { EpochMs } from '../../model/time.ts';

const HOUR_MS = 3_600_000;
const BUSY_HOUR_ABOVE = 30;
const BUSY_TEN_ABOVE = 10;

/**
 * Rates and floods over one period, fed with annunciations in the order of their time. Hours and ten minutes of the shares are those of
 * the clock (UTC), floods and the maximum slide (fact: ISA-18.2 §16 as told by secondary sources).
 */
export class RateCounter {
  private readonly from: EpochMs;
  private readonly to: EpochMs;
  private readonly window: EpochMs[] = [];
  private head = 0;
  private readonly perHour = new Map<number, number>();
  private readonly perTen = new Map<number, number>();
  private annunciated = 0;
  private most = 0;
  private floods = 0;
  private floodMs = 0;
  private floodSince: EpochMs | null = null;

  constructor(from: EpochMs, to: EpochMs) {
    this.from = from;
    this.to = to;
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
    const ms = Math.max(1, this.to - this.from);
    return {
      annunciated: this.annunciated,
      perHour: (this.annunciated * HOUR_MS) / ms,
      perTenMinutes: (this.annunciated * TEN_MS) / ms,
      hoursAbove30: share(this.perHour, BUSY_HOUR_ABOVE, this.from, this.to, HOUR_MS),
      tenMinutesAbove10: share(this.perTen, BUSY_TEN_ABOVE, this.from, this.to, TEN_MS),
      maxInTenMinutes: this.most,
      floods: this.floods,
      floodMs: this.floodMs,
      floodShare: this.floodMs / ms,
    };
  }
}

function count(map: Map<number, number>, key: number): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/** Share of the clock's periods that [from, to) touches which hold more than `above`. */
function share(map: ReadonlyMap<number, number>, above: number, from: EpochMs, to: EpochMs, unitMs: number): number {
  const periods = Math.max(1, Math.ceil(to / unitMs) - Math.floor(from / unitMs));
  let busy = 0;
  for (const value of map.values()) if (value > above) busy += 1;
  return busy / periods;
}
