/**
 * How a reading stands in InfluxDB: measurement `telemetry`, tags `enterprise` and `device` (what never changes; a changed tag would
 * split the series), and of each point up to three fields:
 *   `<key>`     the value, a float or a string; missing when the sample had none
 *   `<key>_q`   quality, flags and `null` for a missing value, e.g. `bad,sensor,null`; left out for a plain good value that is the
 *               first at its time
 *   `<key>_rx`  arrival − sample time, ms, where it is not the line's common `rx`
 */
import { FLAGS, type Flag, type Quality, QUALITIES, pointKey, type Value } from '../../../model/reading.ts';
import { StoreFailure } from '../failure.ts';
import { inFlagOrder } from '../flags.ts';

export const MEASUREMENT = 'telemetry';
export const ENTERPRISE = 'enterprise';
export const DEVICE = 'device';
/** Arrival − sample time of the line, ms. */
export const RECEIVED_AFTER = 'rx';

const QUALITY_SUFFIX = '_q';
const ARRIVAL_SUFFIX = '_rx';

/** Names that mean something else as a column, or look like another point's channel or companion field. */
const AMBIGUOUS = /^(?:rx|time|enterprise|device)$|_q$|_rx$|\.\d+$|~$/;
const CHANNEL = /^(.+)\.(\d+)$/;

/** Field of a point's value: `lel`, `cable_temp.2`. A measurement that could be mistaken for something else gets a `~` at its end. */
export function fieldOf(measurement: string, channel: number | null): string {
  return pointKey(AMBIGUOUS.test(measurement) ? `${measurement}~` : measurement, channel);
}

export function qualityField(field: string): string {
  return field + QUALITY_SUFFIX;
}

export function arrivalField(field: string): string {
  return field + ARRIVAL_SUFFIX;
}

/** The point a column is about: of its value, its quality or its arrival; null for the others. */
export function pointOfColumn(
  column: string,
): { readonly field: string; readonly measurement: string; readonly channel: number | null } | null {
  if (column === 'time' || column === ENTERPRISE || column === DEVICE || column === RECEIVED_AFTER) return null;
  const field = column.endsWith(QUALITY_SUFFIX)
    ? column.slice(0, -QUALITY_SUFFIX.length)
    : column.endsWith(ARRIVAL_SUFFIX)
      ? column.slice(0, -ARRIVAL_SUFFIX.length)
      : column;
  const [, base, digits] = CHANNEL.exec(field) ?? [];
  const name = base ?? field;
  return {
    field,
    measurement: name.endsWith('~') ? name.slice(0, -1) : name,
    channel: digits === undefined ? null : Number(digits),
  };
}

const NO_VALUE = 'null';

/** What stands in `<key>_q`. */
export function qualityWords(quality: Quality, flags: readonly Flag[], value: Value): string {
  return [quality, ...inFlagOrder(flags), ...(value === null ? [NO_VALUE] : [])].join(',');
}

export interface Marked {
  readonly quality: Quality;
  readonly flags: readonly Flag[];
  /** The sample had no value; a number left in `<key>` is that of an earlier arrival. */
  readonly noValue: boolean;
}

/** Shared, not made anew: nearly every point is this. */
const PLAIN: Marked = { quality: 'good', flags: [], noValue: false };

/** @param words content of `<key>_q`; null or undefined where there is none. */
export function readQualityWords(words: unknown): Marked {
  if (typeof words !== 'string') return PLAIN;
  const [first, ...rest] = words.split(',');
  const quality = QUALITIES.find((q) => q === first);
  if (quality === undefined) throw new StoreFailure('store-failed', `unknown quality "${words}" in the database`);
  return { quality, flags: FLAGS.filter((flag) => rest.includes(flag)), noValue: rest.includes(NO_VALUE) };
}

/** Of `<key>_q`: values that are not drawn. For InfluxQL's `=~`. */
export const NOT_DRAWN = '/^bad(,|$)|,null$/';
