import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach } from 'vitest';
import type { Alarm, AlarmEventType, LiveEvent } from '../../model/alarm.ts';
import { exampleAlarm } from '../../model/testing/example-alarm.ts';
import { type OpenRecords, openRecords } from '../../store/records/open-records.ts';
import { RecordsError } from '../../store/records/records-error.ts';

/** What the tests of the records share: folders that are gone afterwards, records that are closed, and what goes wrong by its code. */

const folders: string[] = [];
const opened: OpenRecords[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'records-'));
  folders.push(folder);
  return folder;
}
export async function open(folder = newFolder()): Promise<OpenRecords> {
  const records = await openRecords(folder);
  opened.push(records);
  return records;
}
/** What an intruder with the file does: another connection, no rules. */
export function tamper(folder: string, sql: string): void {
  const db = new Database(join(folder, 'records.db'));
  db.exec(`drop trigger if exists audit_no_update; drop trigger if exists audit_no_delete; ${sql}`);
  db.close();
}
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof RecordsError ? error.code : String(error);
}

/** To be called once by each file of tests. */
export function closeAfterEach(): void {
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((records) => records.close()));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
}

export function alarm(id: string, over: Partial<Alarm> = {}): Alarm {
  const where = { enterpriseId: 'e1', areaId: 'a1', deviceId: 'd1' };
  return exampleAlarm({ id, ...where, level: 'orange', value: 25, limit: 20, peak: { value: 25, at: 1 }, seq: 1, ...over });
}
export function alarmEvent(seq: number, type: AlarmEventType, value: Alarm): LiveEvent {
  return { kind: 'alarm', seq, alarm: { ...value, seq }, event: { seq, type, at: 1_000 + seq, by: null, entry: seq } };
}
