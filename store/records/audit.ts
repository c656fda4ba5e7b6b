import { type Kysely, type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import type { AuditLine, AuditRow, Page, Records } from '../../model/ports/records.ts';
import { AUDIT_GENESIS } from './audit-hash.ts';
import { pageOf, readCursor } from './cursor.ts';
import type { AuditTable, RecordsDatabase } from './database.ts';
import { type RecordsClient, statementOf } from './records-client.ts';
import type { Statement } from './thread-messages.ts';

/** Lines checked per request, so that other requests get in between. */
const VERIFY_ROWS = 2_000;

function auditRow(row: Selectable<AuditTable>): AuditRow {
  const { n, at, by, action, resource, outcome, address, prev_hash: prevHash, hash } = row;
  return { n, at, by, action, resource, outcome, address, ...(row.detail === null ? {} : { detail: row.detail }), prevHash, hash };
}

/** Lines whose text was changed, whose number or chain does not go on from the line before. */
interface CheckedLine {
  readonly n: number;
  readonly prev_hash: string;
  readonly hash: string;
  readonly expected: string;
}

/**
 * What puts a line at the end of the chain; in one transaction with what it tells of, neither is kept without the other. Number,
 * previous hash and hash are worked out by the inserting statement itself in the thread: appends cannot race each other for a place.
 */
export function auditStatements(db: Kysely<RecordsDatabase>, line: AuditLine): readonly Statement[] {
  return statements(db, line, sql<SqlBool>`true`);
}

/** The same right after a statement that may have found nothing to change: then there is no line. */
export function auditOfChange(db: Kysely<RecordsDatabase>, line: AuditLine | undefined): readonly Statement[] {
  return line === undefined ? [] : statements(db, line, sql<SqlBool>`changes() > 0`);
}

function statements(db: Kysely<RecordsDatabase>, line: AuditLine, when: RawBuilder<SqlBool>): readonly Statement[] {
  const { at, by, action, resource, outcome, address } = line;
  const detail = line.detail ?? null;
  const insert = sql`insert into audit (n, at, "by", action, resource, outcome, address, detail, prev_hash, hash)
    select n + 1, ${at}, ${by}, ${action}, ${resource}, ${outcome}, ${address}, ${detail}, hash,
      audit_hash(hash, n + 1, ${at}, ${by}, ${action}, ${resource}, ${outcome}, ${address}, ${detail})
    from audit_head where id = 1 and ${when}`;
  const head = sql`update audit_head set (n, hash) = (select n, hash from audit order by n desc limit 1) where id = 1`;
  return [statementOf({ compile: () => insert.compile(db) }), statementOf({ compile: () => head.compile(db) })];
}

/** Append-only, hash-chained. */
export function auditRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['audit'] {
  return {
    async append(line): Promise<void> {
      await client.post(auditStatements(db, line));
    },
    async list(query): Promise<Page<AuditRow>> {
      let rows = db
        .selectFrom('audit')
        .selectAll()
        .orderBy('n', 'desc')
        .limit(query.limit + 1);
      const { from, to, by, action, resource, ok } = query;
      if (from !== undefined) rows = rows.where('at', '>=', from);
      if (to !== undefined) rows = rows.where('at', '<', to);
      if (by !== undefined) rows = rows.where('by', '=', by);
      if (action !== undefined)
        rows = action.endsWith('.')
          ? rows.where(sql<SqlBool>`substr(action, 1, ${action.length}) = ${action}`)
          : rows.where('action', '=', action);
      if (resource !== undefined) rows = rows.where('resource', '=', resource);
      if (ok !== undefined) rows = rows.where('outcome', ok ? '=' : '<>', 'ok');
      if (query.cursor !== undefined) rows = rows.where('n', '<', readCursor(query.cursor, ['number'] as const)[0]);
      return pageOf(await client.rows(rows), query.limit, auditRow, (row) => [row.n]);
    },
    async verify(): Promise<number | null> {
      let n = 0;
      let hash = AUDIT_GENESIS;
      for (;;) {
        const page = sql<CheckedLine>`select n, prev_hash, hash, audit_hash(prev_hash, n, at, "by", action, resource, outcome, address, detail) as expected
          from audit where n > ${n} order by n limit ${VERIFY_ROWS}`;
        const rows = await client.rows({ compile: () => page.compile(db) });
        for (const row of rows) {
          if (row.n !== n + 1 || row.prev_hash !== hash || row.hash !== row.expected) return n + 1;
          n = row.n;
          hash = row.hash;
        }
        if (rows.length === VERIFY_ROWS) continue;
        const head = await client.first(db.selectFrom('audit_head').select(['n', 'hash']).where('id', '=', 1));
        // An append may have come between the last page and the head: then there is another page to check.
        if (
          head !== undefined &&
          head.n > n &&
          (
            await client.rows(
              db
                .selectFrom('audit')
                .select('n')
                .where('n', '=', n + 1),
            )
          ).length > 0
        )
          continue;
        return head === undefined || head.n !== n || head.hash !== hash ? n + 1 : null;
      }
    },
  };
}
