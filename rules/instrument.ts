import type { Level } from '../model/level.ts';
import type { Quality, Value } from '../model/reading.ts';
import { pointKey } from '../model/reading.ts';
import type { EpochMs } from '../model/time.ts';
import type { LadderIdentity, Observation } from './alarm/identity.ts';
import type { AlarmPlace } from './alarm/record.ts';
import type { Top } from './alarm/step.ts';
import type { Core } from './core.ts';
import type { DeviceState } from './device-state.ts';
import { isExplained, takeRung, whatStands } from './health/bad-reasons.ts';
import { silenceLevel } from './health/silence-stages.ts';
import { isLimitFault } from './health/limit-fault.ts';
import { INHIBITED_CODE, inhibitedLevel } from './health/inhibited.ts';
import { missedKeys } from './health/unheard.ts';
import { CODES, DRIFT_CODE, OVER, OVER_HELD } from './health/point-health.ts';
import { stepReported } from './evaluate/ladders.ts';

/**
 * Alarms about the instrument itself: bad quality of a point, faults the device reports (F02…F22), its silence (F01), what our own
 * detectors find (rules/health), and a failed assertion of ours. A reported fault stands until a message that carries `faults`
 * no longer names it; one that we found, until the detector finds it no more.
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
/** What the catalogue has no number for: a baseline that has moved asks for a calibration, as an overdue one does (F08). */
const OWN_LEVELS: ReadonlyMap<string, Level> = new Map([
  [DRIFT_CODE, 'blue'],
  [INHIBITED_CODE, 'yellow'],
]);

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
  latching: Top | null = null,
): void {
  const on: Top | null = level === null ? null : { level, code, order: 0 };
  const who = identity(device, spot, code, code === faultLadder(core));
  if (on === null && !device.alarms.has(who.key)) return;
  const since: EpochMs = core.clock.at;
  const seen: Observation = { since, value, limit: null, quality, peak: null, ...(cause === undefined ? {} : { cause }) };
  core.book.judged(device, who, on, latching, seen);
}

/** Raises or returns the alarm of a bad point. */
export function setBad(core: Core, device: DeviceState, index: number, bad: boolean): void {
  const spot = device.plan.points[index];
  const point = device.points[index];
  if (spot === undefined || point === undefined || point === null) return;
  const on = bad && !isExplained(core, device, point);
  set(core, device, spot, BAD, on ? BAD_LEVEL : null, point.value, point.quality);
}

/** Brings the alarm of every bad point to the faults that are reported. Never in a late batch, whose end does the same. */
export function syncBad(core: Core, device: DeviceState): void {
  for (let i = 0; i < device.points.length; i += 1) {
    const point = device.points[i] ?? null;
    if (point !== null) setBad(core, device, i, point.quality === 'bad' || point.value === null);
  }
}

/** Marks a point that our own judgement failed on, or takes the mark away. */
export function setFault(core: Core, device: DeviceState, spot: Spot, on: boolean): void {
  set(core, device, spot, faultLadder(core), on ? FAULT_LEVEL : null, null, null);
}

interface Wanted extends Spot {
  readonly code: string;
  readonly level: Level;
  readonly value: Value;
  readonly quality: Quality | null;
  /** Stays until a person has reset it. */
  readonly latching: boolean;
  /** It was, and is over by now: still to be told (a late batch). */
  readonly past: boolean;
}

function levelOf(core: Core, code: string): Level | null {
  const level = core.faultLevels.get(code) ?? OWN_LEVELS.get(code) ?? UNKNOWN_FAULT_LEVEL;
  return level === 'none' ? null : level;
}

/** Level at which its silence stands now, or null. */
function silenceNow(device: DeviceState): Level | null {
  return device.alarms.get(`|${SILENCE}`)?.facts.on?.level ?? null;
}

function wanted(core: Core, device: DeviceState): Map<string, Wanted> {
  const out = new Map<string, Wanted>();
  const add = (code: string, spot: Spot, more: Partial<Wanted> = {}, staged: (usual: Level) => Level = (usual) => usual): void => {
    const usual = levelOf(core, code);
    if (usual === null) return;
    const level = staged(usual);
    const point = spot.measurement === null ? '' : pointKey(spot.measurement, spot.channel);
    const { measurement, channel } = spot;
    out.set(`${point}|${code}`, { value: null, quality: null, latching: false, past: false, ...more, code, level, measurement, channel });
  };
  const whole: Spot = { measurement: null, channel: null };
  if (device.silent && !device.behind) add(SILENCE, whole, {}, (usual) => silenceLevel(core, device, usual, silenceNow(device)));
  for (const code of device.due) add(code, whole);
  for (const code of device.faults) if (!isLimitFault(device, code)) add(code, whole);
  for (const [key, codes] of Object.entries(device.pointFaults)) {
    const spot = device.plan.points.find((one) => one.key === key) ?? whole;
    for (const code of codes) if (!isLimitFault(device, code)) add(code, spot);
  }
  for (const key of missedKeys(device)) {
    const spot = device.plan.points.find((one) => one.key === key);
    if (spot !== undefined) add(SILENCE, spot);
  }
  for (let i = 0; i < device.points.length; i += 1) {
    const point = device.points[i] ?? null;
    const spot = device.plan.points[i];
    if (point === null || spot === undefined) continue;
    const { value, quality } = point;
    if (point.inhibited?.asked === true) add(INHIBITED_CODE, spot, { value, quality }, () => inhibitedLevel(device, i));
    const found = point.health?.found ?? 0;
    if (found === 0) continue;
    for (const [bit, code] of CODES) if ((found & bit) !== 0) add(code, spot, { value, quality, latching: bit === OVER });
    if ((found & (OVER | OVER_HELD)) === OVER_HELD) add('F04', spot, { value, quality, latching: true, past: true });
  }
  return out;
}

/** Brings the fault alarms of a device to what it reports and to its silence. */
export function syncFaults(core: Core, device: DeviceState, cause?: string): void {
  const want = wanted(core, device);
  for (const record of device.alarms.values()) {
    if (record.kind !== 'instrument' || record.ladder === BAD || record.fault || want.has(record.key)) continue;
    if (device.plan.faultLadders.some(({ key }) => key === record.key)) continue;
    set(core, device, record, record.ladder, null, null, null, cause);
  }
  for (const one of want.values()) {
    const spot = { measurement: one.measurement, channel: one.channel };
    const top: Top = { level: one.level, code: one.code, order: 0 };
    const known = device.alarms.has(identity(device, spot, one.code, false).key);
    if (!one.past || !known) set(core, device, spot, one.code, one.level, one.value, one.quality, cause, one.latching ? top : null);
    if (one.past) set(core, device, spot, one.code, null, one.value, one.quality, cause);
  }
  stepReported(core, device, cause);
}

/** The same after the device's report was taken: the faults that ring now say why the points that are bad now are. */
export function syncReported(core: Core, device: DeviceState): void {
  const before = whatStands(device);
  syncFaults(core, device);
  takeRung(core, device, before);
}
