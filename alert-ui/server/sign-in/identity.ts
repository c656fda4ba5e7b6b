import type { Actor } from '../../../model/actor.ts';
import type { Clock } from '../../../model/ports/clock.ts';
import type { Account, Records, TokenRow } from '../../../model/ports/records.ts';
import type { EpochMs } from '../../../model/time.ts';
import { digest, randomText, sameText } from './secrets.ts';
import type { RecordsSessionStore } from './session-store.ts';

export type AccountActor = Extract<Actor, { kind: 'account' }>;

/** Who is asking, by what right, and what he must still do. */
export interface Identity {
  readonly actor: AccountActor;
  readonly mustChangePassword: boolean;
  readonly by:
    | { readonly kind: 'session'; readonly idHash: string; readonly csrfToken: string }
    | { readonly kind: 'token'; readonly id: string; readonly expiresAt: EpochMs | null };
}

/** How long an account or a token is believed without asking the records again. */
const CACHE_MS = 5_000;
const CACHE_MAX = 5_000;

interface Cached<T> {
  readonly value: T;
  readonly until: number;
}

/**
 * Finds out who asks: by session or by API token. The truth is in the records; answers are believed for a few seconds,
 * and forgotten at once when this server itself changes them.
 */
export class Identities {
  private readonly records: Records;
  private readonly clock: Clock;
  private readonly sessions: RecordsSessionStore;
  private readonly accounts = new Map<string, Cached<Account | null>>();
  private readonly tokens = new Map<string, Cached<TokenRow | null>>();

  constructor(records: Records, clock: Clock, sessions: RecordsSessionStore) {
    this.records = records;
    this.clock = clock;
    this.sessions = sessions;
  }

  /** Identity of a session by the digest of its cookie value, or null (unknown, ended, account disabled, password changed since). */
  async ofSession(idHash: string): Promise<Identity | null> {
    const row = await this.sessions.row(idHash);
    if (row === null) return null;
    const account = await this.account(row.account);
    if (account === null || account.disabled || !csrfBelongsTo(row.csrfToken, account)) return null;
    return {
      actor: actorOf(account),
      mustChangePassword: account.mustChangePassword,
      by: { kind: 'session', idHash, csrfToken: row.csrfToken },
    };
  }

  /** Identity of an API token, or null. */
  async ofToken(token: string): Promise<Identity | null> {
    if (token.length < 20 || token.length > 200) return null;
    const row = await this.tokenByHash(digest(token));
    return row === null ? null : this.ofTokenRow(row);
  }

  /** The identity as it stands now: null when it has ended or its rights have changed. For connections that stay open. */
  async again(identity: Identity): Promise<Identity | null> {
    const by = identity.by;
    const row = by.kind === 'token' ? await this.records.tokens.get(by.id) : null;
    const now = by.kind === 'session' ? await this.ofSession(by.idHash) : row === null ? null : await this.ofTokenRow(row);
    if (now === null || now.mustChangePassword) return null;
    const same = now.actor.role === identity.actor.role && scopeKey(now.actor.enterprises) === scopeKey(identity.actor.enterprises);
    return same ? now : null;
  }

  async account(name: string): Promise<Account | null> {
    return this.cached(this.accounts, name, () => this.records.accounts.get(name));
  }

  forgetAccount(name: string): void {
    this.accounts.delete(name);
    this.sessions.forgetAccount(name);
  }
  forgetTokens(): void {
    this.tokens.clear();
  }

  /** Does the identity still hold by what the records say now? For what must not slip past a change of password under way. */
  async stands(identity: Identity): Promise<boolean> {
    this.forgetAccount(identity.actor.name);
    return (await this.again(identity)) !== null;
  }

  private async ofTokenRow(row: TokenRow): Promise<Identity | null> {
    if (row.expiresAt !== null && row.expiresAt <= this.clock.now()) return null;
    const account = await this.account(row.account);
    if (account === null || account.disabled) return null;
    return {
      actor: { ...actorOf(account), token: row.id },
      mustChangePassword: account.mustChangePassword,
      by: { kind: 'token', id: row.id, expiresAt: row.expiresAt },
    };
  }

  private async tokenByHash(hash: string): Promise<TokenRow | null> {
    return this.cached(this.tokens, hash, () => this.records.tokens.byHash(hash));
  }

  private async cached<T>(map: Map<string, Cached<T>>, key: string, ask: () => Promise<T>): Promise<T> {
    const held = map.get(key);
    if (held !== undefined && held.until > this.clock.mono()) return held.value;
    const value = await ask();
    if (map.size >= CACHE_MAX) map.clear();
    map.set(key, { value, until: this.clock.mono() + CACHE_MS });
    return value;
  }
}

function actorOf(account: Account): AccountActor {
  return { kind: 'account', name: account.name, role: account.role, enterprises: account.enterprises };
}

/** Names a scope: `*`, or the enterprises in order. Viewers of one scope see the same. */
export function scopeKey(enterprises: readonly string[] | null): string {
  return enterprises === null ? '*' : JSON.stringify([...new Set(enterprises)].sort());
}

/**
 * A CSRF token carries a mark of the password it was made under, so that changing the password ends every session
 * made with the old one.
 */
export function newCsrfToken(account: Account): string {
  return `${passwordMark(account)}.${randomText(24)}`;
}
function csrfBelongsTo(csrfToken: string, account: Account): boolean {
  return sameText(csrfToken.split('.')[0] ?? '', passwordMark(account));
}
function passwordMark(account: Account): string {
  return digest(`csrf ${account.passwordHash}`).slice(0, 16);
}
