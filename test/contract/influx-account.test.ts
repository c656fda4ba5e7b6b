import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadingStore } from '../../model/ports/reading-store.ts';
import { openAsker } from '../../store/readings/influx/ask.ts';
import { influxSettings } from '../../store/readings/influx/settings.ts';
import { openReadingStore } from '../../store/readings/open.ts';
import { influxdMissing, startInfluxd, type Influxd } from '../parts/influxd.ts';

/** InfluxDB asks who we are: every question and every write has to say so, in the way that was set. */
describe('who we are is said with every question', () => {
  it.each([
    ['a user name', { username: 'beacon', password: 'right' }, `Basic ${Buffer.from('beacon:right').toString('base64')}`],
    ['a token', { token: 'abc' }, 'Token abc'],
    ['nothing', {}, undefined],
  ])('%s', async (_what, account, expected) => {
    const heard: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      heard.push(request.headers.authorization);
      response.end('{"results":[{}]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const asker = openAsker(influxSettings({ url, database: 'beacon', ...account }));
      await asker.databases();
      await asker.createDatabase();
      await asker.table('SHOW MEASUREMENTS');
      expect(heard).toEqual([expected, expected, expected]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe.skipIf(influxdMissing() !== null)('an InfluxDB 1.x with accounts (needs influxd: apt-get install influxdb)', () => {
  const KEEP = { rawDays: 90, minuteDays: 400, hourDays: 3_660 };
  // The server refuses what is past its days by its own clock.
  const NOW = Date.now();
  const folders: string[] = [];
  let influxd: Influxd;

  async function query(q: string, account = 'root:of all'): Promise<void> {
    const headers = { authorization: `Basic ${Buffer.from(account).toString('base64')}` };
    const answer = await fetch(`${influxd.url}/query`, { method: 'POST', headers, body: new URLSearchParams({ q }) });
    expect(await answer.text()).not.toContain('error');
  }

  function open(account: { username: string; password: string }, database = 'beacon'): Promise<ReadingStore> {
    const folder = mkdtempSync(join(tmpdir(), 'beacon-account-'));
    folders.push(folder);
    return openReadingStore({ kind: 'influx', url: influxd.url, database, folder, ...account });
  }

  /** From the start to the first trend, as the projector goes. */
  async function used(store: ReadingStore, database: string): Promise<void> {
    const point = { enterprise: 'e', device: database, measurement: 'lel', channel: null };
    await store.prepare();
    const reading = { ...point, sampleAt: NOW, receivedAt: NOW, value: 1, quality: 'good', flags: [] } as const;
    expect(await store.write([reading], 1)).toEqual({ ok: true, rejected: [] });
    expect(await store.expire(NOW, KEEP)).toEqual({ deleted: 0, byHand: null });
    expect((await store.range({ ...point, from: NOW - 1, to: NOW + 1 })).points).toEqual([[NOW, 1, 'good']]);
    await store.close();
  }

  beforeAll(async () => {
    influxd = await startInfluxd({ INFLUXDB_HTTP_AUTH_ENABLED: 'true' });
    await query(`CREATE USER root WITH PASSWORD 'of all' WITH ALL PRIVILEGES`);
    await query(`CREATE USER beacon WITH PASSWORD 'right' WITH ALL PRIVILEGES`);
  });
  afterAll(async () => {
    await influxd.stop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('an account with all privileges makes its databases, writes, reads, and leaves nothing to be done by hand', async () => {
    await used(await open({ username: 'beacon', password: 'right' }), 'beacon');
  });

  it('an account with fewer rights does the same once the three databases were made for it', async () => {
    await query(`CREATE USER less WITH PASSWORD 'rights'`);
    for (const database of ['small', 'small_minutes', 'small_hours']) {
      await query(`CREATE DATABASE "${database}"`);
      await query(`GRANT ALL ON "${database}" TO less`);
    }
    await query(`ALTER RETENTION POLICY autogen ON small DURATION 90d`);
    await query(`ALTER RETENTION POLICY autogen ON small_minutes DURATION 400d`);
    await query(`ALTER RETENTION POLICY autogen ON small_hours DURATION 3660d`);
    await used(await open({ username: 'less', password: 'rights' }, 'small'), 'small');
  });

  it('a wrong password is the first thing that is met, in the words of the server', async () => {
    const store = await open({ username: 'beacon', password: 'wrong' });
    await expect(store.prepare()).rejects.toThrow(/401 .*authorization failed/s);
    await store.close();
  });
});
