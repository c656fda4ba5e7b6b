import type { Alarm } from '../../model/alarm.ts';
import type { JointRule } from '../../model/asset.ts';
import type { EffectiveLimit } from '../../model/engine.ts';
import type { EscalationGroup, Profile } from '../../model/profile.ts';
import { compileExpression, type Expression } from '../compile/expression.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import { isMember } from '../escalation/groups.ts';
import { type JointPlan, makeJoint } from '../joint/plan.ts';
import type { Standing } from './effective.ts';

/**
 * What red comes from: red limits of a device, the limits and points that they rest on, rules over several points that listen to it, and red of
 * other devices of its group that counts it. Followed until nothing more is found: the limit that a limit asks for may ask for another.
 */

type Named = Pick<EffectiveLimit, 'measurement' | 'code'>;

/**
 * What holds for many devices while nothing changes, worked out once: a rule reaches the devices of a city, and a group may hold as many.
 * Good for one search; thrown away after it.
 */
export interface RedSearch {
  /** Of each group two devices of each kind of limits, so that one of them is another than the one that is asked about. */
  readonly peers: Map<ReadonlySet<DeviceState>, readonly DeviceState[]>;
  /** Red rules over several points by hazard source. */
  readonly joints: Map<string, readonly RedJoint[]>;
}

interface RedJoint {
  readonly rule: JointRule;
  readonly plan: JointPlan;
}

export function redSearch(): RedSearch {
  return { peers: new Map(), joints: new Map() };
}

function keyOf({ measurement, code }: Named): string {
  return `${measurement}|${code}`;
}

/** The condition of a limit, its transition, the limit itself, what its value is compared with; a text that is none is not judged anyway. */
function expressionsOf({ when, transition, expression, reference }: EffectiveLimit, profile: Profile): readonly Expression[] {
  const truths = [when, transition?.from, transition?.to, expression].map((text) => ({ text, gives: 'bool' as const }));
  return [...truths, { text: reference, gives: 'double' as const }].flatMap(({ text, gives }) => {
    if (typeof text !== 'string') return [];
    const compiled = compileExpression(text, profile, gives);
    return compiled.ok ? [compiled.expression] : [];
  });
}

/** Measurements of the points that a limit reads besides its own. */
export function measurementsRead(limit: EffectiveLimit, profile: Profile): ReadonlySet<string> {
  return new Set(expressionsOf(limit, profile).flatMap(({ points }) => points.map((key) => key.replace(/\.\d+$/, ''))));
}

/** Limits of one device that any of the roots rests on, themselves included: what one rises from, and what it asks for by `on(…)`. */
function closure({ profile, limits }: Standing, roots: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const todo = [...roots];
  for (let key = todo.pop(); key !== undefined; key = todo.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    for (const limit of limits) {
      if (keyOf(limit) !== key) continue;
      if (limit.escalates !== undefined) todo.push(keyOf({ measurement: limit.measurement, code: limit.escalates.of }));
      for (const { limits: asked } of expressionsOf(limit, profile)) todo.push(...asked.map(keyOf));
    }
  }
  return found;
}

function ownRed({ limits }: Standing): readonly string[] {
  return limits.filter(({ armed, level }) => armed && level === 'red').map(keyOf);
}

/** Devices of one kind share their limits: what follows from them is worked out once. */
const kept = new WeakMap<readonly EffectiveLimit[], ReadonlySet<string>>();

/** Armed, and red itself or what an armed red one of the same device rests on. */
export function leadsToRed(limit: Named & Pick<EffectiveLimit, 'armed'>, standing: Standing): boolean {
  let keys = kept.get(standing.limits);
  if (keys === undefined) {
    keys = closure(standing, ownRed(standing));
    kept.set(standing.limits, keys);
  }
  return limit.armed && keys.has(keyOf(limit));
}

/** A negation, a comparison or a choice: what makes a limit come earlier there may keep red from coming. */
const TURNS = /[!?]|==/;

/** Does something red of the same device ask for the limit so that a stricter one may keep it from coming. */
export function turnsRed(limit: Named, standing: Standing): boolean {
  return standing.limits.some(
    (one) =>
      leadsToRed(one, standing) &&
      expressionsOf(one, standing.profile).some(
        ({ text, limits }) => TURNS.test(text) && limits.some((asked) => keyOf(asked) === keyOf(limit)),
      ),
  );
}

/** Red rules over several points at its hazard source that are judged and read it: points, limits, attributes or conditions. */
function jointsOf(core: Core, { asset }: DeviceState, search: RedSearch): readonly RedJoint[] {
  return redJointsOf(core, asset.hazardSourceId, search).filter(({ plan: { source, inputs } }) => {
    const named = source.kind !== 'vote' && source.expression.reads.some((read) => 'device' in read && read.device === asset.id);
    return named || inputs.has(asset.id);
  });
}

function redJointsOf(core: Core, source: string | null, { joints }: RedSearch): readonly RedJoint[] {
  if (source === null) return [];
  let found = joints.get(source);
  if (found === undefined) {
    found = core.registry.rules.joints(source).flatMap((rule) => {
      if (rule.parts.level !== 'red') return [];
      const plan = makeJoint(core, rule);
      return plan.reason === null ? [{ rule, plan }] : [];
    });
    joints.set(source, found);
  }
  return found;
}

/** Codes of those; of one measurement: that read a point of it. */
export function redJoints(core: Core, device: DeviceState, search: RedSearch, measurement?: string): readonly string[] {
  const reads = ({ inputs }: JointPlan): boolean =>
    (inputs.get(device.asset.id) ?? []).some((index) => device.plan.points[index]?.measurement === measurement);
  return jointsOf(core, device, search).flatMap(({ rule, plan }) => (measurement === undefined || reads(plan) ? [rule.code] : []));
}

/** Limits of the device whose being on those ask for. */
function askedByJoints(core: Core, device: DeviceState, turning: boolean, search: RedSearch): readonly string[] {
  const { id } = device.asset;
  return jointsOf(core, device, search).flatMap(({ plan: { source } }) => {
    if (source.kind === 'vote') {
      if (turning) return [];
      return source.voters.flatMap((one) =>
        one.device === id && one.limit !== null ? [keyOf({ measurement: one.measurement, code: one.limit })] : [],
      );
    }
    if (turning && !TURNS.test(source.expression.text)) return [];
    return source.expression.reads.flatMap((read) => (read.kind === 'on' && read.device === id ? [keyOf(read)] : []));
  });
}

/** Red of others of a group that counts the device: theirs by the name of the limit, and the limit of it that is counted. */
function countedFor(
  core: Core,
  device: DeviceState,
  search: RedSearch,
  kinds?: readonly EscalationGroup[],
): readonly { readonly red: string; readonly counted: string; readonly measurement: string }[] {
  const found = new Map<string, { readonly red: string; readonly counted: string; readonly measurement: string }>();
  for (const [kind, members] of core.escalations.peersOf(device)) {
    if (kinds !== undefined && !kinds.includes(kind)) continue;
    for (const other of twoOfEach(members, search)) {
      if (other === device) continue;
      for (const limit of other.plan.limits) {
        if (!leadsToRed(limit, other.plan)) continue;
        for (const cause of limit.escalates?.any ?? []) {
          if (cause.kind !== 'together' || cause.in !== kind) continue;
          for (const member of cause.needs.flatMap(({ of }) => of)) {
            if (!isMember(device, member)) continue;
            const red = `${limit.measurement} ${limit.code}`;
            const counted = keyOf({ measurement: member.measurement, code: member.limit });
            found.set(`${red} ${counted}`, { red, counted, measurement: member.measurement });
          }
        }
      }
    }
  }
  return [...found.values()];
}

function twoOfEach(members: ReadonlySet<DeviceState>, { peers }: RedSearch): readonly DeviceState[] {
  let found = peers.get(members);
  if (found === undefined) {
    const times = new Map<Standing, number>();
    found = [...members].filter(({ plan }) => {
      const before = times.get(plan) ?? 0;
      times.set(plan, before + 1);
      return before < 2;
    });
    peers.set(members, found);
  }
  return found;
}

/** Names of red limits of others of its groups (of these kinds alone) that count it; of one measurement: a limit of it. */
export function redOfGroup(
  core: Core,
  device: DeviceState,
  search: RedSearch,
  of: { readonly kinds?: readonly EscalationGroup[]; readonly measurement?: string } = {},
): readonly string[] {
  const counted = countedFor(core, device, search, of.kinds).filter(
    (one) => of.measurement === undefined || one.measurement === of.measurement,
  );
  return [...new Set(counted.map(({ red }) => red))];
}

/** Limits of the device that red elsewhere rests on: rules over several points, and others of its group. */
export function keepsRedElsewhere(core: Core, device: DeviceState, search: RedSearch): ReadonlySet<string> {
  const roots = [...askedByJoints(core, device, false, search), ...countedFor(core, device, search).map(({ counted }) => counted)];
  return roots.length === 0 ? NONE : closure(device.plan, roots);
}

const NONE: ReadonlySet<string> = new Set();

/** Is it, with all that it rests on, among such limits. */
export function isAmong(keys: ReadonlySet<string>, limit: Named): boolean {
  return keys.has(keyOf(limit));
}

/** Does a red rule over several points ask for the limit so that a stricter one may keep it from coming. */
export function turnsRedElsewhere(core: Core, device: DeviceState, limit: Named, search: RedSearch): boolean {
  return askedByJoints(core, device, true, search).includes(keyOf(limit));
}

/** What of a device red can come from, in words of the catalogue: `<measurement> <code>` of its own armed limits and of those of its group that count it, `<code>` of joint rules. */
export function redOf(core: Core, device: DeviceState, search: RedSearch): readonly string[] {
  const own = device.plan.limits
    .filter(({ armed, level }) => armed && level === 'red')
    .map(({ measurement, code }) => `${measurement} ${code}`);
  return [...new Set([...own, ...redJoints(core, device, search), ...redOfGroup(core, device, search)])];
}

/**
 * Does red elsewhere, or red of another measurement of the same device, rest on what an alarm is about: who hides that an instrument is bad hides that
 * it has no vote, and what is out of service counts for nobody.
 */
export function guardsOtherRed(core: Core, alarm: Pick<Alarm, 'kind' | 'deviceId' | 'measurement' | 'ladder'>): boolean {
  const device = alarm.deviceId === null ? undefined : core.devices.get(alarm.deviceId);
  if (device === undefined || device.enterprise.kind === 'test') return false;
  const { measurement } = alarm;
  const search = redSearch();
  if (alarm.kind !== 'instrument') {
    const keys = keepsRedElsewhere(core, device, search);
    return device.plan.limits.some(
      (limit) => limit.armed && limit.ladder === alarm.ladder && limit.measurement === measurement && isAmong(keys, limit),
    );
  }
  const of = measurement === null ? undefined : measurement;
  if (redJoints(core, device, search, of).length > 0) return true;
  if (redOfGroup(core, device, search, of === undefined ? {} : { measurement: of }).length > 0) return true;
  return of !== undefined && redReading(device, of).length > 0;
}

/** Armed red limits of the device that read a measurement besides their own. */
export function redReading({ plan }: DeviceState, measurement: string): readonly EffectiveLimit[] {
  return plan.limits.filter((limit) => limit.armed && limit.level === 'red' && measurementsRead(limit, plan.profile).has(measurement));
}
