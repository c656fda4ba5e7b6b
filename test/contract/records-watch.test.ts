import { describe, expect, it } from 'vitest';
import type { Approval, ApprovalQuery } from '../../model/approval.ts';
import type { DeviceCommand } from '../../model/device-command.ts';
import type { NewShift, ShiftFigures, ShiftPicture, ShiftSignature } from '../../model/shift.ts';
import { closeAfterEach, codeOf, newFolder, open, tamper } from './records-folder.ts';

closeAfterEach();

/** What people at the desk ask of each other and of devices. */

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
  // What has run out once does not wait again, whatever time it is said to be; nor does what is named.
  await approvals.expire(102, []);
  expect(await standing(50)).toEqual(['c pending', 'b expired', 'a failed']);
  expect(await approvals.decide('b', yes)).toBe(false);
  await approvals.expire(50, ['c', 'a', 'nobody']);
  expect(await standing(50)).toEqual(['c expired', 'b expired', 'a failed']);
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
