import { describe, expect, it } from 'vitest';
import en from '../protocol/locales/en.json' with { type: 'json' };
import zh from '../protocol/locales/zh-CN.json' with { type: 'json' };
import { PROBLEMS } from './problem.ts';

/** What the audit says of a request that ended by none of the codes. */
const NO_CODE = 'failed';

describe('the codes a request can be refused with', () => {
  it.each([
    ['en', en],
    ['zh-CN', zh],
  ])('have words on the audit page, every one and nothing else, no two the same: %s', (_locale, { accounts }) => {
    const words: Readonly<Record<string, string>> = accounts.audit.refusals;
    expect(Object.keys(words).sort()).toEqual([...Object.keys(PROBLEMS), NO_CODE].sort());
    for (const [code, text] of Object.entries(words)) expect([code, text.trim(), text === code]).toEqual([code, text, false]);
    expect(new Set(Object.values(words)).size).toBe(Object.keys(words).length);
  });
});
