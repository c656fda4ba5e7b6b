import type { AssetKind, Device } from '../model/asset.ts';
import type { SnapshotJob } from '../model/engine.ts';
import type { Catalogue } from '../model/profile.ts';
import type { Flag, Quality, Value } from '../model/reading.ts';
import type { FloodRow } from './alarm/flood.ts';
import type { AlarmRecord } from './alarm/record.ts';
import type { RestlessRows } from './alarm/restless.ts';
import type { Core } from './core.ts';
import { newDevice } from './device-life.ts';
import { type DerivedState, type DeviceState, NEVER, newPoint, type Pending, type PointState } from './device-state.ts';
import type { Phase } from './evaluate/condition.ts';
import { linkOpen } from './evaluate/ladders.ts';
import type { PlanPoint } from './evaluate/plan.ts';
import { planAt, stateAt } from './evaluate/spot.ts';
import type { SourceRow } from './joint/book.ts';
import { type GatewayRow, gatewayOf, gatewayRows, takeGateways } from './health/gateway.ts';
import { type Inhibition, recount } from './health/inhibited.ts';
import type { PointHealth } from './health/point-health.ts';
import { SPOKEN, type Spoken } from './health/spoken.ts';
import type { Unheard } from './health/unheard.ts';
import type { AnyAsset } from './registry.ts';
import { type CredentialRow, type CredentialState, readCredential, writeCredential } from './resend.ts';
import type { ClockError } from './time/clock-error.ts';
import type { EngineClock } from './time/engine-clock.ts';
import type { WarningRows } from './warning/book.ts';

/**
 * The state as text, one line per thing: format, header, catalogue, assets, devices, credentials, count. Slices are written between
 * entries; what is about to change is written first, so that the text is the state at the beginning.
 */
const FORMAT = 'beacon-engine 2';
/** Formats that are read; 1 is 2 without `format` and `more`. */
const READ: readonly string[] = ['beacon-engine 1', FORMAT];

type PointRow = [
  key: string,
  value: Value,
  sampleAt: number,
  receivedAt: number,
  quality: Quality,
  flags: readonly Flag[],
  lastLine: number | null,
  ranLine: number,
  ranAt: number,
  good: number | null,
  held: boolean,
  conditions: [code: string, phase: Phase, ran: number][],
  pending: [ladder: string, pending: Pending][],
  more?: PointMore,
];
/** What came after format 1, by name; absent where it is as in a new point. */
interface PointMore {
  readonly health?: PointHealth;
  /** Absent = no fault alarm says why it is bad. */
  readonly explainedBy?: readonly string[];
  /** Absent = its device has not been silent since its last value. */
  readonly spoken?: Spoken;
  /** Absent = it says neither test nor maintenance. */
  readonly inhibited?: Inhibition;
}
type DeviceRow = [
  order: number,
  asset: Device,
  ruleRevision: number,
  wakeAt: number,
  seen: boolean,
  lastLifeAt: number,
  lastSeenAt: number | null,
  online: boolean,
  silent: boolean,
  connections: number[],
  connectionsBoot: number,
  clock: ClockError | null,
  clockOff: boolean,
  backlogUntil: number,
  faults: readonly string[],
  pointFaults: Readonly<Record<string, readonly string[]>>,
  points: PointRow[],
  alarms: AlarmRecord[],
  occurrences: [string, number][],
  counter: number | null,
  retainDay: number,
  upstream: boolean,
  more?: DeviceMore,
];
/** What came after format 1, by name; absent where it is as in a new device. */
interface DeviceMore {
  /** Closed alarms of identities that are still suppressed. */
  readonly resting?: readonly AlarmRecord[];
  readonly registeredAt?: number;
  /** Absent = from its next sign of life on. */
  readonly talksFrom?: number;
  readonly unheard?: readonly (readonly [key: string, from: number, stage: Unheard['stage']])[];
  readonly gateway?: string;
  readonly behind?: true;
  readonly due?: readonly string[];
  readonly onsets?: readonly (readonly [limit: string, at: number])[];
  readonly attend?: NonNullable<DeviceState['attend']>;
  /** Limits that are judged by something worked out: their code, their state as of a point, and what they remember. */
  readonly derived?: readonly (readonly [code: string, point: PointRow, memory: DerivedMemory])[];
}
type DerivedMemory = Pick<DerivedState, 'rate' | 'count' | 'from' | 'holds'>;
interface Header {
  readonly seq: number;
  /** `outageEnds` absent = only the last outage is known. */
  readonly clock: Omit<EngineClock, 'outageEnds'> & Partial<Pick<EngineClock, 'outageEnds'>>;
  readonly eventSeq: number;
  readonly closed: readonly AlarmRecord[];
  readonly deaf: readonly string[];
  readonly deafUntil: number;
  readonly upstreamBackAt?: number;
  readonly nextOrder: number;
  /** Newest entry format applied; absent = 1. */
  readonly format?: number;
  /** Absent = none was judged yet. */
  readonly warnings?: WarningRows;
  /** Absent = nothing was annunciated lately, and there was no flood. */
  readonly flood?: FloodRow;
  /** Absent = no alarm that closed lately came and went too fast. */
  readonly restless?: RestlessRows;
  readonly gateways?: readonly GatewayRow[];
  /** Absent = it is not known. */
  readonly localTime?: NonNullable<Core['localTime']>;
  /** Hazard sources with rules over several points; absent = none. */
  readonly joint?: readonly SourceRow[];
  readonly system: { readonly alarms: readonly AlarmRecord[]; readonly occurrences: readonly (readonly [string, number])[] };
}

/** A row holds null in place of `NEVER`. */
function known(time: number): number | null {
  return time === NEVER ? null : time;
}

function pointRow(device: DeviceState, index: number): PointRow | null {
  const plan = planAt(device, index);
  const point = stateAt(device, index);
  if (plan === undefined || point === undefined || point === null) return null;
  const conditions: PointRow[11] = [];
  point.conditions?.forEach((condition, i) => {
    const limit = plan.limits[i];
    if (limit !== undefined && condition.phase !== 0) conditions.push([limit.code, condition.phase, condition.ran]);
  });
  const pending: PointRow[12] = [];
  point.pending?.forEach((one, i) => {
    const ladder = plan.ladders[i];
    if (one !== null && ladder !== undefined) pending.push([ladder.name, one]);
  });
  const p = point;
  const row: PointRow = [
    plan.key,
    p.value,
    p.sampleAt,
    p.receivedAt,
    p.quality,
    p.flags,
    known(p.lastLine),
    p.ranLine,
    p.ranAt,
    p.good,
    p.held,
    conditions,
    pending,
  ];
  const more = pointMore(p);
  if (more !== null) row.push(more);
  return row;
}

function pointMore(point: PointState): PointMore | null {
  const { health, explainedBy, spoken, inhibited } = point;
  if (health === null && explainedBy.length === 0 && spoken === SPOKEN && inhibited === null) return null;
  return {
    ...(health === null ? {} : { health }),
    ...(explainedBy.length === 0 ? {} : { explainedBy }),
    ...(spoken === SPOKEN ? {} : { spoken }),
    ...(inhibited === null ? {} : { inhibited }),
  };
}

function derivedRows(device: DeviceState): NonNullable<DeviceMore['derived']> {
  return device.plan.derived.flatMap(({ code }, i) => {
    const state = device.derived[i] ?? null;
    const row = pointRow(device, device.points.length + i);
    if (state === null || row === null) return [];
    const { rate, count, from, holds } = state;
    return [[code, row, { rate, count, from, holds }] as const];
  });
}

function deviceMore(d: DeviceState): DeviceMore | null {
  const derived = derivedRows(d);
  const more: DeviceMore = {
    ...(d.resting.size === 0 ? {} : { resting: [...d.resting.values()] }),
    ...(d.registeredAt === null ? {} : { registeredAt: d.registeredAt }),
    ...(d.gateway === null ? {} : { gateway: d.gateway }),
    ...(d.behind ? { behind: true } : {}),
    ...(derived.length === 0 ? {} : { derived }),
    ...(d.due.length === 0 ? {} : { due: d.due }),
    ...(d.onsets.size === 0 ? {} : { onsets: [...d.onsets] }),
    ...(d.attend === null ? {} : { attend: d.attend }),
    ...(d.talksFrom === NEVER ? {} : { talksFrom: d.talksFrom }),
    ...(d.unheard === null ? {} : { unheard: [...d.unheard].map(([key, { from, stage }]) => [key, from, stage] as const) }),
  };
  return Object.keys(more).length === 0 ? null : more;
}

function deviceLine(d: DeviceState): string {
  const points: PointRow[] = [];
  for (let i = 0; i < d.points.length; i += 1) {
    const row = pointRow(d, i);
    if (row !== null) points.push(row);
  }
  const row: DeviceRow = [
    d.order,
    d.asset,
    d.ruleRevision,
    d.wakeAt,
    d.seen,
    d.lastLifeAt,
    known(d.lastSeenAt),
    d.online,
    d.silent,
    d.connections,
    d.connectionsBoot,
    d.clock,
    d.clockOff,
    d.backlogUntil,
    d.faults,
    d.pointFaults,
    points,
    [...d.alarms.values()],
    [...d.occurrences],
    d.counter,
    d.retainDay,
    d.upstream,
  ];
  const more = deviceMore(d);
  if (more !== null) row.push(more);
  return `D${JSON.stringify(row)}`;
}

function headerLine(core: Core, seq: number): string {
  const flood = core.book.flood.row();
  const restless = core.book.restless.rows();
  const header: Header = {
    seq,
    clock: core.clock,
    eventSeq: core.book.eventSeq,
    closed: core.book.closed,
    deaf: [...core.deaf],
    deafUntil: core.deafUntil,
    upstreamBackAt: core.upstreamBackAt,
    nextOrder: core.nextOrder,
    format: core.format,
    ...(core.format < 2 ? {} : { warnings: core.warnings.rows() }),
    ...(core.joint.sources.size === 0 ? {} : { joint: core.joint.rows() }),
    ...(flood === null ? {} : { flood }),
    ...(restless.length === 0 ? {} : { restless }),
    ...(core.localTime === null ? {} : { localTime: core.localTime }),
    ...(core.gateways.size === 0 ? {} : { gateways: gatewayRows(core) }),
    system: { alarms: [...core.system.alarms.values()], occurrences: [...core.system.occurrences] },
  };
  return `H${JSON.stringify(header)}`;
}

/** One snapshot under way. */
export class Snapshot implements SnapshotJob {
  readonly seq: number;
  private readonly generation: number;
  private readonly head: readonly string[];
  private readonly catalogue: Core['registry']['catalogue'];
  private readonly assets: readonly (readonly [AssetKind, AnyAsset, number])[];
  private readonly devices: readonly DeviceState[];
  private readonly credentials: readonly CredentialState[];
  /** Written before their turn, because they were about to change. */
  private readonly early = new Map<DeviceState | CredentialState, string>();
  private at = 0;
  private readonly onEnd: () => void;

  constructor(core: Core, seq: number, generation: number, onEnd: () => void) {
    this.seq = seq;
    this.generation = generation;
    this.onEnd = onEnd;
    this.head = [FORMAT, headerLine(core, seq)];
    this.catalogue = core.registry.catalogue;
    this.assets = core.registry.besideDevices();
    this.devices = [...core.devices.values()];
    this.credentials = [...core.resends.credentials.values()];
  }

  device(device: DeviceState): void {
    if (device.snapshotOf === this.generation || this.early.has(device)) return;
    device.snapshotOf = this.generation;
    // One that came after the beginning has no place in the list, so its line is never asked for.
    if (device.order < this.lastOrder()) this.early.set(device, deviceLine(device));
  }

  private lastOrder(): number {
    const last = this.devices.at(-1);
    return last === undefined ? 0 : last.order + 1;
  }

  credential(state: CredentialState): void {
    if (state.snapshotOf === this.generation || this.early.has(state)) return;
    state.snapshotOf = this.generation;
    this.early.set(state, `C${JSON.stringify(writeCredential(state))}`);
  }

  private take(of: DeviceState | CredentialState, write: () => string): string {
    const early = this.early.get(of);
    if (early !== undefined) this.early.delete(of);
    of.snapshotOf = this.generation;
    return early ?? write();
  }

  private line(at: number): string | null {
    let i = at;
    const head = this.head[i];
    if (head !== undefined) return head;
    i -= this.head.length;
    if (i === 0) return `K${JSON.stringify(this.catalogue)}`;
    i -= 1;
    const asset = this.assets[i];
    if (asset !== undefined) return `A${JSON.stringify(asset)}`;
    i -= this.assets.length;
    const device = this.devices[i];
    if (device !== undefined) return this.take(device, () => deviceLine(device));
    i -= this.devices.length;
    const credential = this.credentials[i];
    if (credential !== undefined) return this.take(credential, () => `C${JSON.stringify(writeCredential(credential))}`);
    return i === this.credentials.length ? `E${at}` : null;
  }

  next(devices: number): string | null {
    const lines: string[] = [];
    for (let n = 0; n < Math.max(1, devices); n += 1) {
      const line = this.line(this.at);
      if (line === null) {
        this.onEnd();
        break;
      }
      this.at += 1;
      lines.push(line);
    }
    return lines.length === 0 ? null : `${lines.join('\n')}\n`;
  }

  abort(): void {
    this.onEnd();
  }
}

/** Fills an empty core from a snapshot's text. Returns the entry number it stands at. */
export function readSnapshot(core: Core, text: string): number {
  const lines = text.split('\n');
  if (!READ.includes(lines[0] ?? '')) {
    const found = (lines[0] ?? '').slice(0, 40);
    throw new Error(`snapshot of the engine has the format "${found}", this build reads ${READ.map((one) => `"${one}"`).join(' and ')}`);
  }
  const header = lines[1];
  const end = lines.findLastIndex((line) => line !== '');
  if (header === undefined || !header.startsWith('H') || lines[end] !== `E${end}`) throw new Error('snapshot of the engine is cut off');
  const head: Header = JSON.parse(header.slice(1));
  Object.assign(core.clock, { outageEnds: head.clock.outageEndedAt > 0 ? [head.clock.outageEndedAt] : [] }, head.clock);
  core.book.eventSeq = head.eventSeq;
  for (const record of head.closed) core.book.closed.push(withLife(record));
  for (const code of head.deaf) core.deaf.add(code);
  core.deafUntil = head.deafUntil;
  core.upstreamBackAt = head.upstreamBackAt ?? 0;
  core.localTime = head.localTime ?? null;
  if (head.flood !== undefined) core.book.flood.restore(head.flood);
  core.book.restless.restore(head.restless ?? []);
  core.nextOrder = head.nextOrder;
  core.format = head.format ?? 1;
  const catalogueLine = lines[2] ?? '';
  if (!catalogueLine.startsWith('K')) throw new Error('snapshot of the engine: line 3 is not the catalogue');
  const catalogue: Catalogue | null = JSON.parse(catalogueLine.slice(1));
  if (catalogue !== null) {
    core.registry.setCatalogue(catalogue);
    for (const fault of catalogue.faults) core.faultLevels.set(fault.code, fault.level);
  }
  takeAlarms(core, core.system, head.system.alarms, head.system.occurrences);
  takeGateways(core, head.gateways ?? []);
  const deviceRows: DeviceRow[] = [];
  const deviceAssets: (readonly [AnyAsset, number])[] = [];
  for (let i = 3; i < end; i += 1) {
    const line = lines[i] ?? '';
    const kind = line[0];
    if (kind === 'A') {
      const [assetKind, asset, order]: readonly [AssetKind, AnyAsset, number] = JSON.parse(line.slice(1));
      if (assetKind === 'device') {
        deviceAssets.push([asset, order]);
        core.registry.retiredOrder.set(asset.id, order);
      } else {
        core.registry.store(assetKind, asset);
        if (asset.retiredAt === null) core.warnings.asset(assetKind, asset.id);
      }
    } else if (kind === 'D') {
      const row: DeviceRow = JSON.parse(line.slice(1));
      deviceRows.push(row);
      deviceAssets.push([row[1], row[0]]);
    } else if (kind === 'C') {
      const row: CredentialRow = JSON.parse(line.slice(1));
      const state = readCredential(row);
      core.resends.credentials.set(state.id, state);
    } else throw new Error(`snapshot of the engine: line ${i + 1} is of the unknown kind "${kind ?? ''}"`);
  }
  deviceAssets.sort((a, b) => a[1] - b[1]);
  for (const [asset] of deviceAssets) core.registry.store('device', asset);
  for (const row of deviceRows) takeDevice(core, row);
  core.joint.restore(head.joint ?? []);
  core.escalations.restore();
  core.warnings.restore(head.warnings, core.format);
  return head.seq;
}

/** Format 1 did not know it. */
function withLife(record: AlarmRecord): AlarmRecord {
  record.life = record.life ?? null;
  return record;
}

function takeAlarms(
  core: Core,
  holder: Core['system'],
  alarms: readonly AlarmRecord[],
  occurrences: readonly (readonly [string, number])[],
): void {
  for (const record of alarms) {
    holder.alarms.set(record.key, withLife(record));
    core.book.restore(record);
  }
  for (const [key, count] of occurrences) holder.occurrences.set(key, count);
}

function takeDevice(core: Core, row: DeviceRow): void {
  const [order, asset, ruleRevision, wakeAt, seen, lastLifeAt, lastSeenAt, online, silent, connections, connectionsBoot] = row;
  const [
    ,
    ,
    ,
    ,
    ,
    ,
    ,
    ,
    ,
    ,
    ,
    clock,
    clockOff,
    backlogUntil,
    faults,
    pointFaults,
    points,
    alarms,
    occurrences,
    counter = null,
    retainDay = -1,
    upstream = false,
    more = {},
  ] = row;
  const device = newDevice(core, asset, order, ruleRevision);
  Object.assign(device, {
    seen,
    lastLifeAt,
    lastSeenAt: lastSeenAt ?? NEVER,
    online,
    silent,
    connections,
    connectionsBoot,
    clock,
    clockOff,
    backlogUntil,
    faults,
    pointFaults,
    counter,
    retainDay,
    upstream,
    registeredAt: more.registeredAt ?? null,
    gateway: more.gateway ?? null,
    behind: more.behind ?? false,
    due: more.due ?? [],
    onsets: new Map(more.onsets ?? []),
    attend: more.attend ?? null,
    talksFrom: more.talksFrom ?? NEVER,
    unheard: more.unheard === undefined ? null : new Map(more.unheard.map(([key, from, stage]) => [key, { from, stage }])),
  });
  if (device.gateway !== null) gatewayOf(core, device.gateway).members.add(device);
  takeAlarms(core, device, alarms, occurrences);
  for (const record of more.resting ?? []) core.book.restoreResting(device, record);
  for (const point of points) takePoint(device, point);
  recount(core, device);
  for (const [code, point, memory] of more.derived ?? []) takeDerived(device, code, point, memory);
  core.devices.set(asset.id, device);
  if (online) core.onlineCount += 1;
  if (wakeAt >= 0) core.heap.set(device, wakeAt);
  core.warnings.device(device);
}

function takePoint(device: DeviceState, row: PointRow): void {
  const index = device.plan.points.findIndex((one) => one.key === row[0]);
  const plan = device.plan.points[index];
  if (plan === undefined) return;
  device.points[index] = stateFrom(plan, row);
  if (row[4] === 'bad' || row[1] === null) device.bad += 1;
  linkOpen(device, index);
}

function takeDerived(device: DeviceState, code: string, row: PointRow, memory: DerivedMemory): void {
  const index = device.plan.derived.findIndex((one) => one.key === row[0] && one.code === code);
  const plan = device.plan.derived[index];
  if (plan === undefined) return;
  device.derived[index] = { ...stateFrom(plan, row), ...memory };
  linkOpen(device, device.points.length + index);
}

function stateFrom(plan: PlanPoint, row: PointRow): PointState {
  const [, value, sampleAt, receivedAt, quality, flags, lastLine, ranLine, ranAt, good, held, conditions, pending, more = {}] = row;
  // Made as every other one: two layouts of the same thing are slower to work with.
  const point: PointState = Object.assign(newPoint(value, sampleAt, receivedAt, quality, flags), {
    lastLine: lastLine ?? NEVER,
    ranLine,
    ranAt,
    good,
    held,
    health: more.health ?? null,
    spoken: more.spoken ?? SPOKEN,
    inhibited: more.inhibited ?? null,
    explainedBy: more.explainedBy ?? [],
  });
  if (conditions.length > 0) {
    point.conditions = plan.limits.map((limit) => {
      const found = conditions.find(([code]) => code === limit.code);
      return { phase: found?.[1] ?? 0, ran: found?.[2] ?? 0 };
    });
  }
  if (pending.length > 0) point.pending = plan.ladders.map((ladder) => pending.find(([name]) => name === ladder.name)?.[1] ?? null);
  return point;
}
