import { z } from 'zod';
import { may } from '../../../model/access.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import type { AuditLine, SessionRow } from '../../../model/ports/records.ts';
import type { SessionShown } from '../../protocol/http.ts';
import { ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import { cursor, epochMs, limit, listBody, reference } from '../schema/common.ts';
import type { AccountActor, Identity } from '../sign-in/identity.ts';
import { IDLE_MS } from '../sign-in/session-store.ts';

export interface SessionsParts {
  /** It opens nothing any more, and its live connections end. */
  readonly endSession: (idHash: string, line: AuditLine) => Promise<void>;
}

const tag = 'session';
const byId = z.object({ id: reference });
const shown = z
  .object({
    id: z.string().meta({ description: 'A digest of the cookie, which nobody signs in with.' }),
    account: z.string(),
    current: z.boolean().meta({ description: 'The one this request came with.' }),
    createdAt: epochMs,
    usedAt: epochMs.meta({ description: 'Last used, to about ten minutes.' }),
    expiresAt: epochMs.meta({ description: 'If nobody uses it until then.' }),
  })
  .meta({ id: 'SignedInSession' });

/** Who is signed in where: everybody sees and ends his own sessions, whoever manages accounts those of all. */
export function sessionListRoutes(parts: SessionsParts): Route[] {
  return [
    route({
      method: 'get',
      path: '/sessions',
      operationId: 'session.list',
      tag,
      summary: 'Sessions that are open, newest first: the own ones; those of all for whoever manages accounts',
      query: z.strictObject({ account: reference.optional(), cursor: cursor.optional(), limit: limit(1_000, 200) }),
      replies: { 200: { description: 'A page', schema: listBody(shown) } },
      problems: ['unavailable'],
      handle: async ({ platform, actor, identity, query }) => {
        const asked = query.account ?? (seesAll(actor) ? undefined : actor.name);
        if (asked !== undefined && !may(actor, 'session.list', { enterprise: null, owner: asked })) return ok({ items: [] });
        const narrowed = present({ account: asked, cursor: query.cursor });
        const page = await platform.records.sessions.list({ ...narrowed, now: platform.clock.now(), limit: query.limit });
        return ok({ items: page.items.map((row) => show(row, identity)), ...(page.next === null ? {} : { next: page.next }) });
      },
    }),
    route({
      method: 'get',
      path: '/sessions/{id}',
      operationId: 'session.one',
      tag,
      summary: 'One open session',
      params: byId,
      replies: { 200: { description: 'The session', schema: shown } },
      problems: ['not-found', 'unavailable'],
      handle: async ({ platform, actor, identity, path }) => ok(show(await find(platform, actor, 'session.list', path.id), identity)),
    }),
    route({
      method: 'delete',
      path: '/sessions/{id}',
      operationId: 'session.end',
      tag,
      summary: 'End a session, and what is connected with it, at once',
      params: byId,
      replies: { 204: { description: 'Ended' } },
      problems: ['not-found', 'unavailable'],
      handle: async ({ platform, actor, path, auditLine }) => {
        const row = await find(platform, actor, 'session.end', path.id);
        await parts.endSession(row.idHash, auditLine(`sessions/${path.id}`, `of ${row.account}`));
        return { status: 204, audited: true };
      },
    }),
  ];
}

function seesAll(actor: AccountActor): boolean {
  return may(actor, 'account.manage', { enterprise: null });
}

/** Another's is not there for whoever may not see it. */
async function find(platform: Platform, actor: AccountActor, action: 'session.list' | 'session.end', id: string): Promise<SessionRow> {
  const row = await platform.records.sessions.get(id);
  if (row === null || row.expiresAt <= platform.clock.now() || !may(actor, action, { enterprise: null, owner: row.account }))
    throw new HttpProblem('not-found', `session ${id}`);
  return row;
}

function show({ idHash, account, createdAt, expiresAt }: SessionRow, { by }: Identity): SessionShown {
  const usedAt = Math.max(createdAt, expiresAt - IDLE_MS);
  return { id: idHash, account, current: by.kind === 'session' && by.idHash === idHash, createdAt, usedAt, expiresAt };
}
