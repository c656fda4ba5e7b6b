/**
 * The reason somebody gave for hiding an alarm is kept as it was written: one of a few words in his language, and what he added. Whoever
 * reads it in the other language sees the word in his own. Pure.
 */
import { useI18n } from 'vue-i18n';

export const REASONS = ['maintenance', 'instrument', 'chattering', 'known', 'other'] as const;
export type Reason = (typeof REASONS)[number];

/** The words as either language has them (`life.reason` of the locales; a test holds them together). */
export const REASON_WORDS: Readonly<Record<Reason, readonly string[]>> = {
  maintenance: ['Maintenance', '检修'],
  instrument: ['Instrument fault', '仪表故障'],
  chattering: ['Chattering', '抖动报警'],
  known: ['Known condition', '已知情况'],
  other: ['Other', '其他'],
};

/** @param word of a reason in the language shown now. What begins with none of the words is given back as it is. */
export function shownReason(text: string, word: (reason: Reason) => string): string {
  for (const reason of REASONS)
    for (const known of REASON_WORDS[reason]) {
      if (text === known) return word(reason);
      if (text.startsWith(`${known}: `)) return `${word(reason)}${text.slice(known.length)}`;
    }
  return text;
}

/** For components. */
export function useReason(): (text: string) => string {
  const { t } = useI18n();
  return (text) => shownReason(text, (reason) => t(`life.reason.${reason}`));
}
