import type { JointVoter } from '../../model/engine.ts';
import type { LadderIdentity, Observation } from '../alarm/identity.ts';
import type { AlarmPlace } from '../alarm/record.ts';
import type { Core } from '../core.ts';
import { type DeviceState, NEVER } from '../device-state.ts';
import { speaks } from '../escalation/groups.ts';
import { isOn, LEAVING, OFF, ON, remaining, run, take } from '../evaluate/condition.ts';
import { limitOn } from '../evaluate/derived.ts';
import { hasLeft, isTrue } from '../evaluate/plan.ts';
import { MISSING } from '../health/point-health.ts';
import { SPOKEN } from '../health/spoken.ts';
import { factOf, type Voter } from './plan.ts';
import type { JointState } from './state.ts';
import type { JointReader } from './text.ts';

/**
 * Judging a rule over several points of one hazard source. It is judged when any of its inputs arrives and whenever one of them becomes
 * unbelievable, in engine time: devices have clocks of their own. What is not known neither raises nor clears.
 */

/**
 * Whether what a point last said may be believed now. `bypassed`: somebody is working on it or tries it out. `bad`: of bad quality, or
 * older than its dead-man allows, until it has spoken again. `late`: a backlog is coming in, its last word before it counts until that is
 * over.
 */
type Standing = 'good' | 'late' | 'none' | 'bad' | 'bypassed';

function standingOf(device: DeviceState, index: number): Standing {
  if (!speaks(device)) return 'bypassed';
  const point = device.points[index] ?? null;
  // What an outside broker had kept is shown, and is no word of the point.
  if (point === null || point.lastLine === NEVER) return 'none';
  const unspoken = point.spoken !== SPOKEN;
  if (device.backlogUntil >= 0) return unspoken ? 'bad' : 'late';
  if (point.quality === 'test' || point.quality === 'maintenance') return 'bypassed';
  if (point.held || device.silent || unspoken || ((point.health?.found ?? 0) & MISSING) !== 0) return 'bad';
  return point.good === null ? 'none' : 'good';
}

/** What is known now: nothing, or the value to show, how much is wanted, and whether it is true and left. */
type Signal =
  | { readonly holds: NonNullable<JointState['holds']> }
  | { readonly holds: null; readonly value: number; readonly needed: number; readonly on: boolean; readonly left: boolean };

function signalOf(core: Core, joint: JointState): Signal {
  const { source } = joint.plan;
  if (source.kind === 'vote') return votesOf(core, joint, source);
  const value = source.expression.evaluate(readerOf(core, joint.source.id));
  if (value === undefined) return { holds: unknown(core, joint) };
  if (source.kind === 'truth') return { holds: null, value: Number(value), needed: 1, on: value === true, left: value !== true };
  const number = Number(value);
  return { holds: null, value: number, needed: source.setPoint, on: isTrue(source.test, number), left: hasLeft(source.test, number) };
}

function readerOf(core: Core, sourceId: string): JointReader {
  const good = (device: DeviceState, measurement: string): boolean =>
    device.plan.points.some((point, i) => point.measurement === measurement && standingOf(device, i) === 'good');
  return {
    value(id, measurement, channel) {
      const device = core.devices.get(id);
      const index = device?.plan.points.findIndex((one) => one.measurement === measurement && one.channel === channel) ?? -1;
      if (device === undefined || index < 0 || standingOf(device, index) !== 'good') return undefined;
      return device.points[index]?.good ?? undefined;
    },
    limit(id, measurement, code) {
      const device = core.devices.get(id);
      return device === undefined || !good(device, measurement) ? undefined : limitOn(device, measurement, code);
    },
    attribute: (device, name) => factOf(core, sourceId, { kind: 'attribute', device, name }),
    condition: (device, name) => factOf(core, sourceId, { kind: 'condition', device, name }),
    asset: (name) => factOf(core, sourceId, { kind: 'asset', name }),
  };
}

/** Which of the points it reads say nothing now, and why. */
function unknown(core: Core, joint: JointState): NonNullable<JointState['holds']> {
  const mute: string[] = [];
  let bad = false;
  let late = false;
  for (const [id, indexes] of joint.plan.inputs) {
    const device = core.devices.get(id);
    for (const index of indexes) {
      const standing = device === undefined ? 'none' : standingOf(device, index);
      if (standing === 'good') continue;
      mute.push(`${id}/${device?.plan.points[index]?.key ?? ''}`);
      if (standing === 'bad' || standing === 'bypassed') bad = true;
      if (standing === 'late') late = true;
    }
  }
  return { reason: bad ? 'bad-quality' : late ? 'late' : 'no-data', detail: mute.join(', ').slice(0, 500) };
}

/** What a voter says now. `held`: it cannot be believed, and its last word that could was for the alarm: bad quality clears nothing. */
function sayingOf(core: Core, joint: JointState, voter: Voter): JointVoter['says'] {
  const device = core.devices.get(voter.device);
  if (device === undefined) return 'bypassed';
  const voted = joint.votes.has(voter.key);
  const standing = standingOf(device, voter.index);
  switch (standing) {
    case 'late':
      return voted ? 'for' : 'against';
    case 'bypassed':
      // Who takes a device out of live service has decided; a point in maintenance keeps what it said before.
      return voted && speaks(device) ? 'held' : 'bypassed';
    case 'none':
    case 'bad':
      return voted ? 'held' : 'bad';
    case 'good':
      return fresh(device, voter, voted);
  }
}

function fresh(device: DeviceState, voter: Voter, voted: boolean): JointVoter['says'] {
  if (voter.limit !== null) {
    const on = limitOn(device, voter.measurement, voter.limit, voter.channel);
    if (on === undefined) return voted ? 'held' : 'bad';
    return on ? 'for' : 'against';
  }
  const value = device.points[voter.index]?.good ?? null;
  if (value === null || voter.test === null) return voted ? 'held' : 'bad';
  const on = voted ? !hasLeft(voter.test, value) : isTrue(voter.test, value);
  return on ? 'for' : 'against';
}

/**
 * k of n. A voter that somebody is working on is out of the vote. One that cannot be believed keeps its vote for the alarm if it had one;
 * else it counts as one for the alarm, or as none (k of n − 1), as the rule says. Where fewer are left than are wanted, all of them
 * suffice. Votes of those that cannot be believed alone raise nothing: their own alarms ring for that. Work on a detector clears nothing
 * either: as long as somebody is working on a voter, the way back asks as if it could not be believed.
 */
function votesOf(core: Core, joint: JointState, source: Extract<JointState['plan']['source'], { readonly kind: 'vote' }>): Signal {
  let n = 0;
  let votes = 0;
  let assumed = 0;
  let heard = 0;
  let worked = 0;
  for (const voter of source.voters) {
    const says = sayingOf(core, joint, voter);
    if (says === 'for') joint.votes.add(voter.key);
    else if (says === 'against' || says === 'bypassed') joint.votes.delete(voter.key);
    if (says === 'bypassed' && source.bad === 'votes' && inService(core, voter)) worked += 1;
    if (says === 'bypassed' || (says === 'bad' && source.bad === 'drops')) continue;
    n += 1;
    if (says === 'for' || says === 'held') votes += 1;
    else if (says === 'bad') assumed += 1;
    if (says === 'for' || says === 'against') heard += 1;
  }
  if (heard === 0) return { holds: unknown(core, joint) };
  const needed = Math.min(source.atLeast, n);
  const on = votes > 0 && votes + assumed >= needed;
  const stays = votes > 0 && votes + assumed + worked >= Math.min(source.atLeast, n + worked);
  return { holds: null, value: votes + assumed, needed, on, left: !stays };
}

function inService(core: Core, voter: Voter): boolean {
  const device = core.devices.get(voter.device);
  return device !== undefined && speaks(device);
}

/** Each voter and what it says now, for people. */
export function votersOf(core: Core, joint: JointState): readonly JointVoter[] {
  const { source } = joint.plan;
  if (source.kind !== 'vote') return [];
  return source.voters.map((voter) => {
    const { device, measurement, channel } = voter;
    const says = sayingOf(core, joint, voter);
    const known = core.devices.get(device);
    const unheard = known !== undefined && says === 'bad' && standingOf(known, voter.index) === 'none';
    const counts = says === 'for' || says === 'held' || (says === 'bad' && source.bad !== 'drops');
    return { device, measurement, channel, says, counts, ...(unheard ? { unheard: true } : {}) };
  });
}

export function placeOfSource(core: Core, sourceId: string): AlarmPlace {
  const enterpriseId = core.registry.maps['hazard-source'].get(sourceId)?.enterpriseId ?? null;
  const enterprise = enterpriseId === null ? undefined : core.registry.maps.enterprise.get(enterpriseId);
  return {
    enterpriseId,
    areaId: enterprise?.areaId ?? null,
    hazardSourceId: sourceId,
    deviceId: null,
    test: enterprise?.kind === 'test',
  };
}

/** Key of the alarm of a rule within its source. */
export function keyOf(joint: JointState): string {
  return `|${joint.plan.rule.code}`;
}

function identityOf(core: Core, joint: JointState): LadderIdentity {
  const { plan } = joint;
  return {
    key: keyOf(joint),
    ladder: plan.rule.code,
    kind: plan.kind,
    measurement: null,
    channel: null,
    unit: plan.source.kind === 'number' ? plan.source.unit : null,
    place: placeOfSource(core, joint.source.id),
    fault: false,
    ruleRevision: joint.ruleRevision,
  };
}

/** Steps its alarm: what was found at an engine time. */
export function stepJoint(core: Core, joint: JointState, at: number, cause?: string): void {
  const { plan, source, condition } = joint;
  const on = isOn(condition) ? plan.top : null;
  const before = source.alarms.get(keyOf(joint)) ?? null;
  if (on === null && before === null) return;
  const since = Math.round(core.clock.at - (core.clock.now - at));
  const seen: Observation = {
    since,
    value: joint.good,
    limit: joint.needed,
    quality: joint.good === null ? null : 'good',
    peak: plan.source.kind === 'number' && joint.good !== null ? (before?.peak ?? { value: joint.good, at: since }) : null,
    ...(cause === undefined ? {} : { cause }),
  };
  core.book.judged(source, identityOf(core, joint), on, on !== null && plan.latching ? on : null, seen);
}

/** Lets its delay run up to now. */
export function runJoint(core: Core, joint: JointState): void {
  const { condition, plan } = joint;
  const { now } = core.clock;
  if (joint.held) return;
  for (let left = remaining(condition, plan.delays); left >= 0 && joint.ranAt + left <= now; left = remaining(condition, plan.delays)) {
    joint.ranAt += left;
    run(condition, plan.delays, left);
    stepJoint(core, joint, joint.ranAt);
  }
  if (remaining(condition, plan.delays) >= 0) run(condition, plan.delays, now - joint.ranAt);
  joint.ranAt = now;
}

/** Engine time at which its delay ends, or -1. */
export function jointDue(joint: JointState): number {
  const left = joint.held ? -1 : remaining(joint.condition, joint.plan.delays);
  return left < 0 ? -1 : joint.ranAt + left;
}

/** Judges it by what is known now. */
export function judgeJoint(core: Core, joint: JointState): void {
  if (joint.plan.reason !== null) return;
  runJoint(core, joint);
  if (learn(core, joint)) notePeak(core, joint);
}

/** Takes the signal in. False while it says nothing. */
function learn(core: Core, joint: JointState): boolean {
  const signal = signalOf(core, joint);
  joint.holds = signal.holds;
  if (signal.holds !== null) {
    joint.held = true;
    return false;
  }
  Object.assign(joint, { held: false, ranAt: core.clock.now, good: signal.value, needed: signal.needed });
  if (take(joint.condition, joint.plan.delays, signal.on, signal.left)) stepJoint(core, joint, core.clock.now);
  return true;
}

function notePeak(core: Core, joint: JointState): void {
  const { source } = joint.plan;
  const record = joint.source.alarms.get(keyOf(joint));
  if (record === undefined || record.peak === null || joint.good === null || source.kind !== 'number' || record.facts.on === null) return;
  const worse = source.test.kind === 'lo' ? -1 : 1;
  if (worse * (joint.good - record.peak.value) > 0) record.peak = { value: joint.good, at: core.clock.at };
}

/**
 * It was changed, or something at its hazard source was. It goes off without its off-delay (nothing left it, it moved), and on only
 * through its on-delay; the alarm follows with the cause `configuration` and still wants its acknowledgement.
 */
export function moveJoint(core: Core, joint: JointState, cause: string): void {
  const { condition, plan } = joint;
  if (plan.reason !== null) {
    Object.assign(condition, { phase: OFF, ran: 0 });
    Object.assign(joint, { held: false, holds: null, good: null });
    joint.votes.clear();
  } else {
    if (plan.source.kind === 'vote') {
      const keys = new Set(plan.source.voters.map(({ key }) => key));
      for (const key of joint.votes) if (!keys.has(key)) joint.votes.delete(key);
    } else joint.votes.clear();
    const signal = signalOf(core, joint);
    joint.holds = signal.holds;
    joint.held = signal.holds !== null;
    if (signal.holds === null) {
      Object.assign(joint, { ranAt: core.clock.now, good: signal.value, needed: signal.needed });
      if (condition.phase === ON || condition.phase === LEAVING) Object.assign(condition, { phase: signal.left ? OFF : ON, ran: 0 });
      else take(condition, plan.delays, signal.on, signal.left);
    }
  }
  stepJoint(core, joint, core.clock.now, cause);
}
