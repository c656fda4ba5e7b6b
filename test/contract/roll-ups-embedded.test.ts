/** Roll-ups of the embedded store over what only a folder can suffer: a crash at any moment, and files of an older version. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RangeQuery, ReadingStore } from '../../model/ports/reading-store.ts';
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
