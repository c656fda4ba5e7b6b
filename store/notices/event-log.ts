/**
 * What the records hold of alarms and of warnings, as the outbox carries it; read by a connection of its own in short transactions. It comes
 * in there only after the entry that caused it is durable, in the order of its numbers, and stays: the outbox needs no copy.
 */
import Database from 'better-sqlite3';
import type { LiveEvent } from '../../model/alarm.ts';
import { LEVEL_RANK, LEVELS, type Level } from '../../model/level.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Warning, WarningEvent } from '../../model/warning.ts';

/** What of warnings is told: of this level and worse; null = nothing. */
export type WarningsTold = Exclude<Level, 'blue'> | null;

/** One numbered event. */
export interface Outgoing {
  readonly seq: number;
  /** The alarm or the warning it is of: told one after the other. null = it is passed over. */
  readonly lane: string | null;
  /** When it happened, UTC ms. */
  readonly at: EpochMs;
  /** What is told, but for `id`, `seq` and `at`. */
  readonly message: { readonly type: string; readonly test: boolean } & Readonly<Record<string, unknown>>;
}

export interface EventLog {
  /** Events after `seq`, oldest first, those to be passed over included. */
  after(seq: number, limit: number): readonly Outgoing[];
  last(): number;
  /** Events after `seq` that are to be told, counted up to `most`. */
  count(seq: number, most: number): number;
}

export interface EventLogs {
  readonly alarms: EventLog;
  readonly warnings: EventLog;
  close(): void;
}

function outgoingAlarm(live: LiveEvent): Outgoing {
  if (live.kind === 'device') return { seq: live.seq, lane: null, at: live.at, message: { type: 'device', test: false } };
  const { seq, alarm, event } = live;
  return { seq, lane: alarm.id, at: event.at, message: { type: `alarm.${event.type}`, test: alarm.test, event, alarm } };
}

function alarmLog(db: Database.Database): EventLog {
  const after = db.prepare<[number, number], { body: string }>('SELECT body FROM event WHERE seq > ? ORDER BY seq LIMIT ?');
  const last = db.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM event');
  const count = db.prepare<[number, number], { n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM event WHERE seq > ? AND kind = 'alarm' LIMIT ?)`,
  );
  return {
    after: (seq, limit) => after.all(seq, limit).map((row) => outgoingAlarm(JSON.parse(row.body) as LiveEvent)),
    last: () => last.get()?.seq ?? 0,
    count: (seq, most) => count.get(seq, most)?.n ?? 0,
  };
}

interface WarningRow {
  readonly seq: number;
  readonly body: string;
  readonly warning: string | null;
}

/** A warning is told while it is, or was until now, of such a level: that it fell below is told too, what goes on below is not. */
function toldLevels(from: WarningsTold): readonly Level[] {
  return from === null ? [] : LEVELS.filter((level) => LEVEL_RANK[level] >= LEVEL_RANK[from]);
}

function warningLog(db: Database.Database, from: WarningsTold): EventLog {
  const after = db.prepare<[number, number], WarningRow>('SELECT seq, body, warning FROM warning_event WHERE seq > ? ORDER BY seq LIMIT ?');
  const last = db.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM warning_event');
  const told = toldLevels(from);
  const count = db.prepare<[number, string, string, number], { n: number }>(
    `SELECT count(*) AS n FROM (SELECT 1 FROM warning_event WHERE seq > ? AND warning IS NOT NULL
       AND (instr(?, json_extract(body, '$.level')) > 0 OR instr(?, json_extract(body, '$.previous')) > 0) LIMIT ?)`,
  );
  function outgoing(row: WarningRow): Outgoing {
    const event = JSON.parse(row.body) as WarningEvent;
    const { seq, at } = event;
    // A factor that was set or ended moves the index; what became of the level is an event of its own.
    if (row.warning === null || !(told.includes(event.level) || told.includes(event.previous)))
      return { seq, lane: null, at, message: { type: `warning.${event.type}`, test: false } };
    const warning = JSON.parse(row.warning) as Warning;
    return { seq, lane: warning.id, at, message: { type: `warning.${event.type}`, test: warning.test, event, warning } };
  }
  return {
    after: (seq, limit) => after.all(seq, limit).map(outgoing),
    last: () => last.get()?.seq ?? 0,
    count: (seq, most) => count.get(seq, told.join(), told.join(), most)?.n ?? 0,
  };
}

/** @param path records.db, opened and migrated by the records' own thread before */
export function openEventLogs(path: string, warningsTold: WarningsTold): EventLogs {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
  return { alarms: alarmLog(db), warnings: warningLog(db, warningsTold), close: () => void db.close() };
}
