import type { RejectionCode } from '../../../model/rejection.ts';
import en from '../../protocol/locales/rejections.en.json' with { type: 'json' };
import zh from '../../protocol/locales/rejections.zh-CN.json' with { type: 'json' };

type Texts = Readonly<Record<string, { readonly title: string; readonly advice: string } | undefined>>;
const EN: Texts = en.rejection;
const ZH: Texts = zh.rejection;

/** What to do about a refusal, in both languages; null for what was not refused. */
export function adviceFor(reason: RejectionCode | null): { readonly 'zh-CN': string; readonly en: string } | null {
  if (reason === null) return null;
  const english = EN[reason];
  const chinese = ZH[reason];
  return english === undefined || chinese === undefined ? null : { 'zh-CN': chinese.advice, en: english.advice };
}

/** Every reason code has its texts; so the texts say which codes there are. */
export function isRejectionCode(text: string): text is RejectionCode {
  return Object.hasOwn(EN, text);
}
