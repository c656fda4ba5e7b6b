import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EntryDraft } from '../../model/entry.ts';
import type { Journal } from '../../model/ports/journal.ts';
import type { ReadingStore } from '../../model/ports/reading-store.ts';
import type { StoredReading } from '../../model/reading.ts';
import { openView } from '../../store/backup/database-view.ts';
import { factsOf } from '../../store/backup/files.ts';
import { copyJournal, TrimmedAway } from '../../store/backup/journal-copy.ts';
import { type BackupContent, manifestText } from '../../store/backup/manifest.ts';
import { copyReadings } from '../../store/backup/readings-copy.ts';
import { restoreBackup } from '../../store/backup/restore.ts';
import { takeBackup, takeMoment } from '../../store/backup/take.ts';
import { type JournalOptions, openJournal } from '../../store/journal/journal.ts';
import { encodeCommit } from '../../store/journal/line.ts';
import { openReader } from '../../store/journal/reader.ts';
import { commitWriter, createSegment, openSegment } from '../../store/journal/segment.ts';
import { openSnapshots } from '../../store/journal/snapshots.ts';
import { openDueBook } from '../../store/readings/influx/due-book.ts';
import { openReadingStore } from '../../store/readings/open.ts';
import { openRecords, type OpenRecords } from '../../store/records/open-records.ts';

let root = '';
const opened: { close(): unknown }[] = [];
const TAKEN_AT = 1_795_000_000_000;
const silent = (): void => undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'beacon-backup-'));
});
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
  rmSync(root, { recursive: true, force: true });
});

const golden = join(import.meta.dirname, '..', 'golden');

/** A copy of the data folder of the first released format, as a killed platform left it. */
function goldenData(): string {
  const data = join(root, 'data');
  cpSync(join(golden, 'v1', 'data'), data, { recursive: true });
  return data;
}

function take(source: string, target: string, lines: string[] = []): Promise<BackupContent> {
  return takeBackup({ source, target, build: '1.2.3', now: () => TAKEN_AT, tell: (line) => lines.push(line) });
}

function restore(backup: string, folder: string): BackupContent {
  return restoreBackup({ backup, folder, tell: silent, now: () => TAKEN_AT + 2 * 3_600_000 });
}

describe('a copy of the journal', () => {
  const SMALL = 20_000;
  async function open(more: Partial<JournalOptions> = {}): Promise<Journal> {
    const journal = await openJournal({
      folder: join(root, 'journal'),
      maxBytes: 1e9,
      boot: 'b',
      queueMaxEntries: 10_000,
      queueMaxBytes: 1e8,
      reserveBytes: 1_048_576,
      segmentBytes: SMALL,
      onDeath: (detail) => expect(detail).toBe('alive'),
      ...more,
    });
    opened.push(journal);
    return journal;
  }
  let written = 0;
  beforeEach(() => {
    written = 0;
  });
  /** One commit each. */
  async function append(journal: Journal, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      written += 1;
      const draft: EntryDraft = { v: 2, at: written, boot: 'b', mono: written, kind: 'tick' };
      await new Promise<void>((resolve, reject) =>
        journal.append(draft, (outcome) => (outcome.ok ? resolve() : reject(new Error(outcome.detail)))),
      );
    }
  }
  function target(): string {
    mkdirSync(join(root, 'copy'));
    return join(root, 'copy');
  }
  function seqsIn(folder: string, after: number): number[] {
    const reader = openReader(folder);
    const seqs: number[] = [];
    try {
      for (let at = after; ; ) {
        const chunk = reader.next(at, 100);
        if (chunk === null) return seqs;
        if (chunk.kind === 'trimmed') throw new Error(`begins with ${chunk.firstSeq}`);
        seqs.push(...chunk.entries.map((entry) => entry.seq));
        at = chunk.lastSeq;
      }
    } finally {
      reader.close();
    }
  }
  const upTo = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

  it('follows it over rotations and trimming', async () => {
    const journal = await open();
    await append(journal, 20);
    expect(readdirSync(join(root, 'journal')).filter((name) => name.endsWith('.seg')).length).toBeGreaterThan(1);
    const folder = target();
    const copy = copyJournal(join(root, 'journal'), folder);
    copy.follow();
    for (let round = 0; round < 5; round++) {
      await append(journal, 10);
      journal.trim(written - 15);
      copy.follow();
    }
    copy.finish();
    expect(readdirSync(folder).filter((name) => !name.endsWith('.seg'))).toEqual([]);
    expect(journal.status().firstSeq).toBeGreaterThan(1);
    expect(copy.range()).toEqual({ firstSeq: 1, lastSeq: 70 });
    expect(seqsIn(folder, 0)).toEqual(upTo(1, 70));
  });

  it('is none when it was left behind', async () => {
    const journal = await open();
    await append(journal, 30);
    const copy = copyJournal(join(root, 'journal'), target());
    copy.follow();
    await append(journal, 60);
    journal.trim(written);
    await append(journal, 1);
    expect(journal.status().firstSeq).toBeGreaterThan(31);
    expect(() => copy.follow()).toThrow(TrimmedAway);
    copy.abandon();
  });

  /** A segment with a commit for each number; the text says which attempt it is of. */
  function segment(source: string, seqs: readonly number[], attempt: number): void {
    const [first = 0] = seqs;
    const db = openSegment(createSegment(source, first), 'write');
    const write = commitWriter(db);
    for (const seq of seqs) {
      const entry: EntryDraft = { v: 2, at: attempt, boot: 'b', mono: seq, kind: 'tick' };
      write({ firstSeq: seq, lastSeq: seq, at: 0, header: null, blob: Buffer.from(encodeCommit([entry])) });
    }
    db.close();
  }
  it.each([
    [
      'in the file that is copied',
      [
        [
          [1, 2, 3, 4, 5, 6],
          [6, 7],
        ],
      ],
    ],
    [
      'more than once',
      [
        [
          [1, 2, 3, 4, 5, 6],
          [6, 7],
        ],
        [[7, 8]],
        [[7]],
        [[8, 9]],
      ],
    ],
    ['all of it', [[[1, 2]], [[1, 2, 3]]]],
  ])('takes back commits that the journal took back: %s', (_name, rounds) => {
    const source = join(root, 'journal');
    mkdirSync(source);
    const folder = target();
    let copy: ReturnType<typeof copyJournal> | null = null;
    let attempt = 0;
    for (const segments of rounds) {
      for (const seqs of segments) {
        attempt += 1;
        segment(source, seqs, attempt);
        // After each: the copy meets what the next one makes void.
        copy ??= copyJournal(source, folder);
        copy.follow();
      }
    }
    copy?.finish();
    const told = (from: string): unknown => {
      const reader = openReader(from);
      const chunks: unknown[] = [];
      for (let at = 0; ; ) {
        const chunk = reader.next(at, 1);
        if (chunk === null || chunk.kind === 'trimmed') break;
        chunks.push(...chunk.entries.map((entry) => [entry.seq, entry.at]));
        at = chunk.lastSeq;
      }
      reader.close();
      return chunks;
    };
    expect(told(folder)).toEqual(told(source));
  });
});

describe('a copy of the readings', () => {
  const DAY = 86_400_000;
  const now = Date.UTC(2026, 10, 20, 12);
  function reading(at: number, value: number): StoredReading {
    return {
      enterprise: 'e',
      device: 'd',
      measurement: 'm',
      channel: null,
      sampleAt: at,
      receivedAt: at,
      value,
      quality: 'good',
      flags: [],
    };
  }
  async function openStore(folder: string, access: 'read' | 'write' = 'write'): Promise<ReadingStore> {
    const store = await openReadingStore({ kind: 'embedded', folder }, access);
    opened.push(store);
    await store.prepare();
    return store;
  }
  const keep = { rawDays: 3, minuteDays: 400, hourDays: 3_660 };

  it('has no raw readings of a day that was deleted after they were copied, and counts them once', async () => {
    const source = join(root, 'readings');
    const store = await openStore(source);
    const old = now - 5 * DAY;
    await store.write([reading(old, 1), reading(old + 1_000, 2), reading(now, 3)], 7);
    // The day is copied while it waits to be rolled up; then it is rolled up and its raw readings are deleted, and a late one comes.
    let deleted = false;
    const target = join(root, 'copy');
    mkdirSync(target);
    const days = new Set<string>();
    await copyReadings(source, target, (file) => {
      days.add(file);
      if (deleted || file !== '2026-11-20.db') return;
      deleted = true;
      void store.rollUp(now, 1_000).then(() => store.expire(now, keep));
    });
    await store.rollUp(now, 1_000);
    expect(days).toContain('2026-11-15.db');
    expect(existsSync(join(source, '2026-11-15.db'))).toBe(false);
    expect(readdirSync(target).filter((name) => name.endsWith('.db'))).toEqual(['2026-11-20.db']);
    cpSync(join(source, 'position.db'), join(target, 'position.db'));
    const copied = await openStore(target);
    await copied.rollUp(now, 1_000);
    const query = { enterprise: 'e', device: 'd', measurement: 'm', channel: null, from: old - DAY, to: now + DAY, unit: 'hour' as const };
    expect((await copied.rollUps(query)).map(({ count, sum }) => [count, sum])).toEqual([
      [2, 3],
      [1, 3],
    ]);
  });
});

describe('a view of a database', () => {
  it('is of one moment, however long it is looked at, and keeps nobody from writing', async () => {
    const path = join(root, 'a.db');
    const db = new Database(path);
    opened.push(db);
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, pad TEXT)');
    const put = db.prepare(`INSERT INTO t (pad) VALUES (hex(zeroblob(2000)))`);
    for (let i = 0; i < 6_000; i++) put.run();
    const view = openView(path);
    let steps = 0;
    await view?.copyTo(join(root, 'b.db'), () => {
      steps += 1;
      put.run();
    });
    view?.close();
    expect(steps).toBeGreaterThan(2);
    const copy = new Database(join(root, 'b.db'), { readonly: true });
    opened.push(copy);
    expect(copy.prepare('SELECT count(*) FROM t').pluck().get()).toBe(6_000);
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(6_000 + steps);
    expect(openView(join(root, 'none.db'))).toBeNull();
  });
});

describe('a backup', () => {
  it('refuses a folder that is taken, and what is no data folder', async () => {
    const data = goldenData();
    writeFileSync(join(root, 'file'), '');
    mkdirSync(join(root, 'taken'));
    writeFileSync(join(root, 'taken', 'a'), '');
    await expect(take(data, join(root, 'taken'))).rejects.toThrow('is not empty; a backup needs a folder of its own');
    await expect(take(data, join(root, 'file'))).rejects.toThrow('is not empty');
    await expect(take(data, join(data, 'backup'))).rejects.toThrow('a backup must stand elsewhere');
    await expect(take(join(root, 'taken'), join(root, 'b'))).rejects.toThrow('is no data folder');
    expect(readdirSync(root).sort()).toEqual(['data', 'file', 'taken']);
    expect(readdirSync(join(root, 'taken'))).toEqual(['a']);
  });

  it('tells by name what it leaves out', async () => {
    const data = goldenData();
    writeFileSync(join(data, 'notes.txt'), 'mine');
    const lines: string[] = [];
    const { files } = await take(data, join(root, 'backup'), lines);
    expect(lines).toContain(`left out: notes.txt, which is not the platform's`);
    expect(files.map(({ path }) => path)).toEqual([
      'journal/0000000000000001.seg',
      'readings/2026-11-23.db',
      'readings/position.db',
      'records.db',
      'snapshots/0000000000000019.snap',
    ]);
  });

  it('leaves nothing behind when it fails', async () => {
    const data = goldenData();
    const [segment = ''] = readdirSync(join(data, 'journal')).filter((name) => name.endsWith('.seg'));
    rmSync(join(data, 'journal', `${segment}-wal`));
    const path = join(data, 'journal', segment);
    const db = new Database(path);
    db.prepare('UPDATE commits SET crc = crc + 1 WHERE first_seq = (SELECT min(first_seq) FROM commits)').run();
    db.close();
    await expect(take(data, join(root, 'backup'))).rejects.toThrow(`${segment}: the commit of entry 1 is damaged`);
    expect(readdirSync(root)).toEqual(['data']);
    mkdirSync(join(root, 'empty'));
    await expect(take(data, join(root, 'empty'))).rejects.toThrow('is damaged');
    expect(readdirSync(join(root, 'empty'))).toEqual([]);
  });

  it('uses the snapshot before when the newest is damaged, and says so when nothing could be started from it', async () => {
    const data = goldenData();
    writeFileSync(join(data, 'snapshots', '0000000000000021.snap'), 'half of it');
    expect(await take(data, join(root, 'backup'))).toMatchObject({ snapshot: 19, journal: { firstSeq: 1, lastSeq: 23 }, events: 12 });
    rmSync(join(data, 'snapshots'), { recursive: true });
    expect(await take(data, join(root, 'from-the-first-entry'))).toMatchObject({ snapshot: null, journal: { firstSeq: 1 } });
  });

  const disk = join(tmpdir(), `beacon-backup-disk-${process.pid}`);
  mkdirSync(disk, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]).status === 0;
  if (mounted) spawnSync('umount', [disk]);
  afterAll(() => rmdirSync(disk));

  it.skipIf(!mounted)('asks for room first; restores to the root of a disk (needs to mount a tmpfs: run as root)', async () => {
    const data = goldenData();
    await take(data, join(root, 'backup'));
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
    opened.push({ close: () => spawnSync('umount', [disk]) });
    await expect(take(data, join(disk, 'backup'))).rejects.toThrow(/has 8\.\d MB free, 25\d MB may be needed$/);
    expect(readdirSync(disk)).toEqual([]);
    restore(join(root, 'backup'), disk);
    expect(readdirSync(disk).sort()).toEqual(['journal', 'readings', 'records.db', 'snapshots']);
    spawnSync('umount', [disk]);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk]);
    expect(() => restore(join(root, 'backup'), disk)).toThrow(/has \d+ kB free, 3\d\d kB are needed$/);
    expect(readdirSync(disk)).toEqual([]);
  });
});

describe('a backup of a platform that changes under it', () => {
  const data = (): string => join(root, 'data');
  async function* piece(): AsyncGenerator<string> {
    yield 'a snapshot';
  }
  async function records(): Promise<OpenRecords> {
    mkdirSync(data(), { recursive: true });
    const made = await openRecords(data());
    opened.push(made);
    return made;
  }
  async function journal(): Promise<{ append(count: number): Promise<void>; trimTo(seq: number): Promise<void>; last(): number }> {
    const options = {
      maxBytes: 1e9,
      boot: 'b',
      queueMaxEntries: 10_000,
      queueMaxBytes: 1e8,
      reserveBytes: 1_048_576,
      segmentBytes: 20_000,
    };
    const made = await openJournal({ ...options, folder: join(data(), 'journal'), onDeath: (detail) => expect(detail).toBe('alive') });
    opened.push(made);
    const snapshots = openSnapshots(join(data(), 'snapshots'));
    let last = 0;
    async function append(count: number): Promise<void> {
      for (let i = 0; i < count; i++) {
        const draft: EntryDraft = { v: 2, at: 1, boot: 'b', mono: 1, kind: 'tick' };
        last = await new Promise<number>((resolve, reject) =>
          made.append(draft, (outcome) => (outcome.ok ? resolve(outcome.seq) : reject(new Error(outcome.detail)))),
        );
      }
    }
    return {
      append,
      async trimTo(seq) {
        await snapshots.write(seq - 1, piece());
        made.trim(seq);
        await append(1);
        expect(made.status().firstSeq).toBeGreaterThan(1);
      },
      last: () => last,
    };
  }

  it('begins again when the journal was trimmed past it, and gives up when that goes on', async () => {
    await records();
    const log = await journal();
    await log.append(10);
    const lines: string[] = [];
    /** As the platform trims in the pauses of the first `times` attempts, far beyond what is copied. */
    const trimming = (times: number) => {
      let left = times;
      return async (): Promise<void> => {
        if (lines.at(-1)?.startsWith('journal up to') !== true || left === 0) return;
        left -= 1;
        await log.append(25);
        await log.trimTo(log.last());
        // Longer than the journal is left alone.
        await new Promise((resolve) => setTimeout(resolve, 600));
      };
    };
    const options = (name: string, times: number) => ({
      source: data(),
      target: join(root, name),
      build: '1.2.3',
      now: () => TAKEN_AT,
      tell: (line: string) => lines.push(line),
      seams: { between: trimming(times) },
    });
    const content = await takeBackup(options('once', 1));
    expect(lines.filter((line) => line.endsWith('from the beginning again'))).toHaveLength(1);
    expect(content.journal.firstSeq).toBeGreaterThan(1);
    expect(content.journal.firstSeq).toBeLessThanOrEqual((content.snapshot ?? 0) + 1);
    expect(content.journal.lastSeq).toBe(log.last());
    restore(join(root, 'once'), join(root, 'back'));
    await expect(takeBackup(options('never', 3))).rejects.toThrow(/trimmed past entry \d+ while it was copied, 3 times/);
    expect(existsSync(join(root, 'never'))).toBe(false);
  });

  it('has the secret of every device whose entry is in it', async () => {
    const made = await records();
    let followed = 0;
    const credential = (id: string) => ({ id, kind: 'device' as const, enterprise: 'e', hash: id, createdAt: followed });
    const open = () => {
      const view = openView(join(data(), 'records.db'));
      if (view === null) throw new Error('no records');
      return view;
    };
    // A device is registered between the look at the records and the look at the journal, twice.
    const writer = new Database(join(data(), 'records.db'));
    opened.push(writer);
    await made.credentials.put([credential('first')]);
    const put = writer.prepare(`INSERT INTO credential VALUES (?, 'device', 'e', ?, ?)`);
    const view = takeMoment(
      {
        follow() {
          followed += 1;
          if (followed <= 2) put.run(`d-${followed}`, `h-${followed}`, followed);
          return true;
        },
      },
      open,
    );
    expect(view.db.prepare('SELECT id FROM credential ORDER BY id').pluck().all()).toEqual(['d-1', 'd-2', 'first']);
    view.close();
    expect(followed).toBe(3);
  });
});

describe('a restore', () => {
  let backup = '';
  let content: BackupContent;
  beforeEach(async () => {
    backup = join(root, 'backup');
    content = await take(goldenData(), backup);
  });
  const refused = (what: RegExp | string): void => {
    const before = readdirSync(root).sort();
    expect(() => restore(backup, join(root, 'back'))).toThrow(what);
    expect(readdirSync(root).sort()).toEqual(before);
  };

  it('gives the same files, readable by nobody else', () => {
    mkdirSync(join(root, 'back'));
    restore(backup, join(root, 'back'));
    for (const { path, bytes, sha256 } of content.files) {
      expect(factsOf(join(root, 'back', path))).toEqual({ bytes, sha256 });
      expect(statSync(join(root, 'back', path)).mode & 0o777).toBe(0o600);
    }
    expect(existsSync(join(root, 'back', 'backup.json'))).toBe(false);
  });

  it('follows a link to an empty folder, as a service manager makes one', () => {
    mkdirSync(join(root, 'state'));
    symlinkSync(join(root, 'state'), join(root, 'linked'));
    restore(backup, join(root, 'linked'));
    expect(content.files.every(({ path }) => existsSync(join(root, 'state', path)))).toBe(true);
    expect(readdirSync(root).filter((name) => name.includes('restoring'))).toEqual([]);
  });

  it('has the hours since then rolled up again, for InfluxDB may hold readings that came after it', async () => {
    const data = join(root, 'data');
    const hour = Math.floor(TAKEN_AT / 3_600_000);
    const device = { enterprise: 'e', device: 'd' };
    const book = openDueBook(join(data, 'readings'), 'http://influx beacon', 'write', null);
    const at = TAKEN_AT - 5 * 3_600_000;
    book.mark([{ ...device, measurement: 'm', channel: null, sampleAt: at, receivedAt: at, value: 1, quality: 'good', flags: [] }]);
    book.close();
    await take(data, join(root, 'with-influx'));
    restore(join(root, 'with-influx'), join(root, 'back'));
    const back = openDueBook(join(root, 'back', 'readings'), 'http://influx beacon', 'read', null);
    opened.push(back);
    expect(back.ofDevice(device, 0, Number.MAX_SAFE_INTEGER)).toEqual([hour - 5, hour, hour + 1, hour + 2]);
    expect(back.ofDevice({ ...device, device: 'other' }, 0, Number.MAX_SAFE_INTEGER)).toEqual([]);
  });

  it('refuses a folder that holds something, and changes nothing in it', () => {
    mkdirSync(join(root, 'back'));
    writeFileSync(join(root, 'back', 'records.db'), 'precious');
    refused('is not empty');
    expect(readFileSync(join(root, 'back', 'records.db'), 'utf8')).toBe('precious');
  });

  it('refuses a flipped bit anywhere, by the name of the file', () => {
    for (const name of [...content.files.map(({ path }) => path), 'backup.json']) {
      const path = join(backup, name);
      const good = readFileSync(path);
      const places = name === 'backup.json' ? good.keys() : [0, Math.floor(good.length / 2), good.length - 1];
      for (const place of places) {
        const bad = Buffer.from(good);
        bad[place] = (bad[place] ?? 0) ^ 1;
        writeFileSync(path, bad);
        expect(() => restore(backup, join(root, 'back'))).toThrow(path);
      }
      writeFileSync(path, good);
    }
    expect(existsSync(join(root, 'back'))).toBe(false);
    restore(backup, join(root, 'back'));
  });

  it('refuses a file that is cut short, or gone, by name', () => {
    const path = join(backup, 'records.db');
    truncateSync(path, 100_000);
    refused(`${path} has 100000 bytes and not 155648: the backup is damaged`);
    rmSync(path);
    refused(`${path} is missing: the backup is damaged`);
  });

  it('refuses what is no backup, an interrupted one, and one of a format it does not know', () => {
    const path = join(backup, 'backup.json');
    writeFileSync(path, manifestText({ ...content, format: 2 } as unknown as BackupContent));
    refused(`${path} has format 2; this version reads format 1`);
    rmSync(path);
    refused('holds no backup.json: no backup, or one that was interrupted');
  });

  it.each(['../outside', '/etc/passwd', 'journal/../../outside', 'a\\b', './a', 'a//b'])(
    'writes nowhere else, whatever backup.json says: %s',
    (path) => {
      const [first] = content.files;
      if (first === undefined) throw new Error('no file');
      writeFileSync(join(backup, 'backup.json'), manifestText({ ...content, files: [{ ...first, path }] }));
      refused('is damaged');
    },
  );
});
