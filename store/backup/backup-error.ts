/** A backup or a restore that cannot be: one line for the person who asked for it. Nothing was changed. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}
