import { type Kysely, type Selectable, sql } from 'kysely';
import type { DeviceCommand, DeviceCommandName, DeviceCommandState } from '../../model/device-command.ts';
import type { Page, Records } from '../../model/ports/records.ts';
import { pageOf, readCursor } from './cursor.ts';
import type { DeviceCommandTable, RecordsDatabase } from './database.ts';
import { type RecordsClient, statementOf } from './records-client.ts';

/** Commands kept of one device. */
const KEPT_OF_DEVICE = 1_000;

function command(row: Selectable<DeviceCommandTable>): DeviceCommand {
  return {
    id: row.id,
    deviceId: row.device,
    enterpriseId: row.enterprise,
    command: row.command as DeviceCommandName,
    comment: row.comment,
    by: row.by,
    at: row.at,
    state: row.state as DeviceCommandState,
    reason: row.reason as DeviceCommand['reason'],
    answeredAt: row.answered_at,
    detail: row.detail,
  };
}

/** What was asked of devices. Each change says in its own condition what it needs to find: of two answers the first one stands. */
export function deviceCommandRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['commands'] {
  const first = async (query: Parameters<typeof client.first<Selectable<DeviceCommandTable>>>[0]): Promise<DeviceCommand | null> => {
    const row = await client.first(query);
    return row === undefined ? null : command(row);
  };
  const all = () => db.selectFrom('device_command').selectAll();
  return {
    async add(one, requestKey, { from, most }): Promise<boolean> {
      // Counted and written in one statement: of two at once both see the same. What went nowhere does not stand in the way once the device
      // is back, nor does, for as long as a clock was set back, what was sent before that.
      const insert = sql`insert into device_command (id, device, enterprise, command, comment, "by", at, state, request_key)
        select ${one.id}, ${one.deviceId}, ${one.enterpriseId}, ${one.command}, ${one.comment}, ${one.by}, ${one.at}, ${one.state}, ${requestKey}
        where (select count(*) from (select at, command, reason from device_command where device = ${one.deviceId} order by n desc limit ${KEPT_OF_DEVICE})
          where at between ${from} and ${one.at} and command = ${one.command} and reason is null) < ${most} returning id`;
      const trim = sql`delete from device_command where device = ${one.deviceId} and n <= (select n from device_command
        where device = ${one.deviceId} order by n desc limit 1 offset ${KEPT_OF_DEVICE})`;
      const [added] = await client.post([insert, trim].map((query) => statementOf({ compile: () => query.compile(db) })));
      return added !== undefined && added.rows.length > 0;
    },
    ofRequest: (requestKey) => first(all().where('request_key', '=', requestKey)),
    get: (device, id) => first(all().where('id', '=', id).where('device', '=', device)),
    async list(query): Promise<Page<DeviceCommand>> {
      let rows = all()
        .where('device', '=', query.device)
        .orderBy('n', 'desc')
        .limit(query.limit + 1);
      if (query.cursor !== undefined) rows = rows.where('n', '<', readCursor(query.cursor, ['number'] as const)[0]);
      return pageOf(await client.rows(rows), query.limit, command, (row) => [row.n]);
    },
    async offline(id): Promise<void> {
      const standing = db.updateTable('device_command').where('id', '=', id).where('state', '=', 'sent');
      await client.change(standing.set({ state: 'failed', reason: 'device-offline' }));
    },
    async answer({ device, id, ok, detail }, at): Promise<DeviceCommand | 'known' | 'unknown'> {
      // Also of one that nobody seemed to hear: what the device says it did counts for more than what we know of the line.
      const answered = db
        .updateTable('device_command')
        .set({ state: ok ? 'done' : 'failed', reason: null, answered_at: at, detail })
        .where('id', '=', id)
        .where('device', '=', device)
        .where('answered_at', 'is', null)
        .returningAll();
      const [changed, found] = await client.post([
        statementOf(answered),
        statementOf(all().where('id', '=', id).where('device', '=', device)),
      ]);
      const row = changed?.rows[0] as Selectable<DeviceCommandTable> | undefined;
      if (row !== undefined) return command(row);
      return (found?.rows.length ?? 0) > 0 ? 'known' : 'unknown';
    },
  };
}
