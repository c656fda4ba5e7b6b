/**
 * How a roll-up stands in InfluxDB: in databases of their own, `<database>_minutes` and `<database>_hours`, each with its own retention;
 * measurement `rollup`, tags `enterprise`, `device` and `key` (the field's name in `telemetry`), time = beginning of the bucket, and the fields
 *   `min` `max` `mean`  of the numbers that are not bad; left out where there is none
 *   `sum` `count` `bad` always; `first` and `end`: first and last sample, ms after the beginning
 *   `last` or `last_text`, `quality` (of the last sample; `…,null` where it had no value), `states` (JSON, `null` where there are none)
 * A bucket written again may keep a `min`, `max`, `mean` or `last` of its earlier form: where `count` is 0 or `quality` says null, they say nothing.
 */
import { Point } from '@influxdata/influxdb-client';
import type { RollUp, RollUpUnit } from '../../../model/ports/reading-store.ts';
import type { EpochMs } from '../../../model/time.ts';
import { DEVICE, ENTERPRISE, qualityWords, readQualityWords } from './schema.ts';

export const ROLL_UP = 'rollup';
export const KEY = 'key';

export function rollUpDatabase(database: string, unit: RollUpUnit): string {
  return `${database}_${unit}s`;
}

/** Line protocol, time in ms. @param key the point's field in `telemetry`. */
export function rollUpLine(place: { readonly enterprise: string; readonly device: string }, key: string, r: RollUp): string {
  const point = new Point(ROLL_UP).tag(ENTERPRISE, place.enterprise).tag(DEVICE, place.device).tag(KEY, key).timestamp(r.at);
  if (r.min !== null && r.max !== null) {
    point
      .floatField('min', r.min)
      .floatField('max', r.max)
      .floatField('mean', r.sum / r.count);
  }
  point
    .floatField('sum', r.sum)
    .floatField('count', r.count)
    .floatField('bad', r.bad)
    .floatField('first', r.firstAt - r.at)
    .floatField('end', r.lastAt - r.at);
  if (typeof r.last === 'number') point.floatField('last', r.last);
  else if (typeof r.last === 'string') point.stringField('last_text', r.last);
  point.stringField('quality', qualityWords(r.quality, [], r.last)).stringField('states', JSON.stringify(r.states));
  const text = point.toLineProtocol({ convertTime: String });
  if (text === undefined) throw new RangeError(`no line for a roll-up of ${place.device} at ${r.at}`);
  return text;
}

/** What `SELECT` must name for `rollUpOfRow`, in this order after the time. */
export const ROLL_UP_FIELDS = ['min', 'max', 'sum', 'count', 'bad', 'first', 'end', 'last', 'last_text', 'quality', 'states'] as const;

export function rollUpOfRow(at: EpochMs, cells: readonly unknown[]): RollUp {
  const [min, max, sum, count, bad, first, end, last, text, words, states] = cells;
  const { quality, noValue } = readQualityWords(words);
  const number = (cell: unknown): number => (typeof cell === 'number' ? cell : 0);
  const drawn = number(count) > 0 && typeof min === 'number' && typeof max === 'number';
  return {
    at,
    min: drawn ? min : null,
    max: drawn ? max : null,
    sum: number(sum),
    count: number(count),
    bad: number(bad),
    firstAt: at + number(first),
    lastAt: at + number(end),
    last: noValue ? null : typeof text === 'string' ? text : typeof last === 'number' ? last : null,
    quality,
    states: typeof states === 'string' ? (JSON.parse(states) as RollUp['states']) : null,
  };
}
