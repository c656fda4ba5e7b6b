import type { EngineMs } from '../../model/time.ts';
import type { Core } from '../core.ts';
import type { DeviceState, PointState } from '../device-state.ts';
import { heldMs } from '../time/engine-clock.ts';
import { type Condition, followBases, judge, ON, remaining, run } from './condition.ts';
import { notePeak, stepLadders } from './ladders.ts';
import { isTrue, type PlanPoint } from './plan.ts';
import { planAt, stateAt } from './spot.ts';

/** Judging one point: delays run between samples (zero-order hold) and, where none comes, in engine time; whichever is first. */

/** Milliseconds until the first delay of a point ends, or -1. */
function firstRemaining(plan: PlanPoint, conditions: readonly Condition[]): number {
  let first = -1;
  for (let i = 0; i < conditions.length; i += 1) {
    const limit = plan.limits[i];
    const condition = conditions[i];
    if (limit === undefined || condition === undefined) continue;
    const left = remaining(condition, limit);
    if (left >= 0 && (first < 0 || left < first)) first = left;
  }
  return first;
}

function runAll(plan: PlanPoint, conditions: readonly Condition[], ms: number): boolean {
  let changed = false;
  for (let i = 0; i < conditions.length; i += 1) {
    const limit = plan.limits[i];
    const condition = conditions[i];
    if (limit === undefined || condition === undefined) continue;
    if (run(condition, limit, ms)) changed = true;
  }
  if (changed) followBases(plan.limits, conditions, plan.byValue);
  return changed;
}

/** The last value held until a place on the line: lets the delays run up to it. */
export function holdUntil(
  core: Core,
  device: DeviceState,
  index: number,
  plan: PlanPoint,
  point: PointState,
  line: number,
  late: boolean,
): void {
  let left = heldMs(core.clock, point.ranLine, line, device.windowMs);
  while (point.conditions !== null && left > 0) {
    const first = firstRemaining(plan, point.conditions);
    if (first < 0) return;
    const ms = Math.min(first, left);
    left -= ms;
    if (runAll(plan, point.conditions, ms)) stepLadders(core, device, index, line - left, late);
    else if (ms < first) return;
  }
}

/** Bad, test or maintenance quality: what held until now counts, from here on nothing does. */
export function hold(
  core: Core,
  device: DeviceState,
  index: number,
  plan: PlanPoint,
  point: PointState,
  line: number,
  late: boolean,
): void {
  if (point.held) return;
  if (point.conditions !== null) holdUntil(core, device, index, plan, point, line, late);
  point.held = true;
}

/** Judges one value at its corrected time. `ageMs` is how old it is now. */
export function judgeValue(
  core: Core,
  device: DeviceState,
  index: number,
  plan: PlanPoint,
  point: PointState,
  value: number,
  line: number,
  ageMs: number,
  late: boolean,
): void {
  if (point.conditions !== null && !point.held) holdUntil(core, device, index, plan, point, line, late);
  if (point.held || line >= point.ranLine) {
    point.ranLine = line;
    point.ranAt = core.clock.now - ageMs;
  }
  point.held = false;
  point.good = value;
  const limits = plan.limits;
  if (point.conditions === null) {
    let any = false;
    for (let i = 0; i < plan.byValue; i += 1) {
      const limit = limits[i];
      if (limit !== undefined && isTrue(limit.test, value)) any = true;
    }
    if (!any) {
      if (point.open !== null) notePeak(core, device, plan, point, value, line);
      return;
    }
    point.conditions = limits.map(() => ({ phase: 0, ran: 0 }));
  }
  if (judgeAll(plan, point.conditions, value)) stepLadders(core, device, index, line, late);
  notePeak(core, device, plan, point, value, line);
  const due = delayDue(device, index);
  if (due >= 0) core.heap.atLatest(device, due);
}

function judgeAll(plan: PlanPoint, conditions: readonly Condition[], value: number): boolean {
  let changed = false;
  let calm = true;
  for (let i = 0; i < plan.byValue; i += 1) {
    const limit = plan.limits[i];
    const condition = conditions[i];
    if (limit === undefined || condition === undefined) continue;
    if (judge(condition, limit, value)) changed = true;
    if (condition.phase !== 0) calm = false;
  }
  // An escalation is off while all others are.
  if (plan.byValue < plan.limits.length && followBases(plan.limits, conditions, plan.byValue)) changed = true;
  // All off: the step that follows gives the memory back.
  return changed || calm;
}

/**
 * A sample a little older than the newest one, inside the window: it may raise what it shows (a real exceedance) but clears
 * nothing; the newest value then has its say again.
 */
export function judgeOlder(
  core: Core,
  device: DeviceState,
  index: number,
  plan: PlanPoint,
  point: PointState,
  value: number,
  line: number,
  late: boolean,
): void {
  if (point.held) return;
  const raises = plan.limits.some(
    (limit, i) => limit.onDelayMs === 0 && (point.conditions?.[i]?.phase ?? 0) === 0 && isTrue(limit.test, value),
  );
  if (!raises) return;
  const now = point.good;
  const conditions = point.conditions ?? plan.limits.map(() => ({ phase: 0 as const, ran: 0 }));
  point.conditions = conditions;
  for (let i = 0; i < conditions.length; i += 1) {
    const limit = plan.limits[i];
    const condition = conditions[i];
    if (limit === undefined || condition === undefined || condition.phase !== 0 || limit.onDelayMs > 0 || !isTrue(limit.test, value))
      continue;
    condition.phase = ON;
    condition.ran = 0;
  }
  point.good = value;
  stepLadders(core, device, index, line, late);
  point.good = now;
  if (now !== null && point.conditions !== null && judgeAll(plan, point.conditions, now))
    stepLadders(core, device, index, point.ranLine, late);
  const due = delayDue(device, index);
  if (due >= 0) core.heap.atLatest(device, due);
}

/** Engine time at which the point's next delay ends, or -1. Inside a late batch not before its end: samples come first there. */
export function delayDue(device: DeviceState, index: number): EngineMs {
  const plan = planAt(device, index);
  const point = stateAt(device, index);
  if (plan === undefined || point === undefined || point === null || point.conditions === null || point.held) return -1;
  const first = firstRemaining(plan, point.conditions);
  if (first < 0) return -1;
  return Math.max(point.ranAt + first, device.backlogUntil);
}

/** No sample came: lets the delays of a point run in engine time up to now. */
export function runDue(core: Core, device: DeviceState, index: number, late: boolean): void {
  const plan = planAt(device, index);
  const point = stateAt(device, index);
  if (plan === undefined || point === undefined || point === null || point.held) return;
  while (point.conditions !== null) {
    const first = firstRemaining(plan, point.conditions);
    if (first < 0 || point.ranAt + first > core.clock.now) return;
    point.ranAt += first;
    point.ranLine = Math.max(point.ranLine, core.clock.line - (core.clock.now - point.ranAt));
    if (runAll(plan, point.conditions, first)) stepLadders(core, device, index, point.ranLine, late);
  }
}
