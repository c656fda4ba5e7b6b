import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noticesFacts } from '../../app/notices-facts.ts';
import { type Notices, type NoticesSettings, startNotices } from '../../store/notices/notices.ts';

let folder = '';
let notices: Notices | null = null;
let mono = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beacon-notices-'));
  mono = 0;
});
afterEach(async () => {
  await notices?.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(more: Partial<NoticesSettings>): Notices {
  notices = startNotices({
    recordsFile: join(folder, 'records.db'),
    outboxFile: join(folder, 'outbox.db'),
    webhook: null,
    deadManUrl: null,
    mono: () => mono,
    onRefused: () => undefined,
    ...more,
  });
  return notices;
}
const patiently = { timeout: 20_000, interval: 10 };

describe('the notices thread', () => {
  it('that cannot even begin rings after a minute', async () => {
    // There are no records: it ends before it can say anything.
    const started = start({ webhook: { url: 'http://127.0.0.1:9/', secret: 'x' } });
    await vi.waitFor(() => expect(started.status().deaths).toBeGreaterThan(1), patiently);
    const webhook = () => noticesFacts(started.status(), { webhook: true, deadManMs: null }).webhook;
    expect(webhook()).toBeUndefined();
    mono = 61_000;
    expect(webhook()).toEqual(expect.any(String));
  });

  it('with heartbeats alone: one that had said something begins the count of the dead anew', async () => {
    let spawned = 0;
    const started = start({
      deadManUrl: 'http://127.0.0.1:9/',
      // The third one says something and lives on; the others end at once.
      spawn() {
        spawned += 1;
        const says = `require('node:worker_threads').parentPort.on('message', function (asked) { this.postMessage('stop' in asked ? { stopped: true } : { event: { kind: 'beat', trouble: null } }); })`;
        return new Worker(spawned < 3 ? '' : says, { eval: true });
      },
    });
    await vi.waitFor(() => expect(spawned).toBe(3), patiently);
    expect(started.status().deaths).toBe(2);
    await vi.waitFor(() => {
      started.beat();
      expect(started.status()).toMatchObject({ deaths: 0, dead: null });
    }, patiently);
  });
});
