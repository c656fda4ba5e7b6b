import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm, AlarmEvent } from '../../../model/alarm.ts';
import { connectDevice } from '../../harness/device-client.ts';
import { chain, Outside } from '../../harness/outside.ts';

/** An alarm's life as boards and the list of alarms tell it. */

const PIT = 'construction.foundation_pit';

let outside: Outside;
beforeAll(async () => {
  outside = await Outside.open();
});
afterAll(() => outside.close());

const ALARM_FIELDS = [
  'id',
  'ladder',
  'code',
  'kind',
  'enterpriseId',
  'areaId',
  'hazardSourceId',
  'deviceId',
  'measurement',
  'channel',
  'level',
  'state',
  'active',
  'latched',
  'suppressedBy',
  'suppressedUntil',
  'silencedUntil',
  'fault',
  'value',
  'limit',
  'unit',
  'quality',
  'peak',
  'raisedAt',
  'returnedAt',
  'acknowledgedAt',
  'acknowledgedBy',
  'acknowledgedLevel',
  'dueAt',
  'occurrence',
  'recurrences',
  'firstOut',
  'groupId',
  'test',
  'ruleRevision',
  'seq',
];

describe('an alarm, from the gas to the end', () => {
  it('rises, is acknowledged as it was seen, returns, and is history', async () => {
    const made = await outside.device('GD-07');
    const gas = await outside.connected(made);
    const [one, two] = [await outside.board(), await outside.board()];
    await gas.telemetry({ lel: 30 });
    const raised = await one.alarm('the alarm', (m) => m.alarm.deviceId === 'GD-07' && m.event.type === 'raised');
    expect(Object.keys(raised.alarm)).toEqual(expect.arrayContaining(ALARM_FIELDS));
    expect(raised.alarm).toMatchObject({
      ladder: 'hi',
      code: 'L1',
      kind: 'process',
      enterpriseId: 'haida',
      areaId: 'street',
      hazardSourceId: null,
      measurement: 'lel',
      channel: null,
      level: 'yellow',
      state: 'UNACK',
      active: true,
      latched: false,
      suppressedBy: [],
      value: 30,
      limit: 25,
      quality: 'good',
      occurrence: 1,
      recurrences: 0,
      test: false,
      seq: raised.seq,
    });
    expect(raised.event).toMatchObject({ seq: raised.seq, by: null, entry: expect.any(Number), at: expect.any(Number) });
    await gas.telemetry({ lel: 60 });
    const risen = await one.alarm(
      'the rise',
      (m) => m.alarm.id === raised.alarm.id && m.event.type === 'level-raised' && m.alarm.level === 'red',
    );

    const path = `/alarms/${raised.alarm.id}`;
    const stale = await outside.api.request('POST', `${path}/acknowledge`, { seen: raised.alarm.seq });
    expect(stale.status).toBe(409);
    expect(stale.body).toMatchObject({ code: 'alarm-changed', alarm: { id: raised.alarm.id, level: 'red', state: 'UNACK' } });
    expect(await outside.refusal('POST', `${path}/reset`, {})).toEqual([409, 'state-not-allowed']);
    expect(await outside.refusal('POST', `${path}/acknowledge`, { seen: 'it' })).toEqual([400, 'invalid-request']);
    expect(await outside.refusal('POST', '/alarms/nothing/acknowledge', {})).toEqual([404, 'not-found']);

    const acknowledged = await outside.api.post<Alarm>(`${path}/acknowledge`, { seen: risen.alarm.seq, comment: 'on my way' });
    expect(acknowledged).toMatchObject({ state: 'ACKED', acknowledgedBy: 'admin', acknowledgedLevel: 'red' });
    // Its history is there with the answer, not some time later.
    const detail = await outside.api.get<Alarm & { events: AlarmEvent[] }>(path);
    expect(detail.events.map((event) => event.type)).toEqual(['raised', 'level-raised', 'acknowledged']);
    expect(detail.events.at(-1)).toMatchObject({ by: 'admin', comment: 'on my way' });
    // Acknowledged already: unchanged, whoever asks and whatever he saw.
    expect(await outside.api.post(`${path}/acknowledge`, { seen: risen.alarm.seq })).toEqual(acknowledged);
    expect(await outside.api.post<Alarm>(`${path}/withdraw`, {})).toMatchObject({ state: 'UNACK', acknowledgedBy: null });
    const seen = (await outside.api.get<Alarm>(path)).seq;
    interface Group {
      readonly items: readonly { readonly id: string; readonly status: number; readonly code?: string; readonly alarm?: Alarm }[];
    }
    const early = await outside.api.post<Group>('/alarms/acknowledge', {
      items: [
        { id: raised.alarm.id, seen: raised.alarm.seq },
        { id: 'nothing', seen: 1 },
      ],
    });
    expect(early.items.map((item) => [item.id, item.status, item.code])).toEqual([
      [raised.alarm.id, 409, 'alarm-changed'],
      ['nothing', 404, 'not-found'],
    ]);
    const group = await outside.api.post<Group>('/alarms/acknowledge', { items: [{ id: raised.alarm.id, seen }], comment: 'all of them' });
    expect(group.items[0]).toMatchObject({ status: 200, alarm: { state: 'ACKED' } });

    const last = (await outside.api.get<Alarm>(path)).seq;
    await one.alarm('the last event', (m) => m.seq === last);
    await two.alarm('the last event', (m) => m.seq === last);
    for (const viewer of [one, two]) {
      const { seq } = viewer.snapshots[0] ?? { seq: -1 };
      const links = chain(viewer);
      expect(links[0]).toMatch(new RegExp(`^${seq}>`));
      for (const [index, link] of links.entries()) if (index > 0) expect(link.split('>')[0]).toBe(links[index - 1]?.split('>')[1]);
    }
    expect(chain(two)).toEqual(chain(one).slice(-chain(two).length));
  });

  it('closes by an acknowledgement after its return, and by the removal of its device', async () => {
    const made = await outside.device('PIT-1', PIT);
    const pit = await outside.connected(made);
    const watching = await outside.board();
    await pit.telemetry({ wall_top_h: 22 });
    const raised = await watching.alarm('the alarm', (m) => m.alarm.deviceId === 'PIT-1' && m.event.type === 'raised');
    await pit.telemetry({ wall_top_h: 5 });
    const returned = await watching.alarm('its return', (m) => m.alarm.id === raised.alarm.id && m.event.type === 'returned');
    expect(returned.alarm).toMatchObject({ state: 'RTNUN', active: false, returnedAt: expect.any(Number) });
    const closed = await outside.api.post<Alarm>(`/alarms/${raised.alarm.id}/acknowledge`, { seen: returned.alarm.seq });
    expect(closed.state).toBe('NORM');
    const again = await outside.api.post<Alarm>(`/alarms/${raised.alarm.id}/acknowledge`, { seen: returned.alarm.seq });
    expect([again.state, again.acknowledgedAt]).toEqual(['NORM', closed.acknowledgedAt]);
    expect(await outside.refusal('POST', `/alarms/${raised.alarm.id}/reset`, {})).toEqual([409, 'state-not-allowed']);

    await pit.telemetry({ wall_top_h: 23 });
    const second = await watching.alarm('the next occurrence', (m) => m.alarm.deviceId === 'PIT-1' && m.alarm.id !== raised.alarm.id);
    expect(second.alarm.occurrence).toBe(2);
    expect((await outside.api.request('DELETE', '/devices/PIT-1')).status).toBe(204);
    const removed = await outside.api.get<Alarm & { events: AlarmEvent[] }>(`/alarms/${second.alarm.id}`);
    expect(removed.state).toBe('NORM');
    expect(removed.events.at(-1)).toMatchObject({ type: 'closed', cause: 'removed' });
    await expect(connectDevice(outside.platform.mqttUrl, made)).rejects.toThrow();
  });

  it('is found by every filter, open and in history, and by no wrong one', async () => {
    const here = { state: 'ACKED', level: 'red', area: 'district', enterprise: 'haida', device: 'GD-07', kind: 'process', from: '0' };
    const elsewhere = {
      state: 'RTNUN',
      level: 'blue',
      area: 'p1',
      enterprise: 'other',
      device: 'right',
      kind: 'fire',
      from: String(Date.now() + 60_000),
    };
    const found = async (query: Readonly<Record<string, string>>): Promise<number> => {
      const { items } = await outside.api.get<{ items: Alarm[] }>(`/alarms?${new URLSearchParams(query).toString()}`);
      return items.filter((alarm) => alarm.deviceId === 'GD-07').length;
    };
    expect(await found(here)).toBe(1);
    expect(await found({ ...here, state: 'open' })).toBe(1);
    expect(await found({ ...here, state: '' })).toBe(1);
    for (const [name, value] of Object.entries(elsewhere)) {
      expect(await found({ ...here, [name]: value }), name).toBe(0);
      if (name !== 'state') expect(await found({ ...here, state: '', [name]: value }), `${name} in history`).toBe(0);
    }
    // Blank parameters are none; history goes back in pages, newest first, and holds what is closed.
    const all = (await outside.api.get<{ items: Alarm[] }>('/alarms?state=&level=&area=&enterprise=&device=&kind=&from=&cursor=')).items;
    expect(all.map((alarm) => alarm.state)).toContain('NORM');
    const paged: Alarm[] = [];
    let cursor = '';
    do {
      const page = await outside.api.get<{ items: Alarm[]; next?: string }>(`/alarms?limit=1&cursor=${cursor}`);
      paged.push(...page.items);
      cursor = page.next ?? '';
    } while (cursor !== '');
    expect(paged.map((alarm) => alarm.id)).toEqual(all.map((alarm) => alarm.id));
    for (const bad of [
      'state=weird',
      'level=purple',
      'kind=weather',
      'from=yesterday',
      'colour=red',
      'cursor=zzz',
      'state=open&cursor=zzz',
    ])
      expect(await outside.refusal('GET', `/alarms?${bad}`), bad).toEqual([400, 'invalid-request']);
  });
});
