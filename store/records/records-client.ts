/** Main-thread side of the records' thread: queries in, rows out, in the order of the calls, with a bounded queue. */
import type { CompiledQuery } from 'kysely';
import { type Caller, createCaller, ThreadError } from '../thread/call.ts';
import { spawnThread } from '../thread/spawn.ts';
import { RecordsError, type RecordsErrorCode } from './records-error.ts';
import type { RecordsMethods, SqlValue, Statement, StatementResult } from './thread-messages.ts';

/** Requests waiting for the thread; past it a call is refused with `queue-full` instead of memory growing. */
export const RECORDS_QUEUE_MAX = 20_000;

/** A query that can be compiled to SQL of rows of `O`; every kysely builder is one. */
export interface Compilable<O> {
  compile(): CompiledQuery<O>;
}

/** Parameters as SQLite takes them. A value of any other kind is a mistake of ours and is loud. */
function bindable(value: unknown): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array)
    return value;
  throw new TypeError(`not a value SQLite can store: ${typeof value}`);
}

/** One compiled query as a statement. */
export function statementOf(query: Compilable<unknown>): Statement {
  const { sql, parameters } = query.compile();
  return { sql, sets: [parameters.map(bindable)] };
}

/**
 * One statement for many rows of the same shape (same keys in the same order): compiled once, run once per row.
 * `build` must use the row's values as its only parameters, in the order of its keys.
 */
export function statementForRows<R extends object>(rows: readonly R[], build: (row: R) => Compilable<unknown>): readonly Statement[] {
  const first = rows[0];
  if (first === undefined) return [];
  const { sql, parameters } = build(first).compile();
  const sets = rows.map((row) => Object.values(row).map(bindable));
  if (parameters.length !== sets[0]?.length) throw new TypeError('the statement has other parameters than the row');
  return [{ sql, sets }];
}

const CODES: Readonly<Record<string, RecordsErrorCode>> = {
  'thread-busy': 'queue-full',
  'thread-closed': 'closed',
  'thread-died': 'failed',
};

export interface RecordsClient {
  /** Posts at once, so that calls reach the thread in the order they were made; the statements are one transaction. */
  post(statements: readonly Statement[]): Promise<readonly StatementResult[]>;
  rows<O>(query: Compilable<O>): Promise<readonly O[]>;
  first<O>(query: Compilable<O>): Promise<O | undefined>;
  /** Number of rows one query changed. */
  change(query: Compilable<unknown>): Promise<number>;
  /** Requests not yet answered. */
  queued(): number;
  /** Carries out what was asked before, then ends the thread. */
  close(): Promise<void>;
}

function recordsError(error: unknown): RecordsError {
  const code = error instanceof ThreadError ? (CODES[error.code] ?? 'failed') : 'failed';
  return new RecordsError(code, error instanceof Error ? error.message : String(error));
}

function clientOf(caller: Caller<RecordsMethods>): RecordsClient {
  let closed = false;
  const post: RecordsClient['post'] = (statements) => {
    if (closed) return Promise.reject(new RecordsError('closed', 'the records are closed'));
    if (statements.length === 0) return Promise.resolve([]);
    return caller.call('run', statements).catch((error: unknown) => Promise.reject(recordsError(error)));
  };
  const rows = async <O>(query: Compilable<O>): Promise<readonly O[]> => {
    const [result] = await post([statementOf(query)]);
    return (result?.rows ?? []) as readonly O[];
  };
  return {
    post,
    rows,
    first: async (query) => (await rows(query))[0],
    change: async (query) => (await post([statementOf(query)]))[0]?.changes ?? 0,
    queued: () => caller.waiting(),
    close: () => {
      closed = true;
      return caller.close();
    },
  };
}

/**
 * Starts the thread on `file`; resolves when the database is open, rejects with `open-failed` and SQLite's reason.
 * `onDeath` is called when the thread ends without being asked to: every later call is then refused with `failed`.
 */
export async function startRecordsThread(file: string, onDeath: (error: Error) => void): Promise<RecordsClient> {
  const caller = createCaller<RecordsMethods>(spawnThread(new URL('./records-thread', import.meta.url), {}), {
    maxWaiting: RECORDS_QUEUE_MAX,
    onDeath,
  });
  try {
    await caller.call('open', file);
  } catch (error) {
    await caller.close();
    throw new RecordsError('open-failed', `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return clientOf(caller);
}
