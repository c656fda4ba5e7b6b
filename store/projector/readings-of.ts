import type { Entry } from '../../model/entry.ts';
import type { StoredReading } from '../../model/reading.ts';

/**
 * The readings an entry brings, in the order of the message; only messages bring any. Arrival is the entry's own time. The projector
 * takes them from the journal's lines without an object for each (`tellReadings`), and is held to this by tests.
 */
export function readingsOf(entry: Entry): readonly StoredReading[] {
  if (entry.kind !== 'message') return [];
  const readings: StoredReading[] = [];
  for (const sample of entry.samples) {
    for (const { measurement, channel, value, quality, flags } of sample.values) {
      // Of unknown age: where it carries a stamp it was stored when it was new, where not its arrival is not its time.
      if (flags.includes('stale-retained')) continue;
      readings.push({
        enterprise: entry.enterprise,
        device: sample.device,
        measurement,
        channel,
        sampleAt: sample.sampleAt,
        receivedAt: entry.at,
        value,
        quality,
        flags,
      });
    }
  }
  return readings;
}
