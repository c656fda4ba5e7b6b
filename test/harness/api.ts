import { ADMIN_PASSWORD } from './platform-process.ts';

/** A signed-in user of the HTTP API, by bearer token. */
export interface Api {
  readonly base: string;
  readonly token: string;
  get<T>(path: string): Promise<T>;
  /** Throws unless 2xx. */
  post<T>(path: string, body: unknown): Promise<T>;
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: unknown; readonly headers: Headers }>;
}

async function call(
  base: string,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; body: unknown; headers: Headers }> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  let parsed: unknown = text;
  if ((response.headers.get('content-type') ?? '').includes('json') && text !== '') parsed = JSON.parse(text);
  return { status: response.status, body: parsed, headers: response.headers };
}

/** Signs in as admin (or another account) and makes an API token. */
export async function signIn(httpBase: string, username = 'admin', password = ADMIN_PASSWORD): Promise<Api> {
  const session = await call(httpBase, 'POST', '/api/v1/session', { username, password }, {});
  if (session.status !== 200 && session.status !== 201) throw new Error(`sign-in: ${session.status} ${JSON.stringify(session.body)}`);
  const cookie = session.headers
    .getSetCookie()
    .map((c) => c.split(';')[0])
    .join('; ');
  const { csrfToken } = session.body as { csrfToken: string };
  const made = await call(
    httpBase,
    'POST',
    '/api/v1/tokens',
    { name: `test-${Math.random().toString(36).slice(2)}` },
    { cookie, 'x-csrf-token': csrfToken },
  );
  if (made.status !== 201 && made.status !== 200) throw new Error(`token: ${made.status} ${JSON.stringify(made.body)}`);
  return withToken(httpBase, (made.body as { token: string }).token);
}

export function withToken(httpBase: string, token: string): Api {
  const base = `${httpBase}/api/v1`;
  const request: Api['request'] = (method, path, body, headers = {}) =>
    call(base, method, path, body, { authorization: `Bearer ${token}`, ...headers });
  return {
    base: httpBase,
    token,
    request,
    async get<T>(path: string): Promise<T> {
      const answer = await request('GET', path);
      if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body as T;
    },
    async post<T>(path: string, body: unknown): Promise<T> {
      const answer = await request('POST', path, body);
      if (answer.status < 200 || answer.status > 299) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body as T;
    },
  };
}

export interface MadeDevice {
  readonly id: string;
  readonly enterprise: string;
  readonly username: string;
  readonly password: string;
}

/** One enterprise and devices of one profile in it. */
export async function makeDevices(
  api: Api,
  enterpriseId: string,
  profileId: string,
  ids: readonly string[],
  extra: Readonly<Record<string, unknown>> = {},
): Promise<MadeDevice[]> {
  const known = await api.request('GET', `/enterprises/${enterpriseId}`);
  if (known.status === 404) await api.post('/enterprises', { id: enterpriseId, name: enterpriseId, sector: 'gas', kind: 'real' });
  const made: MadeDevice[] = [];
  for (const id of ids) {
    const answer = await api.post<{ credential: { username: string; password: string } }>('/devices', {
      id,
      enterpriseId,
      profileId,
      name: id,
      ...extra,
    });
    made.push({ id, enterprise: enterpriseId, ...answer.credential });
  }
  return made;
}

/** Tries until `test` gives something, or fails with what it last saw. */
export async function eventually<T>(what: string, timeoutMs: number, test: () => Promise<T | null | undefined | false>): Promise<T> {
  const until = Date.now() + timeoutMs;
  let last: unknown = null;
  for (;;) {
    try {
      const value = await test();
      if (value !== null && value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > until) throw new Error(`${what}: not within ${timeoutMs} ms${last === null ? '' : ` (${String(last)})`}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
