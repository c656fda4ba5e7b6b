import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBoard } from '../../harness/board.ts';
import { signIn, withToken } from '../../harness/api.ts';
import { GAS, Outside, type Problem } from '../../harness/outside.ts';
import { ADMIN_PASSWORD } from '../../harness/platform-process.ts';

/** Signing in, sessions, CSRF and API tokens of the built platform. */

let outside: Outside;
beforeAll(async () => {
  outside = await Outside.open();
});
afterAll(() => outside.close());

describe('who is asking', () => {
  it('a cookie needs the CSRF token and an own Origin to change something; a bearer token wins and needs neither', async () => {
    const call = (path: string, init: RequestInit): Promise<Response> => fetch(`${outside.platform.httpBase}/api/v1${path}`, init);
    const json = { 'content-type': 'application/json' };
    const signed = await call('/session', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ username: 'admin', password: ADMIN_PASSWORD }),
    });
    expect(signed.status).toBe(200);
    const { user, csrfToken } = (await signed.json()) as {
      user: { name: string; role: string; mustChangePassword: boolean };
      csrfToken: string;
    };
    expect(user).toMatchObject({ name: 'admin', role: 'admin', mustChangePassword: false });
    const cookie = signed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const body = JSON.stringify({ name: 'by cookie' });
    const status = async (headers: Readonly<Record<string, string>>): Promise<readonly [number, unknown]> => {
      const answer = await call('/tokens', { method: 'POST', headers: { ...json, ...headers }, body });
      return [answer.status, ((await answer.json()) as { code?: string }).code];
    };
    expect(await status({})).toEqual([401, 'not-signed-in']);
    expect(await status({ cookie })).toEqual([403, 'csrf']);
    expect(await status({ cookie, 'x-csrf-token': `${csrfToken}x` })).toEqual([403, 'csrf']);
    expect(await status({ cookie, 'x-csrf-token': csrfToken, origin: 'http://evil.example' })).toEqual([403, 'origin-not-allowed']);
    expect(await status({ cookie, 'x-csrf-token': csrfToken, origin: 'null' })).toEqual([403, 'origin-not-allowed']);
    expect(await status({ cookie, 'x-csrf-token': csrfToken, origin: outside.platform.httpBase })).toEqual([201, undefined]);
    expect(await status({ cookie, authorization: `Bearer ${outside.api.token}` })).toEqual([201, undefined]);
    expect(await status({ cookie, 'x-csrf-token': csrfToken, authorization: 'Bearer bt_this-token-is-not-known-here' })).toEqual([
      401,
      'not-signed-in',
    ]);
    // The cookie is worth nothing after signing out.
    expect((await call('/session', { method: 'DELETE', headers: { cookie, 'x-csrf-token': csrfToken } })).status).toBe(204);
    expect((await call('/session', { headers: { cookie } })).status).toBe(401);
    const wrong = await call('/session', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ username: 'admin', password: 'wrong one' }),
    });
    expect([wrong.status, ((await wrong.json()) as Problem).code]).toEqual([401, 'sign-in-failed']);
  });

  it('twenty boards of one account may sign in at once; ten wrong passwords end the trying', async () => {
    const attempt = (username: string, password: string): Promise<number> =>
      fetch(`${outside.platform.httpBase}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password }),
      }).then((answer) => answer.status);
    const together = await Promise.all(Array.from({ length: 20 }, () => attempt('admin', ADMIN_PASSWORD)));
    expect(together).toEqual(Array.from({ length: 20 }, () => 200));
    for (let n = 0; n < 10; n += 1) expect(await attempt('somebody', 'a wrong password')).toBe(401);
    expect(await attempt('somebody', 'a wrong password')).toBe(429);
    expect(await attempt('admin', ADMIN_PASSWORD)).toBe(200);
  });

  it('an API token is shown once, and its end ends what is connected with it', async () => {
    const made = (await outside.api.post('/tokens', { name: 'short-lived' })) as { id: string; token: string };
    const listed = await outside.api.get<{ items: Record<string, unknown>[] }>('/tokens');
    expect(listed.items.some((row) => row['id'] === made.id)).toBe(true);
    expect(JSON.stringify(listed)).not.toContain(made.token);
    const live = await openBoard(withToken(outside.platform.httpBase, made.token));
    const ended = new Promise<void>((resolve) => live.socket.once('disconnect', () => resolve()));
    expect((await outside.api.request('DELETE', `/tokens/${made.id}`)).status).toBe(204);
    await ended;
    expect((await withToken(outside.platform.httpBase, made.token).request('GET', '/session')).status).toBe(401);
    expect(await outside.refusal('POST', '/tokens', { name: 'past', expiresAt: 1 })).toEqual([400, 'invalid-request']);
  });

  it('an administrator adds a second person, who agrees to what he asked for; disabled, that one is out at once', async () => {
    const { api, platform } = outside;
    const [first, own] = ['told over the telephone', 'known to wang alone'];
    const made = await api.request('POST', '/users', { name: 'wang', password: first, role: 'operator', enterprises: null });
    expect([made.status, made.body]).toMatchObject([201, { id: 'wang', mustChangePassword: true, disabled: false, revision: 1 }]);
    // A first sign-in opens nothing but the change of the password.
    const session = (path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
      fetch(`${platform.httpBase}/api/v1/session${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const signed = await session('', { username: 'wang', password: first });
    const cookie = signed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const { csrfToken } = (await signed.json()) as { csrfToken: string };
    expect((await fetch(`${platform.httpBase}/api/v1/devices`, { headers: { cookie } })).status).toBe(403);
    const changed = await session('/password', { currentPassword: first, newPassword: own }, { cookie, 'x-csrf-token': csrfToken });
    expect(changed.status).toBe(200);
    const wang = await signIn(platform.httpBase, 'wang', own);

    const rule = { id: 'early', scope: 'enterprise', scopeId: 'haida', profileId: GAS, measurement: 'lel', code: 'L1' };
    await api.post('/rules', { ...rule, parts: { setPoint: 15 } });
    await outside.device('GD-second');
    const asked = await api.request('PATCH', '/rules/early', { parts: { setPoint: 17 }, reason: 'steam' });
    expect(asked.status).toBe(202);
    const approval = `/approvals/${(asked.body as { id: string }).id}/approve`;
    expect(await outside.refusal('POST', approval, {})).toEqual([409, 'same-person']);
    await wang.post(approval, {});
    expect(await api.get<object>('/rules/early')).toMatchObject({ parts: { setPoint: 17 }, approvedBy: 'wang' });

    const live = await openBoard(wang);
    const ended = new Promise<void>((resolve) => live.socket.once('disconnect', () => resolve()));
    expect((await api.request('PATCH', '/users/wang', { disabled: true }, { 'if-match': '"2"' })).status).toBe(200);
    await ended;
    expect((await wang.request('GET', '/session')).status).toBe(401);
    expect((await session('', { username: 'wang', password: own })).status).toBe(401);
    expect(await outside.refusal('PATCH', '/users/admin', { disabled: true })).toEqual([409, 'last-admin']);
    const { items } = await api.get<{ items: readonly { readonly action: string; readonly hash: string }[] }>('/audit?limit=3');
    expect(items.map(({ action }) => action)).toEqual(['account.change', 'session.sign-in', 'account.change']);
  });
});
