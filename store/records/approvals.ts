import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely';
import type { Approval, ApprovalState } from '../../model/approval.ts';
import type { Page, Records } from '../../model/ports/records.ts';
import { auditOfChange } from './audit.ts';
import { pageOf, readCursor } from './cursor.ts';
import type { ApprovalTable, RecordsDatabase } from './database.ts';
import { oneOf } from './one-of.ts';
import { type RecordsClient, statementOf } from './records-client.ts';

function approval(row: Selectable<ApprovalTable>): Approval {
  return {
    id: row.id,
    kind: row.kind,
    enterpriseId: row.enterprise,
    resource: row.resource,
    request: JSON.parse(row.request) as Approval['request'],
    reason: row.reason,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
    state: row.state as ApprovalState,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    comment: row.comment,
    outcome: row.outcome,
  };
}

/** What waits for a second person. A decision is taken once: the second one finds nothing pending. */
export function approvalRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['approvals'] {
  return {
    async add(one, line): Promise<void> {
      const row = {
        id: one.id,
        kind: one.kind,
        enterprise: one.enterpriseId,
        resource: one.resource,
        request: JSON.stringify(one.request),
        reason: one.reason,
        requested_by: one.requestedBy,
        requested_at: one.requestedAt,
        expires_at: one.expiresAt,
        state: one.state,
        decided_by: one.decidedBy,
        decided_at: one.decidedAt,
        comment: one.comment,
        outcome: one.outcome,
      };
      await client.post([statementOf(db.insertInto('approval').values(row)), ...auditOfChange(db, line)]);
    },
    async get(id): Promise<Approval | null> {
      const row = await client.first(db.selectFrom('approval').selectAll().where('id', '=', id));
      return row === undefined ? null : approval(row);
    },
    async list(query): Promise<Page<Approval>> {
      const standing = sql<string>`case when state = 'pending' and expires_at <= ${query.now} then 'expired' else state end`;
      let rows = db
        .selectFrom('approval')
        .selectAll()
        .select(standing.as('standing'))
        .orderBy('requested_at', 'desc')
        .orderBy('id', 'desc')
        .limit(query.limit + 1);
      if (query.states !== undefined)
        rows = rows.where(sql<SqlBool>`${standing} in (select value from json_each(${JSON.stringify(query.states)}))`);
      if (query.requestedBy !== undefined) rows = rows.where('requested_by', '=', query.requestedBy);
      if (query.unfinished === true) rows = rows.where('outcome', 'is', null);
      if (query.enterprises !== undefined) rows = rows.where(oneOf('enterprise', query.enterprises));
      if (query.cursor !== undefined) {
        const [at, id] = readCursor(query.cursor, ['number', 'string'] as const);
        rows = rows.where((eb) => eb(eb.refTuple('requested_at', 'id'), '<', eb.tuple(at, id)));
      }
      return pageOf(
        await client.rows(rows),
        query.limit,
        (row) => ({ ...approval(row), state: row.standing as ApprovalState }),
        (row) => [row.requested_at, row.id],
      );
    },
    async decide(id, { state, by, at, comment }, line): Promise<boolean> {
      const change = db
        .updateTable('approval')
        .set({ state, decided_by: by, decided_at: at, comment })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .where('expires_at', '>', at);
      const [decided] = await client.post([statementOf(change), ...auditOfChange(db, line)]);
      return (decided?.changes ?? 0) > 0;
    },
    async expire(now, ids): Promise<void> {
      const named = sql<SqlBool>`(expires_at <= ${now} or id in (select value from json_each(${JSON.stringify(ids)})))`;
      await client.change(db.updateTable('approval').set({ state: 'expired' }).where('state', '=', 'pending').where(named));
    },
    async settle(id, state, outcome, line): Promise<boolean> {
      const change = db.updateTable('approval').set({ state, outcome }).where('id', '=', id).where('outcome', 'is', null);
      const [settled] = await client.post([statementOf(change), ...auditOfChange(db, line)]);
      return (settled?.changes ?? 0) > 0;
    },
  };
}
