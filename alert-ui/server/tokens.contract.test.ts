import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccount } from './accounts.ts';
import { cookieOf, PASSWORD, Served } from './testing/served.ts';

let served: Served;
beforeEach(async () => {
  served = await Served.open();
  for (const id of ['a', 'b']) served.platform.enterprise(id);
  await served.account('admin', 'admin');
  await served.account('adam', 'admin', ['a']);
  await served.account('bob', 'operator', ['b']);
});
afterEach(async () => {
  await served.close();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const make = (token: string, body: object) =>
  served.request('POST', '/api/v1/tokens', { body: { name: 'n', ...body }, headers: bearer(token) });
const works = async (token: string): Promise<boolean> =>
  (await served.request('GET', '/api/v1/session', { headers: bearer(token) })).status === 200;

/** A token of somebody, ending then. */
async function tokenOf(who: string, expiresAt: number | null): Promise<{ id: string; token: string }> {
  const made = await (await served.as(who)).send('POST', '/tokens', { name: 'n', expiresAt });
  expect(made.status).toBe(201);
  return { id: String(made.body['id']), token: String(made.body['token']) };
}
/** Resolves with the reason when the connection has ended. */
async function board(options: { token?: string; cookie?: string }): Promise<{ readonly ended: Promise<string> }> {
  const socket = served.live(options);
  const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve));
  const there = new Promise((resolve) => socket.once('snapshot', resolve));
  socket.connect();
  await there;
  return { ended };
}

describe('whose tokens', () => {
  it("an administrator bound to a ends no other account's token; one bound to nothing does", async () => {
    const [ofAdmin, ofBob] = [await tokenOf('admin', null), await tokenOf('bob', null)];
    const adam = await served.as('adam');
    for (const { id, token } of [ofAdmin, ofBob]) {
      const answer = await adam.send('DELETE', `/tokens/${id}`);
      expect([answer.status, answer.body['code'], await works(token)]).toEqual([404, 'not-found', true]);
    }
    const own = await tokenOf('adam', null);
    expect((await adam.send('DELETE', `/tokens/${own.id}`)).status).toBe(204);
    expect((await (await served.as('admin')).send('DELETE', `/tokens/${ofBob.id}`)).status).toBe(204);
    expect([await works(own.token), await works(ofBob.token)]).toEqual([false, false]);
  });

  it('everybody lists his own alone', async () => {
    await tokenOf('admin', null);
    const adam = await served.as('adam');
    expect((await adam.get('/tokens')).body['items']).toEqual([]);
  });
});

it('an account has at most a hundred, those that are made at the same moment counted', async () => {
  const { tokens } = served.platform.records;
  const bob = await served.as('bob');
  for (let n = 0; n < 99; n += 1)
    await tokens.put({ id: `t${n}`, name: 'n', account: 'bob', hash: `h${n}`, createdAt: 1, expiresAt: null });
  // Both look before either has one.
  const list = tokens.list;
  let looked = 0;
  let go = (): void => undefined;
  const both = new Promise<void>((resolve) => (go = resolve));
  tokens.list = async (account) => {
    const found = await list(account);
    looked += 1;
    if (looked === 2) go();
    if (looked <= 2) await both;
    return found;
  };
  const made = await Promise.all([bob.send('POST', '/tokens', { name: 'n' }), bob.send('POST', '/tokens', { name: 'n' })]);
  const kept = (await list('bob')).length;
  expect(kept).toBeLessThanOrEqual(100);
  expect(kept).toBe(99 + made.filter(({ status }) => status === 201).length);
  expect(made.map(({ status, body }) => (status === 201 ? undefined : body['code']))).toContain('invalid');
});

describe('a token made by a token', () => {
  it('ends with it at the latest', async () => {
    const end = served.platform.clock.now() + 60_000;
    const { token } = await tokenOf('adam', end);
    for (const body of [{}, { expiresAt: null }, { expiresAt: end + 1 }, { expiresAt: '2126-01-01T00:00:00Z' }]) {
      const answer = await make(token, body);
      expect([answer.status, answer.body['code']]).toEqual([403, 'token-outlives']);
    }
    const child = await make(token, { expiresAt: end });
    expect(child.status).toBe(201);
    const grandchild = await make(String(child.body['token']), { expiresAt: end });
    served.platform.clock.advance(60_000);
    for (const made of [child, grandchild]) expect(await works(String(made.body['token']))).toBe(false);
  });

  it('may run for ever where that one does', async () => {
    const { token } = await tokenOf('adam', null);
    expect((await make(token, {})).status).toBe(201);
  });
});

describe('what ends with a password', () => {
  it('every other session, every token and every board of the account, and nobody else’s', async () => {
    const [here, elsewhere] = [await served.as('bob'), await served.as('bob')];
    const { token } = await tokenOf('bob', null);
    const other = await tokenOf('adam', null);
    // Known to the caches before.
    expect([await works(token), await works(other.token)]).toEqual([true, true]);
    const [bySession, byToken] = [await board({ cookie: elsewhere.cookie }), await board({ token })];
    const changed = await here.send('POST', '/session/password', { currentPassword: PASSWORD, newPassword: 'another long password' });
    expect(changed.status).toBe(200);
    await Promise.all([bySession.ended, byToken.ended]);
    expect([await works(token), await works(other.token)]).toEqual([false, true]);
    expect((await elsewhere.get('/session')).status).toBe(401);
    const after = await served.request('GET', '/api/v1/tokens', { headers: { cookie: cookieOf(changed) } });
    expect([after.status, after.body['items']]).toEqual([200, []]);
  });

  it('a token that is being made while the password changes', async () => {
    const { records } = served.platform;
    const bob = await served.as('bob');
    const put = records.tokens.put;
    // The change comes between the check of rights and the row.
    records.tokens.put = async (row) => {
      await createAccount(
        records,
        { name: 'bob', password: 'another long password', role: 'operator', enterprises: ['b'] },
        served.platform.clock,
      );
      await put(row);
    };
    const late = await bob.send('POST', '/tokens', { name: 'late' });
    expect([late.status, late.body['code'], await records.tokens.list('bob')]).toEqual([401, 'not-signed-in', []]);
  });

  it.each(['its password is set anew', 'it is disabled'])('everything of an account when %s behind the server', async (how) => {
    const { records, clock } = served.platform;
    const bob = await served.as('bob');
    const { token } = await tokenOf('bob', null);
    const boards = [await board({ cookie: bob.cookie }), await board({ token })];
    if (how === 'it is disabled') {
      const row = await records.accounts.get('bob');
      if (row === null) throw new Error('no account');
      await records.accounts.put({ ...row, disabled: true });
      expect((await served.request('POST', '/api/v1/session', { body: { username: 'bob', password: PASSWORD } })).status).toBe(401);
    } else await createAccount(records, { name: 'bob', password: 'another long password', role: 'operator', enterprises: ['b'] }, clock);
    served.server.accountChanged('bob');
    await Promise.all(boards.map(({ ended }) => ended));
    expect([await works(token), (await bob.get('/session')).status, await records.tokens.list('bob')]).toEqual([false, 401, []]);
    // Enabled again, nothing of before works.
    const row = await records.accounts.get('bob');
    if (row === null) throw new Error('no account');
    await records.accounts.put({ ...row, disabled: false });
    served.server.accountChanged('bob');
    expect([await works(token), (await bob.get('/session')).status]).toEqual([false, 401]);
  });
});
