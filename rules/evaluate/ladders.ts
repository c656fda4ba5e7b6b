import type { EpochMs } from '../../model/time.ts';
import type { LadderIdentity, Observation } from '../alarm/identity.ts';
import type { AlarmRecord } from '../alarm/record.ts';
import { compare, higher, type Top } from '../alarm/step.ts';
import type { Core } from '../core.ts';
import type { DeviceState, Pending, PointState } from '../device-state.ts';
import { placeOf } from '../instrument.ts';
import { isReported, namedBy, reportedTop } from '../health/limit-fault.ts';
import { wallOf } from '../time/engine-clock.ts';
import { isOn } from './condition.ts';
import type { FaultLadder, PlanLadder, PlanPoint } from './plan.ts';
import { planAt, stateAt } from './spot.ts';

/** From the conditions of a point's limits to the alarms of its ladders. Called only when a limit went on or off. */

interface Tops {
  readonly on: Top | null;
  readonly latching: Top | null;
}

/**
 * The highest limit of a ladder that is on, and the highest latching one that is. `shown`: code that the alarm shows; of several that are
 * as high (two reasons to escalate) it stays the one.
 */
export function topsOf(plan: PlanPoint, point: PointState, ladder: number, shown?: string): Tops {
  let on: Top | null = null;
  let latching: Top | null = null;
  const conditions = point.conditions;
  if (conditions !== null) {
    for (let i = 0; i < conditions.length; i += 1) {
      const limit = plan.limits[i];
      const condition = conditions[i];
      if (limit === undefined || condition === undefined || limit.ladder !== ladder || !isOn(condition)) continue;
      on = highest(limit.top, on, shown);
      if (limit.latching) latching = highest(limit.top, latching, shown);
    }
  }
  return { on, latching };
}

/** The same with what the device reports, where a limit of the ladder stands for that fault. */
function standing(core: Core, device: DeviceState, ladder: PlanLadder, tops: Tops, before: AlarmRecord | null): Tops {
  if (ladder.fault === null) return tops;
  return { on: namedBy(tops.on, reportedTop(core, device, ladder.fault), before), latching: tops.latching };
}

function highest(top: Top, so: Top | null, shown: string | undefined): Top {
  if (so === null) return top;
  const by = compare(top, so);
  return by > 0 || (by === 0 && top.code === shown) ? top : so;
}

function ladderIdentity(device: DeviceState, plan: PlanPoint, { name, fault }: PlanLadder): LadderIdentity {
  return {
    key: `${plan.key}|${name}`,
    ladder: name,
    kind: fault === null ? device.plan.profile.alarmKind : 'instrument',
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
    const key = `${plan.key}|${ladder.name}`;
    const before = device.alarms.get(key) ?? null;
    const tops = topsOf(plan, point, i, before?.facts.shown.code);
    if (late) stepLate(core, device, plan, point, i, tops, before, line);
    else {
      const stands = standing(core, device, ladder, tops, before);
      if (stands.on !== null || before !== null)
        stepNow(core, device, plan, point, i, stands, before, wallOf(core.clock, line), null, cause);
    }
    const now = device.alarms.get(key) ?? null;
    if (ladder.fault !== null && (before === null) !== (now === null)) core.changed.add(device);
    if (now !== null) anyOpen = true;
    open.push(now);
  }
  point.open = anyOpen ? open : null;
  settle(point);
  core.joint.mark(device);
  core.escalations.mark(device, line);
  if (device.plan.asksLimits && !core.relink.includes(device)) core.relink.push(device);
}

/**
 * What the device reports has changed: the alarms of limits that stand for a fault follow. Where the point has said nothing yet, there is
 * the report alone.
 */
export function stepReported(core: Core, device: DeviceState, cause?: string): void {
  if (device.backlogUntil >= 0) return;
  for (const one of device.plan.faultLadders) {
    if (!isReported(device, one.code) && !device.alarms.has(one.key)) continue;
    if (stateAt(device, one.index) !== null) stepLadders(core, device, one.index, core.clock.line, false, cause);
    else stepUnheard(core, device, one, cause);
  }
}

function stepUnheard(core: Core, device: DeviceState, { index, ladder, key, code }: FaultLadder, cause?: string): void {
  const plan = planAt(device, index);
  const spec = plan?.ladders[ladder];
  if (plan === undefined || spec === undefined) return;
  const on = namedBy(null, reportedTop(core, device, code), device.alarms.get(key) ?? null);
  if (on === null && !device.alarms.has(key)) return;
  const seen: Observation = { since: core.clock.at, value: null, limit: null, quality: null, peak: null };
  core.book.judged(device, ladderIdentity(device, plan, spec), on, null, cause === undefined ? seen : { ...seen, cause });
  core.changed.add(device);
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
    limit: shown === null || shown.code === spec.fault ? null : (setPointOf(plan, shown.code) ?? before?.limit ?? null),
    quality: point.quality,
    peak: peakOf(core, spec.worse, point, since, before, pending),
    ...(why === undefined ? {} : { cause: why }),
  };
  core.book.judged(device, ladderIdentity(device, plan, spec), tops.on, latching, seen);
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
  const stood = before?.facts.on ?? null;
  const pending = point.pending?.[ladder] ?? null;
  if (tops.on !== null && (stood === null || compare(tops.on, stood) > 0)) {
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
  const spec = plan.ladders[ladder];
  if (stood === null || before === null || spec === undefined) return;
  stepNow(core, device, plan, point, ladder, standing(core, device, spec, tops, before), before, wallOf(core.clock, line), null);
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
  core.book.historic(device, ladderIdentity(device, plan, spec), pending.shown, seen, wallOf(core.clock, line));
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
    const spec = plan.ladders[i];
    if (pending === null || spec === undefined) continue;
    const before = device.alarms.get(`${plan.key}|${spec.name}`) ?? null;
    const stands = standing(core, device, spec, topsOf(plan, point, i, before?.facts.shown.code), before);
    stepNow(core, device, plan, point, i, stands, before, wallOf(core.clock, pending.raisedLine), pending);
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
