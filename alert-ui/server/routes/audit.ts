import { z } from 'zod';
import { demand } from '../access.ts';
import { ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { cursor, epochMs, limit, listBody, queryTime, reference } from '../schema/common.ts';

const auditLine = z
  .object({
    n: z.int().meta({ description: 'Place in the chain, from 1 without a hole.' }),
    at: epochMs,
    by: z.string().meta({ description: 'The account; `system`, `nobody` (not signed in) or `unknown` (no such account).' }),
    action: z.string(),
    resource: z.string(),
    outcome: z.string().meta({ description: '`ok`, or the code of the refusal.' }),
    address: z.string().nullable(),
    detail: z.string().optional(),
    prevHash: z.string().meta({ description: 'Hash of the line before.' }),
    hash: z.string().meta({ description: 'SHA-256 over the hash before and this line, hex.' }),
  })
  .meta({ id: 'AuditLine' });

/** Who did what: append-only, each line chained to the one before, as it is kept. */
export const auditRoutes: Route[] = [
  route({
    method: 'get',
    path: '/audit',
    operationId: 'audit.list',
    tag: 'accounts',
    summary: 'The audit, newest first, with the hashes that chain it',
    query: z.strictObject({
      from: queryTime.optional().meta({ description: 'Inclusive.' }),
      to: queryTime.optional().meta({ description: 'Exclusive.' }),
      by: reference.optional(),
      action: reference.optional().meta({ description: 'A whole name, or its beginning with the dot: `account.`.' }),
      resource: reference.optional(),
      outcome: z.enum(['ok', 'refused']).optional(),
      cursor: cursor.optional(),
      limit: limit(1_000, 200),
    }),
    replies: { 200: { description: 'A page', schema: listBody(auditLine) } },
    problems: ['not-allowed', 'unavailable'],
    handle: async ({ platform, actor, query }) => {
      demand(actor, 'audit.view', null);
      const { outcome, limit: most, ...asked } = query;
      const outcomes = outcome === undefined ? {} : { ok: outcome === 'ok' };
      const page = await platform.records.audit.list({ ...present(asked), ...outcomes, limit: most });
      return ok({ items: page.items, ...(page.next === null ? {} : { next: page.next }) });
    },
  }),
];
