import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureAdmin } from './accounts.ts';
import { cookieOf, PASSWORD, type Person, Served } from './testing/served.ts';

let served: Served;
beforeEach(async () => {
  served = await Served.open();
  for (const id of ['a', 'b']) {
    served.platform.enterprise(id);
    served.platform.device(`${id}-gas-1`, id);
  }
  await served.account('admin', 'admin');
});
afterEach(async () => {
  await served.close();
});

const items = (answer: { body: Record<string, unknown> }): { id: string; [field: string]: unknown }[] =>
  answer.body['items'] as { id: string }[];

describe('signing in', () => {
  it('gives a cookie a script cannot read and another site cannot send', async () => {
    const answer = await served.request('POST', '/api/v1/session', { body: { username: 'admin', password: PASSWORD } });
    expect(answer.status).toBe(200);
    expect(answer.body['user']).toEqual({ name: 'admin', role: 'admin', enterprises: null, mustChangePassword: false });
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
  });

  it('is told to be needed by an answer, not by an error', async () => {
    const before = await served.request('GET', '/api/v1/info');
    expect([before.status, before.body['signedIn'], before.body['mqttPort']]).toEqual([200, false, 1883]);
    const admin = await served.as('admin');
    expect((await admin.get('/info')).body['signedIn']).toBe(true);
    await admin.send('DELETE', '/session');
    expect((await admin.get('/info')).body['signedIn']).toBe(false);
  });

  it('tells a wrong password and a missing account alike', async () => {
    const wrong = await served.request('POST', '/api/v1/session', { body: { username: 'admin', password: 'not it' } });
    const missing = await served.request('POST', '/api/v1/session', { body: { username: 'nobody-here', password: 'not it' } });
    expect([wrong.status, wrong.body['code']]).toEqual([401, 'sign-in-failed']);
    expect({ ...missing.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' });
  });

  it('slows guessing for a name, not for another', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1)
      await served.request('POST', '/api/v1/session', { body: { username: 'admin', password: `guess ${attempt}` } });
    const eleventh = await served.request('POST', '/api/v1/session', { body: { username: 'admin', password: PASSWORD } });
    expect([eleventh.status, eleventh.body['code']]).toEqual([429, 'too-many-attempts']);
    await served.account('olga', 'operator');
    await expect(served.as('olga')).resolves.toBeDefined();
  });

  it('ends with signing out, at once', async () => {
    const admin = await served.as('admin');
    expect((await admin.send('DELETE', '/session')).status).toBe(204);
    expect((await admin.get('/session')).body['code']).toBe('not-signed-in');
  });

  it('ends by itself after twelve hours without use, and not while it is used', async () => {
    const admin = await served.as('admin');
    for (let hour = 0; hour < 30; hour += 6) {
      served.platform.clock.advance(6 * 3_600_000);
      expect((await admin.get('/session')).status).toBe(200);
    }
    served.platform.clock.advance(12 * 3_600_000 + 1);
    expect((await admin.get('/session')).status).toBe(401);
  });

  it('lets nothing but the password be changed before it was', async () => {
    await served.account('new', 'operator', null, true);
    const fresh = await served.as('new');
    expect((await fresh.get('/devices')).body['code']).toBe('password-change-required');
    expect((await fresh.get('/session')).status).toBe(200);
    const short = await fresh.send('POST', '/session/password', { currentPassword: PASSWORD, newPassword: 'short' });
    expect([short.status, short.body['code']]).toEqual([400, 'invalid-request']);
    const changed = await fresh.send('POST', '/session/password', { currentPassword: PASSWORD, newPassword: 'another long password' });
    expect(changed.status).toBe(200);
    const after = await served.request('GET', '/api/v1/devices', { headers: { cookie: cookieOf(changed) } });
    expect(after.status).toBe(200);
  });

  it('ends every other session when the password changes', async () => {
    const [here, elsewhere] = [await served.as('admin'), await served.as('admin')];
    expect((await here.send('POST', '/session/password', { currentPassword: PASSWORD, newPassword: 'another long password' })).status).toBe(
      200,
    );
    expect((await elsewhere.get('/session')).status).toBe(401);
  });

  it('makes admin once, and tells a generated password once', async () => {
    const { platform } = served;
    const again = await ensureAdmin(platform.records, 'given', platform.clock);
    expect(again).toEqual({ created: false, generatedPassword: null, warning: null });
    const { MemoryRecords } = await import('./testing/memory-records.ts');
    const empty = new MemoryRecords();
    const first = await ensureAdmin(empty, null, platform.clock);
    expect(first.generatedPassword).toMatch(/^[\w-]{16}$/);
    expect((await empty.accounts.get('admin'))?.mustChangePassword).toBe(true);
    expect(first.warning).toBeNull();
  });

  it.each([
    ['ninechars', /fewer than 10 characters: change it/],
    ['ten chars.', null],
  ])('takes the password it was given, and warns of a short one: %s', async (password, warning) => {
    const records = new (await import('./testing/memory-records.ts')).MemoryRecords();
    const made = await ensureAdmin(records, password, served.platform.clock);
    expect(made.created).toBe(true);
    if (warning === null) expect(made.warning).toBeNull();
    else expect(made.warning).toMatch(warning);
    expect(made.warning ?? '').not.toContain(password);
  });
});

describe('an enterprise that somebody bound to another may not create', () => {
  it('is refused by name, whether there is one or not; what is in another enterprise is not found, and nothing is said of rights', async () => {
    await served.account('bound', 'operator', ['a']);
    const bound = await served.as('bound');
    for (const id of ['b', 'of-nobody-yet']) {
      const refused = await bound.send('POST', '/enterprises', { id, name: id });
      expect([refused.status, refused.body['code'], refused.body['detail']]).toEqual([403, 'not-allowed', 'needs the right config.write']);
      const device = { id: 'd-new', name: 'd-new', enterpriseId: id, profileId: 'gas.combustible.point.industrial' };
      const hidden = await bound.send('POST', '/devices', device);
      expect([hidden.status, hidden.body['code'], hidden.body['detail']]).toEqual([404, 'not-found', `enterprise ${id}`]);
    }
  });
});

describe('a request nobody answers', () => {
  it.each([
    ['PUT', '/api/v1/devices', 'GET, HEAD, POST'],
    ['POST', '/api/v1/devices/a-gas-1', 'DELETE, GET, HEAD, PATCH'],
    ['DELETE', '/api/v1/alarms/acknowledge', 'GET, HEAD, POST'],
    ['PATCH', '/api/v1/session/password', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['DELETE', '/openapi.json', 'GET, HEAD'],
  ])('%s %s is a known path with the wrong method: 405 with what is allowed', async (method, path, allow) => {
    const answer = await served.request(method, path);
    expect([answer.status, answer.body['code'], answer.headers.get('allow')]).toEqual([405, 'method-not-allowed', allow]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const asked = await served.request('OPTIONS', path);
    expect([asked.status, asked.headers.get('allow')]).toEqual([204, allow]);
  });

  it.each([
    ['GET', '/api/v1/no-such'],
    ['DELETE', '/api/v1/no-such'],
    ['POST', '/api/v1/devices/a-gas-1/no-such'],
    ['PUT', '/api/v2/devices'],
    ['POST', '/no-such'],
    ['OPTIONS', '/api/v1/no-such'],
  ])('%s %s is no path: 404', async (method, path) => {
    const answer = await served.request(method, path);
    expect([answer.status, answer.body['code'], answer.headers.get('allow')]).toEqual([404, 'not-found', null]);
  });
});

describe('requests made by another site', () => {
  it('are refused without the CSRF token, whatever the cookie', async () => {
    const admin = await served.as('admin');
    const body = { id: 'x', name: 'x' };
    for (const headers of [{ cookie: admin.cookie }, { cookie: admin.cookie, 'x-csrf-token': 'guess' }]) {
      const answer = await served.request('POST', '/api/v1/areas', { body, headers });
      expect([answer.status, answer.body['code']]).toEqual([403, 'csrf']);
    }
    expect(served.platform.view.assets('area').size).toBe(0);
  });

  it.each(['http://evil.example', 'null', 'not a url'])('are refused by Origin %s, sign-in too', async (origin) => {
    const admin = await served.as('admin');
    const change = await admin.send('POST', '/areas', { id: 'x', name: 'x' }, { origin });
    expect([change.status, change.body['code']]).toEqual([403, 'origin-not-allowed']);
    const signIn = await served.request('POST', '/api/v1/session', {
      body: { username: 'admin', password: PASSWORD },
      headers: { origin },
    });
    expect(signIn.status).toBe(403);
  });

  it('are not confused with our own page', async () => {
    const admin = await served.as('admin');
    expect((await admin.send('POST', '/areas', { id: 'x', name: 'x' }, { origin: served.url })).status).toBe(201);
  });
});

describe('API tokens', () => {
  it('need no CSRF token, win over a cookie, and end when deleted', async () => {
    const admin = await served.as('admin');
    const token = await admin.token();
    const headers = { authorization: `Bearer ${token}` };
    expect((await served.request('POST', '/api/v1/areas', { body: { id: 'x', name: 'x' }, headers })).status).toBe(201);
    const wrong = await served.request('GET', '/api/v1/devices', {
      headers: { authorization: 'Bearer bt_something-that-is-not-a-token', cookie: admin.cookie },
    });
    expect(wrong.status).toBe(401);
    const id = items(await admin.get('/tokens'))[0]?.id ?? '';
    expect((await admin.send('DELETE', `/tokens/${id}`)).status).toBe(204);
    expect((await served.request('GET', '/api/v1/devices', { headers })).status).toBe(401);
  });

  it('end at their time', async () => {
    const admin = await served.as('admin');
    const made = await admin.send('POST', '/tokens', { name: 'short', expiresAt: served.platform.clock.now() + 60_000 });
    const headers = { authorization: `Bearer ${String(made.body['token'])}` };
    expect((await served.request('GET', '/api/v1/session', { headers })).status).toBe(200);
    served.platform.clock.advance(60_000);
    expect((await served.request('GET', '/api/v1/session', { headers })).status).toBe(401);
  });

  it('of another account do not exist', async () => {
    await served.account('olga', 'operator');
    const admin = await served.as('admin');
    await admin.token();
    const id = items(await admin.get('/tokens'))[0]?.id ?? '';
    const olga = await served.as('olga');
    expect((await olga.send('DELETE', `/tokens/${id}`)).status).toBe(404);
    expect((await olga.get(`/tokens/${id}`)).status).toBe(404);
    expect((await admin.get(`/tokens/${id}`)).body).toEqual({
      id,
      name: expect.any(String),
      createdAt: expect.any(Number),
      expiresAt: null,
    });
    expect(items(await olga.get('/tokens'))).toEqual([]);
  });
});

describe('an account bound to enterprise a', () => {
  let alice: Person;
  beforeEach(async () => {
    const { platform } = served;
    platform.view.all.area.set('district', {
      id: 'district',
      name: 'district',
      parentId: null,
      revision: 1,
      createdAt: 0,
      updatedAt: 0,
      retiredAt: null,
    });
    platform.view.all.area.set('street-a', {
      id: 'street-a',
      name: 'street a',
      parentId: 'district',
      revision: 1,
      createdAt: 0,
      updatedAt: 0,
      retiredAt: null,
    });
    platform.view.all.area.set('street-b', {
      id: 'street-b',
      name: 'street b',
      parentId: 'district',
      revision: 1,
      createdAt: 0,
      updatedAt: 0,
      retiredAt: null,
    });
    platform.enterprise('a', { areaId: 'street-a' });
    platform.enterprise('b', { areaId: 'street-b' });
    for (const enterprise of ['a', 'b']) {
      const head = { name: 'n', revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null, enterpriseId: enterprise };
      platform.view.all.site.set(`site-${enterprise}`, { id: `site-${enterprise}`, lon: null, lat: null, ...head });
      platform.view.all['hazard-source'].set(`tank-${enterprise}`, { id: `tank-${enterprise}`, siteId: null, attributes: {}, ...head });
      platform.view.all.gateway.set(`gw-${enterprise}`, { id: `gw-${enterprise}`, ...head });
      platform.raise(platform.alarm(`1-${enterprise}`, enterprise, { deviceId: `${enterprise}-gas-1` }));
      await platform.records.ledger.append(
        [
          {
            at: platform.clock.now(),
            device: `${enterprise}-gas-1`,
            enterprise,
            verdict: 'refused',
            reason: 'NOT_JSON',
            topic: 't',
            head: 'x',
            size: 1,
            detail: null,
            address: null,
            more: 0,
          },
        ],
        [],
      );
    }
    platform.raise(platform.alarm('1-system', null, { kind: 'system' }));
    await served.account('alice', 'operator', ['a']);
    alice = await served.as('alice');
  });

  it.each([
    ['/areas', ['district', 'street-a']],
    ['/enterprises', ['a']],
    ['/sites', ['site-a']],
    ['/hazard-sources', ['tank-a']],
    ['/devices', ['a-gas-1']],
    ['/alarms?state=open', ['1-a']],
    ['/alarms', ['1-a']],
    ['/alarms?state=open&enterprise=b', []],
    ['/alarms?enterprise=b', []],
    ['/devices?enterprise=b', []],
    ['/ledger?device=b-gas-1', []],
    ['/ledger?enterprise=b', []],
  ])('sees in %s only %j', async (path, expected) => {
    const answer = await alice.get(path);
    expect(answer.status).toBe(200);
    expect(items(answer).map((item) => item.id)).toEqual(expected);
  });

  it('finds nothing of b behind any address', async () => {
    const paths = [
      '/areas/street-b',
      '/enterprises/b',
      '/enterprises/b/gateways',
      '/sites/site-b',
      '/hazard-sources/tank-b',
      '/gateways/gw-b',
      '/devices/b-gas-1',
      '/devices/b-gas-1/latest',
      '/devices/b-gas-1/limits',
      '/devices/b-gas-1/connections',
      '/devices/b-gas-1/readings?measurement=lel',
      '/alarms/1-b',
      '/alarms/1-system',
    ];
    for (const path of paths) expect([path, (await alice.get(path)).body['code']]).toEqual([path, 'not-found']);
  });

  it('changes nothing of b', async () => {
    const tries: ['POST' | 'PATCH' | 'DELETE', string, unknown?][] = [
      ['POST', '/devices', { id: 'new', enterpriseId: 'b', profileId: 'gas' }],
      ['POST', '/devices/b-gas-1/credential', {}],
      ['PATCH', '/devices/b-gas-1', { name: 'mine' }],
      ['DELETE', '/devices/b-gas-1'],
      ['POST', '/enterprises/b/gateways', { id: 'new' }],
      ['POST', '/gateways/gw-b/credential', {}],
      ['DELETE', '/gateways/gw-b'],
      ['PATCH', '/sites/site-b', { name: 'mine' }],
      ['POST', '/alarms/1-b/acknowledge', {}],
      ['POST', '/alarms/1-b/comment', { comment: 'x' }],
    ];
    for (const [method, path, body] of tries) expect([path, (await alice.send(method, path, body)).status]).toEqual([path, 404]);
    const group = await alice.send('POST', '/alarms/acknowledge', { items: [{ id: '1-a' }, { id: '1-b' }] });
    expect(items(group).map((item) => [item.id, item['status']])).toEqual([
      ['1-a', 200],
      ['1-b', 404],
    ]);
    expect(served.platform.view.openAlarm('1-b')?.state).toBe('UNACK');
    expect(served.platform.secrets.size).toBe(0);
  });

  it('connects its own devices, but does not hang them on b, and changes no enterprise', async () => {
    expect((await alice.send('POST', '/devices', { id: 'a-new', enterpriseId: 'a', profileId: 'gas' })).status).toBe(201);
    const foreign = await alice.send('POST', '/devices', { id: 'a-other', enterpriseId: 'a', profileId: 'gas', hazardSourceId: 'tank-b' });
    const missing = await alice.send('POST', '/devices', {
      id: 'a-other',
      enterpriseId: 'a',
      profileId: 'gas',
      hazardSourceId: 'tank-nowhere',
    });
    expect([foreign.body['code'], missing.body['code']]).toEqual(['unknown-reference', 'unknown-reference']);
    expect((await alice.send('PATCH', '/enterprises/a', { name: 'renamed' })).status).toBe(403);
    expect((await alice.send('POST', '/areas', { id: 'z', name: 'z' })).status).toBe(403);
  });
});

describe('a viewer', () => {
  it('looks and does nothing', async () => {
    await served.account('vera', 'viewer');
    const vera = await served.as('vera');
    served.platform.raise(served.platform.alarm('1-0', 'a'));
    expect((await vera.get('/alarms/1-0')).status).toBe(200);
    for (const [path, body] of [
      ['/alarms/1-0/acknowledge', {}],
      ['/devices', { id: 'n', enterpriseId: 'a', profileId: 'gas' }],
      ['/enterprises', { id: 'n', name: 'n' }],
    ] as const) {
      expect([path, (await vera.send('POST', path, body)).body['code']]).toEqual([path, 'not-allowed']);
    }
  });
});

describe('a device', () => {
  it('is created with a secret that is shown once and written nowhere', async () => {
    const admin = await served.as('admin');
    const made = await admin.send('POST', '/devices', { id: 'd1', enterpriseId: 'a', profileId: 'gas', name: 'Kitchen' });
    expect(made.status).toBe(201);
    const { username, password } = made.body['credential'] as { username: string; password: string };
    expect([username, served.platform.secrets.get('d1')]).toEqual(['d1', password]);
    const again = await admin.get('/devices/d1');
    expect(again.text).not.toContain(password);
    expect(served.platform.records.dump()).not.toContain(password);
  });

  it('keeps its secret when somebody tries to take its id, at the same moment too', async () => {
    const admin = await served.as('admin');
    const body = { id: 'd1', enterpriseId: 'a', profileId: 'gas' };
    const tries = await Promise.all([1, 2, 3].map(() => admin.send('POST', '/devices', body)));
    const made = tries.filter((answer) => answer.status === 201);
    expect(made).toHaveLength(1);
    expect(tries.filter((answer) => answer.body['code'] === 'id-taken')).toHaveLength(2);
    expect((made[0]?.body['credential'] as { password: string } | undefined)?.password).toBe(served.platform.secrets.get('d1'));
    // Gateways and devices share the broker's user names.
    expect((await admin.send('POST', '/enterprises/a/gateways', { id: 'd1' })).body['code']).toBe('id-taken');
  });

  it('leaves no credential behind when it cannot be journaled', async () => {
    const admin = await served.as('admin');
    served.platform.unavailable = true;
    const answer = await admin.send('POST', '/devices', { id: 'd1', enterpriseId: 'a', profileId: 'gas' });
    expect([answer.status, answer.body['code']]).toEqual([503, 'unavailable']);
    expect(served.platform.secrets.has('d1')).toBe(false);
  });

  it('loses credential and connections when it retires, and its id is not given again', async () => {
    const admin = await served.as('admin');
    await admin.send('POST', '/devices', { id: 'd1', enterpriseId: 'a', profileId: 'gas' });
    expect((await admin.send('DELETE', '/devices/d1')).status).toBe(204);
    expect([served.platform.secrets.has('d1'), served.platform.disconnected]).toEqual([false, ['d1']]);
    expect((await admin.send('POST', '/devices', { id: 'd1', enterpriseId: 'a', profileId: 'gas' })).body['code']).toBe('id-retired');
    expect(items(await admin.get('/devices')).map((item) => item.id)).not.toContain('d1');
  });

  it('gets a new secret that ends the old one', async () => {
    const admin = await served.as('admin');
    await admin.send('POST', '/devices', { id: 'd1', enterpriseId: 'a', profileId: 'gas' });
    const old = served.platform.secrets.get('d1');
    const renewed = await admin.send('POST', '/devices/d1/credential', {});
    const { password } = renewed.body['credential'] as { password: string };
    expect([served.platform.secrets.get('d1'), password === old, served.platform.disconnected]).toEqual([password, false, ['d1']]);
  });

  it('comes in bulk, each line with its own result', async () => {
    const admin = await served.as('admin');
    const answer = await admin.send('POST', '/devices/bulk', {
      items: [
        { id: 'd1', enterpriseId: 'a', profileId: 'gas' },
        { id: 'd1', enterpriseId: 'a', profileId: 'gas' },
        { id: 'a-gas-1', enterpriseId: 'a', profileId: 'gas' },
        { id: 'd2', enterpriseId: 'a', profileId: 'gas', colour: 'red' },
        { id: 'd3', enterpriseId: 'a', profileId: 'no-such' },
        { id: 'd4', enterpriseId: 'b', profileId: 'gas' },
      ],
    });
    expect(items(answer).map((item) => [item.id, item['status'], item['code']])).toEqual([
      ['d1', 201, undefined],
      ['d1', 409, 'id-taken'],
      ['a-gas-1', 409, 'id-taken'],
      ['d2', 400, 'invalid-request'],
      ['d3', 422, 'unknown-reference'],
      ['d4', 201, undefined],
    ]);
    expect([...served.platform.secrets.keys()]).toEqual(['d1', 'd4']);
    expect((await admin.send('POST', '/devices/bulk', { items: Array.from({ length: 1_001 }, () => ({})) })).status).toBe(400);
  });
});

describe('a change', () => {
  it('is refused on an old revision, with what stands now', async () => {
    const admin = await served.as('admin');
    expect((await admin.send('PATCH', '/devices/a-gas-1', { name: 'one' }, { 'if-match': '"1"' })).headers.get('etag')).toBe('"2"');
    const stale = await admin.send('PATCH', '/devices/a-gas-1', { name: 'two' }, { 'if-match': '1' });
    expect([stale.status, stale.body['code'], (stale.body['current'] as { name: string }).name]).toEqual([412, 'revision-conflict', 'one']);
    expect((await admin.send('PATCH', '/devices/a-gas-1', { name: 'three' })).body['name']).toBe('three');
  });

  it('names every field it does not know', async () => {
    const admin = await served.as('admin');
    const answer = await admin.send('PATCH', '/devices/a-gas-1', { name: 'x', colour: 'red', size: 3 });
    expect(answer.body['errors']).toEqual([
      { path: 'colour', message: 'unknown field' },
      { path: 'size', message: 'unknown field' },
    ]);
  });

  it('is answered the same when it is sent again with its key, secrets included, and refused for another request', async () => {
    const admin = await served.as('admin');
    const key = { 'idempotency-key': 'k-1' };
    const body = { id: 'd1', enterpriseId: 'a', profileId: 'gas' };
    const [first, second] = await Promise.all([admin.send('POST', '/devices', body, key), admin.send('POST', '/devices', body, key)]);
    const third = await admin.send('POST', '/devices', body, key);
    expect([first?.status, second?.text, third.text]).toEqual([201, first?.text, first?.text]);
    const other = await admin.send('POST', '/devices', { ...body, id: 'd2' }, key);
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency-key-reused']);
    expect(served.platform.records.dump()).not.toContain(served.platform.secrets.get('d1'));
    const refused = { id: 'a-gas-1', enterpriseId: 'a', profileId: 'gas' };
    const [one, two] = [
      await admin.send('POST', '/devices', refused, { 'idempotency-key': 'k-2' }),
      await admin.send('POST', '/devices', refused, { 'idempotency-key': 'k-2' }),
    ];
    expect([one.status, two.text, two.headers.get('content-type')]).toEqual([409, one.text, 'application/problem+json']);
  });

  it('is tried again with the same key after it could not be made durable', async () => {
    const admin = await served.as('admin');
    const body = { id: 'd1', enterpriseId: 'a', profileId: 'gas' };
    served.platform.unavailable = true;
    expect((await admin.send('POST', '/devices', body, { 'idempotency-key': 'k' })).status).toBe(503);
    served.platform.unavailable = false;
    expect((await admin.send('POST', '/devices', body, { 'idempotency-key': 'k' })).status).toBe(201);
  });
});

describe('an alarm', () => {
  it('that is open is listed with the peak it has now, not that of its last event', async () => {
    const admin = await served.as('admin');
    const { platform } = served;
    const raised = platform.raise(platform.alarm('6-0', 'a', { peak: { value: 50.4, at: 1 } }));
    // Readings move the peak without an event.
    platform.view.alarms.set('6-0', { ...raised, peak: { value: 70.9, at: 2 } });
    const listed = (await admin.get('/alarms')).body['items'] as { id: string; peak: unknown }[];
    expect(listed.find((alarm) => alarm.id === '6-0')?.peak).toEqual({ value: 70.9, at: 2 });
  });

  it('that rose meanwhile is not acknowledged, and comes back as it is', async () => {
    const admin = await served.as('admin');
    const { platform } = served;
    const seen = platform.raise(platform.alarm('5-0', 'a', { level: 'yellow' }));
    platform.raise({ ...seen, level: 'red' }, 'level-raised');
    const answer = await admin.send('POST', '/alarms/5-0/acknowledge', { seen: seen.seq });
    expect([answer.status, answer.body['code'], (answer.body['alarm'] as { level: string }).level]).toEqual([409, 'alarm-changed', 'red']);
    const done = await admin.send('POST', '/alarms/5-0/acknowledge', { seen: seen.seq + 1, comment: 'on my way' });
    expect([done.status, done.body['state'], done.body['acknowledgedBy']]).toEqual([200, 'ACKED', 'admin']);
  });

  it('acknowledged twice keeps the first person, closed or not', async () => {
    await served.account('olga', 'operator');
    const [admin, olga] = [await served.as('admin'), await served.as('olga')];
    const { platform } = served;
    platform.raise(platform.alarm('5-0', 'a'));
    await admin.send('POST', '/alarms/5-0/acknowledge', {});
    expect((await olga.send('POST', '/alarms/5-0/acknowledge', {})).body['acknowledgedBy']).toBe('admin');
    const open = platform.view.openAlarm('5-0');
    if (open === undefined) throw new Error('closed too early');
    platform.raise({ ...open, state: 'NORM', active: false }, 'closed');
    const late = await olga.send('POST', '/alarms/5-0/acknowledge', {});
    expect([late.status, late.body['acknowledgedBy'], late.body['state']]).toEqual([200, 'admin', 'NORM']);
    expect((await olga.send('POST', '/alarms/5-0/withdraw', {})).body['code']).toBe('state-not-allowed');
  });

  it('is withdrawn within ten seconds and no later; reset only when latched', async () => {
    const admin = await served.as('admin');
    const { platform } = served;
    platform.raise(platform.alarm('5-0', 'a'));
    await admin.send('POST', '/alarms/5-0/acknowledge', {});
    expect((await admin.send('POST', '/alarms/5-0/withdraw', {})).body['state']).toBe('UNACK');
    await admin.send('POST', '/alarms/5-0/acknowledge', {});
    platform.clock.advance(10_001);
    expect((await admin.send('POST', '/alarms/5-0/withdraw', {})).body['code']).toBe('too-late');
    expect((await admin.send('POST', '/alarms/5-0/reset', {})).body['code']).toBe('state-not-allowed');
    const detail = await admin.get('/alarms/5-0');
    expect((detail.body['events'] as { type: string }[]).map((event) => event.type)).toEqual([
      'raised',
      'acknowledged',
      'withdrawn',
      'acknowledged',
    ]);
  });

  it('list is paged most urgent first, each once, while new ones come in', async () => {
    const admin = await served.as('admin');
    const { platform } = served;
    for (let n = 0; n < 25; n += 1) {
      platform.clock.advance(1);
      platform.raise(platform.alarm(`${n}-0`, 'a', { level: n % 2 === 0 ? 'red' : 'blue', state: n % 3 === 0 ? 'ACKED' : 'UNACK' }));
    }
    const seen: { id: string; [field: string]: unknown }[] = [];
    let cursor = '';
    for (;;) {
      const answer = await admin.get(`/alarms?state=open&limit=7${cursor}`);
      seen.push(...items(answer));
      platform.raise(platform.alarm(`late-${seen.length}`, 'a', { level: 'red' }));
      if (answer.body['next'] === undefined) break;
      cursor = `&cursor=${String(answer.body['next'])}`;
    }
    const ids = seen.map((alarm) => alarm.id).filter((id) => !id.startsWith('late'));
    expect(new Set(ids).size).toBe(25);
    expect(ids).toHaveLength(25);
    const firstAcked = seen.findIndex((alarm) => alarm['state'] === 'ACKED');
    expect(seen.slice(firstAcked).every((alarm) => alarm['state'] === 'ACKED')).toBe(true);
    expect((await admin.get('/alarms?state=open&cursor=rubbish')).status).toBe(400);
  });
});

describe('nothing secret', () => {
  it('is in logs, audit or records; and every change and sign-in has its line', async () => {
    const admin = await served.as('admin');
    await served.request('POST', '/api/v1/session', { body: { username: 'my password as a name', password: 'mistyped secret' } });
    const token = await admin.token();
    const made = await admin.send('POST', '/devices', { id: 'd1', enterpriseId: 'a', profileId: 'gas' }, { 'idempotency-key': 'k' });
    await admin.send('POST', '/session/password', { currentPassword: PASSWORD, newPassword: 'another long password' });
    const { records } = served.platform;
    const everything = `${records.dump()}${served.logged.join('')}`;
    const secrets = [
      PASSWORD,
      'another long password',
      'mistyped secret',
      'my password as a name',
      token,
      (made.body['credential'] as { password: string }).password,
      admin.cookie.split('=')[1] ?? '',
    ];
    for (const secret of secrets) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(decodeURIComponent(secret).replace(/^s:/, '').split('.')[0]);
    }
    expect(records.auditRows.map((row) => [row.by, row.action, row.resource, row.outcome])).toEqual([
      ['system', 'account.create', 'accounts/admin', 'ok'],
      ['admin', 'session.sign-in', 'accounts/admin', 'ok'],
      ['unknown', 'session.sign-in', 'accounts/unknown', 'sign-in-failed'],
      ['admin', 'token.create', expect.stringMatching(/^tokens\//), 'ok'],
      ['admin', 'device.create', 'devices/d1', 'ok'],
      ['admin', 'session.password', 'accounts/admin', 'ok'],
    ]);
  });

  it('tells a refused change in the audit too', async () => {
    await served.account('vera', 'viewer');
    const vera = await served.as('vera');
    await vera.send('DELETE', '/devices/a-gas-1');
    expect(served.platform.records.auditRows.at(-1)).toMatchObject({
      by: 'vera',
      action: 'device.retire',
      resource: 'devices/a-gas-1',
      outcome: 'not-allowed',
    });
  });
});

describe('odd requests', () => {
  it('leave as problems with a code', async () => {
    const admin = await served.as('admin');
    const headers = { cookie: admin.cookie, 'x-csrf-token': admin.csrf };
    const code = async (answer: Promise<{ status: number; body: Record<string, unknown> }>): Promise<unknown> =>
      (await answer).body['code'];
    expect(await code(served.request('POST', '/api/v1/areas', { raw: '{"id":', headers }))).toBe('invalid-json');
    expect(
      await code(served.request('POST', '/api/v1/areas', { raw: 'id=x', headers: { ...headers, 'content-type': 'text/plain' } })),
    ).toBe('unsupported-media-type');
    expect(await code(served.request('POST', '/api/v1/areas', { body: { id: 'x', name: 'x'.repeat(1_100_000) }, headers }))).toBe(
      'too-large',
    );
    expect(await code(served.request('POST', '/api/v1/areas', { raw: '{"id":"x","name":"x","__proto__":{"a":1}}', headers }))).toBe(
      'invalid-request',
    );
    expect(await code(served.request('GET', '/api/v1/nowhere', { headers }))).toBe('not-found');
    expect(await code(served.request('GET', '/api/v1/devices/%E0%A4%A', { headers }))).toBe('invalid-request');
    expect(await code(served.request('GET', '/api/v1/devices?colour=red', { headers }))).toBe('invalid-request');
    expect(await code(served.request('GET', '/api/v1/devices'))).toBe('not-signed-in');
    expect(await code(served.request('GET', '/nowhere'))).toBe('not-found');
  });

  it('cannot frame the page or run a script of somebody else', async () => {
    const answer = await served.request('GET', '/docs');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(answer.text).not.toMatch(/<script>|onload=|style=/);
  });

  it('find out whether the server is ready', async () => {
    expect((await served.request('GET', '/healthz')).status).toBe(200);
    expect((await served.request('GET', '/readyz')).status).toBe(200);
    served.platform.healthCodes = ['disk-full'];
    const unready = await served.request('GET', '/readyz');
    expect([unready.status, unready.body]).toEqual([503, { ready: false, codes: ['disk-full'] }]);
    expect((await served.request('GET', '/metrics')).text).toContain('up 1');
    expect((await served.request('GET', '/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(401);
  });
});

describe('the ledger', () => {
  it('says what to do, and shows accepted messages that are in memory alone', async () => {
    const admin = await served.as('admin');
    const { platform } = served;
    const line = { device: 'a-gas-1', enterprise: 'a', topic: 't', head: 'x', size: 1, detail: null, address: null, more: 0 };
    await platform.records.ledger.append([{ ...line, at: 1, verdict: 'refused', reason: 'NOT_JSON' }], []);
    platform.recentLines.set('a-gas-1', [{ ...line, at: 2, verdict: 'accepted', reason: null }]);
    const found = items(await admin.get('/ledger?device=a-gas-1'));
    expect(found.map((item) => [item['verdict'], item['reason']])).toEqual([
      ['accepted', null],
      ['refused', 'NOT_JSON'],
    ]);
    expect(found[1]?.['advice']).toMatchObject({ 'zh-CN': expect.stringMatching(/./), en: expect.stringMatching(/./) });
    expect(items(await admin.get('/ledger?device=a-gas-1&verdict=refused'))).toHaveLength(1);
    expect((await admin.get('/ledger?reason=NO_SUCH')).status).toBe(400);
    // Of every device for who asks for the accepted ones; to who asks for all, they would hide what was refused.
    expect(items(await admin.get('/ledger?verdict=accepted')).map((item) => item['device'])).toEqual(['a-gas-1']);
    expect(items(await admin.get('/ledger')).map((item) => item['verdict'])).toEqual(['refused']);
  });

  it('says what of an accepted message was doubted, and finds it by its reason', async () => {
    const admin = await served.as('admin');
    const { platform } = served;
    const line = { device: 'a-gas-1', enterprise: 'a', topic: 't', head: 'x', size: 1, address: null, more: 0 };
    platform.recentLines.set('a-gas-1', [
      { ...line, at: 2, verdict: 'accepted', reason: 'OUT_OF_RANGE', detail: 'lel: 105 is outside 0 to 100' },
      { ...line, at: 1, verdict: 'accepted', reason: null, detail: null },
    ]);
    const found = items(await admin.get('/ledger?device=a-gas-1&reason=OUT_OF_RANGE'));
    expect(found).toMatchObject([
      { verdict: 'accepted', detail: 'lel: 105 is outside 0 to 100', advice: { en: expect.stringMatching(/range/) } },
    ]);
  });

  it('names the topics that a refused device, or gateway, may use', async () => {
    const admin = await served.as('admin');
    const { platform } = served;
    const line = { enterprise: 'a', topic: 't', head: '', size: 0, detail: 'publish', address: null, more: 0, verdict: 'refused' as const };
    const made = await admin.send('POST', '/enterprises/a/gateways', { id: 'a-gw-1', name: 'gateway' });
    expect(made.status).toBe(201);
    await platform.records.ledger.append(
      ['a-gas-1', 'a-gw-1', 'nobody'].map((device, at) => ({ ...line, device, at, reason: 'FORBIDDEN_TOPIC' as const })),
      [],
    );
    const told = new Map(
      items(await admin.get('/ledger?reason=FORBIDDEN_TOPIC')).map((item) => [item['device'], item['advice'] as { en: string }]),
    );
    expect(told.get('a-gas-1')?.en).toContain('beacon/v1/a/a-gas-1/telemetry');
    expect(told.get('a-gw-1')?.en).toContain('beacon/v1/a/+/command');
    expect(told.get('nobody')?.en).not.toContain('beacon/v1/');
  });

  it('takes a span as [from, to), of lines in memory and in the records alike', async () => {
    const admin = await served.as('admin');
    const { platform } = served;
    const line = { device: 'a-gas-1', enterprise: 'a', topic: 't', size: 1, detail: null, address: null, more: 0 };
    const at = [10, 20];
    platform.recentLines.set(
      'a-gas-1',
      at.map((time) => ({ ...line, head: `m${time}`, at: time, verdict: 'accepted' as const, reason: null })),
    );
    await platform.records.ledger.append(
      at.map((time) => ({ ...line, head: `r${time}`, at: time, verdict: 'refused' as const, reason: 'NOT_JSON' as const })),
      [],
    );
    const heads = async (span: string): Promise<unknown[]> =>
      items(await admin.get(`/ledger?device=a-gas-1&${span}`))
        .map((item) => item['head'])
        .sort();
    expect(await heads('from=10&to=20')).toEqual(['m10', 'r10']);
    expect(await heads('from=20&to=21')).toEqual(['m20', 'r20']);
    expect(await heads('from=10&to=21')).toEqual(['m10', 'm20', 'r10', 'r20']);
    expect(await heads('from=11&to=20')).toEqual([]);
  });
});
