/**
 * Roll-ups of the embedded store: made hour by hour from the raw points, and read in their place wherever they stand for them. What is
 * due is always answered from the raw points, so an answer is exact however far the rolling up has come.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BucketAnswer, PointName, RangeQuery, Retention, RollUp, RollUpStep, RollUpUnit } from '../../../model/ports/reading-store.ts';
import type { Quality, Value } from '../../../model/reading.ts';
import type { EpochMs } from '../../../model/time.ts';
import { BucketSums, type Grid, gridOf } from '../grid.ts';
import { joined, rollUpsOf, UNIT_MS } from '../rollup/gather.ts';
import { DAY_MS, type Day, dayOf, FIRST_DAY } from './day.ts';
import type { PartialBucket } from './day-file.ts';
import type { DayFiles } from './day-files.ts';
import { type DayMark, openDaysFile } from './days-file.ts';
import { hourOf } from './due.ts';
import { type RollUpEntry, type RollUpFiles, rollUpFiles } from './roll-up-file.ts';

const HOUR = UNIT_MS.hour;
/** An hour is rolled up this long after its end: what is on its way until then makes it due but once. */
const GRACE_MS = 60_000;
/** Of one transaction: hours of a point, and about how many raw points of them. */
const CHUNK_HOURS = 256;
const CHUNK_POINTS = 20_000;

const NEVER_DELETED: DayMark = { part: 0, open: true };

/** A stretch of one point's time: answered from roll-ups, or from the raw points and the roll-ups of earlier, deleted ones. */
interface Span {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly kind: 'rolled' | 'raw';
  readonly belowPart: number;
}

export interface RollUps {
  /** Before readings are written into the day. */
  opened(day: Day): void;
  step(now: EpochMs, budgetMs: number): RollUpStep;
  buckets(query: RangeQuery & { readonly maxPoints: number }): BucketAnswer;
  read(query: RangeQuery & { readonly unit: RollUpUnit }): readonly RollUp[];
  /** See `ReadingStore.expire`; says how many files are gone. */
  expire(now: EpochMs, keep: Retention): number;
  close(): void;
}

export function openRollUps(readings: string, files: DayFiles, access: 'write' | 'read'): RollUps {
  const folder = join(readings, 'rollups');
  if (access === 'write') mkdirSync(folder, { recursive: true });
  const days = openDaysFile(folder, access);
  const kept: Readonly<Record<RollUpUnit, RollUpFiles>> = {
    minute: rollUpFiles(folder, 'minute', access),
    hour: rollUpFiles(folder, 'hour', access),
  };
  /** The writer's own knowledge; a reader asks the file each time. */
  const marks = new Map(access === 'write' ? days.all() : []);
  if (access === 'write') {
    for (const [day, known] of marks) if (known.deleting) deleteRaw(day);
    // Days of a version that knew no roll-ups.
    for (const day of files.between(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)) opened(day);
  }

  function mark(day: Day, next: DayMark): void {
    days.set(day, next);
    marks.set(day, next);
  }

  /** First marked, then deleted, then the next part begins: a crash in between leaves nothing that could be counted twice. */
  function deleteRaw(day: Day): void {
    const part = marks.get(day)?.part ?? 0;
    mark(day, { part, open: false, deleting: true });
    files.remove(day);
    mark(day, { part: part + 1, open: false });
  }

  function expire(now: EpochMs, keep: Retention): number {
    const minuteDays = Math.max(keep.rawDays, keep.minuteDays);
    const before = (days: number): EpochMs => now - days * DAY_MS;
    let deleted = 0;
    for (const day of files.between(FIRST_DAY * DAY_MS, before(keep.rawDays))) {
      if ((day + 1) * DAY_MS > before(keep.rawDays) || marks.get(day)?.open !== false) continue;
      deleteRaw(day);
      deleted += 1;
    }
    return deleted + kept.minute.expire(before(minuteDays)) + kept.hour.expire(before(Math.max(minuteDays, keep.hourDays)));
  }

  function opened(day: Day): void {
    const known = marks.get(day);
    if (known === undefined || !known.open) mark(day, { part: known?.part ?? 0, open: true });
  }

  /** Rolls up due hours of one day for as long as there is time; true when none that is over is left. */
  function rollUpDay(day: Day, beforeHour: number, outOfTime: () => boolean, count: (hours: number) => void): boolean {
    const file = files.of(day);
    const due = file.due;
    if (due === null) return true;
    const part = marks.get(day)?.part ?? 0;
    for (;;) {
      const found = due.before(beforeHour, CHUNK_HOURS);
      const minutes: RollUpEntry[] = [];
      const hours: RollUpEntry[] = [];
      let points = 0;
      let taken = 0;
      for (const { hour, point } of found) {
        if (taken > 0 && (points >= CHUNK_POINTS || outOfTime())) break;
        const name = file.nameOf(point);
        const rolled = rollUpsOf(file.pointRows(point, hour * HOUR, (hour + 1) * HOUR));
        minutes.push({ point: name, part, rollUps: rolled.minutes });
        hours.push({ point: name, part, rollUps: rolled.hours });
        for (const { count: drawn, bad } of rolled.hours) points += drawn + bad;
        taken += 1;
      }
      if (taken > 0) {
        const at = day < FIRST_DAY ? Number.NEGATIVE_INFINITY : day * DAY_MS;
        kept.minute.write(at, minutes);
        kept.hour.write(at, hours);
        due.done(found.slice(0, taken));
        count(taken);
      }
      if (taken === found.length && found.length < CHUNK_HOURS) return true;
      if (outOfTime()) return false;
    }
  }

  function markOf(all: ReadonlyMap<Day, DayMark>, day: Day): DayMark {
    return all.get(day) ?? NEVER_DELETED;
  }

  /** [from, to) in whole hours or minutes, cut into spans, oldest first. */
  function spansOf(point: PointName, from: EpochMs, to: EpochMs): readonly Span[] {
    const all = access === 'write' ? marks : days.all();
    const spans: Span[] = [];
    let reached = from;
    const rolledTo = (end: EpochMs): void => {
      if (end > reached) spans.push({ from: reached, to: end, kind: 'rolled', belowPart: Number.MAX_SAFE_INTEGER });
      reached = Math.max(reached, end);
    };
    for (const day of files.between(from, to)) {
      const { open, part } = markOf(all, day);
      if (!open) continue;
      const file = files.present(day);
      if (file === null) continue;
      const id = file.numberOf(point);
      if (id === undefined) continue;
      const first = hourOf(Math.max(from, day < FIRST_DAY ? Number.MIN_SAFE_INTEGER : day * DAY_MS));
      const end = Math.ceil(Math.min(to, (day + 1) * DAY_MS) / HOUR);
      if (file.due === null) {
        rolledTo(first * HOUR);
        spans.push({ from: reached, to: Math.min(to, end * HOUR), kind: 'raw', belowPart: part });
        reached = Math.min(to, end * HOUR);
        continue;
      }
      for (const hour of file.due.ofPoint(id, first, end)) {
        rolledTo(Math.max(from, hour * HOUR));
        const until = Math.min(to, (hour + 1) * HOUR);
        const open = spans.at(-1);
        if (open?.kind === 'raw' && open.to === reached && open.belowPart === part) spans[spans.length - 1] = { ...open, to: until };
        else spans.push({ from: reached, to: until, kind: 'raw', belowPart: part });
        reached = until;
      }
    }
    rolledTo(to);
    return spans;
  }

  function* rawPoints(point: PointName, from: EpochMs, to: EpochMs): Iterable<readonly [EpochMs, Value, Quality]> {
    for (const day of files.between(from, to)) {
      const file = files.present(day);
      const id = file?.numberOf(point);
      if (file !== null && id !== undefined) yield* file.pointRows(id, from, to);
    }
  }

  /** Where the raw points, or the minutes, are past their days, the buckets are as wide as what is left. */
  function gridFor({ from, to, maxPoints }: RangeQuery & { readonly maxPoints: number }): Grid {
    const grid = gridOf(from, to, maxPoints);
    if (grid.unit === 'hour' || to <= from) return grid;
    const all = access === 'write' ? marks : days.all();
    const begin = dayOf(from);
    const deleted = (all.get(begin)?.part ?? 0) > 0;
    if (!deleted) return grid;
    if (!kept.minute.has(from)) return gridOf(from, to, maxPoints, 'hour');
    return grid.unit === null && files.present(begin) === null ? gridOf(from, to, maxPoints, 'minute') : grid;
  }

  function buckets(query: RangeQuery & { readonly maxPoints: number }): BucketAnswer {
    const grid = gridFor(query);
    const sums = new BucketSums(grid);
    const { origin, bucketMs, unit } = grid;
    const add = (b: PartialBucket): void => {
      if (b.count > 0) sums.addSum(b.index, b.min, b.max, b.sum, b.count);
      sums.addBad(b.index, b.bad);
    };
    const addRaw = (from: EpochMs, to: EpochMs): boolean => {
      let present = false;
      for (const day of files.between(from, to)) {
        const file = files.present(day);
        if (file === null) continue;
        present = true;
        for (const b of file.buckets(query, from, to, origin, bucketMs)) add(b);
      }
      return present;
    };
    const addRolled = (by: RollUpUnit, span: { readonly from: EpochMs; readonly to: EpochMs; readonly belowPart: number }): void => {
      for (const b of kept[by].buckets(query, span, origin, bucketMs)) add(b);
    };
    let source: BucketAnswer['source'] = 'raw';
    const unitMs = unit === null ? 1 : UNIT_MS[unit];
    const first = Math.ceil(query.from / unitMs) * unitMs;
    const end = Math.floor(query.to / unitMs) * unitMs;
    if (unit === null || end <= first) {
      addRaw(query.from, query.to);
      return { buckets: sums.result(), bad: sums.bad(), bucketMs, source };
    }
    addRaw(query.from, first);
    for (const span of spansOf(query, first, end)) {
      if (span.kind === 'rolled') {
        source = unit;
        addRolled(unit, span);
      } else {
        addRaw(span.from, span.to);
        if (span.belowPart > 0) addRolled(unit, span);
      }
    }
    // Where the raw points of the last, cut bucket are past their days, the whole of it stands for them.
    if (end < query.to && !addRaw(end, query.to)) addRolled(unit, { from: end, to: query.to, belowPart: Number.MAX_SAFE_INTEGER });
    return { buckets: sums.result(), bad: sums.bad(), bucketMs, source };
  }

  function read(query: RangeQuery & { readonly unit: RollUpUnit }): readonly RollUp[] {
    const unitMs = UNIT_MS[query.unit];
    const from = Math.ceil(query.from / unitMs) * unitMs;
    const to = Math.ceil(query.to / unitMs) * unitMs;
    const found = new Map<EpochMs, RollUp>();
    for (const span of to > from ? spansOf(query, from, to) : []) {
      for (const r of kept[query.unit].read(query, span.from, span.to, span.belowPart)) found.set(r.at, r);
      if (span.kind === 'rolled') continue;
      const rolled = rollUpsOf(rawPoints(query, span.from, span.to));
      for (const r of query.unit === 'minute' ? rolled.minutes : rolled.hours) {
        const deleted = found.get(r.at);
        found.set(r.at, deleted === undefined ? r : joined(deleted, r));
      }
    }
    return [...found.values()].sort((a, b) => a.at - b.at);
  }

  return {
    opened,

    step(now, budgetMs) {
      const began = performance.now();
      const outOfTime = (): boolean => performance.now() - began >= budgetMs;
      const beforeHour = hourOf(now - GRACE_MS);
      let rolled = 0;
      let oldestDue: EpochMs | null = null;
      let more = false;
      const open = [...marks].filter(([, known]) => known.open).map(([day]) => day);
      for (const day of open.sort((a, b) => a - b)) {
        const finished = !more && rollUpDay(day, beforeHour, outOfTime, (hours) => (rolled += hours));
        if (!finished) more = true;
        const oldest = files.of(day).due?.oldest() ?? null;
        if (oldest === null) mark(day, { part: marks.get(day)?.part ?? 0, open: false });
        else oldestDue = Math.min(oldestDue ?? Number.POSITIVE_INFINITY, oldest * HOUR);
        if (more) break;
      }
      return { rolled, more, oldestDue };
    },

    buckets,
    read,
    expire,

    close() {
      days.close();
      kept.minute.close();
      kept.hour.close();
    },
  };
}
