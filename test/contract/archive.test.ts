import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { beginningOf, entriesFrom, HistoryNotKept } from '../../app/backtest/history.ts';
import { ENTRY_VERSION, type Entry, type EntryDraft } from '../../model/entry.ts';
import type { Journal } from '../../model/ports/journal.ts';
import { type Archive, startArchive } from '../../store/archive/archive.ts';
import { listArchive, readPiece } from '../../store/archive/files.ts';
import { openJournal } from '../../store/journal/journal.ts';
import { openSnapshots } from '../../store/journal/snapshots.ts';

/** A thread of its own has to come to it: when is the machine's. */
const PATIENTLY = { timeout: 60_000, interval: 50 };

let root = '';
let journal: Journal | null = null;
let archive: Archive | null = null;
const at = (name: string): string => join(root, name);
const folders = (): { archive: string; journal: string; snapshots: string } => ({
  archive: at('archive'),
  journal: at('journal'),
  snapshots: at('snapshots'),
});

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'beacon-archive-'));
});
afterEach(async () => {
  await archive?.close();
  await journal?.close();
  archive = null;
  journal = null;
  rmSync(root, { recursive: true, force: true });
});

const PADDING = 'x'.repeat(2_000);
const tick = (n: number): EntryDraft => ({
  v: ENTRY_VERSION,
  at: 1_000 * n,
  boot: 'b',
  mono: n,
  kind: 'command',
  by: PADDING,
  requestId: String(n),
  command: { op: 'withdraw', alarmId: '1' },
});

async function open(): Promise<Journal> {
  journal = await openJournal({
    folder: at('journal'),
    maxBytes: 1e9,
    boot: 'b',
    queueMaxEntries: 10_000,
    queueMaxBytes: 1e8,
    reserveBytes: 1_048_576,
    segmentBytes: 150_000,
    onDeath: (detail) => expect.unreachable(detail),
  });
  return journal;
}
async function append(to: Journal, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n += 10)
    await Promise.all(
      Array.from(
        { length: 10 },
        (_, i) =>
          new Promise<void>((resolve) =>
            to.append(tick(n + i), (done) => {
              expect(done.ok).toBe(true);
              resolve();
            }),
          ),
      ),
    );
}
function start(more: Partial<Parameters<typeof startArchive>[0]> = {}): Archive {
  mkdirSync(at('snapshots'), { recursive: true });
  archive = startArchive({
    folder: at('archive'),
    journalFolder: at('journal'),
    snapshotsFolder: at('snapshots'),
    bounds: { days: 35, maxBytes: 1e9 },
    ...more,
  });
  return archive;
}
/** Closed segments of the journal are all packed. */
async function packed(one: Archive): Promise<void> {
  const closed = (): number =>
    Math.max(0, ...readdirSync(at('journal')).flatMap((name) => (name.endsWith('.seg') ? [Number(name.slice(0, 16))] : []))) - 1;
  await vi.waitFor(() => expect(one.status().position).toBe(closed()), PATIENTLY);
}
const read = (from: number): readonly Entry[] => [...entriesFrom(folders(), from)].flat();

describe('the archive', () => {
  it('holds what was trimmed: everything comes back in order, from the archive and then from the journal', async () => {
    const one = await open();
    await append(one, 1, 600);
    const kept = start();
    expect(kept.mayTrimTo()).toBe(0);
    await packed(kept);
    expect(kept.mayTrimTo()).toBeGreaterThan(300);
    one.trim(kept.mayTrimTo() + 1);
    await append(one, 601, 20);
    await vi.waitFor(() => expect(one.status().firstSeq).toBeGreaterThan(300), PATIENTLY);
    const all = read(1);
    expect(all.map((entry) => entry.seq)).toEqual(Array.from({ length: 620 }, (_, i) => i + 1));
    expect(all[344]).toEqual({ seq: 345, ...tick(345) });
    expect(read(345).map((entry) => entry.seq)[0]).toBe(345);
  });

  it('goes on where it was after a restart, packs nothing twice and leaves no half file', async () => {
    const one = await open();
    await append(one, 1, 300);
    const first = start();
    await packed(first);
    await first.close();
    writeFileSync(join(at('archive'), '0000000000000009-0000000000000010-1-2.jnl.gz.tmp'), 'half');
    await append(one, 301, 300);
    await packed(start());
    const { pieces } = listArchive(at('archive'));
    expect(pieces.map((piece) => piece.firstSeq)).toEqual([1, ...pieces.slice(0, -1).map((piece) => piece.lastSeq + 1)]);
    expect(readdirSync(at('archive')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(read(1)).toHaveLength(600);
  });

  it('keeps a snapshot as it was; a period begins at the newest before it', async () => {
    const one = await open();
    await append(one, 1, 300);
    const snapshots = openSnapshots(at('snapshots'));
    const text = (seq: number): string =>
      `beacon-engine 2\nH{"seq":${seq},"clock":{"boot":"b","bootAt":3,"at":${seq * 1_000}}}\nKnull\nE3\n`;
    for (const seq of [100, 200])
      await snapshots.write(
        seq,
        (async function* () {
          yield text(seq);
        })(),
      );
    const kept = start();
    await packed(kept);
    await vi.waitFor(
      () => expect(listArchive(at('archive')).snapshots.map((snapshot) => [snapshot.seq, snapshot.at])).toEqual([[100, 100_000]]),
      PATIENTLY,
    );
    rmSync(at('snapshots'), { recursive: true });
    mkdirSync(at('snapshots'));
    expect(await beginningOf(folders(), 150_000)).toEqual({ text: text(100), fromSeq: 101 });
    // Before it, from the very first entry: there still is everything.
    expect(await beginningOf(folders(), 99_999)).toEqual({ text: null, fromSeq: 1 });
    // Restored from a backup that held no snapshot: there is no folder of them.
    rmSync(at('snapshots'), { recursive: true });
    expect(await beginningOf(folders(), 150_000)).toEqual({ text: text(100), fromSeq: 101 });
  });

  it('says from when on there is history where more is asked for', async () => {
    const one = await open();
    await append(one, 1, 300);
    await openSnapshots(at('snapshots')).write(
      150,
      (async function* () {
        yield 'beacon-engine 2\nH{"seq":150,"clock":{"at":150000}}\nKnull\nE3\n';
      })(),
    );
    const kept = start();
    await packed(kept);
    await kept.close();
    const [first] = listArchive(at('archive')).pieces;
    rmSync(first?.path ?? '');
    one.trim(Number.MAX_SAFE_INTEGER);
    await vi.waitFor(() => expect(one.status().firstSeq).toBeGreaterThan(100), PATIENTLY);
    await expect(beginningOf(folders(), 149_999)).rejects.toThrow(HistoryNotKept);
    await expect(beginningOf(folders(), 149_999)).rejects.toMatchObject({ earliest: 150_000 });
  });

  it('a damaged file is named and nothing of it is judged as if it were whole', async () => {
    const one = await open();
    await append(one, 1, 300);
    await packed(start());
    const [first, second] = listArchive(at('archive')).pieces;
    if (first === undefined || second === undefined) return expect.unreachable();
    const content = readFileSync(first.path);
    writeFileSync(first.path, content.subarray(0, content.length - 20));
    expect(() => [...readPiece(first)]).toThrow(first.path);
    writeFileSync(first.path, readFileSync(second.path));
    expect(() => [...readPiece(first)]).toThrow(`${first.path}: after entry 0 comes ${second.firstSeq}`);
  });

  it('that cannot be written holds nothing up, and says so', async () => {
    await open();
    writeFileSync(at('archive'), 'a file where a folder should be');
    const kept = start();
    await vi.waitFor(() => expect(kept.status().failing).not.toBeNull(), PATIENTLY);
    expect(kept.mayTrimTo()).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('that is switched off keeps nothing and holds nothing up', async () => {
    await open();
    const kept = start({ bounds: { days: 0, maxBytes: 1e9 } });
    expect(kept.mayTrimTo()).toBe(Number.MAX_SAFE_INTEGER);
    expect(kept.status().failing).toBeNull();
    expect(readdirSync(root)).not.toContain('archive');
  });
});
