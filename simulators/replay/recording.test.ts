import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from './csv.ts';
import { mappingOf, parseMapping, timeMs } from './mapping.ts';
import { readRecording } from './recording.ts';

describe('CSV', () => {
  it('reads quotes, doubled quotes, commas and line ends inside them, and a byte order mark', () => {
    expect(parseCsv('\uFEFFa,b\r\n"x, y","say ""hi"""\n"two\nlines",\n')).toEqual([
      ['a', 'b'],
      ['x, y', 'say "hi"'],
      ['two\nlines', ''],
    ]);
    expect(parseCsv('a,b\n1,2')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
    expect(parseCsv('')).toEqual([]);
    expect(parseCsv('a\n\nb\n')).toEqual([['a'], ['b']]);
  });

  it('gives back whatever was written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '1', ',', '"', '\n', ' ', '阀') });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
        const written = rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')).join('\r\n');
        expect(parseCsv(written)).toEqual(rows);
      }),
    );
  });
});

const YAML = `
time: { column: Time, unit: s }
columns:
  - { column: Ceiling A, device: room1-a, measurement: temp }
  - { column: Ceiling F, device: room1-b, measurement: temp, scale: 0.5556, offset: -17.78 }
  - { column: Cable 2, device: room1-a, measurement: cable_temp, channel: 2 }
`;

describe('mapping', () => {
  it('is read from YAML', () => {
    expect(parseMapping(YAML).columns.map((one) => [one.device, one.key])).toEqual([
      ['room1-a', 'temp'],
      ['room1-b', 'temp'],
      ['room1-a', 'cable_temp.2'],
    ]);
  });

  const column = { column: 'a', device: 'd', measurement: 'm' };
  it.each([
    [null, /no object/],
    [{ columns: [column] }, /time is missing/],
    [{ time: { column: 'T', unit: 'fortnight' }, columns: [column] }, /fortnight/],
    [{ time: { column: 'T', unit: 's' }, columns: [] }, /columns/],
    [{ time: { column: 'T', unit: 's' }, columns: [{ ...column, device: 'no/slash' }] }, /no\/slash/],
    [{ time: { column: 'T', unit: 's' }, columns: [{ ...column, measurement: '' }] }, /measurement/],
    [{ time: { column: 'T', unit: 's' }, columns: [{ ...column, channel: 0 }] }, /channel/],
    [{ time: { column: 'T', unit: 's' }, columns: [{ ...column, scale: 'x' }] }, /scale/],
    [{ time: { column: 'T', unit: 's' }, columns: [column, { ...column, column: 'b' }] }, /two columns/],
  ])('is refused with a line that names the place: %j', (value, message) => {
    expect(() => mappingOf(value)).toThrow(message);
  });

  it('knows its time units', () => {
    expect(timeMs('1.5', 's')).toBe(1_500);
    expect(timeMs('-2', 'min')).toBe(-120_000);
    expect(timeMs('2018-12-03T11:46:00+08:00', 'iso')).toBe(Date.UTC(2018, 11, 3, 3, 46));
    expect(timeMs('', 's')).toBeNaN();
    expect(timeMs('soon', 's')).toBeNaN();
  });
});

describe('recording', () => {
  it('becomes one message per device and row; empty cells are skipped, bad ones counted', () => {
    const csv = 'Time,Ceiling A,Ceiling F,Cable 2,Other\n-1,20,68,,9\n0,21,,30,9\n,1,1,1,1\n1,n/a,212,31,9\n';
    const recording = readRecording(csv, parseMapping(YAML));
    expect(recording.samples).toEqual([
      { atMs: -1_000, device: 'room1-a', values: { temp: 20 } },
      { atMs: -1_000, device: 'room1-b', values: { temp: expect.closeTo(20, 1) } },
      { atMs: 0, device: 'room1-a', values: { temp: 21, 'cable_temp.2': 30 } },
      { atMs: 1_000, device: 'room1-b', values: { temp: expect.closeTo(100, 1) } },
      { atMs: 1_000, device: 'room1-a', values: { 'cable_temp.2': 31 } },
    ]);
    expect(recording).toMatchObject({ rows: 4, emptyCells: 3, badCells: 1, devices: ['room1-a', 'room1-b'] });
  });

  it('counts absolute times from its first row, and sorts rows that are out of order', () => {
    const mapping = mappingOf({ time: { column: 'At', unit: 'unix-s' }, columns: [{ column: 'v', device: 'd', measurement: 'm' }] });
    expect(readRecording('At,v\n1000,1\n1002,3\n1001,2\n', mapping).samples.map((one) => [one.atMs, one.values['m']])).toEqual([
      [0, 1],
      [1_000, 2],
      [2_000, 3],
    ]);
  });

  it('names the column that is missing and those there are', () => {
    expect(() => readRecording('Time,Ceiling B\n0,1\n', parseMapping(YAML))).toThrow(/no column "Ceiling A".*"Ceiling B"/);
    expect(() => readRecording('', parseMapping(YAML))).toThrow(/empty/);
  });
});
