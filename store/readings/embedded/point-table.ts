/** The points that a file holds, each with a small number for its rows: kept in every file, so that each is readable and deletable by itself. */
import type Database from 'better-sqlite3';
import type { PointName } from '../../../model/ports/reading-store.ts';

/** The measurement has no channels. Not NULL, which is never equal to itself in a UNIQUE. */
const NO_CHANNEL = -1;

export const POINT_SCHEMA = `
  CREATE TABLE point (
    id INTEGER PRIMARY KEY,
    enterprise TEXT NOT NULL,
    device TEXT NOT NULL,
    measurement TEXT NOT NULL,
    channel INTEGER NOT NULL, -- ${NO_CHANNEL} = the measurement has none
    UNIQUE (enterprise, device, measurement, channel)
  ) STRICT;`;

export interface PointTable {
  find(point: PointName): number | undefined;
  /** Within the transaction that writes its rows: a number that was new goes with it when it fails. */
  findOrAdd(point: PointName): number;
  /** @throws RangeError where the file has no such point. */
  nameOf(id: number): PointName;
  of(enterprise: string, device: string): readonly { readonly id: number; readonly measurement: string; readonly channel: number | null }[];
}

const channelOf = (stored: number): number | null => (stored === NO_CHANNEL ? null : stored);

/** @param db a file with `POINT_SCHEMA` in it. */
export function pointTable(db: Database.Database): PointTable {
  const findId = db
    .prepare<[string, string, string, number], number>(
      'SELECT id FROM point WHERE enterprise = ? AND device = ? AND measurement = ? AND channel = ?',
    )
    .pluck();
  const add = db.prepare<[string, string, string, number]>(
    'INSERT INTO point (enterprise, device, measurement, channel) VALUES (?, ?, ?, ?)',
  );
  const named = db.prepare<[number], { enterprise: string; device: string; measurement: string; channel: number }>(
    'SELECT enterprise, device, measurement, channel FROM point WHERE id = ?',
  );
  const ofDevice = db.prepare<[string, string], { id: number; measurement: string; channel: number }>(
    'SELECT id, measurement, channel FROM point WHERE enterprise = ? AND device = ?',
  );

  function find({ enterprise, device, measurement, channel }: PointName): number | undefined {
    return findId.get(enterprise, device, measurement, channel ?? NO_CHANNEL);
  }

  return {
    find,
    findOrAdd(point) {
      const { enterprise, device, measurement, channel } = point;
      return find(point) ?? Number(add.run(enterprise, device, measurement, channel ?? NO_CHANNEL).lastInsertRowid);
    },
    nameOf(id) {
      const name = named.get(id);
      if (name === undefined) throw new RangeError(`no point has the number ${id}`);
      return { ...name, channel: channelOf(name.channel) };
    },
    of: (enterprise, device) => ofDevice.all(enterprise, device).map((row) => ({ ...row, channel: channelOf(row.channel) })),
  };
}
