/**
 * Takes a backup of a data folder beside the platform that runs on it, without its help. What comes out is a folder as a kill -9 at one
 * moment would have left it, so a start from it is a recovery like any other. For that the order counts:
 *
 *   1. the journal, from its first entry on; it is followed from here to the end, so nothing it still holds is trimmed away
 *   2. the outbox' and the projector's positions: neither may be ahead of what they stand for
 *   3. the newest snapshot
 *   4. the readings: all up to the position at least; later ones are projected again from the journal
 *   5. the records, which have every event up to the snapshot, and
 *   6. the last of the journal, an instant later: events in the records are those of entries in the journal, and replay goes on from there
 *
 * What was acknowledged before the backup began is in it, and nothing that was not acknowledged before it ended.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { newestSnapshotFile } from '../journal/snapshots.ts';
import { OUTBOX_FILE } from '../notices/outbox-file.ts';
import { BackupError } from './backup-error.ts';
import { type DatabaseView, openView } from './database-view.ts';
import { factsOf, filesBelow, freeBytes, isFree, sized, syncFolders, syncPath, writeFileDurably } from './files.ts';
import { copyJournal, type JournalCopy, TrimmedAway } from './journal-copy.ts';
import { BACKUP_FORMAT, type BackupContent, MANIFEST_FILE, manifestText } from './manifest.ts';
import { copyReadings, POSITION_FILE } from './readings-copy.ts';
import { lookAtRecords, sameCredentials } from './records-facts.ts';
import { makeFolder } from '../make-folder.ts';

const RECORDS_FILE = 'records.db';
/** Made anew by the start, or another process' business. */
const NOT_IN_IT = /^(?:lock|lock-journal|reserve|archive|lost\+found)$|-(?:wal|shm|journal)$|\.(?:tmp|new|damaged)$/;
/** The journal is followed at least so often, ms. */
const FOLLOW_MS = 500;
const TELL_MS = 2_000;
/** What the platform writes meanwhile, and what must stay free on its disk for it to go on. */
const ROOM_BYTES = 256e6;
const ATTEMPTS = 3;
/** So many, and then a signal is heard. */
const READS_AT_ONCE = 20;
const CREDENTIAL_LOOKS = 20;

export interface BackupOptions {
  /** The data folder of a platform that runs, or of one that is stopped. */
  readonly source: string;
  /** Must not exist or be empty. */
  readonly target: string;
  readonly build: string;
  readonly now: () => number;
  /** One line about how far it is. */
  readonly tell: (line: string) => void;
  /** Ends it early, as any failure does. */
  readonly signal?: AbortSignal;
  readonly seams?: BackupSeams;
}

/** Places where a test may put something deliberately wrong (`test/mutants`); the product passes none. */
export interface BackupSeams {
  readonly moment?: typeof takeMoment;
  /** After each part. */
  readonly between?: () => Promise<void>;
  /** Leaves out what is checked at the end. */
  readonly unchecked?: true;
}

/**
 * @throws BackupError when it cannot be; whatever was written is removed again.
 */
export async function takeBackup(options: BackupOptions): Promise<BackupContent> {
  const { source, target } = options;
  if (!existsSync(join(source, 'journal')) || !existsSync(join(source, RECORDS_FILE))) {
    throw new BackupError(`${source} is no data folder: it has no journal and no ${RECORDS_FILE}`);
  }
  if (!isFree(target)) {
    const interrupted = existsSync(join(target, 'journal')) && !existsSync(join(target, MANIFEST_FILE));
    throw new BackupError(
      `${target} is not empty${interrupted ? ' (an interrupted backup: delete it)' : ''}; a backup needs a folder of its own`,
    );
  }
  const inside = relative(source, target);
  if (inside !== '' && !inside.startsWith('..')) throw new BackupError(`${target} is inside ${source}: a backup must stand elsewhere`);
  const existed = existsSync(target);
  makeFolder(target, 0o700);
  try {
    checkRoom(source, target);
    for (let attempt = 1; ; attempt++) {
      try {
        return await attemptOnce(options);
      } catch (error) {
        if (!(error instanceof TrimmedAway)) throw error;
        if (attempt === ATTEMPTS) throw new BackupError(`${source}: ${error.message}, ${ATTEMPTS} times; nothing can be said of it`);
        options.tell(`${error.message}; from the beginning again`);
        clear(target);
      }
    }
  } catch (error) {
    clear(target);
    if (!existed) rmSync(target, { recursive: true, force: true });
    throw error;
  }
}

function clear(target: string): void {
  for (const name of readdirSync(target)) if (name !== 'lost+found') rmSync(join(target, name), { recursive: true, force: true });
}

function checkRoom(source: string, target: string): void {
  let needed = ROOM_BYTES;
  for (const path of filesBelow(source)) {
    if (/^(?:reserve|lock)/.test(path)) continue;
    needed += statSync(join(source, path), { throwIfNoEntry: false })?.size ?? 0;
  }
  const free = freeBytes(target);
  if (free < needed) throw new BackupError(`${target} has ${sized(free)} free, ${sized(needed)} may be needed`);
}

async function attemptOnce(options: BackupOptions): Promise<BackupContent> {
  const { source, target, tell } = options;
  const at = (name: string): string => join(target, name);
  for (const name of ['journal', 'snapshots', 'readings']) mkdirSync(at(name), { recursive: true, mode: 0o700 });
  const journal = copyJournal(join(source, 'journal'), at('journal'));
  let records: DatabaseView | null = null;
  try {
    let followedAt = performance.now();
    let toldAt = followedAt;
    let momentTaken = false;
    const onStep = (file: string): void => {
      if (options.signal?.aborted === true) throw new BackupError('interrupted');
      const now = performance.now();
      if (!momentTaken && now - followedAt > FOLLOW_MS) {
        journal.follow();
        followedAt = performance.now();
      }
      if (file === '' || now - toldAt < TELL_MS) return;
      toldAt = now;
      tell(`${file} …`);
    };
    const done = async (line: string): Promise<void> => {
      tell(line);
      await options.seams?.between?.();
      onStep('');
    };
    while (!journal.follow(READS_AT_ONCE)) {
      onStep('journal');
      await nextTurn();
    }
    await done(`journal up to entry ${journal.range().lastSeq}`);

    await copyOne(join(source, OUTBOX_FILE), at(OUTBOX_FILE), onStep);
    await copyOne(join(source, 'readings', POSITION_FILE), at(join('readings', POSITION_FILE)), onStep);
    await done('positions');

    const snapshot = await newestSnapshotFile(join(source, 'snapshots'));
    if (snapshot !== null) writeFileDurably(at(join('snapshots', basename(snapshot.path))), snapshot.content);
    await done(snapshot === null ? 'no snapshot yet' : `snapshot of entry ${snapshot.seq}`);

    const readings = await copyReadings(join(source, 'readings'), at('readings'), onStep);
    await copyOthers(source, target, onStep, tell);
    await done(`readings, ${readings.days.length} day files`);

    const openRecords = (): DatabaseView => mustOpen(join(source, RECORDS_FILE));
    records = (options.seams?.moment ?? takeMoment)(journal, openRecords);
    momentTaken = true;
    const momentAt = options.now();
    journal.finish();
    await records.copyTo(at(RECORDS_FILE), () => onStep(RECORDS_FILE));
    const facts = lookAtRecords(records.db);
    await done(`records with events up to ${facts.events}, journal up to entry ${journal.range().lastSeq}`);

    const range = journal.range();
    if (options.seams?.unchecked !== true) checkWhole(range, snapshot?.seq ?? null, facts);
    const files = describe(target);
    const content: BackupContent = {
      format: BACKUP_FORMAT,
      build: options.build,
      at: momentAt,
      journal: range,
      snapshot: snapshot?.seq ?? null,
      events: facts.events,
      accounts: facts.accounts,
      credentials: facts.credentials,
      readings: { days: readings.days.length, first: readings.days[0] ?? null, last: readings.days.at(-1) ?? null },
      files,
    };
    writeManifest(target, content);
    return content;
  } finally {
    journal.abandon();
    records?.close();
  }
}

/**
 * The instant the backup shows. The records are seen first, and the journal is followed to its end right after: never the other way
 * round, or the alarm history would know events of entries that the journal does not bring, and their numbers would be given again to
 * others. A credential is written before the device's entry: one that came in between would leave a device without its secret, so then
 * both are looked at again.
 */
export function takeMoment(journal: Pick<JournalCopy, 'follow'>, openRecords: () => DatabaseView): DatabaseView {
  for (let look = 1; ; look++) {
    const records = openRecords();
    try {
      journal.follow();
      if (look === CREDENTIAL_LOOKS || sameCredentialsNow(records, openRecords)) return records;
    } catch (error) {
      records.close();
      throw error;
    }
    records.close();
  }
}

function sameCredentialsNow(before: DatabaseView, openRecords: () => DatabaseView): boolean {
  const now = openRecords();
  try {
    return sameCredentials(before.db, now.db);
  } finally {
    now.close();
  }
}

/** What recovery will need. That it is not there would be our own mistake, or damage in the source: better no backup than this one. */
function checkWhole(
  { firstSeq, lastSeq }: { readonly firstSeq: number; readonly lastSeq: number },
  snapshot: number | null,
  { lastEntry }: { readonly lastEntry: number },
): void {
  if (firstSeq > (snapshot ?? 0) + 1)
    throw new BackupError(`no whole snapshot reaches to the journal, which begins with entry ${firstSeq}: a start from this is impossible`);
  if ((snapshot ?? 0) > lastSeq) throw new BackupError(`the journal ends with entry ${lastSeq}, before the snapshot of ${snapshot ?? 0}`);
  if (lastEntry > lastSeq)
    throw new BackupError(`the alarm history knows an event of entry ${lastEntry}, but the journal ends with ${lastSeq}`);
}

/** Databases this file knows nothing of (a later version's), and what is no database, by name. */
async function copyOthers(source: string, target: string, onStep: (file: string) => void, tell: (line: string) => void): Promise<void> {
  const known = new Set(['journal', 'snapshots', 'readings', RECORDS_FILE, OUTBOX_FILE]);
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    if (known.has(entry.name) || NOT_IN_IT.test(entry.name)) continue;
    if (entry.isFile() && entry.name.endsWith('.db')) await copyOne(join(source, entry.name), join(target, entry.name), onStep);
    else tell(`left out: ${entry.name}, which is not the platform's`);
  }
}

async function copyOne(from: string, to: string, onStep: (file: string) => void): Promise<void> {
  const view = openView(from);
  if (view === null) return;
  try {
    await view.copyTo(to, () => onStep(basename(from)));
  } finally {
    view.close();
  }
}

function mustOpen(path: string): DatabaseView {
  const view = openView(path);
  if (view === null) throw new BackupError(`${path} is missing`);
  return view;
}

/** Every file that came out, durable, and read once more for its hash. */
function describe(target: string): BackupContent['files'] {
  return filesBelow(target)
    .filter((path) => !path.startsWith('lost+found'))
    .map((path) => {
      syncPath(join(target, path));
      return { path, ...factsOf(join(target, path)) };
    });
}

function writeManifest(target: string, content: BackupContent): void {
  syncFolders(target);
  const beside = join(target, `${MANIFEST_FILE}.tmp`);
  writeFileDurably(beside, Buffer.from(manifestText(content), 'utf8'));
  renameSync(beside, join(target, MANIFEST_FILE));
  syncPath(target);
  syncPath(dirname(target));
}
