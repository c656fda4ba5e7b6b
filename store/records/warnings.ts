/** History of warnings: a projection of the engine's numbered events, which can be sent again from any earlier number. */
import { type Kysely, type SqlBool, sql } from 'kysely';
import { LEVEL_RANK, LEVELS, type Level } from '../../model/level.ts';
import type { PastWarning, Records } from '../../model/ports/records.ts';
import type { Warning, WarningEvent, WarningLive } from '../../model/warning.ts';
import { pageOf, readCursor } from './cursor.ts';
import type { RecordsDatabase } from './database.ts';
import { oneOf } from './one-of.ts';
import { type Compilable, type RecordsClient, statementForRows } from './records-client.ts';

function rowOf({ seq, warning }: WarningLive, peak: number) {
  return {
    id: warning.id,
    occurrence: warning.occurrence,
    seq,
    lifted: warning.state === 'issued' ? 0 : 1,
    peak,
    scope: warning.scope,
    enterprise: warning.enterpriseId,
    area: warning.areaId,
    issued_at: warning.issuedAt ?? 0,
    body: JSON.stringify(warning),
  };
}

function eventRow({ seq, warning, event }: WarningLive) {
  const levelChanged = event.previous !== event.level;
  return { seq, warning_id: warning.id, body: JSON.stringify(event), warning: levelChanged ? JSON.stringify(warning) : null };
}

/** The newest row per issue of a batch, with the worst level of the batch; what was never issued has no row. */
function newestIssues(events: readonly WarningLive[]): ReturnType<typeof rowOf>[] {
  const newest = new Map<string, { live: WarningLive; peak: number }>();
  for (const live of events) {
    const { warning } = live;
    if (warning.occurrence === 0) continue;
    const key = `${warning.id} ${warning.occurrence}`;
    newest.set(key, { live, peak: Math.max(newest.get(key)?.peak ?? 0, LEVEL_RANK[warning.level]) });
  }
  return [...newest.values()].map(({ live, peak }) => rowOf(live, peak));
}

function levelOf(rank: number): Level {
  return LEVELS.find((level) => LEVEL_RANK[level] === rank) ?? 'blue';
}

export function warningRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['warnings'] {
  const insertEvent = (row: ReturnType<typeof eventRow>): Compilable<unknown> =>
    db
      .insertInto('warning_event')
      .values(row)
      .onConflict((conflict) => conflict.column('seq').doNothing());
  const putIssue = (row: ReturnType<typeof rowOf>): Compilable<unknown> =>
    db
      .insertInto('warning')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['id', 'occurrence'])
          .doUpdateSet((eb) => ({
            seq: eb.ref('excluded.seq'),
            lifted: eb.ref('excluded.lifted'),
            peak: sql<number>`max(warning.peak, excluded.peak)`,
            enterprise: eb.ref('excluded.enterprise'),
            area: eb.ref('excluded.area'),
            body: eb.ref('excluded.body'),
          }))
          .where(sql<SqlBool>`excluded.seq > warning.seq`),
      );

  return {
    async project(events): Promise<void> {
      if (events.length === 0) return;
      await client.post([...statementForRows(events.map(eventRow), insertEvent), ...statementForRows(newestIssues(events), putIssue)]);
    },
    async lastSeq(): Promise<number> {
      const row = await client.first(db.selectFrom('warning_event').select((eb) => eb.fn.max('seq').as('seq')));
      return row?.seq ?? 0;
    },
    async events(id, limit): Promise<readonly WarningEvent[]> {
      const rows = await client.rows(
        db.selectFrom('warning_event').select('body').where('warning_id', '=', id).orderBy('seq', 'desc').limit(limit),
      );
      return rows.map((row) => JSON.parse(row.body) as WarningEvent).toReversed();
    },
    async past(query): ReturnType<Records['warnings']['past']> {
      let rows = db
        .selectFrom('warning')
        .select(['seq', 'issued_at', 'peak', 'body'])
        .where('lifted', '=', 1)
        .orderBy('issued_at', 'desc')
        .orderBy('seq', 'desc')
        .limit(query.limit + 1);
      if (query.scopes !== undefined) rows = rows.where(oneOf('scope', query.scopes));
      if (query.enterprises !== undefined) rows = rows.where(oneOf('enterprise', query.enterprises));
      if (query.areas !== undefined) rows = rows.where(oneOf('area', query.areas));
      if (query.levels !== undefined)
        rows = rows.where(
          'peak',
          'in',
          query.levels.map((level) => LEVEL_RANK[level]),
        );
      if (query.from !== undefined) rows = rows.where('issued_at', '>=', query.from);
      if (query.to !== undefined) rows = rows.where('issued_at', '<', query.to);
      if (query.cursor !== undefined) {
        const [issuedAt, seq] = readCursor(query.cursor, ['number', 'number'] as const);
        rows = rows.where((eb) => eb(eb.refTuple('issued_at', 'seq'), '<', eb.tuple(issuedAt, seq)));
      }
      return pageOf(
        await client.rows(rows),
        query.limit,
        (row): PastWarning => ({ ...(JSON.parse(row.body) as Warning), peak: levelOf(row.peak) }),
        (row) => [row.issued_at, row.seq],
      );
    },
  };
}
