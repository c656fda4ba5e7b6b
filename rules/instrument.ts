import type { Level } from '../model/level.ts';
import type { Quality, Value } from '../model/reading.ts';
import { pointKey } from '../model/reading.ts';
import type { EpochMs } from '../model/time.ts';
import type { LadderIdentity, Observation } from './alarm/book.ts';
import type { AlarmPlace } from './alarm/record.ts';
import type { Top } from './alarm/step.ts';
import type { Core } from './core.ts';
import type { DeviceState } from './device-state.ts';

/**
 * Alarms about the instrument itself: bad quality of a point, faults the device reports (F02…F22), its silence (F01), and a
 * failed assertion of ours. A fault stands until a message that carries `faults` no longer names it.
 */

/** Ladder of bad quality, per point. */
export const BAD = 'BAD';
/** Ladder of a failed assertion of ours, per point: no limit can have that code, codes of limits are in capitals. */
const FAULT = 'engine-fault';
/** Its name while format 1 was written: that of a limit of the catalogue too, whose alarm every next message then cleared. */
const FAULT_OF_FORMAT_1 = 'FAULT';

export function faultLadder(core: Core): string {
  return core.format === 1 ? FAULT_OF_FORMAT_1 : FAULT;
}
export const SILENCE = 'F01';

const BAD_LEVEL: Level = 'yellow';
/** We cannot judge the point: as grave as an instrument that cannot measure (F04, F07). */
const FAULT_LEVEL: Level = 'orange';
/** A code the catalogue does not know is a fault all the same. */
const UNKNOWN_FAULT_LEVEL: Level = 'yellow';

/** Where the device's alarms are. Test alarms count nowhere. */
export function placeOf(device: DeviceState): AlarmPlace {
  const { asset, enterprise } = device;
  return {
    enterpriseId: asset.enterpriseId,
    areaId: enterprise.areaId,
    hazardSourceId: asset.hazardSourceId,
    deviceId: asset.id,
    test: enterprise.kind === 'test' || asset.mode !== 'live',
  };
}

interface Spot {
  readonly measurement: string | null;
  readonly channel: number | null;
}

function identity(device: DeviceState, spot: Spot, ladder: string, fault: boolean): LadderIdentity {
  const point = spot.measurement === null ? '' : pointKey(spot.measurement, spot.channel);
  return {
    key: `${point}|${ladder}`,
    ladder,
    kind: 'instrument',
    measurement: spot.measurement,
    channel: spot.channel,
    unit: null,
    place: placeOf(device),
    fault,
    ruleRevision: device.ruleRevision,
  };
}

function set(
  core: Core,
  device: DeviceState,
  spot: Spot,
  code: string,
  level: Level | null,
  value: Value,
  quality: Quality | null,
  cause?: string,
): void {
  const on: Top | null = level === null ? null : { level, code, order: 0 };
  const who = identity(device, spot, code, code === faultLadder(core));
  if (on === null && !device.alarms.has(who.key)) return;
  const since: EpochMs = core.clock.at;
  const seen: Observation = { since, value, limit: null, quality, peak: null, ...(cause === undefined ? {} : { cause }) };
  core.book.judged(device, who, on, null, seen);
}

/** Raises or returns the alarm of a bad point. */
export function setBad(core: Core, device: DeviceState, index: number, bad: boolean): void {
  const spot = device.plan.points[index];
  const point = device.points[index];
  if (spot === undefined || point === undefined || point === null) return;
  set(core, device, spot, BAD, bad ? BAD_LEVEL : null, point.value, point.quality);
}

/** Marks a point that our own judgement failed on, or takes the mark away. */
export function setFault(core: Core, device: DeviceState, spot: Spot, on: boolean): void {
  set(core, device, spot, faultLadder(core), on ? FAULT_LEVEL : null, null, null);
}

interface Wanted extends Spot {
  readonly code: string;
  readonly level: Level;
}

function wanted(core: Core, device: DeviceState): Map<string, Wanted> {
  const out = new Map<string, Wanted>();
  const add = (code: string, spot: Spot): void => {
    const level = core.faultLevels.get(code) ?? UNKNOWN_FAULT_LEVEL;
    if (level === 'none') return;
    const point = spot.measurement === null ? '' : pointKey(spot.measurement, spot.channel);
    out.set(`${point}|${code}`, { code, level, measurement: spot.measurement, channel: spot.channel });
  };
  const whole: Spot = { measurement: null, channel: null };
  if (device.silent) add(SILENCE, whole);
  for (const code of device.faults) add(code, whole);
  for (const [key, codes] of Object.entries(device.pointFaults)) {
    const spot = device.plan.points.find((one) => one.key === key) ?? whole;
    for (const code of codes) add(code, spot);
  }
  return out;
}

/** Brings the fault alarms of a device to what it reports and to its silence. */
export function syncFaults(core: Core, device: DeviceState, cause?: string): void {
  const want = wanted(core, device);
  for (const record of device.alarms.values()) {
    if (record.kind !== 'instrument' || record.ladder === BAD || record.fault || want.has(record.key)) continue;
    set(core, device, record, record.ladder, null, null, null, cause);
  }
  for (const { code, level, measurement, channel } of want.values())
    set(core, device, { measurement, channel }, code, level, null, null, cause);
}
