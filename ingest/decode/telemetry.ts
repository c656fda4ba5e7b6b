// The shape of a telemetry payload: what the native topic, the ThingsBoard device API and each device of the gateway
// API have in common. Nothing is known of profiles here; values come out as they were written.
import type { Refusals } from '../refusals.ts';
import { type Duplicates, pathOf } from './json.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** One sample as sent: times, values and marks still unjudged. */
export interface RawSample {
  /** Undefined where it carries none. */
  readonly ts: unknown;
  readonly seq: unknown;
  readonly quality: unknown;
  readonly faults: unknown;
  /** Own keys are payload keys; in a flat sample the envelope's keys are among them. */
  readonly values: Fields;
  readonly flat: boolean;
  /** Path of `values` for looking up duplicates; null where the message has none. */
  readonly path: string | null;
}

/** Keys of the envelope, which no measurement may have. */
export const ENVELOPE_KEYS: ReadonlySet<string> = new Set(['ts', 'values', 'quality', 'faults', 'seq']);

/**
 * Samples of one device, in the order sent.
 * @param value an object of values, `{ts, values, …}`, or an array of these
 * @param root path of `value` within its message
 */
export function decodeTelemetry(
  value: unknown,
  duplicates: Duplicates,
  root: string,
  device: string,
  refused: Refusals,
): readonly RawSample[] {
  if (!Array.isArray(value)) {
    const sample = decodeSample(value, duplicates, root, device, refused);
    return sample === null ? [] : [sample];
  }
  if (value.length === 0) refused.add('EMPTY_MESSAGE', device);
  const samples: RawSample[] = [];
  for (const [i, item] of value.entries()) {
    const sample = decodeSample(item, duplicates, duplicates === null ? '' : pathOf(root, i), device, refused);
    if (sample !== null) samples.push(sample);
  }
  return samples;
}

function decodeSample(value: unknown, duplicates: Duplicates, path: string, device: string, refused: Refusals): RawSample | null {
  if (!isFields(value)) {
    refused.add('BAD_SHAPE', device, undefined, `an object is expected, not ${nameOf(value)}`);
    return null;
  }
  if (duplicates !== null) {
    for (const key of ENVELOPE_KEYS) {
      if (!duplicates.has(pathOf(path, key))) continue;
      refused.add('DUPLICATE_KEY', device, key);
      return null;
    }
  }
  const flat = !Object.hasOwn(value, 'values');
  const values = flat ? value : value['values'];
  if (!isFields(values)) {
    refused.add('BAD_SHAPE', device, 'values', `an object is expected, not ${nameOf(values)}`);
    return null;
  }
  return {
    ts: own(value, 'ts'),
    seq: own(value, 'seq'),
    quality: own(value, 'quality'),
    faults: own(value, 'faults'),
    values,
    flat,
    path: duplicates === null ? null : flat ? path : pathOf(path, 'values'),
  };
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** What a value is, in words for the ledger. */
export function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
