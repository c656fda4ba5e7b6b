import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { performanceOf } from '../../app/performance.ts';
import type { Alarm, AlarmEvent, LiveEvent, Suppression } from '../../model/alarm.ts';
import { exampleAlarm } from '../../model/testing/example-alarm.ts';
import { type OpenRecords, openRecords } from '../../store/records/open-records.ts';

const HOUR = 3_600_000;
const FROM = Date.UTC(2026, 10, 1);
/** There before and after, without a break. */
const ALWAYS = { since: 0, until: Number.MAX_SAFE_INTEGER, outages: [] };
let folder = '';
let records: OpenRecords | null = null;
let seq = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facts-'));
});
afterEach(async () => {
  await records?.close();
  rmSync(folder, { recursive: true, force: true });
});

function told(id: string, at: number, type: AlarmEvent['type'], over: Partial<Alarm> = {}, more: Partial<AlarmEvent> = {}): LiveEvent {
  seq += 1;
  const alarm = exampleAlarm({ id, enterpriseId: 'e1', areaId: 'a1', deviceId: id, level: 'orange', raisedAt: FROM + at, seq, ...over });
  return { kind: 'alarm', seq, alarm, event: { seq, type, at: FROM + at, by: null, entry: seq, ...more } };
}

describe('performance figures from the records', () => {
  it('read page by page, in the order of time, with what reaches in from before; others are not in it', async () => {
    records = await openRecords(folder);
    await records.alarms.project([
      told('old', -30 * HOUR, 'raised', { state: 'UNACK', active: true, raisedAt: FROM - 30 * HOUR }),
      told('gone', -9 * HOUR, 'raised', { state: 'UNACK' }),
      told('gone', -8 * HOUR, 'acknowledged', { state: 'NORM', raisedAt: FROM - 9 * HOUR, returnedAt: FROM - 8 * HOUR }),
      told('into', -HOUR, 'raised', { state: 'UNACK' }),
      ...Array.from({ length: 2_500 }, (_, n) => told(`s${n}`, 3 * HOUR + n * 100, 'raised')),
      told(
        'into',
        4 * HOUR,
        'acknowledged',
        { state: 'NORM', raisedAt: FROM - HOUR, returnedAt: FROM - HOUR / 2, acknowledgedAt: FROM + 4 * HOUR },
        { by: 'li' },
      ),
      told('other', 5 * HOUR, 'raised', { enterpriseId: 'e2', areaId: 'a2' }),
      told('late', 30 * HOUR, 'raised'),
    ]);
    const report = await performanceOf(records, 'UTC', { from: FROM, to: FROM + 24 * HOUR }, ALWAYS, []);
    expect(report).toMatchObject({
      rates: { annunciated: 2_501, floods: 1 },
      byLevel: { orange: 2_501 },
      toAcknowledge: { count: 1, p50: 5 * HOUR },
      people: [{ by: 'li', acknowledged: 1 }],
      standing: [{ deviceId: 'old', since: FROM - 30 * HOUR }],
      unacknowledged: 2_502,
    });
    expect(report.areas.map((area) => [area.areaId, area.rates.annunciated])).toEqual([
      ['a1', 2_500],
      ['a2', 1],
    ]);
    const narrowed = async (query: { enterprises?: readonly string[]; areas?: readonly string[] }): Promise<readonly number[]> => {
      const period = { from: FROM, to: FROM + 24 * HOUR };
      const { rates, standingCount } = await performanceOf(records as OpenRecords, 'UTC', { ...period, ...query }, ALWAYS, []);
      return [rates.annunciated, standingCount];
    };
    expect(await narrowed({ enterprises: ['e2'] })).toEqual([1, 0]);
    expect(await narrowed({ areas: ['a1'] })).toEqual([2_500, 1]);
    expect(await narrowed({ enterprises: [] })).toEqual([0, 0]);
  });

  it('list what was shelved or out of service at the end of the period, whenever that began and whatever came later', async () => {
    records = await openRecords(folder);
    const flag = (name: Suppression['flag'], since: number): Suppression => ({
      flag: name,
      since: FROM + since,
      until: null,
      by: 'li',
      reason: 'why',
    });
    const under = (name: Suppression['flag'], since: number): Partial<Alarm> => ({
      state: 'UNACK',
      suppressedBy: [name],
      suppressions: [flag(name, since)],
    });
    await records.alarms.project([
      told('permit', -9 * HOUR, 'raised', { state: 'UNACK' }),
      told('permit', -8 * HOUR, 'out-of-service', { ...under('out-of-service', -8 * HOUR), raisedAt: FROM - 9 * HOUR }),
      told('over', -9 * HOUR, 'raised', { state: 'UNACK' }),
      told('over', -8 * HOUR, 'shelved', { ...under('shelved', -8 * HOUR), raisedAt: FROM - 9 * HOUR }),
      told('over', HOUR, 'unshelved', { state: 'UNACK', raisedAt: FROM - 9 * HOUR }),
      told('shelf', 2 * HOUR, 'raised', { state: 'UNACK' }),
      told('shelf', 3 * HOUR, 'shelved', { ...under('shelved', 3 * HOUR), raisedAt: FROM + 2 * HOUR }),
      // After the period: it was out of service within it all the same.
      told('permit', 30 * HOUR, 'returned-to-service', { state: 'UNACK', raisedAt: FROM - 9 * HOUR }),
    ]);
    const rested = {
      ...exampleAlarm({ id: 'rested', enterpriseId: 'e1', areaId: 'a1', deviceId: 'rested' }),
      ...under('out-of-service', -99 * HOUR),
    };
    const listed = async (to: number, query: { enterprises?: readonly string[] } = {}): Promise<unknown> => {
      const found = await performanceOf(records as OpenRecords, 'UTC', { from: FROM, to: FROM + to, ...query }, ALWAYS, [rested]);
      const ids = (list: typeof found.shelved): readonly string[] => list.map((one) => one.alarmId);
      return [ids(found.shelved), ids(found.outOfService), found.shelvings, found.areas.map((area) => area.outOfServiceCount)];
    };
    expect(await listed(24 * HOUR)).toEqual([['shelf'], ['rested', 'permit'], 1, [2]]);
    expect(await listed(HOUR)).toEqual([['over'], ['rested', 'permit'], 0, [2]]);
    expect(await listed(31 * HOUR)).toEqual([['shelf'], ['rested'], 1, [1]]);
    expect(await listed(24 * HOUR, { enterprises: ['e2'] })).toEqual([[], [], 0, []]);
  });

  it('finds the events of a period without reading the others', async () => {
    records = await openRecords(folder);
    const db = new Database(join(folder, 'records.db'), { readonly: true });
    const plan = db
      .prepare(
        `explain query plan select seq from event where alarm_id is not null and json_extract(body, '$.event.at') >= 1
         and json_extract(body, '$.event.at') < 9 order by json_extract(body, '$.event.at'), seq limit 9`,
      )
      .all()
      .map((row) => String((row as { detail: unknown }).detail));
    db.close();
    expect(plan).toEqual([expect.stringMatching(/^SEARCH event USING .*INDEX event_alarm_at \(<expr>>\? AND <expr><\?\)$/)]);
  });
});
