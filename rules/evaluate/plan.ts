import type { EffectiveLimit } from '../../model/engine.ts';
import { LEVEL_RANK, type Level } from '../../model/level.ts';
import type { Escalates, Profile } from '../../model/profile.ts';
import { pointKey } from '../../model/reading.ts';
import type { Top } from '../alarm/step.ts';
import { type Bindings, compileExpression, type Expression } from '../compile/expression.ts';
import { expectedOf } from '../health/expected.ts';

/** What the hot path needs of a device's limits, made once per (profile, variant, attributes) and shared by all such devices. */
export interface Plan {
  readonly profile: Profile;
  /** Every limit, armed or not, with rule revision 0: the device's own is filled in where it is shown. */
  readonly limits: readonly EffectiveLimit[];
  readonly points: readonly PlanPoint[];
  /** Limits that are judged by something worked out from the points, one each. */
  readonly derived: readonly PlanDerived[];
  /** Some of them ask whether another limit is on. */
  readonly asksLimits: boolean;
  /** Escalations that something outside their point makes rise. */
  readonly gated: readonly PlanGate[];
  /** First point of a measurement; channels follow each other. */
  readonly firstOf: ReadonlyMap<string, number>;
  /** Ladders of limits that stand for a fault code, where they are judged. */
  readonly faultLadders: readonly FaultLadder[];
  /** Points whose absence is told although they never spoke (rules/health/unheard.ts). */
  readonly expected: readonly number[];
}

/** The ladder whose alarm a fault of the code is (decision 19). */
export interface FaultLadder {
  readonly code: string;
  /** Place to judge (see spot.ts), and index among its ladders. */
  readonly index: number;
  readonly ladder: number;
  /** Identity of its alarm within the device. */
  readonly key: string;
}

/** Where an escalation of the device stands: its place to judge, its limit there, and the one it rises from. */
export interface PlanGate {
  readonly code: string;
  readonly measurement: string;
  readonly channel: number | null;
  /** Code of the limit it rises from. */
  readonly of: string;
  readonly index: number;
  readonly limit: number;
  readonly base: number;
  /** Key of its alarm within the device. */
  readonly alarm: string;
  readonly afterMs: number;
  readonly any: Escalates['any'];
}

export interface PlanPoint {
  readonly key: string;
  readonly measurement: string;
  readonly channel: number | null;
  readonly unit: string;
  /** Armed limits, mildest first; escalations behind all others. */
  readonly limits: readonly ArmedLimit[];
  /** How many of them are judged by a value: all but the escalations. */
  readonly byValue: number;
  readonly ladders: readonly PlanLadder[];
}

/** What a limit is judged by where it is not the value alone. */
export type Source =
  | { readonly kind: 'value' }
  | { readonly kind: 'rate'; readonly windowMs: number; readonly sign: 1 | -1; readonly relative: boolean }
  | { readonly kind: 'deviation'; readonly reference: number | Expression }
  | { readonly kind: 'count'; readonly windowMs: number }
  | { readonly kind: 'transition'; readonly from: Expression; readonly to: Expression }
  | { readonly kind: 'truth'; readonly expression: Expression };

/** One limit with a source or a condition of its own. Its key is that of the point it belongs to. */
export interface PlanDerived extends PlanPoint {
  readonly code: string;
  /** Index of the point it belongs to. */
  readonly home: number;
  readonly source: Source;
  /** It counts only while this is true. */
  readonly when: Expression | null;
  readonly bindings: Bindings;
  /** Indexes of all points it reads, its home among them. */
  readonly inputs: readonly number[];
  readonly asksLimits: boolean;
}

export interface PlanLadder {
  readonly name: string;
  /** Which way is worse: 1 up, -1 down, 0 no way (states). */
  readonly worse: 1 | -1 | 0;
  /** Fault code that one of its limits stands for, or null. */
  readonly fault: string | null;
}

export type Test =
  | { readonly kind: 'hi'; readonly enter: number; readonly leave: number; readonly strictly: boolean }
  | { readonly kind: 'lo'; readonly enter: number; readonly leave: number }
  | { readonly kind: 'equal'; readonly to: number }
  | { readonly kind: 'bit'; readonly weight: number }
  /** An escalation: no value makes it true. `base`: index of the limit it is on with; `lasts`: that limit's lasting raises it. */
  | { readonly kind: 'follows'; readonly base: number; readonly lasts: boolean; readonly any: Escalates['any'] };

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
  if (limit.transition !== undefined || limit.dir === 'expr') return { kind: 'equal', to: 1 };
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
  return { kind: 'hi', enter: at, leave: clean(at - limit.deadband), strictly: false };
}

/** Judged by more than the value. */
function isDerived(limit: EffectiveLimit): boolean {
  if (limit.escalates !== undefined) return false;
  if (limit.when !== undefined || limit.transition !== undefined) return true;
  return limit.dir !== 'hi' && limit.dir !== 'lo' && limit.dir !== 'state';
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
    case 'follows':
      return false;
  }
}

/** Is a limit that is judged by the value alone true of it, before any delay; of every other limit false. */
export function isTrueByValue(limit: EffectiveLimit, value: number): boolean {
  if (limit.escalates !== undefined || isDerived(limit)) return false;
  const test = testOf(limit);
  return test !== null && isTrue(test, value);
}

/** Is it past the deadband on the way back. */
export function hasLeft(test: Test, value: number): boolean {
  switch (test.kind) {
    case 'hi':
      return value < test.enter && (test.strictly ? value < test.leave : value <= test.leave);
    case 'lo':
      return value > test.enter && value >= test.leave;
    case 'follows':
      return false;
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
      const direct = withFollowers(
        own.filter((limit) => limit.escalates === undefined && !isDerived(limit)),
        own,
      );
      points.push({ key: pointKey(def.key, channel), measurement: def.key, channel, unit: def.ucum, ...armed(direct) });
    }
  }
  const derived = limits.flatMap((limit) => {
    const one = limit.armed && isDerived(limit) ? derivedOf(profile, points, withFollowers([limit], limits)) : null;
    return one === null ? [] : [one];
  });
  const asksLimits = derived.some((one) => one.asksLimits);
  const places = [...points, ...derived];
  return {
    profile,
    limits,
    points,
    derived,
    asksLimits,
    gated: places.flatMap(gatesOf),
    firstOf,
    faultLadders: faultLaddersOf(places),
    expected: expectedOf({ profile, points, derived }),
  };
}

function faultLaddersOf(places: readonly PlanPoint[]): readonly FaultLadder[] {
  const out: FaultLadder[] = [];
  places.forEach(({ key, ladders }, index) => {
    ladders.forEach(({ name, fault }, ladder) => {
      if (fault !== null && out.every(({ code }) => code !== fault)) out.push({ code: fault, index, ladder, key: `${key}|${name}` });
    });
  });
  return out;
}

/** Some limits of one point with the escalations of these. */
function withFollowers(bases: readonly EffectiveLimit[], all: readonly EffectiveLimit[]): readonly EffectiveLimit[] {
  const followers = all.filter(({ escalates, measurement, channel }) =>
    bases.some((base) => base.code === escalates?.of && base.measurement === measurement && base.channel === channel),
  );
  return followers.length === 0 ? bases : [...bases, ...followers];
}

function gatesOf(point: PlanPoint, index: number): readonly PlanGate[] {
  const { measurement, channel } = point;
  return point.limits.flatMap(({ code, test, onDelayMs, ladder }, limit) => {
    if (test.kind !== 'follows' || test.any.every(({ kind }) => kind === 'lasts')) return [];
    const { base, any } = test;
    const of = point.limits[base]?.code ?? '';
    const alarm = `${point.key}|${point.ladders[ladder]?.name ?? ''}`;
    return [{ code, measurement, channel, of, index, limit, base, alarm, afterMs: onDelayMs, any }];
  });
}

/** The texts compiled when the limit was armed, so they compile again (they are kept per profile). */
function program(profile: Profile, text: string, gives: 'bool' | 'double'): Expression {
  const result = compileExpression(text, profile, gives);
  if (!result.ok) throw new Error(`expression of profile ${profile.id}: ${result.problem}`);
  return result.expression;
}

function sourceOf(profile: Profile, limit: EffectiveLimit): Source {
  const windowMs = limit.windowMs ?? 0;
  if (limit.transition !== undefined) {
    return { kind: 'transition', from: program(profile, limit.transition.from, 'bool'), to: program(profile, limit.transition.to, 'bool') };
  }
  switch (limit.dir) {
    case 'roc_hi':
    case 'roc_lo':
      return { kind: 'rate', windowMs, sign: limit.dir === 'roc_hi' ? 1 : -1, relative: limit.relative === true };
    case 'dev_hi': {
      const reference = limit.reference ?? 0;
      return { kind: 'deviation', reference: typeof reference === 'number' ? reference : program(profile, reference, 'double') };
    }
    case 'count_hi':
      return { kind: 'count', windowMs };
    case 'expr':
      return { kind: 'truth', expression: program(profile, limit.expression ?? '', 'bool') };
    case 'hi':
    case 'lo':
    case 'state':
    case 'follows':
      return { kind: 'value' };
  }
}

function expressionsOf(source: Source): readonly Expression[] {
  if (source.kind === 'transition') return [source.from, source.to];
  if (source.kind === 'truth') return [source.expression];
  return source.kind === 'deviation' && typeof source.reference !== 'number' ? [source.reference] : [];
}

/** `own`: the limit, and its escalations. */
function derivedOf(profile: Profile, points: readonly PlanPoint[], own: readonly EffectiveLimit[]): PlanDerived | null {
  const [limit] = own;
  if (limit === undefined) return null;
  const home = points.findIndex((point) => point.measurement === limit.measurement && point.channel === limit.channel);
  const point = points[home];
  const judged = armed(own);
  if (point === undefined || judged.limits.length === 0) return null;
  const source = sourceOf(profile, limit);
  const when = limit.when === undefined ? null : program(profile, limit.when, 'bool');
  const expressions = [...expressionsOf(source), ...(when === null ? [] : [when])];
  const asked = expressions.flatMap((expression) => expression.limits);
  const read = points.flatMap((one, i) => {
    const isRead = expressions.some((expression) => expression.points.includes(one.key));
    return isRead || asked.some(({ measurement }) => measurement === one.measurement) ? [i] : [];
  });
  return {
    key: point.key,
    measurement: point.measurement,
    channel: point.channel,
    unit: unitOf(source, point.unit),
    ...judged,
    code: limit.code,
    home,
    source,
    when,
    bindings: limit.reads ?? {},
    inputs: [...new Set([home, ...read])],
    asksLimits: asked.length > 0,
  };
}

/** Unit of what is compared with the set point. */
function unitOf(source: Source, unit: string): string {
  if (source.kind === 'rate' && source.relative) return '1';
  return source.kind === 'truth' || source.kind === 'transition' ? '{bool}' : unit;
}

function worseOf(dir: EffectiveLimit['dir']): PlanLadder['worse'] {
  if (dir === 'lo') return -1;
  return dir === 'state' || dir === 'expr' ? 0 : 1;
}

function armed(limits: readonly EffectiveLimit[]): Pick<PlanPoint, 'limits' | 'ladders' | 'byValue'> {
  const ladders: PlanLadder[] = [];
  const out: ArmedLimit[] = [];
  for (const limit of limits) {
    const level = colour(limit.level);
    const test = limit.armed && limit.escalates === undefined ? testOf(limit) : null;
    if (level === null || test === null || limit.setPoint === null) continue;
    let ladder = ladders.findIndex((one) => one.name === limit.ladder);
    if (ladder < 0) {
      ladder = ladders.length;
      const fault = limits.find((one) => one.armed && one.ladder === limit.ladder && one.fault !== undefined)?.fault ?? null;
      ladders.push({ name: limit.ladder, worse: worseOf(limit.dir), fault });
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
  const followers = limits.flatMap((limit) => {
    const one = followerOf(limit, out);
    return one === null ? [] : [one];
  });
  followers.sort((a, b) => LEVEL_RANK[a.top.level] - LEVEL_RANK[b.top.level]);
  return { limits: followers.length === 0 ? out : [...out, ...followers], ladders, byValue: out.length };
}

/** An escalation as it is armed: on with its base, off with it. */
function followerOf(limit: EffectiveLimit, bases: readonly ArmedLimit[]): ArmedLimit | null {
  const { escalates, code, onDelayMs } = limit;
  const level = colour(limit.level);
  if (escalates === undefined || !limit.armed || level === null) return null;
  const at = bases.findIndex((base) => base.code === escalates.of);
  const base = bases[at];
  if (base === undefined) return null;
  return {
    code,
    test: { kind: 'follows', base: at, lasts: escalates.any.some(({ kind }) => kind === 'lasts'), any: escalates.any },
    top: { level, code, order: base.top.order },
    setPoint: base.setPoint,
    onDelayMs,
    offDelayMs: 0,
    latching: base.latching,
    ladder: base.ladder,
  };
}

/** Index of a point in the plan, or -1. */
export function pointIndex(plan: Plan, measurement: string, channel: number | null): number {
  const first = plan.firstOf.get(measurement);
  if (first === undefined) return -1;
  const at = channel === null ? first : first + channel - 1;
  const point = plan.points[at];
  return point !== undefined && point.channel === channel && point.measurement === measurement ? at : -1;
}
