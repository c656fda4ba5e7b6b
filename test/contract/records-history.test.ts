import { describe, expect, it } from 'vitest';
import type { LedgerLine } from '../../model/ports/records.ts';
import type { LiveEvent } from '../../model/alarm.ts';
import { exampleWarning } from '../../model/testing/example-warning.ts';
import type { WarningEventType, WarningLive } from '../../model/warning.ts';
import type { Level } from '../../model/level.ts';
import type { OpenRecords } from '../../store/records/open-records.ts';
import { closeAfterEach, alarm, alarmEvent, codeOf, open } from './records-folder.ts';

closeAfterEach();

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
