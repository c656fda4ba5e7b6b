import { z } from 'zod';
import type { Platform } from '../../../model/ports/platform.ts';
import type { Account } from '../../../model/ports/records.ts';
import type { UserAccount } from '../../protocol/http.ts';
import { demand } from '../access.ts';
import { type Answer, BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { HttpProblem } from '../problem.ts';
import { listBody, reference } from '../schema/common.ts';
import { newUser, userAccount, userPatch } from '../schema/user.ts';
import type { Turns } from '../http/turns.ts';
import { type AccountActor, type Identities, type Identity, scopeKey } from '../sign-in/identity.ts';
import { BusyError, type Passwords } from '../sign-in/passwords.ts';
import { baseRevision, etag } from './outcome.ts';

export interface UserParts {
  readonly identities: Identities;
  readonly passwords: Passwords;
  /** A person's new password and an administrator's disabling would undo each other, two administrators one another. */
  readonly accountChanges: Turns;
  /** Live connections of an account whose rights or password changed end. */
  readonly accountChanged: (name: string) => void;
}

/** Every list of accounts is read whole. */
const ACCOUNTS_MAX = 1_000;
/** Who stands in the audit where no account does. */
const NOT_PEOPLE: ReadonlySet<string> = new Set(['system', 'nobody', 'unknown']);

const tag = 'accounts';
const path = '/users/{id}';
const byId = z.object({ id: reference });
const reply = { 200: { description: 'The account', schema: userAccount } };

/** Accounts of people and services. None is ever deleted: its name stands in the audit and in the history of alarms. */
export function userRoutes(parts: UserParts): Route[] {
  const { accountChanges } = parts;
  return [
    route({
      method: 'get',
      path: '/users',
      operationId: 'account.list',
      tag,
      summary: 'All accounts, by name',
      replies: { 200: { description: 'All of them', schema: listBody(userAccount) } },
      problems: ['not-allowed', 'unavailable'],
      handle: async ({ platform, actor }) => {
        demand(actor, 'account.manage', null);
        const accounts = [...(await platform.records.accounts.list())].sort((a, b) => (a.name < b.name ? -1 : 1));
        return ok({ items: accounts.map(show) });
      },
    }),
    route({
      method: 'post',
      path: '/users',
      operationId: 'account.create',
      tag,
      summary: 'A new account; its password must be changed at the first sign-in',
      body: newUser,
      replies: { 201: { description: 'Created', schema: userAccount } },
      problems: ['not-allowed', 'token-outlives', 'id-taken', 'unknown-reference', 'invalid', 'unavailable'],
      handle: async ({ platform, actor, identity, body, auditLine }) => {
        demand(actor, 'account.manage', null);
        demandEndless(identity);
        const passwordHash = await hashed(parts.passwords, body.password);
        return accountChanges.alone(async () => {
          await demandStanding(parts.identities, identity);
          demandFreeName(body.name, await platform.records.accounts.list());
          demandEnterprises(platform, body.enterprises);
          const { name, role, enterprises } = body;
          const head = { mustChangePassword: true, disabled: false, createdAt: platform.clock.now(), revision: 1 };
          const account: Account = { name, passwordHash, role, enterprises, ...head };
          const answer = answered(201, account);
          await platform.records.accounts.put(account, auditLine(answer.resource, `role ${role}, ${scopeText(enterprises)}`));
          parts.accountChanged(name);
          return { ...answer, audited: true };
        });
      },
    }),
    route({
      method: 'get',
      path,
      operationId: 'account.get',
      tag,
      summary: 'One account',
      params: byId,
      replies: reply,
      problems: ['not-allowed', 'not-found', 'unavailable'],
      handle: async ({ platform, actor, path: { id } }) => {
        demand(actor, 'account.manage', null);
        return answered(200, await find(platform, id));
      },
    }),
    route({
      method: 'patch',
      path,
      operationId: 'account.change',
      tag,
      summary:
        'Change an account; fields that are not sent stay. Its live connections end; with a new password, or disabled, its sessions and API tokens as well',
      params: byId,
      body: userPatch,
      bodyLimit: BODY_BYTES.asset,
      replies: reply,
      problems: [
        'not-allowed',
        'token-outlives',
        'not-found',
        'revision-conflict',
        'last-admin',
        'unknown-reference',
        'invalid',
        'unavailable',
      ],
      handle: async ({ platform, actor, identity, body, path: { id }, ifMatch, auditLine }) => {
        demand(actor, 'account.manage', null);
        demandEndless(identity);
        if (body.password !== undefined) demandNotOwn(actor, id);
        const passwordHash = body.password === undefined ? null : await hashed(parts.passwords, body.password);
        return accountChanges.alone(async () => {
          await demandStanding(parts.identities, identity);
          const current = await find(platform, id);
          const base = baseRevision(ifMatch, show(current));
          const changed: Account = {
            ...current,
            role: body.role ?? current.role,
            enterprises: body.enterprises === undefined ? current.enterprises : body.enterprises,
            disabled: body.disabled ?? current.disabled,
            ...(passwordHash === null ? {} : { passwordHash, mustChangePassword: true }),
          };
          const detail = differences(current, changed);
          if (detail.length === 0) return answered(200, current);
          demandEnterprises(platform, changed.enterprises, current.enterprises ?? []);
          await demandOneAdmin(platform, changed);
          const kept: Account = { ...changed, revision: base + 1 };
          const answer = answered(200, kept);
          await platform.records.accounts.put(kept, auditLine(answer.resource, detail.join('; ')));
          parts.accountChanged(id);
          return { ...answer, audited: true };
        });
      },
    }),
  ];
}

function show(account: Account): UserAccount {
  const { name, role, enterprises, mustChangePassword, disabled, createdAt, revision } = account;
  return { id: name, name, role, enterprises, mustChangePassword, disabled, createdAt, revision };
}

function answered(status: number, account: Account): Answer & { readonly resource: string } {
  return { status, body: show(account), headers: etag(account.revision), resource: `accounts/${account.name}` };
}

async function find(platform: Platform, id: string): Promise<Account> {
  const account = await platform.records.accounts.get(id);
  if (account === null) throw new HttpProblem('not-found', `account ${id}`);
  return account;
}

async function hashed(passwords: Passwords, password: string): Promise<string> {
  try {
    return await passwords.hash(password);
  } catch (error) {
    if (error instanceof BusyError) throw new HttpProblem('unavailable', 'too many sign-ins at once');
    throw error;
  }
}

/** Rights end when they were to end: a token that runs out makes no account that goes on. */
function demandEndless({ by }: Identity): void {
  if (by.kind === 'token' && by.expiresAt !== null)
    throw new HttpProblem('token-outlives', `this token ends at ${by.expiresAt}, what it makes of accounts does not: sign in`);
}

/** Who was disabled or lost his rights while he waited for his turn changes nothing any more. */
async function demandStanding(identities: Identities, identity: Identity): Promise<void> {
  if (!(await identities.stands(identity))) throw new HttpProblem('not-signed-in');
}

/** One's own takes the old one beside it, so that a session left open is not an account taken over. */
function demandNotOwn(actor: AccountActor, id: string): void {
  if (actor.name === id)
    throw new HttpProblem('invalid', 'change your own password with POST /api/v1/session/password', {
      errors: [{ path: 'body.password', message: 'not of the own account' }],
    });
}

/** Two names that differ in capitals alone are one to whoever reads the audit. */
function demandFreeName(name: string, accounts: readonly Account[]): void {
  const wanted = name.toLowerCase();
  if (NOT_PEOPLE.has(wanted) || accounts.some((account) => account.name.toLowerCase() === wanted)) throw new HttpProblem('id-taken', name);
  if (accounts.length >= ACCOUNTS_MAX) throw new HttpProblem('invalid', `at most ${ACCOUNTS_MAX} accounts`);
}

/** Enterprises an account is newly bound to stand; one that retired while it was bound to it may stay. */
function demandEnterprises(platform: Platform, enterprises: readonly string[] | null, held: readonly string[] = []): void {
  const known = platform.view.assets('enterprise');
  for (const id of enterprises ?? []) {
    const enterprise = known.get(id);
    if (!held.includes(id) && (enterprise === undefined || enterprise.retiredAt !== null))
      throw new HttpProblem('unknown-reference', `enterprise ${id}`);
  }
}

/** Without somebody who manages accounts nobody ever could again. */
async function demandOneAdmin(platform: Platform, changed: Account): Promise<void> {
  if (managesAccounts(changed)) return;
  const accounts = await platform.records.accounts.list();
  if (!accounts.some((account) => account.name !== changed.name && managesAccounts(account)))
    throw new HttpProblem('last-admin', 'make another account an administrator of everything first');
}
function managesAccounts({ role, enterprises, disabled }: Account): boolean {
  return role === 'admin' && enterprises === null && !disabled;
}

/** What the audit says of a change; of a password only that it is another one. */
function differences(before: Account, after: Account): string[] {
  return [
    ...(before.role === after.role ? [] : [`role ${before.role} → ${after.role}`]),
    ...(scopeKey(before.enterprises) === scopeKey(after.enterprises)
      ? []
      : [`${scopeText(before.enterprises)} → ${scopeText(after.enterprises)}`]),
    ...(before.disabled === after.disabled ? [] : [after.disabled ? 'disabled' : 'enabled']),
    ...(before.passwordHash === after.passwordHash ? [] : ['password']),
  ];
}
function scopeText(enterprises: readonly string[] | null): string {
  return enterprises === null ? 'everything' : `enterprises ${enterprises.join(', ')}`;
}
