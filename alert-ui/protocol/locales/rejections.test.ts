import { describe, expect, it } from 'vitest';
import type { LedgerReason } from '../../../model/rejection.ts';
import en from './rejections.en.json' with { type: 'json' };
import zh from './rejections.zh-CN.json' with { type: 'json' };

/** Compiles only while both languages have every code of the model, and no other. */
const english: Readonly<Record<LedgerReason, { readonly title: string; readonly advice: string }>> = en.rejection;
const chinese: Readonly<Record<LedgerReason, { readonly title: string; readonly advice: string }>> = zh.rejection;

describe('texts of refusals', () => {
  it('both languages have the same codes, each with a title and an advice of its own', () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
    for (const texts of [english, chinese]) {
      const advice = Object.values(texts).map((text) => text.advice);
      expect(new Set(advice).size).toBe(advice.length);
      for (const { title, advice: what } of Object.values(texts)) expect(title.length > 2 && what.length > 15).toBe(true);
    }
  });

  it('the Chinese ones are Chinese, the English ones English', () => {
    for (const text of Object.values(chinese)) expect(`${text.title}${text.advice}`).toMatch(/[\u4e00-\u9fff]{4}/);
    for (const text of Object.values(english)) expect(`${text.title}${text.advice}`).not.toMatch(/[\u4e00-\u9fff]/);
  });
});
