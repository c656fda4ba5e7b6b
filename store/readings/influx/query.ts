/** Stored readings read back from InfluxDB. Buckets are summed by the server wherever that gives the same as summing the raw points. */
import { escape } from 'influx';
import type { PointName, RangeAnswer, RangeQuery, RollUp, RollUpUnit } from '../../../model/ports/reading-store.ts';
import type { Quality, StoredReading, Value } from '../../../model/reading.ts';
import type { EpochMs } from '../../../model/time.ts';
import { type Digest, DigestSum } from '../digest.ts';
import { StoreFailure } from '../failure.ts';
import { type BucketSums, counts, type Grid, MAX_POINTS, pointLimit } from '../grid.ts';
import { rollUpsOf, UNIT_MS } from '../rollup/gather.ts';
import type { Asker, Table } from './ask.ts';
import { UNSAFE_NAME } from './lines.ts';
import { KEY, ROLL_UP, ROLL_UP_FIELDS, rollUpOfRow } from './roll-up-lines.ts';
import { arrivalField, fieldOf, MEASUREMENT, NOT_DRAWN, pointOfColumn, qualityField, readQualityWords, RECEIVED_AFTER } from './schema.ts';

/** Ends of InfluxDB's time, in ms: its nanoseconds are 64-bit. */
const FIRST_MS = -9_223_372_036_854;
const LAST_MS = 9_223_372_036_854;

type RawPoint = readonly [at: EpochMs, value: Value, quality: Quality];

interface DeviceName {
  readonly enterprise: string;
  readonly device: string;
}

/** `where` of one device over [from, to). */
function where({ enterprise, device }: DeviceName, from: EpochMs, to: EpochMs): string {
  return `WHERE "enterprise" = ${literal(enterprise)} AND "device" = ${literal(device)} AND time >= ${ms(from)} AND time < ${ms(to)}`;
}

/**
 * A name as InfluxQL's string. Parameters bound beside the statement are told of by the documents of 1.x alone. What could not be
 * written unambiguously is never stored (`UNSAFE_NAME`), and is asked for as '', which no point has.
 */
function literal(name: string): string {
  return UNSAFE_NAME.test(name) ? "''" : escape.stringLit(name);
}

function ms(at: EpochMs): string {
  return `${Math.trunc(Math.min(LAST_MS, Math.max(FIRST_MS, at)))}ms`;
}

async function rawPoints(asker: Asker, query: RangeQuery, from: EpochMs, to: EpochMs, limit: number): Promise<readonly RawPoint[]> {
  const field = fieldOf(query.measurement, query.channel);
  const table = await asker.table(
    `SELECT ${escape.quoted(field)}, ${escape.quoted(qualityField(field))} FROM "${MEASUREMENT}" ${where(query, from, to)} ORDER BY time LIMIT ${limit}`,
  );
  return table.values.map(([at, value, words]) => {
    const { quality, noValue } = readQualityWords(words);
    return [timeOf(at), noValue ? null : valueOf(value), quality] as const;
  });
}

export async function rangeOf(asker: Asker, query: RangeQuery): Promise<RangeAnswer> {
  if (query.to <= query.from) return { points: [], next: null };
  const limit = pointLimit(query.limit);
  const found = await rawPoints(asker, query, query.from, query.to, limit + 1);
  return { points: found.slice(0, limit), next: found[limit]?.[0] ?? null };
}

/**
 * The server's sums do not know quality, so buckets that hold a bad value or a value that was taken back are summed here from their
 * raw points. In a healthy plant there are none.
 */
export async function addBuckets(asker: Asker, point: PointName, grid: Grid, sums: BucketSums, from: EpochMs, to: EpochMs): Promise<void> {
  if (to <= from) return;
  const query: RangeQuery = { ...point, from, to };
  const field = fieldOf(query.measurement, query.channel);
  const value = escape.quoted(field);
  const words = escape.quoted(qualityField(field));
  const groups = groupsOf(grid);
  const indexOf = (at: unknown): number => Math.round((timeOf(at) - grid.origin) / grid.bucketMs);

  const doubtful = await asker.table(
    `SELECT count(${words}) FROM "${MEASUREMENT}" ${where(query, query.from, query.to)} AND ${words} =~ ${NOT_DRAWN} ${groups}`,
  );
  const ours = new Set<number>();
  for (const [at, count] of doubtful.values) if (Number(count) > 0) ours.add(indexOf(at));
  // `::float`: a point of texts has no sums, and asking for them would be an error.
  const summed = await asker.table(
    `SELECT min(${value}::float), max(${value}::float), sum(${value}::float), count(${value}::float) ` +
      `FROM "${MEASUREMENT}" ${where(query, query.from, query.to)} ${groups}`,
  );
  for (const [at, count] of doubtful.values) sums.addBad(indexOf(at), Number(count));
  for (const [at, min, max, sum, count] of summed.values) {
    const index = indexOf(at);
    if (ours.has(index) || typeof min !== 'number' || typeof max !== 'number' || typeof sum !== 'number') continue;
    sums.addSum(index, min, max, sum, Number(count));
  }
  for (const [first, last] of runsOf(ours)) {
    const end = Math.min(query.to, grid.origin + (last + 1) * grid.bucketMs);
    let next: EpochMs | null = Math.max(query.from, grid.origin + first * grid.bucketMs);
    while (next !== null) {
      const page: readonly RawPoint[] = await rawPoints(asker, query, next, end, MAX_POINTS);
      for (const [at, drawn, quality] of page) if (counts(drawn, quality)) sums.addValue(at, drawn);
      const newest: RawPoint | undefined = page.at(-1);
      next = page.length < MAX_POINTS || newest === undefined ? null : newest[0] + 1;
    }
  }
}

/** The server's buckets begin at multiples of their width; the offset moves them to the grid's. */
function groupsOf(grid: Grid): string {
  const offset = ((grid.origin % grid.bucketMs) + grid.bucketMs) % grid.bucketMs;
  return `GROUP BY time(${grid.bucketMs}ms, ${offset}ms) fill(none)`;
}

/** The same from roll-ups. @param asker of their database. */
export async function addRollUpBuckets(
  asker: Asker,
  point: PointName,
  grid: Grid,
  sums: BucketSums,
  from: EpochMs,
  to: EpochMs,
): Promise<void> {
  const summed = await asker.table(
    `SELECT min("min"), max("max"), sum("sum"), sum("count") FROM "${ROLL_UP}" ` +
      `${where(point, from, to)} AND "${KEY}" = ${keyOf(point)} AND "count" > 0 ${groupsOf(grid)}`,
  );
  const doubtful = await asker.table(
    `SELECT sum("bad") FROM "${ROLL_UP}" ${where(point, from, to)} AND "${KEY}" = ${keyOf(point)} AND "bad" > 0 ${groupsOf(grid)}`,
  );
  const indexOf = (at: unknown): number => Math.round((timeOf(at) - grid.origin) / grid.bucketMs);
  for (const [at, bad] of doubtful.values) sums.addBad(indexOf(at), Number(bad));
  for (const [at, min, max, sum, count] of summed.values) {
    if (typeof min !== 'number' || typeof max !== 'number' || typeof sum !== 'number') continue;
    sums.addSum(indexOf(at), min, max, sum, Number(count));
  }
}

function keyOf(point: PointName): string {
  return literal(fieldOf(point.measurement, point.channel));
}

/** Roll-ups as they stand in their database, oldest first. */
export async function storedRollUps(asker: Asker, query: RangeQuery): Promise<readonly RollUp[]> {
  const found: RollUp[] = [];
  const fields = ROLL_UP_FIELDS.map((field) => `"${field}"`).join(', ');
  let next: EpochMs | null = query.from;
  while (next !== null) {
    const table: Table = await asker.table(
      `SELECT ${fields} FROM "${ROLL_UP}" ${where(query, next, query.to)} AND "${KEY}" = ${keyOf(query)} ORDER BY time LIMIT ${MAX_POINTS}`,
    );
    for (const [at, ...cells] of table.values) found.push(rollUpOfRow(timeOf(at), cells));
    const end: unknown = table.values.at(-1)?.[0];
    next = table.values.length < MAX_POINTS || end === undefined ? null : timeOf(end) + 1;
  }
  return found;
}

/** From the raw points, whatever is rolled up. */
export async function rollUpsFromRaw(asker: Asker, query: RangeQuery & { readonly unit: RollUpUnit }): Promise<readonly RollUp[]> {
  const unitMs = UNIT_MS[query.unit];
  const to = Math.ceil(query.to / unitMs) * unitMs;
  const points: RawPoint[] = [];
  let next: EpochMs | null = Math.ceil(query.from / unitMs) * unitMs;
  while (next !== null && next < to) {
    const page: readonly RawPoint[] = await rawPoints(asker, query, next, to, MAX_POINTS);
    for (const point of page) points.push(point);
    const end: RawPoint | undefined = page.at(-1);
    next = page.length < MAX_POINTS || end === undefined ? null : end[0] + 1;
  }
  const rolled = rollUpsOf(points);
  return query.unit === 'minute' ? rolled.minutes : rolled.hours;
}

/** Neighbouring numbers joined to [first, last]. */
function runsOf(indexes: ReadonlySet<number>): readonly (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const open = runs.at(-1);
    if (open !== undefined && open[1] === index - 1) open[1] = index;
    else runs.push([index, index]);
  }
  return runs;
}

const DEVICE_PAGE = 5_000;

/** All lines of a device in [from, to), by time, page by page: an `await` for each reading would cost more than the reading. */
async function* linesOfDevice(asker: Asker, device: DeviceName, from: EpochMs, to: EpochMs): AsyncGenerator<Table> {
  let next: EpochMs | null = to > from ? from : null;
  while (next !== null) {
    const table: Table = await asker.table(`SELECT * FROM "${MEASUREMENT}" ${where(device, next, to)} ORDER BY time LIMIT ${DEVICE_PAGE}`);
    yield table;
    const end: unknown = table.values.at(-1)?.[0];
    next = table.values.length < DEVICE_PAGE || end === undefined ? null : timeOf(end) + 1;
  }
}

export async function digestOfDevice(asker: Asker, device: DeviceName, from: EpochMs, to: EpochMs): Promise<Digest> {
  const digest = new DigestSum();
  for await (const table of linesOfDevice(asker, device, from, to)) for (const reading of tableReadings(device, table)) digest.add(reading);
  return digest.result();
}

/** The raw points of a device in [from, to) by their field, oldest first. */
export async function pointsOfDevice(
  asker: Asker,
  device: DeviceName,
  from: EpochMs,
  to: EpochMs,
): Promise<ReadonlyMap<string, readonly RawPoint[]>> {
  const found = new Map<string, RawPoint[]>();
  for await (const { columns, values } of linesOfDevice(asker, device, from, to)) {
    const time = columns.indexOf('time');
    for (const { field, value, quality: words, arrival } of pointColumns(columns)) {
      let points = found.get(field);
      if (points === undefined) found.set(field, (points = []));
      for (const row of values) {
        const cell = row[value] ?? null;
        const said = row[words] ?? null;
        if (cell === null && said === null && (row[arrival] ?? null) === null) continue;
        const { quality, noValue } = readQualityWords(said);
        points.push([timeOf(row[time]), noValue ? null : valueOf(cell), quality]);
      }
    }
  }
  return found;
}

/** Where a point's fields stand in a row; -1 = the table has no such column. */
interface PointColumns {
  readonly field: string;
  readonly measurement: string;
  readonly channel: number | null;
  readonly value: number;
  readonly quality: number;
  readonly arrival: number;
}

/** Worked out once for a page: an hour of a device has thousands of rows. */
function pointColumns(columns: readonly string[]): readonly PointColumns[] {
  const points = new Map<string, PointColumns>();
  for (const column of columns) {
    const point = pointOfColumn(column);
    if (point === null || points.has(point.field)) continue;
    const { field, measurement, channel } = point;
    const value = columns.indexOf(field);
    const quality = columns.indexOf(qualityField(field));
    points.set(field, { field, measurement, channel, value, quality, arrival: columns.indexOf(arrivalField(field)) });
  }
  return [...points.values()];
}

/** Line by line every point of the device that has a value or a quality at that time. */
function* tableReadings({ enterprise, device }: DeviceName, { columns, values }: Table): Iterable<StoredReading> {
  const points = pointColumns(columns);
  const time = columns.indexOf('time');
  const common = columns.indexOf(RECEIVED_AFTER);
  for (const row of values) {
    const sampleAt = timeOf(row[time]);
    for (const { measurement, channel, value, quality: words, arrival } of points) {
      const cell = row[value] ?? null;
      const said = row[words] ?? null;
      const after = row[arrival] ?? null;
      if (cell === null && said === null && after === null) continue;
      const { quality, flags, noValue } = readQualityWords(said);
      yield {
        enterprise,
        device,
        measurement,
        channel,
        sampleAt,
        receivedAt: sampleAt + Number(after ?? row[common] ?? 0),
        value: noValue ? null : valueOf(cell),
        quality,
        flags,
      };
    }
  }
}

function timeOf(cell: unknown): EpochMs {
  if (typeof cell !== 'number') throw new StoreFailure('store-failed', `the database gave a time that is no number: ${String(cell)}`);
  return cell;
}

function valueOf(cell: unknown): Value {
  return typeof cell === 'number' || typeof cell === 'string' ? cell : null;
}
