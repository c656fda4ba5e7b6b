import { describe, expect, it } from 'vitest';
import en from '../../../protocol/locales/en.json' with { type: 'json' };
import zh from '../../../protocol/locales/zh-CN.json' with { type: 'json' };
import { REASON_WORDS, REASONS, shownReason } from './reason.ts';

const inChinese = (text: string): string => shownReason(text, (reason) => zh.life.reason[reason]);

describe('the reason for hiding an alarm', () => {
  it('is read in the language of the reader, whatever it was given in', () => {
    for (const reason of REASONS) expect(REASON_WORDS[reason]).toEqual([en.life.reason[reason], zh.life.reason[reason]]);
    expect(inChinese('Maintenance')).toBe('检修');
    expect(inChinese('检修')).toBe('检修');
    expect(inChinese('Instrument fault: cell is poisoned')).toBe('仪表故障: cell is poisoned');
    expect(shownReason('其他: 等备件', (reason) => en.life.reason[reason])).toBe('Other: 等备件');
  });
  it('that is of its own words stays as it was written', () => {
    for (const text of ['', 'Maintenance window 3', 'pump overhaul', '检修中']) expect(inChinese(text)).toBe(text);
  });
});
