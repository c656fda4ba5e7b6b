/** History of alarms: a projection of the engine's numbered events, which can be sent again from any earlier number. */
import { type Kysely, type SqlBool, sql } from 'kysely';
import type { Alarm, AlarmEvent, LiveEvent } from '../../model/alarm.ts';
import type { Page, Records } from '../../model/ports/records.ts';
import { alarmFacts } from './alarm-facts.ts';
import { pageOf, readCursor } from './cursor.ts';
import type { RecordsDatabase } from './database.ts';
import { oneOf } from './one-of.ts';
import { type Compilable, type RecordsClient, statementForRows, statementOf } from './records-client.ts';
import type { Statement } from './thread-messages.ts';

/** Events of devices (online, offline) are kept for `resume` alone; older ones go. Events of alarms are history and stay. */
export const DEVICE_EVENTS_KEPT = 200_000;
/** Rows deleted per batch of events, so that no batch waits long. */
const DELETE_ROWS = 2_000;

const alarmRow = (alarm: Alarm, seq: number) => ({
  id: alarm.id,
  seq,
  state: alarm.state,
  level: alarm.level,
  kind: alarm.kind,
  enterprise: alarm.enterpriseId,
  area: alarm.areaId,
  device: alarm.deviceId,
  raised_at: alarm.raisedAt,
  body: JSON.stringify(alarm),
});

/** The newest row per alarm of a batch: earlier ones would be overwritten in the same transaction. */
function newestAlarms(events: readonly LiveEvent[]): ReturnType<typeof alarmRow>[] {
  const newest = new Map<string, LiveEvent & { kind: 'alarm' }>();
  for (const event of events) {
    if (event.kind !== 'alarm') continue;
    const known = newest.get(event.alarm.id);
    if (known === undefined || known.seq < event.seq) newest.set(event.alarm.id, event);
  }
  return [...newest.values()].map((event) => alarmRow(event.alarm, event.seq));
}

export function alarmRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['alarms'] {
  const insertEvent = (row: { seq: number; kind: string; alarm_id: string | null; body: string }): Compilable<unknown> =>
    db
      .insertInto('event')
      .values(row)
      .onConflict((conflict) => conflict.column('seq').doNothing());
  const putAlarm = (row: ReturnType<typeof alarmRow>): Compilable<unknown> =>
    db
      .insertInto('alarm')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet((eb) => ({
            seq: eb.ref('excluded.seq'),
            state: eb.ref('excluded.state'),
            level: eb.ref('excluded.level'),
            kind: eb.ref('excluded.kind'),
            enterprise: eb.ref('excluded.enterprise'),
            area: eb.ref('excluded.area'),
            device: eb.ref('excluded.device'),
            raised_at: eb.ref('excluded.raised_at'),
            body: eb.ref('excluded.body'),
          }))
          .where(sql<SqlBool>`excluded.seq > alarm.seq`),
      );
  const dropOldDeviceEvents = (newest: number): Statement =>
    statementOf(
      db.deleteFrom('event').where('seq', 'in', (eb) =>
        eb
          .selectFrom('event')
          .select('seq')
          .where(sql<SqlBool>`kind = 'device'`)
          .where('seq', '<=', newest - DEVICE_EVENTS_KEPT)
          .orderBy('seq')
          .limit(DELETE_ROWS),
      ),
    );

  return {
    ...alarmFacts(db, client),
    async project(events): Promise<void> {
      const newest = events.at(-1);
      if (newest === undefined) return;
      const rows = events.map((event) => ({
        seq: event.seq,
        kind: event.kind,
        alarm_id: event.kind === 'alarm' ? event.alarm.id : null,
        body: JSON.stringify(event),
      }));
      await client.post([
        ...statementForRows(rows, insertEvent),
        ...statementForRows(newestAlarms(events), putAlarm),
        dropOldDeviceEvents(newest.seq),
      ]);
    },
    async lastEventSeq(): Promise<number> {
      const row = await client.first(db.selectFrom('event').select((eb) => eb.fn.max('seq').as('seq')));
      return row?.seq ?? 0;
    },
    async get(id): Promise<{ alarm: Alarm; events: readonly AlarmEvent[] } | null> {
      const [alarms, events] = await client.post([
        statementOf(db.selectFrom('alarm').select('body').where('id', '=', id)),
        statementOf(db.selectFrom('event').select('body').where('alarm_id', '=', id).orderBy('seq')),
      ]);
      const found = (alarms?.rows ?? []) as readonly { body: string }[];
      const body = found[0]?.body;
      if (body === undefined) return null;
      const list = (events?.rows ?? []) as readonly { body: string }[];
      return { alarm: JSON.parse(body) as Alarm, events: list.map((row) => (JSON.parse(row.body) as LiveEvent & { kind: 'alarm' }).event) };
    },
    async list(query): Promise<Page<Alarm>> {
      let rows = db
        .selectFrom('alarm')
        .select(['id', 'raised_at', 'body'])
        .orderBy('raised_at', 'desc')
        .orderBy('id', 'desc')
        .limit(query.limit + 1);
      if (query.states !== undefined) {
        rows = rows.where(oneOf('state', query.states));
        // Said to SQLite in so many words, or it would not take the index of open alarms.
        if (!query.states.includes('NORM')) rows = rows.where(sql<SqlBool>`state <> 'NORM'`);
      }
      if (query.levels !== undefined) rows = rows.where(oneOf('level', query.levels));
      if (query.kinds !== undefined) rows = rows.where(oneOf('kind', query.kinds));
      if (query.enterprises !== undefined) rows = rows.where(oneOf('enterprise', query.enterprises));
      if (query.areas !== undefined) rows = rows.where(oneOf('area', query.areas));
      if (query.device !== undefined) rows = rows.where('device', '=', query.device);
      if (query.from !== undefined) rows = rows.where('raised_at', '>=', query.from);
      if (query.to !== undefined) rows = rows.where('raised_at', '<', query.to);
      if (query.cursor !== undefined) {
        const [raisedAt, id] = readCursor(query.cursor, ['number', 'string'] as const);
        rows = rows.where((eb) => eb(eb.refTuple('raised_at', 'id'), '<', eb.tuple(raisedAt, id)));
      }
      return pageOf(
        await client.rows(rows),
        query.limit,
        (row) => JSON.parse(row.body) as Alarm,
        (row) => [row.raised_at, row.id],
      );
    },
    async eventsAfter(seq, limit): Promise<readonly LiveEvent[]> {
      const rows = await client.rows(db.selectFrom('event').select('body').where('seq', '>', seq).orderBy('seq').limit(limit));
      return rows.map((row) => JSON.parse(row.body) as LiveEvent);
    },
  };
}
