/**
 * Roll-ups in InfluxDB: made by us from the raw points read back, hour by hour and device by device, so that they are the same as everywhere.
 * What is due is always answered from the raw points. Without databases for them (a server that does not let them be created from here)
 * everything stays due, and answers are right, only slower.
 */
import type { BucketAnswer, RangeQuery, RollUp, RollUpStep, RollUpUnit } from '../../../model/ports/reading-store.ts';
import type { EpochMs } from '../../../model/time.ts';
import { StoreFailure } from '../failure.ts';
import { BucketSums, type Grid, gridOf } from '../grid.ts';
import { rollUpsOf, UNIT_MS } from '../rollup/gather.ts';
import { type Asker, openAsker } from './ask.ts';
import type { DueBook, DueDeviceHour } from './due-book.ts';
import { addBuckets, addRollUpBuckets, pointsOfDevice, rollUpsFromRaw, storedRollUps } from './query.ts';
import { rollUpDatabase, rollUpLine } from './roll-up-lines.ts';
import { openSender, type Sender } from './send.ts';
import type { InfluxSettings } from './settings.ts';

const HOUR = UNIT_MS.hour;
/** See the embedded store. */
const GRACE_MS = 60_000;
/** Hours of a device, and lines, that go to the server at once. */
const CHUNK_HOURS = 64;
const CHUNK_LINES = 5_000;
/** More stretches than this that are due are asked for as one. */
const MAX_RAW_SPANS = 8;

interface Span {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly kind: 'rolled' | 'raw';
}

export interface InfluxRollUps {
  /** Makes its databases where they are missing. @throws StoreFailure that says what to do by hand */
  prepare(): Promise<void>;
  step(now: EpochMs, budgetMs: number): Promise<RollUpStep>;
  buckets(query: RangeQuery & { readonly maxPoints: number }): Promise<BucketAnswer>;
  read(query: RangeQuery & { readonly unit: RollUpUnit }): Promise<readonly RollUp[]>;
  close(): void;
}

interface Kept {
  readonly asker: Asker;
  readonly sender: Sender;
}

/** @param ensure makes the databases; rejects with what to do by hand. */
export function openInfluxRollUps(
  settings: InfluxSettings,
  raw: Asker,
  due: DueBook,
  ensure: (asker: Asker, database: string) => Promise<void>,
): InfluxRollUps {
  const kept: Readonly<Record<RollUpUnit, Kept>> = { minute: openKept('minute'), hour: openKept('hour') };
  let ensured = false;

  function openKept(unit: RollUpUnit): Kept {
    const own = { ...settings, database: rollUpDatabase(settings.database, unit) };
    return { asker: openAsker(own), sender: openSender(own) };
  }

  async function prepare(): Promise<void> {
    if (ensured) return;
    for (const unit of ['minute', 'hour'] as const) await ensure(kept[unit].asker, rollUpDatabase(settings.database, unit));
    ensured = true;
  }

  async function send(unit: RollUpUnit, lines: readonly string[]): Promise<void> {
    for (let from = 0; from < lines.length; from += CHUNK_LINES) {
      const answer = await kept[unit].sender.send(lines.slice(from, from + CHUNK_LINES));
      if (answer.kind === 'written') continue;
      // What is past the days of its roll-ups need not be in them; anything else comes again.
      if (answer.kind === 'partly' && /beyond retention policy/i.test(answer.message)) continue;
      if (answer.kind === 'no-database') ensured = false;
      throw new StoreFailure(answer.kind === 'failed' ? 'store-unreachable' : 'store-refused', `roll-ups: ${answer.message}`);
    }
  }

  async function linesOf({ hour, enterprise, device }: DueDeviceHour, minutes: string[], hours: string[]): Promise<void> {
    const points = await pointsOfDevice(raw, { enterprise, device }, hour * HOUR, (hour + 1) * HOUR);
    for (const [key, rows] of points) {
      const rolled = rollUpsOf(rows);
      for (const r of rolled.minutes) minutes.push(rollUpLine({ enterprise, device }, key, r));
      for (const r of rolled.hours) hours.push(rollUpLine({ enterprise, device }, key, r));
    }
  }

  /** Whole hours or minutes of [from, to), cut into spans, oldest first. */
  function spansOf(query: RangeQuery, from: EpochMs, to: EpochMs): readonly Span[] {
    const hours = due.ofDevice(query, Math.floor(from / HOUR), Math.ceil(to / HOUR));
    if (hours === null) return [{ from, to, kind: 'raw' }];
    const runs: { from: EpochMs; to: EpochMs }[] = [];
    const add = (start: EpochMs, end: EpochMs): void => {
      const last = runs.at(-1);
      if (last !== undefined && start <= last.to) last.to = Math.max(last.to, end);
      else if (end > start) runs.push({ from: start, to: end });
    };
    const begin = due.begin();
    if (begin !== null) add(from, Math.min(to, begin * HOUR));
    for (const hour of hours) add(Math.max(from, hour * HOUR), Math.min(to, (hour + 1) * HOUR));
    const [first] = runs;
    const last = runs.at(-1);
    if (first !== undefined && last !== undefined && runs.length > MAX_RAW_SPANS)
      runs.splice(0, runs.length, { from: first.from, to: last.to });
    const spans: Span[] = [];
    let reached = from;
    for (const run of runs) {
      if (run.from > reached) spans.push({ from: reached, to: run.from, kind: 'rolled' });
      spans.push({ ...run, kind: 'raw' });
      reached = run.to;
    }
    if (to > reached) spans.push({ from: reached, to, kind: 'rolled' });
    return spans;
  }

  /** A database for roll-ups that is not there holds none of them: the raw points are asked instead. */
  async function orRaw<T>(rolled: () => Promise<T>, fromRaw: () => Promise<T>): Promise<T> {
    try {
      return await rolled();
    } catch (error) {
      if (error instanceof StoreFailure && error.code === 'store-refused') return fromRaw();
      throw error;
    }
  }

  async function bucketsIn(query: RangeQuery, grid: Grid): Promise<BucketAnswer> {
    const sums = new BucketSums(grid);
    const { bucketMs, unit } = grid;
    let source: BucketAnswer['source'] = 'raw';
    const unitMs = unit === null ? 1 : UNIT_MS[unit];
    const first = Math.ceil(query.from / unitMs) * unitMs;
    const end = Math.floor(query.to / unitMs) * unitMs;
    if (unit === null || end <= first) await addBuckets(raw, query, grid, sums, query.from, query.to);
    else {
      await addBuckets(raw, query, grid, sums, query.from, first);
      for (const { from, to, kind } of spansOf(query, first, end)) {
        const fromRaw = async (): Promise<'raw'> => {
          await addBuckets(raw, query, grid, sums, from, to);
          return 'raw';
        };
        const rolled = async (): Promise<RollUpUnit> => {
          await addRollUpBuckets(kept[unit].asker, query, grid, sums, from, to);
          return unit;
        };
        const used: BucketAnswer['source'] = kind === 'raw' ? await fromRaw() : await orRaw<BucketAnswer['source']>(rolled, fromRaw);
        if (used !== 'raw') source = used;
      }
      await addBuckets(raw, query, grid, sums, end, query.to);
    }
    return { buckets: sums.result(), bad: sums.bad(), bucketMs, source };
  }

  return {
    prepare,

    async step(now, budgetMs) {
      const began = performance.now();
      const outOfTime = (): boolean => performance.now() - began >= budgetMs;
      const beforeHour = Math.floor((now - GRACE_MS) / HOUR);
      let rolled = 0;
      let more = true;
      while (more) {
        const found = due.before(beforeHour, CHUNK_HOURS);
        if (found.length > 0) await prepare();
        const minutes: string[] = [];
        const hours: string[] = [];
        let taken = 0;
        for (const each of found) {
          if (taken > 0 && (minutes.length >= CHUNK_LINES || outOfTime())) break;
          await linesOf(each, minutes, hours);
          taken += 1;
        }
        await send('minute', minutes);
        await send('hour', hours);
        due.done(found.slice(0, taken));
        rolled += taken;
        more = taken < found.length || found.length === CHUNK_HOURS;
        if (outOfTime()) break;
      }
      const oldest = due.oldest();
      return { rolled, more, oldestDue: oldest === null ? null : oldest * HOUR };
    },

    async buckets(query) {
      // What is past its days leaves nothing: then with what is kept longer.
      let answer = await bucketsIn(query, gridOf(query.from, query.to, query.maxPoints));
      for (const unit of ['minute', 'hour'] as const) {
        if (answer.buckets.length + answer.bad.length > 0 || query.to - query.from < UNIT_MS[unit]) break;
        const grid = gridOf(query.from, query.to, query.maxPoints, unit);
        if (grid.bucketMs > answer.bucketMs) answer = await bucketsIn(query, grid);
      }
      return answer;
    },

    async read(query) {
      const unitMs = UNIT_MS[query.unit];
      const from = Math.ceil(query.from / unitMs) * unitMs;
      const to = Math.ceil(query.to / unitMs) * unitMs;
      const found: RollUp[] = [];
      for (const span of to > from ? spansOf(query, from, to) : []) {
        const asked = { ...query, from: span.from, to: span.to };
        const fromRaw = () => rollUpsFromRaw(raw, asked);
        const rollUps = span.kind === 'raw' ? await fromRaw() : await orRaw(() => storedRollUps(kept[query.unit].asker, asked), fromRaw);
        for (const r of rollUps) found.push(r);
      }
      return found;
    },

    close() {
      kept.minute.sender.close();
      kept.hour.sender.close();
    },
  };
}
