import type { EffectiveLimit } from '../../model/engine.ts';
import { pointKey, type Sample } from '../../model/reading.ts';
import type { Reader } from '../compile/expression.ts';
import type { Core } from '../core.ts';
import { type DerivedState, type DeviceState, NEVER, newPoint, type PointState } from '../device-state.ts';
import { heldMs } from '../time/engine-clock.ts';
import { type Condition, followBases, isOn, LEAVING, OFF, ON, take } from './condition.ts';
import { addCount, countOf, newCountWindow, shiftCount } from './count-window.ts';
import { notePeak, stepLadders } from './ladders.ts';
import { hasLeft, isTrue, type PlanDerived, type PlanPoint, pointIndex, type Source } from './plan.ts';
import { delayDue, hold, holdUntil, runDue } from './point.ts';
import { addSample, clearRate, newRateWindow, riseOf, shiftRate } from './rate-window.ts';

/**
 * Limits that are judged by something worked out from points: rates, deviations, counts, transitions, expressions, and any limit
 * that counts only under a condition. They are judged once per sample, after all its values are in: the values of one sample are
 * of one instant. What cannot be worked out holds the limit: it neither raises nor clears, and says why.
 */

/** Samples this little older than the newest are in order: a device's clock error wobbles. */
const WOBBLE_MS = 1_000;
/** An outage of ours inside a gap: readings that came in a bunch after it have no true times unless the device stamps them. */
const WIDEST_GAP_OVER_OUTAGE = 0.5;

type Holds = NonNullable<DerivedState['holds']>;
/** What is known now: nothing, or the value to show and whether the limit is true and left. */
type Signal = { readonly holds: Holds } | { readonly holds: null; readonly value: number; readonly on: boolean; readonly left: boolean };

function newDerived(point: PointState): DerivedState {
  return {
    ...newPoint(point.value, point.sampleAt, point.receivedAt, point.quality, point.flags),
    rate: null,
    count: null,
    from: false,
    holds: null,
  };
}

/** A sample is in: judges every derived limit that reads one of its values. */
export function judgeDerived(core: Core, device: DeviceState, sample: Sample, line: number, ageMs: number): void {
  const { derived } = device.plan;
  const touched: boolean[] = [];
  for (const { measurement, channel } of sample.values) {
    const index = pointIndex(device.plan, measurement, channel);
    const last = device.points[index]?.lastLine ?? NEVER;
    if (last !== NEVER && line >= last - WOBBLE_MS) touched[index] = true;
  }
  const late = device.backlogUntil >= 0;
  for (let i = 0; i < derived.length; i += 1) {
    const plan = derived[i];
    if (plan === undefined || !plan.inputs.some((input) => touched[input])) continue;
    const state = stateOf(device, plan, i);
    if (state === null) continue;
    const home = device.points[plan.home] ?? null;
    if (home !== null && touched[plan.home] === true) {
      Object.assign(state, { value: home.value, sampleAt: home.sampleAt, receivedAt: home.receivedAt });
      Object.assign(state, { quality: home.quality, flags: home.flags });
      remember(core, plan.source, state, home, line);
    }
    state.lastLine = line;
    judgeOne(core, device, i, plan, state, line, ageMs, late);
  }
}

function stateOf(device: DeviceState, plan: PlanDerived, i: number): DerivedState | null {
  const known = device.derived[i] ?? null;
  if (known !== null) return known;
  const home = device.points[plan.home] ?? null;
  if (home === null) return null;
  const state = newDerived(home);
  device.derived[i] = state;
  return state;
}

/** Puts the new value of its point into the window. A value that is not good begins a new one: there is no rate across it. */
function remember(core: Core, source: Source, state: DerivedState, home: PointState, line: number): void {
  if (source.kind === 'rate') {
    const course = state.rate ?? newRateWindow();
    state.rate = course;
    if (home.held || home.good === null) {
      clearRate(course);
      return;
    }
    const gap = line - course.last;
    if (gap > WIDEST_GAP_OVER_OUTAGE * source.windowMs && heldMs(core.clock, course.last, line, 0) < gap) clearRate(course);
    addSample(course, source.windowMs, line, home.good);
  } else if (source.kind === 'count' && !home.held && home.good !== null) {
    const course = state.count ?? newCountWindow();
    state.count = course;
    addCount(course, line, home.good);
  }
}

/** @param rested by the last good values, also of points whose newest is bad */
function readerOf(device: DeviceState, rested: boolean): Reader {
  return {
    point(key) {
      const index = device.plan.points.findIndex((one) => one.key === key);
      return goodOf(device.points[index] ?? null, rested);
    },
    limit: (measurement, code) => limitOn(device, measurement, code, undefined, rested),
  };
}

function goodOf(point: PointState | null, rested: boolean): number | undefined {
  return point === null || point.good === null || (point.held && !rested) ? undefined : point.good;
}

/**
 * Is the limit on, of the given channel or of any (absent); undefined while it is not judged.
 * @param rested as it was judged last, where it is held
 */
export function limitOn(
  device: DeviceState,
  measurement: string,
  code: string,
  channel?: number | null,
  rested = false,
): boolean | undefined {
  const { points, derived } = device.plan;
  let known: boolean | undefined;
  const ask = (plan: PlanPoint, state: PointState | null): void => {
    if (plan.measurement !== measurement || state === null || goodOf(state, rested) === undefined) return;
    if (channel !== undefined && plan.channel !== channel) return;
    const at = plan.limits.findIndex((limit) => limit.code === code);
    if (at < 0) return;
    const condition = state.conditions?.[at];
    known = known === true || (condition !== undefined && isOn(condition));
  };
  points.forEach((plan, i) => ask(plan, device.points[i] ?? null));
  derived.forEach((plan, i) => ask(plan, device.derived[i] ?? null));
  return known;
}

/** Limits went on or off (a delay may have run out without a sample): judges those of the same device that ask for them. */
export function judgeAsking(core: Core): void {
  for (const device of core.relink) {
    if (device.backlogUntil >= 0) continue;
    device.plan.derived.forEach((plan, i) => {
      const state = plan.asksLimits ? stateOf(device, plan, i) : null;
      if (state !== null) judgeOne(core, device, i, plan, state, core.clock.line, 0, false);
    });
  }
  core.relink.length = 0;
}

/** Which of the points an expression reads say nothing now. */
function unknown(device: DeviceState, plan: PlanDerived): Holds {
  const mute = plan.inputs.flatMap((input) => {
    const point = device.points[input] ?? null;
    const key = device.plan.points[input]?.key ?? '';
    if (point !== null && !point.held && point.good !== null) return [];
    return [{ key, bad: point !== null && point.held }];
  });
  return { reason: mute.some(({ bad }) => bad) ? 'bad-quality' : 'no-data', detail: mute.map(({ key }) => key).join(', ') };
}

/** @param rested by the last good values, also of points whose newest is bad */
function signalOf(device: DeviceState, plan: PlanDerived, state: DerivedState, line: number, rested = false): Signal {
  const limit = plan.limits[0];
  const home = device.points[plan.home] ?? null;
  if (limit === undefined || home === null) return { holds: { reason: 'no-data', detail: plan.key } };
  const reader = readerOf(device, rested);
  const { source, bindings, when } = plan;
  const counts = when === null ? true : when.evaluate(bindings, reader);
  const measured = measure(device, plan, state, line, reader, rested);
  // Outside its condition the limit is left, whatever the value says and even where there is none.
  if (counts === false) return { holds: null, value: measured ?? home.good ?? 0, on: false, left: true };
  if (counts === undefined || measured === undefined) {
    const windowed = counts !== undefined && source.kind === 'rate' && !home.held && home.good !== null;
    return { holds: windowed ? { reason: 'window', detail: '' } : unknown(device, plan) };
  }
  return { holds: null, value: measured, on: isTrue(limit.test, measured), left: hasLeft(limit.test, measured) };
}

/** What is compared with the set point; undefined while it is not known. */
function measure(
  device: DeviceState,
  plan: PlanDerived,
  state: DerivedState,
  line: number,
  reader: Reader,
  rested: boolean,
): number | undefined {
  const { source, bindings } = plan;
  const good = goodOf(device.points[plan.home] ?? null, rested);
  switch (source.kind) {
    case 'value':
      return good;
    case 'rate': {
      const rise = good === undefined || state.rate === null ? null : riseOf(state.rate, source.windowMs);
      if (rise === null) return undefined;
      if (!source.relative) return source.sign * rise.rise;
      return rise.start > 0 ? (source.sign * rise.rise) / rise.start : undefined;
    }
    case 'deviation': {
      const reference = typeof source.reference === 'number' ? source.reference : source.reference.evaluate(bindings, reader);
      return good === undefined || typeof reference !== 'number' ? undefined : Math.abs(good - reference);
    }
    case 'count':
      return good === undefined || state.count === null ? undefined : countOf(state.count, source.windowMs, line);
    case 'transition': {
      // Last good values of different times show no way from one state to another.
      if (rested) return undefined;
      const from = source.from.evaluate(bindings, reader);
      const to = source.to.evaluate(bindings, reader);
      if (typeof from !== 'boolean' || typeof to !== 'boolean') return undefined;
      return transit(state, from, to);
    }
    case 'truth': {
      const truth = source.expression.evaluate(bindings, reader);
      return typeof truth === 'boolean' ? Number(truth) : undefined;
    }
  }
}

/** 1 from the second state on after the first, until the first again; what lies between leaves it as it is. */
function transit(state: DerivedState, from: boolean, to: boolean): number {
  const stands = state.from && state.good === 1;
  if (from) {
    state.from = true;
    return 0;
  }
  return (to && state.from) || stands ? 1 : 0;
}

function calm(plan: PlanDerived): Condition[] {
  return plan.limits.map(() => ({ phase: OFF, ran: 0 }));
}

function judgeOne(
  core: Core,
  device: DeviceState,
  i: number,
  plan: PlanDerived,
  state: DerivedState,
  line: number,
  ageMs: number,
  late: boolean,
): void {
  const index = device.points.length + i;
  const limit = plan.limits[0];
  if (limit === undefined) return;
  const signal = signalOf(device, plan, state, line);
  state.holds = signal.holds;
  if (signal.holds !== null) {
    hold(core, device, index, plan, state, line, late);
    return;
  }
  if (state.conditions !== null && !state.held) holdUntil(core, device, index, plan, state, line, late);
  if (state.held || line >= state.ranLine) {
    state.ranLine = line;
    state.ranAt = core.clock.now - ageMs;
  }
  state.held = false;
  state.good = signal.value;
  const conditions = state.conditions ?? calm(plan);
  const condition = conditions[0] ?? { phase: OFF, ran: 0 };
  state.conditions = conditions;
  const changed = take(condition, limit, signal.on, signal.left);
  if (followBases(plan.limits, conditions, plan.byValue) || changed) stepLadders(core, device, index, line, late);
  if (condition.phase === OFF) state.conditions = null;
  notePeak(core, device, plan, state, signal.value, line);
  const due = derivedDue(device, i);
  if (due >= 0) core.heap.atLatest(device, due);
}

/** Engine time at which the next event leaves the window of a count that is on, or -1. Silence clears nothing else. */
function expiryDue(device: DeviceState, plan: PlanDerived, state: DerivedState): number {
  const oldest = state.count?.at[0];
  if (plan.source.kind !== 'count' || oldest === undefined || state.held) return -1;
  const phase = state.conditions?.[0]?.phase ?? OFF;
  if (phase === OFF || phase === LEAVING) return -1;
  return Math.max(state.ranAt + (oldest + plan.source.windowMs - state.ranLine), device.backlogUntil);
}

/** Engine time at which something of a derived limit is due, or -1. */
export function derivedDue(device: DeviceState, i: number): number {
  const plan = device.plan.derived[i];
  const state = device.derived[i] ?? null;
  if (plan === undefined || state === null) return -1;
  const delay = delayDue(device, device.points.length + i);
  const expiry = expiryDue(device, plan, state);
  if (delay < 0 || expiry < 0) return Math.max(delay, expiry);
  return Math.min(delay, expiry);
}

/** No sample came: lets delays run, and events leave their window, up to now. */
export function runDerivedDue(core: Core, device: DeviceState, i: number, late: boolean): void {
  const plan = device.plan.derived[i];
  const state = device.derived[i] ?? null;
  if (plan === undefined || state === null) return;
  const index = device.points.length + i;
  runDue(core, device, index, late);
  for (let due = expiryDue(device, plan, state); due >= 0 && due <= core.clock.now; due = expiryDue(device, plan, state)) {
    const line = Math.min(core.clock.line, state.ranLine + Math.max(0, due - state.ranAt));
    judgeOne(core, device, i, plan, state, line, core.clock.now - due, late);
    if (state.holds !== null) return;
    runDue(core, device, index, late);
  }
}

/** The device's clock was set anew: how long ago earlier samples were is not known any more, so no rate reaches back to them. */
export function breakCourses(device: DeviceState): void {
  for (const state of device.derived) if (state !== null && state.rate !== null) clearRate(state.rate);
}

/** The device's clock error is known better: what lies on the line moves with it. */
export function shiftDerived(device: DeviceState, moved: (line: number) => number, byMs: number): void {
  for (const state of device.derived) {
    if (state === null) continue;
    if (state.lastLine !== NEVER) {
      state.lastLine = moved(state.lastLine);
      state.ranLine = moved(state.ranLine);
    }
    if (state.rate !== null) shiftRate(state.rate, byMs);
    if (state.count !== null) shiftCount(state.count, byMs);
  }
}

/**
 * The limits changed. A limit that is the same keeps its state; one that moved keeps what it remembers as far as the window is the
 * same, and is judged at once: it goes off without its off-delay (nothing left it, it moved), and on only through its on-delay.
 */
export function followDerived(core: Core, device: DeviceState, before: readonly PlanDerived[], states: DeviceState['derived']): void {
  device.derived = device.plan.derived.map((plan) => {
    const at = before.findIndex((one) => one.key === plan.key && one.code === plan.code);
    const was = before[at];
    const state = states[at] ?? null;
    if (was === undefined || state === null) return null;
    if (JSON.stringify(was.source) !== JSON.stringify(plan.source)) Object.assign(state, { rate: null, count: null, from: false });
    state.pending = null;
    state.conditions = state.conditions === null ? null : plan.limits.map(({ code }) => kept(code, was, state.conditions));
    return state;
  });
  for (let i = 0; i < device.plan.derived.length; i += 1) {
    const plan = device.plan.derived[i];
    const was = before.find((one) => one.key === plan?.key && one.code === plan.code);
    if (plan === undefined || (was !== undefined && JSON.stringify(was) === JSON.stringify(plan))) continue;
    moveOne(core, device, i, plan);
  }
}

function kept(code: string, was: PlanDerived, conditions: readonly Condition[] | null): Condition {
  return conditions?.[was.limits.findIndex((limit) => limit.code === code)] ?? { phase: OFF, ran: 0 };
}

function moveOne(core: Core, device: DeviceState, i: number, plan: PlanDerived): void {
  const state = stateOf(device, plan, i);
  const limit = plan.limits[0];
  if (state === null || limit === undefined) return;
  const line = core.clock.line;
  const signal = signalOf(device, plan, state, line);
  state.holds = signal.holds;
  if (signal.holds !== null) {
    moveHeld(core, device, i, plan, state, line);
    return;
  }
  state.good = signal.value;
  const conditions = state.conditions ?? calm(plan);
  const condition = conditions[0] ?? { phase: OFF, ran: 0 };
  if (condition.phase === ON || condition.phase === LEAVING) condition.phase = signal.left ? OFF : ON;
  else {
    if (condition.phase === OFF) Object.assign(state, { ranLine: line, ranAt: core.clock.now, held: false });
    take(condition, limit, signal.on, signal.left);
  }
  followBases(plan.limits, conditions, plan.byValue);
  state.conditions = condition.phase === OFF ? null : conditions;
}

/**
 * The same while something it reads is bad: the last good values of its points may raise it and break a delay that they no longer bear out;
 * they clear nothing (bad quality holds, semantics 1), and a delay that they do bear out goes on where it stood once there are good ones.
 */
function moveHeld(core: Core, device: DeviceState, i: number, plan: PlanDerived, state: DerivedState, line: number): void {
  const limit = plan.limits[0];
  if (limit === undefined) return;
  hold(core, device, device.points.length + i, plan, state, line, device.backlogUntil >= 0);
  const rests = signalOf(device, plan, state, line, true);
  if (rests.holds !== null) return;
  const conditions = state.conditions ?? calm(plan);
  const condition = conditions[0] ?? { phase: OFF, ran: 0 };
  if (condition.phase === LEAVING) take(condition, limit, true, rests.left);
  else if (condition.phase !== ON && take(condition, limit, rests.on, rests.left)) state.good = rests.value;
  followBases(plan.limits, conditions, plan.byValue);
  state.conditions = condition.phase === OFF ? null : conditions;
}

/** Why an armed limit is neither raised nor cleared at the moment; null while it is judged, or judged by its value alone. */
export function holdsOf(device: DeviceState, limit: EffectiveLimit): Holds | null {
  const key = pointKey(limit.measurement, limit.channel);
  const at = device.plan.derived.findIndex((one) => one.key === key && one.code === limit.code);
  if (at < 0) return null;
  const state = device.derived[at] ?? null;
  return state === null ? { reason: 'no-data', detail: key } : state.holds;
}
