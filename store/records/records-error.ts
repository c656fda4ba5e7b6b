/** Why the records could not do what was asked; stable codes. */
export type RecordsErrorCode = 'closed' | 'queue-full' | 'failed' | 'bad-cursor' | 'format-unknown' | 'open-failed';

/** Trouble of the records that a caller may expect; told apart by `code`, never by its text. */
export class RecordsError extends Error {
  readonly code: RecordsErrorCode;
  constructor(code: RecordsErrorCode, message: string) {
    super(message);
    this.name = 'RecordsError';
    this.code = code;
  }
}
