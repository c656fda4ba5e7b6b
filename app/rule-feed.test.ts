import { expect, it } from 'vitest';
import { MemoryRecords } from '../alert-ui/server/testing/memory-records.ts';
import { ManualClock } from '../alert-ui/server/testing/manual-clock.ts';
import type { RuleVersion } from '../model/engine.ts';
import { startRuleFeed } from './rule-feed.ts';

function version(revision: number): RuleVersion {
  const stamps = { revision, createdAt: 0, updatedAt: 0, retiredAt: null };
  const about = { scope: 'profile', scopeId: 'gas', profileId: 'gas', measurement: 'lel', code: 'L1', adds: null } as const;
  return {
    rule: { id: 'r', name: 'r', ...stamps, ...about, parts: { setPoint: revision }, reason: null, approvedBy: null },
    by: 'li',
    at: 1,
    entry: revision,
  };
}

it('a revision that the records cannot take now is put in later, in order, and a snapshot waits for it', async () => {
  const records = new MemoryRecords();
  const clock = new ManualClock();
  const put = records.rules.put;
  let failing = true;
  records.rules.put = (versions) => (failing ? Promise.reject(new Error('busy')) : put(versions));
  const feed = startRuleFeed(records, clock);
  feed.push([version(1)]);
  feed.push([version(2)]);
  let settled = false;
  void feed.settled().then(() => (settled = true));
  await new Promise(setImmediate);
  expect(feed.status()).toEqual({ queued: 2, failing: 'busy' });
  expect(settled).toBe(false);
  await feed.flush(1_000);
  failing = false;
  clock.advance(500);
  await feed.settled();
  await new Promise(setImmediate);
  expect(settled).toBe(true);
  expect((await records.rules.versions('r', { limit: 9 })).map(({ rule }) => rule.revision)).toEqual([2, 1]);
  await feed.stop();
});
