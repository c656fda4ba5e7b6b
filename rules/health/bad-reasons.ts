import { isSuppressed } from '../alarm/life.ts';
import type { Core } from '../core.ts';
import type { DeviceState, PointState } from '../device-state.ts';
import { watches } from './watch.ts';

/**
 * Why a point is bad, where a fault that the device reports says so (decision 19). A fault explains what people could see when it rang:
 * the points that were bad in that message. A second sensor that dies later is news, also while a fault of the whole device stands: it
 * rings by itself. Kept per point until it is good again, so that acknowledging or shelving the fault afterwards changes nothing.
 */

/** Faults that leave no value to judge. */
const NO_VALUE: readonly string[] = ['F01', 'F02', 'F03'];

function isOn(device: DeviceState, key: string): boolean {
  return (device.alarms.get(key)?.facts.on ?? null) !== null;
}

/** It asks for attention now: on, seen by nobody yet, and under no flag. */
function asks(device: DeviceState, key: string): boolean {
  const record = device.alarms.get(key);
  return record !== undefined && record.facts.on !== null && !record.facts.acknowledged && !isSuppressed(record.life);
}

/** Alarms that are on and may say why points of the device are bad, by identity. */
export function whatStands(device: DeviceState): ReadonlySet<string> {
  const out = new Set<string>();
  for (const key of device.alarms.keys()) {
    if (NO_VALUE.includes(key.slice(key.lastIndexOf('|') + 1)) && isOn(device, key)) out.add(key);
  }
  return out;
}

/** Faults that are named for this very point, as identities of their alarms. */
function ownKeys(device: DeviceState, key: string): readonly string[] {
  return (device.pointFaults[key] ?? []).filter((code) => NO_VALUE.includes(code)).map((code) => `${key}|${code}`);
}

/** A point was good, or new, and is bad: only a fault named for that very point says why, and only while its alarm asks for attention. */
export function turnedBad(core: Core, device: DeviceState, key: string, point: PointState): void {
  if (!watches(core)) return;
  point.explainedBy = ownKeys(device, key).filter((one) => asks(device, one));
}

/** The alarms follow the device's report. @param before what stood until then */
export function takeRung(core: Core, device: DeviceState, before: ReadonlySet<string>): void {
  if (!watches(core)) return;
  const rang = (key: string): boolean => !before.has(key) && asks(device, key);
  const whole = device.faults
    .filter((code) => NO_VALUE.includes(code))
    .map((code) => `|${code}`)
    .filter(rang);
  for (let i = 0; i < device.points.length; i += 1) {
    const point = device.points[i] ?? null;
    const key = device.plan.points[i]?.key;
    if (point === null || key === undefined || !(point.quality === 'bad' || point.value === null)) continue;
    const own = ownKeys(device, key).filter(rang);
    const left = point.explainedBy.filter((one) => before.has(one) && isOn(device, one));
    point.explainedBy = [...new Set([...left, ...whole, ...own])].sort();
  }
}

/** Bad quality that an alarm explains is no second one. */
export function isExplained(core: Core, device: DeviceState, point: PointState): boolean {
  return watches(core) && point.explainedBy.some((key) => isOn(device, key));
}
