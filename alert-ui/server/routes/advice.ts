import type { RejectionCode } from '../../../model/rejection.ts';
import en from '../../protocol/locales/rejections.en.json' with { type: 'json' };
import zh from '../../protocol/locales/rejections.zh-CN.json' with { type: 'json' };

type Texts = Readonly<Record<string, { readonly title: string; readonly advice: string } | undefined>>;
const EN: Texts = en.rejection;
const ZH: Texts = zh.rejection;

interface BothLanguages {
  readonly 'zh-CN': string;
  readonly en: string;
}

/** What was wrong and what to do about it, in both languages; both null for what was not refused. */
export function adviceFor(reason: RejectionCode | null): { readonly title: BothLanguages | null; readonly advice: BothLanguages | null } {
  const english = reason === null ? undefined : EN[reason];
  const chinese = reason === null ? undefined : ZH[reason];
  if (english === undefined || chinese === undefined) return { title: null, advice: null };
  return { title: { 'zh-CN': chinese.title, en: english.title }, advice: { 'zh-CN': chinese.advice, en: english.advice } };
}

/** Every reason code has its texts; so the texts say which codes there are. */
export function isRejectionCode(text: string): text is RejectionCode {
  return Object.hasOwn(EN, text);
}
