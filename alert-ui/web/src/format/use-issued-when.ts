/** When a warning was issued, and since when it has had its level where that is another time. */
import { useI18n } from 'vue-i18n';
import type { EpochMs } from '../../../../model/time.ts';
import { levelSince } from '../live/warned.ts';
import type { Session } from '../session/session.ts';
import { useTimes } from './use-times.ts';

export function useIssuedWhen(
  session: Session,
): (warning: { readonly issuedAt: EpochMs | null; readonly updatedAt?: EpochMs | null }, now: EpochMs) => string {
  const { t } = useI18n();
  const times = useTimes(session);
  return (warning, now) => {
    if (warning.issuedAt === null) return '';
    const at = times.value.stamp(warning.issuedAt, now);
    const since = levelSince(warning);
    return since === null ? t('warning.issuedAt', { at }) : t('warning.levelSince', { at, since: times.value.stamp(since, now) });
  };
}
