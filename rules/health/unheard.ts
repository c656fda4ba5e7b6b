import type { EngineMs, EpochMs } from '../../model/time.ts';
import type { Core } from '../core.ts';
import { type DeviceState, NEVER } from '../device-state.ts';
import type { Plan } from '../evaluate/plan.ts';
import { syncFaults } from '../instrument.ts';
import { noteChange, graceUntil } from '../presence.ts';
import { MISSING, type PointHealth } from './point-health.ts';
import { GAPS, HEARD_BEFORE } from './point-silence.ts';
import { watches } from './watch.ts';

/**
 * A point that guards a red limit and does not come: its device is connected and talks of other things, and this one is miswired, misnamed, or
 * each value of it refused. The dead-man of a point (point-silence.ts) wants a rhythm first, so that what never spoke would never be missed,
 * and somebody would believe that the room is watched. Such a point counts as missing (F01 of the point) when its device has talked for
 * a day without it; from ten minutes on its device has a health code, and no alarm. The first sample ends both.
 *
 * The day is of the time in which the device could have told it: its silences, and what we did not hear, are left out of it and begin nothing
 * anew, or a radio that fails once a day would keep it from ever being over. After each of them it has its usual period first.
 *
 * States (switches, status words) are waited for until they have come once: after that they may speak only when they change.
 */

/** Default of ours [D]: a day shows every rhythm of reports but those of the slowest, which have three of theirs. */
export const GRACE_MS = 86_400_000;
/** Default of ours [D]: a device that is being put up has told what it has by then. */
export const LISTED_AFTER_MS = 600_000;

/** Health code of a device with such a point, until it counts as missing. */
export const UNHEARD = 'unheard';

/** It is only waited for; its device has the health code; it counts as missing. */
const WAITED_FOR = 0;
const LISTED = 1;
const MISSED = 2;

/** What is to be kept of a point that is waited for, where its device's own time does not say it all. */
export interface Unheard {
  /** From where its day counts, in engine time without the silences of its device. */
  from: EngineMs;
  stage: typeof WAITED_FOR | typeof LISTED | typeof MISSED;
}

/** Three reports, or the dead-man of the whole device. */
function ownPeriod(device: DeviceState): number {
  return Math.max(GAPS * device.reportEveryMs, device.silenceMs);
}

function graceOf(device: DeviceState, index: number, health: PointHealth | null): number {
  return Math.max(GRACE_MS, ownPeriod(device), GAPS * (device.specs[index]?.everyMs ?? 0), GAPS * (health?.gapMs ?? 0));
}

function hasSpoken(device: DeviceState, index: number): boolean {
  return (device.points[index]?.lastLine ?? NEVER) !== NEVER;
}

/** It has shown what it is: nothing is to be waited for. */
function isThrough(device: DeviceState, index: number): boolean {
  if (device.specs[index]?.regular !== true) return hasSpoken(device, index);
  return (device.points[index]?.health?.heard ?? 0) >= HEARD_BEFORE;
}

/** From where the day of a point counts; null = nothing is known of its device yet. */
function since(device: DeviceState, index: number): EngineMs | null {
  const kept = device.unheard?.get(device.plan.points[index]?.key ?? '');
  if (kept !== undefined) return kept.from;
  if (device.talksFrom === NEVER) return null;
  return Math.max(device.talksFrom, device.points[index]?.health?.heardAt ?? NEVER);
}

function keep(device: DeviceState, key: string, from: EngineMs, stage: Unheard['stage']): void {
  device.unheard ??= new Map();
  const one = device.unheard.get(key);
  if (one === undefined) device.unheard.set(key, { from, stage });
  else Object.assign(one, { from, stage });
}

/** Returns what was kept of the point. */
function drop(device: DeviceState, key: string): Unheard | undefined {
  const one = device.unheard?.get(key);
  device.unheard?.delete(key);
  if (device.unheard?.size === 0) device.unheard = null;
  return one;
}

/**
 * The device gave a sign of life: its first that counts, or one after more than its dead-man. What lay between is left out of every day, and
 * each point has a usual period of its device from here. @param quietMs since the sign before
 */
export function talks(core: Core, device: DeviceState, quietMs: number): void {
  const { expected, points } = device.plan;
  if (expected.length === 0 || !watches(core)) return;
  const { now } = core.clock;
  const first = device.talksFrom === NEVER;
  if (first) device.talksFrom = now;
  if (quietMs <= device.silenceMs) return;
  const own = ownPeriod(device);
  const without = (from: EngineMs): EngineMs => Math.max(from + now - Math.max(now - quietMs, from), now + own - Math.max(GRACE_MS, own));
  if (!first) device.talksFrom = without(device.talksFrom);
  for (const index of expected) {
    const key = points[index]?.key ?? '';
    const one = device.unheard?.get(key);
    const health = device.points[index]?.health ?? null;
    if (one !== undefined) one.from = without(one.from);
    else if (health !== null && !isThrough(device, index)) keep(device, key, without(health.heardAt), WAITED_FOR);
  }
}

/**
 * Marks the points that have been waited for too long.
 * @returns whether one counts as missing now, whether a health code has come, and when to look again (-1 = not)
 */
export function findUnheard(
  core: Core,
  device: DeviceState,
): { readonly found: boolean; readonly listed: boolean; readonly next: EngineMs } {
  const { now } = core.clock;
  let found = false;
  let listed = false;
  let next: EngineMs = -1;
  for (const index of device.plan.expected) {
    if (isThrough(device, index)) continue;
    const from = since(device, index);
    const key = device.plan.points[index]?.key ?? '';
    const health = device.points[index]?.health ?? null;
    const stage = device.unheard?.get(key)?.stage ?? WAITED_FOR;
    if (from === null || stage === MISSED || ((health?.found ?? 0) & MISSING) !== 0) continue;
    const own = ownPeriod(device);
    const grace = graceUntil(core, device, from, own);
    const due = Math.max(from + graceOf(device, index, health), grace);
    if (due <= now) {
      if (health === null) keep(device, key, from, MISSED);
      else health.found |= MISSING;
      found = true;
      continue;
    }
    next = next < 0 ? due : Math.min(next, due);
    if (stage === LISTED || hasSpoken(device, index)) continue;
    const shows = Math.max(from + Math.max(LISTED_AFTER_MS, own), grace);
    if (shows <= now) {
      keep(device, key, from, LISTED);
      listed = true;
    } else next = Math.min(next, shows);
  }
  return { found, listed, next };
}

/** A sample of the point came, of whatever quality. In a late batch its end brings the alarms to it. */
export function spoke(core: Core, device: DeviceState, key: string): void {
  const one = drop(device, key);
  if (one === undefined || one.stage === WAITED_FOR) return;
  noteChange(core, device);
  if (one.stage === MISSED && device.backlogUntil < 0) syncFaults(core, device);
}

/**
 * The configuration changed: what is expected since now has its whole day from here, and what is expected no more is waited for no more.
 * @param before the plan until then
 */
export function followExpected(core: Core, device: DeviceState, before: Plan): void {
  const { plan } = device;
  if (!watches(core) || plan === before) return;
  const keysOf = ({ expected, points }: Plan): ReadonlySet<string> => new Set(expected.map((index) => points[index]?.key ?? ''));
  const was = keysOf(before);
  const is = keysOf(plan);
  let changed = false;
  let returned = false;
  for (const key of device.unheard?.keys() ?? []) {
    const one = is.has(key) ? undefined : drop(device, key);
    changed ||= one !== undefined && one.stage !== WAITED_FOR;
    returned ||= one?.stage === MISSED;
  }
  plan.points.forEach(({ key }, index) => {
    if (is.has(key)) {
      if (!was.has(key) && device.seen && !isThrough(device, index)) keep(device, key, core.clock.now, WAITED_FOR);
      return;
    }
    const health = device.points[index]?.health ?? null;
    if (health === null || health.heard >= HEARD_BEFORE || (health.found & MISSING) === 0) return;
    health.found &= ~MISSING;
    changed = true;
    returned = true;
  });
  if (changed) noteChange(core, device);
  if (returned && device.backlogUntil < 0) syncFaults(core, device, 'configuration');
}

/** It is listed, and no point of it that never came counts as missing yet. */
export function isListed({ unheard }: DeviceState): boolean {
  if (unheard === null) return false;
  for (const { stage } of unheard.values()) if (stage === LISTED) return true;
  return false;
}

/** Keys of the points that count as missing and have no health to say so. */
export function missedKeys({ unheard }: DeviceState): readonly string[] {
  return unheard === null ? [] : [...unheard].flatMap(([key, { stage }]) => (stage === MISSED ? [key] : []));
}

/** Since when a point without a value is waited for, by wall time and for people; null = it is not, or its device never spoke. */
export function waitedSince(core: Core, device: DeviceState, index: number): EpochMs | null {
  if (!device.plan.expected.includes(index)) return null;
  const from = since(device, index);
  return from === null ? null : Math.round(core.clock.at - (core.clock.now - from));
}
