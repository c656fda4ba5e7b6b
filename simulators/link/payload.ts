/** Telemetry payloads as a device writes them. */
import type { BacklogHabit, DeviceMoment } from '../device.ts';

/** One sample as it is sent. */
export interface OutgoingSample {
  readonly ts: number;
  readonly values: Readonly<Record<string, number | boolean | null>>;
  readonly faults?: readonly string[];
  readonly quality?: DeviceMoment['quality'];
  readonly seq?: number;
}
/** One PUBLISH: what is in it, and the samples it stands for. */
export interface Outgoing {
  readonly payload: object;
  readonly samples: readonly OutgoingSample[];
}

/** Samples in one array of the habit `arrays`. */
export const ARRAY_MAX = 100;

/** @param stamped with its own time; without, the platform takes the arrival */
export function samplePayload(sample: OutgoingSample, stamped: boolean): object {
  const { ts, values, quality, faults, seq } = sample;
  if (!stamped && quality === undefined && faults === undefined && seq === undefined) return values;
  return {
    ...(stamped ? { ts } : {}),
    values,
    ...(quality === undefined ? {} : { quality }),
    ...(faults === undefined ? {} : { faults }),
    ...(seq === undefined ? {} : { seq }),
  };
}

/** What was kept, oldest first, as the device sends it on its return; always stamped. */
export function backlogMessages(samples: readonly OutgoingSample[], habit: BacklogHabit): readonly Outgoing[] {
  if (habit === 'singles') return samples.map((sample) => ({ payload: samplePayload(sample, true), samples: [sample] }));
  const size = habit === 'one-array' ? Math.max(1, samples.length) : ARRAY_MAX;
  const messages: Outgoing[] = [];
  for (let from = 0; from < samples.length; from += size) {
    const portion = samples.slice(from, from + size);
    messages.push({ payload: portion.map((sample) => samplePayload(sample, true)), samples: portion });
  }
  return messages;
}
