import type { Enterprise } from '../../model/asset.ts';
import { UPSTREAM_CONNECTIONS_FROM } from '../../model/ports/message-source.ts';
import type { EngineMs } from '../../model/time.ts';
import type { AlarmHolder, LadderIdentity } from '../alarm/identity.ts';
import { followPlace } from '../alarm/place.ts';
import type { AlarmRecord } from '../alarm/record.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';

/**
 * A gateway speaks for many devices: when it is out of reach, that is one alarm about the gateway with the number of points behind it,
 * and none for each device. It is asked for only when a device's own dead-man runs out, so a short break of its connection rings nothing.
 */
export interface GatewayState extends AlarmHolder {
  readonly id: string;
  /** Numbers of its live connections in the start they belong to. */
  connections: number[];
  connectionsBoot: number;
  /** It connects to our own doors, so that a missing connection says something. */
  connects: boolean;
  lastLifeAt: EngineMs;
  /** Engine time at which it came back; its devices have a whole period from here. */
  backAt: EngineMs;
  silent: boolean;
  /** Devices last heard through it. Rebuilt from the devices. */
  readonly members: Set<DeviceState>;
}

export const GATEWAY_CODE = 'F01';
const KEY = `|${GATEWAY_CODE}`;
const CAUSE = 'gateway';
/** Devices that fell silent with it had their last word at most this long before the gateway's. */
const TOGETHER_MS = 60_000;

export function gatewayOf(core: Core, id: string): GatewayState {
  const known = core.gateways.get(id);
  if (known !== undefined) return known;
  const gateway: GatewayState = {
    id,
    connections: [],
    connectionsBoot: 0,
    connects: false,
    lastLifeAt: 0,
    backAt: 0,
    silent: false,
    members: new Set(),
    alarms: new Map(),
    occurrences: new Map(),
    resting: new Map(),
  };
  core.gateways.set(id, gateway);
  return gateway;
}

/** A message came for a device: through its own credential or a gateway's. */
export function heardThrough(core: Core, device: DeviceState, credential: string, connection: number): void {
  const through = credential === device.asset.id || !core.registry.maps.gateway.has(credential) ? null : credential;
  if (through !== device.gateway) {
    if (device.gateway !== null) core.gateways.get(device.gateway)?.members.delete(device);
    device.gateway = through;
    if (through !== null) gatewayOf(core, through).members.add(device);
  }
  if (through === null) return;
  const gateway = gatewayOf(core, through);
  if (connection < UPSTREAM_CONNECTIONS_FROM) noteConnection(core, gateway, connection);
  alive(core, gateway);
}

function noteConnection(core: Core, gateway: GatewayState, connection: number): void {
  gateway.connects = true;
  thisBoot(core, gateway);
  if (!gateway.connections.includes(connection)) gateway.connections.push(connection);
}

function thisBoot(core: Core, gateway: GatewayState): void {
  if (gateway.connectionsBoot === core.clock.bootNumber) return;
  gateway.connections = [];
  gateway.connectionsBoot = core.clock.bootNumber;
}

/** Its own connection came or went. */
export function gatewayPresence(core: Core, credential: string, what: 'connected' | 'disconnected', connection: number): void {
  if (!core.registry.maps.gateway.has(credential)) return;
  const gateway = gatewayOf(core, credential);
  if (what === 'connected') {
    noteConnection(core, gateway, connection);
    alive(core, gateway);
    return;
  }
  thisBoot(core, gateway);
  gateway.connections = gateway.connections.filter((one) => one !== connection);
}

function alive(core: Core, gateway: GatewayState): void {
  gateway.lastLifeAt = core.clock.now;
  if (!gateway.silent) return;
  gateway.silent = false;
  gateway.backAt = core.clock.now;
  tell(core, gateway, false);
  // Each of them is watched by itself again: one that stays silent has its own alarm a whole period from here.
  for (const device of inOrder(gateway)) {
    if (!device.behind) continue;
    core.touch(device);
    device.behind = false;
    device.silent = false;
    core.changed.add(device);
    core.heap.atLatest(device, core.clock.now + device.silenceMs);
  }
}

function inOrder(gateway: GatewayState): readonly DeviceState[] {
  return [...gateway.members].sort((a, b) => a.order - b.order);
}

/**
 * A device's dead-man ran out: is it its gateway? Yes where the gateway has lost its connection to our doors; or where nothing at all
 * came through it since this device's last word (give or take a minute) and another of its devices is overdue as well.
 */
export function behindGateway(core: Core, device: DeviceState): boolean {
  const gateway = device.gateway === null ? undefined : core.gateways.get(device.gateway);
  if (gateway === undefined) return false;
  if (!gateway.silent) {
    if (!isLost(core, gateway, device)) return false;
    gateway.silent = true;
    tell(core, gateway, true);
  }
  return true;
}

function isLost(core: Core, gateway: GatewayState, device: DeviceState): boolean {
  thisBoot(core, gateway);
  if (gateway.connects && gateway.connections.length === 0) return true;
  if (gateway.lastLifeAt > device.lastLifeAt + TOGETHER_MS) return false;
  for (const other of gateway.members) if (other !== device && core.clock.now - other.lastLifeAt >= other.silenceMs / 2) return true;
  return false;
}

function tell(core: Core, gateway: GatewayState, silent: boolean): void {
  if (!silent && !gateway.alarms.has(KEY)) return;
  const asset = core.registry.maps.gateway.get(gateway.id);
  if (asset === undefined) return;
  const level = core.faultLevels.get(GATEWAY_CODE) ?? 'yellow';
  const on = !silent || level === 'none' ? null : { level, code: GATEWAY_CODE, order: 0 };
  let points = 0;
  for (const device of gateway.members) for (const point of device.points) if (point !== null) points += 1;
  core.book.judged(gateway, identity(core, gateway), on, null, {
    since: core.clock.at,
    value: points,
    limit: null,
    quality: null,
    peak: null,
    cause: CAUSE,
  });
}

function identity(core: Core, gateway: GatewayState): LadderIdentity {
  const enterpriseId = core.registry.maps.gateway.get(gateway.id)?.enterpriseId ?? null;
  const enterprise = enterpriseId === null ? undefined : core.registry.maps.enterprise.get(enterpriseId);
  return {
    key: KEY,
    ladder: GATEWAY_CODE,
    kind: 'instrument',
    measurement: null,
    channel: null,
    unit: null,
    place: {
      enterpriseId,
      areaId: enterprise?.areaId ?? null,
      hazardSourceId: null,
      // Gateways and devices sign in by their id: one namespace.
      deviceId: gateway.id,
      test: enterprise?.kind === 'test',
    },
    fault: false,
    ruleRevision: 0,
  };
}

/** Its enterprise changed: its alarm is where the enterprise is now, and under its re-alarm timer. */
export function followGateways(core: Core, enterpriseId: string, before: Enterprise): void {
  for (const gateway of core.gateways.values()) {
    if (core.registry.maps.gateway.get(gateway.id)?.enterpriseId !== enterpriseId) continue;
    followPlace(core, gateway, identity(core, gateway).place, before, core.registry.maps.enterprise.get(enterpriseId) ?? before);
  }
}

/** The gateway is retired: its alarm closes, and its devices stand for themselves. */
export function forgetGateway(core: Core, id: string): void {
  const gateway = core.gateways.get(id);
  if (gateway === undefined) return;
  for (const record of gateway.alarms.values()) core.book.close(gateway, record, { cause: 'removed' });
  for (const device of inOrder(gateway)) {
    core.touch(device);
    device.gateway = null;
    if (!device.behind) continue;
    device.behind = false;
    device.silent = false;
    core.heap.atLatest(device, core.clock.now + device.silenceMs);
  }
  core.gateways.delete(id);
}

/** A device leaves service. */
export function leaveGateway(core: Core, device: DeviceState): void {
  if (device.gateway !== null) core.gateways.get(device.gateway)?.members.delete(device);
}

/** One gateway as a snapshot has it. */
export type GatewayRow = Omit<GatewayState, 'members' | 'alarms' | 'resting' | 'occurrences'> & {
  readonly alarms: readonly AlarmRecord[];
  readonly resting: readonly AlarmRecord[];
  readonly occurrences: readonly (readonly [string, number])[];
};

export function gatewayRows(core: Core): readonly GatewayRow[] {
  return [...core.gateways.values()].map((one) => ({
    id: one.id,
    connections: one.connections,
    connectionsBoot: one.connectionsBoot,
    connects: one.connects,
    lastLifeAt: one.lastLifeAt,
    backAt: one.backAt,
    silent: one.silent,
    alarms: [...one.alarms.values()],
    resting: [...one.resting.values()],
    occurrences: [...one.occurrences],
  }));
}

/** Before the devices are: they find their place by themselves. */
export function takeGateways(core: Core, rows: readonly GatewayRow[]): void {
  for (const { alarms, resting, occurrences, ...plain } of rows) {
    const gateway = Object.assign(gatewayOf(core, plain.id), plain);
    for (const record of alarms) {
      gateway.alarms.set(record.key, record);
      core.book.restore(record);
    }
    for (const record of resting) core.book.restoreResting(gateway, record);
    for (const [key, count] of occurrences) gateway.occurrences.set(key, count);
  }
}
