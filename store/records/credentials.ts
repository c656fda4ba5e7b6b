import type { Kysely, Selectable } from 'kysely';
import type { CredentialRow, Records } from '../../model/ports/records.ts';
import type { CredentialTable, RecordsDatabase } from './database.ts';
import { oneOf } from './one-of.ts';
import { type RecordsClient, statementForRows, statementOf } from './records-client.ts';

/** Rows per request when all are loaded: short enough that main is never held for long by one answer. */
const LOAD_ROWS = 5_000;
/** Rows per transaction when many are written. */
const PUT_ROWS = 1_000;

function credential(row: Selectable<CredentialTable>): CredentialRow {
  return { id: row.id, kind: row.kind as CredentialRow['kind'], enterprise: row.enterprise, hash: row.hash, createdAt: row.created_at };
}

export function credentialRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['credentials'] {
  return {
    async all(): Promise<readonly CredentialRow[]> {
      const all: CredentialRow[] = [];
      let after = '';
      for (;;) {
        const rows = await client.rows(db.selectFrom('credential').selectAll().where('id', '>', after).orderBy('id').limit(LOAD_ROWS));
        for (const row of rows) all.push(credential(row));
        const last = rows.at(-1);
        if (last === undefined || rows.length < LOAD_ROWS) return all;
        after = last.id;
      }
    },
    async put(rows): Promise<void> {
      const writes: Promise<unknown>[] = [];
      for (let from = 0; from < rows.length; from += PUT_ROWS) {
        const values = rows
          .slice(from, from + PUT_ROWS)
          .map((row) => ({ id: row.id, kind: row.kind, enterprise: row.enterprise, hash: row.hash, created_at: row.createdAt }));
        writes.push(client.post(statementForRows(values, (row) => db.replaceInto('credential').values(row))));
      }
      await Promise.all(writes);
    },
    async remove(ids): Promise<void> {
      await client.post([statementOf(db.deleteFrom('credential').where(oneOf('id', ids)))]);
    },
  };
}
