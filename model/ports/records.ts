import type { Alarm, AlarmEvent, AlarmKind, AlarmStateName, LiveEvent } from '../alarm.ts';
import type { AlarmFact, EarlierAlarm, FiguresQuery } from '../performance.ts';
import type { Role } from '../actor.ts';
import type { Approval, ApprovalQuery, ApprovalState } from '../approval.ts';
import type { CommandAnswer, DeviceCommand } from '../device-command.ts';
import type { Level } from '../level.ts';
import type { RuleVersion } from '../engine.ts';
import type { LedgerReason } from '../rejection.ts';
import type { NewShift, Shift, ShiftFigures, ShiftPicture, ShiftSignature, SoundTest } from '../shift.ts';
import type { EpochMs } from '../time.ts';
import type { Warning, WarningEvent, WarningLive, WarningScope } from '../warning.ts';

/** Accounts, sessions, tokens, credentials, audit: their truth is here. Alarm history and ledger: projections of the journal. */

export interface Account {
  readonly name: string;
  /** argon2id, PHC string. */
  readonly passwordHash: string;
  readonly role: Role;
  readonly enterprises: readonly string[] | null;
  readonly mustChangePassword: boolean;
  readonly disabled: boolean;
  readonly createdAt: EpochMs;
  /** 1 when it is new, one more with every change. */
  readonly revision: number;
}
export interface SessionRow {
  /** SHA-256 of the cookie's value, hex. */
  readonly idHash: string;
  readonly account: string;
  readonly csrfToken: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
}
export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs | null;
}
export interface CredentialRow {
  /** Username: the device's or the gateway's id. */
  readonly id: string;
  readonly kind: 'device' | 'gateway';
  readonly enterprise: string;
  /** HMAC-SHA-256 of the secret under the installation's key, hex. */
  readonly hash: string;
  readonly createdAt: EpochMs;
}
export interface AuditLine {
  readonly at: EpochMs;
  readonly by: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: string;
  readonly address: string | null;
  readonly detail?: string;
}
/** Each line's `hash` = SHA-256 over the previous hash and this line, so that a change or a hole shows. */
export interface AuditRow extends AuditLine {
  readonly n: number;
  readonly prevHash: string;
  readonly hash: string;
}

export type LedgerVerdict = 'accepted' | 'refused' | 'connect-refused' | 'connect-accepted';
export interface LedgerLine {
  readonly at: EpochMs;
  /** Device (or gateway) it is about, where known. */
  readonly device: string | null;
  readonly enterprise: string | null;
  readonly verdict: LedgerVerdict;
  readonly reason: LedgerReason | null;
  readonly topic: string | null;
  /** First bytes, printable, ≤ 160 characters. */
  readonly head: string;
  readonly size: number;
  readonly detail: string | null;
  readonly address: string | null;
  /** Further like refusals in the same minute that are only counted. */
  readonly more: number;
}
export interface LedgerRow extends LedgerLine {
  readonly id: number;
}
/** Counts per device, minute, verdict and reason. */
export interface LedgerCount {
  readonly minute: EpochMs;
  readonly device: string;
  readonly verdict: LedgerVerdict;
  readonly reason: LedgerReason | null;
  readonly count: number;
}

export interface AlarmQuery {
  readonly states?: readonly AlarmStateName[];
  readonly levels?: readonly Level[];
  readonly enterprises?: readonly string[];
  readonly areas?: readonly string[];
  readonly device?: string;
  readonly kinds?: readonly AlarmKind[];
  /** Raised at or after. */
  readonly from?: EpochMs;
  /** Raised before: a span is [from, to), here as everywhere, so that neighbouring spans share nothing. */
  readonly to?: EpochMs;
  /** Opaque; from `next`. */
  readonly cursor?: string;
  readonly limit: number;
}
export interface LedgerQuery {
  readonly device?: string;
  readonly enterprises?: readonly string[];
  readonly verdict?: LedgerVerdict;
  readonly reason?: LedgerReason;
  /** At or after. */
  readonly from?: EpochMs;
  /** Before. */
  readonly to?: EpochMs;
  readonly cursor?: string;
  readonly limit: number;
}
/** A warning that is over, as its end left it, with the worst level it had. */
export type PastWarning = Warning & { readonly peak: Level };
export interface SessionQuery {
  readonly account?: string;
  /** Now: what has run out then is not there. */
  readonly now: EpochMs;
  readonly cursor?: string;
  readonly limit: number;
}
export interface AuditQuery {
  /** At or after. */
  readonly from?: EpochMs;
  /** Before. */
  readonly to?: EpochMs;
  readonly by?: string;
  /** The whole name, or with a dot at its end what begins so: `account.`. */
  readonly action?: string;
  readonly resource?: string;
  /** False: what was refused alone. */
  readonly ok?: boolean;
  readonly cursor?: string;
  readonly limit: number;
}
export interface WarningQuery {
  readonly scopes?: readonly WarningScope[];
  readonly levels?: readonly Level[];
  readonly enterprises?: readonly string[];
  readonly areas?: readonly string[];
  /** Issued at or after. */
  readonly from?: EpochMs;
  /** Issued before. */
  readonly to?: EpochMs;
  readonly cursor?: string;
  readonly limit: number;
}
/** How a shift ended: what is written to it when the next one begins. */
export interface ShiftEnd {
  readonly id: string;
  readonly at: EpochMs;
  readonly figures: ShiftFigures;
  /** Digest of the first signature that the second one is for; null: there is none. */
  readonly signed: string | null;
  /** Null: the outgoing person had signed. Else why it was taken over without that, and what stood then. */
  readonly unsigned: { readonly reason: string; readonly picture: ShiftPicture } | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** All calls are answered in the order they were made, by the records' own thread; a read sees every earlier write. */
export interface Records {
  accounts: {
    get(name: string): Promise<Account | null>;
    list(): Promise<readonly Account[]>;
    /**
     * Replaces the whole account of that name. When its password is another one than before, or it is or was disabled, its
     * sessions and tokens are removed in the same transaction: nobody who held one goes on, and what a sign-in under way at the
     * moment of the disabling still wrote does not wake up later. The audit's line of it is in the same transaction, too: no change of
     * an account without its line, and no line of one that was not made.
     */
    put(account: Account, line?: AuditLine): Promise<void>;
  };
  /** The audit's line of a change is in one transaction with it, here and below; where nothing changed there is none. */
  sessions: {
    get(idHash: string): Promise<SessionRow | null>;
    /** A new one. */
    put(row: SessionRow, line?: AuditLine): Promise<void>;
    /** Moves the end of one that is there; false where it is not, for what has ended is never written back. */
    extend(idHash: string, expiresAt: EpochMs): Promise<boolean>;
    remove(idHash: string, line?: AuditLine): Promise<void>;
    /** Newest first. */
    list(query: SessionQuery): Promise<Page<SessionRow>>;
    removeExpired(now: EpochMs): Promise<number>;
  };
  tokens: {
    byHash(hash: string): Promise<TokenRow | null>;
    list(account: string): Promise<readonly TokenRow[]>;
    get(id: string): Promise<TokenRow | null>;
    put(row: TokenRow, line?: AuditLine): Promise<void>;
    remove(id: string, line?: AuditLine): Promise<boolean>;
  };
  credentials: {
    all(): Promise<readonly CredentialRow[]>;
    /** Replaces an earlier one of the same id. Many in one transaction. */
    put(rows: readonly CredentialRow[]): Promise<void>;
    remove(ids: readonly string[]): Promise<void>;
  };
  audit: {
    append(line: AuditLine): Promise<void>;
    /** Newest first. */
    list(query: AuditQuery): Promise<Page<AuditRow>>;
    /** First line whose hash does not fit, or null. */
    verify(): Promise<number | null>;
  };
  alarms: {
    /** Idempotent by event number: seen numbers are left alone. Resolves when durable. */
    project(events: readonly LiveEvent[]): Promise<void>;
    lastEventSeq(): Promise<number>;
    get(id: string): Promise<{ readonly alarm: Alarm; readonly events: readonly AlarmEvent[] } | null>;
    list(query: AlarmQuery): Promise<Page<Alarm>>;
    /** Alarm events of [from, to) in the order of their time, as performance figures want them. */
    facts(query: FiguresQuery & { readonly cursor?: string; readonly limit: number }): Promise<Page<AlarmFact>>;
    /** Alarms raised before `from` that are open, or of which something was told at or after it. */
    earlier(query: FiguresQuery & { readonly cursor?: string; readonly limit: number }): Promise<Page<EarlierAlarm>>;
    /** Live events after `seq`, oldest first, for `resume`. */
    eventsAfter(seq: number, limit: number): Promise<readonly LiveEvent[]>;
  };
  warnings: {
    /** Idempotent by event number, as for alarms. */
    project(events: readonly WarningLive[]): Promise<void>;
    lastSeq(): Promise<number>;
    /** Newest `limit` events of one warning, oldest first. */
    events(id: string, limit: number): Promise<readonly WarningEvent[]>;
    /** What is over, newest issue first. */
    past(query: WarningQuery): Promise<Page<PastWarning>>;
  };
  ledger: {
    append(lines: readonly LedgerLine[], counts: readonly LedgerCount[]): Promise<void>;
    list(query: LedgerQuery): Promise<Page<LedgerRow>>;
    counts(device: string, from: EpochMs): Promise<readonly LedgerCount[]>;
    trim(before: EpochMs, maxBytes: number): Promise<void>;
  };
  /** Every revision rules have had: a projection of the journal. */
  rules: {
    /** Idempotent by rule and revision: what is known is left alone. Resolves when durable. */
    put(versions: readonly RuleVersion[]): Promise<void>;
    /** Of one rule, newest first; those before a revision. */
    versions(rule: string, query: { readonly before?: number; readonly limit: number }): Promise<readonly RuleVersion[]>;
  };
  idempotency: {
    get(account: string, key: string): Promise<{ readonly request: string; readonly status: number; readonly body: string } | null>;
    put(account: string, key: string, request: string, status: number, body: string, at: EpochMs): Promise<void>;
    removeBefore(at: EpochMs): Promise<void>;
  };
  approvals: {
    /** A new one. */
    add(approval: Approval, line?: AuditLine): Promise<void>;
    get(id: string): Promise<Approval | null>;
    /** Newest first. */
    list(query: ApprovalQuery): Promise<Page<Approval>>;
    /** Decides a pending one that has not run out at `at`; false when it was decided, or had run out, before. */
    decide(
      id: string,
      decision: { readonly state: ApprovalState; readonly by: string; readonly at: EpochMs; readonly comment: string | null },
      line?: AuditLine,
    ): Promise<boolean>;
    /** Those that wait and have run out at `now`, or are named, wait no more, whatever our clock says later. */
    expire(now: EpochMs, ids: readonly string[]): Promise<void>;
    /** What carrying it out came to; what was settled before stays: false. */
    settle(id: string, state: ApprovalState, outcome: string, line?: AuditLine): Promise<boolean>;
  };
  /** What was asked of devices from afar, and what they said; of each device the newest 1,000. */
  commands: {
    /**
     * Writes it down before it is sent. `requestKey`: digest of the account and its `Idempotency-Key`, or null. False, and nothing is
     * written, where `bound.most` commands of this name went to the device from `bound.from` to its own time. What nobody listened to is not
     * counted.
     */
    add(command: DeviceCommand, requestKey: string | null, bound: { readonly from: EpochMs; readonly most: number }): Promise<boolean>;
    /** The one that was asked for under this key, or null. */
    ofRequest(requestKey: string): Promise<DeviceCommand | null>;
    get(device: string, id: string): Promise<DeviceCommand | null>;
    /** Newest first. */
    list(query: { readonly device: string; readonly cursor?: string; readonly limit: number }): Promise<Page<DeviceCommand>>;
    /** Nobody listened. What was answered meanwhile stays answered. */
    offline(id: string): Promise<void>;
    /** A device answers its own commands, each once: as it stands after that, `known` where it was answered before, `unknown` where it has none of that id. */
    answer(answer: CommandAnswer, at: EpochMs): Promise<DeviceCommand | 'known' | 'unknown'>;
  };
  /** Who had the watch, and what was handed over. At most one shift is not over; every change is one transaction and happens once. */
  shifts: {
    /** The one that is not over, or null. */
    current(): Promise<Shift | null>;
    get(id: string): Promise<Shift | null>;
    /** What stood when it was signed, or taken over unsigned; null before that. */
    picture(id: string): Promise<ShiftPicture | null>;
    /** Newest first, the one that is not over included. */
    list(query: { readonly cursor?: string; readonly limit: number }): Promise<Page<Shift>>;
    /** The first signature; false where the shift is over or was signed before. */
    sign(id: string, signature: ShiftSignature, picture: ShiftPicture): Promise<boolean>;
    /** Takes that signature back; false where there is none, or the shift is over. */
    unsign(id: string): Promise<boolean>;
    /** False where the shift is over. */
    noteSound(id: string, test: SoundTest): Promise<boolean>;
    /**
     * One shift ends and the next begins. `after` null: nobody has the watch. The new shift, or null where things are not so any more:
     * another shift stands, or its signature came, went or is another.
     */
    begin(next: NewShift, after: ShiftEnd | null): Promise<Shift | null>;
  };
  /** Small named values of the installation, such as the key of the credential hashes. */
  settings: {
    get(name: string): Promise<string | null>;
    put(name: string, value: string): Promise<void>;
  };
  close(): Promise<void>;
}
