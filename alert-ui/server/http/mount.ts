import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express, { type NextFunction, type Request, type RequestHandler, type Response, type Router } from 'express';
import type { Platform } from '../../../model/ports/platform.ts';
import type { ServerOptions } from '../options.ts';
import { HttpProblem } from '../problem.ts';
import { randomText, sameText } from '../sign-in/secrets.ts';
import type { Identities, Identity } from '../sign-in/identity.ts';
import { digest } from '../sign-in/secrets.ts';
import { originAllowed } from '../sign-in/origin.ts';
import type { Audit } from './audit.ts';
import type { StrangerAudit } from './stranger-audit.ts';
import type { Turns } from './turns.ts';
import { isWellFormed } from './well-formed.ts';
import type { Idempotency } from './idempotency.ts';
import { type Answer, bodyLimitOf, type Route } from './route.ts';
import { parse } from './validate.ts';

export interface Mounting {
  readonly platform: Platform;
  readonly options: ServerOptions;
  readonly identities: Identities;
  readonly idempotency: Idempotency;
  readonly audit: Audit;
  readonly strangers: StrangerAudit;
  readonly limitChanges: Turns;
}

/** Id of this request: in the problem, the log and the journal's entry. */
export function requestIdOf(response: Response): string {
  const held: unknown = response.locals['requestId'];
  if (typeof held === 'string') return held;
  const fresh = randomText(9);
  response.locals['requestId'] = fresh;
  return fresh;
}

/** Who asks: a bearer token wins over the cookie; a token that is none is not made up for by a cookie. */
export async function identify(request: Request, identities: Identities): Promise<Identity | null> {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    return token === undefined ? null : identities.ofToken(token);
  }
  const session = request.session;
  return session?.account === undefined ? null : identities.ofSession(digest(request.sessionID));
}

/** Puts a route on the router with every check before it, in this order: origin, identity, CSRF, password, body, right (handler). */
export function mount(router: Router, definition: Route, m: Mounting): void {
  const changing = definition.method !== 'get';
  const limit = bodyLimitOf(definition);
  const { textBody } = definition;
  const readBody = textBody === undefined ? express.json({ limit, strict: true }) : express.text({ limit, type: [...textBody] });

  const answer = async (request: Request, response: Response): Promise<void> => {
    const requestId = requestIdOf(response);
    let identity: Identity | null = null;
    let resource = request.path.replace(/^\//, '').slice(0, 200);
    let outcome = 'failed';
    let detail: string | undefined;
    let replayed = false;
    let audited = false;
    try {
      if (changing && !originAllowed(request.headers, request.socket.remoteAddress)) throw new HttpProblem('origin-not-allowed');
      identity = definition.access === 'open' ? null : await identify(request, m.identities);
      if (definition.access !== 'open') {
        if (identity === null) throw new HttpProblem('not-signed-in');
        if (changing) demandCsrf(request, identity);
        if (identity.mustChangePassword && definition.access !== 'session') throw new HttpProblem('password-change-required');
      }
      await bodyRead(readBody, request, response);
      const path = definition.params === undefined ? {} : parse(definition.params, request.params, 'path');
      const query = definition.query === undefined ? {} : parse(definition.query, asked(request.query), 'query');
      const body = definition.body === undefined ? undefined : parse(definition.body, bodyOf(request), 'body');
      const known = identity;
      const handled = async (): Promise<Answer> => {
        const result = await definition.handle({
          platform: m.platform,
          identity: known ?? NOBODY,
          actor: (known ?? NOBODY).actor,
          body,
          query,
          path,
          requestId,
          ifMatch: ifMatchOf(request),
          request,
          response,
          auditLine: (about, told) => ({
            at: m.platform.clock.now(),
            by: (known ?? NOBODY).actor.name,
            action: definition.operationId,
            resource: about,
            outcome: 'ok',
            address: request.ip ?? null,
            ...(told === undefined ? {} : { detail: told }),
          }),
          inTurn: (part) => m.limitChanges.alone(part),
        });
        return result;
      };
      const work = definition.inTurn === true ? () => m.limitChanges.alone(handled) : handled;
      const key = request.get('idempotency-key');
      let result: Answer;
      if (changing && key !== undefined && known !== null && definition.idempotencyKey !== false) {
        const same = JSON.stringify([definition.method, request.originalUrl, request.get('if-match') ?? null, bodyText(request.body)]);
        const once = await m.idempotency.once(known.actor.name, key, same, () => asAnswer(work, requestId));
        result = once.answer;
        replayed = once.replayed;
        if (replayed) response.setHeader('idempotency-replayed', 'true');
      } else {
        result = await work();
      }
      outcome = result.status < 400 ? 'ok' : codeOf(result.body);
      resource = result.resource ?? resource;
      detail = result.detail;
      audited = result.audited === true;
      await note();
      await send(response, result);
    } catch (error) {
      outcome = error instanceof HttpProblem ? error.code : asProblem(error).code;
      audited = error instanceof HttpProblem && error.audited;
      await note();
      throw error;
    }

    async function note(): Promise<void> {
      if (!changing || definition.ownAudit === true || replayed || audited) return;
      const line = { action: definition.operationId, resource, outcome, address: request.ip ?? null };
      if (identity === null) m.strangers.request({ by: 'nobody', ...line });
      else await m.audit.write({ by: identity.actor.name, ...line, ...(detail === undefined ? {} : { detail }) });
    }
  };

  // A rejected promise goes on to the error handler by itself.
  router[definition.method](expressPath(definition.path), answer);
}

/** `/devices/{id}` as Express writes it. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

const NOBODY: Identity = {
  actor: { kind: 'account', name: 'nobody', role: 'viewer', enterprises: [] },
  mustChangePassword: false,
  by: { kind: 'token', id: '', expiresAt: null },
};

/** A refusal inside a keyed request is an answer too: a repetition gets the same one. */
async function asAnswer(work: () => Promise<Answer>, requestId: string): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HttpProblem) || error.status >= 500) throw error;
    const headers = { 'content-type': 'application/problem+json' };
    return { status: error.status, body: error.body(requestId), headers, ...(error.audited ? { audited: true } : {}) };
  }
}

/** `?level=&kind=fire` asks about the kind alone: a parameter without a value is none. */
function asked(query: Request['query']): Request['query'] {
  return Object.fromEntries(Object.entries(query).filter(([, text]) => text !== ''));
}

/** A body that was read can be nested deeper than it can be written again. */
function bodyText(body: unknown): string {
  try {
    return JSON.stringify(body ?? null);
  } catch {
    throw new HttpProblem('invalid-request', 'the body is nested too deep');
  }
}

function bodyRead(reader: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void reader(request, response, (error?: unknown) => {
      if (error === undefined || error === null) resolve();
      else reject(error instanceof Error ? error : new Error('body not read'));
    });
  });
}

function codeOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string' ? body.code : 'failed';
}

function bodyOf(request: Request): unknown {
  const length = request.headers['content-length'];
  const empty = (length === undefined || length === '0') && request.headers['transfer-encoding'] === undefined;
  if (!empty && request.body === undefined)
    throw new HttpProblem('unsupported-media-type', `content-type ${request.get('content-type') ?? 'missing'}`);
  if (!isWellFormed(request.body)) throw new HttpProblem('invalid-request', 'body: a text holds half a character');
  return request.body ?? {};
}

function demandCsrf(request: Request, identity: Identity): void {
  if (identity.by.kind === 'token') return;
  const sent = request.get('x-csrf-token');
  if (sent === undefined || !sameText(sent, identity.by.csrfToken))
    throw new HttpProblem('csrf', 'send the csrfToken of GET /api/v1/session as X-CSRF-Token');
}

/** `3`, `"3"` or `W/"3"`; `*` counts as none. */
function ifMatchOf(request: Request): number | null {
  const sent = request.get('if-match');
  if (sent === undefined || sent === '*') return null;
  const digits = /^(?:W\/)?"?(\d{1,15})"?$/.exec(sent.trim())?.[1];
  if (digits === undefined)
    throw new HttpProblem('invalid-request', 'If-Match: a revision', { errors: [{ path: 'If-Match', message: 'a revision' }] });
  return Number(digits);
}

async function send(response: Response, result: Answer): Promise<void> {
  response.status(result.status);
  response.setHeader('cache-control', 'no-store');
  for (const [header, text] of Object.entries(result.headers ?? {})) response.setHeader(header, text);
  if (result.text !== undefined) {
    await sendText(response, result.text);
    return;
  }
  const json = result.json ?? (result.body === undefined ? undefined : JSON.stringify(result.body));
  if (json === undefined) {
    response.end();
    return;
  }
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(json);
}

/** Any error as a problem; what is not expected is `internal` and tells nothing of the inside. */
export function asProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  if (type === 'entity.parse.failed') return new HttpProblem('invalid-json');
  if (type === 'entity.too.large') return new HttpProblem('too-large');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return new HttpProblem('unsupported-media-type');
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  // What the records answer when they cannot: stable codes of their own.
  if (code === 'bad-cursor')
    return new HttpProblem('invalid-request', 'cursor: not one of ours', { errors: [{ path: 'cursor', message: 'not one of ours' }] });
  if (error instanceof Error && error.name === 'RecordsError') return new HttpProblem('unavailable', 'the records cannot be asked now');
  if (error instanceof Error && error.name === 'StoreFailure') return new HttpProblem('unavailable', `the reading store: ${error.message}`);
  if (error instanceof URIError) return new HttpProblem('invalid-request');
  return ofStatus(error) ?? new HttpProblem('internal');
}

/** What a middleware blames the request for (a file that is none, a body that does not unpack) is nothing that broke here. */
function ofStatus(error: unknown): HttpProblem | null {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 403 || status === 404) return new HttpProblem('not-found');
  return typeof status === 'number' && status >= 400 && status < 500 ? new HttpProblem('invalid-request') : null;
}

/** Last in the row: every error leaves as problem+json. */
export function errorHandler(options: ServerOptions) {
  return (error: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const problem = asProblem(error);
    const requestId = requestIdOf(response);
    if (problem.status >= 500) {
      options.log.error(
        {
          requestId,
          method: request.method,
          path: request.path,
          code: problem.code,
          // Where it came from says nothing of a part that does not answer.
          error: error instanceof Error ? (problem.code === 'unavailable' ? error.message : (error.stack ?? error.message)) : String(error),
        },
        'request failed',
      );
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    send(response, { status: problem.status, body: problem.body(requestId), headers: { 'content-type': 'application/problem+json' } });
  };
}

/** A reader that goes away, or a store that fails on the way, ends it: the cut-off transfer tells the reader that something is missing. */
async function sendText(response: Response, text: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(text), response);
  } catch {
    response.destroy();
  }
}
