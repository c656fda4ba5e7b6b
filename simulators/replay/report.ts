/** What a replay says about itself: before it begins, which values the platform will mark; at its end, what became of everything. */
import type { Recording } from './recording.ts';
import type { ReplayResult } from './play-replay.ts';

/** Of one unit: what the recording holds, what was handed to a connection, what the platform acknowledged, and the rest. */
export interface Tally {
  readonly recorded: number;
  readonly sent: number;
  readonly acknowledged: number;
  /** recorded − acknowledged: what did not arrive, or was not sent because the replay was stopped. */
  readonly lost: number;
}
/**
 * A sample is one time of one device with all its values; a message is one PUBLISH. Samples that waited for their connection (always
 * some of the first moments) go out as one array: fewer messages than samples, nothing lost by it.
 */
export interface ReplayReport {
  readonly samples: Tally;
  readonly values: Tally;
  readonly messages: { readonly sent: number; readonly acknowledged: number; readonly lost: number };
}

export function reportOf(recording: Recording, result: ReplayResult): ReplayReport {
  const tally = (recorded: number, sent: number, acknowledged: number): Tally => ({
    recorded,
    sent,
    acknowledged,
    lost: recorded - acknowledged,
  });
  const values = recording.samples.reduce((sum, sample) => sum + Object.keys(sample.values).length, 0);
  const { messages, messagesAcknowledged } = result;
  return {
    samples: tally(recording.samples.length, result.sent, result.acknowledged),
    values: tally(values, result.values, result.valuesAcknowledged),
    messages: { sent: messages, acknowledged: messagesAcknowledged, lost: messages - messagesAcknowledged },
  };
}

/** A measurement as the platform's profile has it; its channels share it. */
export interface MeasuredRange {
  readonly key: string;
  readonly ucum: string;
  readonly range: readonly [number, number];
}

/**
 * One line for every payload key whose recorded values leave the profile's range: the platform keeps and judges those, and marks them
 * `uncertain`, `out-of-range`.
 */
export function outsideRange(recording: Recording, measurements: readonly MeasuredRange[]): readonly string[] {
  const found = new Map<string, { count: number; all: number; low: number; high: number }>();
  for (const sample of recording.samples) {
    for (const [key, value] of Object.entries(sample.values)) {
      const range = rangeOf(key, measurements)?.range;
      if (range === undefined) continue;
      const entry = found.get(key) ?? { count: 0, all: 0, low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
      found.set(key, entry);
      entry.all += 1;
      if (value >= range[0] && value <= range[1]) continue;
      entry.count += 1;
      entry.low = Math.min(entry.low, value);
      entry.high = Math.max(entry.high, value);
    }
  }
  return [...found].flatMap(([key, { count, all, low, high }]) => {
    const measurement = rangeOf(key, measurements);
    if (count === 0 || measurement === undefined) return [];
    const [from, to] = measurement.range;
    return [
      `${key}: ${count} of ${all} values (${low} … ${high}) lie outside the profile's ${from} … ${to} ${measurement.ucum}; they are kept and judged, marked uncertain, out-of-range`,
    ];
  });
}

function rangeOf(key: string, measurements: readonly MeasuredRange[]): MeasuredRange | undefined {
  return measurements.find((one) => one.key === key) ?? measurements.find((one) => one.key === key.replace(/\.\d+$/, ''));
}
