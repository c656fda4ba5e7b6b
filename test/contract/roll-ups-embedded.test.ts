/** Roll-ups of the embedded store over what only a folder can suffer: a crash at any moment, and files of an older version. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RangeQuery, ReadingStore, RollUp } from '../../model/ports/reading-store.ts';
import type { StoredReading } from '../../model/reading.ts';
import { openReadingStore } from '../../store/readings/open.ts';
import { rollUpsOf } from '../../store/readings/rollup/gather.ts';
import { CRASH_BEGIN, CRASH_END } from './roll-up-crash.ts';

const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

function folderFor(): string {
  const folder = mkdtempSync(join(tmpdir(), 'beacon-roll-ups-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function open(folder: string): Promise<ReadingStore> {
  const store = await openReadingStore({ kind: 'embedded', folder });
  undo.push(() => store.close());
  return store;
}

/** The store's roll-ups are those of its own raw points; says how many points there are. */
async function expectSame(store: ReadingStore, query: RangeQuery): Promise<number> {
  const { points } = await store.range(query);
  const rolled = rollUpsOf(points);
  expect(await store.rollUps({ ...query, unit: 'minute' })).toEqual(rolled.minutes);
  expect(await store.rollUps({ ...query, unit: 'hour' })).toEqual(rolled.hours);
  return points.length;
}

async function rollUpAll(store: ReadingStore): Promise<void> {
  while ((await store.rollUp(CRASH_END + 7_200_000, 50)).more);
  expect(await store.rollUp(CRASH_END + 7_200_000, 50)).toEqual({ rolled: 0, more: false, oldestDue: null });
}

/** Lets the child write on from where the folder is, and kills it once it said `times` lines. */
function writeUntilKilled(folder: string, times: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'roll-up-child.ts'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let lines = 0;
    child.stdout.on('data', (text: Buffer) => {
      lines += String(text).split('\n').length - 1;
      if (lines >= times) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => (signal === 'SIGKILL' ? resolve() : reject(new Error(`ended with ${code}`))));
  });
}

describe('roll-ups of the embedded store', () => {
  it('are those of the raw points after kill -9 at any moment', async () => {
    const folder = folderFor();
    let seen = 0;
    for (const times of [2, 5, 3]) {
      await writeUntilKilled(folder, times);
      const store = await open(folder);
      seen = 0;
      for (let m = 0; m < 4; m++) {
        const query = { enterprise: 'e', device: 'gas-1', measurement: `m${m}`, channel: null, from: CRASH_BEGIN, to: CRASH_END };
        seen += await expectSame(store, query);
      }
      await store.close();
    }
    expect(seen).toBeGreaterThan(200);
    const store = await open(folder);
    await rollUpAll(store);
    const query = { enterprise: 'e', device: 'gas-1', measurement: 'm1', channel: null, from: CRASH_BEGIN, to: CRASH_END };
    await expectSame(store, query);
    expect((await store.buckets({ ...query, maxPoints: 20 })).source).toBe('hour');
  });

  it('outlive the raw points, take late ones in without counting any twice, and nothing goes before it is rolled up', async () => {
    const folder = folderFor();
    let store = await open(folder);
    const NOON = Date.UTC(2025, 10, 23, 12);
    const old = { enterprise: 'e', device: 'gas-1', measurement: 'lel', channel: null, quality: 'good', flags: [] } as const;
    const at = (n: number, value: number): StoredReading => ({ ...old, sampleAt: NOON + n * 10_000, receivedAt: NOON + n * 10_000, value });
    const first = Array.from({ length: 600 }, (_, n) => at(2 * n, n % 7));
    await store.write(first, 1);
    const keep = { rawDays: 30, minuteDays: 400, hourDays: 3_660 };
    const now = NOON + 100 * 86_400_000;
    const query = { enterprise: 'e', device: 'gas-1', measurement: 'lel', channel: null, from: NOON, to: NOON + 14_400_000 };
    expect(await store.expire(now, keep)).toEqual({ deleted: 0, byHand: null });
    expect(await expectSame(store, query)).toBe(600);
    while ((await store.rollUp(now, 50)).more);
    expect(await store.expire(NOON + 30 * 86_400_000, keep)).toEqual({ deleted: 0, byHand: null });
    expect(await store.expire(now, keep)).toEqual({ deleted: 1, byHand: null });
    const sum = (all: readonly RollUp[]) => [all.reduce((n, r) => n + r.count, 0), all.reduce((n, r) => n + r.sum, 0)];
    const before = first.reduce((n, r) => n + Number(r.value), 0);
    expect(await store.range(query)).toEqual({ points: [], next: null });
    expect(sum(await store.rollUps({ ...query, unit: 'minute' }))).toEqual([600, before]);
    expect(await store.buckets({ ...query, to: NOON + 600_000, maxPoints: 600 })).toMatchObject({ source: 'minute', bucketMs: 60_000 });
    // An end beyond the years that four digits hold, and beyond what a calendar holds, is only a late end.
    for (const to of [Date.UTC(9999, 11, 31, 23), Date.UTC(10_000, 0, 1, 1), 999_999_999_999_999, 9_000_000_000_000_000]) {
      const drawn = await store.buckets({ ...query, to, maxPoints: 1 });
      expect([to, drawn.buckets.reduce((n, b) => n + b[4], 0)]).toEqual([to, 600]);
    }
    // Late ones, in three deliveries, one of them twice; a reader watches all the time.
    const reader = await openReadingStore({ kind: 'embedded', folder }, 'read');
    undo.push(() => reader.close());
    let late = 0;
    let lateSum = 0;
    for (let delivery = 0; delivery < 3; delivery++) {
      const batch = Array.from({ length: 50 }, (_, n) => at(2 * (delivery * 50 + n) + 1, 100));
      await store.write(batch, 2 + delivery);
      late += 50;
      lateSum += 5_000;
      for (const step of ['due', 'rolled', 'deleted'] as const) {
        if (step === 'rolled') while ((await store.rollUp(now, 50)).more);
        if (step === 'deleted' && delivery !== 1) await store.expire(now, keep);
        if (step === 'deleted') {
          await store.close();
          store = await open(folder);
        }
        for (const each of [store, reader]) {
          expect(sum(await each.rollUps({ ...query, unit: 'minute' }))).toEqual([600 + late, before + lateSum]);
          expect(sum(await each.rollUps({ ...query, unit: 'hour' }))).toEqual([600 + late, before + lateSum]);
          const drawn = await each.buckets({ ...query, maxPoints: 4 });
          expect(drawn.buckets.reduce((n, b) => n + b[4], 0)).toBe(600 + late);
        }
      }
    }
    expect(await store.expire(now + 400 * 86_400_000, keep)).toEqual({ deleted: 1, byHand: null });
    expect((await store.buckets({ ...query, maxPoints: 100 })).source).toBe('hour');
    expect(sum(await store.rollUps({ ...query, unit: 'hour' }))).toEqual([600 + late, before + lateSum]);
  });

  it('are made for the days of a version that knew none, and before that answered from them', async () => {
    const folder = folderFor();
    cpSync(join(import.meta.dirname, '../golden/v1/data/readings'), folder, { recursive: true });
    const from = Date.UTC(2026, 10, 1);
    const query = { enterprise: 'golden', device: 'GD-1', measurement: 'lel', channel: null, from, to: from + 60 * 86_400_000 };
    const reader = await openReadingStore({ kind: 'embedded', folder }, 'read');
    expect(await expectSame(reader, query)).toBe(2);
    await reader.close();
    const store = await open(folder);
    expect(await expectSame(store, query)).toBe(2);
    while ((await store.rollUp(query.to, 50)).more);
    expect((await store.rollUp(query.to, 50)).oldestDue).toBeNull();
    expect(await expectSame(store, query)).toBe(2);
    expect((await store.buckets({ ...query, maxPoints: 20 })).source).toBe('hour');
  });
});
