import type { JointRule } from '../../model/asset.ts';
import type { JointLimit } from '../../model/engine.ts';
import type { Sample } from '../../model/reading.ts';
import type { EngineMs } from '../../model/time.ts';
import type { AlarmRecord } from '../alarm/record.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import { isOn, type Phase } from '../evaluate/condition.ts';
import { pointIndex } from '../evaluate/plan.ts';
import { WakeHeap } from '../time/wake-heap.ts';
import { jointDue, judgeJoint, keyOf, moveJoint, placeOfSource, runJoint, votersOf } from './judge.ts';
import { type JointPlan, makeJoint } from './plan.ts';
import type { JointState, SourceState } from './state.ts';

/**
 * All rules over several points, by hazard source. A device knows the rules that listen to it (`listeners`, null for nearly all): a
 * reading of any other costs nothing.
 */

const BY_CONFIG = 'configuration';

type JointRow = readonly [
  rule: string,
  phase: Phase,
  ran: number,
  ranAt: EngineMs,
  held: boolean,
  holds: JointState['holds'],
  good: number | null,
  needed: number,
  votes: readonly string[],
  ruleRevision: number,
];
/** One source as a snapshot has it. */
export interface SourceRow {
  readonly id: string;
  readonly order: number;
  readonly wakeAt: EngineMs;
  readonly joints: readonly JointRow[];
  readonly alarms: readonly AlarmRecord[];
  readonly resting: readonly AlarmRecord[];
  readonly occurrences: readonly (readonly [string, number])[];
}

export class JointBook {
  readonly heap = new WakeHeap<SourceState>();
  readonly sources = new Map<string, SourceState>();
  private readonly core: Core;
  /** To be judged before the entry is over. */
  private readonly marked = new Set<JointState>();
  /** Hazard sources at which something was configured by the present entry. */
  private readonly moved = new Set<string>();
  private nextOrder = 0;

  constructor(core: Core) {
    this.core = core;
  }

  /** Something other than a reading changed what a device's points say: a limit went on or off, it fell silent or came back. */
  mark(device: DeviceState): void {
    if (device.listeners !== null) for (const joint of device.listeners) this.marked.add(joint);
  }

  /** A sample came, and the device's own limits are judged. */
  heard(device: DeviceState, sample: Sample): void {
    if (device.listeners === null) return;
    for (const joint of device.listeners) {
      const inputs = joint.plan.inputs.get(device.asset.id);
      if (inputs === undefined) continue;
      const reads = sample.values.some(({ measurement, channel }) => inputs.includes(pointIndex(device.plan, measurement, channel)));
      if (reads) this.judge(joint);
    }
  }

  /** What is at this hazard source was configured. */
  touch(sourceId: string | null): void {
    if (sourceId !== null && (this.sources.has(sourceId) || this.core.registry.rules.joints(sourceId).length > 0)) this.moved.add(sourceId);
  }

  /** An enterprise was moved or became a test. */
  touchEnterprise(enterpriseId: string): void {
    for (const id of this.sources.keys())
      if (this.core.registry.maps['hazard-source'].get(id)?.enterpriseId === enterpriseId) this.moved.add(id);
  }

  waits(): boolean {
    return this.moved.size > 0 || this.marked.size > 0;
  }

  /** Everything that was configured is followed, and everything that was marked is judged. */
  settle(entrySeq: number): void {
    const moved = [...this.moved].sort();
    this.moved.clear();
    for (const id of moved) this.follow(id, entrySeq);
    for (const joint of this.marked) this.judge(joint);
    this.marked.clear();
  }

  /** The entry failed. What it configured before is followed all the same: a restored engine finds the rules as they stand. */
  settleAfterFault(entrySeq: number): void {
    try {
      this.settle(entrySeq);
    } catch {
      // It rings as a fault of the engine already.
      this.marked.clear();
      this.moved.clear();
    }
  }

  private judge(joint: JointState): void {
    judgeJoint(this.core, joint);
    const due = jointDue(joint);
    if (due >= 0) this.heap.atLatest(joint.source, due);
  }

  /** Delays that end now. */
  wake(source: SourceState): void {
    this.heap.remove(source);
    let next = -1;
    for (const joint of source.joints) {
      runJoint(this.core, joint);
      const due = jointDue(joint);
      if (due >= 0 && (next < 0 || due < next)) next = due;
    }
    if (next >= 0) this.heap.atLatest(source, next);
  }

  private follow(id: string, entrySeq: number): void {
    const { core } = this;
    const asset = core.registry.maps['hazard-source'].get(id);
    if (asset === undefined || asset.retiredAt !== null) {
      this.retire(id);
      return;
    }
    const source = this.sources.get(id) ?? this.add(id);
    const before = new Map(source.joints.map((joint) => [joint.plan.rule.id, joint]));
    source.joints = core.registry.rules.joints(id).map((rule) => {
      const joint = before.get(rule.id);
      before.delete(rule.id);
      return joint === undefined ? this.newJoint(source, rule, entrySeq) : this.replan(joint, makeJoint(core, rule), entrySeq);
    });
    for (const joint of before.values()) {
      const plan = { ...joint.plan, reason: 'disabled-by-rule', detail: null } as const;
      joint.plan = plan;
      moveJoint(core, joint, BY_CONFIG);
      this.marked.delete(joint);
    }
    this.followPlace(source);
    this.listen(source);
    this.wake(source);
  }

  private newJoint(source: SourceState, rule: JointRule, entrySeq: number): JointState {
    const joint = blank(source, makeJoint(this.core, rule), entrySeq);
    this.marked.add(joint);
    return joint;
  }

  private replan(joint: JointState, plan: JointPlan, entrySeq: number): JointState {
    const same = meaningOf(joint.plan) === meaningOf(plan);
    runJoint(this.core, joint);
    joint.plan = plan;
    if (same) {
      // What a device said last may be another all the same.
      this.marked.add(joint);
      return joint;
    }
    joint.ruleRevision = entrySeq;
    moveJoint(this.core, joint, BY_CONFIG);
    return joint;
  }

  private add(id: string): SourceState {
    const source: SourceState = {
      id,
      order: this.nextOrder,
      wakeAt: -1,
      heapAt: -1,
      joints: [],
      listened: [],
      alarms: new Map(),
      occurrences: new Map(),
      resting: new Map(),
    };
    this.nextOrder += 1;
    this.sources.set(id, source);
    return source;
  }

  private retire(id: string): void {
    const source = this.sources.get(id);
    if (source === undefined) return;
    for (const record of source.alarms.values()) this.core.book.close(source, record, { cause: 'removed' });
    for (const record of source.resting.values()) this.core.book.forget(source, record, { cause: 'removed' });
    for (const joint of source.joints) this.marked.delete(joint);
    source.joints = [];
    this.listen(source);
    this.heap.remove(source);
    this.sources.delete(id);
  }

  private followPlace(source: SourceState): void {
    const place = placeOfSource(this.core, source.id);
    for (const record of [...source.alarms.values(), ...source.resting.values()]) {
      const { enterpriseId, areaId, test } = record.place;
      if (enterpriseId === place.enterpriseId && areaId === place.areaId && test === place.test) continue;
      this.core.book.amend(record, 'changed-by-config', { cause: BY_CONFIG }, (one) => {
        one.place = place;
      });
    }
  }

  /** Each device knows the rules that listen to it, by source and rule, so that a restored one tells them in the same order. */
  private listen(source: SourceState): void {
    const { devices } = this.core;
    for (const id of source.listened) {
      const device = devices.get(id);
      if (device !== undefined && device.listeners !== null)
        setListeners(
          device,
          device.listeners.filter((joint) => joint.source !== source),
        );
    }
    const listened = new Set<string>();
    for (const joint of source.joints) {
      if (joint.plan.reason !== null) continue;
      for (const id of joint.plan.inputs.keys()) {
        const device = devices.get(id);
        if (device === undefined) continue;
        listened.add(id);
        setListeners(device, [...(device.listeners ?? []), joint]);
      }
    }
    source.listened = [...listened];
  }

  /* For people. */

  limits(sourceId: string): readonly JointLimit[] {
    return (this.sources.get(sourceId)?.joints ?? []).map((joint) => {
      const { plan, holds } = joint;
      const { rule, reason, detail } = plan;
      const voters = votersOf(this.core, joint);
      return {
        rule: rule.id,
        name: rule.name,
        revision: rule.revision,
        code: rule.code,
        kind: plan.kind,
        level: plan.top.level,
        ...plan.delays,
        latching: plan.latching,
        basis: rule.parts.basis ?? '',
        ...(rule.parts.basisZh === undefined ? {} : { basisZh: rule.parts.basisZh }),
        joint: rule.joint,
        armed: reason === null,
        reason,
        detail,
        ...(holds === null ? {} : { holds }),
        on: isOn(joint.condition),
        value: joint.good,
        needed: plan.source.kind === 'number' ? plan.source.setPoint : joint.needed,
        ...(plan.source.kind === 'vote' ? { voters } : {}),
        alarmId: this.sources.get(sourceId)?.alarms.get(keyOf(joint))?.id ?? null,
        ruleRevision: joint.ruleRevision,
      };
    });
  }

  /** Is the latching condition of an alarm on now. */
  latchingNow(record: AlarmRecord): JointState | null {
    const id = record.place.hazardSourceId;
    const joint = id === null ? undefined : this.sources.get(id)?.joints.find((one) => keyOf(one) === record.key);
    return joint !== undefined && joint.plan.latching && isOn(joint.condition) ? joint : null;
  }

  /* For the snapshot. */

  rows(): readonly SourceRow[] {
    return [...this.sources.values()].map(({ id, order, wakeAt, joints, alarms, resting, occurrences }) => ({
      id,
      order,
      wakeAt,
      joints: joints.map(rowOf),
      alarms: [...alarms.values()],
      resting: [...resting.values()],
      occurrences: [...occurrences],
    }));
  }

  /** After assets, rules and devices are in. */
  restore(rows: readonly SourceRow[]): void {
    const { book, registry } = this.core;
    for (const row of rows) {
      this.nextOrder = row.order;
      const source = this.add(row.id);
      const states = new Map(row.joints.map((joint) => [joint[0], joint]));
      source.joints = registry.rules.joints(row.id).flatMap((rule) => {
        const state = states.get(rule.id);
        return state === undefined ? [] : [jointOf(source, makeJoint(this.core, rule), state)];
      });
      this.listen(source);
      for (const record of row.alarms) {
        source.alarms.set(record.key, record);
        book.restore(record);
      }
      for (const record of row.resting) book.restoreResting(source, record);
      for (const [key, count] of row.occurrences) source.occurrences.set(key, count);
      if (row.wakeAt >= 0) this.heap.set(source, row.wakeAt);
    }
  }
}

/** What makes a difference to the judgement; names and reasons do not. */
function meaningOf({ rule, source, reason, inputs, filled, aside }: JointPlan): string {
  return JSON.stringify([rule.joint, rule.parts, reason, source, [...inputs], filled, aside]);
}

function blank(source: SourceState, plan: JointPlan, ruleRevision: number): JointState {
  return {
    source,
    plan,
    condition: { phase: 0, ran: 0 },
    ranAt: 0,
    held: true,
    holds: null,
    good: null,
    needed: 0,
    votes: new Set(),
    ruleRevision,
  };
}

function rowOf({ plan, condition, ranAt, held, holds, good, needed, votes, ruleRevision }: JointState): JointRow {
  return [plan.rule.id, condition.phase, condition.ran, ranAt, held, holds, good, needed, [...votes].sort(), ruleRevision];
}

function jointOf(source: SourceState, plan: JointPlan, row: JointRow): JointState {
  const [, phase, ran, ranAt, held, holds, good, needed, votes, ruleRevision] = row;
  return { source, plan, condition: { phase, ran }, ranAt, held, holds, good, needed, votes: new Set(votes), ruleRevision };
}

function setListeners(device: DeviceState, joints: readonly JointState[]): void {
  const sorted = [...joints].sort((a, b) =>
    a.source.id === b.source.id ? compare(a.plan.rule.id, b.plan.rule.id) : compare(a.source.id, b.source.id),
  );
  device.listeners = sorted.length === 0 ? null : sorted;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
