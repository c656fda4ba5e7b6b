/**
 * Which (device, sample time) has certainly never been written before. InfluxDB merges the fields of one time, so where an earlier
 * point may stand, everything must be written out (quality and arrival of each key), lest the earlier one's marks stay. Elsewhere,
 * that is nearly always, the short form does.
 *
 * Known is, per device, the latest sample time written by this process; for a device not written yet, the latest arrival of earlier
 * processes: no sample is later than that by more than FUTURE_TOLERANCE_MS (see `Mark`).
 */
import type { StoredReading } from '../../../model/reading.ts';
import { type EpochMs, FUTURE_TOLERANCE_MS } from '../../../model/time.ts';

/** One string per device; ids hold no `/`. */
export function deviceKey(r: { readonly enterprise: string; readonly device: string }): string {
  return `${r.enterprise}/${r.device}`;
}

export class Freshness {
  readonly #floor: EpochMs;
  readonly #newest = new Map<string, EpochMs>();

  /** @param latestArrival of everything written by earlier processes; null = nothing ever was. */
  constructor(latestArrival: EpochMs | null) {
    this.#floor = latestArrival === null ? Number.NEGATIVE_INFINITY : latestArrival + FUTURE_TOLERANCE_MS;
  }

  /** @param device as `deviceKey` gives it. */
  isFresh(device: string, sampleAt: EpochMs): boolean {
    return sampleAt > (this.#newest.get(device) ?? this.#floor);
  }

  /** Call it after the server said yes: a batch that is tried again must give the same lines again. */
  written(batch: readonly StoredReading[]): void {
    for (const r of batch) {
      const device = deviceKey(r);
      const known = this.#newest.get(device) ?? this.#floor;
      if (r.sampleAt > known) this.#newest.set(device, r.sampleAt);
    }
  }
}
