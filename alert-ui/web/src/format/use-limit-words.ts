/** Why a limit is not armed, and under which condition it counts, in the language shown. For components. */
import { useI18n } from 'vue-i18n';
import type { EffectiveLimit } from '../../../../model/engine.ts';

type Condition = { readonly onlyWhen: string | null; readonly onlyWhenZh?: string | undefined; readonly onlyWhenEn?: string | undefined };
type Standing = Condition & Pick<EffectiveLimit, 'reason' | 'detail' | 'dir'>;

export interface LimitWords {
  /** The condition of a limit; the catalogue's own text where it has no other. */
  when(limit: Condition): string;
  reason(limit: Standing): string;
}

export function useLimitWords(): LimitWords {
  const { t, te, locale } = useI18n();
  const when: LimitWords['when'] = (limit) => (locale.value === 'zh-CN' ? limit.onlyWhenZh : limit.onlyWhenEn) ?? limit.onlyWhen ?? '';
  /** Names as the platform gives them, each in words where there is one. */
  const named = (detail: string, of: 'attribute' | 'condition'): string =>
    detail
      .split(', ')
      .map((name) => (te(`${of}.${name}`) ? t(`${of}.${name}`) : name))
      .join(t('limits.and'));
  /** What a reason is about, in words: an attribute, a condition, a kind of limit. */
  function detailOf(limit: Standing): string {
    const detail = limit.detail ?? '';
    if (limit.reason === 'condition-not-supported') return when(limit);
    if (limit.reason === 'attribute-missing') return named(detail, 'attribute');
    if (limit.reason === 'condition-missing') return named(detail, 'condition');
    if (limit.reason === 'not-supported') return t(`kindOf.${te(`kindOf.${detail}`) ? detail : limit.dir}`);
    return detail;
  }
  return {
    when,
    reason(limit) {
      const reason = limit.reason ?? '';
      return te(`reason.${reason}`) ? t(`reason.${reason}`, { detail: detailOf(limit) }) : reason;
    },
  };
}
