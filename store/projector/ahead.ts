/**
 * What is read and not yet written, oldest first: the entries by number, their readings in columns. A commit that cannot be read to its
 * end is taken back whole.
 */
import type { Flag, Quality, Value } from '../../model/reading.ts';
import type { EpochMs } from '../../model/time.ts';
import type { ReadingListener } from '../journal/line.ts';
import { Columns } from '../readings/columns.ts';
import type { DevicePoints } from '../readings/point-book.ts';

/** The first `entries` entries, which bring these rows. */
export interface AheadBatch {
  readonly entries: number;
  readonly lastSeq: number;
  readonly lastAt: EpochMs;
  /** Rows of `columns`, without those of resends; good until the next batch is asked for. */
  readonly rows: Uint32Array;
}

export class Ahead implements ReadingListener {
  readonly columns = new Columns();
  #seqs: number[] = [];
  #ats: EpochMs[] = [];
  /** Row with which the entry's readings begin. */
  #firstRows: number[] = [];
  #rows = new Uint32Array(0);
  #device: DevicePoints | null = null;
  #at: EpochMs = 0;
  #sampleAt: EpochMs = 0;

  get entries(): number {
    return this.#seqs.length;
  }

  /** Of the oldest entry, null when there is none. */
  get first(): { readonly seq: number; readonly at: EpochMs } | null {
    const [seq] = this.#seqs;
    const [at] = this.#ats;
    return seq === undefined || at === undefined ? null : { seq, at };
  }

  entry(seq: number, at: EpochMs): void {
    this.#seqs.push(seq);
    this.#ats.push(at);
    this.#firstRows.push(this.columns.length);
    this.#at = at;
  }

  sample(enterprise: string, device: string, sampleAt: EpochMs): void {
    this.#device = this.columns.points.device(enterprise, device);
    this.#sampleAt = sampleAt;
  }

  value(measurement: string, channel: number | null, value: Value, quality: Quality, flags: readonly Flag[]): void {
    if (this.#device === null) throw new RangeError('a value without its sample');
    this.columns.add(this.#device, measurement, channel, this.#sampleAt, this.#at, value, quality, flags);
  }

  /** Takes back what came after there were `entries` of them. */
  truncate(entries: number): void {
    this.columns.truncate(this.#firstRows[entries] ?? this.columns.length);
    this.#seqs.length = entries;
    this.#ats.length = entries;
    this.#firstRows.length = entries;
  }

  /**
   * Entries up to `upToSeq` whose readings together are `maxReadings` at most (one entry alone may bring more); null when there is none.
   */
  batch(upToSeq: number, maxReadings: number, isResend: (seq: number) => boolean): AheadBatch | null {
    if (this.#rows.length < this.columns.length) this.#rows = new Uint32Array(this.columns.point.length);
    let entries = 0;
    let readings = 0;
    for (; entries < this.#seqs.length; entries++) {
      const seq = this.#seqs[entries] as number;
      if (seq > upToSeq) break;
      if (isResend(seq)) continue;
      const end = this.#endOf(entries);
      let row = this.#firstRows[entries] as number;
      if (readings > 0 && readings + end - row > maxReadings) break;
      for (; row < end; row++) this.#rows[readings++] = row;
    }
    if (entries === 0) return null;
    return {
      entries,
      lastSeq: this.#seqs[entries - 1] as number,
      lastAt: this.#ats[entries - 1] as EpochMs,
      rows: this.#rows.subarray(0, readings),
    };
  }

  /** Takes away the first `entries`: they are written. */
  drop(entries: number): void {
    const rows = this.#firstRows[entries] ?? this.columns.length;
    this.columns.drop(rows);
    this.#seqs = this.#seqs.slice(entries);
    this.#ats = this.#ats.slice(entries);
    this.#firstRows = this.#firstRows.slice(entries).map((row) => row - rows);
    // A book of points may have been left behind with the last row.
    this.#device = null;
  }

  #endOf(entry: number): number {
    return this.#firstRows[entry + 1] ?? this.columns.length;
  }
}
