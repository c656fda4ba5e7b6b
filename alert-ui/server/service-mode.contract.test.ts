import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answered, Served } from './testing/served.ts';

let served: Served;
beforeEach(async () => {
  served = await Served.open();
  for (const id of ['a', 'b']) {
    served.platform.enterprise(id);
    served.platform.device(`${id}-1`, id);
  }
  await served.account('admin', 'admin');
  await served.account('adam', 'admin', ['a']);
  await served.account('olga', 'operator');
  await served.account('alice', 'operator', ['a']);
  await served.account('vera', 'viewer');
});
afterEach(async () => {
  await served.close();
});

const change = async (who: string, device: string, body: object): Promise<Answered> =>
  (await served.as(who)).send('PATCH', `/devices/${device}`, body);
const modeOf = (device: string): string | undefined => served.platform.view.assets('device').get(device)?.mode;
const lastAudit = () => served.platform.records.auditRows.at(-1);

describe('a device leaves live service', () => {
  it.each([
    ['alice', 'a-1', 403, 'not-allowed'],
    ['vera', 'a-1', 403, 'not-allowed'],
    ['adam', 'b-1', 404, 'not-found'],
    ['alice', 'b-1', 404, 'not-found'],
    ['adam', 'a-1', 200, undefined],
    ['admin', 'b-1', 200, undefined],
    ['olga', 'b-1', 200, undefined],
  ])('%s of %s: %i %s', async (who, device, status, code) => {
    for (const mode of ['test', 'commissioning']) {
      served.platform.device(device, device.charAt(0));
      const answer = await change(who, device, { mode, reason: 'the sensor is gassed for its calibration' });
      expect([answer.status, answer.body['code'], modeOf(device)]).toEqual([status, code, status === 200 ? mode : 'live']);
      expect(lastAudit()).toMatchObject({ by: who, action: 'device.change', resource: `devices/${device}`, outcome: code ?? 'ok' });
      if (status === 200) expect(lastAudit()?.detail).toBe(`mode live → ${mode}: the sensor is gassed for its calibration`);
    }
  });

  it('with a reason, or the audit says that none was given', async () => {
    const blank = await change('admin', 'a-1', { mode: 'test', reason: ' ' });
    expect([blank.status, blank.body['code'], blank.body['errors']]).toMatchObject([400, 'invalid-request', [{ path: 'reason' }]]);
    expect((await change('admin', 'a-1', { mode: 'test' })).status).toBe(200);
    expect(lastAudit()?.detail).toBe('mode live → test: no reason given');
  });

  it('not hidden among other changes', async () => {
    const hidden = await change('alice', 'a-1', { name: 'renamed', mode: 'test', reason: 'x' });
    const more = await change('olga', 'a-1', { name: 'renamed', mode: 'test', reason: 'x' });
    expect([hidden.status, more.status, modeOf('a-1')]).toEqual([403, 403, 'live']);
  });

  it('and comes back by whoever may change it', async () => {
    await change('admin', 'a-1', { mode: 'test', reason: 'x' });
    expect((await change('alice', 'a-1', { mode: 'live' })).status).toBe(200);
    expect([modeOf('a-1'), lastAudit()?.detail]).toEqual(['live', 'mode test → live']);
    // Saying the mode it has already is no change of it.
    expect((await change('alice', 'a-1', { mode: 'live', name: 'renamed' })).status).toBe(200);
  });

  it('is not what happens to one that is new', async () => {
    const alice = await served.as('alice');
    const made = await alice.send('POST', '/devices', { id: 'a-2', enterpriseId: 'a', profileId: 'gas', mode: 'commissioning' });
    expect([made.status, modeOf('a-2')]).toEqual([201, 'commissioning']);
  });
});

it('an enterprise is made a test one by nobody of its own', async () => {
  const kind = (): string | undefined => served.platform.view.assets('enterprise').get('a')?.kind;
  const adam = await served.as('adam');
  const refused = await adam.send('PATCH', '/enterprises/a', { kind: 'test' });
  expect([refused.status, refused.body['code'], kind()]).toEqual([403, 'not-allowed', 'real']);
  expect((await adam.send('PATCH', '/enterprises/a', { kind: 'real', name: 'A' })).status).toBe(200);
  expect((await (await served.as('admin')).send('PATCH', '/enterprises/a', { kind: 'test' })).status).toBe(200);
  expect((await adam.send('PATCH', '/enterprises/a', { name: 'still A' })).status).toBe(200);
  expect(kind()).toBe('test');
});
