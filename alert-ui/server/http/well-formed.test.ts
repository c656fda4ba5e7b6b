import { expect, it } from 'vitest';
import { readSite } from '../site-file/parse.ts';
import { newArea } from '../schema/asset.ts';
import { isWellFormed } from './well-formed.ts';

it.each<readonly [string, unknown, boolean]>([
  ['a text', 'plain', true],
  ['a whole character of two halves', '😀', true],
  ['nothing', undefined, true],
  ['what is no text', { a: [1, true, null] }, true],
  ['half a character', '\ud800', false],
  ['the other half', 'x\udc00', false],
  ['one deep inside', { a: [{ b: ['ok', '\udfff'] }] }, false],
  ['one in a key', { '\ud800': 1 }, false],
])('%s', (_, value, whole) => {
  expect(isWellFormed(value)).toBe(whole);
});

it('goes through what is nested deeper than the stack', () => {
  const nested = (inside: unknown): unknown => {
    let value = inside;
    for (let depth = 0; depth < 100_000; depth += 1) value = [value];
    return value;
  };
  expect([isWellFormed(nested('a')), isWellFormed(nested('\ud800'))]).toEqual([true, false]);
});

it('a site file with half a character is refused, as the escape in it would be another after a restart', () => {
  const read = readSite('beacon-site: 1\nareas:\n  - {id: a, name: "\\ud800"}\n');
  expect(read).toEqual({ ok: false, problems: [{ line: 1, path: '', message: 'a text holds half a character' }] });
});

it.each([
  ['a line end', 'two\nlines'],
  ['a null', 'a\u0000b'],
  ['a character that turns the writing', 'valve \u202Eopen'],
  ['an isolate', '\u2066x'],
  ['a line separator', 'a\u2028b'],
])('a name holds no %s', (_, name) => {
  expect(newArea.safeParse({ id: 'a', name }).success).toBe(false);
});
it.each(['储罐区 1#', 'Émile 😀', 'a-b_c (2) "x" <y>', '\u200Fعربي'])('%s is a name', (name) => {
  expect(newArea.safeParse({ id: 'a', name }).success).toBe(true);
});
