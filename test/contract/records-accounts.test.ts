import { describe, expect, it } from 'vitest';
import type { Approval } from '../../model/approval.ts';
import type { AuditLine, Records } from '../../model/ports/records.ts';
import { closeAfterEach, alarm, alarmEvent, codeOf, newFolder, open, tamper } from './records-folder.ts';

closeAfterEach();

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
    ['a request that waits', async () => undefined, (r, line) => r.approvals.add(asked, line), (r) => r.approvals.get('a')],
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
