/**
 * Brings a backup to an empty data folder. Everything is verified before anything is written; what is written stands beside the folder
 * until it is whole, and is hashed once more on the way.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { markHours } from '../readings/influx/due-book.ts';
import { BackupError } from './backup-error.ts';
import { copyFileDurably, factsOf, freeBytes, isFree, sized, syncFolders, syncPath } from './files.ts';
import { type BackupContent, type BackupFile, MANIFEST_FILE, readManifest } from './manifest.ts';
import { makeFolder } from '../make-folder.ts';

export interface RestoreOptions {
  readonly backup: string;
  /** Must not exist or be empty. */
  readonly folder: string;
  readonly tell: (line: string) => void;
  readonly now: () => number;
}

/** A server that was not lost may hold readings of this long after the backup; whoever comes later has lost no more than trends of them. */
const READINGS_SINCE_MS = 31 * 86_400_000;

/** Moved in this order where a folder cannot be renamed as a whole: without the journal a start says what is missing. */
const LAST = 'journal';

/** @throws BackupError before anything was changed */
export function restoreBackup({ backup, folder: given, tell, now }: RestoreOptions): BackupContent {
  // systemd's StateDirectory of a dynamic user is a link: what it leads to is the folder.
  const folder = existsSync(given) ? realpathSync(given) : given;
  if (!isFree(folder)) throw new BackupError(`${folder} is not empty; a backup is restored to a folder that is new`);
  const content = openBackup(backup);
  const bytes = content.files.reduce((sum, file) => sum + file.bytes, 0);
  tell(`verifying ${content.files.length} files, ${sized(bytes)}`);
  for (const file of content.files) verify(backup, file);

  makeFolder(dirname(folder));
  const mounted = existsSync(folder) && statSync(folder).dev !== statSync(dirname(folder)).dev;
  const free = freeBytes(mounted ? folder : dirname(folder));
  if (free < bytes) throw new BackupError(`${folder} has ${sized(free)} free, ${sized(bytes)} are needed`);
  // The root of a disk cannot be renamed: there it is built inside.
  const beside = mounted ? join(folder, '.restoring') : `${folder}.restoring-${process.pid}`;
  tell('copying');
  try {
    write(backup, beside, content.files);
    markHours(join(beside, 'readings'), content.at, Math.min(now(), content.at + READINGS_SINCE_MS));
    syncFolders(beside);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw error;
  }
  if (mounted) moveInto(beside, folder);
  else {
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(beside, folder);
    syncPath(dirname(folder));
  }
  return content;
}

function openBackup(backup: string): BackupContent {
  const path = join(backup, MANIFEST_FILE);
  if (!existsSync(path)) throw new BackupError(`${backup} holds no ${MANIFEST_FILE}: no backup, or one that was interrupted`);
  return readManifest(readFileSync(path, 'utf8'), path);
}

function verify(backup: string, file: BackupFile): void {
  const path = join(backup, file.path);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) throw new BackupError(`${path} is missing: the backup is damaged`);
  if (found.size !== file.bytes) throw new BackupError(`${path} has ${found.size} bytes and not ${file.bytes}: the backup is damaged`);
  if (factsOf(path).sha256 !== file.sha256) throw new BackupError(`${path} has not the content it was made with: the backup is damaged`);
}

function write(backup: string, to: string, files: readonly BackupFile[]): void {
  mkdirSync(to, { mode: 0o700 });
  for (const file of files) {
    const path = join(to, file.path);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const { sha256 } = copyFileDurably(join(backup, file.path), path);
    if (sha256 !== file.sha256) throw new BackupError(`${join(backup, file.path)} changed while it was copied`);
  }
}

function moveInto(from: string, folder: string): void {
  for (const name of readdirSync(from).sort((a, b) => Number(a === LAST) - Number(b === LAST)))
    renameSync(join(from, name), join(folder, name));
  rmdirSync(from);
  syncPath(folder);
}
