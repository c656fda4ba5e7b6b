import { z } from 'zod';
import type { Platform } from '../../../model/ports/platform.ts';
import type { LedgerQuery } from '../../../model/ports/records.ts';
import type { LedgerReason } from '../../../model/rejection.ts';
import type { LedgerItem } from '../../protocol/http.ts';
import { may } from '../../../model/access.ts';
import { ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { cursor, limit, listBody, listOf, queryTime, reference } from '../schema/common.ts';
import { ledgerItem } from '../schema/device-detail.ts';
import { adviceFor, isLedgerReason } from './advice.ts';
import { enterpriseScope } from './scope.ts';

/** Why does my sensor not show? Every message and every connection attempt has its line, with what to do. */
export const ledgerRoutes: Route[] = [
  route({
    method: 'get',
    path: '/ledger',
    operationId: 'ledger.list',
    tag: 'devices',
    summary:
      'The ingest ledger, newest first: verdict, reason, advice, topic, first bytes. Accepted messages are shown of one device, or of all with `verdict=accepted`: the last 20 of each',
    query: z.strictObject({
      device: reference.optional(),
      enterprise: listOf(reference).optional(),
      verdict: z.enum(['accepted', 'refused', 'connect-refused', 'connect-accepted']).optional(),
      reason: z.string().refine(isLedgerReason, 'not a reason code').optional(),
      from: queryTime.optional().meta({ description: 'Inclusive.' }),
      to: queryTime.optional().meta({ description: 'Exclusive.' }),
      cursor: cursor.optional(),
      limit: limit(500, 100),
    }),
    replies: { 200: { description: 'A page', schema: listBody(ledgerItem) } },
    problems: ['unavailable'],
    handle: async ({ platform, actor, query }) => {
      const enterprises = enterpriseScope(actor, query.enterprise)?.filter((enterprise) => may(actor, 'ledger.view', { enterprise }));
      if (enterprises?.length === 0) return ok({ items: [] });
      await platform.flushLedger();
      const { enterprise: _asked, reason, ...rest } = query;
      const asked: LedgerQuery = present({ ...rest, enterprises, reason: reason as LedgerReason | undefined });
      const page = await platform.records.ledger.list(asked);
      const kept: LedgerItem[] = page.items.map((row) => ({ ...row, ...adviceFor(row, platform.view) }));
      const fresh = query.cursor === undefined ? recentAccepted(platform, query, enterprises, kept) : [];
      const items = [...fresh, ...kept].sort((a, b) => b.at - a.at);
      return ok({ items, ...(page.next === null ? {} : { next: page.next }) });
    },
  }),
];

/** The last accepted messages live in memory, by device; those that are not in the records stand beside them, without a number. */
function recentAccepted(
  platform: Platform,
  query: {
    device?: string | undefined;
    verdict?: string | undefined;
    reason?: string | undefined;
    from?: number | undefined;
    to?: number | undefined;
    limit: number;
  },
  enterprises: readonly string[] | undefined,
  kept: readonly LedgerItem[],
): LedgerItem[] {
  if (query.verdict !== undefined && query.verdict !== 'accepted') return [];
  // Of all devices only for who asks for the accepted ones: between them a refusal would not be found.
  if (query.device === undefined && query.verdict === undefined) return [];
  const known = new Set(kept.filter((row) => row.verdict === 'accepted').map((row) => `${row.at} ${row.topic} ${row.head}`));
  const { limit, from, to } = query;
  // Another reason than those is none of an accepted message's, and finds nothing.
  const reason = query.reason as LedgerReason | undefined;
  const lines =
    query.device === undefined ? platform.newestAccepted({ limit, enterprises, reason, from, to }) : platform.recent(query.device);
  return lines
    .filter((line) => query.reason === undefined || line.reason === query.reason)
    .filter((line) => line.verdict === 'accepted' && !known.has(`${line.at} ${line.topic} ${line.head}`))
    .filter((line) => enterprises === undefined || (line.enterprise !== null && enterprises.includes(line.enterprise)))
    .filter((line) => (query.from === undefined || line.at >= query.from) && (query.to === undefined || line.at < query.to))
    .map((line) => ({ ...line, id: 0, ...adviceFor(line, platform.view) }));
}
