import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Approval } from '../../model/approval.ts';
import { createAccount } from './accounts.ts';
import { exampleAlarm } from '../../model/testing/example-alarm.ts';
import { FakePlatform } from './testing/fake-platform.ts';
import { PASSWORD, Served } from './testing/served.ts';

/** What was approved when the process was killed, before it was carried out or before its outcome was written. */

const HOUR_MS = 3_600_000;
const LINE = { by: 'system', action: 'approval.finish', resource: 'approvals/softer', outcome: 'too-late', address: null, detail: '' };

describe('an approval that the process left without an outcome', () => {
  let platform: FakePlatform;
  let served: Served | null = null;

  beforeEach(async () => {
    platform = new FakePlatform();
    platform.enterprise('works');
    platform.device('gd-1', 'works', { attributes: { h: 10 } });
    const { records, clock } = platform;
    for (const [name, enterprises] of [
      ['engineer', ['works']],
      ['watch', null],
    ] as const)
      await createAccount(records, { name, password: PASSWORD, role: 'operator', enterprises }, clock);
    await left('softer', {});
  });
  afterEach(() => served?.close());

  /** Approved by `watch` a moment ago. */
  async function left(id: string, more: Partial<Approval>): Promise<void> {
    const now = platform.clock.now();
    await platform.records.approvals.add({
      id,
      kind: 'device.change',
      enterpriseId: 'works',
      resource: 'devices/gd-1',
      request: { id: 'gd-1', base: 1, from: { attributes: { h: 10 } }, to: { attributes: { h: 12 } } },
      reason: 'the roof was raised',
      requestedBy: 'engineer',
      requestedAt: now,
      expiresAt: now + HOUR_MS,
      state: 'approved',
      decidedBy: 'watch',
      decidedAt: now,
      comment: null,
      outcome: null,
      ...more,
    });
  }
  async function disable(name: string): Promise<void> {
    const account = await platform.records.accounts.get(name);
    if (account === null) throw new Error(`no ${name}`);
    await platform.records.accounts.put({ ...account, disabled: true });
  }
  async function afterRestart(id = 'softer'): Promise<readonly unknown[]> {
    served = await Served.open(platform);
    const one = await platform.records.approvals.get(id);
    return [one?.state, one?.outcome, platform.view.assets('device').get('gd-1')?.attributes['h']];
  }
  const audited = () => platform.records.auditRows.filter(({ action }) => action === 'approval.finish');

  it('is carried out at the start in the name of both, and the audit says so', async () => {
    expect(await afterRestart()).toEqual(['approved', 'done', 12]);
    expect(audited()).toMatchObject([
      {
        by: 'system',
        resource: 'approvals/softer',
        outcome: 'ok',
        detail: 'device.change of devices/gd-1, asked for by engineer, agreed to by watch',
      },
    ]);
  });

  it('has failed where it softens more by now than was put before the two', async () => {
    const limit = { profileId: 'gas', variant: null, measurement: 'lel', code: 'L1', parts: ['setPoint'], mandatory: true } as const;
    const one = { ...limit, basis: 'GB 1', device: 'gd-1', from: { setPoint: 20 }, to: { setPoint: 25 } };
    const request = { id: 'gd-1', base: 1, from: { attributes: { h: 10 } }, to: { attributes: { h: 12 } }, softens: [one] };
    await platform.records.approvals.settle('softer', 'failed', 'too-late', { ...LINE, at: platform.clock.now() });
    await left('told', { request });
    platform.view.trial = { softened: [{ ...one, from: { setPoint: 15 } }] };
    expect(await afterRestart('told')).toEqual(['failed', 'approval-outdated', 10]);
    expect(audited().at(-1)).toMatchObject({ resource: 'approvals/told', outcome: 'approval-outdated' });
  });

  it('of an earlier build, which kept nothing of what it softens, is carried out on its revision', async () => {
    const limit = { profileId: 'gas', variant: null, measurement: 'lel', code: 'L1', parts: ['setPoint'], mandatory: true } as const;
    platform.view.trial = { softened: [{ ...limit, basis: 'GB 1', device: 'gd-1' }] };
    expect(await afterRestart()).toEqual(['approved', 'done', 12]);
  });

  it.each(['watch', 'engineer'])('has failed where %s was disabled since', async (name) => {
    await disable(name);
    expect(await afterRestart()).toEqual(['failed', 'not-allowed', 10]);
    expect(audited()).toMatchObject([{ resource: 'approvals/softer', outcome: 'not-allowed' }]);
  });

  it('is done where it was carried out before the end, whoever was disabled since', async () => {
    const device = platform.view.all.device.get('gd-1');
    if (device === undefined) throw new Error('no device');
    platform.view.all.device.set('gd-1', { ...device, attributes: { h: 12 }, revision: 2 });
    await disable('watch');
    expect(await afterRestart()).toEqual(['approved', 'done', 12]);
  });

  const HIDING = [
    ['shelved', 'alarm.shelve', 'orange', { minutes: 30 }],
    ['suppressed', 'alarm.suppress', 'red', { minutes: 480, level: 'red' }],
    ['out-of-service', 'alarm.out-of-service', 'red', { permit: 'P-1', until: 2_000_000_000_000, level: 'red' }],
  ] as const;

  it.each(HIDING)('is not %s twice: what the alarm’s history tells of was done', async (type, kind, level, request) => {
    const at = platform.clock.now() + 5;
    const alarm = exampleAlarm({ id: '7-0', level, enterpriseId: 'works' });
    const event = { seq: 1, type, at, by: 'engineer', approvedBy: 'watch', entry: 1 } as const;
    await platform.records.alarms.project([{ kind: 'alarm', seq: 1, alarm, event }]);
    await left('seen', { kind, resource: 'alarms/7-0', request: { alarmId: '7-0', ...request } });
    await left('unseen', { kind, resource: 'alarms/8-0', request: { alarmId: '8-0', ...request } });
    await disable('watch');
    expect((await afterRestart('seen')).slice(0, 2)).toEqual(['approved', 'done']);
    expect(await platform.records.approvals.get('unseen')).toMatchObject({ state: 'failed', outcome: 'not-allowed' });
  });

  it.each(HIDING)('is %s at the start where it was not, in the name of both', async (type, kind, level, request) => {
    platform.raise(platform.alarm('9-0', 'works', { level }));
    await left('hide', { kind, resource: 'alarms/9-0', request: { alarmId: '9-0', ...request } });
    expect((await afterRestart('hide')).slice(0, 2)).toEqual(['approved', 'done']);
    const flag = type === 'suppressed' ? 'by-design' : type;
    expect(platform.view.openAlarm('9-0')?.suppressions).toMatchObject([{ flag, by: 'engineer', approvedBy: 'watch' }]);
  });

  it('has failed where its time is over, or this build does not know its kind', async () => {
    await left('strange', { kind: 'of.another.build' });
    platform.clock.advance(HOUR_MS);
    expect(await afterRestart()).toEqual(['failed', 'too-late', 10]);
    expect(await platform.records.approvals.get('strange')).toMatchObject({ state: 'failed', outcome: 'state-not-allowed' });
  });

  it('has failed with the code it is refused with', async () => {
    await left('stale', { request: { id: 'gd-1', base: 4, from: {}, to: { attributes: { h: 12 } } } });
    expect((await afterRestart('stale')).slice(0, 2)).toEqual(['failed', 'revision-conflict']);
  });

  it('stays for the next time while nothing can be made durable', async () => {
    platform.unavailable = true;
    expect(await afterRestart()).toEqual(['approved', null, 10]);
    platform.unavailable = false;
    platform.clock.advance(HOUR_MS - 1);
    await served?.close();
    expect(await afterRestart()).toEqual(['approved', 'done', 12]);
  });
});
