/** The readings both sides of the crash test agree upon. */
import type { StoredReading } from '../../model/reading.ts';

const NOON = Date.UTC(2025, 10, 23, 12);
export const CRASH_BEGIN = NOON - 86_400_000;
export const CRASH_END = NOON + 3 * 86_400_000;

/** Batch `n`: four points over two days, here and there a second time with another value, or bad. */
export function crashReadings(n: number): readonly StoredReading[] {
  return Array.from({ length: 20 }, (_, i) => {
    const k = (n * 7_919 + i * 104_729) % 5_000;
    return {
      enterprise: 'e',
      device: 'gas-1',
      measurement: `m${k % 4}`,
      channel: null,
      sampleAt: NOON + k * 30_000,
      receivedAt: CRASH_END + n,
      value: ((n * 31 + i) % 400) / 8,
      quality: (n + i) % 11 === 0 ? 'bad' : 'good',
      flags: [],
    };
  });
}
