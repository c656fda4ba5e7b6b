/** A start that cannot go on: one line for the person who typed the command, exit 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/**
 * What the parts throw when they cannot be opened as they are (a damaged file, the format of a newer version): their messages name the
 * file and say what is the matter, and the person who typed the command gets that line and no stack.
 */
const SAID_BY_THE_PARTS: ReadonlySet<string> = new Set([
  'StartError',
  'RecoveryError',
  'ConfigError',
  'JournalOpenError',
  'JournalFileError',
  'EntryFormatError',
  'SnapshotFormatError',
  'RecordsError',
  'StoreFailure',
  'ThreadError',
]);

/** The line for an error that ends a start, or null for a mistake of ours, which keeps its stack. */
export function startLine(error: unknown): string | null {
  if (!(error instanceof Error) || !SAID_BY_THE_PARTS.has(error.name)) return null;
  return error.message.replaceAll(/\s*\n\s*/g, '; ');
}
