import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionShown } from '../protocol/http.ts';
import { digest } from './sign-in/secrets.ts';
import { PASSWORD, type Person, Served } from './testing/served.ts';

let served: Served;
let admin: Person;
let olga: Person;
beforeEach(async () => {
  served = await Served.open();
  served.platform.enterprise('a');
  for (const [name, role, enterprises] of [
    ['admin', 'admin', null],
    ['adam', 'admin', ['a']],
    ['olga', 'operator', null],
  ] as const)
    await served.account(name, role, enterprises);
  admin = await served.as('admin');
  olga = await served.as('olga');
});
afterEach(() => served.close());

const list = async (who: Person, query = ''): Promise<readonly SessionShown[]> =>
  (await who.get(`/sessions${query}`)).body['items'] as readonly SessionShown[];
const accounts = async (who: Person, query = ''): Promise<readonly string[]> =>
  (await list(who, query)).map(({ account }) => account).sort();
const current = async (who: Person): Promise<string> => (await list(who)).find((one) => one.current)?.id ?? '';
/** Resolves when the board is there; the promise inside when its connection has ended. */
async function board(cookie: string): Promise<{ readonly ended: Promise<string> }> {
  const socket = served.live({ cookie });
  const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve));
  const there = new Promise((resolve) => socket.once('snapshot', resolve));
  socket.connect();
  await there;
  return { ended };
}

describe('sessions that are open', () => {
  it('are one’s own for everybody, and all for whoever manages accounts', async () => {
    const adam = await served.as('adam');
    await served.as('olga');
    expect(await accounts(admin)).toEqual(['adam', 'admin', 'olga', 'olga']);
    expect([await accounts(admin, '?account=olga'), await accounts(admin, '?account=nobody')]).toEqual([['olga', 'olga'], []]);
    expect([await accounts(olga), await accounts(adam), await accounts(adam, '?account=olga')]).toEqual([['olga', 'olga'], ['adam'], []]);
    expect((await list(olga)).filter((one) => one.current)).toHaveLength(1);
    const page = (await admin.get('/sessions?limit=3')).body;
    expect((await list(admin, `?limit=3&cursor=${String(page['next'])}`)).length).toBe(1);
  });

  it('are named by what signs nobody in', async () => {
    const text = JSON.stringify(await list(admin));
    for (const { cookie } of [admin, olga]) {
      const value = decodeURIComponent(cookie.split('=')[1] ?? '');
      const sid = value.slice(2).split('.')[0] ?? '';
      expect([sid.length > 20, text.includes(sid), text.includes(digest(sid))]).toEqual([true, false, true]);
    }
    expect(text).not.toMatch(/csrf/i);
    const forged = { cookie: `beacon.sid=${encodeURIComponent(`s:${await current(admin)}.x`)}` };
    expect((await served.request('GET', '/api/v1/session', { headers: forged })).status).toBe(401);
  });

  it('say since when, when last used, and until when', async () => {
    const [before] = await list(olga);
    expect(before).toMatchObject({ account: 'olga', current: true, usedAt: before?.createdAt });
    served.platform.clock.advance(3_600_000);
    await olga.get('/session');
    const [after] = await list(olga);
    expect([after?.createdAt, (after?.usedAt ?? 0) - (before?.usedAt ?? 0), (after?.expiresAt ?? 0) - (before?.expiresAt ?? 0)]).toEqual([
      before?.createdAt,
      3_600_000,
      3_600_000,
    ]);
    served.platform.clock.advance(12 * 3_600_000);
    admin = await served.as('admin');
    expect([await accounts(admin), (await admin.get(`/sessions/${after?.id ?? ''}`)).status]).toEqual([['admin'], 404]);
  });
});

describe('ending a session', () => {
  it('by its owner: its boards go at once, his others stay', async () => {
    const elsewhere = await served.as('olga');
    const [left, right] = [await board(elsewhere.cookie), await board(olga.cookie)];
    let stays = true;
    void right.ended.then(() => (stays = false));
    expect((await olga.send('DELETE', `/sessions/${await current(elsewhere)}`)).status).toBe(204);
    await left.ended;
    expect([(await elsewhere.get('/session')).status, (await olga.get('/session')).status, stays]).toEqual([401, 200, true]);
  });

  it('by an administrator, of whoever it is; and it stands in the audit', async () => {
    const id = await current(olga);
    const { ended } = await board(olga.cookie);
    expect((await admin.send('DELETE', `/sessions/${id}`)).status).toBe(204);
    await ended;
    expect((await olga.get('/session')).status).toBe(401);
    expect(served.platform.records.auditRows.at(-1)).toMatchObject({
      by: 'admin',
      action: 'session.end',
      resource: `sessions/${id}`,
      outcome: 'ok',
      detail: 'of olga',
    });
    expect((await admin.send('DELETE', `/sessions/${id}`)).body['code']).toBe('not-found');
  });

  it('of somebody else by anybody else: there is none of that name', async () => {
    const id = await current(olga);
    const adam = await served.as('adam');
    for (const [method, path] of [
      ['GET', `/sessions/${id}`],
      ['DELETE', `/sessions/${id}`],
      ['GET', '/sessions/missing'],
      ['DELETE', '/sessions/missing'],
    ] as const) {
      const answer = method === 'GET' ? await adam.get(path) : await adam.send(method, path);
      expect([path, answer.status, answer.body['code']]).toEqual([path, 404, 'not-found']);
    }
    expect((await olga.get('/session')).status).toBe(200);
    expect((await served.request('GET', '/api/v1/sessions')).status).toBe(401);
  });

  it('is not undone by a request of it that was under way and moves its end on', async () => {
    const id = await current(olga);
    served.platform.clock.advance(3_600_000);
    const { sessions } = served.platform.records;
    const get = sessions.get;
    const held: { go: () => void } = { go: () => undefined };
    const asked = new Promise<void>((reached) => {
      sessions.get = async (idHash) => {
        const row = await get(idHash);
        if (idHash !== id) return row;
        sessions.get = get;
        await new Promise<void>((go) => {
          held.go = go;
          reached();
        });
        return row;
      };
    });
    const late = olga.get('/session');
    await asked;
    expect((await admin.send('DELETE', `/sessions/${id}`)).status).toBe(204);
    held.go();
    expect([(await late).status, await get(id), (await olga.get('/session')).status]).toEqual([401, null, 401]);
  });

  it('one’s own, the one it is sent with, is signing out; an API token has no session and ends those of its account', async () => {
    const bearer = { authorization: `Bearer ${await olga.token()}` };
    expect((await olga.send('DELETE', `/sessions/${await current(olga)}`)).status).toBe(204);
    expect((await olga.get('/session')).status).toBe(401);
    olga = await served.as('olga');
    const seen = (await served.request('GET', '/api/v1/sessions', { headers: bearer })).body['items'] as readonly SessionShown[];
    expect(seen.map(({ account, current: own }) => [account, own])).toEqual([['olga', false]]);
    expect((await served.request('DELETE', `/api/v1/sessions/${seen[0]?.id ?? ''}`, { headers: bearer })).status).toBe(204);
    expect((await olga.get('/session')).status).toBe(401);
  });
});

it('a new password leaves the session it was changed in alone, a disabled account none', async () => {
  await served.as('olga');
  const own = 'another long password';
  const changed = await olga.send('POST', '/session/password', { currentPassword: PASSWORD, newPassword: own });
  expect([changed.status, await accounts(admin, '?account=olga')]).toEqual([200, ['olga']]);
  await admin.send('PATCH', '/users/olga', { disabled: true });
  expect(await accounts(admin, '?account=olga')).toEqual([]);
});

describe('a session whose account is disabled while a request of it is under way', () => {
  const disabled = (yes: boolean) => admin.send('PATCH', '/users/olga', { disabled: yes });
  const opens = async (): Promise<number> => (await olga.get('/session')).status;

  it('is not written back by that request, and does not open again with the account', async () => {
    const { platform } = served;
    const { sessions } = platform.records;
    // Long enough used that its end is to move; the row is held when the account is disabled and enabled again.
    platform.clock.advance(3_600_000);
    const { get } = sessions;
    let cut: (() => Promise<void>) | null = async () => {
      await disabled(true);
      await disabled(false);
    };
    const olgas = (await sessions.list({ account: 'olga', now: 0, limit: 1 })).items[0]?.idHash;
    sessions.get = async (idHash) => {
      const row = await get(idHash);
      if (idHash !== olgas || cut === null) return row;
      const now = cut;
      cut = null;
      await now();
      return row;
    };
    await opens();
    expect([cut, await opens(), await sessions.get(olgas ?? '')]).toEqual([null, 401, null]);
  });

  it('nor is one that just begins: its second writing at the end of the answer moves its end alone', async () => {
    const { sessions } = served.platform.records;
    const { put } = sessions;
    let begun = '';
    sessions.put = async (row) => {
      await put(row);
      if (begun !== '') return;
      begun = row.idHash;
      await disabled(true);
      await disabled(false);
    };
    await served.as('olga');
    expect([begun === '', await sessions.get(begun)]).toEqual([false, null]);
  });
});
