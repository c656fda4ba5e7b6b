import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Platform } from '../../../model/ports/platform.ts';
import type { AuditLine } from '../../../model/ports/records.ts';
import type { ProblemCode } from '../problem.ts';
import type { AccountActor, Identity } from '../sign-in/identity.ts';

/** What a handler gives back; a body that is undefined is sent as nothing. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** In place of a body: its JSON, written elsewhere. Not for what changes something: a repetition is answered from `body`. */
  readonly json?: string;
  /** In place of a body: a long text, sent as fast as it is taken. */
  readonly text?: AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the audit line is about, where the path does not say it (the id in a body). */
  readonly resource?: string;
  /** What the audit line adds, never a secret. */
  readonly detail?: string;
  /** True where the handler wrote the line of `auditLine` with what it changed. */
  readonly audited?: true;
}

export interface Call<B, Q, P> {
  readonly platform: Platform;
  readonly identity: Identity;
  readonly actor: AccountActor;
  readonly body: B;
  readonly query: Q;
  readonly path: P;
  readonly requestId: string;
  /** Revision from `If-Match`, or null where none was sent. */
  readonly ifMatch: number | null;
  readonly request: Request;
  readonly response: Response;
  /** The audit's line of this request once it is done, for what is written in one transaction with it; then the answer is `audited`. */
  readonly auditLine: (resource: string, detail?: string) => AuditLine;
}

/** A call of a route that is not `inTurn` as a whole. */
export interface CallWithTurns<B, Q, P> extends Call<B, Q, P> {
  /** Does a part of a long work as `inTurn` of the route would do the whole. Rejects inside such a part. */
  readonly inTurn: <T>(part: () => Promise<T>) => Promise<T>;
}

export interface Reply {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Media type, where the reply is a text. */
  readonly text?: string;
}

/**
 * One operation: what it takes, what it gives and what does it, in one place. The routes that answer, the checks before them and
 * the OpenAPI document are all made from this.
 */
export type Route<B = unknown, Q = unknown, P = unknown> = Operation<B, Q, P> & (WholeInTurn<B, Q, P> | NotInTurn<B, Q, P>);

interface Operation<B, Q, P> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Under the base, with `{name}` for parameters. */
  readonly path: string;
  /** Also the audit's name for it. */
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  /** `open` asks nobody; `session` is allowed before the password was changed. */
  readonly access?: 'open' | 'session';
  readonly body?: z.ZodType<B>;
  /** Media types of a body that is a text, in place of JSON. */
  readonly textBody?: readonly string[];
  readonly query?: z.ZodType<Q>;
  readonly params?: z.ZodType<P>;
  /** Longest body in bytes, unpacked; see `bodyLimitOf`. */
  readonly bodyLimit?: number;
  readonly replies: Readonly<Record<number, Reply>>;
  readonly problems?: readonly ProblemCode[];
  /** False where sending it twice is harmless or has its own rules (sign-in). */
  readonly idempotencyKey?: false;
  /** Audited by the handler itself (sign-in). */
  readonly ownAudit?: true;
}

interface WholeInTurn<B, Q, P> {
  /**
   * One after the other with all others that are so: what changes limits. Whether a limit becomes less strict is judged by what stands,
   * and two changes at once, of which neither softens alone, would soften together.
   */
  readonly inTurn: true;
  /** Its turn is taken already: there is none to take inside, which would wait for this one for ever. */
  readonly handle: (call: Call<B, Q, P>) => Promise<Answer> | Answer;
}

interface NotInTurn<B, Q, P> {
  readonly inTurn?: never;
  readonly handle: (call: CallWithTurns<B, Q, P>) => Promise<Answer> | Answer;
}

const KB = 1024;
/** Bodies by what a sensible one of that kind holds, every character written as an escape. */
export const BODY_BYTES = { none: 4 * KB, names: 4 * KB, comment: 16 * KB, asset: 256 * KB, bulk: 2_048 * KB } as const;

/** Longest body of a route in bytes; one that is longer is `too-large`. */
export function bodyLimitOf(route: Pick<Route, 'body' | 'bodyLimit'>): number {
  return route.bodyLimit ?? (route.body === undefined ? BODY_BYTES.none : BODY_BYTES.asset);
}

/** A route whose types are checked; what is listed together is of mixed types, so the list forgets them. */
export function route<B, Q, P>(definition: Route<B, Q, P>): Route {
  return definition as unknown as Route;
}

export function ok(body: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return headers === undefined ? { status: 200, body } : { status: 200, body, headers };
}
