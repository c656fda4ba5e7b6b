import type { StartBody, SystemBody } from '../model/entry.ts';
import type { Level } from '../model/level.ts';
import type { AlarmPlace } from './alarm/record.ts';
import type { Core } from './core.ts';
import type { DeviceState } from './device-state.ts';
import { lineCorrected } from './health/inhibited.ts';
import { believe } from './time/engine-clock.ts';

/** Alarms of the system itself, which belong to no device (semantics 6, Kinds). */

/** The server's clock is before its build date (semantics 3). */
const CLOCK = 'clock-not-believed';
/** An entry that named no point made `apply` throw. */
export const ENGINE_FAULT = 'engine-fault';
/** While one of these holds, readings wait at the door because of us: silence says nothing about a device (semantics 8). */
const DEAFENING: readonly string[] = ['disk-full', 'journal-failed'];
/** The outside broker is out of reach: the same for the devices that speak through it. One alarm, not one for each of them. */
const UPSTREAM_LOST = 'upstream-lost';

const NOWHERE: AlarmPlace = { enterpriseId: null, areaId: null, hazardSourceId: null, deviceId: null, test: false };

function set(core: Core, code: string, level: Level | null, detail: string | undefined): void {
  const key = `|${code}`;
  if (level === null && !core.system.alarms.has(key)) return;
  const who = {
    key,
    ladder: code,
    kind: 'system',
    measurement: null,
    channel: null,
    unit: null,
    place: NOWHERE,
    fault: code === ENGINE_FAULT,
    ruleRevision: 0,
  } as const;
  const seen = {
    since: core.clock.at,
    value: null,
    limit: null,
    quality: null,
    peak: null,
    ...(detail === undefined ? {} : { comment: detail }),
  };
  core.book.judged(core.system, who, level === null ? null : { level, code, order: 0 }, null, seen);
}

export function raiseSystem(core: Core, code: string, level: Level, detail: string): void {
  set(core, code, level, detail);
}

function putRight(core: Core): void {
  const before = core.clock.line;
  believe(core.clock);
  lineCorrected(core, before);
}

export function applySystem(core: Core, body: SystemBody): void {
  set(core, body.code, body.active ? body.level : null, body.detail);
  if (body.code === CLOCK) {
    if (body.active) core.clock.believed = false;
    else putRight(core);
  }
  if (body.code !== UPSTREAM_LOST && !DEAFENING.includes(body.code)) return;
  if (body.active) core.deaf.add(body.code);
  else if (core.deaf.delete(body.code)) {
    if (body.code === UPSTREAM_LOST) core.upstreamBackAt = core.clock.now;
    else if (!DEAFENING.some((code) => core.deaf.has(code))) core.deafUntil = core.clock.now;
  }
}

/** Whether what the device sends cannot reach us at present, for a reason of ours. */
export function deafTo(core: Core, device: DeviceState): boolean {
  return core.deaf.size > (device.upstream || !core.deaf.has(UPSTREAM_LOST) ? 0 : 1);
}

export function applyStart(core: Core, body: StartBody): void {
  core.clock.believed = body.clockBelieved;
  core.localTime = body.localTime ?? null;
  core.escalations.followLocalTime();
  // Format 1 noted it when a client was back.
  if (core.format >= 2) core.resends.started(core.clock);
  // What failed in an earlier start was seen, or still wants its acknowledgement; this start has not failed yet.
  set(core, ENGINE_FAULT, null, undefined);
  set(core, CLOCK, body.clockBelieved ? null : 'orange', undefined);
}
