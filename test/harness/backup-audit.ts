/**
 * Says what is wrong with a backup: restores it, replays its journal here, starts the platform on it, and compares with what the original
 * platform said. It shares nothing with the backup but the formats of the files.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Alarm, LiveEvent } from '../../model/alarm.ts';
import type { AlarmWithEvents, ReadingsBody } from '../../alert-ui/protocol/http.ts';
import { restoreEngine, createEngine } from '../../rules/engine.ts';
import { openReader } from '../../store/journal/reader.ts';
import { openSnapshots } from '../../store/journal/snapshots.ts';
import { openRecords } from '../../store/records/open-records.ts';
import { type Api, eventually, type MadeDevice, signIn, withToken } from './api.ts';
import { connectDevice } from './device-client.ts';
import { cleanEnv, type PlatformProcess, repositoryRoot, startPlatform } from './platform-process.ts';
import { VALVE } from './steady-load.ts';

export type Point = ReadingsBody['points'][number];

/** What was true of the original, and when. */
export interface Original {
  /** Values each device was acknowledged before the backup began. */
  readonly acknowledged: ReadonlyMap<string, ReadonlySet<number>>;
  /** Devices that had their secrets by then. */
  readonly devices: readonly MadeDevice[];
  readonly token: string;
  /** Everything the original had stored at its end, by device. */
  readonly readings: ReadonlyMap<string, readonly Point[]>;
  /** Event by number, as its records had them at its end. */
  readonly events: ReadonlyMap<number, string>;
  readonly from: number;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of our programs below dist/ to its end. */
export function runProgram(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(repositoryRoot, 'dist', program), ...args], {
      env: cleanEnv(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export async function pointsOf(api: Api, device: string, from: number): Promise<Point[]> {
  const points: Point[] = [];
  const to = Date.now() + 3_600_000;
  for (let cursor: number | undefined = from; cursor !== undefined; ) {
    const path = `/devices/${device}/readings?measurement=${VALVE.measurement}&from=${cursor}&to=${to}`;
    const body: ReadingsBody = await api.get<ReadingsBody>(path);
    points.push(...body.points);
    cursor = body.next;
  }
  return points;
}

export function eventsOf(dataDir: string): Map<number, string> {
  const db = new Database(join(dataDir, 'records.db'), { readonly: true });
  try {
    const rows = db.prepare<[], { seq: number; body: string }>('SELECT seq, body FROM event ORDER BY seq').all();
    return new Map(rows.map(({ seq, body }) => [seq, body]));
  } finally {
    db.close();
  }
}

/** What the snapshot and the journal of a folder lead to. */
async function replay(folder: string) {
  const newest = await openSnapshots(join(folder, 'snapshots')).newest();
  const engine = newest === null ? createEngine() : restoreEngine(newest.text);
  const events: LiveEvent[] = [];
  const reader = openReader(join(folder, 'journal'));
  let entries = 0;
  try {
    for (let after = newest?.seq ?? 0; ; ) {
      const chunk = reader.next(after, 5_000);
      if (chunk === null) break;
      if (chunk.kind === 'trimmed') throw new Error(`the journal begins with ${chunk.firstSeq}, but the snapshot stands at ${after}`);
      for (const entry of chunk.entries) {
        events.push(...engine.apply(entry).events);
        entries += 1;
      }
      after = chunk.lastSeq;
    }
  } finally {
    reader.close();
  }
  return { engine, events, entries };
}

/** Restores `backup` to `folder` (new), starts from it and compares. Empty = nothing was lost, doubled or changed. */
export async function auditBackup(backup: string, folder: string, original: Original): Promise<string[]> {
  const troubles: string[] = [];
  const restored = await runProgram('app/restore-main.js', [backup, folder]);
  if (restored.code !== 0) return [`not restored: ${restored.stderr}`];
  const { engine, events, entries } = await replay(folder);
  const { appliedSeq, eventSeq } = engine.view;
  if (entries === 0) troubles.push('the journal brings nothing after the snapshot');
  const inBackup = Math.max(0, ...eventsOf(folder).keys());
  if (inBackup > eventSeq) troubles.push(`records ahead: they know event ${inBackup}, the journal leads to ${eventSeq}`);

  const startedAt = Date.now();
  let platform: PlatformProcess;
  try {
    platform = await startPlatform({ dataDir: folder });
  } catch (error) {
    return [...troubles, `does not start: ${String(error)}`];
  }
  try {
    const api = await signIn(platform.httpBase);
    await withToken(platform.httpBase, original.token).get('/devices?limit=1');
    await compareReadings(api, original, troubles);
    await compareAlarms(api, [...engine.view.openAlarms()], startedAt, troubles);
    await signInDevices(platform.mqttUrl, api, original, { appliedSeq, eventSeq }, troubles);
  } finally {
    const code = await platform.stop();
    if (code !== 0) troubles.push(`the restored platform ended with ${code}: ${platform.stderr()}`);
  }

  const after = eventsOf(folder);
  const numbers = [...after.keys()];
  for (const [i, seq] of numbers.entries())
    if (seq !== (numbers[0] ?? 0) + i) troubles.push(`event number ${seq} follows ${numbers[i - 1]}`);
  const replayed = new Map(events.map((event) => [event.seq, JSON.stringify(event)]));
  let compared = 0;
  for (const [seq, body] of after) {
    if (seq > eventSeq) {
      const event = JSON.parse(body) as LiveEvent;
      const at = event.kind === 'alarm' ? event.event.at : event.at;
      if (at < startedAt) troubles.push(`event ${seq} happened before the start, but the journal does not lead to it`);
      continue;
    }
    compared += 1;
    if (original.events.get(seq) !== body) troubles.push(`event ${seq} is not the original's`);
    if (replayed.has(seq) && replayed.get(seq) !== body) troubles.push(`event ${seq} is not that of the replay`);
  }
  if (compared !== eventSeq - (numbers[0] ?? 1) + 1) troubles.push(`${compared} events up to ${eventSeq}`);
  const records = await openRecords(folder);
  const broken = await records.audit.verify();
  if (broken !== null) troubles.push(`the audit's chain breaks at line ${broken}`);
  await records.close();
  return troubles;
}

async function compareReadings(api: Api, original: Original, troubles: string[]): Promise<void> {
  for (const [device, acknowledged] of original.acknowledged) {
    let points: Point[] = [];
    let missing = acknowledged.size;
    // The projector may be catching up from the journal; what is lost stays lost.
    await eventually('readings', 30_000, async () => {
      points = await pointsOf(api, device, original.from);
      const values = new Set(points.map(([, value]) => value));
      missing = [...acknowledged].filter((value) => !values.has(value)).length;
      return missing === 0;
    }).catch((error: unknown) => troubles.push(`${missing} of ${acknowledged.size} readings of ${device} lost (${String(error)})`));
    // What came while the backup was taken may be in it, in the order it came in, up to one moment.
    const due = (original.readings.get(device) ?? []).slice(0, points.length);
    if (JSON.stringify(points) !== JSON.stringify(due)) {
      const at = points.findIndex((point, i) => JSON.stringify(point) !== JSON.stringify(due[i]));
      troubles.push(`readings of ${device} differ at ${at}: ${JSON.stringify(points[at])}, the original's ${JSON.stringify(due[at])}`);
    }
  }
}

async function compareAlarms(api: Api, due: readonly Alarm[], startedAt: number, troubles: string[]): Promise<void> {
  for (const alarm of due) {
    const answer = await api.request('GET', `/alarms/${alarm.id}`);
    const found = answer.status === 200 ? (answer.body as AlarmWithEvents) : null;
    // Of the system itself (and of silence) the new start has its own opinion.
    if (alarm.kind !== 'process') continue;
    const facts = (a: Alarm) => JSON.stringify([a.state, a.seq, a.level, a.raisedAt, a.acknowledgedBy, a.recurrences]);
    if (found === null || facts(found) !== facts(alarm))
      troubles.push(`alarm ${alarm.id} is ${found === null ? 'lost' : facts(found)}, not ${facts(alarm)}`);
  }
  const known = new Set(due.map((alarm) => alarm.id));
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const path: string = `/alarms?state=open${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const page = await api.get<{ items: readonly Alarm[]; next?: string }>(path);
    for (const alarm of page.items) {
      if (!known.has(alarm.id) && (alarm.raisedAt ?? 0) < startedAt)
        troubles.push(`alarm ${alarm.id} (${alarm.code}) was not open in the original`);
    }
    cursor = page.next;
  }
}

/** Every device with its old secret; what the last one then brings about gets numbers nobody had before, and stays. */
async function signInDevices(
  mqttUrl: string,
  api: Api,
  original: Original,
  before: { readonly appliedSeq: number; readonly eventSeq: number },
  troubles: string[],
): Promise<void> {
  const last = original.devices.at(-1);
  for (const device of original.devices) {
    try {
      const client = await connectDevice(mqttUrl, device);
      if (device === last) await client.telemetry({ [VALVE.measurement]: 99 });
      await client.close();
    } catch (error) {
      troubles.push(`${device.id} does not sign in: ${String(error)}`);
    }
  }
  if (last === undefined) throw new Error('no device to sign in');
  const rang = await eventually('a new alarm', 30_000, async () => {
    const { items } = await api.get<{ items: readonly Alarm[] }>(`/alarms?device=${last.id}&state=UNACK`);
    return items.find((alarm) => alarm.seq > before.eventSeq);
  }).catch(() => null);
  if (rang === null) {
    troubles.push(`no new alarm of ${last.id} in the history after event ${before.eventSeq}`);
    return;
  }
  const { events } = await api.get<AlarmWithEvents>(`/alarms/${rang.id}`);
  const own = events.find((event) => event.entry > before.appliedSeq);
  if (own === undefined || own.seq <= before.eventSeq) troubles.push(`the new alarm's event has the number ${own?.seq ?? 'of none'}`);
}
