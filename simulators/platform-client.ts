/** The platform's HTTP API as a simulator uses it: sign in, or a token; JSON in and out; an answer that is no success is an error with the platform's code. */

export type SignIn = { readonly token: string } | { readonly username: string; readonly password: string };

/** An answer of the platform that is no success. */
export class PlatformError extends Error {
  readonly status: number;
  /** `code` of the problem+json, or `unreadable`. */
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'PlatformError';
    this.status = status;
    this.code = code;
  }
}

/** Nobody answers where the platform should be: `fetch failed` alone says neither where nor what to do. */
export class Unanswered extends Error {
  constructor(base: string, error: unknown) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
    const why = code ?? (cause instanceof Error ? cause.message : String(cause));
    super(`no platform answers at ${new URL(base).origin} (${why})`);
    this.name = 'Unanswered';
  }
}

export interface PlatformClient {
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  delete(path: string): Promise<unknown>;
  /** What a live (Socket.IO) connection signs in with. */
  readonly live: { readonly base: string; readonly token?: string; readonly cookie?: string };
}

/** A field of a JSON answer that must be there. */
export function field(value: unknown, name: string): unknown {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name];
  throw new PlatformError(200, 'unreadable', `the answer has no ${name}`);
}
export function text(value: unknown, name: string): string {
  const found = field(value, name);
  if (typeof found === 'string') return found;
  throw new PlatformError(200, 'unreadable', `${name} of the answer is no text`);
}

/** The session cookie out of the answer of a sign-in. */
function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0] ?? '')
    .join('; ');
}

const TIMEOUT_MS = 30_000;

/** Signs in at `httpBase` (e.g. `http://127.0.0.1:3000`). */
export async function connectPlatform(httpBase: string, signIn: SignIn): Promise<PlatformClient> {
  const base = new URL('/api/v1', httpBase).href;
  const origin = new URL(httpBase).origin;
  const headers: Record<string, string> = { accept: 'application/json', origin };

  async function request(method: string, path: string, body: unknown): Promise<{ response: Response; answer: unknown }> {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new Unanswered(base, error);
    });
    const raw = await response.text();
    let answer: unknown = null;
    try {
      answer = raw === '' ? null : JSON.parse(raw);
    } catch {
      throw new PlatformError(response.status, 'unreadable', `${method} ${path}: ${response.status}, and the answer is no JSON`);
    }
    if (!response.ok) {
      const problem = (answer ?? {}) as { readonly code?: unknown; readonly title?: unknown; readonly detail?: unknown };
      const code = typeof problem.code === 'string' ? problem.code : 'unreadable';
      throw new PlatformError(
        response.status,
        code,
        `${method} ${path}: ${response.status} ${code} ${String(problem.detail ?? problem.title ?? '')}`.trim(),
      );
    }
    return { response, answer };
  }

  if ('token' in signIn) {
    headers['authorization'] = `Bearer ${signIn.token}`;
  } else {
    const { response, answer } = await request('POST', '/session', { username: signIn.username, password: signIn.password });
    headers['cookie'] = cookieOf(response);
    headers['x-csrf-token'] = text(answer, 'csrfToken');
  }
  return {
    get: async (path) => (await request('GET', path, undefined)).answer,
    post: async (path, body) => (await request('POST', path, body)).answer,
    delete: async (path) => (await request('DELETE', path, undefined)).answer,
    live: {
      base: origin,
      ...('token' in signIn ? { token: signIn.token } : {}),
      ...(headers['cookie'] === undefined ? {} : { cookie: headers['cookie'] }),
    },
  };
}
