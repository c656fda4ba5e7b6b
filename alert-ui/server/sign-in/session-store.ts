import { type SessionData, Store } from 'express-session';
import type { Clock } from '../../../model/ports/clock.ts';
import type { AuditLine, Records, SessionRow } from '../../../model/ports/records.ts';
import { digest } from './secrets.ts';

declare module 'express-session' {
  interface SessionData {
    account: string;
    csrfToken: string;
    startedAt: number;
    /** Of a session that is just being started: it is written as a new one, once. All others have their end moved and nothing else. */
    starting?: boolean;
    /** The audit's line of its start, written with it. */
    line?: AuditLine;
  }
}

/** A session ends after this long without use … */
export const IDLE_MS = 12 * 3_600_000;
/** … and after this long in any case. */
const LONGEST_MS = 30 * 24 * 3_600_000;
/** Use moves the end on at most this often, so that reading does not write. */
const EXTEND_EVERY_MS = 600_000;
/** How long a row is believed without asking the records again. */
const CACHE_MS = 5_000;
const CACHE_MAX = 2_000;

interface Cached {
  readonly row: SessionRow | null;
  readonly until: number;
}

/**
 * express-session's store over the records: only the digest of the cookie's value is kept, and a row is
 * believed for a few seconds (signing out forgets it at once). The cookie itself ends with the browser.
 */
export class RecordsSessionStore extends Store {
  private readonly records: Records;
  private readonly clock: Clock;
  private readonly cache = new Map<string, Cached>();
  private readonly ended = new Set<string>();

  constructor(records: Records, clock: Clock) {
    super();
    this.records = records;
    this.clock = clock;
  }

  /** The session's row while it is valid, else null. */
  async row(idHash: string): Promise<SessionRow | null> {
    const now = this.clock.now();
    const cached = this.cache.get(idHash);
    if (cached !== undefined && cached.until > this.clock.mono()) return valid(cached.row, now);
    const found = await this.records.sessions.get(idHash);
    // It may have ended while the records were asked.
    const row = this.ended.has(idHash) ? null : found;
    this.remember(idHash, row);
    return valid(row, now);
  }

  override get(sid: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    void tell(
      this.row(digest(sid)).then((row) => (row === null ? null : asSession(row))),
      callback,
    );
  }

  override set(sid: string, session: SessionData, callback?: (error?: unknown) => void): void {
    const idHash = digest(sid);
    if (session.starting !== true) {
      void tell(this.use(idHash), callback);
      return;
    }
    session.starting = false;
    const { line } = session;
    delete session.line;
    const expiresAt = this.clock.now() + IDLE_MS;
    void tell(
      this.start({ idHash, account: session.account, csrfToken: session.csrfToken, createdAt: session.startedAt, expiresAt }, line),
      callback,
    );
  }

  override destroy(sid: string, callback?: (error?: unknown) => void): void {
    void tell(this.end(digest(sid)), callback);
  }

  override touch(sid: string, _session: SessionData, callback?: (error?: unknown) => void): void {
    void tell(this.use(digest(sid)), callback);
  }

  /** What is held of an account's sessions is asked for again: they may have ended with a put of the account. */
  forgetAccount(name: string): void {
    for (const [idHash, { row }] of this.cache) if (row?.account === name) this.cache.delete(idHash);
  }

  /** It opens nothing from this moment on. `line`: the audit's, written with it. */
  async end(idHash: string, line?: AuditLine): Promise<void> {
    if (this.ended.size >= CACHE_MAX) this.ended.clear();
    this.ended.add(idHash);
    await this.records.sessions.remove(idHash, line);
    this.remember(idHash, null);
  }

  /** Somebody uses the session (a request, or a board that is connected): its end moves on. */
  async use(idHash: string): Promise<void> {
    const row = await this.row(idHash);
    if (row === null) return;
    const end = Math.min(this.clock.now() + IDLE_MS, row.createdAt + LONGEST_MS);
    if (end - row.expiresAt < EXTEND_EVERY_MS) return;
    // Also with its account (disabled, another password) it may have ended since the row was read: then there is none to move.
    const there = await this.records.sessions.extend(idHash, end);
    this.remember(idHash, there && !this.ended.has(idHash) ? { ...row, expiresAt: end } : null);
  }

  private async start(row: SessionRow, line: AuditLine | undefined): Promise<void> {
    await this.records.sessions.put(row, line);
    this.remember(row.idHash, row);
  }

  private remember(idHash: string, row: SessionRow | null): void {
    if (this.cache.size >= CACHE_MAX) this.cache.clear();
    this.cache.set(idHash, { row, until: this.clock.mono() + CACHE_MS });
  }
}

function valid(row: SessionRow | null, now: number): SessionRow | null {
  return row !== null && row.expiresAt > now ? row : null;
}

function asSession(row: SessionRow): SessionData {
  return {
    cookie: { originalMaxAge: null, httpOnly: true, sameSite: 'strict', path: '/' },
    account: row.account,
    csrfToken: row.csrfToken,
    startedAt: row.createdAt,
  };
}

/** A promise's outcome to a callback, which may throw on its own account. */
async function tell<T>(outcome: Promise<T>, callback: ((error: unknown, value?: T) => void) | undefined): Promise<void> {
  let value: T;
  try {
    value = await outcome;
  } catch (error) {
    callback?.(error);
    return;
  }
  callback?.(null, value);
}
