import { type Kysely, type Selectable, sql } from 'kysely';
import type { Page, Records } from '../../model/ports/records.ts';
import type { Shift, ShiftFigures, ShiftPicture, ShiftSignature, SoundTest } from '../../model/shift.ts';
import { pageOf, readCursor } from './cursor.ts';
import type { RecordsDatabase, ShiftTable } from './database.ts';
import { type RecordsClient, statementOf } from './records-client.ts';

/** All but the picture, which is long and is read alone. */
const HEAD = [
  'n',
  'name',
  'planned_from',
  'planned_to',
  'by',
  'started_at',
  'taken_from',
  'sound',
  'signature',
  'ended_at',
  'taken_by',
  'unsigned_reason',
  'figures',
] as const satisfies readonly (keyof ShiftTable)[];

function parsed<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}

function shift(row: Omit<Selectable<ShiftTable>, 'picture'>): Shift {
  return {
    id: String(row.n),
    name: row.name,
    plannedFrom: row.planned_from,
    plannedTo: row.planned_to,
    by: row.by,
    startedAt: row.started_at,
    takenFrom: row.taken_from,
    soundTest: parsed<SoundTest>(row.sound),
    signature: parsed<ShiftSignature>(row.signature),
    endedAt: row.ended_at,
    takenBy: row.taken_by,
    unsignedReason: row.unsigned_reason,
    figures: parsed<ShiftFigures>(row.figures),
  };
}

/** The row's number, or -1, which no row has. */
function numberOf(id: string): number {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : -1;
}

/** Who had the watch. Each change says in its own condition what it needs to find: of two at once one finds it. */
export function shiftRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['shifts'] {
  const standing = (id: string) => db.updateTable('shift').where('n', '=', numberOf(id)).where('ended_at', 'is', null);
  const current = async (): Promise<Shift | null> => {
    const row = await client.first(db.selectFrom('shift').select(HEAD).where('ended_at', 'is', null));
    return row === undefined ? null : shift(row);
  };
  return {
    current,
    async get(id): Promise<Shift | null> {
      const row = await client.first(db.selectFrom('shift').select(HEAD).where('n', '=', numberOf(id)));
      return row === undefined ? null : shift(row);
    },
    async picture(id): Promise<ShiftPicture | null> {
      const row = await client.first(db.selectFrom('shift').select('picture').where('n', '=', numberOf(id)));
      return parsed<ShiftPicture>(row?.picture ?? null);
    },
    async list(query): Promise<Page<Shift>> {
      let rows = db
        .selectFrom('shift')
        .select(HEAD)
        .orderBy('n', 'desc')
        .limit(query.limit + 1);
      if (query.cursor !== undefined) rows = rows.where('n', '<', readCursor(query.cursor, ['number'] as const)[0]);
      return pageOf(await client.rows(rows), query.limit, shift, (row) => [row.n]);
    },
    async sign(id, signature, picture): Promise<boolean> {
      const set = { signature: JSON.stringify(signature), picture: JSON.stringify(picture) };
      return (await client.change(standing(id).set(set).where('signature', 'is', null))) > 0;
    },
    async unsign(id): Promise<boolean> {
      return (await client.change(standing(id).set({ signature: null, picture: null }).where('signature', 'is not', null))) > 0;
    },
    async noteSound(id, test): Promise<boolean> {
      return (await client.change(standing(id).set({ sound: JSON.stringify(test) }))) > 0;
    },
    async begin(next, after): Promise<Shift | null> {
      const sound = next.soundTest === null ? null : JSON.stringify(next.soundTest);
      // Nobody has the watch after the first statement, or nothing is inserted.
      const insert = sql`insert into shift (name, planned_from, planned_to, "by", started_at, taken_from, sound)
        select ${next.name}, ${next.plannedFrom}, ${next.plannedTo}, ${next.by}, ${next.startedAt}, ${next.takenFrom}, ${sound}
        where not exists (select 1 from shift where ended_at is null) returning *`;
      const statements = [statementOf({ compile: () => insert.compile(db) })];
      if (after !== null) {
        const { at, figures, signed, unsigned } = after;
        const end = standing(after.id).set({
          ended_at: at,
          taken_by: next.by,
          figures: JSON.stringify(figures),
          ...(unsigned === null ? {} : { unsigned_reason: unsigned.reason, picture: JSON.stringify(unsigned.picture) }),
        });
        const same =
          signed === null ? end.where('signature', 'is', null) : end.where(sql`json_extract(signature, '$.digest')`, '=', signed);
        statements.unshift(statementOf(same));
      }
      const results = await client.post(statements);
      const row = results.at(-1)?.rows[0] as Selectable<ShiftTable> | undefined;
      return row === undefined ? null : shift(row);
    },
  };
}
