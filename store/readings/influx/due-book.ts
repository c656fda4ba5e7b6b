/**
 * Which hours of which devices are not rolled up yet, in a small file of the data folder. An hour is written down here before its readings
 * go to the server, so that a crash leaves at most an hour too many, never one too few.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { StoredReading } from '../../../model/reading.ts';
import { type EpochMs, FUTURE_TOLERANCE_MS } from '../../../model/time.ts';
import { openFile } from '../embedded/file.ts';
import { UNIT_MS } from '../rollup/gather.ts';

const FORMAT = 1;
const FILE_NAME = 'due.db';
const SCHEMA = `
  CREATE TABLE due (
    target TEXT NOT NULL,
    hour INTEGER NOT NULL, -- hours since 1970
    enterprise TEXT NOT NULL,
    device TEXT NOT NULL,
    PRIMARY KEY (target, hour, enterprise, device)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX due_of_device ON due (target, enterprise, device, hour);
  CREATE TABLE begin (target TEXT PRIMARY KEY, hour INTEGER) STRICT; -- earlier hours may hold readings nobody noted; null = none can
  PRAGMA user_version = ${FORMAT};
`;

export interface DueDeviceHour {
  readonly hour: number;
  readonly enterprise: string;
  readonly device: string;
}

export interface DueBook {
  /** Before the readings are sent. */
  mark(batch: readonly StoredReading[]): void;
  /** Oldest first: hours before `hour`. */
  before(hour: number, limit: number): readonly DueDeviceHour[];
  done(hours: readonly DueDeviceHour[]): void;
  oldest(): number | null;
  /** Hours of [first, end) that are due for a device, ascending; null where nothing is known of the target. */
  ofDevice(device: { readonly enterprise: string; readonly device: string }, first: number, end: number): readonly number[] | null;
  /** Hours before this one may hold readings of a version that knew no roll-ups; null = there are none. */
  begin(): number | null;
  close(): void;
}

/**
 * @param target which store it is about.
 * @param latestArrival of all readings written before this file was; null = none.
 */
export function openDueBook(folder: string, target: string, access: 'write' | 'read', latestArrival: EpochMs | null): DueBook {
  const path = join(folder, FILE_NAME);
  let opened: Statements | null = null;
  /** Devices known to be due, by hour. */
  let known: Map<number, Set<string>> | null = null;

  /** A reader may be there before the file. */
  function at(): Statements | null {
    if (opened === null && (access === 'write' || existsSync(path))) {
      if (access === 'write') mkdirSync(folder, { recursive: true });
      opened = statementsOf(openFile(path, access, { schema: SCHEMA, current: FORMAT, older: [] }), target);
    }
    return opened;
  }

  function keyOf({ enterprise, device }: { readonly enterprise: string; readonly device: string }): string {
    return `${enterprise}/${device}`;
  }

  function note(hour: number, key: string): boolean {
    known ??= new Map();
    let devices = known.get(hour);
    if (devices === undefined) known.set(hour, (devices = new Set()));
    if (devices.has(key)) return false;
    devices.add(key);
    return true;
  }

  if (access === 'write') {
    const file = at();
    if (file !== null && file.begin.get() === undefined) {
      file.setBegin.run(latestArrival === null ? null : Math.floor((latestArrival + FUTURE_TOLERANCE_MS) / UNIT_MS.hour) + 1);
    }
    for (const due of file?.before.all(Number.MAX_SAFE_INTEGER, -1) ?? []) note(due.hour, keyOf(due));
  }

  return {
    mark(batch) {
      const fresh: DueDeviceHour[] = [];
      let lastHour = Number.NaN;
      let lastDevice = '';
      let lastEnterprise = '';
      for (const { sampleAt, enterprise, device } of batch) {
        const hour = Math.floor(sampleAt / UNIT_MS.hour);
        if (hour === lastHour && device === lastDevice && enterprise === lastEnterprise) continue;
        lastHour = hour;
        lastDevice = device;
        lastEnterprise = enterprise;
        if (note(hour, keyOf({ enterprise, device }))) fresh.push({ hour, enterprise, device });
      }
      if (fresh.length === 0) return;
      try {
        at()?.add(fresh);
      } catch (error) {
        for (const due of fresh) known?.get(due.hour)?.delete(keyOf(due));
        throw error;
      }
    },
    before: (hour, limit) => at()?.before.all(hour, limit) ?? [],
    done(hours) {
      at()?.take(hours);
      for (const due of hours) {
        const devices = known?.get(due.hour);
        devices?.delete(keyOf(due));
        if (devices?.size === 0) known?.delete(due.hour);
      }
    },
    oldest: () => at()?.oldest.get() ?? null,
    ofDevice: ({ enterprise, device }, first, end) => at()?.ofDevice.all(enterprise, device, first, end) ?? null,
    begin: () => at()?.begin.get()?.hour ?? null,
    close: () => opened?.close(),
  };
}

/**
 * Makes the hours that hold [from, to] due for every device of which any hour is: the server may hold readings of that time of which this
 * book, an older one that was put back, knows nothing.
 */
export function markHours(folder: string, from: EpochMs, to: EpochMs): void {
  const path = join(folder, FILE_NAME);
  if (!existsSync(path)) return;
  const db = openFile(path, 'write', { schema: SCHEMA, current: FORMAT, older: [] });
  try {
    db.exec('CREATE TEMP TABLE active AS SELECT DISTINCT target, enterprise, device FROM due');
    const add = db.prepare<[number]>(
      'INSERT OR IGNORE INTO due (target, hour, enterprise, device) SELECT target, ?, enterprise, device FROM active',
    );
    db.transaction(() => {
      for (let hour = Math.floor(from / UNIT_MS.hour); hour <= Math.floor(to / UNIT_MS.hour); hour++) add.run(hour);
    })();
  } finally {
    db.close();
  }
}

type Statements = ReturnType<typeof statementsOf>;

function statementsOf(db: Database.Database, target: string) {
  const add = db.prepare<[string, number, string, string]>(
    'INSERT OR IGNORE INTO due (target, hour, enterprise, device) VALUES (?, ?, ?, ?)',
  );
  const take = db.prepare<[string, number, string, string]>(
    'DELETE FROM due WHERE target = ? AND hour = ? AND enterprise = ? AND device = ?',
  );
  const before = db.prepare<[string, number, number], DueDeviceHour>(
    'SELECT hour, enterprise, device FROM due WHERE target = ? AND hour < ? ORDER BY hour, enterprise, device LIMIT ?',
  );
  const oldest = db.prepare<[string], number | null>('SELECT min(hour) FROM due WHERE target = ?').pluck();
  const ofDevice = db
    .prepare<[string, string, string, number, number], number>(
      'SELECT hour FROM due WHERE target = ? AND enterprise = ? AND device = ? AND hour >= ? AND hour < ? ORDER BY hour',
    )
    .pluck();
  const begin = db.prepare<[string], { hour: number | null }>('SELECT hour FROM begin WHERE target = ?');
  const setBegin = db.prepare<[string, number | null]>('INSERT INTO begin (target, hour) VALUES (?, ?)');
  const each = (statement: Database.Statement<[string, number, string, string]>) =>
    db.transaction((hours: readonly DueDeviceHour[]) => {
      for (const { hour, enterprise, device } of hours) statement.run(target, hour, enterprise, device);
    });
  return {
    add: each(add),
    take: each(take),
    before: { all: (hour: number, limit: number) => before.all(target, hour, limit) },
    oldest: { get: () => oldest.get(target) },
    ofDevice: {
      all: (enterprise: string, device: string, first: number, end: number) => ofDevice.all(target, enterprise, device, first, end),
    },
    begin: { get: () => begin.get(target) },
    setBegin: { run: (hour: number | null) => setBegin.run(target, hour) },
    close: () => void db.close(),
  };
}
