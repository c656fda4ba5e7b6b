import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerLog } from '../options.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { MemoryRecords } from '../testing/memory-records.ts';
import { Audit } from './audit.ts';
import { APART_MAX, FOLD_MS, StrangerAudit } from './stranger-audit.ts';

const none = (): void => undefined;
const log: ServerLog = { info: none, warn: none, error: none };

let clock: ManualClock;
let records: MemoryRecords;
let strangers: StrangerAudit;
beforeEach(() => {
  clock = new ManualClock();
  records = new MemoryRecords();
  strangers = new StrangerAudit(new Audit(records, clock, log), clock);
});

const signIn = (address: string, account = 'unknown'): void =>
  strangers.signIn({ by: account, action: 'session.sign-in', resource: `accounts/${account}`, outcome: 'sign-in-failed', address });
const request = (address: string, resource: string, outcome = 'not-signed-in'): void =>
  strangers.request({ by: 'nobody', action: 'device.create', resource, outcome, address });
const written = (): readonly (readonly unknown[])[] =>
  records.auditRows.map(({ action, resource, outcome, address, detail }) => [action, resource, outcome, address, detail]);

describe('the audit of people who are not signed in', () => {
  it('has the first attempt as it came, and how many came after it', () => {
    for (let n = 0; n < 1_000; n += 1) request('192.0.2.1', `devices/${n}`);
    expect(written()).toEqual([['device.create', 'devices/0', 'not-signed-in', '192.0.2.1', undefined]]);
    clock.advance(FOLD_MS);
    expect(written().slice(1)).toEqual([['request', 'several', 'not-signed-in', '192.0.2.1', '999 more within 15 min']]);
    expect(strangers.status()).toEqual({ remembered: 1, folded: 999 });
  });

  it('counts on while it goes on, and forgets who stopped', () => {
    for (let minute = 0; minute < 60; minute += 1) {
      request('192.0.2.1', 'x');
      clock.advance(60_000);
    }
    expect(records.auditRows.map(({ detail }) => detail)).toEqual([
      undefined,
      '14 more within 15 min',
      '15 more within 15 min',
      '15 more within 15 min',
      '15 more within 15 min',
    ]);
    clock.advance(FOLD_MS);
    expect([strangers.status().remembered, clock.waiting, records.auditRows]).toMatchObject([0, 0, { length: 5 }]);
    request('192.0.2.1', 'again');
    expect(written().at(-1)).toEqual(['device.create', 'again', 'not-signed-in', '192.0.2.1', undefined]);
  });

  it('tells apart addresses, outcomes, and of sign-ins the accounts that exist', () => {
    signIn('192.0.2.1');
    signIn('192.0.2.1', 'admin');
    signIn('192.0.2.2', 'admin');
    request('192.0.2.1', 'x');
    request('192.0.2.1', 'x', 'origin-not-allowed');
    expect(records.auditRows).toHaveLength(5);
    for (let n = 0; n < 50; n += 1) signIn('192.0.2.1', 'admin');
    clock.advance(FOLD_MS);
    expect(written().slice(5)).toEqual([['session.sign-in', 'accounts/admin', 'sign-in-failed', '192.0.2.1', '50 more within 15 min']]);
  });

  it('takes the addresses that one IPv6 subscriber has for one', () => {
    for (let n = 0; n < 256; n += 1) request(`2001:db8:0:${n.toString(16)}::1`, 'x');
    expect(records.auditRows).toHaveLength(1);
  });

  it('of a flood from everywhere is bounded, and still names the account it is about', () => {
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 20_000; n += 1) {
        const address = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
        request(address, `devices/${n}`);
        signIn(address);
        if (n === 10_000) signIn(address, 'admin');
      }
      clock.advance(FOLD_MS);
    }
    // Of each outcome 100 and one line at the beginning and for each quarter of an hour; `admin` among all others once.
    expect(records.auditRows.length).toBeLessThanOrEqual(2 * (APART_MAX + 1) * 4 + 1);
    const aboutAdmin = records.auditRows.filter(({ resource }) => resource === 'accounts/admin');
    expect(aboutAdmin.map(({ address, detail }) => [address, detail])[0]).toEqual([null, 'one of many addresses']);
    const counted = records.auditRows.reduce((sum, { detail }) => sum + Number(/^(\d+) more/.exec(detail ?? '')?.[1] ?? 1), 0);
    expect(counted).toBe(3 * 40_001);
    expect(strangers.status().remembered).toBeLessThanOrEqual(2 * (APART_MAX + 2));
  });

  it('loses no count at a stop, leaves no timer, and is one chain', async () => {
    for (let n = 0; n < 10; n += 1) signIn('192.0.2.1');
    await strangers.stop();
    expect([written().at(-1)?.[4], clock.waiting]).toEqual(['9 more within 15 min', 0]);
    let before = '';
    for (const row of records.auditRows) {
      expect(row.prevHash).toBe(before);
      before = row.hash;
    }
  });
});
