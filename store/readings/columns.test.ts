import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLAGS, QUALITIES, type Quality, type StoredReading } from '../../model/reading.ts';
import { Columns } from './columns.ts';
import { sortOut, sortOutRows } from './storable.ts';

const name = fc.constantFrom('', 'a', 'b', '__proto__', '阀门');
/** Whatever could come out of a journal, the storable and what no store can hold. */
const reading: fc.Arbitrary<StoredReading> = fc.record({
  enterprise: name,
  device: name,
  measurement: name,
  channel: fc.constantFrom(null, 0, 1, 12, -1, 0.5),
  sampleAt: fc.oneof(fc.integer({ min: -1e12, max: 4e12 }), fc.constantFrom(Number.NaN, 1.5, 9e15)),
  receivedAt: fc.oneof(fc.integer({ min: -1e12, max: 4e12 }), fc.constantFrom(Number.NaN)),
  value: fc.oneof(fc.double(), fc.string(), fc.constant(null)),
  quality: fc.constantFrom(...QUALITIES),
  flags: fc.subarray([...FLAGS]),
});
const readings = fc.array(reading, { maxLength: 40 });

function columnsOf(all: readonly StoredReading[]): Columns {
  const columns = new Columns();
  for (const one of all) columns.addReading(one);
  return columns;
}

const back = (columns: Columns): readonly StoredReading[] => [...columns.allRows()].map((row) => columns.reading(row));

describe('readings in columns', () => {
  it('come back as they went in, after any taking away at either end and adding again', () => {
    fc.assert(
      fc.property(readings, fc.nat({ max: 40 }), fc.nat({ max: 40 }), readings, (all, front, end, more) => {
        const columns = columnsOf(all);
        const kept = all.slice(0, end);
        columns.truncate(end);
        columns.drop(Math.min(front, kept.length));
        for (const one of more) columns.addReading(one);
        expect(back(columns)).toEqual([...kept.slice(front), ...more]);
      }),
    );
  });

  it('hold more than their first size', () => {
    const columns = new Columns();
    const device = columns.points.device('e', 'd');
    for (let i = 0; i < 20_000; i++) columns.add(device, `m${i % 3}`, i % 2, i, i + 5, i % 5 === 0 ? `t${i}` : i / 7, 'good', []);
    expect(columns.length).toBe(20_000);
    expect(columns.points.size).toBe(6);
    expect(columns.reading(19_999)).toMatchObject({
      measurement: 'm1',
      channel: 1,
      sampleAt: 19_999,
      receivedAt: 20_004,
      value: 19_999 / 7,
    });
    expect(columns.reading(15_000)).toMatchObject({ measurement: 'm0', channel: 0, value: 't15000' });
  });

  it('are sorted into storable and refused as the same readings are one by one', () => {
    fc.assert(
      fc.property(readings, (all) => {
        const columns = columnsOf(all);
        const { storable, rejected } = sortOutRows(columns, columns.allRows());
        const expected = sortOut(all);
        expect([...storable].map((row) => columns.reading(row))).toEqual(expected.storable);
        expect(rejected).toEqual(expected.rejected);
      }),
    );
  });

  it('make a time or a value that is none of the model’s one that every store refuses, and no zero', () => {
    const columns = new Columns();
    const device = columns.points.device('e', 'd');
    const line = JSON.parse('[null, true, "12"]') as number[];
    columns.add(device, 'a', null, line[0] as number, 5, 1, 'good', []);
    columns.add(device, 'b', null, 5, line[2] as number, 1, 'good', []);
    columns.add(device, 'c', null, 5, 5, line[1] as number, 'good', []);
    columns.add(device, 'd', null, 5, 5, 1, 'good', []);
    const { storable, rejected } = sortOutRows(columns, columns.allRows());
    expect([...storable]).toEqual([3]);
    expect(rejected.map(({ reading: { measurement } }) => measurement)).toEqual(['a', 'b', 'c']);
  });

  it('refuse a quality that this build does not know, instead of calling it good', () => {
    const columns = new Columns();
    const device = columns.points.device('e', 'd');
    expect(() => columns.add(device, 'a', null, 1, 1, 1, 'excellent' as Quality, [])).toThrow(/unknown quality/);
    expect(columns.length).toBe(0);
  });
});
