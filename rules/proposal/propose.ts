import type { AntiChatter, LimitCourse, LimitProposal, ProposalStep } from '../../model/proposal.ts';
import { courseOf, type HistoryPoint, type SimpleLimit } from './course.ts';

/** A deadband of so many standard deviations of the noise is crossed by the noise alone in few samples of a thousand. */
const DEADBAND_SIGMAS = 3;
/** No wider than the widest start value of the fact tables (flow and level: 5 % of the span). */
const DEADBAND_SHARE_MAX = 0.05;
/** The start values of the fact tables (15 s, 60 s) with steps between and beyond. */
const OFF_DELAYS_MS: readonly number[] = [5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000];
/** What is longer than a fleeting alarm is somebody's to see. */
const ON_DELAYS_MS: readonly number[] = [2_000, 5_000, 10_000];

export interface ProposalOf extends SimpleLimit {
  readonly present: AntiChatter;
  /** Of the measurement, in its unit. */
  readonly range: readonly [number, number];
  readonly resolution: number;
  /** Whether a later alarm may be thought of at all: not for detectors, what a standard asks for, and red. */
  readonly mayDelay: boolean;
}

/**
 * What would keep a limit from chattering, found on its point's own history. Tried one after the other and kept only where it helps:
 * 1. a **deadband** of three standard deviations of the signal's noise, at most 5 % of the span: noise about the set point is no news;
 * 2. an **on-delay** up to 10 s, where alarms are over before anybody could act and the limit may come later at all;
 * 3. an **off-delay** for what is left, the shortest of the usual ones with which nothing chatters and nothing is over at once: an alarm
 *    stays longer, and none is lost.
 * The counts are those of the engine's own condition on the same history, so `now` and `after` can be compared.
 */
export function propose(points: readonly HistoryPoint[], limit: ProposalOf): LimitProposal {
  const work = proposing(points, limit);
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}

/** The same in pieces of one walk through the history each, for a thread that has others to serve in between. */
export function* proposing(points: readonly HistoryPoint[], limit: ProposalOf): Generator<void, LimitProposal> {
  const noise = noiseOf(points);
  yield;
  const now = courseOf(points, limit, limit.present);
  const steps: ProposalStep[] = [];
  let best: AntiChatter = limit.present;
  let course = now;
  /** Keeps the first value that mends it, else the one that leaves least; nothing where none is better. */
  function* firstOf(part: keyof AntiChatter, values: readonly number[]): Generator<void> {
    let least: ProposalStep | null = null;
    for (const value of values) {
      if (value <= best[part]) continue;
      yield;
      const found = courseOf(points, limit, { ...best, [part]: value });
      if (isCalm(found) || least === null || better(found, least.course)) least = { part, value, course: found };
      if (isCalm(found)) break;
    }
    if (least === null || !better(least.course, course)) return;
    best = { ...best, [part]: least.value };
    course = least.course;
    steps.push(least);
  }
  if (!isCalm(course)) yield* firstOf('deadband', [deadbandOf(noise, limit)]);
  if (course.fleeting > 0 && limit.mayDelay) yield* firstOf('onDelayMs', ON_DELAYS_MS);
  if (!isCalm(course)) yield* firstOf('offDelayMs', OFF_DELAYS_MS);
  const [from, to] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  return { from, to, samples: points.length, noise, present: limit.present, now, proposed: best, after: course, steps };
}

function isCalm({ chattering, fleeting }: LimitCourse): boolean {
  return chattering === 0 && fleeting === 0;
}

/** Less of what disturbs; of equals, fewer alarms. */
function better(a: LimitCourse, b: LimitCourse): boolean {
  const bad = a.chattering + a.fleeting - b.chattering - b.fleeting;
  return bad < 0 || (bad === 0 && a.alarms < b.alarms);
}

/** Rounded up to what the measurement can show. */
function deadbandOf(noise: number, { range, resolution }: ProposalOf): number {
  const most = (range[1] - range[0]) * DEADBAND_SHARE_MAX;
  const steps = Math.ceil(Math.min(DEADBAND_SIGMAS * noise, most) / resolution - 1e-9);
  return Number((steps * resolution).toPrecision(12));
}

/**
 * Standard deviation of the noise from the differences of neighbours, by their median: a real rise is few of them and counts little.
 * In the measurement's unit; 0 where there are fewer than three.
 */
function noiseOf(points: readonly HistoryPoint[]): number {
  const steps: number[] = [];
  let before: number | null = null;
  for (const [, value] of points) {
    if (value !== null && before !== null) steps.push(Math.abs(value - before));
    before = value;
  }
  if (steps.length < 2) return 0;
  const middle = Float64Array.from(steps).sort()[steps.length >> 1] ?? 0;
  // 1.4826 makes a standard deviation of a median; a difference holds the noise of two samples.
  return (1.4826 * middle) / Math.SQRT2;
}
