import { join } from 'node:path';
import type { StoredReading } from '../../model/reading.ts';
import { openReadingStore, type StoreSettings } from '../../store/readings/open.ts';
import { type Api, signIn } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { startInfluxd } from '../parts/influxd.ts';
import { residentBytes } from './processes.ts';
import { registerVessels } from './throughput.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const DATABASE = 'beacon';
/** Buckets of the widest screen. */
const MAX_POINTS = 2_000;

export interface HistorySize {
  /** With a value a minute. */
  readonly devices: number;
  readonly monthDays: number;
  /** Of the first of them: this many days instead. */
  readonly yearDays: number;
  /** Of one device more: a value every 5 s. */
  readonly weekDays: number;
  /** Each question so often. */
  readonly times: number;
}

export interface Question {
  readonly name: string;
  /** What the answer is made from, and of how many buckets or points. */
  readonly source: string;
  readonly count: number;
  readonly firstMs: number;
  readonly ms: readonly number[];
}

export interface HistoryRun {
  readonly values: number;
  readonly fillSeconds: number;
  readonly rollUpSeconds: number;
  readonly questions: readonly Question[];
  /** A week at 5 s as CSV. */
  readonly csv: { readonly lines: number; readonly seconds: number; readonly grownMb: number };
}

interface Answer {
  readonly points: readonly (readonly [ts: number, ...rest: unknown[]])[];
  readonly source: string;
  readonly next?: number;
}

function day(device: string, from: number, stepMs: number): StoredReading[] {
  return Array.from({ length: DAY / stepMs }, (_, i) => ({
    enterprise: 'bench',
    device,
    measurement: 'pressure',
    channel: null,
    sampleAt: from + i * stepMs,
    receivedAt: from + i * stepMs + 40,
    value: 1.1 + (i % 97) / 1_000,
    quality: 'good',
    flags: [],
  }));
}

/** Through the store's own door, day by day as they would have come, and all of it rolled up. @param end midnight UTC. */
async function fill(
  settings: StoreSettings,
  size: HistorySize,
  end: number,
): Promise<Pick<HistoryRun, 'values' | 'fillSeconds' | 'rollUpSeconds'>> {
  const store = await openReadingStore(settings);
  try {
    await store.prepare();
    const most = settings.kind === 'influx' ? 5_000 : 120_000;
    const began = performance.now();
    let values = 0;
    for (let ago = size.yearDays; ago >= 1; ago -= 1) {
      const from = end - ago * DAY;
      const readings = day('B-0', from, MINUTE);
      if (ago <= size.monthDays) for (let i = 1; i < size.devices; i += 1) readings.push(...day(`B-${i}`, from, MINUTE));
      if (ago <= size.weekDays) readings.push(...day(`B-${size.devices}`, from, 5_000));
      for (let at = 0; at < readings.length; at += most) {
        const outcome = await store.write(readings.slice(at, at + most), 0);
        if (!outcome.ok) throw new Error(outcome.detail);
        if (outcome.rejected.length > 0) throw new Error(`refused: ${outcome.rejected[0]?.message ?? ''}`);
      }
      values += readings.length;
    }
    const filled = performance.now();
    while ((await store.rollUp(end + DAY, 5_000)).more);
    return { values, fillSeconds: (filled - began) / 1_000, rollUpSeconds: (performance.now() - filled) / 1_000 };
  } finally {
    await store.close();
  }
}

async function ask(
  name: string,
  times: number,
  question: () => Promise<{ readonly source: string; readonly count: number }>,
): Promise<Question> {
  const ms: number[] = [];
  let answer = { source: '', count: 0 };
  for (let i = 0; i <= times; i += 1) {
    const began = performance.now();
    answer = await question();
    ms.push(performance.now() - began);
  }
  const [firstMs = Number.NaN, ...later] = ms;
  return { name, ...answer, firstMs, ms: later };
}

function path(device: string, from: number, to: number, more = ''): string {
  return `/devices/${device}/readings?measurement=pressure&from=${from}&to=${to}${more}`;
}

async function buckets(api: Api, device: string, from: number, to: number): Promise<{ source: string; count: number }> {
  const { source, points } = await api.get<Answer>(path(device, from, to, `&maxPoints=${MAX_POINTS}`));
  return { source, count: points.length };
}

async function rawPages(api: Api, device: string, from: number, to: number): Promise<{ source: string; count: number }> {
  let count = 0;
  let source = '';
  let cursor: number | undefined;
  do {
    const page: Answer = await api.get(path(device, from, to, cursor === undefined ? '' : `&cursor=${cursor}`));
    count += page.points.length;
    source = page.source;
    cursor = page.next;
  } while (cursor !== undefined);
  return { source, count };
}

/** Long questions through the API, from a client of its own process's side of a socket: a store that was filled beforehand. */
export async function historyRun(kind: 'embedded' | 'influx', size: HistorySize): Promise<HistoryRun> {
  const folder = temporaryFolder('bench-history');
  const influx = kind === 'influx' ? await startInfluxd() : null;
  const readings = join(folder.path, 'readings');
  const end = Math.floor(Date.now() / DAY) * DAY;
  try {
    const filled = await fill(
      influx === null ? { kind: 'embedded', folder: readings } : { kind: 'influx', folder: readings, url: influx.url, database: DATABASE },
      size,
      end,
    );
    const platform = await startPlatform({
      dataDir: folder.path,
      env: {
        BEACON_RAW_DAYS: '400',
        ...(influx === null ? {} : { BEACON_INFLUX_URL: influx.url, BEACON_INFLUX_DATABASE: DATABASE }),
      },
    });
    try {
      await registerVessels(platform.httpBase, size.devices + 1);
      const api = await signIn(platform.httpBase);
      const [year, week, plain, fine] = [end - size.yearDays * DAY, end - size.weekDays * DAY, 'B-1', `B-${size.devices}`];
      const questions = [
        await ask('a year, buckets', size.times, () => buckets(api, 'B-0', year, end)),
        await ask('a month, buckets', size.times, () => buckets(api, plain, end - size.monthDays * DAY, end)),
        await ask('a week, buckets', size.times, () => buckets(api, plain, week, end)),
        await ask('a week at 5 s, buckets', size.times, () => buckets(api, fine, week, end)),
        await ask('a week at 5 s, every reading, page after page', Math.min(size.times, 5), () => rawPages(api, fine, week, end)),
      ];
      const before = residentBytes(platform.pid);
      const began = performance.now();
      const { status, body } = await api.request('GET', path(fine, week, end).replace('/readings?', '/readings.csv?'));
      if (status !== 200 || typeof body !== 'string') throw new Error(`CSV: ${status}`);
      const csv = {
        lines: body.split('\r\n').length - 2,
        seconds: (performance.now() - began) / 1_000,
        grownMb: (residentBytes(platform.pid) - before) / 1e6,
      };
      return { ...filled, questions, csv };
    } finally {
      await platform.kill();
    }
  } finally {
    await influx?.stop();
    folder.remove();
  }
}
