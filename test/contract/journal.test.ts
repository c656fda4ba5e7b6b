import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Entry, EntryDraft } from '../../model/entry.ts';
import type { AppendOutcome, Journal } from '../../model/ports/journal.ts';
import { lockFolder } from '../../store/folder.ts';
import { createFaults } from '../../store/journal/faults.ts';
import { type JournalOptions, openJournal } from '../../store/journal/journal.ts';
import { giveUpToStart } from '../../store/journal/reserve.ts';
import { openReader } from '../../store/journal/reader.ts';
import { openSnapshots } from '../../store/journal/snapshots.ts';

/** Its thread has to come to it: when is the machine's. */
const PATIENTLY = { timeout: 60_000, interval: 20 };

let root = '';
let folder = '';
const opened: Journal[] = [];
/** What a journal said about its thread; a test that expects none finds none. */
const deaths: string[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'beacon-journal-'));
  folder = join(root, 'journal');
});
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
  const unexpected = deaths.splice(0);
  rmSync(root, { recursive: true, force: true });
  expect(unexpected).toEqual([]);
});

async function open(more: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = await openJournal({
    folder,
    maxBytes: 1e9,
    boot: 'b',
    queueMaxEntries: 10_000,
    queueMaxBytes: 1e8,
    reserveBytes: 1_048_576,
    onDeath: (detail) => deaths.push(detail),
    ...more,
  });
  opened.push(journal);
  return journal;
}

function message(n: number, pad = ''): EntryDraft {
  return {
    v: 1,
    at: n,
    boot: 'b',
    mono: n,
    kind: 'message',
    credential: 'gas-1',
    enterprise: 'e',
    client: 'gas-1/c',
    connection: 1,
    nth: n,
    qos: 1,
    packetId: n % 65_536,
    digest: n,
    topic: 't',
    stamped: false,
    counter: null,
    retain: false,
    refused: [],
    samples: [
      {
        device: 'gas-1',
        sampleAt: n,
        stampedAt: null,
        values: [{ measurement: 'lel', channel: null, value: pad === '' ? n : pad, quality: 'good', flags: [] }],
      },
    ],
  };
}
const tick = (n: number): EntryDraft => ({ v: 1, at: n, boot: 'b', mono: n, kind: 'tick' });
const append = (journal: Journal, draft: EntryDraft) => new Promise<AppendOutcome>((resolve) => journal.append(draft, resolve));
async function readAll(journal: Journal, from = 1): Promise<Entry[]> {
  const all: Entry[] = [];
  for await (const chunk of journal.read(from)) all.push(...chunk);
  return all;
}
const segments = () => readdirSync(folder).filter((name) => name.endsWith('.seg'));

describe('appending', () => {
  it('settles in append order with numbers without gaps, many entries to a commit', async () => {
    const journal = await open();
    const seqs: number[] = [];
    await new Promise<void>((resolve) => {
      for (let n = 1; n <= 3000; n += 1) {
        journal.append(n % 7 === 0 ? tick(n) : message(n), (outcome) => {
          if (outcome.ok) seqs.push(outcome.seq);
          if (seqs.length === 3000) resolve();
        });
      }
    });
    expect(seqs).toEqual(Array.from({ length: 3000 }, (_, i) => i + 1));
    const entries = await readAll(journal);
    expect(entries.map((entry) => [entry.seq, entry.at])).toEqual(seqs.map((seq) => [seq, seq]));
    expect(entries[9]).toEqual({ seq: 10, ...message(10) });
    await journal.close();
    const [name = ''] = segments();
    const db = new Database(join(folder, name), { readonly: true });
    const { commits } = db.prepare('SELECT count(*) AS commits FROM commits').get() as { commits: number };
    db.close();
    expect(commits).toBeLessThan(100);
  });

  it('goes on with the next number after a clean stop, and leaves single files', async () => {
    const first = await open();
    await append(first, message(1));
    await first.close();
    expect(await append(first, message(2))).toMatchObject({ ok: false, code: 'closed' });
    expect(readdirSync(folder)).toEqual(['0000000000000001.seg']);
    const second = await open();
    expect(await append(second, message(2))).toEqual({ ok: true, seq: 2 });
    expect((await readAll(second)).map((entry) => entry.seq)).toEqual([1, 2]);
  });

  it('refuses beyond its queue, and announces pressure before and its end after', async () => {
    const journal = await open({ queueMaxEntries: 100, commitDelayMs: 50 });
    const pressure: boolean[] = [];
    journal.onPressure((pressed) => pressure.push(pressed));
    const outcomes = await Promise.all(Array.from({ length: 120 }, (_, n) => append(journal, message(n + 1))));
    expect(outcomes.filter((outcome) => outcome.ok).length).toBe(100);
    expect(outcomes.slice(100).every((outcome) => !outcome.ok && outcome.code === 'queue-full')).toBe(true);
    expect(pressure).toEqual([true, false]);
    expect(journal.status()).toMatchObject({ queuedEntries: 0, queuedBytes: 0, lastSeq: 100 });
  });
});

describe('after a crash', () => {
  it('kill -9: every number that was told durable is there with its message, at random moments', async () => {
    const child = new URL('./journal-child.ts', import.meta.url).pathname;
    let before = 0;
    for (let round = 0; round < 5; round += 1) {
      const toldFile = join(root, `told-${round}`);
      const writer = spawn(process.execPath, ['--import', 'tsx', child, folder, toldFile], { stdio: ['ignore', 'ignore', 'inherit'] });
      const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
        writer.once('close', (code, signal) => resolve({ code, signal })),
      );
      await vi.waitFor(() => expect(statSync(toldFile).size).toBeGreaterThan(1000), { timeout: 60_000, interval: 5 });
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
      writer.kill('SIGKILL');
      // It must not have ended by itself: then this would show nothing about a kill.
      expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
      // Only whole lines: the kill may have come in the middle of one.
      const told = readFileSync(toldFile, 'utf8').split('\n').slice(0, -1).map(Number);
      expect(told.length).toBeGreaterThan(100);
      expect(told[0]).toBeGreaterThan(before);
      expect(told).toEqual(told.map((_, i) => (told[0] ?? 0) + i));
      const journal = await open();
      const entries = await readAll(journal);
      expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: journal.status().lastSeq }, (_, i) => i + 1));
      expect(entries.length).toBeGreaterThanOrEqual(told.at(-1) ?? 0);
      // The n-th entry of the round is the child's n-th message, whole.
      const ofRound = entries.slice(before);
      expect(ofRound.map((entry) => entry.kind === 'message' && [entry.nth, entry.samples[0]?.values[0]?.value])).toEqual(
        ofRound.map((_, i) => [i + 1, i + 1]),
      );
      before = entries.length;
      await journal.close();
    }
  });

  it('a failed fsync voids its rows: nothing is acknowledged from them, the batch goes to a new segment', async () => {
    const faults = createFaults();
    const journal = await open({ faults });
    await append(journal, message(1));
    faults.failFsync(1);
    expect(await append(journal, message(2))).toEqual({ ok: true, seq: 2 });
    expect(segments()).toEqual(['0000000000000001.seg', '0000000000000002.seg']);
    expect((await readAll(journal)).map((entry) => entry.at)).toEqual([1, 2]);
    await journal.close();
    expect((await readAll(await open())).map((entry) => [entry.seq, entry.at])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('fails what cannot be written twice, says journal-failed, and recovers with other entries under the same numbers', async () => {
    const faults = createFaults();
    const journal = await open({ faults });
    const health: string[] = [];
    journal.onHealth((codes) => health.push(codes.join()));
    await append(journal, message(1));
    faults.failFsync(2);
    expect(await append(journal, message(2))).toMatchObject({ ok: false, code: 'failed' });
    expect(await append(journal, message(3))).toEqual({ ok: true, seq: 2 });
    expect(health).toEqual(['journal-failed', '']);
    await journal.close();
    expect((await readAll(await open())).map((entry) => [entry.seq, entry.at])).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });
});

describe('a new segment that cannot be opened', () => {
  it('is taken away again: what goes on into the one before it counts', async () => {
    const faults = createFaults();
    const journal = await open({ faults, segmentBytes: 1 });
    await append(journal, message(1));
    faults.failOpen(1);
    expect(await append(journal, message(2))).toEqual({ ok: true, seq: 2 });
    expect(await append(journal, tick(3))).toEqual({ ok: true, seq: 3 });
    expect(segments()).toEqual(['0000000000000001.seg']);
    expect((await readAll(journal)).map((entry) => entry.at)).toEqual([1, 2, 3]);
    await journal.close();
    expect((await readAll(await open())).map((entry) => [entry.seq, entry.at])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  it('after a failed fsync: the batch is told to have failed, the next one is taken, under the numbers that came back', async () => {
    const faults = createFaults();
    const journal = await open({ faults });
    await append(journal, message(1));
    faults.failFsync(1);
    faults.failOpen(1);
    expect(await append(journal, message(2))).toMatchObject({ ok: false, code: 'failed' });
    expect(await append(journal, message(3))).toEqual({ ok: true, seq: 2 });
    await journal.close();
    expect((await readAll(await open())).map((entry) => [entry.seq, entry.at])).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });
});

describe('the journal’s thread', () => {
  it('that ends is told once, everything that waits is answered, and what was durable is there', async () => {
    const faults = createFaults();
    const journal = await open({ faults });
    await append(journal, message(1));
    faults.die();
    const outcomes = await Promise.all([append(journal, message(2)), append(journal, tick(3))]);
    expect(outcomes).toEqual(outcomes.map(() => expect.objectContaining({ ok: false, code: 'failed' }) as AppendOutcome));
    expect(await append(journal, message(4))).toMatchObject({ ok: false, code: 'failed' });
    expect(journal.status().health).toEqual(['journal-failed']);
    expect(deaths.splice(0)).toEqual(["the journal's thread ended: the thread ends (ordered by a test)"]);
    await journal.close();
    expect((await readAll(await open())).map((entry) => entry.at)).toEqual([1]);
  });
});

describe('a full disk', () => {
  it('lets messages wait and takes the rest from the reserve; recovers by itself, in order', async () => {
    const faults = createFaults();
    const journal = await open({ faults });
    await append(journal, message(1));
    faults.freeBytes(0);
    const settled: string[] = [];
    const waiting = [2, 3, 4].map((n) => append(journal, message(n)).then((outcome) => settled.push(`m${n}:${outcome.ok}`)));
    expect(await append(journal, tick(100))).toEqual({ ok: true, seq: 2 });
    expect(await append(journal, tick(101))).toEqual({ ok: true, seq: 3 });
    expect(settled).toEqual([]);
    expect(journal.status().health).toEqual(['disk-full']);
    expect(readdirSync(root)).not.toContain('reserve');
    expect(journal.status().queuedEntries).toBe(3);
    faults.freeBytes(null);
    await Promise.all(waiting);
    expect(settled).toEqual(['m2:true', 'm3:true', 'm4:true']);
    expect(journal.status().health).toEqual([]);
    expect(statSync(join(root, 'reserve')).size).toBe(1_048_576);
    expect((await readAll(journal)).map((entry) => entry.at)).toEqual([1, 100, 101, 2, 3, 4]);
  });

  it('without a bound of the user’s it may take half of what is free, beside what it holds already', async () => {
    const journal = await open({ maxBytes: null });
    const { bavail, bsize } = statfsSync(root);
    expect(journal.status().maxBytes).toBeGreaterThan((bavail * bsize) / 2.5);
    for (let n = 1; n <= 200; n += 1) await append(journal, message(n, 'x'.repeat(2_000)));
    await journal.close();
    const again = await open({ maxBytes: null });
    const { bytes, maxBytes } = again.status();
    expect(bytes).toBeGreaterThan(100_000);
    expect(maxBytes - bytes).toBeGreaterThan(bytes);
  });

  it('a start on a full disk gives the reserve up first, and only then', () => {
    const reserve = join(root, 'reserve');
    expect(giveUpToStart(reserve, () => 0)).toBe(false);
    writeFileSync(reserve, 'x');
    expect(giveUpToStart(reserve, () => 1e9)).toBe(false);
    expect(giveUpToStart(reserve, () => 0)).toBe(true);
    expect(readdirSync(root)).not.toContain('reserve');
  });

  it('its greatest size is the same as a full disk, until it is trimmed', async () => {
    const journal = await open({ maxBytes: 400_000, segmentBytes: 50_000, reserveBytes: 100_000 });
    const pad = 'x'.repeat(2000);
    let done = 0;
    const all = Promise.all(Array.from({ length: 400 }, (_, n) => append(journal, message(n + 1, pad)).then(() => (done += 1))));
    await vi.waitFor(() => expect(journal.status().health).toEqual(['disk-full']), PATIENTLY);
    const before = done;
    expect(before).toBeLessThan(400);
    expect(await append(journal, tick(1000))).toMatchObject({ ok: true });
    const trimming = setInterval(() => journal.trim(journal.status().lastSeq + 1), 50);
    await all;
    clearInterval(trimming);
    expect(done).toBe(400);
    expect(journal.status().firstSeq).toBeGreaterThan(1);
  });
});

describe('what cannot be read is never passed over', () => {
  async function filled(): Promise<string> {
    const journal = await open();
    await append(journal, message(1));
    await journal.close();
    return join(folder, segments()[0] ?? '');
  }
  function change(path: string, sql: string): void {
    const db = new Database(path);
    db.exec(sql);
    db.close();
  }

  it('an unknown segment format', async () => {
    const path = await filled();
    change(path, 'UPDATE header SET format = 99');
    await expect(open()).rejects.toMatchObject({
      code: 'unknown-version',
      message: expect.stringContaining(`${path} has format 99`) as string,
    });
  });
  it('an unknown entry format', async () => {
    const journal = await open();
    await append(journal, { ...tick(1), v: 7 });
    await expect(readAll(journal)).rejects.toMatchObject({
      code: 'unknown-version',
      message: expect.stringContaining('entry 1 has format 7') as string,
    });
  });
  it('a file that is no segment under a segment’s name', async () => {
    const path = await filled();
    writeFileSync(path, 'not a database, but long enough to be looked at'.repeat(300));
    await expect(open()).rejects.toMatchObject({ code: 'damaged', message: expect.stringContaining(path) as string });
  });
  it('a renamed segment: not an empty journal', async () => {
    const path = await filled();
    renameSync(path, `${path}.bak`);
    await expect(open()).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringContaining('not starting with an empty journal') as string,
    });
  });
  it('a missing segment in the middle', async () => {
    const journal = await open({ segmentBytes: 1 });
    for (let n = 1; n <= 3; n += 1) await append(journal, message(n));
    await journal.close();
    rmSync(join(folder, '0000000000000002.seg'));
    await expect(open()).rejects.toMatchObject({ code: 'damaged', message: expect.stringContaining('begins with entry 3') as string });
  });
  it('a flipped byte in a commit', async () => {
    const path = await filled();
    change(path, `UPDATE commits SET blob = CAST(replace(CAST(blob AS TEXT), 'gas-1', 'gas-2') AS BLOB)`);
    const journal = await open();
    await expect(readAll(journal)).rejects.toMatchObject({ code: 'damaged' });
  });
});

describe('the follower', () => {
  it('follows across rotations, carries verdicts, and says when it was trimmed', async () => {
    const journal = await open({ segmentBytes: 1 });
    const reader = openReader(folder);
    const seen: number[] = [];
    let position = 0;
    const resends: number[] = [];
    for (let n = 1; n <= 6; n += 1) {
      if (n > 1) journal.noteVerdicts({ appliedTo: n - 1, resends: n === 4 ? [3] : [] });
      await append(journal, message(n));
      for (let chunk = reader.next(position, 100); chunk !== null; chunk = reader.next(position, 100)) {
        if (chunk.kind === 'trimmed') throw new Error('nothing was trimmed');
        seen.push(...chunk.entries.map((entry) => entry.seq));
        resends.push(...(chunk.verdicts?.resends ?? []));
        if (n > 1) expect(chunk.verdicts?.appliedTo).toBe(n - 1);
        position = chunk.lastSeq;
      }
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    expect(resends).toEqual([3]);
    expect(segments().length).toBe(6);
    journal.trim(4);
    await vi.waitFor(() => expect(journal.status().firstSeq).toBe(4), PATIENTLY);
    expect(reader.next(0, 100)).toEqual({ kind: 'trimmed', firstSeq: 4 });
    expect(reader.next(3, 100)).toMatchObject({ kind: 'entries', lastSeq: 4 });
    expect(reader.next(6, 100)).toBeNull();
    reader.close();
  });

  it('begins in the middle of a commit, and finds nothing where there is no journal yet', async () => {
    const none = openReader(join(root, 'nowhere'));
    expect(none.next(0, 10)).toBeNull();
    const journal = await open();
    await Promise.all([1, 2, 3].map((n) => append(journal, message(n))));
    const reader = openReader(folder);
    const chunk = reader.next(1, 1);
    expect(chunk?.kind === 'entries' && chunk.entries.map((entry) => entry.seq)).toEqual([2, 3]);
    reader.close();
  });
});

describe('snapshots', () => {
  async function* pieces(...texts: string[]): AsyncGenerator<string> {
    for (const text of texts) yield await Promise.resolve(text);
  }
  it('keeps the two newest and gives back the newest', async () => {
    const store = openSnapshots(join(root, 'snapshots'));
    expect(await store.newest()).toBeNull();
    for (const seq of [5, 9, 12]) await store.write(seq, pieces('state ', `of 烽火 ${seq}`));
    expect(await store.list()).toEqual([12, 9]);
    expect(await store.newest()).toEqual({ seq: 12, text: 'state of 烽火 12' });
  });
  it('falls back from a damaged one, and does not count it as kept', async () => {
    const store = openSnapshots(join(root, 'snapshots'));
    for (const seq of [5, 9]) await store.write(seq, pieces(`state ${seq}`));
    const path = join(root, 'snapshots', '0000000000000009.snap');
    const content = readFileSync(path);
    content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
    writeFileSync(path, content);
    const again = openSnapshots(join(root, 'snapshots'));
    expect(again.putAside()).toBe(0);
    expect(await again.newest()).toEqual({ seq: 5, text: 'state 5' });
    expect(again.putAside()).toBe(1);
    expect(await store.list()).toEqual([5]);
  });
  it('an interrupted write leaves nothing', async () => {
    const store = openSnapshots(join(root, 'snapshots'));
    async function* broken(): AsyncGenerator<string> {
      yield await Promise.resolve('half');
      throw new Error('aborted');
    }
    await expect(store.write(3, broken())).rejects.toThrow('aborted');
    await store.write(4, pieces('whole'));
    expect(readdirSync(join(root, 'snapshots'))).toEqual(['0000000000000004.snap']);
  });
  it('refuses an unknown format by name', async () => {
    const store = openSnapshots(join(root, 'snapshots'));
    await store.write(3, pieces('x'));
    const path = join(root, 'snapshots', '0000000000000003.snap');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"format":1', '"format":8'));
    await expect(store.newest()).rejects.toThrow(`${path} has format 8`);
  });
});

describe('the folder', () => {
  it('is one process’s at a time, and free again after release', async () => {
    const first = await lockFolder(root);
    expect(await lockFolder(root)).toMatchObject({ error: 'in-use' });
    if ('release' in first) first.release();
    const second = await lockFolder(root);
    expect('release' in second).toBe(true);
    if ('release' in second) second.release();
  });
  it('is free at once after its holder was killed', async () => {
    const script = `const { lockFolder } = await import(${JSON.stringify(new URL('../../store/folder.ts', import.meta.url).href)}); const got = await lockFolder(${JSON.stringify(root)}); console.log('error' in got ? 'no' : 'held'); setInterval(() => got, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise<string>((resolve) => child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim())));
    expect(said).toBe('held');
    expect(await lockFolder(root)).toMatchObject({ error: 'in-use' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
    const mine = await lockFolder(root);
    expect('release' in mine).toBe(true);
    if ('release' in mine) mine.release();
  });
  it('says when it cannot be written', async () => {
    writeFileSync(join(root, 'file'), '');
    expect(await lockFolder(join(root, 'file', 'below'))).toMatchObject({ error: 'not-writable' });
  });
});
