import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noticesFacts } from '../../app/notices-facts.ts';
import { exampleAlarm } from '../../model/testing/example-alarm.ts';
import { exampleWarning } from '../../model/testing/example-warning.ts';
import type { Level } from '../../model/level.ts';
import type { WarningEventType, WarningLive } from '../../model/warning.ts';
import { openEventLogs, type WarningsTold } from '../../store/notices/event-log.ts';
import { type Notices, type NoticesSettings, startNotices } from '../../store/notices/notices.ts';
import { openOutboxFile } from '../../store/notices/outbox-file.ts';
import { openRecords } from '../../store/records/open-records.ts';

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
const patiently = { timeout: 60_000, interval: 10 };

describe('the notices thread', () => {
  it('that cannot even begin rings after a minute', async () => {
    // There are no records: it ends before it can say anything.
    const started = start({ webhook: { url: 'http://127.0.0.1:9/', secret: 'x', warnings: 'orange' } });
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

describe('what the records hold for the outbox', () => {
  const told = (seq: number, id: string, type: WarningEventType, previous: Level, level: Level): WarningLive => ({
    seq,
    warning: exampleWarning('enterprise', id, id, { level, state: level === 'blue' ? 'resting' : 'issued', occurrence: 1, seq }),
    event: { seq, type, at: 1_000 + seq, by: null, previous, level, ri: 50, entry: seq },
  });
  const WARNINGS: readonly WarningLive[] = [
    told(1, 'a', 'factor-set', 'blue', 'blue'),
    told(2, 'a', 'issued', 'blue', 'yellow'),
    told(3, 'a', 'updated', 'yellow', 'orange'),
    told(4, 'b', 'issued', 'blue', 'red'),
    told(5, 'a', 'factor-set', 'orange', 'orange'),
    told(6, 'a', 'updated', 'orange', 'yellow'),
    told(7, 'a', 'lifted', 'yellow', 'blue'),
    told(8, 'b', 'lifted', 'red', 'blue'),
  ];
  async function filled(): Promise<void> {
    const records = await openRecords(folder);
    const at = { at: 1_001, by: null, entry: 1 };
    await records.alarms.project([
      { kind: 'alarm', seq: 1, alarm: { ...exampleAlarm(), id: 'x', seq: 1 }, event: { seq: 1, type: 'raised', ...at } },
    ]);
    await records.warnings.project(WARNINGS);
    // A release that kept no warnings with their events wrote this one.
    await records.close();
    const db = new Database(join(folder, 'records.db'));
    db.exec('UPDATE warning_event SET warning = NULL WHERE seq = 8');
    db.close();
  }

  it.each<[WarningsTold, readonly string[]]>([
    [null, []],
    ['red', ['4 enterprise:b warning.issued']],
    ['orange', ['3 enterprise:a warning.updated', '4 enterprise:b warning.issued', '6 enterprise:a warning.updated']],
    [
      'yellow',
      [
        '2 enterprise:a warning.issued',
        '3 enterprise:a warning.updated',
        '4 enterprise:b warning.issued',
        '6 enterprise:a warning.updated',
        '7 enterprise:a warning.lifted',
      ],
    ],
  ])('warnings from %s on are told, with the warning as it was then; all are passed over in order', async (from, expected) => {
    await filled();
    const logs = openEventLogs(join(folder, 'records.db'), from);
    const all = logs.warnings.after(0, 100);
    expect(all.map(({ seq }) => seq)).toEqual(WARNINGS.map(({ seq }) => seq));
    const out = all.filter(({ lane }) => lane !== null);
    expect(out.map(({ seq, lane, message }) => `${seq} ${lane} ${message.type}`)).toEqual(expected);
    for (const { seq, at, message } of out) {
      const of = WARNINGS[seq - 1];
      expect([at, message['warning'], message['event']]).toEqual([of?.event.at, of?.warning, of?.event]);
    }
    expect([logs.warnings.last(), logs.warnings.count(0, 100), logs.warnings.count(3, 1)]).toEqual([
      8,
      expected.length,
      Math.min(1, expected.filter((one) => Number(one[0]) > 3).length),
    ]);
    expect(logs.alarms.after(0, 100)).toMatchObject([{ seq: 1, lane: 'x', message: { type: 'alarm.raised', test: false } }]);
    expect([logs.alarms.last(), logs.alarms.count(0, 9)]).toEqual([1, 1]);
    logs.close();
  });

  it('the outbox of a release that told alarms alone goes on with them where it was, and begins with warnings from now on', () => {
    const path = join(folder, 'outbox.db');
    const old = new Database(path);
    old.exec(`CREATE TABLE outbox (installation TEXT NOT NULL, position INTEGER NOT NULL) STRICT;
      INSERT INTO outbox VALUES ('beef', 41); PRAGMA user_version = 1`);
    old.close();
    const begun = openOutboxFile(path, { alarms: 99, warnings: 7 });
    expect(begun).toMatchObject({ installation: 'beef', alarms: { position: 41 }, warnings: { position: 7 } });
    begun.warnings.write(8);
    begun.alarms.write(50);
    begun.close();
    const again = openOutboxFile(path, { alarms: 99, warnings: 99 });
    expect(again).toMatchObject({ installation: 'beef', alarms: { position: 50 }, warnings: { position: 8 } });
    again.close();
  });
});
