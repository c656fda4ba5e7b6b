import type { VerifiedAs } from '../../model/alarm.ts';
import type { AlarmRecord } from '../alarm/record.ts';
import type { Core } from '../core.ts';
import { type DeviceState, NEVER, type PointState } from '../device-state.ts';
import { judgeValue } from '../evaluate/point.ts';
import { syncFaults } from '../instrument.ts';
import { noteChange } from '../presence.ts';
import { newDrift, stepDrift } from './drift.ts';
import { newFlat, stepFlat } from './flat.ts';
import { loopState } from './loop-current.ts';
import { heard } from './point-silence.ts';
import { DRIFT, FLAT, LOOP_OPEN, LOOP_SHORT, newHealth, OVER, OVER_HELD, type PointHealth, UNDER } from './point-health.ts';
import type { PointSpec } from './spec.ts';
import { stepUnder, underFound } from './under-range.ts';

/** Where readings pass the detectors. Entries of an earlier release pass none: they are judged as they were. */
const FROM_FORMAT = 2;

export function watches(core: Core): boolean {
  return core.format >= FROM_FORMAT;
}

/** What is watched on a point while this entry is judged; null = nothing. */
export function specFor(core: Core, device: DeviceState, index: number): PointSpec | null {
  return core.format < FROM_FORMAT ? null : (device.specs[index] ?? null);
}

/** A sample of the point came, of whatever quality: its rhythm. */
export function hear(core: Core, device: DeviceState, spec: PointSpec, point: PointState): void {
  const health = point.health;
  if (health === null) point.health = newHealth(core.clock.now);
  else if (spec.regular && heard(health, core.clock.now, device.backlogUntil >= 0)) changed(core, device);
}

/**
 * What the limits are to be judged by: a sensor that was beyond the end of its range may read less because there is more gas (fact book
 * 2.5), so that it counts as full scale until somebody has reset its F04.
 */
export function judgedValue(device: DeviceState, index: number, spec: PointSpec, point: PointState, value: number): number {
  const { over } = spec;
  if (over === null || value >= over) return value;
  const { health } = point;
  if (health === null || (health.found & OVER_HELD) === 0) return value;
  if (device.backlogUntil < 0 && wasReset(device, index) && !reported(device, index)) {
    health.found &= ~OVER_HELD;
    return value;
  }
  return over;
}

/** Its F04 no longer waits for anybody: reset, or closed. */
function wasReset(device: DeviceState, index: number): boolean {
  const key = device.plan.points[index]?.key ?? '';
  return (device.alarms.get(`${key}|F04`)?.facts.latch ?? null) === null;
}

/** The device itself reports F04 for the point, or for the whole where only one point can be meant. */
function reported(device: DeviceState, index: number): boolean {
  const key = device.plan.points[index]?.key ?? '';
  if (device.pointFaults[key]?.includes('F04') === true) return true;
  return device.faults.includes('F04') && device.specs.filter((spec) => (spec?.over ?? null) !== null).length === 1;
}

/** What a person has found an F04 to be when no gas was there. */
const NO_GAS: ReadonlySet<VerifiedAs> = new Set<VerifiedAs>(['instrument', 'false']);

/**
 * A person has been there and says that an over-range was the sensor's, not gas: that is the proof the hold waits for (fact book, F04),
 * and what the sensor reads counts again from its next sample on. Nothing is released while it still is beyond its range or reports so,
 * while a late batch is under way, or by a word about any other alarm: that a gas alarm was false says nothing about a sensor that folds
 * back. The F04 itself and every latch stay until somebody resets them.
 */
export function releaseOver(device: DeviceState, verified: AlarmRecord, as: VerifiedAs): void {
  if (NO_GAS.has(as)) release(device, verified);
}

/**
 * Its F04 was reset: the hold ends with it, not with the next sample. Whatever looks at the device in between (it is back from a silence) would
 * take what is left of the hold for an over-range that nobody has been told of.
 */
export function releaseReset(device: DeviceState, reset: AlarmRecord): void {
  if (reset.facts.latch === null) release(device, reset);
}

function release(device: DeviceState, record: AlarmRecord): void {
  if (record.kind !== 'instrument' || device.backlogUntil >= 0) return;
  const index = device.plan.points.findIndex((point) => `${point.key}|F04` === record.key);
  const health = device.points[index]?.health ?? null;
  if (health === null || (health.found & OVER) !== 0 || reported(device, index)) return;
  health.found &= ~OVER_HELD;
}

function folds(device: DeviceState, spec: PointSpec): boolean {
  const principle = device.asset.attributes['principle'];
  return spec.over !== null && principle !== 'infrared' && principle !== 'tdlas';
}

/**
 * Passes a value that may be judged (neither bad nor a test) by the detectors of its point.
 * @param line its place on the line, @param before that of the sample before it, or `NEVER`.
 */
export function watch(
  core: Core,
  device: DeviceState,
  index: number,
  spec: PointSpec,
  point: PointState,
  value: number,
  line: number,
  before: number,
): void {
  const { health } = point;
  if (health === null) return;
  const was = health.found;
  let found = was;
  if (spec.under !== null && (health.low > 0 || value <= spec.under.enter)) {
    health.low = stepUnder(health.low, value, spec.under);
    found = bit(found, UNDER, underFound(health.low, (found & UNDER) !== 0));
  }
  if (spec.over !== null && (value >= spec.over || (found & OVER) !== 0)) {
    const over = (value >= spec.over || reported(device, index)) && folds(device, spec);
    found = bit(found, OVER, over);
    if (over) found |= OVER_HELD;
  }
  if (spec.flat !== null) {
    health.flat ??= newFlat(value);
    const ms = before === NEVER ? 0 : passed(before, line, device.windowMs);
    found = bit(found, FLAT, stepFlat(health.flat, spec.flat, value, ms, (found & FLAT) !== 0));
  }
  if (spec.driftUnit !== null) {
    health.drift ??= newDrift(line);
    found = bit(found, DRIFT, stepDrift(health.drift, spec.driftUnit, value, line, (found & DRIFT) !== 0));
  }
  if (spec.loop) found = loopFound(found, value);
  if (found === was) return;
  health.found = found;
  changed(core, device);
}

/** Whole milliseconds between two samples, as far as reports can be apart. */
function passed(before: number, line: number, windowMs: number): number {
  const ms = line - before;
  return ms <= 0 ? 0 : ms >= windowMs ? windowMs : ms | 0;
}

function loopFound(found: number, ma: number): number {
  const state = loopState(ma);
  if (state === 'unsure') return found;
  return bit(bit(found, LOOP_OPEN, state === 'open'), LOOP_SHORT, state === 'short');
}

function bit(found: number, which: number, on: boolean): number {
  return on ? found | which : found & ~which;
}

/** In a late batch nothing makes a sound; its end brings the alarms to what was found. */
function changed(core: Core, device: DeviceState): void {
  noteChange(core, device);
  if (device.backlogUntil < 0) syncFaults(core, device);
}

/** The device reports F04 for a sensor that folds back: its limits are judged as at full scale, whatever it reads. */
export function takeReportedOver(core: Core, device: DeviceState, line: number, ageMs: number): void {
  if (!watches(core)) return;
  for (let i = 0; i < device.specs.length; i += 1) {
    const spec = device.specs[i] ?? null;
    const plan = device.plan.points[i];
    const point = device.points[i] ?? null;
    const health: PointHealth | null = point?.health ?? null;
    if (spec === null || plan === undefined || point === null || health === null || spec.over === null) continue;
    const over = reported(device, i) && folds(device, spec);
    if (over === ((health.found & OVER) !== 0)) continue;
    // What the newest sample does not tell is as it was: bad quality clears nothing.
    if (!over && (point.held || (typeof point.value === 'number' && point.value >= spec.over))) continue;
    health.found = bit(health.found, OVER, over);
    if (!over) continue;
    health.found |= OVER_HELD;
    judgeValue(core, device, i, plan, point, spec.over, line, ageMs, device.backlogUntil >= 0);
  }
}
