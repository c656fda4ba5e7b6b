/**
 * The records' own thread: the only connection to records.db. Requests are carried out one after the other in the order
 * they came, each as one transaction, so that a read sees every write asked for before it.
 */
import { parentPort } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { serve } from '../thread/call.ts';
import { AUDIT_GENESIS, auditHash } from './audit-hash.ts';
import type { RecordsMethods, Statement, StatementResult } from './thread-messages.ts';

/** More distinct statements than the records have; a bound all the same. */
const PREPARED_MAX = 300;

function openDatabase(file: string): Database.Database {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  // FULL: a commit that was answered survives a power cut. NORMAL in WAL mode may lose the last commits.
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma('busy_timeout = 5000');
  db.pragma('trusted_schema = OFF');
  db.function('audit_genesis', { deterministic: true }, () => AUDIT_GENESIS);
  db.function('audit_hash', { deterministic: true, varargs: true }, (prev: string, ...fields: unknown[]) => {
    const [n, at, by, action, resource, outcome, address, detail] = fields;
    const nullable = (value: unknown): string | null => (value === null ? null : String(value));
    return auditHash(prev, [
      Number(n),
      Number(at),
      String(by),
      String(action),
      String(resource),
      String(outcome),
      nullable(address),
      nullable(detail),
    ]);
  });
  return db;
}

/** Runs statements on `db`, each distinct SQL text prepared once. */
function runner(db: Database.Database): RecordsMethods['run'] {
  const prepared = new Map<string, Database.Statement>();
  const prepare = (sql: string): Database.Statement => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const statement = db.prepare(sql);
    if (prepared.size >= PREPARED_MAX) {
      const oldest = prepared.keys().next();
      if (oldest.done !== true) prepared.delete(oldest.value);
    }
    prepared.set(sql, statement);
    return statement;
  };
  const run = ({ sql, sets }: Statement): StatementResult => {
    const statement = prepare(sql);
    let rows: readonly unknown[] = [];
    let changes = 0;
    for (const set of sets) {
      if (statement.reader) rows = statement.all(...set);
      else changes += statement.run(...set).changes;
    }
    return { rows, changes };
  };
  const inTransaction = db.transaction((statements: readonly Statement[]) => statements.map(run));
  return (statements) => {
    // A single statement is a transaction by itself; BEGIN and COMMIT of the migrations come as single ones too.
    const first = statements[0];
    return statements.length === 1 && first !== undefined && first.sets.length === 1 ? [run(first)] : inTransaction.immediate(statements);
  };
}

if (parentPort !== null) {
  let db: Database.Database | null = null;
  let run: RecordsMethods['run'] = () => {
    throw new Error('the records are not open');
  };
  serve<RecordsMethods>(
    parentPort,
    {
      open: (file) => {
        db = openDatabase(file);
        run = runner(db);
      },
      run: (statements) => run(statements),
    },
    () => {
      db?.close();
    },
  );
}
