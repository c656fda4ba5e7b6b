/**
 * Kysely over the records' thread. Queries of the records are only built and compiled by kysely and posted by
 * `RecordsClient`, because kysely's own `execute()` waits a few microtasks before it posts and calls could overtake each
 * other. The driver here serves the Migrator, which runs alone before anybody else is let in.
 */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { RecordsClient } from './records-client.ts';
import type { SqlValue } from './thread-messages.ts';

/** SQLite does roll back DDL; kysely's adapter does not use it. A migration is kept whole or not at all. */
class ThreadAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function connectionTo(client: RecordsClient): DatabaseConnection {
  return {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const [result] = await client.post([{ sql, sets: [parameters as readonly SqlValue[]] }]);
      return { rows: (result?.rows ?? []) as R[], numAffectedRows: BigInt(result?.changes ?? 0) };
    },
    streamQuery(): AsyncIterableIterator<QueryResult<never>> {
      throw new Error('the records answer whole pages; nothing is streamed');
    },
  };
}

class ThreadDriver implements Driver {
  readonly #connection: DatabaseConnection;
  constructor(client: RecordsClient) {
    this.#connection = connectionTo(client);
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

/** The thread as a kysely dialect. */
export function threadDialect(client: RecordsClient): Dialect {
  return {
    createDriver: (): Driver => new ThreadDriver(client),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: (): DialectAdapter => new ThreadAdapter(),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  };
}
