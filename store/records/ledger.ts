/** Ingest ledger: why a sensor does not show. Lines are cut short by their writer; here they are kept, counted and bounded. */
import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely';
import type { LedgerCount, LedgerRow, LedgerVerdict, Page, Records } from '../../model/ports/records.ts';
import type { LedgerReason } from '../../model/rejection.ts';
import { pageOf, readCursor } from './cursor.ts';
import type { LedgerTable, RecordsDatabase } from './database.ts';
import { oneOf } from './one-of.ts';
import { type Compilable, type RecordsClient, statementForRows } from './records-client.ts';
import type { Statement } from './thread-messages.ts';

/** Accepted messages kept per device. */
export const ACCEPTED_KEPT = 20;
/** Rows deleted per request while trimming, so that other requests get in between. */
const TRIM_ROWS = 2_000;

function ledgerRow(row: Selectable<LedgerTable>): LedgerRow {
  return { ...row, verdict: row.verdict as LedgerVerdict, reason: row.reason as LedgerReason | null };
}

export function ledgerRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['ledger'] {
  const insertLine = (row: Omit<Selectable<LedgerTable>, 'id'>): Compilable<unknown> => db.insertInto('ledger').values(row);
  const addCount = (row: { device: string; minute: number; verdict: string; reason: string; count: number }): Compilable<unknown> =>
    db
      .insertInto('ledger_count')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['device', 'minute', 'verdict', 'reason'])
          .doUpdateSet({ count: sql<number>`ledger_count.count + excluded.count` }),
      );
  /** Accepted lines of these devices beyond the newest `ACCEPTED_KEPT`. */
  const dropAccepted = (devices: readonly string[]): readonly Statement[] => {
    if (devices.length === 0) return [];
    const query = sql`delete from ledger where device = ? and verdict = 'accepted' and id <=
      (select id from ledger where device = ? and verdict = 'accepted' order by id desc limit 1 offset ${sql.lit(ACCEPTED_KEPT)})`.compile(
      db,
    );
    return [{ sql: query.sql, sets: devices.map((device) => [device, device]) }];
  };

  /** Deletes batch by batch until a batch was not full. */
  const deleteWhile = async (batch: Compilable<unknown>, wanted: () => Promise<boolean>): Promise<void> => {
    while (await wanted()) {
      if ((await client.change(batch)) === 0) return;
    }
  };
  const bytes = async (): Promise<number> =>
    (await client.first(db.selectFrom('ledger_size').select('bytes').where('id', '=', 1)))?.bytes ?? 0;
  const raw = (query: ReturnType<typeof sql>): Compilable<unknown> => ({ compile: () => query.compile(db) });

  return {
    async append(lines, counts): Promise<void> {
      const rows = lines.map((line) => ({
        at: line.at,
        device: line.device,
        enterprise: line.enterprise,
        verdict: line.verdict,
        reason: line.reason,
        topic: line.topic,
        head: line.head,
        size: line.size,
        detail: line.detail,
        address: line.address,
        more: line.more,
      }));
      const counted = counts.map((count) => ({
        device: count.device,
        minute: count.minute,
        verdict: count.verdict,
        reason: count.reason ?? '',
        count: count.count,
      }));
      const accepted = new Set<string>();
      for (const line of lines) if (line.verdict === 'accepted' && line.device !== null) accepted.add(line.device);
      await client.post([...statementForRows(rows, insertLine), ...statementForRows(counted, addCount), ...dropAccepted([...accepted])]);
    },
    async list(query): Promise<Page<LedgerRow>> {
      let rows = db
        .selectFrom('ledger')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(query.limit + 1);
      if (query.device !== undefined) rows = rows.where('device', '=', query.device);
      if (query.enterprises !== undefined) rows = rows.where(oneOf('enterprise', query.enterprises));
      if (query.verdict !== undefined) rows = rows.where('verdict', '=', query.verdict);
      if (query.reason !== undefined) rows = rows.where('reason', '=', query.reason);
      if (query.from !== undefined) rows = rows.where('at', '>=', query.from);
      if (query.to !== undefined) rows = rows.where('at', '<', query.to);
      if (query.cursor !== undefined) rows = rows.where('id', '<', readCursor(query.cursor, ['number'] as const)[0]);
      return pageOf(await client.rows(rows), query.limit, ledgerRow, (row) => [row.id]);
    },
    async counts(device, from): Promise<readonly LedgerCount[]> {
      const rows = await client.rows(
        db
          .selectFrom('ledger_count')
          .selectAll()
          .where('device', '=', device)
          .where('minute', '>=', from)
          .orderBy('minute')
          .orderBy('verdict')
          .orderBy('reason'),
      );
      return rows.map((row) => ({
        minute: row.minute,
        device: row.device,
        verdict: row.verdict as LedgerVerdict,
        reason: row.reason === '' ? null : (row.reason as LedgerReason),
        count: row.count,
      }));
    },
    async trim(before, maxBytes): Promise<void> {
      const always = async (): Promise<boolean> => true;
      const tooBig = async (): Promise<boolean> => (await bytes()) > maxBytes;
      const oldLines = sql<SqlBool>`delete from ledger where id in (select id from ledger where at < ${before} limit ${TRIM_ROWS})`;
      const oldCounts = sql<SqlBool>`delete from ledger_count where (device, minute, verdict, reason) in
        (select device, minute, verdict, reason from ledger_count where minute < ${before} limit ${TRIM_ROWS})`;
      await deleteWhile(raw(oldLines), always);
      await deleteWhile(raw(oldCounts), always);
      // Too big still: the oldest lines go first, then the oldest counts.
      const oldestLines = sql<SqlBool>`delete from ledger where id in (select id from ledger order by id limit ${TRIM_ROWS})`;
      const oldestCounts = sql<SqlBool>`delete from ledger_count where (device, minute, verdict, reason) in
        (select device, minute, verdict, reason from ledger_count order by minute limit ${TRIM_ROWS})`;
      await deleteWhile(raw(oldestLines), tooBig);
      await deleteWhile(raw(oldestCounts), tooBig);
    },
  };
}
