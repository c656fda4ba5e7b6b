// The calm baseline of a gas sensor has moved (decision 9, DRIFT): the means of whole hours against that of the first 24 of them, per cent of the span.
// What an hour is away beyond 1, at most 3 of it, is added up in both directions, never below 0 nor above 48; at 24 it is found, at 0 it is over. A
// sample farther than 5 away counts as 5. All of it is worked out anew from every good sample since the last calibration (reading 34).
import type { Alarm } from '../../../model/alarm.ts';
import type { Device } from '../../../model/asset.ts';
import type { Sample } from '../../../model/reading.ts';
import { type Board, type Home, keyOfHome } from './board.ts';
import { JUDGED } from './readings.ts';
import type { Instant, Known } from './stuck.ts';

const DRIFT = { code: 'DRIFT', level: 'blue' } as const;
const HOUR_MS = 3_600_000;
const FIRST_HOURS = 24;
const LEAST_SAMPLES = 3;
const FOUND_AT = 24;
const GAS_UNITS: ReadonlySet<string> = new Set(['%{LEL}', '[ppm]']);
/** Sums nearer than this to where something begins or ends may be on either side of it by rounding. */
const ROUNDING = 0.01;

interface Course {
  readonly home: Home;
  /** Good values in per cent of the span, and when. */
  readonly samples: { readonly t: number; readonly value: number }[];
  /** The point had not spoken before: whether its very first value belongs to it is left open. */
  readonly fromFirst: boolean;
  found: boolean;
}

type Finding = boolean | 'open';

export class DriftWatch {
  private readonly board: Board;
  private readonly known: Known;
  private readonly courses = new Map<string, Course>();
  private readonly calibrated = new Map<string, string>();
  private readonly fresh = new Set<Course>();

  constructor(board: Board, known: Known) {
    this.board = board;
    this.known = known;
  }

  /** A calibration, and another kind of device, begin everything anew. */
  follow({ id, profileId, calibratedAt }: Device, now: number): void {
    const is = `${profileId} ${calibratedAt}`;
    const was = this.calibrated.get(id) ?? is;
    this.calibrated.set(id, is);
    if (was === is) return;
    for (const [key, { home }] of this.courses) {
      if (home.device !== id) continue;
      this.courses.set(key, { home, samples: [], fromFirst: false, found: false });
      this.board.find(home, DRIFT, false, now);
    }
  }

  hear({ device, values }: Sample, at: Instant): void {
    const known = this.known(device);
    if (known === null || !known.profile.faults.some((code) => code === 'F05' || code === 'F07')) return;
    for (const { measurement, channel, value, quality, flags } of values) {
      const def = known.profile.measurements.find(({ key }) => key === measurement);
      if (def === undefined || !GAS_UNITS.has(def.ucum) || typeof value !== 'number' || !JUDGED.has(quality)) continue;
      if (flags.includes('stale-retained')) continue;
      const home: Home = { device, measurement, channel };
      const key = keyOfHome(home);
      const course = this.courses.get(key) ?? { home, samples: [], fromFirst: true, found: false };
      this.courses.set(key, course);
      course.samples.push({ t: at.real, value: (100 * value) / (def.range[1] - def.range[0]) });
      this.fresh.add(course);
    }
  }

  /** Where rounding, or the first value of all, decides it is the engine's word. */
  settle(alarms: Iterable<Alarm>, now: number): void {
    for (const course of this.fresh) {
      const { home, samples, fromFirst } = course;
      const said = new Set<Finding>([foundIn(samples, 0), ...(fromFirst ? [foundIn(samples, 1)] : [])]);
      const [only] = said;
      course.found = said.size === 1 && only !== undefined && only !== 'open' ? only : isTold(alarms, home);
      this.board.find(home, DRIFT, course.found, now);
    }
    this.fresh.clear();
  }
}

/** Is it found by the samples from the so-many-th on. */
function foundIn(samples: Course['samples'], from: number): Finding {
  const means = meansOf(samples.slice(from));
  let found: Finding = false;
  let up = 0;
  let down = 0;
  for (const { off } of means) {
    up = sum(up, off);
    down = sum(down, -off);
    const most = Math.max(up, down);
    if (Math.abs(most - FOUND_AT) < ROUNDING || (found !== false && most > 0 && most < ROUNDING)) found = 'open';
    else if (most > FOUND_AT) found = true;
    else if (most === 0) found = false;
  }
  return found;
}

function sum(before: number, off: number): number {
  return Math.max(0, Math.min(2 * FOUND_AT, before + off - 1));
}

/** How far every hour after the first day was away. */
function meansOf(samples: Course['samples']): readonly { readonly off: number }[] {
  const first: number[] = [];
  const out: { off: number }[] = [];
  let hour: { from: number; values: number[] } | null = null;
  const base = (): number => first.reduce((all, mean) => all + mean, 0) / first.length;
  for (const { t, value } of samples) {
    if (hour === null) hour = { from: t, values: [] };
    else if (t - hour.from >= HOUR_MS && hour.values.length >= LEAST_SAMPLES) {
      const mean = hour.values.reduce((all, one) => all + one, 0) / hour.values.length;
      if (first.length < FIRST_HOURS) first.push(mean);
      else out.push({ off: Math.max(-3, Math.min(3, mean - base())) });
      hour = { from: t, values: [] };
    } else if (t - hour.from >= 24 * HOUR_MS) hour = { from: t, values: [] };
    const calm: number = first.length < FIRST_HOURS ? value : Math.max(base() - 5, Math.min(base() + 5, value));
    hour.values.push(calm);
  }
  return out;
}

function isTold(alarms: Iterable<Alarm>, { device, measurement, channel }: Home): boolean {
  return [...alarms].some(
    (one) =>
      one.deviceId === device && one.measurement === measurement && one.channel === channel && one.ladder === DRIFT.code && one.active,
  );
}
