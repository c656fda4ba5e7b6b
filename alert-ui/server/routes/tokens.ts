import { z } from 'zod';
import { may } from '../../../model/access.ts';
import type { TokenRow } from '../../../model/ports/records.ts';
import { BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { HttpProblem } from '../problem.ts';
import { epochMs, listBody, name } from '../schema/common.ts';
import type { Identities, Identity } from '../sign-in/identity.ts';
import { digest, randomText } from '../sign-in/secrets.ts';

const TOKENS_MAX = 100;
const shown = z.object({ id: z.string(), name: z.string(), createdAt: epochMs, expiresAt: epochMs.nullable() }).meta({ id: 'ApiToken' });

function show(row: TokenRow) {
  return { id: row.id, name: row.name, createdAt: row.createdAt, expiresAt: row.expiresAt };
}

function tooMany(): HttpProblem {
  return new HttpProblem('invalid', `an account has at most ${TOKENS_MAX} tokens`);
}

/** Rights end when they were to end: a token that runs out makes none that runs longer, or for ever. */
function demandWithin({ by }: Identity, expiresAt: number | null): void {
  if (by.kind !== 'token' || by.expiresAt === null) return;
  if (expiresAt === null || expiresAt > by.expiresAt)
    throw new HttpProblem('token-outlives', `this token ends at ${by.expiresAt}: send an expiresAt up to then, or sign in`);
}

/** API tokens: random, kept as a digest, with the rights of the account that made them. */
export function tokenRoutes(identities: Identities, ended: (tokenId: string) => void): Route[] {
  const tag = 'session';
  return [
    route({
      method: 'post',
      path: '/tokens',
      operationId: 'token.create',
      tag,
      summary: 'A new API token with the rights of this account; shown once. Made by a token, it ends with that one at the latest',
      body: z.strictObject({
        name,
        expiresAt: z
          .union([epochMs, z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))])
          .nullable()
          .default(null),
      }),
      replies: { 201: { description: 'Shown once', schema: shown.extend({ token: z.string() }).meta({ id: 'NewApiToken' }) } },
      problems: ['not-allowed', 'token-outlives', 'invalid'],
      bodyLimit: BODY_BYTES.names,
      handle: async ({ platform, identity, actor, body, auditLine }) => {
        if (!may(actor, 'token.create', { enterprise: null, owner: actor.name })) throw new HttpProblem('not-allowed');
        demandWithin(identity, body.expiresAt);
        const now = platform.clock.now();
        if (body.expiresAt !== null && body.expiresAt <= now)
          throw new HttpProblem('invalid-request', 'expiresAt is past', { errors: [{ path: 'body.expiresAt', message: 'past' }] });
        if ((await platform.records.tokens.list(actor.name)).length >= TOKENS_MAX) throw tooMany();
        const token = `bt_${randomText(32)}`;
        const row: TokenRow = {
          id: randomText(9),
          name: body.name,
          account: actor.name,
          hash: digest(token),
          createdAt: now,
          expiresAt: body.expiresAt,
        };
        const resource = `tokens/${row.id}`;
        await platform.records.tokens.put(row, auditLine(resource));
        const takeBack = async (problem: HttpProblem): Promise<never> => {
          const line = { ...auditLine(resource, `made a moment ago: ${problem.code}`), action: 'token.delete' };
          await platform.records.tokens.remove(row.id, line);
          throw problem;
        };
        // A password that changed meanwhile has ended every token there was; this one came after.
        if (!(await identities.stands(identity))) return takeBack(new HttpProblem('not-signed-in'));
        // Several at once found room for one.
        if ((await platform.records.tokens.list(actor.name)).length > TOKENS_MAX) return takeBack(tooMany());
        return { status: 201, body: { ...show(row), token }, resource, audited: true };
      },
    }),
    route({
      method: 'get',
      path: '/tokens',
      operationId: 'token.list',
      tag,
      summary: 'The API tokens of this account',
      replies: { 200: { description: 'Without the tokens themselves', schema: listBody(shown) } },
      handle: async ({ platform, actor }) => {
        if (!may(actor, 'token.list', { enterprise: null, owner: actor.name })) throw new HttpProblem('not-allowed');
        return ok({ items: (await platform.records.tokens.list(actor.name)).map(show) });
      },
    }),
    route({
      method: 'get',
      path: '/tokens/{id}',
      operationId: 'token.read',
      tag,
      summary: 'One API token of this account',
      params: z.object({ id: z.string().min(1).max(64) }),
      replies: { 200: { description: 'Without the token itself', schema: shown } },
      problems: ['not-found'],
      handle: async ({ platform, actor, path }) => {
        const row = await platform.records.tokens.get(path.id);
        if (row === null || !may(actor, 'token.list', { enterprise: null, owner: row.account }))
          throw new HttpProblem('not-found', `token ${path.id}`);
        return ok(show(row));
      },
    }),
    route({
      method: 'delete',
      path: '/tokens/{id}',
      operationId: 'token.delete',
      tag,
      summary: 'End an API token and what is connected with it',
      params: z.object({ id: z.string().min(1).max(64) }),
      replies: { 204: { description: 'Ended' } },
      problems: ['not-found'],
      handle: async ({ platform, actor, path, auditLine }) => {
        const row = await platform.records.tokens.get(path.id);
        if (row === null || !may(actor, 'token.delete', { enterprise: null, owner: row.account }))
          throw new HttpProblem('not-found', `token ${path.id}`);
        const audited = await platform.records.tokens.remove(path.id, auditLine(`tokens/${path.id}`));
        identities.forgetTokens();
        ended(path.id);
        return { status: 204, ...(audited ? { audited } : {}) };
      },
    }),
  ];
}
