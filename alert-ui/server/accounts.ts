import { randomBytes } from 'node:crypto';
import type { Role } from '../../model/actor.ts';
import type { Clock } from '../../model/ports/clock.ts';
import type { Account, Records } from '../../model/ports/records.ts';
import { PASSWORD_MIN, Passwords } from './sign-in/passwords.ts';

export const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/;

export interface NewAccount {
  readonly name: string;
  readonly password: string;
  readonly role: Role;
  /** null = everything; else only these enterprises. */
  readonly enterprises: readonly string[] | null;
  readonly mustChangePassword?: boolean;
}

/** Creates an account, or replaces the one of that name. The password is kept as an argon2id hash alone. */
export async function createAccount(records: Records, account: NewAccount, clock: Clock): Promise<Account> {
  if (!ACCOUNT_NAME.test(account.name))
    throw new RangeError(`account name ${JSON.stringify(account.name)}: 1 to 64 of letters, digits, _ . @ -`);
  const row: Account = {
    name: account.name,
    passwordHash: await new Passwords().hash(account.password),
    role: account.role,
    enterprises: account.enterprises,
    mustChangePassword: account.mustChangePassword ?? false,
    disabled: false,
    createdAt: clock.now(),
    revision: ((await records.accounts.get(account.name))?.revision ?? 0) + 1,
  };
  await records.accounts.put(row, {
    at: row.createdAt,
    by: 'system',
    action: 'account.create',
    resource: `accounts/${row.name}`,
    outcome: 'ok',
    address: null,
    detail: row.role,
  });
  return row;
}

/**
 * First start: the account `admin`. With a given password it need not be changed; without, a random one is made, which the
 * caller prints once and which must be changed at the first sign-in. An existing `admin` is left alone.
 * A given password may be shorter than a person may choose (a trial, a test); the caller is given a `warning` to say so.
 */
export async function ensureAdmin(
  records: Records,
  password: string | null,
  clock: Clock,
): Promise<{ readonly created: boolean; readonly generatedPassword: string | null; readonly warning: string | null }> {
  if ((await records.accounts.get('admin')) !== null) return { created: false, generatedPassword: null, warning: null };
  const generated = password === null ? randomBytes(12).toString('base64url') : null;
  await createAccount(
    records,
    { name: 'admin', password: password ?? generated ?? '', role: 'admin', enterprises: null, mustChangePassword: generated !== null },
    clock,
  );
  const short = password !== null && password.length < PASSWORD_MIN;
  const warning = short
    ? `the password of admin has fewer than ${PASSWORD_MIN} characters: change it before others can reach this platform`
    : null;
  return { created: true, generatedPassword: generated, warning };
}
