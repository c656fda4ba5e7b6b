import type { BucketAnswer, RangeAnswer, RangeQuery, ReadingStore, WriteOutcome } from '../../model/ports/reading-store.ts';
import type { StoredReading } from '../../model/reading.ts';
import type { EpochMs } from '../../model/time.ts';
import { DigestSum, type Digest } from './digest.ts';
import { BucketSums, counts, gridOf, isBad, pointLimit } from './grid.ts';
import { rollUpsOf, UNIT_MS } from './rollup/gather.ts';

/** Keeps readings in memory: for tests and for runs that leave nothing behind. It keeps every promise of the port but survival. */
export function memoryReadingStore(): ReadingStore {
  /** `enterprise/device` → point key → sampleAt → reading; JSON, because an id may hold any separator. */
  const devices = new Map<string, Map<string, Map<EpochMs, StoredReading>>>();
  let position = 0;

  const deviceKey = (enterprise: string, device: string): string => JSON.stringify([enterprise, device]);
  const keyOf = (r: { measurement: string; channel: number | null }): string => JSON.stringify([r.measurement, r.channel]);

  function between(query: RangeQuery): readonly StoredReading[] {
    const readings = devices.get(deviceKey(query.enterprise, query.device))?.get(keyOf(query));
    if (readings === undefined) return [];
    return [...readings.values()].filter((r) => r.sampleAt >= query.from && r.sampleAt < query.to).sort((a, b) => a.sampleAt - b.sampleAt);
  }

  return {
    capabilities: { transactionalPosition: true, retention: false, deletion: false },
    prepare: async () => {},

    async write(batch: readonly StoredReading[], upTo: number): Promise<WriteOutcome> {
      for (const r of batch) {
        const device = deviceKey(r.enterprise, r.device);
        let points = devices.get(device);
        if (points === undefined) devices.set(device, (points = new Map()));
        let readings = points.get(keyOf(r));
        if (readings === undefined) points.set(keyOf(r), (readings = new Map()));
        readings.set(r.sampleAt, r);
      }
      position = upTo;
      return { ok: true, rejected: [] };
    },

    position: async () => position,

    async range(query: RangeQuery): Promise<RangeAnswer> {
      const all = between(query);
      const limit = pointLimit(query.limit);
      return {
        points: all.slice(0, limit).map((r) => [r.sampleAt, r.value, r.quality] as const),
        next: all[limit]?.sampleAt ?? null,
      };
    },

    async buckets(query: RangeQuery & { readonly maxPoints: number }): Promise<BucketAnswer> {
      const grid = gridOf(query.from, query.to, query.maxPoints);
      const sums = new BucketSums(grid);
      for (const r of between(query)) {
        if (counts(r.value, r.quality)) sums.addValue(r.sampleAt, r.value);
        else if (isBad(r.value, r.quality)) sums.addBad(Math.floor((r.sampleAt - grid.origin) / grid.bucketMs), 1);
      }
      return { buckets: sums.result(), bad: sums.bad(), bucketMs: grid.bucketMs, source: 'raw' };
    },

    async rollUps(query) {
      const unitMs = UNIT_MS[query.unit];
      const from = Math.ceil(query.from / unitMs) * unitMs;
      const to = Math.ceil(query.to / unitMs) * unitMs;
      const rolled = rollUpsOf(between({ ...query, from, to }).map((r) => [r.sampleAt, r.value, r.quality] as const));
      return query.unit === 'minute' ? rolled.minutes : rolled.hours;
    },

    expire: async () => ({ deleted: 0, byHand: null }),
    rollUp: async () => ({ rolled: 0, more: false, oldestDue: null }),

    async digest(device: { enterprise: string; device: string }, from: EpochMs, to: EpochMs): Promise<Digest> {
      const sum = new DigestSum();
      for (const readings of devices.get(deviceKey(device.enterprise, device.device))?.values() ?? [])
        for (const r of readings.values()) if (r.sampleAt >= from && r.sampleAt < to) sum.add(r);
      return sum.result();
    },

    close: async () => {},
  };
}
