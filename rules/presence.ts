import type { PresenceBody } from '../model/entry.ts';
import { UPSTREAM_CONNECTIONS_FROM } from '../model/ports/message-source.ts';
import type { EngineMs, EpochMs } from '../model/time.ts';
import type { Core } from './core.ts';
import { type DeviceState, NEVER } from './device-state.ts';
import { behindGateway, gatewayPresence } from './health/gateway.ts';
import { foundCodes } from './health/found-codes.ts';
import { allHeard } from './health/point-silence.ts';
import { allUnspoken, heardOfItself } from './health/spoken.ts';
import { isListed, talks, UNHEARD } from './health/unheard.ts';
import { watches } from './health/watch.ts';
import { putOffUntil } from './time/outage-ends.ts';
import { syncFaults } from './instrument.ts';

/** A device with a shorter heartbeat is expected to stay connected: even a clean disconnect takes it offline. */
const STAYS_CONNECTED_BELOW_MS = 600_000;

/** Silence rule: three heartbeats, at least a minute (device-profiles, stale_rule). */
export function silencePeriod(heartbeatMs: number): number {
  return Math.max(3 * heartbeatMs, 60_000);
}

/** Engine time at which the device counts as silent, or -1 while no dead-man runs. */
export function silenceDue(core: Core, device: DeviceState): EngineMs {
  if (!device.seen || device.silent) return -1;
  return runsOutAt(core, device, device.lastLifeAt, device.silenceMs);
}

/** Engine time at which something runs out that has waited for a word since `since`. */
export function runsOutAt(core: Core, device: DeviceState, since: EngineMs, periodMs: number): EngineMs {
  return Math.max(since + periodMs, graceUntil(core, device, since, periodMs));
}

/**
 * Engine time before which nothing runs out that has waited for a word since `since`; 0 = nothing of ours, nor of its gateway's, puts it off.
 * What kept the device from us gives one whole period, our own outages what is theirs (time/outage-ends.ts).
 */
export function graceUntil(core: Core, device: DeviceState, since: EngineMs, periodMs: number): EngineMs {
  const keptUntil = keptFromUsUntil(core, device);
  // An earlier release gave one whole period after every outage of ours.
  const ends = watches(core) ? core.clock.outageEnds : core.clock.outageEnds.slice(-1);
  return Math.max(keptUntil > 0 ? keptUntil + periodMs : 0, putOffUntil(ends, since, periodMs));
}

/** Before this engine time we took no readings, or what the device speaks through was gone; not that we were away ourselves. */
function keptFromUsUntil(core: Core, device: DeviceState): EngineMs {
  const gateway = device.gateway === null ? 0 : (core.gateways.get(device.gateway)?.backAt ?? 0);
  return Math.max(core.deafUntil, device.upstream ? core.upstreamBackAt : 0, gateway);
}

/** A sign of life: any message (also a resend), a connection, status online. */
export function signOfLife(core: Core, device: DeviceState): void {
  const quietMs = core.clock.now - device.lastLifeAt;
  if (quietMs > device.silenceMs || device.talksFrom === NEVER) talks(core, device, quietMs);
  device.lastLifeAt = core.clock.now;
  device.lastSeenAt = core.clock.at;
  if (device.seen && !device.silent && device.online) return;
  const wasSilent = device.silent;
  device.seen = true;
  device.silent = false;
  device.behind = false;
  if (wasSilent) allHeard(core, device);
  heardOfItself(device);
  setOnline(core, device, true);
  noteChange(core, device);
  if (wasSilent) syncFaults(core, device);
  core.heap.atLatest(device, core.clock.now + device.silenceMs);
}

/** The dead-man ran out. */
export function fallSilent(core: Core, device: DeviceState): void {
  device.silent = true;
  allUnspoken(device);
  device.behind = watches(core) && behindGateway(core, device);
  setOnline(core, device, false);
  noteChange(core, device);
  syncFaults(core, device);
}

function setOnline(core: Core, device: DeviceState, online: boolean): void {
  if (device.online === online) return;
  device.online = online;
  core.onlineCount += online ? 1 : -1;
  noteChange(core, device);
}

/** The device's presence or health is told once, at the end of the entry. */
export function noteChange(core: Core, device: DeviceState): void {
  core.joint.mark(device);
  core.changed.add(device);
}

export function applyPresence(core: Core, body: PresenceBody): void {
  if (body.what === 'connected') core.resends.connected(body.credential, body.client, body.connection, core.clock);
  if (body.what === 'disconnected')
    core.resends.disconnected(body.credential, body.client, body.connection, body.clean === true, core.clock);
  if (body.device === null && (body.what === 'connected' || body.what === 'disconnected'))
    gatewayPresence(core, body.credential, body.what, body.connection);
  const device = body.device === null ? undefined : core.devices.get(body.device);
  if (device === undefined) return;
  core.touch(device);
  if (device.connectionsBoot !== core.clock.bootNumber) {
    device.connections = [];
    device.connectionsBoot = core.clock.bootNumber;
  }
  switch (body.what) {
    case 'connected':
      if (!device.connections.includes(body.connection)) device.connections.push(body.connection);
      device.upstream = false;
      signOfLife(core, device);
      return;
    case 'online':
      device.upstream = body.connection >= UPSTREAM_CONNECTIONS_FROM;
      signOfLife(core, device);
      return;
    case 'offline':
      // The last will of one connection says nothing about another that is alive.
      if (device.connections.some((one) => one !== body.connection)) return;
      setOnline(core, device, false);
      return;
    case 'disconnected': {
      device.connections = device.connections.filter((one) => one !== body.connection);
      if (device.connections.length > 0) return;
      if (body.clean !== true || device.silenceMs < silencePeriod(STAYS_CONNECTED_BELOW_MS)) setOnline(core, device, false);
      return;
    }
  }
}

/** As the outside is told it. */
export function lastSeen(device: DeviceState): EpochMs | null {
  return device.lastSeenAt === NEVER ? null : device.lastSeenAt;
}

/** Health codes, worst first; empty = well. */
export function healthOf(device: DeviceState): readonly string[] {
  const codes: string[] = [];
  if (!device.seen) codes.push('never-seen');
  if (device.silent) codes.push(device.behind ? 'gateway' : 'silent');
  if (device.bad > 0) codes.push('bad-quality');
  if (device.inhibited > 0) codes.push('inhibited');
  if (isListed(device)) codes.push(UNHEARD);
  if (device.clockOff) codes.push('clock');
  const faults = new Set<string>(device.faults);
  for (const list of Object.values(device.pointFaults)) for (const code of list) faults.add(code);
  for (const code of device.due) faults.add(code);
  for (const code of foundCodes(device)) faults.add(code);
  for (const { code, key } of device.plan.faultLadders) if ((device.alarms.get(key)?.facts.on ?? null) !== null) faults.add(code);
  codes.push(...[...faults].sort());
  return codes;
}

/** Device events of the present entry. */
export function tellChanges(core: Core): void {
  for (const device of core.changed) {
    core.warnings.device(device);
    core.book.push({
      kind: 'device',
      seq: core.book.number(),
      at: core.clock.at,
      id: device.asset.id,
      enterpriseId: device.asset.enterpriseId,
      online: device.online,
      health: healthOf(device),
      lastSeenAt: lastSeen(device),
    });
  }
  core.changed.clear();
}
