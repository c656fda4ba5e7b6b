import type { EffectiveLimit, EscalationStand } from '../../model/engine.ts';
import type { EscalationCause, EscalationGroup, EscalationMember } from '../../model/profile.ts';
import type { EngineMs, EpochMs } from '../../model/time.ts';
import type { AlarmRecord } from '../alarm/record.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import { isOn, ON } from '../evaluate/condition.ts';
import { stepLadders } from '../evaluate/ladders.ts';
import type { PlanGate } from '../evaluate/plan.ts';
import { planAt, stateAt } from '../evaluate/spot.ts';
import { type Sleeper, WakeHeap } from '../time/wake-heap.ts';
import { groupKey, isMember, limitKey, placeIn, type Role, rolesOf, speaks } from './groups.ts';
import { atWorkUntil } from './hours.ts';

/**
 * Escalations that something outside their own point makes rise: other devices of a group, and an alarm that nobody acknowledges. They
 * are judged at the end of an entry, when everything that it says is in. What has risen stays so until its base goes off: that is a
 * condition like any other, and `evaluate` takes it back. All this book knows is made from the devices, apart from when a counted limit
 * went on (`DeviceState.onsets`) and when it looks at an alarm again (`attend`).
 */

type Together = Extract<EscalationCause, { readonly kind: 'together' }>;

/** What is told of the rise. */
const CAUSE = { together: 'together', unacknowledged: 'unattended' } as const;

interface Wake extends Sleeper {
  readonly device: DeviceState;
}

interface Group {
  readonly members: Set<DeviceState>;
  /** Those with a counted limit on. */
  readonly active: Set<DeviceState>;
  /** Those of them that still have something to rise to by a group. */
  readonly waiting: Set<DeviceState>;
}

export class EscalationBook {
  private readonly core: Core;
  private roles: ReadonlyMap<string, Role> = new Map();
  private readonly groups = new Map<string, Group>();
  private readonly placed = new Map<DeviceState, readonly string[]>();
  private readonly marked = new Set<DeviceState>();
  /** What a cause that does not ask for the time says of a group: the same for all of it, as long as nothing is marked anew. */
  private readonly verdicts = new Map<Together, Map<Group, boolean>>();
  /** When a time without an acknowledgement is up, in engine time; and when business hours end, in wall time. */
  private readonly wakes = new Map<DeviceState, Wake>();
  private readonly walls = new Map<DeviceState, Wake>();
  private readonly engine = new WakeHeap<Wake>();
  private readonly wall = new WakeHeap<Wake>();

  constructor(core: Core) {
    this.core = core;
  }

  /** The catalogue is another; its devices follow afterwards. */
  followCatalogue(): void {
    this.roles = rolesOf(this.core.registry.catalogue);
  }

  /** A limit of the device went on or off, or a late batch of it is over. `line`: when. */
  mark(device: DeviceState, line: number): void {
    const role = this.roles.get(device.asset.profileId);
    if (role === undefined && device.plan.gated.length === 0) return;
    if (role !== undefined) this.noteOnsets(device, role, line);
    this.marked.add(device);
  }

  /** Something was told of an alarm: it may be acknowledged, hidden, or ring anew. */
  told(record: AlarmRecord): void {
    const { deviceId } = record.place;
    const device = deviceId === null ? undefined : this.core.devices.get(deviceId);
    if (device === undefined || record.kind === 'instrument') return;
    if (device.plan.gated.length > 0 || this.roles.has(device.asset.profileId)) this.marked.add(device);
  }

  /** The device is new, or something about it was configured. */
  follow(device: DeviceState): void {
    const role = this.roles.get(device.asset.profileId);
    if (role === undefined && device.plan.gated.length === 0 && !this.placed.has(device) && device.onsets.size === 0) return;
    this.leave(device);
    this.enter(device);
    if (role === undefined) device.onsets.clear();
    else this.noteOnsets(device, role, this.core.clock.line);
    this.marked.add(device);
  }

  retire(device: DeviceState): void {
    this.leave(device);
    this.marked.delete(device);
    this.setWakes(device, -1, -1);
  }

  /** Local time may run otherwise: ends of business hours are looked for anew. */
  followLocalTime(): void {
    for (const device of [...this.wakes.keys(), ...this.walls.keys()]) this.marked.add(device);
  }

  /** Who is looked at together with a device, by kind of group; itself included. */
  *peersOf(device: DeviceState): Iterable<readonly [EscalationGroup, ReadonlySet<DeviceState>]> {
    for (const kind of this.roles.get(device.asset.profileId)?.kinds ?? []) {
      const place = placeIn(this.core, device, kind);
      const group = place === null ? undefined : this.groups.get(groupKey(device.asset.enterpriseId, place));
      if (group !== undefined) yield [kind, group.members];
    }
  }

  private enter(device: DeviceState): void {
    const keys = (this.roles.get(device.asset.profileId)?.kinds ?? []).flatMap((kind) => {
      const place = placeIn(this.core, device, kind);
      return place === null ? [] : [groupKey(device.asset.enterpriseId, place)];
    });
    if (keys.length > 0) this.placed.set(device, keys);
    for (const key of keys) this.groupOf(key).members.add(device);
  }

  private leave(device: DeviceState): void {
    for (const key of this.placed.get(device) ?? []) {
      const group = this.groups.get(key);
      if (group === undefined) continue;
      for (const set of [group.members, group.active, group.waiting]) set.delete(device);
      if (group.members.size === 0) this.groups.delete(key);
    }
    this.placed.delete(device);
  }

  private groupOf(key: string): Group {
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { members: new Set(), active: new Set(), waiting: new Set() };
      this.groups.set(key, group);
    }
    return group;
  }

  /** Takes down since when each counted limit is on, in engine time; one of several channels suffices. */
  private noteOnsets(device: DeviceState, { counted }: Role, line: number): void {
    const { clock } = this.core;
    for (const member of counted) {
      const key = limitKey(member);
      if (!anyOn(device, member)) device.onsets.delete(key);
      else if (!device.onsets.has(key)) device.onsets.set(key, clock.now - Math.max(0, clock.line - line));
    }
    for (const key of device.onsets.keys()) if (!counted.some((member) => limitKey(member) === key)) device.onsets.delete(key);
  }

  waits(): boolean {
    return this.marked.size > 0;
  }

  /** Judges everything that was marked, and those of the same groups that it may make rise. */
  settle(): void {
    while (this.marked.size > 0) {
      const marked = [...this.marked];
      this.marked.clear();
      const reached = new Set(marked);
      const groups = new Set<Group>();
      for (const device of marked) {
        for (const key of this.placed.get(device) ?? []) {
          const group = this.groupOf(key);
          this.place(group, device);
          groups.add(group);
        }
      }
      // Each group once, however many of it are marked: hundreds of one hazard source may be, by one tick.
      for (const { waiting } of groups) for (const other of waiting) reached.add(other);
      this.verdicts.clear();
      for (const device of [...reached].sort((a, b) => a.order - b.order)) this.judge(device);
    }
  }

  /** After an entry that failed: nothing that is marked may be forgotten, and nothing more may fail. */
  settleAfterFault(): void {
    try {
      this.settle();
    } catch {
      // It rings as a fault of the engine already.
      this.marked.clear();
    }
  }

  private place(group: Group, device: DeviceState): void {
    const active = device.onsets.size > 0 && speaks(device);
    if (active) group.active.add(device);
    else group.active.delete(device);
    const waits = active && device.plan.gated.some((gate) => isOpen(device, gate) && gate.any.some(({ kind }) => kind === 'together'));
    if (waits) group.waiting.add(device);
    else group.waiting.delete(device);
  }

  /** A late batch is judged when it is over. */
  private judge(device: DeviceState): void {
    let engineAt = -1;
    let wallAt = -1;
    for (const gate of device.backlogUntil >= 0 ? [] : device.plan.gated) {
      if (!isOpen(device, gate)) continue;
      let rise: EscalationCause['kind'] | null = null;
      for (const cause of gate.any) {
        if (rise !== null) break;
        if (cause.kind === 'together' && this.together(device, gate, cause)) rise = 'together';
        if (cause.kind !== 'unacknowledged') continue;
        const due = this.unacknowledged(device, gate, cause.outsideBusinessHours === true);
        if (due === null) continue;
        if (due.engineAt < 0 && due.wallAt < 0) rise = 'unacknowledged';
        engineAt = sooner(engineAt, due.engineAt);
        wallAt = sooner(wallAt, due.wallAt);
      }
      if (rise === 'together' || rise === 'unacknowledged') this.raise(device, gate, CAUSE[rise]);
    }
    this.schedule(device, engineAt, wallAt);
    for (const key of this.placed.get(device) ?? []) this.place(this.groupOf(key), device);
  }

  private raise(device: DeviceState, gate: PlanGate, cause: string): void {
    const { core } = this;
    const condition = stateAt(device, gate.index)?.conditions?.[gate.limit];
    if (condition === undefined) return;
    core.touch(device);
    condition.phase = ON;
    condition.ran = 0;
    stepLadders(core, device, gate.index, core.clock.line, false, cause);
  }

  /** Are there as many of its group as are needed. Bad quality and silence keep what was said last; what never spoke counts for nothing. */
  private together(device: DeviceState, gate: PlanGate, cause: Together): boolean {
    const place = placeIn(this.core, device, cause.in);
    const own = onsetOf(device, gate);
    if (place === null || own === null || !this.counts(device, gate.alarm)) return false;
    const group = this.groupOf(groupKey(device.asset.enterpriseId, place));
    if (!group.active.has(device)) return false;
    if (cause.withinMs !== undefined) return this.meets(group, cause, own);
    const known = this.verdicts.get(cause) ?? new Map<Group, boolean>();
    this.verdicts.set(cause, known);
    const verdict = known.get(group) ?? this.meets(group, cause, own);
    known.set(group, verdict);
    return verdict;
  }

  private meets(group: Group, cause: Together, own: EngineMs): boolean {
    return cause.needs.every(({ atLeast, of }) => {
      let left = atLeast;
      for (const other of group.active) {
        if (of.some((member) => this.says(other, member, own, cause.withinMs))) left -= 1;
        if (left <= 0) return true;
      }
      return false;
    });
  }

  private says(other: DeviceState, member: EscalationMember, own: EngineMs, withinMs: number | undefined): boolean {
    const onset = isMember(other, member) ? other.onsets.get(limitKey(member)) : undefined;
    if (onset === undefined || other.backlogUntil >= 0) return false;
    return (withinMs === undefined || Math.abs(onset - own) <= withinMs) && this.saysInService(other, member);
  }

  /** One of the points that say it must be in service. */
  private saysInService(device: DeviceState, { measurement, limit }: EscalationMember): boolean {
    for (const { alarm } of pointsOn(device, measurement, limit)) if (this.counts(device, alarm)) return true;
    return false;
  }

  /** What somebody works on speaks for nobody. Shelving and hiding by design are about people: what is true stays true underneath. */
  private counts(device: DeviceState, alarm: string): boolean {
    return (device.alarms.get(alarm)?.life?.out ?? null) === null;
  }

  /** Both -1: it is time. Null: its alarm is seen, or heard by nobody on purpose. */
  private unacknowledged(
    device: DeviceState,
    gate: PlanGate,
    outsideHours: boolean,
  ): { readonly engineAt: EngineMs; readonly wallAt: EpochMs } | null {
    const { clock, localTime } = this.core;
    const since = device.alarms.get(gate.alarm)?.unseenSince ?? null;
    if (since === null) return null;
    if (since + gate.afterMs > clock.now) return { engineAt: since + gate.afterMs, wallAt: -1 };
    const until = outsideHours && clock.believed ? atWorkUntil(device.enterprise.businessHours, localTime, clock.at) : null;
    return { engineAt: -1, wallAt: until ?? -1 };
  }

  private schedule(device: DeviceState, engineAt: EngineMs, wallAt: EpochMs): void {
    const { attend } = device;
    if ((attend?.engineAt ?? -1) !== engineAt || (attend?.wallAt ?? -1) !== wallAt) {
      this.core.touch(device);
      device.attend = engineAt < 0 && wallAt < 0 ? null : { engineAt, wallAt };
    }
    this.setWakes(device, engineAt, wallAt);
  }

  private setWakes(device: DeviceState, engineAt: EngineMs, wallAt: EpochMs): void {
    set(this.engine, this.wakes, device, engineAt);
    set(this.wall, this.walls, device, wallAt);
  }

  /** Times that are up are judged before the entry is applied. */
  fireDue(): void {
    const { now, at } = this.core.clock;
    for (const [heap, wakes, until] of [
      [this.engine, this.wakes, now],
      [this.wall, this.walls, at],
    ] as const) {
      for (let first = heap.first; first !== undefined && first.wakeAt <= until; first = heap.first) {
        heap.remove(first);
        wakes.delete(first.device);
        this.marked.add(first.device);
      }
    }
  }

  /** Engine time at which something is due next, or null. */
  nextDue(): EngineMs | null {
    const { now, at } = this.core.clock;
    const engine = this.engine.first?.wakeAt ?? null;
    const wall = this.wall.first === undefined ? null : now + Math.max(0, this.wall.first.wakeAt - at);
    return engine === null || wall === null ? (engine ?? wall) : Math.min(engine, wall);
  }

  /** After a snapshot's devices are in: nothing is judged by it. */
  restore(): void {
    this.followCatalogue();
    for (const device of this.core.devices.values()) {
      this.enter(device);
      for (const key of this.placed.get(device) ?? []) this.place(this.groupOf(key), device);
      if (device.attend !== null) this.setWakes(device, device.attend.engineAt, device.attend.wallAt);
    }
  }

  /** For people: how one escalation stands for a device. */
  standOf(device: DeviceState, { measurement, channel, code, escalates }: EffectiveLimit): EscalationStand {
    const causes = escalates?.any ?? [];
    const together = causes.find((cause) => cause.kind === 'together');
    const place = together === undefined ? null : placeIn(this.core, device, together.in);
    const members = place === null ? undefined : this.groups.get(groupKey(device.asset.enterpriseId, place))?.members;
    const asksHours = causes.some((cause) => cause.kind === 'unacknowledged' && cause.outsideBusinessHours === true);
    return {
      on: [...pointsOn(device, measurement, code)].some((one) => one.channel === channel),
      ...(place === null ? {} : { group: { ...place, devices: members?.size ?? 0 } }),
      ...(asksHours ? { businessHours: (device.enterprise.businessHours ?? []).length > 0 ? 'given' : 'none' } : {}),
    };
  }
}

/** Its base is on, and it has not risen. */
function isOpen(device: DeviceState, gate: PlanGate): boolean {
  const conditions = stateAt(device, gate.index)?.conditions;
  const base = conditions?.[gate.base];
  const own = conditions?.[gate.limit];
  return base !== undefined && own !== undefined && isOn(base) && !isOn(own);
}

/** Points of a measurement, of any channel, whose limit of this code is on; with the key of its alarm. */
function* pointsOn(device: DeviceState, measurement: string, code: string): Iterable<{ channel: number | null; alarm: string }> {
  const { points, derived } = device.plan;
  for (let index = 0; index < points.length + derived.length; index += 1) {
    const plan = planAt(device, index);
    const conditions = stateAt(device, index)?.conditions ?? null;
    if (plan === undefined || plan.measurement !== measurement || conditions === null) continue;
    const at = plan.limits.findIndex((limit) => limit.code === code);
    const condition = conditions[at];
    if (condition === undefined || !isOn(condition)) continue;
    yield { channel: plan.channel, alarm: `${plan.key}|${plan.ladders[plan.limits[at]?.ladder ?? -1]?.name ?? ''}` };
  }
}

function anyOn(device: DeviceState, { measurement, limit }: EscalationMember): boolean {
  for (const _ of pointsOn(device, measurement, limit)) return true;
  return false;
}

/** Since when the base of an escalation is on. */
function onsetOf(device: DeviceState, { measurement, of }: PlanGate): EngineMs | null {
  return device.onsets.get(limitKey({ measurement, limit: of })) ?? null;
}

function set(heap: WakeHeap<Wake>, wakes: Map<DeviceState, Wake>, device: DeviceState, at: number): void {
  const known = wakes.get(device);
  if (at < 0) {
    if (known === undefined) return;
    heap.remove(known);
    wakes.delete(device);
    return;
  }
  const wake = known ?? { order: device.order, wakeAt: -1, heapAt: -1, device };
  wakes.set(device, wake);
  heap.set(wake, at);
}

function sooner(a: number, b: number): number {
  if (a < 0) return b;
  return b < 0 ? a : Math.min(a, b);
}
