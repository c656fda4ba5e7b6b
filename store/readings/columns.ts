/**
 * Readings in columns: what the projector gathers and the embedded store writes, many thousands at a time, without an object for each.
 * The arrays are used again and again, so that a batch leaves nearly nothing behind for the garbage collector.
 */
import type { ReadingColumns } from '../../model/ports/reading-store.ts';
import type { Flag, Quality, StoredReading, Value } from '../../model/reading.ts';
import type { EpochMs } from '../../model/time.ts';
import { flagsOf, qualityCode, qualityOf } from './quality-code.ts';
import { type DevicePoints, PointBook } from './point-book.ts';

const FIRST_CAPACITY = 4_096;
/** A book with more points than this is begun anew once no row is left. */
const MAX_POINTS = 500_000;

export class Columns implements ReadingColumns {
  #length = 0;
  #points = new PointBook();
  #point = new Int32Array(FIRST_CAPACITY);
  #sampleAt = new Float64Array(FIRST_CAPACITY);
  #receivedAt = new Float64Array(FIRST_CAPACITY);
  #number = new Float64Array(FIRST_CAPACITY);
  #quality = new Int32Array(FIRST_CAPACITY);
  /** Values that are no numbers, by row. */
  #others = new Map<number, string | null>();

  get length(): number {
    return this.#length;
  }
  get points(): PointBook {
    return this.#points;
  }
  get point(): Int32Array {
    return this.#point;
  }
  get sampleAt(): Float64Array {
    return this.#sampleAt;
  }
  get receivedAt(): Float64Array {
    return this.#receivedAt;
  }
  get quality(): Int32Array {
    return this.#quality;
  }

  value(row: number): Value {
    if (this.#others.size === 0) return this.#number[row] as number;
    const other = this.#others.get(row);
    return other === undefined ? (this.#number[row] as number) : other;
  }

  /**
   * A time that is no number or a value that is none of the model's, as a damaged line may hold, becomes NaN: the store then refuses
   * this reading and no other.
   * @throws RangeError for a quality this build does not know.
   */
  add(
    device: DevicePoints,
    measurement: string,
    channel: number | null,
    sampleAt: EpochMs,
    receivedAt: EpochMs,
    value: Value,
    quality: Quality,
    flags: readonly Flag[],
  ): void {
    const row = this.#length;
    if (row === this.#point.length) this.#grow();
    this.#point[row] = device.numberOf(measurement, channel);
    this.#sampleAt[row] = typeof sampleAt === 'number' ? sampleAt : Number.NaN;
    this.#receivedAt[row] = typeof receivedAt === 'number' ? receivedAt : Number.NaN;
    if (typeof value === 'string' || value === null) this.#others.set(row, value);
    else this.#number[row] = typeof value === 'number' ? value : Number.NaN;
    this.#quality[row] = quality === 'good' && flags.length === 0 ? 0 : knownCode(quality, flags);
    this.#length = row + 1;
  }

  addReading(r: StoredReading): void {
    const device = this.#points.device(r.enterprise, r.device);
    this.add(device, r.measurement, r.channel, r.sampleAt, r.receivedAt, r.value, r.quality, r.flags);
  }

  /** One row as the object that everybody else knows. */
  reading(row: number): StoredReading {
    const code = this.#quality[row] as number;
    return {
      ...this.#points.name(this.#point[row] as number),
      sampleAt: this.#sampleAt[row] as number,
      receivedAt: this.#receivedAt[row] as number,
      value: this.value(row),
      quality: qualityOf(code),
      flags: flagsOf(code),
    };
  }

  allRows(): Uint32Array {
    return Uint32Array.from({ length: this.#length }, (_, row) => row);
  }

  /** Takes away the rows from `length` on. */
  truncate(length: number): void {
    for (const row of this.#others.keys()) if (row >= length) this.#others.delete(row);
    this.#length = Math.min(this.#length, length);
  }

  /** Takes away the first `rows` rows; the others move up. */
  drop(rows: number): void {
    const { length } = this;
    for (const column of [this.#point, this.#sampleAt, this.#receivedAt, this.#number, this.#quality]) column.copyWithin(0, rows, length);
    if (this.#others.size > 0) {
      const moved = new Map<number, string | null>();
      for (const [row, value] of this.#others) if (row >= rows) moved.set(row - rows, value);
      this.#others = moved;
    }
    this.#length = length - rows;
    if (this.#length === 0 && this.#points.size > MAX_POINTS) this.#points = new PointBook();
  }

  #grow(): void {
    const capacity = this.#point.length * 2;
    const doubled = <A extends Int32Array | Float64Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    this.#point = doubled(this.#point, new Int32Array(capacity));
    this.#sampleAt = doubled(this.#sampleAt, new Float64Array(capacity));
    this.#receivedAt = doubled(this.#receivedAt, new Float64Array(capacity));
    this.#number = doubled(this.#number, new Float64Array(capacity));
    this.#quality = doubled(this.#quality, new Int32Array(capacity));
  }
}

function knownCode(quality: Quality, flags: readonly Flag[]): number {
  const code = qualityCode(quality, flags);
  if (Number.isNaN(code)) throw new RangeError(`unknown quality ${String(quality)} in the journal`);
  return code;
}
