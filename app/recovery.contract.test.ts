import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppendOutcome, Journal } from '../model/ports/journal.ts';
import { createEngine } from '../rules/engine.ts';
import { openJournal } from '../store/journal/journal.ts';
import { openSnapshots } from '../store/journal/snapshots.ts';
import { RecoveryError, recover } from './recovery.ts';

let root = '';
const opened: Journal[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'beacon-recovery-'));
});
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
  rmSync(root, { recursive: true, force: true });
});

async function open(): Promise<Journal> {
  const journal = await openJournal({
    folder: join(root, 'journal'),
    maxBytes: 1e9,
    boot: 'b',
    queueMaxEntries: 1000,
    queueMaxBytes: 1e7,
    reserveBytes: 65_536,
    segmentBytes: 1,
    onDeath: (detail) => {
      throw new Error(detail);
    },
  });
  opened.push(journal);
  return journal;
}

/** Six ticks, each in a segment of its own, and snapshots at 3 and 5. */
async function filled(): Promise<Journal> {
  const journal = await open();
  const snapshots = openSnapshots(join(root, 'snapshots'));
  const engine = createEngine();
  async function* whole(job: ReturnType<typeof engine.beginSnapshot>): AsyncGenerator<string> {
    for (let piece = job.next(100); piece !== null; piece = job.next(100)) yield await Promise.resolve(piece);
  }
  for (let n = 1; n <= 6; n += 1) {
    const draft = { v: 1, at: 1000 * n, boot: 'b', mono: 1000 * n, kind: 'tick' } as const;
    const outcome = await new Promise<AppendOutcome>((resolve) => journal.append(draft, resolve));
    if (!outcome.ok) throw new Error(outcome.detail);
    engine.apply({ seq: outcome.seq, ...draft });
    if (n === 3 || n === 5) await snapshots.write(n, whole(engine.beginSnapshot()));
  }
  return journal;
}

function damage(seq: number): void {
  const path = join(root, 'snapshots', `${String(seq).padStart(16, '0')}.snap`);
  const content = readFileSync(path);
  content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
  writeFileSync(path, content);
}
async function trimmed(journal: Journal, below: number): Promise<Journal> {
  journal.trim(below);
  await journal.close();
  return open();
}
const start = (journal: Journal) =>
  recover(
    openSnapshots(join(root, 'snapshots')),
    journal,
    () => undefined,
    () => undefined,
    () => undefined,
  );

describe('a start on damaged snapshots', () => {
  it('goes from the one before, when the newest is damaged', async () => {
    const journal = await trimmed(await filled(), 4);
    damage(5);
    const { engine, ...found } = await start(journal);
    expect(found).toMatchObject({ snapshotSeq: 3, fellBack: true, replayed: 3 });
    expect(engine.view.appliedSeq).toBe(6);
  });
  it('goes from the journal alone, when it still begins at 1', async () => {
    const journal = await filled();
    damage(5);
    damage(3);
    const { engine, ...found } = await start(journal);
    expect(found).toMatchObject({ snapshotSeq: 0, fellBack: true, replayed: 6 });
    expect(engine.view.appliedSeq).toBe(6);
  });
  it('is refused when none is whole and the journal was trimmed; the same again at the next try, and the files are kept', async () => {
    const journal = await trimmed(await filled(), 4);
    damage(5);
    damage(3);
    await expect(start(journal)).rejects.toThrow(RecoveryError);
    await expect(start(journal)).rejects.toThrow('no whole snapshot is left in snapshots/');
    expect(readdirSync(join(root, 'snapshots')).length).toBe(2);
    expect(journal.status().lastSeq).toBe(6);
  });
});
