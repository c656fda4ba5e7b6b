/**
 * `backup.json`: what is in a backup, with length and SHA-256 of every file. It is written last, so a folder without it is no backup.
 * Its text is compared as a whole with what this writes for the same content: no byte of it can change unseen.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BackupError } from './backup-error.ts';

export const MANIFEST_FILE = 'backup.json';
/** Format of the folder. What the files in it are made of has formats of its own, which the start checks. */
export const BACKUP_FORMAT = 1;

const count = z.number().int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Below the backup and nowhere else, whoever wrote this file: no `..`, no root, no other separator. */
const path = z.string().regex(/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/);

const contentSchema = z.strictObject({
  format: z.literal(BACKUP_FORMAT),
  /** Version of the program that took it. */
  build: z.string(),
  /** What it shows: everything that was durable at this moment, UTC ms. */
  at: count,
  journal: z.strictObject({ firstSeq: count, lastSeq: count }),
  /** Entry the snapshot stands at; null = none was cut yet, the journal begins with the first entry. */
  snapshot: count.nullable(),
  /** Number of the last event in the alarm history; the journal may bring more. */
  events: count,
  accounts: count,
  credentials: count,
  /** Days of raw readings, the first and the last of them by file name; no days where another store keeps them. */
  readings: z.strictObject({ days: count, first: z.string().nullable(), last: z.string().nullable() }),
  files: z.array(z.strictObject({ path, bytes: count, sha256 })),
});

export type BackupContent = z.infer<typeof contentSchema>;
export type BackupFile = BackupContent['files'][number];

export function manifestText(content: BackupContent): string {
  const own = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return `${JSON.stringify({ ...content, sha256: own }, null, 2)}\n`;
}

/** @throws BackupError that names the file when it is damaged or of an unknown format */
export function readManifest(text: string, file: string): BackupContent {
  const damaged = new BackupError(`${file} is damaged: this is no backup that could be trusted`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged;
    throw error;
  }
  if (typeof parsed !== 'object' || parsed === null) throw damaged;
  const { sha256: own, ...content } = parsed as Record<string, unknown>;
  if (typeof own !== 'string' || createHash('sha256').update(JSON.stringify(content)).digest('hex') !== own) throw damaged;
  const { format } = content;
  if (format !== BACKUP_FORMAT) {
    throw new BackupError(`${file} has format ${JSON.stringify(format)}; this version reads format ${BACKUP_FORMAT}`);
  }
  const known = contentSchema.safeParse(content);
  if (!known.success || manifestText(known.data) !== text) throw damaged;
  return known.data;
}
