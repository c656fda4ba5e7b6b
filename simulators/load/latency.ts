/** Latencies in buckets 2 % apart: millions of them in a few kB, percentiles exact to 2 %. */
const RATIO = 1.02;
const LOG_RATIO = Math.log(RATIO);
/** Smallest latency told apart, ms. */
const SMALLEST_MS = 0.001;
const BUCKETS = 1_200;

export interface Latencies {
  add(ms: number): void;
  /** Upper edge of the bucket that holds the share `p` (0…1), ms; 0 when nothing was added. */
  percentile(p: number): number;
  readonly count: number;
  readonly maxMs: number;
}

export function createLatencies(): Latencies {
  const counts = new Uint32Array(BUCKETS);
  let count = 0;
  let maxMs = 0;
  return {
    add(ms): void {
      const bucket = ms <= SMALLEST_MS ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / SMALLEST_MS) / LOG_RATIO));
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      count += 1;
      if (ms > maxMs) maxMs = ms;
    },
    percentile(p): number {
      if (count === 0) return 0;
      const wanted = Math.max(1, Math.ceil(p * count));
      let seen = 0;
      for (const [bucket, inBucket] of counts.entries()) {
        seen += inBucket;
        if (seen >= wanted) return Math.min(maxMs, SMALLEST_MS * RATIO ** bucket);
      }
      return maxMs;
    },
    get count(): number {
      return count;
    },
    get maxMs(): number {
      return maxMs;
    },
  };
}
