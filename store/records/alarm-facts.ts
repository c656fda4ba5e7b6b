/** Alarm events and alarms as performance figures want them: picked out of the stored JSON in the records' thread, page by page. */
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { AlarmEventType, AlarmKind, Suppression } from '../../model/alarm.ts';
import type { Level } from '../../model/level.ts';
import type { AlarmFact, AlarmIdentity, EarlierAlarm } from '../../model/performance.ts';
import type { Page, Records } from '../../model/ports/records.ts';
import { pageOf, readCursor } from './cursor.ts';
import type { RecordsDatabase } from './database.ts';
import type { RecordsClient } from './records-client.ts';

interface PlaceRow {
  enterprise: string | null;
  area: string | null;
  device: string | null;
  measurement: string | null;
  channel: number | null;
  ladder: string;
  kind: string;
  level: string;
  suppressed: number;
  /** JSON of what suppresses it, null = nothing. */
  suppressions: string | null;
  test: number;
  historic: number;
}
interface FactRow extends PlaceRow {
  seq: number;
  entry: number;
  at: number;
  type: string;
  cause: string | null;
  alarm_id: string;
  by: string | null;
  state: string;
  due_at: number | null;
  verified: string | null;
}
interface EarlierRow extends PlaceRow {
  id: string;
  raised_at: number;
  returned_at: number | null;
  acknowledged_at: number | null;
}

const UNACKNOWLEDGED: readonly string[] = ['UNACK', 'RTNUN', 'LUNACK'];

/** Columns of the alarm inside `body`; `at` is the path to it. */
function place(at: '$' | '$.alarm'): RawBuilder<unknown> {
  const of = (name: string): RawBuilder<unknown> => sql`json_extract(body, ${sql.lit(`${at}.${name}`)})`;
  return sql`${of('enterpriseId')} as enterprise, ${of('areaId')} as area, ${of('deviceId')} as device, ${of('measurement')} as measurement,
    ${of('channel')} as channel, ${of('ladder')} as ladder, ${of('kind')} as kind, ${of('level')} as level,
    json_array_length(body, ${sql.lit(`${at}.suppressedBy`)}) as suppressed, ${of('test')} as test, ${of('historic')} as historic`;
}

function among(path: string, wanted: readonly string[] | undefined): RawBuilder<SqlBool> {
  if (wanted === undefined) return sql<SqlBool>`1`;
  return sql<SqlBool>`json_extract(body, ${sql.lit(path)}) in (select value from json_each(${JSON.stringify(wanted)}))`;
}

type Placed = AlarmIdentity & Pick<AlarmFact, 'suppressed' | 'suppressions' | 'test' | 'historic' | 'level'>;

function identity(row: PlaceRow): Placed {
  return {
    enterpriseId: row.enterprise,
    areaId: row.area,
    deviceId: row.device,
    measurement: row.measurement,
    channel: row.channel,
    ladder: row.ladder,
    kind: row.kind as AlarmKind,
    level: row.level as Level,
    suppressed: row.suppressed > 0,
    suppressions: row.suppressions === null ? [] : (JSON.parse(row.suppressions) as readonly Suppression[]),
    test: row.test === 1,
    historic: row.historic === 1,
  };
}

export function alarmFacts(db: Kysely<RecordsDatabase>, client: RecordsClient): Pick<Records['alarms'], 'facts' | 'earlier'> {
  return {
    async facts(query): Promise<Page<AlarmFact>> {
      const [at, seq] = query.cursor === undefined ? [query.from, -1] : readCursor(query.cursor, ['number', 'number'] as const);
      const asked = sql<FactRow>`select seq, json_extract(body, '$.event.entry') as entry, json_extract(body, '$.event.at') as at, json_extract(body, '$.event.type') as type,
          json_extract(body, '$.event.cause') as cause, alarm_id, json_extract(body, '$.event.by') as "by",
          json_extract(body, '$.alarm.state') as state, json_extract(body, '$.alarm.dueAt') as due_at,
          json_extract(body, '$.event.as') as verified, json_extract(body, '$.alarm.suppressions') as suppressions,
          ${place('$.alarm')}
        from event where alarm_id is not null
          and (json_extract(body, '$.event.at'), seq) > (${at}, ${seq}) and json_extract(body, '$.event.at') >= ${at}
          and json_extract(body, '$.event.at') < ${query.to}
          and ${among('$.alarm.enterpriseId', query.enterprises)} and ${among('$.alarm.areaId', query.areas)}
        order by json_extract(body, '$.event.at'), seq limit ${query.limit + 1}`;
      return pageOf(
        await client.rows(compilable<FactRow>(asked, db)),
        query.limit,
        (row): AlarmFact => ({
          ...identity(row),
          seq: row.seq,
          entry: row.entry,
          at: row.at,
          type: row.type as AlarmEventType,
          cause: row.cause,
          alarmId: row.alarm_id,
          by: row.by,
          unacknowledged: UNACKNOWLEDGED.includes(row.state),
          dueAt: row.due_at,
          verifiedAs: row.verified,
        }),
        (row) => [row.at, row.seq],
      );
    },
    async earlier(query): Promise<Page<EarlierAlarm>> {
      const [raisedAt, id] = query.cursor === undefined ? [-1, ''] : readCursor(query.cursor, ['number', 'string'] as const);
      const asked = sql<EarlierRow>`select id, raised_at, json_extract(body, '$.returnedAt') as returned_at,
          json_extract(body, '$.acknowledgedAt') as acknowledged_at, ${place('$')},
          (select json_extract(told.body, '$.alarm.suppressions') from event as told
            where told.alarm_id = alarm.id and json_extract(told.body, '$.event.at') < ${query.from}
            order by told.seq desc limit 1) as suppressions
        from alarm where raised_at < ${query.from} and (raised_at, id) > (${raisedAt}, ${id})
          and id in (
            select id from alarm where state <> 'NORM' and raised_at < ${query.from}
            union select id from alarm where seq >= (
              select seq from event where alarm_id is not null and json_extract(body, '$.event.at') >= ${query.from}
              order by json_extract(body, '$.event.at'), seq limit 1))
          and ${among('$.enterpriseId', query.enterprises)} and ${among('$.areaId', query.areas)}
        order by raised_at, id limit ${query.limit + 1}`;
      return pageOf(
        await client.rows(compilable<EarlierRow>(asked, db)),
        query.limit,
        (row): EarlierAlarm => ({
          ...identity(row),
          alarmId: row.id,
          raisedAt: row.raised_at,
          returnedAt: row.returned_at,
          acknowledgedAt: row.acknowledged_at,
        }),
        (row) => [row.raised_at, row.id],
      );
    },
  };
}

/** A hand-written statement as the client takes the builders'. */
function compilable<O>(statement: RawBuilder<O>, db: Kysely<RecordsDatabase>): { compile(): ReturnType<RawBuilder<O>['compile']> } {
  return { compile: () => statement.compile(db) };
}
