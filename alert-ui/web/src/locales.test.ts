import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import en from '../../protocol/locales/en.json' with { type: 'json' };
import zh from '../../protocol/locales/zh-CN.json' with { type: 'json' };

function flatten(tree: object, before = ''): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') all.set(before + key, value);
    else for (const [k, v] of flatten(value, `${before}${key}.`)) all.set(k, v);
  }
  return all;
}
const texts = { zh: flatten(zh), en: flatten(en) };
const folder = new URL('.', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(vue|ts)$/.test(name) && !name.endsWith('.test.ts'))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

/** Keys said outright: t('a.b'), and the beginnings of those put together: t(`a.${x}`). */
function used(text: string): { whole: string[]; begun: string[] } {
  const whole = [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map((m) => m[1] ?? '');
  const begun = [...text.matchAll(/\bt\(\s*`([^`$]*)\$\{/g)].map((m) => m[1] ?? '');
  return { whole, begun };
}

describe('texts in both languages', () => {
  it('have the same keys and none is empty', () => {
    expect([...texts.zh.keys()].sort()).toEqual([...texts.en.keys()].sort());
    for (const [key, text] of [...texts.zh, ...texts.en]) expect(text.trim(), key).not.toBe('');
  });
  it('take the same values', () => {
    const slots = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '').sort();
    for (const [key, text] of texts.zh) expect(slots(text), key).toEqual(slots(texts.en.get(key) ?? ''));
  });
  it('exist for every key the code uses', () => {
    const found = sources.flatMap(({ name, text }) => used(text).whole.map((key) => ({ name, key })));
    expect(found.length).toBeGreaterThan(150);
    expect(found.filter(({ key }) => !texts.zh.has(key))).toEqual([]);
    for (const { name, text } of sources)
      for (const start of used(text).begun)
        expect(
          [...texts.zh.keys()].some((key) => key.startsWith(start)),
          `${name}: ${start}…`,
        ).toBe(true);
  });
  it('hold no message syntax that the page would read as something else', () => {
    for (const [key, text] of [...texts.zh, ...texts.en]) expect(text, key).not.toMatch(/[|@]/);
  });
  it('never number the levels', () => {
    for (const [key, text] of [...texts.zh, ...texts.en]) expect(text, key).not.toMatch(/[一二三四]级|level [1-4]\b/i);
  });
});
