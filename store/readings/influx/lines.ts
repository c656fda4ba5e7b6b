/** Readings as lines of line protocol. Escaping is the client library's. */
import { Point } from '@influxdata/influxdb-client';
import type { StoredReading } from '../../../model/reading.ts';
import type { EpochMs } from '../../../model/time.ts';
import { unstorable } from '../storable.ts';
import { deviceKey, type Freshness } from './freshness.ts';
import { arrivalField, DEVICE, ENTERPRISE, fieldOf, MEASUREMENT, qualityField, qualityWords, RECEIVED_AFTER } from './schema.ts';

/** One reading with what its line must say about it. */
export interface Placed {
  readonly reading: StoredReading;
  readonly field: string;
  /** The first reading at its (device, time): quality and arrival may be left to what is common. */
  readonly plain: boolean;
  /** `rx` of the line; null where the line has none. */
  readonly common: number | null;
}

/** One (device, sample time): one line, at most one reading per field. */
export interface Line {
  readonly readings: readonly Placed[];
}

/** Later arrivals win: a key that comes twice at one time stands once, written out in full. */
export function linesOf(batch: readonly StoredReading[], freshness: Freshness): readonly Line[] {
  const devices = new Map<string, Map<EpochMs, { common: number | null; fields: Map<string, Placed> }>>();
  const lines: { common: number | null; fields: Map<string, Placed> }[] = [];
  for (const reading of batch) {
    const device = deviceKey(reading);
    let times = devices.get(device);
    if (times === undefined) devices.set(device, (times = new Map()));
    let line = times.get(reading.sampleAt);
    if (line === undefined) {
      const fresh = freshness.isFresh(device, reading.sampleAt);
      line = { common: fresh ? reading.receivedAt - reading.sampleAt : null, fields: new Map() };
      times.set(reading.sampleAt, line);
      lines.push(line);
    }
    const field = fieldOf(reading.measurement, reading.channel);
    line.fields.set(field, { reading, field, plain: line.common !== null && !line.fields.has(field), common: line.common });
  }
  return lines.map((line) => ({ readings: [...line.fields.values()] }));
}

/** Line protocol, time in ms. All readings are of one (enterprise, device, sampleAt). */
export function lineText(readings: readonly Placed[]): string {
  const [first] = readings;
  if (first === undefined) throw new RangeError('a line without readings');
  const { enterprise, device, sampleAt } = first.reading;
  const point = new Point(MEASUREMENT).tag(ENTERPRISE, enterprise).tag(DEVICE, device).timestamp(sampleAt);
  if (first.common !== null) point.floatField(RECEIVED_AFTER, first.common);
  for (const { reading, field, plain, common } of readings) {
    const { value, quality, flags } = reading;
    if (typeof value === 'number') point.floatField(field, value);
    else if (typeof value === 'string') point.stringField(field, value);
    if (!plain || quality !== 'good' || flags.length > 0 || value === null) {
      point.stringField(qualityField(field), qualityWords(quality, flags, value));
    }
    const after = reading.receivedAt - sampleAt;
    if (!plain || after !== common) point.floatField(arrivalField(field), after);
  }
  const text = point.toLineProtocol({ convertTime: String });
  if (text === undefined) throw new RangeError(`no line for ${device} at ${sampleAt}`);
  return text;
}

/** Control characters and backslashes have no unambiguous form in a tag or a field's name. */
export const UNSAFE_NAME = /[\p{Cc}\\]/u;

/** Why InfluxDB cannot hold this reading under its own name and give it back, or null. */
export function unstorableInInflux(r: StoredReading): string | null {
  for (const name of [r.enterprise, r.device, r.measurement]) {
    if (UNSAFE_NAME.test(name)) return `a name with control characters or backslashes: ${JSON.stringify(name).slice(0, 80)}`;
  }
  return unstorable(r);
}
