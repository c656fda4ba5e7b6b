import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/**
 * A page that stands in two languages says the same commands, names and figures in both: what is changed in one is wanted in the other.
 * Held together are code blocks (without their comments) and everything in backticks; the sentences are for people to compare.
 */
const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const blocks = (page: string): string[] =>
  [...page.matchAll(/^```\w*\n(.*?)^```/gms)].map(([, text = '']) => text.replace(/^# .*\n/gm, ''));
const prose = (page: string): string => page.replace(/^```\w*\n.*?^```/gms, '');
const quoted = (page: string): string[] => [...prose(page).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text).toSorted();
const bare = (page: string): string => prose(page).replace(/`[^`\n]+`/g, '');
const figures = (page: string): string[] => [...bare(page).matchAll(/\d[\d,.]*\d/g)].map(([text]) => text).toSorted();

describe.each([['connecting.md', 'connecting.zh-CN.md']])('docs/%s and docs/%s', (english, chinese) => {
  const en = read(english);
  const zh = read(chinese);

  it('name each other', () => {
    expect([en.includes(`](${chinese})`), zh.includes(`](${english})`)]).toEqual([true, true]);
  });

  it('have the same commands, whatever their comments say', () => {
    expect(blocks(en).length).toBeGreaterThan(0);
    expect(blocks(zh)).toEqual(blocks(en));
  });

  it('have the same names, topics and payloads, each as often', () => {
    expect(quoted(en).length).toBeGreaterThan(50);
    expect(quoted(zh)).toEqual(quoted(en));
  });

  it('have as many chapters and rows of tables', () => {
    for (const line of [/^## /gm, /^\|/gm, /^- /gm]) expect(zh.match(line)?.length).toBe(en.match(line)?.length);
  });

  it('have the same figures of two digits and more', () => {
    expect(figures(en).length).toBeGreaterThan(10);
    expect(figures(zh)).toEqual(figures(en));
  });
});

describe('docs/rules.md, whose second half is the first in Chinese', () => {
  const [en = '', zh = ''] = read('rules.md').split('\n---\n');
  const indented = (page: string): string[] => [...page.matchAll(/^ *```\n(.*?)^ *```/gms)].map(([, text = '']) => text);

  it('shows the same requests, commands and what they answer', () => {
    expect(indented(en).length).toBeGreaterThan(4);
    expect(indented(zh)).toEqual(indented(en));
  });

  it('names the same command lines', () => {
    const commands = (page: string): string[] => [...page.matchAll(/npm run [\w:]+ -- [^`\n]*/g)].map(([text]) => text).toSorted();
    expect(commands(en).length).toBeGreaterThan(3);
    expect(commands(zh)).toEqual(commands(en));
  });
});
