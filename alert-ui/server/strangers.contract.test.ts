import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Served } from './testing/served.ts';

let served: Served;
beforeEach(async () => {
  served = await Served.open();
  await served.account('admin', 'admin');
});
afterEach(async () => {
  await served.close();
  expect(served.platform.clock.waiting).toBe(0);
});

describe('somebody who is not signed in', () => {
  it('fills no disk with what he is refused', async () => {
    const { records } = served.platform;
    const before = records.auditRows.length;
    for (let n = 0; n < 100; n += 1) {
      await served.request('POST', `/api/v1/devices/x${n}/credential`, { body: {} });
      await served.request('POST', '/api/v1/devices', { body: {}, headers: { origin: 'http://evil.example' } });
    }
    for (let n = 0; n < 30; n += 1) await served.request('POST', '/api/v1/session', { body: { username: 'admin', password: 'not it' } });
    expect(records.auditRows.slice(before).map(({ by, resource, outcome }) => [by, resource, outcome])).toEqual([
      ['nobody', 'devices/x0/credential', 'not-signed-in'],
      ['nobody', 'devices', 'origin-not-allowed'],
      ['admin', 'accounts/admin', 'sign-in-failed'],
      ['unknown', 'session', 'too-many-attempts'],
    ]);
    expect(served.server.status().strangers).toEqual({ remembered: 4, folded: 99 + 99 + 9 + 19 });
    await served.close();
    expect(records.auditRows.slice(before + 4).map(({ detail }) => detail)).toEqual([
      '99 more within 15 min',
      '99 more within 15 min',
      '9 more within 15 min',
      '19 more within 15 min',
    ]);
    served = await Served.open();
  });

  it('is still told from one who is: what that one is refused has a line each time', async () => {
    await served.account('vera', 'viewer');
    const vera = await served.as('vera');
    const before = served.platform.records.auditRows.length;
    for (let n = 0; n < 5; n += 1) await vera.send('DELETE', '/devices/x');
    expect(served.platform.records.auditRows.length - before).toBe(5);
  });
});
