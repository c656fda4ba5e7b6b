/**
 * The embedded reading store: SQLite files cut by day in one folder, one writer (the projector's thread), readers beside it.
 * The position stands in a file of its own, written last: readings are idempotent, so writing a batch again is harmless.
 */
import { mkdirSync } from 'node:fs';
import type { RangeQuery, ReadingColumns, ReadingStore, WriteOutcome } from '../../../model/ports/reading-store.ts';
import type { StoredReading, Quality, Value } from '../../../model/reading.ts';
import type { EpochMs } from '../../../model/time.ts';
import { Columns } from '../columns.ts';
import { DigestSum } from '../digest.ts';
import { asStoreFailure, StoreFailure } from '../failure.ts';
import { pointLimit } from '../grid.ts';
import { openPositionFile, type PositionFile } from '../position-file.ts';
import { sortOut, sortOutRows } from '../storable.ts';
import { type Day, dayOf } from './day.ts';
import { dayFiles } from './day-files.ts';
import { openRollUps } from './roll-ups.ts';

const TARGET = 'embedded';

/**
 * @param access `read`: nothing is created or changed; `write` and `position` then refuse.
 * @throws StoreFailure when the folder cannot be written (with `write`) or holds an unknown format.
 */
export async function openEmbeddedStore(settings: { readonly folder: string }, access: 'write' | 'read'): Promise<ReadingStore> {
  const { folder } = settings;
  const files = dayFiles(folder, access);
  const rollUps = openRollUps(folder, files, access);
  const marks: PositionFile | null = access === 'write' ? openPositionFile(folder, TARGET) : null;
  let mark = marks?.read() ?? { position: 0, latestArrival: null };

  function writable(): PositionFile {
    if (marks === null) throw new StoreFailure('store-refused', `${folder} was opened for reading`);
    return marks;
  }

  async function writeRows(columns: ReadingColumns, rows: Uint32Array, position: number): Promise<WriteOutcome> {
    const target = writable();
    try {
      const { storable, rejected } = sortOutRows(columns, rows);
      for (const [day, ofDay] of byDay(columns, storable)) {
        rollUps.opened(day);
        files.of(day).write(columns, ofDay);
      }
      let { latestArrival } = mark;
      for (const row of storable) {
        const at = columns.receivedAt[row] as number;
        if (latestArrival === null || at > latestArrival) latestArrival = at;
      }
      const next = { position, latestArrival };
      target.write(next);
      mark = next;
      return { ok: true, rejected };
    } catch (error) {
      return { ok: false, detail: asStoreFailure(error).message };
    }
  }

  return {
    capabilities: { transactionalPosition: false, retention: true, deletion: true },

    async prepare() {
      if (access === 'write') mkdirSync(folder, { recursive: true });
    },

    async write(batch: readonly StoredReading[], position: number): Promise<WriteOutcome> {
      const { storable, rejected } = sortOut(batch);
      const columns = new Columns();
      for (const reading of storable) columns.addReading(reading);
      const outcome = await writeRows(columns, columns.allRows(), position);
      return outcome.ok ? { ok: true, rejected } : outcome;
    },

    writeRows,

    async position() {
      writable();
      return mark.position;
    },

    async range(query: RangeQuery) {
      const limit = pointLimit(query.limit);
      const points: (readonly [EpochMs, Value, Quality])[] = [];
      for (const day of files.between(query.from, query.to)) {
        // One more than asked for: it says where to go on.
        for (const point of files.present(day)?.range(query, query.from, query.to, limit + 1 - points.length) ?? []) points.push(point);
        if (points.length > limit) break;
      }
      const next = points[limit]?.[0] ?? null;
      return { points: points.slice(0, limit), next };
    },

    buckets: async (query) => rollUps.buckets(query),
    rollUps: async (query) => rollUps.read(query),
    expire: async (now, keep) => ({ deleted: rollUps.expire(now, keep), byHand: null }),
    rollUp: async (now, budgetMs) => rollUps.step(now, budgetMs),

    async digest(device, from, to) {
      const sum = new DigestSum();
      for (const day of files.between(from, to)) {
        for (const reading of files.present(day)?.all(device.enterprise, device.device, from, to) ?? []) sum.add(reading);
      }
      return sum.result();
    },

    async close() {
      files.close();
      rollUps.close();
      marks?.close();
    },
  };
}

/** The rows by day, oldest day first; within a day in the order given. Nearly always one day. */
function byDay(columns: ReadingColumns, rows: Uint32Array): readonly (readonly [Day, Uint32Array])[] {
  const { sampleAt } = columns;
  const dayOfRow = (row: number): Day => dayOf(sampleAt[row] as number);
  const [first] = rows;
  if (first === undefined) return [];
  const firstDay = dayOfRow(first);
  if (rows.every((row) => dayOfRow(row) === firstDay)) return [[firstDay, rows]];
  const days = new Map<Day, number[]>();
  for (const row of rows) {
    const day = dayOfRow(row);
    const ofDay = days.get(day);
    if (ofDay === undefined) days.set(day, [row]);
    else ofDay.push(row);
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, ofDay]) => [day, Uint32Array.from(ofDay)] as const);
}
