import type { Device } from '../model/asset.ts';
import { followPlace } from './alarm/place.ts';
import type { Core } from './core.ts';
import { type DeviceState, NEVER, type PointState } from './device-state.ts';
import { type Condition, followBases, ON, OFF, WAITING, LEAVING } from './evaluate/condition.ts';
import { followDerived } from './evaluate/derived.ts';
import { stepLadders } from './evaluate/ladders.ts';
import { endBacklog } from './evaluate/message.ts';
import { type ArmedLimit, hasLeft, isTrue, makePlan, type Plan, type PlanPoint } from './evaluate/plan.ts';
import { forgetCalibration, followDates } from './health/calendar.ts';
import { leaveGateway } from './health/gateway.ts';
import { recount } from './health/inhibited.ts';
import { specsOf } from './health/spec.ts';
import { followExpected } from './health/unheard.ts';
import { BAD, faultLadder, placeOf, syncFaults } from './instrument.ts';
import { noteChange, silencePeriod } from './presence.ts';
import { same } from './same.ts';
import { limitsOf } from './scopes/effective.ts';

/** How a device comes into the fold, follows its configuration, and leaves (semantics 6, "Changes while active"). */

const MIN_WINDOW_MS = 60_000;
const BY_CONFIG = 'configuration';

/** The plan of a device as the registry stands now. Throws when its profile is missing: the registry's checks forbid that. */
export function planFor(core: Core, asset: Device): Plan {
  const { profile, limits } = limitsOf(core.registry, asset, core.format);
  const known = core.plans.get(limits);
  if (known !== undefined && known.profile === profile) return known;
  const plan = makePlan(profile, limits);
  core.plans.set(limits, plan);
  return plan;
}

/** Periods that follow from the device's own settings or its profile's. */
function periods(asset: Device, plan: Plan): Pick<DeviceState, 'windowMs' | 'silenceMs' | 'reportEveryMs' | 'specs'> {
  const heartbeatMs = asset.heartbeatMs ?? plan.profile.heartbeatMs;
  const reportMs = asset.reportMs ?? plan.profile.reportMs;
  return {
    windowMs: Math.max(2 * (reportMs ?? heartbeatMs), MIN_WINDOW_MS),
    silenceMs: silencePeriod(heartbeatMs),
    reportEveryMs: reportMs ?? 0,
    specs: specsOf(plan.profile),
  };
}

/** A device with no history. */
export function newDevice(core: Core, asset: Device, order: number, ruleRevision: number): DeviceState {
  const enterprise = core.registry.maps.enterprise.get(asset.enterpriseId);
  if (enterprise === undefined) throw new Error(`device ${asset.id} is of the unknown enterprise ${asset.enterpriseId}`);
  const plan = planFor(core, asset);
  return {
    order,
    wakeAt: -1,
    heapAt: -1,
    asset,
    enterprise,
    plan,
    ruleRevision,
    ...periods(asset, plan),
    seen: false,
    registeredAt: null,
    lastLifeAt: 0,
    lastSeenAt: NEVER,
    online: false,
    silent: false,
    connections: [],
    connectionsBoot: 0,
    clock: null,
    clockOff: false,
    backlogUntil: -1,
    counter: null,
    retainDay: -1,
    upstream: false,
    gateway: null,
    behind: false,
    due: [],
    faults: [],
    pointFaults: {},
    bad: 0,
    inhibited: 0,
    talksFrom: NEVER,
    unheard: null,
    points: plan.points.map(() => null),
    derived: plan.derived.map(() => null),
    alarms: new Map(),
    occurrences: new Map(),
    resting: new Map(),
    onsets: new Map(),
    attend: null,
    listeners: null,
    share: null,
    snapshotOf: -1,
  };
}

/** The device's own record, its enterprise, its hazard source or the catalogue changed: everything follows at once. */
export function follow(core: Core, device: DeviceState, asset: Device, ruleRevision: number): void {
  core.touch(device);
  const plan = planFor(core, asset);
  const before = device.asset;
  const { enterprise, plan: planBefore } = device;
  device.asset = asset;
  device.enterprise = core.registry.maps.enterprise.get(asset.enterpriseId) ?? device.enterprise;
  const samePlan = plan === device.plan || samePoints(device.plan, plan);
  if (!samePlan && device.backlogUntil >= 0) endBacklog(core, device);
  Object.assign(device, periods(asset, plan));
  followPlace(core, device, placeOf(device), enterprise, device.enterprise);
  if (samePlan) device.plan = plan;
  else changePlan(core, device, plan, ruleRevision);
  followExpected(core, device, planBefore);
  const sameKind = before.profileId === asset.profileId;
  if (!sameKind || before.calibratedAt !== asset.calibratedAt) forgetCalibration(core, device, sameKind);
  followDates(core, device, BY_CONFIG);
  core.warnings.device(device);
  core.escalations.follow(device);
  core.joint.touch(before.hazardSourceId);
  core.joint.touch(asset.hazardSourceId);
  core.heap.atLatest(device, core.clock.now);
}

const compared = new WeakMap<Plan, WeakMap<Plan, boolean>>();

/** Equal in everything a state depends on. Compared once per pair of plans. */
function samePoints(a: Plan, b: Plan): boolean {
  let row = compared.get(a);
  if (row === undefined) {
    row = new WeakMap();
    compared.set(a, row);
  }
  const known = row.get(b);
  if (known !== undefined) return known;
  const equal = same(a.points, b.points) && same(a.limits, b.limits);
  row.set(b, equal);
  return equal;
}

function changePlan(core: Core, device: DeviceState, plan: Plan, ruleRevision: number): void {
  const before = device.plan;
  const old = new Map<string, readonly [PointState, readonly ArmedLimit[]]>();
  before.points.forEach((one, i) => {
    const point = device.points[i];
    if (point !== undefined && point !== null) old.set(one.key, [point, one.limits]);
  });
  device.plan = plan;
  device.ruleRevision = ruleRevision;
  device.points = plan.points.map((one) => {
    const kept = old.get(one.key);
    if (kept === undefined) return null;
    const [point, limits] = kept;
    point.conditions = carryOver(core, point, limits, one.limits);
    point.pending = null;
    return point;
  });
  followDerived(core, device, before.derived, device.derived);
  const bad = device.points.filter((point) => point !== null && (point.quality === 'bad' || point.value === null)).length;
  // Format 1 told every device whose limits changed, well or not.
  if (core.format === 1 || bad > 0 !== device.bad > 0) noteChange(core, device);
  device.bad = bad;
  if (recount(core, device)) noteChange(core, device);
  leaveBehind(core, device);
  for (let i = 0; i < plan.points.length; i += 1) {
    const one = plan.points[i];
    const point = device.points[i];
    if (one === undefined || point === undefined || point === null) continue;
    stepLadders(core, device, i, core.clock.line, false, BY_CONFIG);
    tellSetPoints(core, device, one);
  }
  plan.derived.forEach((one, i) => {
    stepLadders(core, device, device.points.length + i, core.clock.line, false, BY_CONFIG);
    tellSetPoints(core, device, one);
  });
  // A limit that stands for a fault has come or gone: what the device reports has its alarm there, or one of its own.
  // So does the question whether an inhibition was forgotten: its level is that of what the point guards now.
  const asked = [...old.values()].some(([point]) => point.inhibited?.asked === true);
  if (asked || before.faultLadders.length > 0 || plan.faultLadders.length > 0) syncFaults(core, device, BY_CONFIG);
}

/** Conditions of limits that stay, judged at once by the last good value where the limit moved. */
function carryOver(core: Core, point: PointState, before: readonly ArmedLimit[], after: readonly ArmedLimit[]): Condition[] | null {
  const conditions = after.map((limit): Condition => {
    const at = before.findIndex((one) => one.code === limit.code);
    const was = before[at];
    const condition = point.conditions?.[at];
    const now: Condition = { phase: condition?.phase ?? OFF, ran: condition?.ran ?? 0 };
    if (point.good === null || (point.held && core.format === 1)) return now;
    if (limit.test.kind === 'follows' || (was !== undefined && same(was, limit))) return now;
    return point.held ? judgeHeld(now, limit, point.good) : judgeAtOnce(now, limit, point.good);
  });
  // What has risen stays so as long as its base is on, whatever its causes are now.
  followBases(after, conditions, 0);
  return conditions.some((condition) => condition.phase !== OFF) ? conditions : null;
}

/** A changed limit goes off without its off-delay (nothing left it, it moved), and on only through its on-delay. */
function judgeAtOnce(now: Condition, limit: ArmedLimit, value: number): Condition {
  if (now.phase === ON || now.phase === LEAVING) return hasLeft(limit.test, value) ? { phase: OFF, ran: 0 } : { phase: ON, ran: 0 };
  if (!isTrue(limit.test, value)) return { phase: OFF, ran: 0 };
  if (now.phase === WAITING) return now;
  return { phase: limit.onDelayMs > 0 ? WAITING : ON, ran: 0 };
}

/**
 * While the newest sample is bad, the last good one may raise what moved below it, and breaks a delay that it does not bear out under the
 * new limit; it clears nothing: bad quality holds.
 */
function judgeHeld(now: Condition, limit: ArmedLimit, value: number): Condition {
  const on = now.phase === ON || (now.phase === LEAVING && hasLeft(limit.test, value));
  return on ? now : judgeAtOnce(now, limit, value);
}

/** Alarms of points or ladders that are no more return with cause `configuration`; they still want their acknowledgement. */
function leaveBehind(core: Core, device: DeviceState): void {
  if (device.alarms.size === 0) return;
  const known = new Set<string>();
  for (const point of device.plan.points) {
    for (const ladder of point.ladders) known.add(`${point.key}|${ladder.name}`);
    known.add(`${point.key}|${BAD}`);
    known.add(`${point.key}|${faultLadder(core)}`);
  }
  for (const one of device.plan.derived) for (const ladder of one.ladders) known.add(`${one.key}|${ladder.name}`);
  for (const record of device.alarms.values()) {
    if (known.has(record.key) || record.measurement === null) continue;
    if (
      record.kind === 'instrument' &&
      record.ladder !== BAD &&
      !record.fault &&
      device.plan.points.some((one) => one.measurement === record.measurement)
    )
      continue;
    const who = { ...record, place: placeOf(device), ruleRevision: device.ruleRevision };
    const seen = { since: core.clock.at, value: record.value, limit: record.limit, quality: record.quality, peak: null, cause: BY_CONFIG };
    core.book.judged(device, who, null, null, seen);
  }
}

/** An alarm whose set point moved while it stays on says so. */
function tellSetPoints(core: Core, device: DeviceState, { key, limits, ladders }: PlanPoint): void {
  for (const limit of limits) {
    const stands = ladders[limit.ladder]?.fault ?? null;
    for (const record of device.alarms.values()) {
      const shown = record.facts.shown.code === limit.code && record.key.startsWith(`${key}|`);
      if (!shown || (record.kind === 'instrument' && stands === null) || record.facts.on === null || record.limit === limit.setPoint)
        continue;
      core.book.amend(record, 'changed-by-config', { cause: BY_CONFIG }, (one) => {
        one.limit = limit.setPoint;
        one.ruleRevision = device.ruleRevision;
      });
    }
  }
}

/** The device leaves service: its alarms close with cause `removed`, and nothing of it counts any more. */
export function retire(core: Core, device: DeviceState): void {
  core.touch(device);
  for (const record of device.alarms.values()) core.book.close(device, record, { cause: 'removed' });
  for (const record of device.resting.values()) core.book.forget(device, record, { cause: 'removed' });
  if (device.online) core.onlineCount -= 1;
  device.online = false;
  noteChange(core, device);
  core.heap.remove(device);
  core.inhibited.delete(device);
  leaveGateway(core, device);
  core.devices.delete(device.asset.id);
  core.escalations.retire(device);
  core.joint.touch(device.asset.hazardSourceId);
  core.warnings.device(device);
  core.resends.forget(device.asset.id);
}
