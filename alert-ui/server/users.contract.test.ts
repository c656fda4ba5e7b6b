import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccount } from './accounts.ts';
import type { Answered } from './testing/served.ts';
import { PASSWORD, type Person, Served } from './testing/served.ts';

const FIRST = 'told over the telephone';
const OWN = 'known to wang alone';

let served: Served;
let admin: Person;
beforeEach(async () => {
  served = await Served.open();
  for (const id of ['a', 'b']) served.platform.enterprise(id);
  await served.account('admin', 'admin');
  await served.account('adam', 'admin', ['a']);
  await served.account('olga', 'operator');
  await served.account('vera', 'viewer', ['b']);
  admin = await served.as('admin');
});
afterEach(async () => {
  const { records } = served.platform;
  const written = JSON.stringify(served.logged) + records.dump();
  for (const password of [PASSWORD, FIRST, OWN]) expect(written).not.toContain(password);
  await served.close();
});

const code = ({ status, body }: Answered): readonly [number, unknown] => [status, body['code']];
const wang = { name: 'wang', password: FIRST, role: 'operator', enterprises: null };
const make = (body: object = {}, headers: Record<string, string> = {}) => admin.send('POST', '/users', { ...wang, ...body }, headers);
const change = (id: string, body: object, headers: Record<string, string> = {}) => admin.send('PATCH', `/users/${id}`, body, headers);
const signsIn = async (username: string, password: string): Promise<number> =>
  (await served.request('POST', '/api/v1/session', { body: { username, password } })).status;
/** Resolves when the board's connection has ended. */
async function board(options: { token?: string; cookie?: string }): Promise<Promise<string>[]> {
  const socket = served.live(options);
  const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve));
  const there = new Promise((resolve) => socket.once('snapshot', resolve));
  socket.connect();
  await there;
  return [ended];
}

describe('a new account', () => {
  it('changes its password at the first sign-in and goes on with its rights', async () => {
    const made = await make();
    expect([made.status, made.headers.get('etag'), made.body]).toEqual([
      201,
      '"1"',
      {
        id: 'wang',
        name: 'wang',
        role: 'operator',
        enterprises: null,
        mustChangePassword: true,
        disabled: false,
        createdAt: served.platform.clock.now(),
        revision: 1,
      },
    ]);
    const first = await served.as('wang', FIRST);
    expect(code(await first.get('/devices'))).toEqual([403, 'password-change-required']);
    expect(code(await first.send('POST', '/tokens', { name: 'n' }))).toEqual([403, 'password-change-required']);
    const body = { currentPassword: FIRST, newPassword: OWN };
    expect((await first.send('POST', '/session/password', body)).status).toBe(200);
    const own = await served.as('wang', OWN);
    expect((await own.get('/devices')).status).toBe(200);
    expect((await admin.get('/users/wang')).body).toMatchObject({ mustChangePassword: false, revision: 2 });
  });

  it('is made once under one key, and refused under another', async () => {
    const [one, again] = [await make({}, { 'idempotency-key': 'k' }), await make({}, { 'idempotency-key': 'k' })];
    expect([one.status, again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([201, 201, one.body, 'true']);
    expect(code(await make({ password: 'another one of them' }, { 'idempotency-key': 'k' }))).toEqual([422, 'idempotency-key-reused']);
    expect(code(await make({}, { 'idempotency-key': 'l' }))).toEqual([409, 'id-taken']);
    expect(await signsIn('wang', FIRST)).toBe(200);
  });

  it.each<readonly [string, object, number, string]>([
    ['a name that stands', { name: 'vera' }, 409, 'id-taken'],
    ['a name that stands in other capitals', { name: 'ADMIN' }, 409, 'id-taken'],
    ['a name of the audit', { name: 'System' }, 409, 'id-taken'],
    ['a name with a space', { name: 'li wang' }, 400, 'invalid-request'],
    ['a short password', { password: '123456789' }, 400, 'invalid-request'],
    ['a password without end', { password: 'x'.repeat(257) }, 400, 'invalid-request'],
    ['no password', { password: undefined }, 400, 'invalid-request'],
    ['a role there is not', { role: 'root' }, 400, 'invalid-request'],
    ['bound to no enterprise at all', { enterprises: [] }, 400, 'invalid-request'],
    ['an enterprise there is not', { enterprises: ['a', 'z'] }, 422, 'unknown-reference'],
    ['a field there is not', { mustChangePassword: false }, 400, 'invalid-request'],
  ])('%s: refused', async (_what, body, status, problem) => {
    const answer = await make(body);
    expect(code(answer)).toEqual([status, problem]);
    expect((await served.platform.records.accounts.list()).length).toBe(4);
  });

  it('may be named as it signs in: by username; both at once are refused', async () => {
    const { name: username, ...rest } = wang;
    expect(code(await admin.send('POST', '/users', { ...wang, username }))).toEqual([400, 'invalid-request']);
    expect((await admin.send('POST', '/users', { username, ...rest })).body).toMatchObject({ id: 'wang', name: 'wang' });
    expect(await signsIn('wang', FIRST)).toBe(200);
  });

  it('of two at the same moment with one name, one is made', async () => {
    const both = await Promise.all([make(), make({ name: 'WANG' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});

it('who manages accounts and reads the audit is an administrator bound to nothing', async () => {
  for (const who of ['adam', 'olga', 'vera']) {
    const person = await served.as(who);
    for (const path of ['/users', '/users/vera', '/users/missing', '/audit'])
      expect([who, path, ...code(await person.get(path))]).toEqual([who, path, 403, 'not-allowed']);
    for (const [method, path] of [
      ['POST', '/users'],
      ['PATCH', '/users/vera'],
      ['PATCH', `/users/${who}`],
    ] as const)
      expect([who, path, ...code(await person.send(method, path, method === 'POST' ? wang : { role: 'admin' }))]).toEqual([
        who,
        path,
        403,
        'not-allowed',
      ]);
  }
  for (const path of ['/users', '/audit']) expect((await served.request('GET', `/api/v1${path}`)).status).toBe(401);
  const listed = (await admin.get('/users')).body['items'] as { id: string }[];
  expect(listed.map(({ id }) => id)).toEqual(['adam', 'admin', 'olga', 'vera']);
  expect(JSON.stringify(listed)).not.toMatch(/argon2|passwordHash/);
});

describe('a change', () => {
  it('disabled: sessions, tokens and boards end at once, and none wakes up when it is enabled again', async () => {
    const olga = await served.as('olga');
    const token = await olga.token();
    const bearer = { authorization: `Bearer ${token}` };
    expect([(await olga.get('/session')).status, (await served.request('GET', '/api/v1/session', { headers: bearer })).status]).toEqual([
      200, 200,
    ]);
    const [[bySession], [byToken]] = [await board({ cookie: olga.cookie }), await board({ token })];
    expect((await change('olga', { disabled: true })).body).toMatchObject({ disabled: true, revision: 2 });
    await Promise.all([bySession, byToken]);
    const asks = async () => [
      (await olga.get('/session')).status,
      (await served.request('GET', '/api/v1/session', { headers: bearer })).status,
    ];
    expect([await asks(), await signsIn('olga', PASSWORD)]).toEqual([[401, 401], 401]);
    expect((await change('olga', { disabled: false })).status).toBe(200);
    expect([await asks(), await signsIn('olga', PASSWORD)]).toEqual([[401, 401], 200]);
  });

  it('of role and scope holds from the next request on, and the board has to come again', async () => {
    const olga = await served.as('olga');
    const [ended] = await board({ cookie: olga.cookie });
    expect((await olga.send('POST', '/areas', { id: 'x', name: 'X' })).status).toBe(403);
    expect((await change('olga', { role: 'admin' })).status).toBe(200);
    await ended;
    expect((await olga.send('POST', '/areas', { id: 'x', name: 'X' })).status).toBe(201);
    expect((await change('olga', { enterprises: ['a', 'a'] })).body['enterprises']).toEqual(['a']);
    expect((await olga.send('POST', '/areas', { id: 'y', name: 'Y' })).status).toBe(403);
    expect(code(await change('olga', { enterprises: ['a', 'z'] }))).toEqual([422, 'unknown-reference']);
  });

  it('of a password by an administrator ends what was open and must be changed; not of his own', async () => {
    const olga = await served.as('olga');
    expect((await change('olga', { password: FIRST })).body).toMatchObject({ mustChangePassword: true });
    expect([(await olga.get('/session')).status, await signsIn('olga', PASSWORD), await signsIn('olga', FIRST)]).toEqual([401, 401, 200]);
    expect(code(await change('admin', { password: FIRST }))).toEqual([422, 'invalid']);
  });

  it('is based on the revision that was seen', async () => {
    expect((await change('vera', { role: 'operator' }, { 'if-match': '"1"' })).headers.get('etag')).toBe('"2"');
    const late = await change('vera', { disabled: true }, { 'if-match': '"1"' });
    expect([...code(late), (late.body['current'] as { revision: number }).revision, late.text.includes('argon2')]).toEqual([
      412,
      'revision-conflict',
      2,
      false,
    ]);
    expect((await change('vera', { role: 'operator' }, { 'if-match': '"2"' })).body['revision']).toBe(2);
    expect(code(await change('missing', { disabled: true }))).toEqual([404, 'not-found']);
  });

  it('a password a person chooses meanwhile does not undo that the account was disabled', async () => {
    const olga = await served.as('olga');
    const { accounts } = served.platform.records;
    expect((await olga.get('/session')).status).toBe(200);
    // She has sent it, her password is being hashed; the administrator is faster.
    const get = accounts.get;
    let disabling: Promise<Answered> | null = null;
    accounts.get = async (name) => {
      const found = await get(name);
      if (name === 'olga' && disabling === null) {
        disabling = change('olga', { disabled: true });
        await disabling;
      }
      return found;
    };
    const changed = await olga.send('POST', '/session/password', { currentPassword: PASSWORD, newPassword: OWN });
    accounts.get = get;
    expect(changed.status).toBe(401);
    expect(await get('olga')).toMatchObject({ disabled: true, revision: 2 });
  });
});

describe('the last administrator of everything', () => {
  it.each<readonly [string, object]>([
    ['disabled', { disabled: true }],
    ['of another role', { role: 'operator' }],
    ['bound to an enterprise', { enterprises: ['a'] }],
  ])('is not %s', async (_what, body) => {
    expect(code(await change('admin', body))).toEqual([409, 'last-admin']);
    // One bound to an enterprise, and one that is disabled, are no second one.
    await served.account('second', 'admin');
    await change('second', { disabled: true });
    expect(code(await change('admin', body))).toEqual([409, 'last-admin']);
    await change('second', { disabled: false });
    expect((await change('admin', body)).status).toBe(200);
  });

  it('two who disable each other at the same moment: one of them stays', async () => {
    await served.account('second', 'admin');
    const second = await served.as('second');
    const both = await Promise.all([change('second', { disabled: true }), second.send('PATCH', '/users/admin', { disabled: true })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const left = (await served.platform.records.accounts.list()).filter(
      ({ role, enterprises, disabled }) => role === 'admin' && enterprises === null && !disabled,
    );
    expect(left).toHaveLength(1);
  });
});

it('a token that runs out makes no account and gives no rights that go on; one without end does', async () => {
  const { body } = await admin.send('POST', '/tokens', { name: 'n', expiresAt: served.platform.clock.now() + 60_000 });
  const headers = { authorization: `Bearer ${String(body['token'])}` };
  expect(code(await served.request('POST', '/api/v1/users', { body: wang, headers }))).toEqual([403, 'token-outlives']);
  expect(code(await served.request('PATCH', '/api/v1/users/vera', { body: { role: 'admin' }, headers }))).toEqual([403, 'token-outlives']);
  const endless = { authorization: `Bearer ${await admin.token()}` };
  expect((await served.request('POST', '/api/v1/users', { body: wang, headers: endless })).status).toBe(201);
});

describe('the audit', () => {
  it('is written with the change itself, not after it: there is no moment to be killed in between', async () => {
    const { accounts } = served.platform.records;
    const put = accounts.put;
    const lines: unknown[] = [];
    accounts.put = (account, line) => {
      lines.push([account.revision, line?.by, line?.action, line?.resource, line?.outcome, line?.detail, line?.address !== null]);
      return put(account, line);
    };
    await make();
    const first = await served.as('wang', FIRST);
    await first.send('POST', '/session/password', { currentPassword: FIRST, newPassword: OWN });
    await change('wang', { disabled: true });
    await change('wang', { password: FIRST });
    expect(lines).toEqual([
      [1, 'admin', 'account.create', 'accounts/wang', 'ok', 'role operator, everything', true],
      [2, 'wang', 'session.password', 'accounts/wang', 'ok', undefined, true],
      [3, 'admin', 'account.change', 'accounts/wang', 'ok', 'disabled', true],
      [4, 'admin', 'account.change', 'accounts/wang', 'ok', 'password', true],
    ]);
  });

  it('has every act with its outcome, and of a password only that it is another one', async () => {
    const before = served.platform.records.auditRows.length;
    await make({ enterprises: ['a', 'b'] });
    await make();
    await change('wang', { role: 'viewer', enterprises: null, password: OWN, disabled: true });
    await change('wang', { disabled: false });
    await change('admin', { disabled: true });
    const lines = served.platform.records.auditRows.slice(before);
    expect(lines.map(({ by, action, resource, outcome, detail }) => [by, action, resource, outcome, detail])).toEqual([
      ['admin', 'account.create', 'accounts/wang', 'ok', 'role operator, enterprises a, b'],
      ['admin', 'account.create', 'users', 'id-taken', undefined],
      ['admin', 'account.change', 'accounts/wang', 'ok', 'role operator → viewer; enterprises a, b → everything; disabled; password'],
      ['admin', 'account.change', 'accounts/wang', 'ok', 'enabled'],
      ['admin', 'account.change', 'users/admin', 'last-admin', undefined],
    ]);
  });

  it('is read newest first, a page at a time, with its chain', async () => {
    for (let n = 0; n < 5; n += 1)
      await createAccount(
        served.platform.records,
        { name: `n${n}`, password: PASSWORD, role: 'viewer', enterprises: null },
        served.platform.clock,
      );
    const rows: { n: number; hash: string; prevHash: string }[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = (await admin.get(`/audit?limit=3${cursor === undefined ? '' : `&cursor=${cursor}`}`)).body;
      rows.push(...(page['items'] as typeof rows));
      if (page['next'] === undefined) break;
      cursor = String(page['next']);
    }
    expect(rows).toEqual(served.platform.records.auditRows.toReversed());
    expect((await admin.get('/audit?from=9999999999999')).body).toEqual({ items: [] });
    expect((await admin.get('/audit?limit=0')).status).toBe(400);
  });
});
