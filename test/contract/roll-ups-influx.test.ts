/** Roll-ups in a real InfluxDB: its retention, what is there when a part is missing, and the dashboard for those who look with Grafana. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ReadingStore } from '../../model/ports/reading-store.ts';
import type { StoredReading } from '../../model/reading.ts';
import { openReadingStore } from '../../store/readings/open.ts';
import { type Influxd, influxdMissing, startInfluxd } from '../parts/influxd.ts';

/** Now by the machine's clock: InfluxDB measures retention by its own. */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Math.floor(Date.now() / HOUR) * HOUR;
const KEEP = { rawDays: 90, minuteDays: 400, hourDays: 3_660 };
const POINT = { enterprise: "o'hara", device: 'gas-1', measurement: 'lel', channel: null };

function readings(from: number): readonly StoredReading[] {
  return Array.from({ length: 240 }, (_, n) => ({
    ...POINT,
    sampleAt: from + n * 30_000,
    receivedAt: from + n * 30_000 + 50,
    value: n % 10,
    quality: n % 60 === 7 ? 'bad' : 'good',
    flags: [],
  }));
}

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string; readonly query: string }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly query: string; readonly datasource: { readonly uid: string } }[];
  }[];
}

const missing = influxdMissing();
describe.skipIf(missing !== null && process.env['CI'] === undefined)(`roll-ups in InfluxDB (needs influxd: ${missing ?? 'found'})`, () => {
  let influxd: Influxd;
  const folders: string[] = [];
  beforeAll(async () => {
    influxd = await startInfluxd();
  });
  afterAll(async () => {
    await influxd.stop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  async function open(database: string): Promise<ReadingStore> {
    const folder = mkdtempSync(join(tmpdir(), 'beacon-roll-ups-'));
    folders.push(folder);
    const store = await openReadingStore({ kind: 'influx', url: influxd.url, database, folder });
    await store.prepare();
    return store;
  }

  /** First series of each statement's result, asked as Grafana does. */
  async function ask(database: string, q: string): Promise<{ columns: string[]; values: unknown[][] }> {
    const url = `${influxd.url}/query?${new URLSearchParams({ db: database, q, epoch: 'ms' }).toString()}`;
    const answer = (await (await fetch(url)).json()) as {
      results: { series?: { columns: string[]; values: unknown[][] }[]; error?: string }[];
    };
    expect(answer.results[0]?.error).toBeUndefined();
    return answer.results[0]?.series?.[0] ?? { columns: [], values: [] };
  }

  async function durationOf(database: string): Promise<unknown> {
    return (await ask(database, `SHOW RETENTION POLICIES ON "${database}"`)).values[0]?.[1];
  }

  it('sets the retention of each database, and that of the readings no shorter than what is still due', async () => {
    const store = await open('kept');
    const old = NOW - 200 * DAY;
    await store.write(readings(old), 1);
    // Also before there are any roll-ups: an account that may make databases leaves nothing to be done by hand.
    expect(await store.expire(NOW, KEEP)).toEqual({ deleted: 0, byHand: null });
    expect(await durationOf('kept')).toBe(`${201 * 24}h0m0s`);
    expect(await durationOf('kept_hours')).toBe(`${3_660 * 24}h0m0s`);
    while ((await store.rollUp(NOW, 500)).more);
    expect(await store.expire(NOW, KEEP)).toEqual({ deleted: 0, byHand: null });
    expect(await durationOf('kept')).toBe(`${90 * 24}h0m0s`);
    expect(await durationOf('kept_minutes')).toBe(`${400 * 24}h0m0s`);
    expect(await durationOf('kept_hours')).toBe(`${3_660 * 24}h0m0s`);
    const answer = await store.buckets({ ...POINT, from: old, to: old + 2 * HOUR, maxPoints: 2 });
    expect([answer.source, answer.buckets.map(([, , , , count]) => count)]).toEqual(['hour', [118, 118]]);
    await store.close();
  });

  it('answers from the readings when the roll-ups were dropped before they were there', async () => {
    const store = await open('bare');
    await store.write(readings(NOW - 5 * HOUR), 1);
    const query = { ...POINT, from: NOW - 6 * HOUR, to: NOW, maxPoints: 6 };
    const before = await store.buckets(query);
    expect([before.source, before.buckets.length]).toEqual(['raw', 2]);
    while ((await store.rollUp(NOW, 500)).more);
    const after = await store.buckets(query);
    expect(after).toEqual({ ...before, source: 'hour' });
    await fetch(`${influxd.url}/query`, { method: 'POST', body: new URLSearchParams({ q: 'DROP DATABASE "bare_hours"' }) });
    // The server drops in the background: for a moment it has neither.
    await vi.waitFor(async () => expect(await store.buckets(query)).toEqual(before), { timeout: 60_000, interval: 200 });
    await store.close();
  });

  it('gives Grafana a series for every question of the dashboard', async () => {
    const store = await open('beacon');
    await store.write(
      readings(NOW - 3 * HOUR).map((r) => ({ ...r, enterprise: 'farm' })),
      1,
    );
    while ((await store.rollUp(NOW, 500)).more);
    const file = join(import.meta.dirname, '../../docs/grafana/beacon-tower-point.json');
    const dashboard = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
    const known: Record<string, string> = { enterprise: 'farm', device: 'gas-1', key: 'lel' };
    const asked = (q: string): string =>
      q
        .replaceAll('$timeFilter', `time >= ${NOW - DAY}ms AND time <= ${NOW}ms`)
        .replaceAll('$__interval', '1h')
        .replaceAll(/\$(enterprise|device|key)\b/g, (_, name: string) => known[name] ?? '');
    const databases: Record<string, string> = { '${raw}': 'beacon', '${minutes}': 'beacon_minutes', '${hours}': 'beacon_hours' };
    for (const { name, type, query } of dashboard.templating.list) {
      if (type !== 'query') continue;
      expect((await ask('beacon_hours', asked(query))).values.map((row) => row[1])).toEqual([known[name]]);
    }
    for (const panel of dashboard.panels) {
      for (const target of panel.targets) {
        const { columns, values } = await ask(databases[target.datasource.uid] ?? '', asked(target.query));
        const told = values.filter((row) => row.slice(1).some((cell) => cell !== null && cell !== 0));
        expect([panel.title, columns[0], told.length > 0]).toEqual([panel.title, 'time', true]);
      }
    }
    await store.close();
  });
});
