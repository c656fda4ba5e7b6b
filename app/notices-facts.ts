import type { NoticesSettings, NoticesStatus } from '../store/notices/notices.ts';
import type { Config } from './config.ts';
import type { MetricFacts } from './metrics.ts';
import type { SystemFacts } from './system-watch.ts';

/** An event that is older than this and not delivered rings; so does a thread that has said nothing for so long. */
const WEBHOOK_LATE_MS = 60_000;
/** Heartbeats missed before it rings: the other side rings by then as well, if it can. */
const BEATS_MISSED = 3;

/** To be late is trouble by itself, whatever the last attempt met: a receiver that is slow or has a long queue before it takes some. */
function webhookTrouble({ outbox, lateMs, told, untoldMs, runningMs, dead }: NoticesStatus): string | null | undefined {
  if (untoldMs > WEBHOOK_LATE_MS) return dead ?? 'its thread says nothing';
  if (!told) return undefined;
  if (lateMs <= WEBHOOK_LATE_MS) return null;
  const trouble = dead ?? outbox.trouble;
  // What waited through our own outage gets its time to go out.
  if (trouble === null && runningMs < WEBHOOK_LATE_MS) return undefined;
  return trouble ?? 'it takes them too slowly';
}

/** Where events go, and which; null where no webhook is set. */
export function webhookOf({
  webhookUrl: url,
  webhookSecret: secret,
  webhookWarnings,
}: Pick<Config, 'webhookUrl' | 'webhookSecret' | 'webhookWarnings'>): NoticesSettings['webhook'] {
  return url === null || secret === null ? null : { url, secret, warnings: webhookWarnings === 'none' ? null : webhookWarnings };
}

/** What the system watch is told. */
export function noticesFacts(
  status: NoticesStatus,
  set: { readonly webhook: boolean; readonly deadManMs: number | null },
): SystemFacts['notices'] {
  const { dead, beatTrouble, unheardMs } = status;
  const unheard = set.deadManMs !== null && unheardMs > BEATS_MISSED * set.deadManMs;
  return {
    webhook: set.webhook ? webhookTrouble(status) : null,
    // Heartbeats held back by ourselves are another trouble, which has an alarm of its own.
    deadMan: unheard ? (dead ?? beatTrouble) : null,
  };
}

/** @param now UTC ms */
export function noticesMetrics(
  { outbox, beats, beatsFailed }: NoticesStatus,
  now: number,
): Pick<
  MetricFacts,
  'webhookWaiting' | 'webhookLagSeconds' | 'webhookDelivered' | 'webhookFailed' | 'webhookRefused' | 'deadManBeats' | 'deadManFailed'
> {
  return {
    webhookWaiting: outbox.waiting,
    webhookLagSeconds: outbox.oldestAt === null ? 0 : Math.max(0, now - outbox.oldestAt) / 1_000,
    webhookDelivered: outbox.delivered,
    webhookFailed: outbox.failed,
    webhookRefused: outbox.refused,
    deadManBeats: beats,
    deadManFailed: beatsFailed,
  };
}
