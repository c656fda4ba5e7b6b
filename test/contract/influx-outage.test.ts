/** What InfluxDB does on bad days: refuses a part, loses its database, is killed, stands still. Against a real server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredReading } from '../../model/reading.ts';
import { digestOf } from '../../store/readings/digest.ts';
import { openReadingStore } from '../../store/readings/open.ts';
import { freePort } from '../parts/free-port.ts';
import { type Influxd, influxdMissing, startInfluxd } from '../parts/influxd.ts';

const NOON = Date.UTC(2025, 10, 23, 12);
const missing = influxdMissing();

function reading(i: number, measurement: string, value: number | string): StoredReading {
  const sampleAt = NOON + i * 1_000;
  return {
    enterprise: 'e',
    device: 'd',
    measurement,
    channel: null,
    sampleAt,
    receivedAt: sampleAt + 5,
    value,
    quality: 'good',
    flags: [],
  };
}

describe.skipIf(missing !== null && process.env['CI'] === undefined)(`InfluxDB on bad days (needs influxd: ${missing ?? 'found'})`, () => {
  let influxd: Influxd;
  const folders: string[] = [];
  const open = async (database: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'beacon-influx-'));
    folders.push(folder);
    return openReadingStore({ kind: 'influx', url: influxd.url, database, folder });
  };
  beforeAll(async () => {
    influxd = await startInfluxd();
  });
  afterAll(async () => {
    await influxd.stop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('isolates readings of the wrong type and keeps all the others, also those at the same time', async () => {
    const store = await open('types');
    await store.prepare();
    expect(await store.write([reading(-1, 'lel', 1)], 1)).toEqual({ ok: true, rejected: [] });
    const batch = Array.from({ length: 300 }, (_, i) => [reading(i, 'lel', i % 50 === 7 ? 'high' : i), reading(i, 'temp', 20 + i)]).flat();
    const outcome = await store.write(batch, 2);
    const bad = batch.filter((r) => typeof r.value === 'string');
    expect(outcome.ok && new Set(outcome.rejected.map((r) => r.reading))).toEqual(new Set(bad));
    expect(outcome.ok && outcome.rejected[0]?.message).toMatch(/field type conflict/);
    const kept = [reading(-1, 'lel', 1), ...batch.filter((r) => !bad.includes(r))];
    expect(await store.digest({ enterprise: 'e', device: 'd' }, NOON - 10_000, NOON + 1e9)).toEqual(digestOf(kept));
    expect(await store.position()).toBe(2);
    await store.close();
  });

  it('makes a database that somebody dropped again, and does not move the position meanwhile', async () => {
    const store = await open('dropped');
    await store.prepare();
    await store.write([reading(0, 'lel', 1)], 1);
    const dropped = await fetch(`${influxd.url}/query`, { method: 'POST', body: new URLSearchParams({ q: 'DROP DATABASE "dropped"' }) });
    expect(dropped.ok).toBe(true);
    // While influxd 1.6 takes a database apart, a write may still be answered by yes or by 500 `shard not found`.
    let attempt = 2;
    let missed = false;
    for (const until = performance.now() + 60_000; !missed && performance.now() < until; attempt++) {
      const before = await store.position();
      const outcome = await store.write([reading(0, 'temp', 20)], attempt);
      expect(await store.position()).toBe(outcome.ok ? attempt : before);
      missed = !outcome.ok && outcome.detail.includes('database not found');
    }
    expect(missed).toBe(true);
    expect(await store.write([reading(1, 'lel', 2)], attempt)).toEqual({ ok: true, rejected: [] });
    expect(await store.digest({ enterprise: 'e', device: 'd' }, NOON, NOON + 1e9)).toEqual(digestOf([reading(1, 'lel', 2)]));
    await store.close();
  });

  it('leaves no mark of an earlier arrival when a crash cuts the batches differently', async () => {
    // Written, but the platform died before the position was kept: a new folder knows nothing of it.
    const before = await open('cut');
    await before.prepare();
    const first: StoredReading = { ...reading(0, 'lel', 99), quality: 'bad', flags: ['sensor'] };
    const second: StoredReading = { ...reading(0, 'lel', 7), receivedAt: NOON + 900 };
    await before.write([first], 1);
    await before.close();
    const after = await open('cut');
    await after.write([first, second], 2);
    expect(await after.digest({ enterprise: 'e', device: 'd' }, NOON, NOON + 1e9)).toEqual(digestOf([second]));
    await after.close();
  });

  it('says no while the server is dead, and goes on with the same store object afterwards', async () => {
    const store = await open('killed');
    await store.prepare();
    await store.write([reading(0, 'lel', 1)], 1);
    await influxd.kill();
    const refused = await store.write([reading(1, 'lel', 2)], 2);
    expect(refused).toMatchObject({ ok: false });
    await expect(
      store.range({ enterprise: 'e', device: 'd', measurement: 'lel', channel: null, from: NOON, to: NOON + 1 }),
    ).rejects.toMatchObject({
      code: 'store-unreachable',
    });
    await expect(store.prepare()).rejects.toMatchObject({ code: 'store-unreachable' });
    await influxd.restart();
    expect(await store.write([reading(1, 'lel', 2)], 2)).toEqual({ ok: true, rejected: [] });
    expect(await store.digest({ enterprise: 'e', device: 'd' }, NOON, NOON + 1e9)).toEqual(
      digestOf([reading(0, 'lel', 1), reading(1, 'lel', 2)]),
    );
    await store.close();
  });

  it('gives nothing up while the server has no room for new series, and takes all in order once the limit is lifted', async () => {
    const store = await open('full');
    const devices = ['d1', 'd2', 'd3', 'd4'];
    const of = (device: string, from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => ({ ...reading(from + i, 'lel', from + i), device }));
    const limited = { INFLUXDB_DATA_MAX_SERIES_PER_DATABASE: '2' };
    await influxd.kill();
    await influxd.restart(limited);
    await store.prepare();
    expect(await store.write([...of('d1', 0, 1), ...of('d2', 0, 1)], 1)).toEqual({ ok: true, rejected: [] });
    const backlog = devices.flatMap((device) => of(device, 1, 21));
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await store.write(backlog, 2)).toEqual({
        ok: false,
        detail: expect.stringContaining('max-series-per-database limit exceeded'),
      });
      expect(await store.position()).toBe(1);
    }
    await influxd.kill();
    await influxd.restart();
    expect(await store.write(backlog, 2)).toEqual({ ok: true, rejected: [] });
    expect(await store.position()).toBe(2);
    for (const device of devices) {
      const all = of(device, device === 'd1' || device === 'd2' ? 0 : 1, 21);
      expect(await store.digest({ enterprise: 'e', device }, NOON - 10_000, NOON + 1e9)).toEqual(digestOf(all));
    }
    await store.close();
  });

  it('starts with a server that is not there, and tells which', async () => {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'beacon-influx-'));
    folders.push(folder);
    const store = await openReadingStore({ kind: 'influx', url: `http://127.0.0.1:${port}`, database: 'beacon', folder });
    await expect(store.prepare()).rejects.toMatchObject({ code: 'store-unreachable', message: expect.stringContaining(String(port)) });
    expect(await store.write([reading(0, 'lel', 1)], 1)).toMatchObject({ ok: false });
    expect(await store.position()).toBe(0);
    await store.close();
  });
});
