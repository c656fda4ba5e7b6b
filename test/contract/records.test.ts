import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import type { Alarm, AlarmEventType, LiveEvent } from '../../model/alarm.ts';
import type { Approval, ApprovalQuery } from '../../model/approval.ts';
import type { DeviceCommand } from '../../model/device-command.ts';
import type { AuditLine, AuditQuery, LedgerLine, Records } from '../../model/ports/records.ts';
import { exampleAlarm } from '../../model/testing/example-alarm.ts';
import { exampleWarning } from '../../model/testing/example-warning.ts';
import type { NewShift, ShiftFigures, ShiftPicture, ShiftSignature } from '../../model/shift.ts';
import type { WarningEventType, WarningLive } from '../../model/warning.ts';
import type { Level } from '../../model/level.ts';
import { type OpenRecords, openRecords } from '../../store/records/open-records.ts';
import { RecordsError } from '../../store/records/records-error.ts';

const folders: string[] = [];
const opened: OpenRecords[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'records-'));
  folders.push(folder);
  return folder;
}
async function open(folder = newFolder()): Promise<OpenRecords> {
  const records = await openRecords(folder);
  opened.push(records);
  return records;
}
/** What an intruder with the file does: another connection, no rules. */
function tamper(folder: string, sql: string): void {
  const db = new Database(join(folder, 'records.db'));
  db.exec(`drop trigger if exists audit_no_update; drop trigger if exists audit_no_delete; ${sql}`);
  db.close();
}
async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof RecordsError ? error.code : String(error);
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((records) => records.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function alarm(id: string, over: Partial<Alarm> = {}): Alarm {
  const where = { enterpriseId: 'e1', areaId: 'a1', deviceId: 'd1' };
  return exampleAlarm({ id, ...where, level: 'orange', value: 25, limit: 20, peak: { value: 25, at: 1 }, seq: 1, ...over });
}
function alarmEvent(seq: number, type: AlarmEventType, value: Alarm): LiveEvent {
  return { kind: 'alarm', seq, alarm: { ...value, seq }, event: { seq, type, at: 1_000 + seq, by: null, entry: seq } };
}
function deviceEvent(seq: number): LiveEvent {
  return { kind: 'device', seq, at: seq, id: 'd1', enterpriseId: 'e1', online: true, health: [], lastSeenAt: null };
}
function line(n: number, over: Partial<LedgerLine> = {}): LedgerLine {
  return {
    at: n,
    device: 'd1',
    enterprise: 'e1',
    verdict: 'refused',
    reason: 'NOT_JSON',
    topic: 't',
    head: `#${n}`,
    size: 3,
    detail: null,
    address: null,
    more: 0,
    ...over,
  };
}
const NASTY = ["'; drop table account; --", '" or 1=1 --', '%', '_', '\\', '炉前一号', '\u0000null', '😀', 'x'.repeat(10_000)];

describe('accounts, sessions, tokens, settings, idempotency', () => {
  it('gives back what was put, and the later put wins', async () => {
    const records = await open();
    const account = {
      name: 'li',
      passwordHash: 'h',
      role: 'operator' as const,
      enterprises: ['e1'],
      mustChangePassword: true,
      disabled: false,
      createdAt: 5,
      revision: 1,
    };
    await records.accounts.put(account);
    expect(await records.accounts.get('li')).toEqual(account);
    const changed = { ...account, enterprises: null, mustChangePassword: false, disabled: true, revision: 2 };
    await records.accounts.put(changed);
    expect(await records.accounts.list()).toEqual([changed]);
    expect(await records.accounts.get('nobody')).toBeNull();
  });

  it.each([
    ['another password', { passwordHash: 'other' }, false],
    ['disabled', { disabled: true }, false],
    ['another role and scope', { role: 'viewer' as const, enterprises: ['e1'] }, true],
  ])('%s: what the account had opened ends with the same put, or stays', async (_what, change, stays) => {
    const records = await open();
    const base = {
      passwordHash: 'h',
      role: 'operator' as const,
      enterprises: null,
      mustChangePassword: false,
      disabled: false,
      createdAt: 5,
      revision: 1,
    };
    for (const name of ['li', 'wang']) {
      await records.accounts.put({ ...base, name });
      await records.sessions.put({ idHash: `s-${name}`, account: name, csrfToken: 'c', createdAt: 1, expiresAt: 100 });
      await records.tokens.put({ id: `t-${name}`, name: 'n', account: name, hash: `h-${name}`, createdAt: 1, expiresAt: null });
    }
    await records.accounts.put({ ...base, name: 'li', ...change });
    const held = async (name: string): Promise<readonly boolean[]> => [
      (await records.sessions.get(`s-${name}`)) !== null,
      (await records.tokens.byHash(`h-${name}`)) !== null,
    ];
    expect([await held('li'), await held('wang')]).toEqual([
      [stays, stays],
      [true, true],
    ]);
  });

  it('a change of an account and its audit line are kept together, or neither', async () => {
    const folder = newFolder();
    const records = await open(folder);
    const base = { passwordHash: 'h', role: 'operator', enterprises: null, mustChangePassword: false, createdAt: 5 } as const;
    const line = { at: 1, by: 'wang', action: 'account.create', resource: 'accounts/li', outcome: 'ok', address: null } as const;
    await records.accounts.put({ ...base, name: 'li', disabled: false, revision: 1 }, line);
    const lines = async () => (await records.audit.list({ limit: 10 })).items.map(({ n, action }) => `${n} ${action}`);
    expect([await lines(), await records.audit.verify()]).toEqual([['1 account.create'], null]);
    // As when the process is killed between the two: the line cannot be written, and the account stays what it was.
    tamper(folder, "create trigger cut before insert on audit begin select raise(abort, 'cut'); end;");
    const put = records.accounts.put({ ...base, name: 'li', disabled: true, revision: 2 }, { ...line, action: 'account.change' });
    expect(await codeOf(put)).toBe('failed');
    expect(await records.accounts.get('li')).toMatchObject({ disabled: false, revision: 1 });
    expect([await lines(), await records.audit.verify()]).toEqual([['1 account.create'], null]);
  });

  const row = { account: 'li', createdAt: 1 } as const;
  const asked: Approval = {
    id: 'a',
    kind: 'alarm.shelve',
    enterpriseId: null,
    resource: 'alarms/1-0',
    request: {},
    reason: 'x',
    requestedBy: 'wang',
    requestedAt: 1,
    expiresAt: 100,
    state: 'pending',
    decidedBy: null,
    decidedAt: null,
    comment: null,
    outcome: null,
  };
  const yes = { state: 'approved', by: 'li', at: 5, comment: null } as const;
  const session = { ...row, idHash: 's', csrfToken: 'c', expiresAt: 100 };
  const token = { ...row, id: 't', name: 'n', hash: 'h', expiresAt: null };
  /** How it is before, the change with its line, what there is of it. */
  const CHANGES: readonly (readonly [
    what: string,
    before: (records: Records) => Promise<unknown>,
    change: (records: Records, line: AuditLine) => Promise<unknown>,
    now: (records: Records) => Promise<unknown>,
  ])[] = [
    ['a session that begins', async () => undefined, (r, line) => r.sessions.put(session, line), (r) => r.sessions.get('s')],
    ['a session that ends', (r) => r.sessions.put(session), (r, line) => r.sessions.remove('s', line), (r) => r.sessions.get('s')],
    ['a token that is made', async () => undefined, (r, line) => r.tokens.put(token, line), (r) => r.tokens.get('t')],
    ['a token that is ended', (r) => r.tokens.put(token), (r, line) => r.tokens.remove('t', line), (r) => r.tokens.get('t')],
    ['a decision', (r) => r.approvals.add(asked), (r, line) => r.approvals.decide('a', yes, line), (r) => r.approvals.get('a')],
    [
      'what a decision came to',
      (r) => r.approvals.add({ ...asked, state: 'approved' }),
      (r, line) => r.approvals.settle('a', 'failed', 'too-late', line),
      (r) => r.approvals.get('a'),
    ],
  ];

  it.each(CHANGES)('%s and its audit line are kept together, or neither', async (_, before, change, now) => {
    const folder = newFolder();
    const records = await open(folder);
    const line = { at: 1, by: 'li', action: 'x.y', resource: 'x/1', outcome: 'ok', address: null } as const;
    const lines = async () => [(await records.audit.list({ limit: 10 })).items.length, await records.audit.verify()];
    await before(records);
    const was = await now(records);
    // As when the process is killed between the two.
    tamper(folder, "create trigger cut before insert on audit begin select raise(abort, 'cut'); end;");
    expect(await codeOf(change(records, line))).toBe('failed');
    expect([await now(records), await lines()]).toEqual([was, [0, null]]);
    tamper(folder, 'drop trigger cut;');
    await change(records, line);
    expect(await now(records)).not.toEqual(was);
    expect(await lines()).toEqual([1, null]);
  });

  it('a decision that comes too late, and an end of what is not there, leave no line', async () => {
    const records = await open();
    const line = { at: 1, by: 'li', action: 'x.y', resource: 'x/1', outcome: 'ok', address: null } as const;
    await records.approvals.add(asked);
    expect(await records.approvals.decide('a', yes, line)).toBe(true);
    expect(await records.approvals.decide('a', { ...yes, state: 'refused' }, line)).toBe(false);
    expect(await records.approvals.settle('a', 'approved', 'done', line)).toBe(true);
    expect(await records.approvals.settle('a', 'failed', 'too-late', line)).toBe(false);
    expect(await records.tokens.remove('nobody', line)).toBe(false);
    await records.sessions.remove('nobody', line);
    expect([(await records.audit.list({ limit: 10 })).items.length, await records.audit.verify()]).toEqual([2, null]);
  });

  it('what a sign-in wrote just after its account was disabled does not wake up with the account', async () => {
    const records = await open();
    const account = {
      name: 'li',
      passwordHash: 'h',
      role: 'operator' as const,
      enterprises: null,
      mustChangePassword: false,
      disabled: true,
      createdAt: 5,
      revision: 2,
    };
    await records.accounts.put(account);
    await records.sessions.put({ idHash: 's', account: 'li', csrfToken: 'c', createdAt: 1, expiresAt: 100 });
    await records.accounts.put({ ...account, disabled: false, revision: 3 });
    expect([await records.sessions.get('s'), (await records.accounts.get('li'))?.revision]).toEqual([null, 3]);
  });

  it('takes strings that look like SQL as strings', async () => {
    const folder = newFolder();
    const records = await open(folder);
    for (const name of NASTY) {
      await records.accounts.put({
        name,
        passwordHash: name,
        role: 'viewer',
        enterprises: [name],
        mustChangePassword: false,
        disabled: false,
        createdAt: 1,
        revision: 1,
      });
      await records.settings.put(name, name);
      expect((await records.accounts.get(name))?.enterprises).toEqual([name]);
      expect(await records.settings.get(name)).toBe(name);
      await records.alarms.project([
        alarmEvent(NASTY.indexOf(name) + 1, 'raised', alarm(`${NASTY.indexOf(name)}-0`, { enterpriseId: name, deviceId: name })),
      ]);
      expect((await records.alarms.list({ enterprises: [name], limit: 50 })).items).toHaveLength(1);
      expect((await records.alarms.list({ device: name, limit: 50 })).items).toHaveLength(1);
    }
    expect(await records.accounts.list()).toHaveLength(NASTY.length);
  });

  it('lists sessions that are open, newest first, of one account or of all', async () => {
    const records = await open();
    for (const [i, account] of ['li', 'wu', 'li', 'li'].entries())
      await records.sessions.put({ idHash: `s${i}`, account, csrfToken: 'c', createdAt: i < 2 ? 1 : i, expiresAt: 100 + i });
    const listed = async (query: { account?: string; now: number; cursor?: string; limit: number }) => {
      const { items, next } = await records.sessions.list(query);
      return { ids: items.map(({ idHash }) => idHash), next };
    };
    expect((await listed({ now: 0, limit: 9 })).ids).toEqual(['s3', 's2', 's1', 's0']);
    expect((await listed({ now: 101, limit: 9 })).ids).toEqual(['s3', 's2']);
    const first = await listed({ account: 'li', now: 0, limit: 2 });
    expect(first.ids).toEqual(['s3', 's2']);
    expect(await listed({ account: 'li', now: 0, limit: 2, cursor: first.next ?? '' })).toEqual({ ids: ['s0'], next: null });
    const three = await listed({ now: 0, limit: 3 });
    expect((await listed({ now: 0, limit: 3, cursor: three.next ?? '' })).ids).toEqual(['s0']);
  });

  it('moves the end of a session that is there, and writes none back that has ended', async () => {
    const { sessions } = await open();
    const row = { idHash: 'a', account: 'li', csrfToken: 'c', createdAt: 1, expiresAt: 100 };
    await sessions.put(row);
    expect([await sessions.extend('a', 200), await sessions.get('a')]).toEqual([true, { ...row, expiresAt: 200 }]);
    await sessions.remove('a');
    expect([await sessions.extend('a', 300), await sessions.get('a')]).toEqual([false, null]);
  });

  it('forgets expired sessions and removed tokens', async () => {
    const records = await open();
    const row = { idHash: 'a', account: 'li', csrfToken: 'c', createdAt: 1, expiresAt: 100 };
    await records.sessions.put(row);
    await records.sessions.put({ ...row, idHash: 'b', expiresAt: 200 });
    expect(await records.sessions.get('a')).toEqual(row);
    expect(await records.sessions.removeExpired(100)).toBe(1);
    expect(await records.sessions.get('a')).toBeNull();
    await records.sessions.remove('b');
    expect(await records.sessions.get('b')).toBeNull();

    const token = { id: 't1', name: 'ci', account: 'li', hash: 'hh', createdAt: 1, expiresAt: null };
    await records.tokens.put(token);
    expect(await records.tokens.byHash('hh')).toEqual(token);
    expect(await records.tokens.list('li')).toEqual([token]);
    expect(await records.tokens.remove('t1')).toBe(true);
    expect(await records.tokens.remove('t1')).toBe(false);
    expect(await records.tokens.byHash('hh')).toBeNull();
  });

  it('answers a repeated request with the first answer until it is removed', async () => {
    const records = await open();
    await records.idempotency.put('li', 'k', 'POST /x', 201, '{"a":1}', 10);
    expect(await records.idempotency.get('li', 'k')).toEqual({ request: 'POST /x', status: 201, body: '{"a":1}' });
    expect(await records.idempotency.get('wang', 'k')).toBeNull();
    await records.idempotency.removeBefore(11);
    expect(await records.idempotency.get('li', 'k')).toBeNull();
  });
});

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

describe('alarm history', () => {
  it('is the same when events come twice, overlapping, or from the beginning again', async () => {
    const records = await open();
    const events = [
      alarmEvent(1, 'raised', alarm('1-0')),
      deviceEvent(2),
      alarmEvent(3, 'level-raised', alarm('1-0', { level: 'red' })),
      alarmEvent(4, 'acknowledged', alarm('1-0', { level: 'red', state: 'ACKED' })),
    ];
    await records.alarms.project(events.slice(0, 3));
    await records.alarms.project(events.slice(1));
    await records.alarms.project(events);
    await records.alarms.project(events.slice(0, 1));
    expect(await records.alarms.lastEventSeq()).toBe(4);
    expect(await records.alarms.eventsAfter(0, 100)).toEqual(events);
    expect(await records.alarms.eventsAfter(2, 1)).toEqual([events[2]]);
    const found = await records.alarms.get('1-0');
    expect(found?.alarm).toMatchObject({ state: 'ACKED', level: 'red', seq: 4 });
    expect(found?.events.map((event) => event.type)).toEqual(['raised', 'level-raised', 'acknowledged']);
    expect(await records.alarms.get('2-0')).toBeNull();
  });

  it('filters by everything the list offers; an empty list of enterprises shows nothing', async () => {
    const records = await open();
    const alarms = [
      alarm('1-0', { raisedAt: 100 }),
      alarm('2-0', { raisedAt: 200, state: 'NORM', level: 'red', deviceId: 'd2' }),
      alarm('3-0', { raisedAt: 300, state: 'ACKED', enterpriseId: 'e2', areaId: 'a2', kind: 'fire' }),
      alarm('4-0', { raisedAt: 400, enterpriseId: null, areaId: null, deviceId: null, kind: 'system' }),
    ];
    await records.alarms.project(alarms.map((one, i) => alarmEvent(i + 1, 'raised', one)));
    const ids = async (query: Omit<Parameters<OpenRecords['alarms']['list']>[0], 'limit'>) =>
      (await records.alarms.list({ ...query, limit: 10 })).items.map((one) => one.id);
    expect(await ids({})).toEqual(['4-0', '3-0', '2-0', '1-0']);
    expect(await ids({ states: ['UNACK', 'ACKED'] })).toEqual(['4-0', '3-0', '1-0']);
    expect(await ids({ states: ['NORM'] })).toEqual(['2-0']);
    expect(await ids({ levels: ['red'] })).toEqual(['2-0']);
    expect(await ids({ enterprises: ['e2', 'e9'] })).toEqual(['3-0']);
    expect(await ids({ enterprises: [] })).toEqual([]);
    expect(await ids({ areas: ['a1'] })).toEqual(['2-0', '1-0']);
    expect(await ids({ kinds: ['system', 'fire'] })).toEqual(['4-0', '3-0']);
    expect(await ids({ device: 'd2' })).toEqual(['2-0']);
    expect(await ids({ from: 200, to: 301 })).toEqual(['3-0', '2-0']);
    // [from, to): neighbouring spans share no alarm and leave none out.
    expect(await ids({ from: 200, to: 300 })).toEqual(['2-0']);
    expect(await ids({ from: 300, to: 400 })).toEqual(['3-0']);
  });

  it('pages through every alarm once while new ones are raised, also where many rose in the same millisecond', async () => {
    const records = await open();
    const total = 57;
    await records.alarms.project(
      Array.from({ length: total }, (_, i) => alarmEvent(i + 1, 'raised', alarm(`${i + 1}-0`, { raisedAt: 1_000 + Math.floor(i / 20) }))),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let added = total + 1; ; added += 1) {
      const page = await records.alarms.list({ limit: 7, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map((one) => one.id));
      await records.alarms.project([alarmEvent(added, 'raised', alarm(`${added}-0`, { raisedAt: 5_000 }))]);
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.toSorted()).toEqual(Array.from({ length: total }, (_, i) => `${i + 1}-0`).toSorted());
  });

  it.each(['', 'garbage', Buffer.from('[1]').toString('base64url'), Buffer.from('["a","b"]').toString('base64url')])(
    'refuses the cursor %j by its code',
    async (cursor) => {
      const records = await open();
      expect(await codeOf(records.alarms.list({ limit: 5, cursor }))).toBe('bad-cursor');
    },
  );
});

describe('history of warnings', () => {
  const told = (seq: number, id: string, type: WarningEventType, level: Level, occurrence: number, enterprise = 'e1'): WarningLive => ({
    seq,
    warning: exampleWarning('hazard-source', id, enterprise, {
      level,
      state: level === 'blue' ? 'resting' : 'issued',
      issuedAt: occurrence === 0 ? null : 1_000 * occurrence,
      liftedAt: level === 'blue' && occurrence > 0 ? 5_000 : null,
      areaId: 'a1',
      occurrence,
      seq,
    }),
    event: { seq, type, at: 1_000 + seq, by: null, previous: 'blue', level, ri: 50, entry: seq },
  });
  const HISTORY: readonly WarningLive[] = [
    told(1, 's1', 'factor-set', 'blue', 0),
    told(2, 's1', 'issued', 'yellow', 1),
    told(3, 's1', 'updated', 'red', 1),
    told(4, 's2', 'issued', 'orange', 1, 'e2'),
    told(5, 's1', 'updated', 'orange', 1),
    told(6, 's1', 'lifted', 'blue', 1),
    told(7, 's1', 'issued', 'yellow', 2),
    told(8, 's1', 'lifted', 'blue', 2),
    told(9, 's2', 'lifted', 'blue', 1, 'e2'),
    told(10, 's1', 'issued', 'red', 3),
  ];

  it('is one row for each issue with the worst level it had, however the events are sent and sent again', async () => {
    const records = await open();
    for (const [from, to] of [
      [0, 3],
      [1, 7],
      [0, 10],
      [0, 4],
    ] as const)
      await records.warnings.project(HISTORY.slice(from, to));
    expect(await records.warnings.lastSeq()).toBe(10);
    const past = await records.warnings.past({ limit: 10 });
    expect(past.items.map((one) => [one.id, one.occurrence, one.peak, one.liftedAt])).toEqual([
      ['hazard-source:s1', 2, 'yellow', 5_000],
      ['hazard-source:s2', 1, 'orange', 5_000],
      ['hazard-source:s1', 1, 'red', 5_000],
    ]);
    expect((await records.warnings.events('hazard-source:s1', 3)).map((event) => event.seq)).toEqual([7, 8, 10]);
    expect((await records.warnings.events('hazard-source:s1', 100)).map((event) => event.seq)).toEqual([1, 2, 3, 5, 6, 7, 8, 10]);
  });

  it('is found by level, place and time, page by page', async () => {
    const records = await open();
    await records.warnings.project(HISTORY);
    const found = async (query: object): Promise<string[]> =>
      (await records.warnings.past({ limit: 10, ...query })).items.map((one) => `${one.id.slice(-2)} ${one.occurrence}`);
    expect(await found({ levels: ['red', 'orange'] })).toEqual(['s2 1', 's1 1']);
    expect(await found({ enterprises: ['e1'] })).toEqual(['s1 2', 's1 1']);
    expect(await found({ areas: ['a1'], scopes: ['hazard-source'] })).toEqual(['s1 2', 's2 1', 's1 1']);
    expect(await found({ scopes: ['area'] })).toEqual([]);
    expect(await found({ from: 1_000, to: 2_000 })).toEqual(['s2 1', 's1 1']);
    const first = await records.warnings.past({ limit: 2 });
    expect(first.next).not.toBeNull();
    const rest = await records.warnings.past({ limit: 2, cursor: first.next ?? '' });
    expect([...first.items, ...rest.items].map((one) => one.seq)).toEqual([8, 9, 6]);
    expect(rest.next).toBeNull();
  });
});

describe('ledger', () => {
  it('lists newest first, by page, with filters', async () => {
    const records = await open();
    await records.ledger.append(
      [
        line(1),
        line(2, { device: 'd2', enterprise: 'e2' }),
        line(3, { verdict: 'connect-refused', reason: 'CONNECT_WRONG_SECRET', device: null, enterprise: null, address: '10.0.0.9' }),
      ],
      [],
    );
    await records.ledger.append([line(4)], []);
    const first = await records.ledger.list({ limit: 3 });
    expect(first.items.map((row) => row.head)).toEqual(['#4', '#3', '#2']);
    expect((await records.ledger.list({ limit: 3, cursor: first.next ?? '' })).items.map((row) => row.head)).toEqual(['#1']);
    expect((await records.ledger.list({ limit: 9, device: 'd2' })).items).toMatchObject([
      { ...line(2, { device: 'd2', enterprise: 'e2' }) },
    ]);
    expect((await records.ledger.list({ limit: 9, verdict: 'connect-refused' })).items).toHaveLength(1);
    expect((await records.ledger.list({ limit: 9, enterprises: ['e1'], from: 2 })).items.map((row) => row.head)).toEqual(['#4']);
    expect((await records.ledger.list({ limit: 9, reason: 'NOT_JSON', to: 2 })).items.map((row) => row.head)).toEqual(['#1']);
    // [from, to): neighbouring spans share no line and leave none out.
    expect((await records.ledger.list({ limit: 9, from: 1, to: 3 })).items.map((row) => row.head)).toEqual(['#2', '#1']);
    expect((await records.ledger.list({ limit: 9, from: 3, to: 5 })).items.map((row) => row.head)).toEqual(['#4', '#3']);
  });

  it('keeps the last twenty accepted messages of each device and every refusal', async () => {
    const records = await open();
    for (let n = 1; n <= 30; n += 1)
      await records.ledger.append(
        [line(n, { verdict: 'accepted', reason: null }), line(n), line(n, { device: 'd2', verdict: 'accepted', reason: null })],
        [],
      );
    await records.ledger.append(
      Array.from({ length: 25 }, (_, i) => line(100 + i, { device: 'd3', verdict: 'accepted' as const, reason: null })),
      [],
    );
    const heads = async (device: string, verdict: LedgerLine['verdict']) =>
      (await records.ledger.list({ device, verdict, limit: 100 })).items.map((row) => row.head);
    expect(await heads('d1', 'accepted')).toEqual(Array.from({ length: 20 }, (_, i) => `#${30 - i}`));
    expect(await heads('d2', 'accepted')).toHaveLength(20);
    expect((await heads('d3', 'accepted'))[0]).toBe('#124');
    expect(await heads('d3', 'accepted')).toHaveLength(20);
    expect(await heads('d1', 'refused')).toHaveLength(30);
  });

  it('adds counts of the same minute', async () => {
    const records = await open();
    const count = (minute: number, verdict: 'accepted' | 'refused', reason: 'NOT_JSON' | null, n: number) => ({
      minute,
      device: 'd1',
      verdict,
      reason,
      count: n,
    });
    await records.ledger.append([], [count(60_000, 'accepted', null, 3), count(60_000, 'refused', 'NOT_JSON', 1)]);
    await records.ledger.append([], [count(60_000, 'accepted', null, 4), count(120_000, 'accepted', null, 1)]);
    expect(await records.ledger.counts('d1', 60_000)).toEqual([
      count(60_000, 'accepted', null, 7),
      count(60_000, 'refused', 'NOT_JSON', 1),
      count(120_000, 'accepted', null, 1),
    ]);
    expect(await records.ledger.counts('d1', 60_001)).toHaveLength(1);
    expect(await records.ledger.counts('d2', 0)).toEqual([]);
  });

  it('is cut by age, and by weight from the oldest on', async () => {
    const records = await open();
    const refused = (n: number) => line(n, { head: 'h'.repeat(100) });
    await records.ledger.append(
      Array.from({ length: 9_000 }, (_, i) => refused(i)),
      Array.from({ length: 100 }, (_, i) => ({ minute: i, device: 'd1', verdict: 'refused' as const, reason: null, count: 1 })),
    );
    await records.ledger.trim(50, 1e9);
    expect(await records.ledger.counts('d1', 0)).toHaveLength(50);
    expect((await records.ledger.list({ limit: 10_000 })).items.at(-1)?.at).toBe(50);
    await records.ledger.trim(0, 1_000_000);
    const left = (await records.ledger.list({ limit: 10_000 })).items;
    expect(left[0]?.at).toBe(8_999);
    expect(left.length).toBeGreaterThan(1_000);
    expect(left.length * 300).toBeLessThan(1_000_000);
    await records.ledger.trim(1e15, 1e9);
    expect((await records.ledger.list({ limit: 10 })).items).toEqual([]);
    expect(await records.ledger.counts('d1', 0)).toEqual([]);
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

  it('decides an approval once, while it waits, and lists it as it stands', async () => {
    const { approvals } = await open();
    const asked = (id: string, at: number, enterpriseId: string | null): Approval => ({
      id,
      kind: 'alarm.shelve',
      enterpriseId,
      resource: `alarms/${id}`,
      request: { alarmId: id, minutes: 30 },
      reason: 'work',
      requestedBy: 'wang',
      requestedAt: at,
      expiresAt: at + 100,
      state: 'pending',
      decidedBy: null,
      decidedAt: null,
      comment: null,
      outcome: null,
    });
    for (const one of [asked('a', 1, 'e1'), asked('b', 2, null), asked('c', 3, 'e2')]) await approvals.add(one);
    const yes = { state: 'approved', by: 'li', at: 50, comment: null } as const;
    expect(await Promise.all([approvals.decide('a', yes), approvals.decide('a', { ...yes, state: 'refused' })])).toEqual([true, false]);
    expect(await approvals.decide('b', { ...yes, at: 102 })).toBe(false);
    expect(await approvals.decide('nobody', yes)).toBe(false);
    const unfinished = async () => (await approvals.list({ states: ['approved'], unfinished: true, now: 50, limit: 10 })).items;
    expect((await unfinished()).map(({ id }) => id)).toEqual(['a']);
    await approvals.settle('a', 'failed', 'red-not-shelvable');
    expect(await unfinished()).toEqual([]);
    expect(await approvals.get('a')).toEqual({
      ...asked('a', 1, 'e1'),
      state: 'failed',
      decidedBy: 'li',
      decidedAt: 50,
      outcome: 'red-not-shelvable',
    });
    const standing = async (now: number, more: Partial<ApprovalQuery> = {}): Promise<string[]> =>
      (await approvals.list({ now, limit: 10, ...more })).items.map(({ id, state }) => `${id} ${state}`);
    expect(await standing(102)).toEqual(['c pending', 'b expired', 'a failed']);
    expect(await standing(50, { states: ['pending'] })).toEqual(['c pending', 'b pending']);
    expect(await standing(102, { states: ['expired'] })).toEqual(['b expired']);
    expect(await standing(50, { enterprises: ['e1', 'e2'] })).toEqual(['c pending', 'a failed']);
    expect([await standing(50, { requestedBy: 'wang', states: ['pending'] }), await standing(50, { requestedBy: 'li' })]).toEqual([
      ['c pending', 'b pending'],
      [],
    ]);
    // What it came to is written once.
    await approvals.settle('a', 'approved', 'done');
    expect(await approvals.get('a')).toMatchObject({ state: 'failed', outcome: 'red-not-shelvable' });
    const first = await approvals.list({ now: 50, limit: 2 });
    expect(await standing(50, { cursor: first.next ?? '' })).toEqual(['a failed']);
  });

  describe('shifts', () => {
    const next = (by: string, startedAt: number, takenFrom: string | null = null): NewShift => ({
      name: 'day',
      plannedFrom: 0,
      plannedTo: 100,
      by,
      startedAt,
      takenFrom,
      soundTest: null,
    });
    const figures = { from: 1, to: 9, raised: 3 } as ShiftFigures;
    const picture = { at: 5, entry: 77 } as ShiftPicture;
    const signature: ShiftSignature = { by: 'li', at: 5, notes: '交班', todo: ['call haida'], missed: 0, digest: 'd' };

    it('are handed over by two signatures, and stand after a restart', async () => {
      const folder = newFolder();
      const records = await open(folder);
      const { shifts } = records;
      expect([await shifts.current(), await shifts.picture('1'), await shifts.list({ limit: 5 })]).toEqual([
        null,
        null,
        { items: [], next: null },
      ]);
      const first = await shifts.begin(next('li', 1), null);
      expect(first).toEqual({
        id: '1',
        ...next('li', 1),
        signature: null,
        endedAt: null,
        takenBy: null,
        unsignedReason: null,
        figures: null,
      });
      expect(await shifts.current()).toEqual(first);
      expect([await shifts.noteSound('1', { at: 2, heard: true }), await shifts.noteSound('9', { at: 2, heard: true })]).toEqual([
        true,
        false,
      ]);
      const end = { id: '1', at: 9, figures, signed: signature.digest, unsigned: null };
      // Not before the first signature, and that is given once.
      expect(await shifts.begin(next('wang', 9, 'li'), end)).toBeNull();
      expect([await shifts.sign('1', signature, picture), await shifts.sign('1', { ...signature, notes: 'x' }, picture)]).toEqual([
        true,
        false,
      ]);
      expect([await shifts.unsign('1'), await shifts.unsign('1'), await shifts.picture('1')]).toEqual([true, false, null]);
      await shifts.sign('1', signature, picture);
      expect(await shifts.begin(next('wang', 9, 'li'), { ...end, signed: null, unsigned: { reason: 'ill', picture } })).toBeNull();
      // Not for another one than stands.
      expect(await shifts.begin(next('wang', 9, 'li'), { ...end, signed: 'another' })).toBeNull();
      // Of two at once one has it.
      const both = await Promise.all([shifts.begin(next('wang', 9, 'li'), end), shifts.begin(next('zhao', 9, 'li'), end)]);
      expect(both).toMatchObject([{ id: '2', by: 'wang', takenFrom: 'li' }, null]);
      expect([
        await shifts.sign('1', signature, picture),
        await shifts.unsign('1'),
        await shifts.noteSound('1', { at: 3, heard: false }),
      ]).toEqual([false, false, false]);
      await records.close();
      const again = (await open(folder)).shifts;
      expect(await again.get('1')).toEqual({
        ...first,
        soundTest: { at: 2, heard: true },
        signature,
        endedAt: 9,
        takenBy: 'wang',
        figures,
      });
      expect([await again.picture('1'), (await again.current())?.by, await again.get('x'), await again.get('3')]).toEqual([
        picture,
        'wang',
        null,
        null,
      ]);
    });

    it('are taken over without the first signature for a reason, and are listed newest first', async () => {
      const { shifts } = await open();
      await shifts.begin(next('li', 1), null);
      expect(await shifts.begin(next('zhao', 2), null)).toBeNull();
      expect(
        await shifts.begin(next('wang', 9, 'li'), { id: '7', at: 9, figures, signed: null, unsigned: { reason: 'ill', picture } }),
      ).toBeNull();
      expect(
        await shifts.begin(next('wang', 9, 'li'), { id: '1', at: 9, figures, signed: null, unsigned: { reason: 'ill', picture } }),
      ).toMatchObject({
        id: '2',
      });
      expect(await shifts.get('1')).toMatchObject({ signature: null, unsignedReason: 'ill', takenBy: 'wang', endedAt: 9 });
      expect(await shifts.picture('1')).toEqual(picture);
      await shifts.begin(next('zhao', 10, 'wang'), { id: '2', at: 10, figures, signed: null, unsigned: { reason: 'late', picture } });
      const page = await shifts.list({ limit: 2 });
      expect(page.items.map(({ id, by }) => `${id} ${by}`)).toEqual(['3 zhao', '2 wang']);
      const rest = await shifts.list({ limit: 2, cursor: page.next ?? '' });
      expect([rest.items.map(({ id }) => id), rest.next]).toEqual([['1'], null]);
    });

    it('have a place in a file of an earlier build', async () => {
      const folder = newFolder();
      await (await open(folder)).close();
      tamper(
        folder,
        "drop table shift; drop table device_command; delete from kysely_migration where name >= '0008'; pragma user_version = 7",
      );
      expect(await (await open(folder)).shifts.current()).toBeNull();
    });
  });

  describe('commands to devices', () => {
    const command = (n: number, more: Partial<DeviceCommand> = {}): DeviceCommand => ({
      id: `c${n}`,
      deviceId: 'd',
      enterpriseId: 'e',
      command: 'silence',
      comment: null,
      by: 'li',
      at: n,
      state: 'sent',
      reason: null,
      answeredAt: null,
      detail: null,
      ...more,
    });
    const anyNumber = { from: 0, most: 1e9 };

    it('are kept as they were asked for, also over a restart, and found by the key of their request', async () => {
      const folder = newFolder();
      const before = await open(folder);
      const closing = command(1, { command: 'close-valve', comment: 'gas in the kitchen' });
      expect(await before.commands.add(closing, 'key-1', anyNumber)).toBe(true);
      await before.commands.add(command(2), null, anyNumber);
      await before.commands.add(command(3), null, anyNumber);
      await before.close();
      const { commands } = await open(folder);
      expect([await commands.get('d', 'c1'), await commands.ofRequest('key-1'), await commands.ofRequest('key-2')]).toEqual([
        closing,
        closing,
        null,
      ]);
      expect([await commands.get('another', 'c1'), await commands.get('d', 'c9')]).toEqual([null, null]);
      const page = await commands.list({ device: 'd', limit: 2 });
      const rest = await commands.list({ device: 'd', limit: 2, cursor: page.next ?? '' });
      expect([page.items, rest.items, rest.next]).toEqual([[command(3), command(2)], [closing], null]);
      // A key sends once: a second row of it is a mistake of ours, and loud.
      expect(await codeOf(commands.add(command(4), 'key-1', anyNumber))).toBe('failed');
    });

    it('are bounded by device and kind within a time, however many are asked for at once', async () => {
      const { commands } = await open();
      const bound = { from: 10, most: 2 };
      await commands.add(command(9), null, bound);
      const asked = [10, 11, 12, 13].map((n) => commands.add(command(n), null, bound));
      expect(await Promise.all(asked)).toEqual([true, true, false, false]);
      expect(await commands.add(command(14, { command: 'self-test' }), null, bound)).toBe(true);
      expect(await commands.add(command(15, { deviceId: 'd2' }), null, bound)).toBe(true);
      expect(await commands.get('d', 'c12')).toBeNull();
    });

    it('are not counted where they went nowhere, nor while a clock that was set back is behind them', async () => {
      const { commands } = await open();
      const add = (n: number) => commands.add(command(n), null, { from: n - 5, most: 1 });
      expect([await add(100), await add(101)]).toEqual([true, false]);
      await commands.offline('c100');
      expect([await add(102), await add(103)]).toEqual([true, false]);
      expect([await add(50), await add(51)]).toEqual([true, false]);
    });

    it('are the newest 1,000 of a device', async () => {
      const folder = newFolder();
      await (await open(folder)).close();
      tamper(
        folder,
        `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1002)
        insert into device_command (id, device, enterprise, command, "by", at, state) select 'c' || i, 'd', 'e', 'silence', 'li', i, 'sent' from n`,
      );
      const { commands } = await open(folder);
      await commands.add(command(0, { deviceId: 'd2' }), null, anyNumber);
      await commands.add(command(1_003), null, anyNumber);
      const { items, next } = await commands.list({ device: 'd', limit: 2_000 });
      expect([items.length, next, items[0]?.id, items.at(-1)?.id]).toEqual([1_000, null, 'c1003', 'c4']);
      expect((await commands.list({ device: 'd2', limit: 10 })).items).toHaveLength(1);
    });

    it('are answered once, by the device they are for', async () => {
      const { commands } = await open();
      for (const n of [1, 2, 3]) await commands.add(command(n), null, anyNumber);
      const yes = (id: string, device = 'd') => commands.answer({ device, id, ok: true, detail: null }, 50);
      const no = (id: string) => commands.answer({ device: 'd', id, ok: false, detail: 'lamp 3' }, 60);
      expect([await yes('c1', 'another'), await yes('c9')]).toEqual(['unknown', 'unknown']);
      expect(await Promise.all([yes('c1'), no('c1')])).toEqual([command(1, { state: 'done', answeredAt: 50 }), 'known']);
      expect(await no('c2')).toEqual(command(2, { state: 'failed', answeredAt: 60, detail: 'lamp 3' }));
      await commands.offline('c2');
      expect(await commands.get('d', 'c2')).toMatchObject({ state: 'failed', reason: null });
      // Nobody seemed to listen, and yet the device did it.
      await commands.offline('c3');
      expect(await commands.get('d', 'c3')).toEqual(command(3, { state: 'failed', reason: 'device-offline' }));
      expect(await yes('c3')).toEqual(command(3, { state: 'done', answeredAt: 50 }));
    });

    it('have a place in a file of an earlier build', async () => {
      const folder = newFolder();
      await (await open(folder)).close();
      tamper(folder, "drop table device_command; delete from kysely_migration where name = '0009'; pragma user_version = 8");
      expect(await (await open(folder)).commands.list({ device: 'd', limit: 1 })).toEqual({ items: [], next: null });
    });
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
