import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.ts';

/** What a reader by the book makes of one line. */
function read(line: string): string[] {
  const cells: string[] = [];
  const rest = line.slice(0, -2);
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/gsy;
  for (;;) {
    const found = pattern.exec(rest);
    if (found === null) throw new Error(`no cell at ${pattern.lastIndex} of ${rest}`);
    cells.push(found[1] === undefined ? (found[2] ?? '') : found[1].replaceAll('""', '"'));
    if (found[3] === '') return cells;
  }
}

describe('a line of CSV', () => {
  it('leaves numbers alone and quotes what needs it', () => {
    expect(csvLine([-1.5, null, 'a', 'a "b", c', 'two\nlines'])).toBe('-1.5,,a,"a ""b"", c","two\nlines"\r\n');
  });

  it('never begins a text as a formula, and loses nothing', () => {
    const texts = fc.array(fc.oneof(fc.string(), fc.constantFrom('=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1', '"=1"')), { minLength: 1 });
    fc.assert(
      fc.property(texts, (cells) => {
        const back = read(csvLine(cells));
        expect(back).toHaveLength(cells.length);
        for (const [i, cell] of cells.entries()) {
          expect([cell, `'${cell}`]).toContain(back[i]);
          expect(back[i]).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
        }
      }),
    );
  });
});
