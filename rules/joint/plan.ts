import type { AlarmKind } from '../../model/alarm.ts';
import type { JointRule } from '../../model/asset.ts';
import type { JointReason } from '../../model/engine.ts';
import type { Level } from '../../model/level.ts';
import { pointKey } from '../../model/reading.ts';
import type { PointName, Vote, VoteTest } from '../../model/rule.ts';
import type { Top } from '../alarm/step.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import { speaks } from '../escalation/groups.ts';
import type { Delays } from '../evaluate/condition.ts';
import { pointIndex, type Test } from '../evaluate/plan.ts';
import { type Fact } from '../compile/expression.ts';
import { compileText, type JointRead, type JointText } from './text.ts';

/** What judging a rule over several points takes, made when the rule or something at its hazard source changes. */
export interface JointPlan {
  readonly rule: JointRule;
  /** Why it is not judged; null while it is. */
  readonly reason: JointReason | null;
  readonly detail: string | null;
  readonly kind: AlarmKind;
  readonly top: Top;
  readonly delays: Delays;
  readonly latching: boolean;
  readonly source: JointSource;
  /** Indexes of the points it reads, by device. */
  readonly inputs: ReadonlyMap<string, readonly number[]>;
  /** What is filled in of the attributes and conditions it reads, in their order. */
  readonly filled: readonly (Fact | undefined)[];
  /** Devices it reads that are not in live service. */
  readonly aside: readonly string[];
}

export type JointSource =
  | { readonly kind: 'vote'; readonly atLeast: number; readonly bad: Vote['bad']; readonly voters: readonly Voter[] }
  | { readonly kind: 'truth'; readonly expression: JointText }
  | {
      readonly kind: 'number';
      readonly expression: JointText;
      readonly test: Test;
      readonly setPoint: number;
      readonly unit: string | null;
    };

export interface Voter {
  /** `<device>/<point key>`. */
  readonly key: string;
  readonly device: string;
  readonly index: number;
  readonly measurement: string;
  readonly channel: number | null;
  /** A limit of its own, or a test of the vote's own. */
  readonly limit: string | null;
  readonly test: Test | null;
}

/** A point at the hazard source, or what is wrong with its name. */
export type Found =
  | { readonly ok: true; readonly device: DeviceState; readonly index: number }
  | { readonly ok: false; readonly problem: string };

export function findDevice(core: Core, sourceId: string, id: string): DeviceState | null {
  const device = core.devices.get(id);
  return device === undefined || device.asset.hazardSourceId !== sourceId ? null : device;
}

export function findPoint(core: Core, sourceId: string, name: PointName): Found {
  const device = findDevice(core, sourceId, name.device);
  if (device === null) return { ok: false, problem: `${name.device} is no device of this hazard source` };
  const def = device.plan.profile.measurements.find((one) => one.key === name.measurement);
  if (def === undefined || def.valueType === 'string')
    return { ok: false, problem: `${name.measurement} is no measurement of ${device.plan.profile.id} that can be compared` };
  const index = pointIndex(device.plan, name.measurement, name.channel ?? null);
  if (index >= 0) return { ok: true, device, index };
  const wanted = def.channels === undefined ? 'has no channels' : `has the channels 1 … ${def.channels}`;
  return { ok: false, problem: `${name.measurement} of ${name.device} ${wanted}` };
}

/** The points of a vote as they are named; those of a group as they stand now, in the order of their devices. */
export function namesOf(core: Core, sourceId: string, of: Vote['of']): readonly PointName[] {
  if (!('profileId' in of)) return of;
  const { profileId, measurement, channel } = of;
  return [...core.devices.values()]
    .filter(({ asset }) => asset.hazardSourceId === sourceId && asset.profileId === profileId)
    .sort((a, b) => a.order - b.order)
    .map(({ asset }) => ({ device: asset.id, measurement, ...(channel === undefined ? {} : { channel }) }));
}

const BIT = /^bit([0-9]|[12][0-9]|3[01])$/;

export function testOf(when: VoteTest): Test | null {
  if ('limit' in when) return null;
  if (when.dir === 'state') {
    const bit = typeof when.setPoint === 'string' ? BIT.exec(when.setPoint) : null;
    if (bit !== null) return { kind: 'bit', weight: 2 ** Number(bit[1]) };
    return { kind: 'equal', to: Number(when.setPoint) };
  }
  return numberTest(when.dir, when.setPoint, when.deadband);
}

/** Distance back without the dust of binary fractions. */
function numberTest(dir: 'hi' | 'lo', at: number, deadband: number): Test {
  const leave = Number((dir === 'hi' ? at - deadband : at + deadband).toPrecision(12));
  return dir === 'hi' ? { kind: 'hi', enter: at, leave, strictly: false } : { kind: 'lo', enter: at, leave };
}

export function makeJoint(core: Core, rule: JointRule): JointPlan {
  const { joint, parts, code } = rule;
  const level: Level = parts.level === undefined || parts.level === 'none' ? 'blue' : parts.level;
  const head = {
    rule,
    top: { level, code, order: 0 },
    delays: { onDelayMs: parts.onDelayMs ?? 0, offDelayMs: parts.offDelayMs ?? 0 },
    latching: parts.latching ?? false,
  };
  const body = 'vote' in joint ? voteOf(core, rule, joint.vote) : textOf(core, rule, joint);
  const { reason, detail } = parts.enabled === false ? { reason: 'disabled-by-rule' as const, detail: rule.reason } : body;
  const { source, inputs } = body;
  const reads = source.kind === 'vote' ? [] : source.expression.reads;
  return {
    ...head,
    reason,
    detail,
    source,
    inputs,
    kind: kindOf(core, inputs),
    // Of what is at the source alone: what happens to a device elsewhere is not followed here, and must not show after a restart either.
    filled: reads.flatMap((read) => {
      if ('measurement' in read) return [];
      const isHere = read.kind === 'asset' || findDevice(core, rule.scopeId, read.device) !== null;
      return [isHere ? factOf(core, rule.scopeId, read) : undefined];
    }),
    aside: [...inputs.keys()].filter((id) => {
      const device = core.devices.get(id);
      return device !== undefined && !speaks(device);
    }),
  };
}

type Body = Pick<JointPlan, 'reason' | 'detail' | 'source' | 'inputs'>;

/** A condition over fire devices alone is a fire alarm. */
function kindOf(core: Core, inputs: JointPlan['inputs']): AlarmKind {
  const kinds = [...inputs.keys()].map((id) => core.devices.get(id)?.plan.profile.alarmKind);
  return kinds.length > 0 && kinds.every((kind) => kind === 'fire') ? 'fire' : 'process';
}

/** What is not there any more has no vote; while nothing is left nobody can say anything. */
function voteOf(core: Core, rule: JointRule, vote: Vote): Body {
  const voters: Voter[] = [];
  const inputs = new Map<string, number[]>();
  const limit = 'limit' in vote.when ? vote.when.limit : null;
  const test = testOf(vote.when);
  for (const name of namesOf(core, rule.scopeId, vote.of)) {
    const found = findPoint(core, rule.scopeId, name);
    if (!found.ok) continue;
    const { index } = found;
    const { measurement, device } = name;
    const channel = name.channel ?? null;
    if (limit !== null && !judges(found.device, measurement, channel, limit)) continue;
    voters.push({ key: `${device}/${pointKey(measurement, channel)}`, device, index, measurement, channel, limit, test });
    add(inputs, device, index);
  }
  const source = { kind: 'vote', atLeast: vote.atLeast, bad: vote.bad, voters } as const;
  return { source, inputs, reason: voters.length === 0 ? 'no-voters' : null, detail: null };
}

/** A limit that is not armed can never be on: its point would be counted as calm for ever. */
function judges(device: DeviceState, measurement: string, channel: number | null, code: string): boolean {
  return device.plan.limits.some(
    (limit) => limit.measurement === measurement && limit.channel === channel && limit.code === code && limit.armed,
  );
}

function add(inputs: Map<string, number[]>, device: string, index: number): void {
  const of = inputs.get(device);
  if (of === undefined) inputs.set(device, [index]);
  else if (!of.includes(index)) of.push(index);
}

function textOf(core: Core, rule: JointRule, joint: Extract<JointRule['joint'], { readonly expression: string }>): Body {
  const { setPoint, deadband = 0 } = rule.parts;
  const compiled = compileText(joint.expression, joint.compare === undefined ? 'bool' : 'double');
  if (!compiled.ok) return { ...EMPTY, reason: 'expression-invalid', detail: compiled.problem };
  const { expression } = compiled;
  const at = typeof setPoint === 'number' ? setPoint : 0;
  const source: JointSource =
    joint.compare === undefined
      ? { kind: 'truth', expression }
      : { kind: 'number', expression, test: numberTest(joint.compare, at, deadband), setPoint: at, unit: joint.unit ?? null };
  const inputs = new Map<string, number[]>();
  const missing: Record<'device-missing' | 'attribute-missing' | 'condition-missing', Set<string>> = {
    'device-missing': new Set(),
    'attribute-missing': new Set(),
    'condition-missing': new Set(),
  };
  for (const read of expression.reads) {
    if (read.kind === 'asset' || read.kind === 'attribute' || read.kind === 'condition') {
      const reason = read.kind === 'condition' ? 'condition-missing' : 'attribute-missing';
      if (read.kind !== 'asset' && findDevice(core, rule.scopeId, read.device) === null) missing['device-missing'].add(read.device);
      else if (factOf(core, rule.scopeId, read) === undefined)
        missing[reason].add(read.kind === 'asset' ? read.name : `${read.device}.${read.name}`);
    } else if ('measurement' in read) {
      const points = pointsOf(core, rule.scopeId, read);
      if (points.length === 0) missing['device-missing'].add(read.device);
      for (const index of points) add(inputs, read.device, index);
    }
  }
  for (const reason of ['device-missing', 'attribute-missing', 'condition-missing'] as const)
    if (missing[reason].size > 0) return { source, inputs, reason, detail: [...missing[reason]].join(', ') };
  return { source, inputs, reason: null, detail: null };
}

const EMPTY: Pick<Body, 'source' | 'inputs'> = {
  source: { kind: 'vote', atLeast: 1, bad: 'drops', voters: [] },
  inputs: new Map(),
};

/** Points that one reading of an expression depends on: of a limit every channel of its measurement. */
function pointsOf(core: Core, sourceId: string, read: Extract<JointRead, { readonly measurement: string }>): readonly number[] {
  const { device: id, measurement } = read;
  if (read.kind !== 'on') {
    const found = findPoint(core, sourceId, { device: id, measurement, ...(read.channel === null ? {} : { channel: read.channel }) });
    return found.ok ? [found.index] : [];
  }
  const device = findDevice(core, sourceId, id);
  if (device === null || !device.plan.limits.some((limit) => limit.measurement === measurement && limit.code === read.code)) return [];
  return device.plan.points.flatMap((point, i) => (point.measurement === measurement ? [i] : []));
}

/** Where the device has no attribute or condition of that name, the hazard source's stands in, as for the limits of one device. */
export function factOf(
  core: Core,
  sourceId: string,
  read:
    | { readonly kind: 'attribute' | 'condition'; readonly device: string; readonly name: string }
    | { readonly kind: 'asset'; readonly name: string },
): Fact | undefined {
  const { name } = read;
  if (read.kind !== 'asset') {
    const asset = core.devices.get(read.device)?.asset;
    const own = read.kind === 'attribute' ? asset?.attributes : asset?.conditions;
    if (own !== undefined && Object.hasOwn(own, name)) return own[name];
  }
  const of = core.registry.maps['hazard-source'].get(sourceId)?.attributes;
  return of !== undefined && Object.hasOwn(of, name) ? of[name] : undefined;
}
