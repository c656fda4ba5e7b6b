/** What SQLite binds and gives back here; booleans are stored as 0 and 1, everything structured as JSON text. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** One statement, run once per set of parameters, in order. */
export interface Statement {
  readonly sql: string;
  readonly sets: readonly (readonly SqlValue[])[];
}

/** Rows of a reading statement (of its last set), or how many rows a writing one changed over all sets. */
export interface StatementResult {
  readonly rows: readonly unknown[];
  readonly changes: number;
}

/** What the records' thread does. `open` comes first. */
export interface RecordsMethods {
  open(file: string): void;
  /** All statements of one call are one transaction: nothing comes between, and all of it is kept or none. */
  run(statements: readonly Statement[]): readonly StatementResult[];
}
