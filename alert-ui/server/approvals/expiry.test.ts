import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../model/approval.ts';
import { FakePlatform } from '../testing/fake-platform.ts';
import { ApprovalExpiry } from './expiry.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A request that was made now. */
async function asked(platform: FakePlatform, id: string, waitMs = HOUR): Promise<void> {
  const now = platform.clock.now();
  const one: Approval = {
    id,
    kind: 'alarm.suppress',
    enterpriseId: 'works',
    resource: 'alarms/a',
    request: {},
    reason: 'x',
    requestedBy: 'li',
    requestedAt: now,
    expiresAt: now + waitMs,
    state: 'pending',
    decidedBy: null,
    decidedAt: null,
    comment: null,
    outcome: null,
  };
  await platform.records.approvals.add(one);
}

describe('what waits for a second person', () => {
  const stateOf = async (platform: FakePlatform, id: string): Promise<string | undefined> =>
    (await platform.records.approvals.get(id))?.state;

  it('has run out for good, also where our clock is set back afterwards', async () => {
    const platform = new FakePlatform();
    const expiry = new ApprovalExpiry(platform);
    await asked(platform, 'short');
    await asked(platform, 'long', DAY);
    platform.clock.advance(HOUR);
    await expiry.note();
    platform.clock.step(-2 * HOUR);
    await expiry.note();
    expect([await stateOf(platform, 'short'), await stateOf(platform, 'long')]).toEqual(['expired', 'pending']);
  });

  it('waits no longer than it would have where our clock is set back meanwhile', async () => {
    const platform = new FakePlatform();
    const expiry = new ApprovalExpiry(platform);
    await asked(platform, 'a');
    platform.clock.advance(HOUR / 2);
    await expiry.note();
    platform.clock.step(-30 * DAY);
    platform.clock.advance(HOUR / 2 - 1);
    await expiry.note();
    expect(await stateOf(platform, 'a')).toBe('pending');
    platform.clock.advance(1);
    await expiry.note();
    expect(await stateOf(platform, 'a')).toBe('expired');
  });

  it('that a start finds with its clock set back already waits one wait of its kind at most', async () => {
    const platform = new FakePlatform();
    await asked(platform, 'a');
    platform.clock.step(-30 * DAY);
    const expiry = new ApprovalExpiry(platform);
    await expiry.note();
    platform.clock.advance(HOUR - 1);
    await expiry.note();
    expect(await stateOf(platform, 'a')).toBe('pending');
    platform.clock.advance(1);
    await expiry.note();
    expect(await stateOf(platform, 'a')).toBe('expired');
  });

  it('is left alone once it was decided, and while our clock is set forward and back within its wait', async () => {
    const platform = new FakePlatform();
    const expiry = new ApprovalExpiry(platform);
    await asked(platform, 'decided');
    await asked(platform, 'waits');
    const yes = { state: 'approved', by: 'wang', at: platform.clock.now(), comment: null } as const;
    await platform.records.approvals.decide('decided', yes);
    platform.clock.step(HOUR / 2);
    await expiry.note();
    platform.clock.step(-HOUR / 2);
    await expiry.note();
    expect([await stateOf(platform, 'decided'), await stateOf(platform, 'waits')]).toEqual(['approved', 'pending']);
    platform.clock.advance(HOUR);
    await expiry.note();
    expect([await stateOf(platform, 'decided'), await stateOf(platform, 'waits')]).toEqual(['approved', 'expired']);
  });
});
