import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Account, AuditLine } from '../../../model/ports/records.ts';
import type { SessionBody } from '../../protocol/http.ts';
import type { StrangerAudit } from '../http/stranger-audit.ts';
import { BODY_BYTES, type Call, ok, type Route, route } from '../http/route.ts';
import { HttpProblem } from '../problem.ts';
import { addressKey } from '../sign-in/address.ts';
import { newCsrfToken, type Identities } from '../sign-in/identity.ts';
import { newPassword, user } from '../schema/user.ts';
import type { Turns } from '../http/turns.ts';
import { BusyError, PASSWORD_MAX, type Passwords } from '../sign-in/passwords.ts';
import { Failures, WINDOW_MS } from '../sign-in/failures.ts';
import { digest } from '../sign-in/secrets.ts';

export interface SessionParts {
  readonly identities: Identities;
  readonly passwords: Passwords;
  readonly strangers: StrangerAudit;
  /** A person's new password and an administrator's disabling would undo each other, two administrators one another. */
  readonly accountChanges: Turns;
  /** It opens nothing any more, its live connections end, and the audit says so: all or nothing. */
  readonly endSession: (idHash: string, line: AuditLine) => Promise<void>;
  /** Live connections of a session end with it. */
  readonly sessionEnded: (idHash: string) => void;
  /** Live connections of an account whose rights or password changed end. */
  readonly accountChanged: (name: string) => void;
}

const sessionBody = z
  .object({
    user,
    csrfToken: z
      .string()
      .meta({ description: 'Sent back as X-CSRF-Token with changing requests; empty for an API token, which needs none.' }),
  })
  .meta({ id: 'Session' });
const signInBody = z.strictObject({ username: z.string().min(1).max(64), password: z.string().min(1).max(PASSWORD_MAX) });

/** The account of whoever asks, once he has shown that he knows its password: an open session is not yet the person it belongs to. */
export type OwnPassword = (call: OwnCall, password: string) => Promise<Account>;
type OwnCall = Pick<Call<unknown, unknown, unknown>, 'platform' | 'actor' | 'request' | 'response'>;

/** Sign-in, sign-out, who am I, and the change of a password. `stop` ends the limiters' timers. */
export function sessionRoutes(parts: SessionParts): { readonly routes: Route[]; readonly ownPassword: OwnPassword; stop(): void } {
  const { identities, passwords, strangers } = parts;
  const failures = new Failures();

  /** Refuses an attempt when too many before it have failed. */
  const demandRoom = async (request: Request, response: Response): Promise<void> => {
    if (await failures.room(keysOf(request))) return;
    response.setHeader('retry-after', String(WINDOW_MS / 1_000));
    throw new HttpProblem('too-many-attempts', 'wait a few minutes');
  };

  const ownPassword: OwnPassword = async ({ platform, actor, request, response }, password) => {
    await demandRoom(request, response);
    const account = await platform.records.accounts.get(actor.name);
    if (account === null || !(await check(passwords, account.passwordHash, password))) {
      await failures.count(keysOf(request));
      throw new HttpProblem('sign-in-failed', 'the password is wrong');
    }
    return account;
  };

  const signIn = async ({ platform, body, request }: Call<z.output<typeof signInBody>, unknown, unknown>) => {
    const account = await platform.records.accounts.get(body.username);
    // A mistyped name may be a password: only names that exist are written down.
    const line = {
      by: account?.name ?? 'unknown',
      action: 'session.sign-in',
      resource: `accounts/${account?.name ?? 'unknown'}`,
      address: request.ip ?? null,
    };
    const usable = account !== null && !account.disabled ? account : null;
    if (!(await check(passwords, usable?.passwordHash ?? null, body.password)) || usable === null) {
      await failures.count(keysOf(request));
      strangers.signIn({ ...line, outcome: 'sign-in-failed' });
      throw new HttpProblem('sign-in-failed');
    }
    identities.forgetAccount(usable.name);
    const earlier = request.session.account === undefined ? null : digest(request.sessionID);
    const at = platform.clock.now();
    const csrfToken = await startSession(request, usable, at, { at, ...line, outcome: 'ok' });
    if (earlier !== null) parts.sessionEnded(earlier);
    return ok(bodyFor(usable, csrfToken));
  };

  const routes = [
    route({
      method: 'post',
      path: '/session',
      operationId: 'session.sign-in',
      tag: 'session',
      summary: 'Sign in: sets the session cookie',
      access: 'open',
      ownAudit: true,
      idempotencyKey: false,
      body: signInBody,
      bodyLimit: BODY_BYTES.names,
      replies: { 200: { description: 'Signed in', schema: sessionBody } },
      problems: ['sign-in-failed', 'too-many-attempts', 'origin-not-allowed'],
      handle: async (call) => {
        try {
          await demandRoom(call.request, call.response);
        } catch (error) {
          if (error instanceof HttpProblem)
            strangers.signIn({
              by: 'unknown',
              action: 'session.sign-in',
              resource: 'session',
              outcome: error.code,
              address: call.request.ip ?? null,
            });
          throw error;
        }
        return signIn(call);
      },
    }),
    route({
      method: 'get',
      path: '/session',
      operationId: 'session.get',
      tag: 'session',
      summary: 'Who am I',
      access: 'session',
      replies: { 200: { description: 'The account and its CSRF token', schema: sessionBody } },
      handle: ({ identity, actor }) => {
        const body: SessionBody = {
          user: { name: actor.name, role: actor.role, enterprises: actor.enterprises, mustChangePassword: identity.mustChangePassword },
          csrfToken: identity.by.kind === 'session' ? identity.by.csrfToken : '',
        };
        return ok(body);
      },
    }),
    route({
      method: 'delete',
      path: '/session',
      operationId: 'session.sign-out',
      tag: 'session',
      summary: 'Sign out: the session and its live connections end',
      access: 'session',
      idempotencyKey: false,
      replies: { 204: { description: 'Signed out' } },
      handle: async ({ identity, request, response, auditLine }) => {
        const audited = identity.by.kind === 'session';
        if (identity.by.kind === 'session') {
          await parts.endSession(identity.by.idHash, auditLine('session'));
          await new Promise<void>((resolve, reject) =>
            request.session.destroy((error: unknown) => (error === undefined || error === null ? resolve() : reject(error))),
          );
          response.clearCookie(SESSION_COOKIE, { path: '/', httpOnly: true, sameSite: 'strict' });
        }
        return { status: 204, ...(audited ? { audited } : {}) };
      },
    }),
    route({
      method: 'post',
      path: '/session/password',
      operationId: 'session.password',
      tag: 'session',
      summary: 'Change the own password: every other session, every API token and every live connection of the account ends',
      access: 'session',
      idempotencyKey: false,
      bodyLimit: BODY_BYTES.names,
      body: z.strictObject({ currentPassword: z.string().min(1).max(PASSWORD_MAX), newPassword }),
      replies: { 200: { description: 'Changed; the session goes on with a new CSRF token', schema: sessionBody } },
      problems: ['sign-in-failed', 'too-many-attempts', 'invalid'],
      handle: async ({ platform, identity, actor, body, request, response, auditLine }) => {
        if (identity.by.kind === 'token') throw new HttpProblem('not-allowed', 'a password is changed by a person who is signed in');
        const account = await ownPassword({ platform, actor, request, response }, body.currentPassword);
        if (body.newPassword === body.currentPassword) throw new HttpProblem('invalid', 'the new password is the old one');
        const passwordHash = await passwords.hash(body.newPassword);
        const changed = await parts.accountChanges.alone(async () => {
          // Hashing takes a while: what an administrator changed meanwhile stays changed.
          const now = await platform.records.accounts.get(account.name);
          if (now === null || now.disabled || now.passwordHash !== account.passwordHash) throw new HttpProblem('not-signed-in');
          const next: Account = { ...now, passwordHash, mustChangePassword: false, revision: now.revision + 1 };
          await platform.records.accounts.put(next, auditLine(`accounts/${next.name}`));
          return next;
        });
        identities.forgetAccount(changed.name);
        const csrfToken = await startSession(request, changed, platform.clock.now());
        parts.accountChanged(changed.name);
        return { ...ok(bodyFor(changed, csrfToken)), resource: `accounts/${changed.name}`, audited: true };
      },
    }),
  ];
  return {
    routes,
    ownPassword,
    stop() {
      failures.stop();
    },
  };
}

export const SESSION_COOKIE = 'beacon.sid';

/** A fresh session id at every change of rights, so that an id known before is worth nothing after. Returns its CSRF token. */
async function startSession(request: Request, account: Account, now: number, line?: AuditLine): Promise<string> {
  await new Promise<void>((resolve, reject) =>
    request.session.regenerate((error: unknown) => (error === undefined || error === null ? resolve() : reject(error))),
  );
  const csrfToken = newCsrfToken(account);
  request.session.account = account.name;
  request.session.csrfToken = csrfToken;
  request.session.startedAt = now;
  request.session.starting = true;
  if (line !== undefined) request.session.line = line;
  await new Promise<void>((resolve, reject) =>
    request.session.save((error: unknown) => (error === undefined || error === null ? resolve() : reject(error))),
  );
  return csrfToken;
}

function bodyFor(account: Account, csrfToken: string): SessionBody {
  return {
    user: { name: account.name, role: account.role, enterprises: account.enterprises, mustChangePassword: account.mustChangePassword },
    csrfToken,
  };
}

async function check(passwords: Passwords, phc: string | null, password: string): Promise<boolean> {
  try {
    return await passwords.verify(phc, password);
  } catch (error) {
    if (error instanceof BusyError) throw new HttpProblem('unavailable', 'too many sign-ins at once');
    throw error;
  }
}

function keysOf(request: Request): { readonly address: string; readonly name: string } {
  const address = addressKey(request.ip);
  return { address, name: `${address} ${nameOf(request)}` };
}

function nameOf(request: Request): string {
  const body: unknown = request.body;
  const named =
    typeof body === 'object' && body !== null && 'username' in body && typeof body.username === 'string'
      ? body.username
      : (request.session.account ?? '');
  return digest(named);
}
