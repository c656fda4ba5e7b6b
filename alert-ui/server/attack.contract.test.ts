import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleWarning } from '../../model/testing/example-warning.ts';
import { FakePlatform } from './testing/fake-platform.ts';
import { PASSWORD, type Person, Served } from './testing/served.ts';

let served: Served;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'web-'));
  const web = join(folder, 'web');
  mkdirSync(join(web, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'outside');
  writeFileSync(join(web, '.env'), 'outside');
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(web, 'assets', 'app.js'), 'app');
  served = await Served.open(new FakePlatform(), web);
  for (const id of ['a', 'b']) {
    served.platform.enterprise(id);
    served.platform.device(`device-${id}`, id);
    const head = { name: 'n', revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null, enterpriseId: id };
    served.platform.view.all.site.set(`site-${id}`, { id: `site-${id}`, lon: null, lat: null, ...head });
    served.platform.view.all['hazard-source'].set(`tank-${id}`, { id: `tank-${id}`, siteId: null, attributes: {}, ...head });
    served.platform.view.all.gateway.set(`gateway-${id}`, { id: `gateway-${id}`, ...head });
    served.platform.view.warnings.set(`hazard-source:tank-${id}`, exampleWarning('hazard-source', `tank-${id}`, id));
    served.platform.view.warnings.set(`enterprise:${id}`, exampleWarning('enterprise', id, id));
    served.platform.view.all.rule.set(`rule-${id}`, {
      id: `rule-${id}`,
      name: 'n',
      revision: 1,
      createdAt: 0,
      updatedAt: 0,
      retiredAt: null,
      scope: 'enterprise',
      scopeId: id,
      profileId: 'gas',
      measurement: 'lel',
      code: 'L1',
      adds: null,
      parts: { setPoint: 20 },
      reason: null,
      approvedBy: null,
    });
    served.platform.raise(served.platform.alarm(`alarm-${id}`, id, { deviceId: `device-${id}` }));
    await served.platform.records.commands.add(
      {
        id: 'command-1',
        deviceId: `device-${id}`,
        enterpriseId: id,
        command: 'silence',
        comment: null,
        by: 'somebody',
        at: served.platform.clock.now(),
        state: 'sent',
        reason: null,
        answeredAt: null,
        detail: null,
      },
      null,
      { from: 0, most: 1 },
    );
    await served.platform.records.approvals.add({
      id: `approval-${id}`,
      kind: 'alarm.shelve',
      enterpriseId: id,
      resource: `alarms/alarm-${id}`,
      request: { alarmId: `alarm-${id}`, minutes: 1 },
      reason: 'x',
      requestedBy: 'somebody',
      requestedAt: served.platform.clock.now(),
      expiresAt: served.platform.clock.now() + 3_600_000,
      state: 'pending',
      decidedBy: null,
      decidedAt: null,
      comment: null,
      outcome: null,
    });
  }
  await served.account('admin', 'admin');
});
afterEach(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As it stands, without a client that tidies the path. */
function bare(path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string; location: string | undefined }> {
  const { hostname, port } = new URL(served.url);
  return new Promise((resolve, reject) => {
    const request = plainRequest({ hostname, port, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, location: response.headers.location }));
    });
    request.on('error', reject).end();
  });
}

describe('files', () => {
  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets/%00',
    '/assets/app.js%00.png',
    '/assets/.env',
    '/.env',
    '/assets/nothing.js',
    '/assets/nothing',
    '/assets//evil.example/%2f..',
    '//evil.example/%2f..',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%2e%2e/package.json',
  ])('%s is none: told so, nothing of it broken, no way elsewhere', async (path) => {
    const answer = await bare(path);
    expect([400, 404]).toContain(answer.status);
    expect([answer.text.includes('outside'), answer.location, served.logged]).toEqual([false, undefined, []]);
  });

  it('of the web app are there', async () => {
    const page = await bare('/', { accept: 'text/html' });
    expect([(await bare('/assets/app.js')).text, page.status]).toEqual(['app', 200]);
    // What asks for anything is given the page at its own address; one that wants JSON, or a place that is none, is told so.
    const asked = async (path: string, accept: string): Promise<number> => (await bare(path, { accept })).status;
    expect((await bare('/', { accept: '*/*' })).text).toBe(page.text);
    expect([await asked('/', 'application/json'), await asked('/no-such', '*/*'), await asked('/desk', 'text/html')]).toEqual([
      404, 404, 200,
    ]);
  });
});

describe('a body that is none', () => {
  it.each([
    ['gzip that ends early', gzipSync('{"username":"x"}').subarray(0, 12), 'gzip'],
    ['gzip that is none', Buffer.from('{"username":"x"}'), 'gzip'],
    ['brotli that is none', Buffer.from('{"username":"x"}'), 'br'],
    ['an unknown packing', Buffer.from('{}'), 'rot13'],
  ])('%s is the sender’s fault and no line in the log', async (_what, bytes, encoding) => {
    const answer = await fetch(`${served.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body: bytes,
    });
    expect([answer.status >= 400 && answer.status < 500, answer.headers.get('content-type'), served.logged]).toEqual([
      true,
      'application/problem+json',
      [],
    ]);
  });

  it('nested deeper than it can be written again is refused, keyed or not', async () => {
    const admin = await served.as('admin');
    const raw = `{"items":[${'['.repeat(20_000)}${']'.repeat(20_000)}]}`;
    const headers = { cookie: admin.cookie, 'x-csrf-token': admin.csrf };
    expect((await served.request('POST', '/api/v1/devices/bulk', { raw, headers })).status).toBe(200);
    const keyed = await served.request('POST', '/api/v1/devices/bulk', { raw, headers: { ...headers, 'idempotency-key': 'k' } });
    expect([keyed.status, keyed.body['code'], served.logged]).toEqual([400, 'invalid-request', []]);
  });
});

describe('the session cookie', () => {
  const signIn = (headers: Record<string, string>) =>
    served.request('POST', '/api/v1/session', { body: { username: 'admin', password: PASSWORD }, headers });

  it('is Secure when it was given over TLS, which a proxy on this machine says', async () => {
    const overTls = await signIn({ 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.5' });
    expect(overTls.headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    const plain = await signIn({});
    expect(plain.headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  it('is another one after signing in than one that was known before, and that one opens nothing', async () => {
    const admin = await served.as('admin');
    const again = await signIn({ cookie: admin.cookie });
    const cookie = (again.headers.get('set-cookie') ?? '').split(';')[0];
    expect(cookie).not.toBe(admin.cookie);
    expect((await admin.get('/session')).status).toBe(401);
    // One that nobody gave out is not taken up either.
    const planted = await signIn({ cookie: 'beacon.sid=s%3Aplanted.AAAA' });
    expect(planted.headers.get('set-cookie')).not.toContain('planted');
  });
});

describe('answers', () => {
  it.each(['/healthz', '/readyz', '/metrics', '/api/v1/info', '/api/v1/session', '/api/v1/devices', '/api/v1/nowhere'])(
    '%s is stored nowhere and framed by nobody',
    async (path) => {
      const admin = await served.as('admin');
      const { headers } = await served.request('GET', path, { headers: { cookie: admin.cookie } });
      expect([headers.get('cache-control'), headers.get('x-frame-options'), headers.get('x-content-type-options')]).toEqual([
        'no-store',
        'DENY',
        'nosniff',
      ]);
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    },
  );
});

/** What stands in a path for the thing of an enterprise. */
const ID_OF: Readonly<Record<string, string>> = {
  enterprises: '',
  sites: 'site-',
  'hazard-sources': 'tank-',
  gateways: 'gateway-',
  devices: 'device-',
  alarms: 'alarm-',
  warnings: 'hazard-source:tank-',
  approvals: 'approval-',
  rules: 'rule-',
};
/** A body that would be carried out where one is wanted. */
const BODY_OF: Readonly<Record<string, object>> = {
  'device-command.send': { command: 'silence' },
  'rule.rollBack': { revision: 1 },
  'alarm.comment': { comment: 'x' },
  'alarm.shelve': { minutes: 1, reason: 'x' },
  'alarm.suppress': { reason: 'x' },
  'alarm.out-of-service': { permit: 'P-1', reason: 'x' },
  'alarm.verify': { as: 'false' },
  'gateway.create': { id: 'new' },
  'hazard-source.factor.set': { value: 1, until: 8e15 },
  'enterprise.factor.set': { value: 1, until: 8e15 },
  'hazard-source.classify': { people: 0, substances: [{ substance: 'ammonia', designMaximumT: 40 }] },
};

describe('what names a thing of another enterprise', () => {
  interface Operation {
    readonly operationId: string;
    readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  }
  /** Every operation with an id in its path, areas, tokens, sessions, backtests, scenarios, accounts and shifts aside: those belong to no enterprise and have their own tests. */
  async function operations(): Promise<{ method: string; path: (enterprise: string) => string; operation: Operation }[]> {
    const document = (await (await fetch(`${served.url}/openapi.json`)).json()) as { paths: Record<string, Record<string, Operation>> };
    return Object.entries(document.paths).flatMap(([template, methods]) => {
      const kind = template.split('/')[3] ?? '';
      if (!template.includes('{') || ['areas', 'tokens', 'sessions', 'backtests', 'scenarios', 'runs', 'users', 'shifts'].includes(kind))
        return [];
      const prefix = ID_OF[kind];
      if (prefix === undefined) throw new Error(`${template}: say in ID_OF what it names`);
      return Object.entries(methods).map(([method, operation]) => {
        const query = /readings|limit-proposals/.test(template) ? '?measurement=lel' : '';
        return {
          method: method.toUpperCase(),
          operation,
          path: (enterprise: string) =>
            `${template.replace('{id}', `${prefix}${enterprise}`).replace('{name}', 'weather').replace('{commandId}', 'command-1')}${query}`,
        };
      });
    });
  }
  const ask = (who: Person, method: string, path: string, operationId: string) =>
    served.request(method, path, {
      headers: { cookie: who.cookie, 'x-csrf-token': who.csrf },
      ...(method === 'GET' ? {} : { body: BODY_OF[operationId] ?? {} }),
    });

  it.each(['admin', 'operator', 'viewer'] as const)(
    'is not found by the %s of one, and not told from what is nowhere; every route',
    async (role) => {
      await served.account('alice', role, ['a']);
      const alice = await served.as('alice');
      const all = await operations();
      expect(all.length).toBeGreaterThan(25);
      const before = served.platform.view.eventSeq;
      for (const { method, path, operation } of all) {
        const foreign = await ask(alice, method, path('b'), operation.operationId);
        const missing = await ask(alice, method, path('nowhere'), operation.operationId);
        expect([method, path('b'), foreign.status, foreign.body['code']]).toEqual([method, path('b'), 404, 'not-found']);
        // The same words, but for the id that was asked for.
        const told = (body: Record<string, unknown>, id: string): string =>
          JSON.stringify({ ...body, requestId: '' }).replaceAll(` ${id}`, ' ID');
        const [foreignId, missingId] = [path('b'), path('nowhere')].map((one) => one.split('/')[4]?.split('?')[0] ?? '');
        expect(told(foreign.body, foreignId ?? '')).toBe(told(missing.body, missingId ?? ''));
      }
      expect([served.platform.view.eventSeq, served.platform.secrets.size, served.platform.disconnected]).toEqual([before, 0, []]);
    },
  );

  it('is not told with the id it took a moment before', async () => {
    await served.account('alice', 'admin', ['a']);
    const { platform } = served;
    const configure = platform.configure.bind(platform);
    // Free when it was looked for, taken when the change is applied.
    platform.configure = (...asked) => {
      const head = { revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null, lon: null, lat: null };
      platform.view.all.site.set('same', { id: 'same', name: 'known to b alone', enterpriseId: 'b', ...head });
      return configure(...asked);
    };
    const refused = await (await served.as('alice')).send('POST', '/sites', { id: 'same', name: 'mine', enterpriseId: 'a' });
    expect([refused.status, refused.body['code'], refused.text.includes('known to b')]).toEqual([409, 'id-taken', false]);
  });

  it('is found by the one it belongs to: the paths above are right', async () => {
    await served.account('alice', 'viewer', ['a']);
    const alice = await served.as('alice');
    for (const { method, path, operation } of await operations()) {
      const own = await ask(alice, method, path('a'), operation.operationId);
      expect([method, path('a'), own.status]).toEqual([method, path('a'), method === 'GET' ? 200 : 403]);
    }
  });
});
