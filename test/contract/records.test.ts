import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { AuditQuery } from '../../model/ports/records.ts';
import { type OpenRecords, openRecords } from '../../store/records/open-records.ts';
import { closeAfterEach, codeOf, newFolder, open, tamper } from './records-folder.ts';

closeAfterEach();

describe('credentials', () => {
  it('keeps a hundred thousand, the last put of an id winning', async () => {
    const folder = newFolder();
    let records = await open(folder);
    const rows = Array.from({ length: 100_000 }, (_, i) => ({
      id: `d${i}`,
      kind: 'device' as const,
      enterprise: 'e1',
      hash: i.toString(16).padStart(64, '0'),
      createdAt: i,
    }));
    await records.credentials.put(rows);
    await records.credentials.put([{ id: 'd7', kind: 'gateway', enterprise: 'e2', hash: 'new', createdAt: 1 }]);
    await records.credentials.remove(['d8', 'd9', 'not-there']);
    await records.close();
    records = await open(folder);
    const all = await records.credentials.all();
    expect(all).toHaveLength(99_998);
    const byId = new Map(all.map((row) => [row.id, row]));
    expect(byId.get('d7')).toEqual({ id: 'd7', kind: 'gateway', enterprise: 'e2', hash: 'new', createdAt: 1 });
    expect(byId.get('d99999')).toEqual(rows[99_999]);
    expect(byId.has('d8')).toBe(false);
  });
});

describe('audit', () => {
  const append = (records: OpenRecords, n: number) =>
    records.audit.append({
      at: n,
      by: 'li',
      action: 'alarm.acknowledge',
      resource: `alarm/${n}`,
      outcome: 'ok',
      address: '127.0.0.1',
      ...(n % 2 ? { detail: `n ${n}` } : {}),
    });

  it('chains appends that were all asked for at once, in the order they were asked', async () => {
    const folder = newFolder();
    let records = await open(folder);
    await Promise.all(Array.from({ length: 300 }, (_, i) => append(records, i + 1)));
    await records.close();
    records = await open(folder);
    await append(records, 301);
    expect(await records.audit.verify()).toBeNull();
    const first = await records.audit.list({ limit: 2 });
    expect(first.items.map((row) => [row.n, row.resource])).toEqual([
      [301, 'alarm/301'],
      [300, 'alarm/300'],
    ]);
    const second = await records.audit.list({ limit: 2, cursor: first.next ?? '' });
    expect(second.items.map((row) => row.n)).toEqual([299, 298]);
    expect(second.items[0]?.prevHash).toBe(second.items[1]?.hash);
  });

  it.each([
    ['a text changed', "update audit set outcome = 'refused' where n = 17", 17],
    ['text moved to the neighbouring field', "update audit set action = action || resource, resource = '' where n = 5", 5],
    ['a line taken out', 'delete from audit where n = 30', 30],
    ['the first line taken out', 'delete from audit where n = 1', 1],
    ['the last lines cut off', 'delete from audit where n > 38', 39],
    [
      'two lines exchanged',
      'update audit set n = -1 where n = 8; update audit set n = 8 where n = 9; update audit set n = 9 where n = -1',
      8,
    ],
    ['a missing detail given', "update audit set detail = 'null' where n = 20", 20],
  ])('shows %s', async (_what, sql, broken) => {
    const folder = newFolder();
    const records = await open(folder);
    for (let n = 1; n <= 40; n += 1) await append(records, n);
    expect(await records.audit.verify()).toBeNull();
    tamper(folder, sql);
    expect(await records.audit.verify()).toBe(broken);
  });

  it('is asked by person, action, resource, outcome and time', async () => {
    const records = await open();
    const line = { at: 1, by: 'li', action: 'account.change', resource: 'accounts/wang', outcome: 'ok', address: null } as const;
    for (const one of [line, { ...line, at: 2, by: 'wu' }, { ...line, at: 3, action: 'accounts' }, { ...line, at: 4, outcome: 'invalid' }])
      await records.audit.append(one);
    const times = async (query: Omit<AuditQuery, 'limit'>) => (await records.audit.list({ ...query, limit: 9 })).items.map(({ at }) => at);
    expect(await times({})).toEqual([4, 3, 2, 1]);
    expect(await times({ by: 'li', resource: 'accounts/wang' })).toEqual([4, 3, 1]);
    expect(await times({ action: 'account.' })).toEqual([4, 2, 1]);
    expect(await times({ action: 'accounts' })).toEqual([3]);
    expect(await times({ ok: false })).toEqual([4]);
    expect(await times({ ok: true, from: 2, to: 3 })).toEqual([2]);
    expect(await times({ resource: 'accounts' })).toEqual([]);
  });

  it('refuses to change a line through SQL that does not first take the rule away', async () => {
    const folder = newFolder();
    const records = await open(folder);
    await append(records, 1);
    const db = new Database(join(folder, 'records.db'));
    expect(() => db.exec("update audit set by = 'nobody'")).toThrow(/append-only/);
    expect(() => db.exec('delete from audit')).toThrow(/append-only/);
    db.close();
  });
});

describe('the file and its thread', () => {
  it('holds every line that was answered when the process is killed at a random moment', async () => {
    const folder = newFolder();
    let answered = 0;
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'records-writer.ts'), folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let rows = 0;
      await new Promise<void>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', () => resolve());
        child.stdout.on('data', (chunk: Buffer) => {
          rows += chunk.toString().split('\n').length - 1;
          if (rows > 40 + round * 13) child.kill('SIGKILL');
        });
      });
      expect(rows).toBeGreaterThan(40);
      answered += rows;
      const records = await open(folder);
      const lines = await records.audit.list({ limit: 100_000 });
      expect(lines.items.length).toBeGreaterThanOrEqual(answered);
      expect(await records.audit.verify()).toBeNull();
      // A transaction is there whole or not at all.
      expect((await records.credentials.all()).length % 10).toBe(0);
      answered = lines.items.length;
      await records.close();
    }
  });

  it('answers reads after every write asked for before them', async () => {
    const records = await open();
    const writes = Array.from({ length: 50 }, (_, i) => records.settings.put('n', String(i)));
    const read = records.settings.get('n');
    const batch = records.credentials.put([{ id: 'x', kind: 'device', enterprise: 'e', hash: 'h', createdAt: 1 }]);
    const all = records.credentials.all();
    expect(records.status().queued).toBe(53);
    expect(await read).toBe('49');
    expect(await all).toHaveLength(1);
    await Promise.all([...writes, batch]);
    expect(records.status().queued).toBe(0);
  });

  it('refuses by code when its queue is full, and carries on', async () => {
    const records = await open();
    const puts = Array.from({ length: 20_050 }, () => codeOf(records.settings.put('k', 'v')));
    const codes = await Promise.all(puts);
    expect(codes.filter((code) => code === 'queue-full')).toHaveLength(50);
    expect(await records.settings.get('k')).toBe('v');
  });

  it('finishes what was asked before close, refuses afterwards, closes twice without harm', async () => {
    const folder = newFolder();
    const records = await open(folder);
    const put = records.settings.put('k', 'last word');
    await records.close();
    await put;
    await records.close();
    expect(await codeOf(records.settings.get('k'))).toBe('closed');
    expect(await (await open(folder)).settings.get('k')).toBe('last word');
  });

  it('refuses a file of a newer build with a line that says so, and leaves it as it is', async () => {
    const folder = newFolder();
    await (await open(folder)).close();
    tamper(folder, 'pragma user_version = 99');
    await expect(openRecords(folder)).rejects.toMatchObject({
      code: 'format-unknown',
      message: expect.stringMatching(/records\.db has format 99/),
    });
    tamper(folder, 'pragma user_version = 1');
    await open(folder);
  });

  it('an account of an earlier build has revision 1', async () => {
    const folder = newFolder();
    await (await open(folder)).close();
    tamper(
      folder,
      `insert into account (name, password_hash, role, enterprises, must_change_password, disabled, created_at)
        values ('li', 'h', 'viewer', null, 0, 0, 5);
      alter table account drop column revision; drop table shift; drop table device_command;
      delete from kysely_migration where name >= '0007'; pragma user_version = 6`,
    );
    expect(await (await open(folder)).accounts.get('li')).toMatchObject({ name: 'li', createdAt: 5, revision: 1 });
  });

  it('says why it cannot open', async () => {
    expect(await codeOf(openRecords(join(newFolder(), 'not', 'there')))).toBe('open-failed');
    const folder = newFolder();
    const db = new Database(join(folder, 'records.db'));
    db.close();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(folder, 'records.db'), 'this is no database, however long it may be'.repeat(100));
    expect(await codeOf(openRecords(folder))).toBe('open-failed');
    chmodSync(folder, 0o700);
  });
});
