/** HTTP to the platform: one place for the session's CSRF token, idempotency keys, time-outs and problem+json. */
import type { Problem } from '../../../protocol/http.ts';

export type Answer<T> =
  | { readonly ok: true; readonly body: T; readonly etag: string | null }
  | { readonly ok: false; readonly problem: Problem };

export interface Api {
  get<T>(path: string, query?: Readonly<Record<string, string | number | undefined>>): Promise<Answer<T>>;
  /** @param revision the one that was looked at, where the change is of something that has revisions */
  post<T>(path: string, body?: unknown, revision?: number): Promise<Answer<T>>;
  patch<T>(path: string, body: unknown, revision: number): Promise<Answer<T>>;
  put<T>(path: string, body: unknown): Promise<Answer<T>>;
  remove<T = unknown>(path: string, revision?: number): Promise<Answer<T>>;
  /** Token that goes out with changing requests. */
  setCsrf(token: string | null): void;
  /** Called when the server says that nobody is signed in. */
  onSignedOut(listener: () => void): void;
  /** Called when the server does not take our CSRF token: somebody signed in anew in another tab of this browser. */
  onStale(listener: () => void): void;
}

const BASE = '/api/v1';
const TIMEOUT_MS = 15_000;

function problemOf(status: number, code: string, title: string): Problem {
  return { type: 'about:blank', title, status, code };
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && 'status' in value;
}

export function createApi(fetcher: typeof fetch = fetch.bind(globalThis)): Api {
  let csrf: string | null = null;
  let signedOut: () => void = () => undefined;
  let stale: () => void = () => undefined;

  async function call<T>(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer<T>> {
    const init: RequestInit = { method, credentials: 'same-origin', signal: AbortSignal.timeout(TIMEOUT_MS), headers };
    headers['Accept'] = 'application/json';
    if (method !== 'GET') {
      if (csrf !== null) headers['X-CSRF-Token'] = csrf;
      headers['Idempotency-Key'] = idempotencyKey();
    }
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(body);
    }
    let response: Response;
    let text: string;
    try {
      response = await fetcher(`${BASE}${path}`, init);
      text = await response.text();
    } catch (error) {
      return { ok: false, problem: problemOf(0, 'unreachable', error instanceof Error ? error.message : String(error)) };
    }
    const parsed = parse(text);
    if (response.ok) return { ok: true, body: parsed as T, etag: response.headers.get('ETag') };
    // A wrong password under a signature says nothing of the session.
    const mistyped = isProblem(parsed) && parsed.code === 'sign-in-failed';
    if (response.status === 401 && !/^\/session(\/|$)/.test(path) && !mistyped) signedOut();
    const requestId = response.headers.get('X-Request-Id');
    if (isProblem(parsed) && parsed.code === 'csrf') stale();
    if (isProblem(parsed))
      return { ok: false, problem: requestId === null || parsed.requestId !== undefined ? parsed : { ...parsed, requestId } };
    return { ok: false, problem: problemOf(response.status, `http-${response.status}`, response.statusText) };
  }

  return {
    get: (path, query) => call('GET', path + search(query), undefined, {}),
    post: (path, body, revision) => call('POST', path, body ?? {}, ifMatch(revision)),
    patch: (path, body, revision) => call('PATCH', path, body, ifMatch(revision)),
    put: (path, body) => call('PUT', path, body, {}),
    remove: (path, revision) => call('DELETE', path, undefined, ifMatch(revision)),
    setCsrf(token) {
      csrf = token;
    },
    onSignedOut(listener) {
      signedOut = listener;
    },
    onStale(listener) {
      stale = listener;
    },
  };
}

function ifMatch(revision: number | undefined): Record<string, string> {
  return revision === undefined ? {} : { 'If-Match': `"${revision}"` };
}

function parse(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function search(query: Readonly<Record<string, string | number | undefined>> | undefined): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) params.set(key, String(value));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Random enough to name one request; `randomUUID` exists only on secure origins. */
function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** Reads every page of a list, in order. Stops at the first error. */
export async function getAll<T>(
  api: Api,
  path: string,
  onPage: (items: readonly T[]) => void,
  query: Readonly<Record<string, string | number | undefined>> = {},
): Promise<Problem | null> {
  let cursor: string | undefined;
  for (;;) {
    const answer = await api.get<{ items: readonly T[]; next?: string | null }>(path, { limit: 1000, ...query, cursor });
    if (!answer.ok) return answer.problem;
    onPage(answer.body.items);
    const next = answer.body.next ?? undefined;
    if (next === undefined || next === cursor) return null;
    cursor = next;
  }
}
