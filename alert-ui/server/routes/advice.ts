import type { LedgerReason } from '../../../model/rejection.ts';
import type { EngineView } from '../../../model/engine.ts';
import type { LedgerLine } from '../../../model/ports/records.ts';
import en from '../../protocol/locales/rejections.en.json' with { type: 'json' };
import zh from '../../protocol/locales/rejections.zh-CN.json' with { type: 'json' };

type Texts = Readonly<Record<string, { readonly title: string; readonly advice: string } | undefined>>;
const EN: Texts = en.rejection;
const ZH: Texts = zh.rejection;
/** Refusals that the sender mends by another topic: he is told which are his. */
const ABOUT_TOPICS: ReadonlySet<LedgerReason> = new Set<LedgerReason>(['FORBIDDEN_TOPIC', 'BAD_TOPIC', 'UNKNOWN_TOPIC', 'FOREIGN_DEVICE']);

interface BothLanguages {
  readonly 'zh-CN': string;
  readonly en: string;
}

export interface Advice {
  readonly title: BothLanguages | null;
  readonly advice: BothLanguages | null;
}

/** What was wrong (or doubted) and what to do about it, in both languages; both null where there is no reason. */
export function adviceFor(line: Pick<LedgerLine, 'reason' | 'device'>, view: Pick<EngineView, 'assets'>): Advice {
  const { reason } = line;
  const english = reason === null ? undefined : EN[reason];
  const chinese = reason === null ? undefined : ZH[reason];
  if (reason === null || english === undefined || chinese === undefined) return { title: null, advice: null };
  const own = ABOUT_TOPICS.has(reason) && line.device !== null ? ownTopics(line.device, view) : null;
  return {
    title: { 'zh-CN': chinese.title, en: english.title },
    advice: {
      'zh-CN': own === null ? chinese.advice : `${chinese.advice}${own['zh-CN']}`,
      en: own === null ? english.advice : `${english.advice} ${own.en}`,
    },
  };
}

/** The topics of a device or gateway, as `may` of model/access.ts lets it; null for a name that is neither. */
function ownTopics(id: string, view: Pick<EngineView, 'assets'>): BothLanguages | null {
  const device = view.assets('device').get(id);
  const owner = device ?? view.assets('gateway').get(id);
  if (owner === undefined) return null;
  const kind = device === undefined ? 'gateway' : 'device';
  const filled = (text: string): string => text.replaceAll('{enterprise}', owner.enterpriseId).replaceAll('{id}', id);
  return { 'zh-CN': filled(zh.own[kind]), en: filled(en.own[kind]) };
}

/** Every reason has its texts; so the texts say which reasons there are. */
export function isLedgerReason(text: string): text is LedgerReason {
  return Object.hasOwn(EN, text);
}
