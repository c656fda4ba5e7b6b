import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccount } from '../../../alert-ui/server/accounts.ts';
import { systemClock } from '../../../app/clock.ts';
import { openRecords } from '../../../store/records/open-records.ts';
import { type Api, makeDevices, signIn, withToken } from '../../harness/api.ts';
import { openBoard } from '../../harness/board.ts';
import { GAS, Leftovers, type Problem } from '../../harness/outside.ts';
import { ADMIN_PASSWORD, type PlatformProcess } from '../../harness/platform-process.ts';

/** What strangers and people of one enterprise cannot do to the built platform, and what its audit says of their trying. */

const leftovers = new Leftovers();
let dataDir = '';
let platform: PlatformProcess;
let admin: Api;
let operator: Api;

beforeAll(async () => {
  dataDir = leftovers.folder('security');
  const records = await openRecords(dataDir);
  const clock = systemClock();
  for (const [name, role, enterprises] of [
    ['chief', 'admin', null],
    ['lin', 'operator', ['haida']],
  ] as const)
    await createAccount(records, { name, password: ADMIN_PASSWORD, role, enterprises }, clock);
  await records.close();
  platform = await leftovers.start(dataDir);
  admin = await signIn(platform.httpBase, 'chief');
  await admin.post('/enterprises', { id: 'haida', name: 'Haida' });
  await makeDevices(admin, 'haida', GAS, ['GD-07']);
  operator = await signIn(platform.httpBase, 'lin');
});
afterAll(() => leftovers.clear());

const answered = async (answer: Promise<{ status: number; body: unknown }>): Promise<readonly [number, string | undefined]> => {
  const { status, body } = await answer;
  return [status, (body as Partial<Problem> | undefined)?.code];
};
const stranger = (path: string, body: object, headers: Record<string, string> = {}): Promise<number> =>
  fetch(`${platform.httpBase}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }).then((answer) => answer.status);

describe('people of one enterprise', () => {
  it('do not end the warnings about it; what whoever may says of it is kept', async () => {
    const test = { mode: 'test', reason: 'gassed for its calibration' };
    expect(await answered(operator.request('PATCH', '/devices/GD-07', test))).toEqual([403, 'not-allowed']);
    expect(await answered(operator.request('PATCH', '/devices/GD-07', { name: 'Kitchen' }))).toEqual([200, undefined]);
    for (const withdrawal of [{ mode: 'test' }, test]) {
      expect(await answered(admin.request('PATCH', '/devices/GD-07', withdrawal))).toEqual([200, undefined]);
      expect(await answered(operator.request('PATCH', '/devices/GD-07', { mode: 'live' }))).toEqual([200, undefined]);
    }
  });

  it('make no token that outlives the one they made it with', async () => {
    const expiresAt = Date.now() + 3_600_000;
    const short = (await operator.post('/tokens', { name: 'short', expiresAt })) as { token: string };
    const api = withToken(platform.httpBase, short.token);
    expect(await answered(api.request('POST', '/tokens', { name: 'for ever' }))).toEqual([403, 'token-outlives']);
    expect(await answered(api.request('POST', '/tokens', { name: 'as long', expiresAt }))).toEqual([201, undefined]);
  });

  it('have nothing left of before when their password has changed', async () => {
    const board = await openBoard(operator);
    const ended = new Promise<void>((resolve) => board.socket.once('disconnect', () => resolve()));
    const signed = await fetch(`${platform.httpBase}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'lin', password: ADMIN_PASSWORD }),
    });
    const { csrfToken } = (await signed.json()) as { csrfToken: string };
    const cookie = signed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const changed = await stranger(
      '/api/v1/session/password',
      { currentPassword: ADMIN_PASSWORD, newPassword: 'another long password' },
      { cookie, 'x-csrf-token': csrfToken },
    );
    expect(changed).toBe(200);
    await ended;
    expect(await answered(operator.request('GET', '/session'))).toEqual([401, 'not-signed-in']);
    expect(await answered(admin.request('GET', '/session'))).toEqual([200, undefined]);
  });
});

describe('strangers', () => {
  it('are refused by size, fill no audit, and leave its chain whole', async () => {
    expect(await stranger('/api/v1/session', { username: 'chief', password: 'x'.repeat(10_000) })).toBe(413);
    for (let n = 0; n < 300; n += 1) expect(await stranger(`/api/v1/devices/GD-${n}/credential`, {})).toBe(401);
    for (let n = 0; n < 15; n += 1)
      expect(await stranger('/api/v1/session', { username: 'chief', password: 'a wrong one' })).toBe(n < 10 ? 401 : 429);
    const metrics = await (await fetch(`${platform.httpBase}/metrics`)).text();
    expect(metrics).toMatch(/^beacon_audit_folded_total 312$/m);
    for (const name of ['beacon_live_waiting', 'beacon_live_turned_away_total', 'beacon_live_sign_in_timeouts_total'])
      expect(metrics).toMatch(new RegExp(`^${name} 0$`, 'm'));

    expect(await platform.stop()).toBe(0);
    const records = await openRecords(dataDir);
    leftovers.add(() => records.close());
    const lines = (await records.audit.list({ limit: 1_000 })).items.toReversed();
    const about = (outcome: string): readonly unknown[] =>
      lines.filter((line) => line.outcome === outcome).map(({ by, action, resource, detail }) => [by, action, resource, detail]);
    expect(about('not-signed-in')).toEqual([
      ['nobody', 'device.credential', 'devices/GD-0/credential', undefined],
      ['nobody', 'request', 'several', '299 more within 15 min'],
    ]);
    expect(about('sign-in-failed')).toEqual([
      ['chief', 'session.sign-in', 'accounts/chief', undefined],
      ['chief', 'session.sign-in', 'accounts/chief', '9 more within 15 min'],
    ]);
    expect(about('too-many-attempts')).toEqual([
      ['unknown', 'session.sign-in', 'session', undefined],
      ['unknown', 'session.sign-in', 'session', '4 more within 15 min'],
    ]);
    expect(
      lines.filter(({ resource, detail }) => resource === 'devices/GD-07' && detail !== undefined).map(({ by, detail }) => [by, detail]),
    ).toEqual([
      ['chief', 'mode live → test: no reason given'],
      ['lin', 'mode test → live'],
      ['chief', 'mode live → test: gassed for its calibration'],
      ['lin', 'mode test → live'],
    ]);
    expect(await records.audit.verify()).toBeNull();
  });
});
