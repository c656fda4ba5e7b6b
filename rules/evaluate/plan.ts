import type { EffectiveLimit } from '../../model/engine.ts';
import { LEVEL_RANK, type Level } from '../../model/level.ts';
import type { Profile } from '../../model/profile.ts';
import { pointKey } from '../../model/reading.ts';
import type { Top } from '../alarm/step.ts';

/** What the hot path needs of a device's limits, made once per (profile, variant, attributes) and shared by all such devices. */
export interface Plan {
  readonly profile: Profile;
  /** Every limit, armed or not, with rule revision 0: the device's own is filled in where it is shown. */
  readonly limits: readonly EffectiveLimit[];
  readonly points: readonly PlanPoint[];
  /** First point of a measurement; channels follow each other. */
  readonly firstOf: ReadonlyMap<string, number>;
}

export interface PlanPoint {
  readonly key: string;
  readonly measurement: string;
  readonly channel: number | null;
  readonly unit: string;
  /** Armed limits, in the order of the catalogue. */
  readonly limits: readonly ArmedLimit[];
  readonly ladders: readonly PlanLadder[];
}

export interface PlanLadder {
  readonly name: string;
  /** Which way is worse: 1 up, -1 down, 0 no way (states). */
  readonly worse: 1 | -1 | 0;
}

export type Test =
  | { readonly kind: 'hi'; readonly enter: number; readonly leave: number; readonly strictly: boolean }
  | { readonly kind: 'lo'; readonly enter: number; readonly leave: number }
  | { readonly kind: 'equal'; readonly to: number }
  | { readonly kind: 'bit'; readonly weight: number };

export interface ArmedLimit {
  readonly code: string;
  readonly test: Test;
  readonly top: Top;
  readonly setPoint: number | string;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly latching: boolean;
  /** Index into the point's ladders. */
  readonly ladder: number;
}

const BIT = /^bit(\d{1,2})$/;

/** Removes the dust of binary fractions: 0.3 − 0.1 is 0.2 on the plate of the instrument. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}

function testOf(limit: EffectiveLimit): Test | null {
  const at = limit.setPoint;
  if (limit.dir === 'state') {
    if (typeof at === 'number') return { kind: 'equal', to: at };
    const bit = typeof at === 'string' ? BIT.exec(at) : null;
    return bit === null ? null : { kind: 'bit', weight: 2 ** Number(bit[1]) };
  }
  if (typeof at !== 'number') return null;
  if (limit.dir === 'hi') {
    const strictly = limit.resetBelow !== undefined;
    return { kind: 'hi', enter: at, leave: limit.resetBelow ?? clean(at - limit.deadband), strictly };
  }
  if (limit.dir === 'lo') return { kind: 'lo', enter: at, leave: clean(at + limit.deadband) };
  return null;
}

/** Is the condition true. Inclusive: the Chinese standards say 达到 (fact book 1.3). */
export function isTrue(test: Test, value: number): boolean {
  switch (test.kind) {
    case 'hi':
      return value >= test.enter;
    case 'lo':
      return value <= test.enter;
    case 'equal':
      return value === test.to;
    case 'bit':
      return Math.floor((value < 0 ? value + 2 ** 32 : value) / test.weight) % 2 === 1;
  }
}

/** Is it past the deadband on the way back. */
export function hasLeft(test: Test, value: number): boolean {
  switch (test.kind) {
    case 'hi':
      return value < test.enter && (test.strictly ? value < test.leave : value <= test.leave);
    case 'lo':
      return value > test.enter && value >= test.leave;
    default:
      return !isTrue(test, value);
  }
}

function colour(level: EffectiveLimit['level']): Level | null {
  return level === 'none' ? null : level;
}

/** The order of a ladder's limits: milder first, then by set point in the direction that is worse. */
function orderOf(limit: EffectiveLimit): number {
  return typeof limit.setPoint === 'number' ? (limit.dir === 'lo' ? -limit.setPoint : limit.setPoint) : 0;
}

export function makePlan(profile: Profile, limits: readonly EffectiveLimit[]): Plan {
  const byPoint = new Map<string, EffectiveLimit[]>();
  for (const limit of limits) {
    const point = pointKey(limit.measurement, limit.channel);
    const list = byPoint.get(point);
    if (list === undefined) byPoint.set(point, [limit]);
    else list.push(limit);
  }
  const points: PlanPoint[] = [];
  const firstOf = new Map<string, number>();
  for (const def of profile.measurements) {
    firstOf.set(def.key, points.length);
    const channels = def.channels ?? 0;
    for (let n = channels === 0 ? 0 : 1; n <= channels; n += 1) {
      const channel = channels === 0 ? null : n;
      const own = byPoint.get(pointKey(def.key, channel)) ?? [];
      points.push({ key: pointKey(def.key, channel), measurement: def.key, channel, unit: def.ucum, ...armed(own) });
    }
  }
  return { profile, limits, points, firstOf };
}

function armed(limits: readonly EffectiveLimit[]): { limits: ArmedLimit[]; ladders: PlanLadder[] } {
  const ladders: PlanLadder[] = [];
  const out: ArmedLimit[] = [];
  for (const limit of limits) {
    const level = colour(limit.level);
    const test = limit.armed ? testOf(limit) : null;
    if (level === null || test === null || limit.setPoint === null) continue;
    let ladder = ladders.findIndex((one) => one.name === limit.ladder);
    if (ladder < 0) {
      ladder = ladders.length;
      ladders.push({ name: limit.ladder, worse: limit.dir === 'hi' ? 1 : limit.dir === 'lo' ? -1 : 0 });
    }
    out.push({
      code: limit.code,
      test,
      top: { level, code: limit.code, order: orderOf(limit) },
      setPoint: limit.setPoint,
      onDelayMs: limit.onDelayMs,
      offDelayMs: limit.offDelayMs,
      latching: limit.latching,
      ladder,
    });
  }
  out.sort((a, b) => LEVEL_RANK[a.top.level] - LEVEL_RANK[b.top.level]);
  return { limits: out, ladders };
}

/** Index of a point in the plan, or -1. */
export function pointIndex(plan: Plan, measurement: string, channel: number | null): number {
  const first = plan.firstOf.get(measurement);
  if (first === undefined) return -1;
  const at = channel === null ? first : first + channel - 1;
  const point = plan.points[at];
  return point !== undefined && point.channel === channel && point.measurement === measurement ? at : -1;
}
