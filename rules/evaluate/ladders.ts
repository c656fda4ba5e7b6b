import type { EpochMs } from '../../model/time.ts';
import type { LadderIdentity, Observation } from '../alarm/identity.ts';
import type { AlarmRecord } from '../alarm/record.ts';
import { compare, higher, type Top } from '../alarm/step.ts';
import type { Core } from '../core.ts';
import type { DeviceState, Pending, PointState } from '../device-state.ts';
import { placeOf } from '../instrument.ts';
import { wallOf } from '../time/engine-clock.ts';
import { isOn } from './condition.ts';
import type { PlanPoint } from './plan.ts';
import { planAt, stateAt } from './spot.ts';

/** From the conditions of a point's limits to the alarms of its ladders. Called only when a limit went on or off. */

interface Tops {
  readonly on: Top | null;
  readonly latching: Top | null;
}

/** The highest limit of a ladder that is on, and the highest latching one that is. */
export function topsOf(plan: PlanPoint, point: PointState, ladder: number): Tops {
  let on: Top | null = null;
  let latching: Top | null = null;
  const conditions = point.conditions;
  if (conditions !== null) {
    for (let i = 0; i < conditions.length; i += 1) {
      const limit = plan.limits[i];
      const condition = conditions[i];
      if (limit === undefined || condition === undefined || limit.ladder !== ladder || !isOn(condition)) continue;
      on = higher(limit.top, on);
      if (limit.latching) latching = higher(limit.top, latching);
    }
  }
  return { on, latching };
}

export function ladderIdentity(device: DeviceState, plan: PlanPoint, ladder: string): LadderIdentity {
  return {
    key: `${plan.key}|${ladder}`,
    ladder,
    kind: device.plan.profile.alarmKind,
    measurement: plan.measurement,
    channel: plan.channel,
    unit: plan.unit,
    place: placeOf(device),
    fault: false,
    ruleRevision: device.ruleRevision,
  };
}

function setPointOf(plan: PlanPoint, code: string): number | string | null {
  return plan.limits.find((limit) => limit.code === code)?.setPoint ?? null;
}

/** Steps every ladder of a point at a place on the line. In a late batch nothing gets a sound (semantics 4). */
export function stepLadders(core: Core, device: DeviceState, index: number, line: number, late: boolean, cause?: string): void {
  const plan = planAt(device, index);
  const point = stateAt(device, index);
  if (plan === undefined || point === undefined || point === null) return;
  const open: (AlarmRecord | null)[] = [];
  let anyOpen = false;
  for (let i = 0; i < plan.ladders.length; i += 1) {
    const ladder = plan.ladders[i];
    if (ladder === undefined) continue;
    const tops = topsOf(plan, point, i);
    const key = `${plan.key}|${ladder.name}`;
    const before = device.alarms.get(key) ?? null;
    if (late) stepLate(core, device, plan, point, i, tops, before, line);
    else if (tops.on !== null || before !== null)
      stepNow(core, device, plan, point, i, tops, before, wallOf(core.clock, line), null, cause);
    const now = device.alarms.get(key) ?? null;
    if (now !== null) anyOpen = true;
    open.push(now);
  }
  point.open = anyOpen ? open : null;
  settle(point);
  core.joint.mark(device);
  if (device.plan.asksLimits && !core.relink.includes(device)) core.relink.push(device);
}

/** Gives the memory of a calm point back. */
function settle(point: PointState): void {
  if (point.conditions?.every((condition) => condition.phase === 0) === true) point.conditions = null;
  if (point.pending?.every((pending) => pending === null) === true) point.pending = null;
}

function stepNow(
  core: Core,
  device: DeviceState,
  plan: PlanPoint,
  point: PointState,
  ladder: number,
  tops: Tops,
  before: AlarmRecord | null,
  since: EpochMs,
  pending: Pending | null,
  cause?: string,
): void {
  const spec = plan.ladders[ladder];
  if (spec === undefined) return;
  const latching = higher(tops.latching, pending?.latching ?? null);
  const shown = higher(tops.on, higher(before?.facts.latch ?? null, latching)) ?? before?.facts.shown ?? null;
  const why = cause ?? (point.flags.includes('warm-up') ? 'warm-up' : undefined);
  const seen: Observation = {
    since,
    value: point.good,
    limit: shown === null ? null : (setPointOf(plan, shown.code) ?? before?.limit ?? null),
    quality: point.quality,
    peak: peakOf(core, spec.worse, point, since, before, pending),
    ...(why === undefined ? {} : { cause: why }),
  };
  core.book.judged(device, ladderIdentity(device, plan, spec.name), tops.on, latching, seen);
}

function peakOf(
  core: Core,
  worse: 1 | -1 | 0,
  point: PointState,
  at: EpochMs,
  before: AlarmRecord | null,
  pending: Pending | null,
): AlarmRecord['peak'] {
  if (worse === 0 || point.good === null) return null;
  if (pending !== null && pending.peak !== null) return { value: pending.peak, at: wallOf(core.clock, pending.peakLine) };
  const peak = before?.peak ?? null;
  if (peak !== null && worse * (point.good - peak.value) <= 0) return peak;
  return { value: point.good, at };
}

function stepLate(
  core: Core,
  device: DeviceState,
  plan: PlanPoint,
  point: PointState,
  ladder: number,
  tops: Tops,
  before: AlarmRecord | null,
  line: number,
): void {
  const standing = before?.facts.on ?? null;
  const pending = point.pending?.[ladder] ?? null;
  if (tops.on !== null && (standing === null || compare(tops.on, standing) > 0)) {
    const all = point.pending ?? plan.ladders.map(() => null);
    point.pending = all;
    if (pending === null) {
      all[ladder] = {
        raisedLine: line,
        shown: tops.on,
        latching: tops.latching,
        value: point.good,
        setPoint: setPointOf(plan, tops.on.code) ?? '',
        peak: point.good,
        peakLine: line,
      };
    } else {
      if (compare(tops.on, pending.shown) > 0) {
        pending.shown = tops.on;
        pending.value = point.good;
        pending.setPoint = setPointOf(plan, tops.on.code) ?? '';
      }
      pending.latching = higher(tops.latching, pending.latching);
    }
    return;
  }
  if (pending !== null) endPending(core, device, plan, point, ladder, pending, line);
  // Falling and returning make no sound: they are taken at once.
  if (standing !== null && before !== null) stepNow(core, device, plan, point, ladder, tops, before, wallOf(core.clock, line), null);
}

/** Begun and ended inside the batch. */
function endPending(
  core: Core,
  device: DeviceState,
  plan: PlanPoint,
  point: PointState,
  ladder: number,
  pending: Pending,
  line: number,
): void {
  const spec = plan.ladders[ladder];
  if (spec === undefined) return;
  if (point.pending !== null) point.pending[ladder] = null;
  const seen: Observation = {
    since: wallOf(core.clock, pending.raisedLine),
    value: pending.value,
    limit: pending.setPoint,
    quality: point.quality,
    peak: spec.worse === 0 || pending.peak === null ? null : { value: pending.peak, at: wallOf(core.clock, pending.peakLine) },
  };
  core.book.historic(device, ladderIdentity(device, plan, spec.name), pending.shown, seen, wallOf(core.clock, line));
}

/** The late batch is over: what is still true rings, with its true begin. */
export function ringPending(core: Core, device: DeviceState, index: number): void {
  const plan = planAt(device, index);
  const point = stateAt(device, index);
  if (plan === undefined || point === undefined || point === null || point.pending === null) return;
  const all = point.pending;
  point.pending = null;
  for (let i = 0; i < plan.ladders.length; i += 1) {
    const pending = all[i] ?? null;
    const name = plan.ladders[i]?.name;
    if (pending === null || name === undefined) continue;
    const before = device.alarms.get(`${plan.key}|${name}`) ?? null;
    stepNow(core, device, plan, point, i, topsOf(plan, point, i), before, wallOf(core.clock, pending.raisedLine), pending);
  }
  linkOpen(device, index);
}

/** Points a point at its open alarms, for the peak. */
export function linkOpen(device: DeviceState, index: number): void {
  const plan = planAt(device, index);
  const point = stateAt(device, index);
  if (plan === undefined || point === undefined || point === null) return;
  const open = plan.ladders.map((ladder) => device.alarms.get(`${plan.key}|${ladder.name}`) ?? null);
  point.open = open.some((record) => record !== null) ? open : null;
}

/** Keeps the peak and the present quality of what is open or pending up to date. No event. */
export function notePeak(core: Core, device: DeviceState, plan: PlanPoint, point: PointState, value: number, line: number): void {
  if (point.open !== null) {
    for (let i = 0; i < point.open.length; i += 1) {
      const record = point.open[i] ?? null;
      if (record === null) continue;
      // It may have closed by an acknowledgement: what closed changes no more.
      if (device.alarms.get(record.key) !== record) continue;
      record.quality = point.quality;
      const worse = plan.ladders[i]?.worse ?? 0;
      if (record.facts.on === null || record.peak === null) continue;
      if (worse * (value - record.peak.value) > 0) record.peak = { value, at: wallOf(core.clock, line) };
    }
  }
  if (point.pending !== null) {
    for (let i = 0; i < point.pending.length; i += 1) {
      const pending = point.pending[i] ?? null;
      const worse = plan.ladders[i]?.worse ?? 0;
      if (pending === null || pending.peak === null || worse * (value - pending.peak) <= 0) continue;
      pending.peak = value;
      pending.peakLine = line;
    }
  }
}
