import type { NoticesStatus } from '../store/notices/notices.ts';
import type { MetricFacts } from './metrics.ts';
import type { SystemFacts } from './system-watch.ts';

/** An event that is older than this and not delivered rings. */
const WEBHOOK_LATE_MS = 60_000;
/** Heartbeats missed before it rings: the other side rings by then as well, if it can. */
const BEATS_MISSED = 3;

/** What the system watch is told. @param now UTC ms */
export function noticesFacts(
  status: NoticesStatus,
  set: { readonly webhook: boolean; readonly deadManMs: number | null },
  now: number,
): SystemFacts['notices'] {
  const { outbox, dead, beatTrouble, unheardMs } = status;
  const lateMs = outbox.oldestAt === null ? 0 : now - outbox.oldestAt;
  const late = set.webhook && lateMs > WEBHOOK_LATE_MS;
  const unheard = set.deadManMs !== null && unheardMs > BEATS_MISSED * set.deadManMs;
  return {
    webhook: late ? (dead ?? outbox.trouble) : null,
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
