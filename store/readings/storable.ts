import type { PointName, ReadingColumns, RejectedPoint } from '../../model/ports/reading-store.ts';
import type { StoredReading, Value } from '../../model/reading.ts';
import type { EpochMs } from '../../model/time.ts';

/** Ends of what JavaScript's calendar can name, ms. */
const LAST_MS = 8.64e15;

/**
 * Why no store can hold this reading, or null. The door lets none of these in; but one that came through anyhow must not make a
 * whole batch fail for ever and the journal fill up behind it.
 */
export function unstorable(r: StoredReading): string | null {
  return unstorableTime(r.sampleAt) ?? unstorableTime(r.receivedAt) ?? unstorableValue(r.value) ?? unstorablePoint(r);
}

function unstorableTime(at: EpochMs): string | null {
  return Number.isSafeInteger(at) && Math.abs(at) <= LAST_MS ? null : `time ${at} is not a whole number of ms within the calendar`;
}

function unstorableValue(value: Value): string | null {
  return typeof value === 'number' && !Number.isFinite(value) ? `value ${value} is not finite` : null;
}

function unstorablePoint({ enterprise, device, measurement, channel }: PointName): string | null {
  if (channel !== null && !(Number.isSafeInteger(channel) && channel >= 0)) return `channel ${channel} is not a whole number ≥ 0`;
  return enterprise === '' || device === '' || measurement === '' ? 'enterprise, device and measurement must not be empty' : null;
}

/** Splits a batch into what can be stored, in the same order, and what cannot. */
export function sortOut(
  batch: readonly StoredReading[],
  why: (reading: StoredReading) => string | null = unstorable,
): { readonly storable: readonly StoredReading[]; readonly rejected: readonly RejectedPoint[] } {
  const rejected: RejectedPoint[] = [];
  for (const reading of batch) {
    const message = why(reading);
    if (message !== null) rejected.push({ reading, message });
  }
  if (rejected.length === 0) return { storable: batch, rejected };
  const bad = new Set(rejected.map((r) => r.reading));
  return { storable: batch.filter((reading) => !bad.has(reading)), rejected };
}

/** The same as `sortOut` for rows of columns; the names of a point are looked at once. */
export function sortOutRows(
  columns: ReadingColumns,
  rows: Uint32Array,
): { readonly storable: Uint32Array; readonly rejected: readonly RejectedPoint[] } {
  const { point, sampleAt, receivedAt } = columns;
  const rejected: RejectedPoint[] = [];
  const bad = new Set<number>();
  const pointFaults: (string | null)[] = [];
  for (const row of rows) {
    const number = point[row] as number;
    let pointFault = pointFaults[number];
    if (pointFault === undefined) pointFaults[number] = pointFault = unstorablePoint(columns.points.name(number));
    const message =
      unstorableTime(sampleAt[row] as number) ??
      unstorableTime(receivedAt[row] as number) ??
      unstorableValue(columns.value(row)) ??
      pointFault;
    if (message === null) continue;
    rejected.push({ reading: columns.reading(row), message });
    bad.add(row);
  }
  return { storable: bad.size === 0 ? rows : rows.filter((row) => !bad.has(row)), rejected };
}
