// What was decoded, held against the device's profile. Refused is what cannot be understood, value by value; doubted
// is kept and marked: 105 %LEL alarms, and a stamp from the future hides nothing.
import type { Device } from '../model/asset.ts';
import type { MeasurementDef, Profile } from '../model/profile.ts';
import type { Sample, SampleValue, Value } from '../model/reading.ts';
import type { EpochMs } from '../model/time.ts';
import { MAX_STRING } from './bounds.ts';
import { type Duplicates, pathOf } from './decode/json.ts';
import { ENVELOPE_KEYS, type Fields, isFields, nameOf, type RawSample } from './decode/telemetry.ts';
import { combine, faultMark, isFaultCode, type Mark, NO_FLAGS, qualityOf } from './quality.ts';
import type { Refusals } from './refusals.ts';
import { readStamp, sampleTimes, type SampleTime } from './stamp.ts';
import { convert } from './unit.ts';

export interface ValidateContext {
  readonly duplicates: Duplicates;
  readonly receivedAt: EpochMs;
  readonly clockBelieved: boolean;
  /** How many values may still be taken of this message. */
  readonly room: number;
}

interface Target {
  readonly def: MeasurementDef;
  readonly channel: number | null;
}

const GOOD: Mark = { quality: 'good', flags: NO_FLAGS };
const CLOCK: Mark = { quality: 'good', flags: ['clock'] };
const OUT_OF_RANGE: Mark = { quality: 'uncertain', flags: ['out-of-range'] };
const BAD: Mark = { quality: 'bad', flags: NO_FLAGS };
const WARM_UP = 'F22';

/** Profiles are immutable values: the payload keys of one are worked out once. */
const targets = new WeakMap<Profile, ReadonlyMap<string, Target>>();

/** Samples as the rest of the system knows them, oldest first; what is refused goes to `refused`. */
export function validateSamples(
  raw: readonly RawSample[],
  known: { readonly device: Device; readonly profile: Profile },
  context: ValidateContext,
  refused: Refusals,
): readonly Sample[] {
  const { device, profile } = known;
  const stamps = raw.map((sample) => readStamp(sample.ts));
  const times = sampleTimes(stamps, context.receivedAt, context.clockBelieved);
  const samples: Sample[] = [];
  let room = context.room;
  let ordered = true;
  for (const [i, item] of raw.entries()) {
    const time = times[i];
    if (time === undefined) continue;
    if (stamps[i]?.kind === 'bad') refused.add('BAD_TIMESTAMP', device.id, 'ts', `judged by arrival; ${STAMP_EXPECTED}`);
    if (item.seq !== undefined && !isCounter(item.seq)) refused.add('WRONG_TYPE', device.id, 'seq', 'a whole number ≥ 0 is expected');
    const sample = validateSample(item, time, device, profile, context.duplicates, room, refused);
    if (sample === null) continue;
    room -= sample.values.length;
    const before = samples.at(-1);
    if (before !== undefined && before.sampleAt > sample.sampleAt) ordered = false;
    samples.push(sample);
  }
  return ordered ? samples : samples.toSorted((a, b) => a.sampleAt - b.sampleAt);
}

const STAMP_EXPECTED = 'milliseconds since 1970 UTC or ISO 8601 with offset';

function isCounter(seq: unknown): boolean {
  return typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 0;
}

function validateSample(
  raw: RawSample,
  time: SampleTime,
  device: Device,
  profile: Profile,
  duplicates: Duplicates,
  room: number,
  refused: Refusals,
): Sample | null {
  const known = targetsOf(profile);
  const faults = raw.faults === undefined ? null : readFaults(raw.faults, known, device.id, refused);
  const qualities = raw.quality === undefined ? null : readQualities(raw.quality, known, device.id, refused);
  const whole = faults?.device ? wholeMarks(faults.device, known) : undefined;
  const values: SampleValue[] = [];
  const taken = profile.measurements.some(hasChannels) ? new Set<Target>() : null;
  let keys = 0;

  for (const key of Object.keys(raw.values)) {
    if (raw.flat && ENVELOPE_KEYS.has(key)) continue;
    keys += 1;
    if (values.length >= room) {
      refused.add('TOO_MANY_VALUES', device.id);
      break;
    }
    if (duplicates !== null && raw.path !== null && duplicates.has(pathOf(raw.path, key))) {
      refused.add('DUPLICATE_KEY', device.id, key);
      continue;
    }
    const target = known.get(key);
    if (target === undefined) {
      refused.add(unknownCode(key, profile), device.id, key);
      continue;
    }
    if (taken !== null) {
      // `cable_temp` and `cable_temp.1` are the same point.
      if (taken.has(target)) {
        refused.add('DUPLICATE_KEY', device.id, key, 'the same point twice');
        continue;
      }
      taken.add(target);
    }
    const value = readValue(raw.values[key], target.def, key, device, refused);
    if (value === undefined) continue;
    let mark = time.clock ? CLOCK : GOOD;
    if (typeof value === 'number' && (value < target.def.range[0] || value > target.def.range[1])) mark = combine(mark, OUT_OF_RANGE);
    if (whole?.all !== undefined) mark = combine(mark, whole.all);
    if (whole?.ofSole !== undefined && whole.sole === target) mark = combine(mark, whole.ofSole);
    if (qualities?.all !== undefined) mark = combine(mark, qualities.all);
    const said = qualities?.points.get(target);
    if (said !== undefined) mark = combine(mark, said);
    for (const code of faults?.points.get(target) ?? NO_CODES) {
      const meant = faultMark(code);
      if (meant !== undefined) mark = combine(mark, meant);
    }
    if (value === null) mark = combine(mark, BAD);
    values.push({ measurement: target.def.key, channel: target.channel, value, quality: mark.quality, flags: mark.flags });
  }
  if (qualities !== null) addBadWithoutValue(values, qualities.points, time, room);
  const marked = faults !== null && (faults.device !== null || faults.points.size > 0);
  if (values.length === 0 && !marked) {
    if (keys === 0) refused.add('EMPTY_MESSAGE', device.id);
    return null;
  }
  return {
    device: device.id,
    sampleAt: time.sampleAt,
    stampedAt: time.stampedAt,
    values,
    ...(faults?.device ? { faults: faults.device } : {}),
    ...(faults !== null && faults.points.size > 0 ? { pointFaults: faults.byKey } : {}),
  };
}

/** What faults of the whole device say about its values: warm-up about all of them, any other about the one thing that it measures. */
interface WholeMarks {
  readonly all: Mark | undefined;
  readonly sole: Target | undefined;
  readonly ofSole: Mark | undefined;
}

/**
 * Where a device measures one thing alone, a broken sensor can only be that one's; of several nobody knows which is meant, and none is
 * blinded by a guess: there only warm-up marks them.
 */
function wholeMarks(codes: readonly string[], known: ReadonlyMap<string, Target>): WholeMarks {
  const sole = soleOf(known);
  let all: Mark | undefined;
  let ofSole: Mark | undefined;
  for (const code of codes) {
    const meant = faultMark(code);
    if (meant === undefined) continue;
    if (code === WARM_UP) all = meant;
    else if (sole !== undefined) ofSole = ofSole === undefined ? meant : combine(ofSole, meant);
  }
  return { all, sole, ofSole };
}

/**
 * The one thing that a device measures: all it has, or the one quantity beside contacts. The linked valve of a gas detector is told by a
 * contact, which has no sensor that could be short-circuited; were the gas left good for its sake, a dead cell would clear a gas alarm.
 */
function soleOf(known: ReadonlyMap<string, Target>): Target | undefined {
  const targets = [...new Set(known.values())];
  if (targets.length === 1) return targets[0];
  const [quantity, ...more] = targets.filter(({ def }) => def.valueType !== 'boolean');
  return quantity?.def.valueType === 'number' && more.length === 0 ? quantity : undefined;
}

const NO_CODES: readonly string[] = [];

function hasChannels(def: MeasurementDef): boolean {
  return def.channels !== undefined;
}

/** A key said to be bad and given no value is a bad sample, not silence. */
function addBadWithoutValue(values: SampleValue[], qualities: ReadonlyMap<Target, Mark>, time: SampleTime, room: number): void {
  for (const [{ def, channel }, said] of qualities) {
    if (said.quality !== 'bad' || values.length >= room) continue;
    if (values.some((v) => v.measurement === def.key && v.channel === channel)) continue;
    const { flags } = time.clock ? combine(CLOCK, said) : said;
    values.push({ measurement: def.key, channel, value: null, quality: 'bad', flags });
  }
}

/** The value in the profile's unit, null for a bad sample without one, undefined where it was refused. */
function readValue(value: unknown, def: MeasurementDef, key: string, device: Device, refused: Refusals): Value | undefined {
  if (value === null || (value === 'NaN' && def.valueType !== 'string')) return null;
  switch (typeof value) {
    case 'number':
      return readNumber(value, def, key, device, refused);
    case 'boolean':
      if (def.valueType === 'boolean') return value ? 1 : 0;
      break;
    case 'string':
      if (def.valueType !== 'string') break;
      if (value.length <= MAX_STRING && !/\p{Cs}/u.test(value)) return value;
      refused.add('STRING_TOO_LONG', device.id, key, `at most ${MAX_STRING} characters of well-formed text`);
      return undefined;
    default:
  }
  refused.add('WRONG_TYPE', device.id, key, `${EXPECTED[def.valueType]} is expected, not ${nameOf(value)}`);
  return undefined;
}

const EXPECTED: Readonly<Record<MeasurementDef['valueType'], string>> = {
  number: 'a number',
  boolean: 'true, false, 1 or 0',
  bitmask: 'a whole number ≥ 0',
  string: 'a text',
};

function readNumber(value: number, def: MeasurementDef, key: string, device: Device, refused: Refusals): number | undefined {
  // JSON has no infinity, but 1e999 parses to one.
  if (!Number.isFinite(value)) {
    refused.add('NOT_FINITE', device.id, key);
    return undefined;
  }
  if (def.valueType === 'string' || (def.valueType === 'bitmask' && (!Number.isSafeInteger(value) || value < 0))) {
    refused.add('WRONG_TYPE', device.id, key, `${EXPECTED[def.valueType]} is expected`);
    return undefined;
  }
  const declared = Object.hasOwn(device.units, def.key) ? device.units[def.key] : undefined;
  if (declared === undefined || declared === def.ucum) return value;
  const converted = convert(value, declared, def.ucum);
  if (converted !== null && Number.isFinite(converted)) return converted;
  // Judged in the wrong unit it would be a wrong alarm or a missed one.
  refused.add(
    converted === null ? 'WRONG_TYPE' : 'NOT_FINITE',
    device.id,
    key,
    `declared unit ${declared} cannot be turned into ${def.ucum}`,
  );
  return undefined;
}

interface Qualities {
  /** Of every value it came with. */
  readonly all: Mark | undefined;
  readonly points: ReadonlyMap<Target, Mark>;
}

/**
 * A quality for each payload key. A word alone is about all values beside it: taken for nothing, a zero that its device calls bad would clear
 * an alarm.
 */
function readQualities(quality: unknown, known: ReadonlyMap<string, Target>, device: string, refused: Refusals): Qualities {
  const marks = new Map<Target, Mark>();
  if (!isFields(quality)) {
    const all = qualityOf(quality);
    if (all === undefined) refused.add('BAD_QUALITY', device, 'quality', 'kept as uncertain');
    return { all: all ?? UNCERTAIN, points: marks };
  }
  for (const [key, word] of Object.entries(quality)) {
    const target = known.get(key);
    const mark = qualityOf(word);
    if (target === undefined) refused.add('UNKNOWN_MEASUREMENT', device, `quality ${key}`);
    else if (mark === undefined) {
      refused.add('BAD_QUALITY', device, `quality ${key}`, 'kept as uncertain');
      marks.set(target, UNCERTAIN);
    } else marks.set(target, mark);
  }
  return { all: undefined, points: marks };
}

const UNCERTAIN: Mark = { quality: 'uncertain', flags: NO_FLAGS };

interface Faults {
  /** Codes of the whole device; an empty list says that it has none. */
  readonly device: readonly string[] | null;
  readonly points: ReadonlyMap<Target, readonly string[]>;
  readonly byKey: Readonly<Record<string, readonly string[]>>;
}

function readFaults(faults: unknown, known: ReadonlyMap<string, Target>, device: string, refused: Refusals): Faults {
  const points = new Map<Target, readonly string[]>();
  if (Array.isArray(faults)) return { device: readCodes(faults, 'faults', device, refused), points, byKey: {} };
  const byKey: Record<string, readonly string[]> = {};
  // A list by point that names no point says that there is nothing to name.
  if (isFields(faults) && Object.keys(faults).length === 0) return { device: [], points, byKey };
  if (isFields(faults)) readPointFaults(faults, known, points, byKey, device, refused);
  else refused.add('BAD_QUALITY', device, 'faults', 'a list of codes, or an object of such lists');
  return { device: null, points, byKey };
}

function readPointFaults(
  faults: Fields,
  known: ReadonlyMap<string, Target>,
  points: Map<Target, readonly string[]>,
  byKey: Record<string, readonly string[]>,
  device: string,
  refused: Refusals,
): void {
  for (const [key, codes] of Object.entries(faults)) {
    const target = known.get(key);
    if (target === undefined) refused.add('UNKNOWN_MEASUREMENT', device, `faults ${key}`);
    else if (!Array.isArray(codes)) refused.add('BAD_QUALITY', device, `faults ${key}`, 'a list of codes is expected');
    else {
      // Only keys of the profile get here, so none of them is `__proto__`.
      const read = readCodes(codes, `faults ${key}`, device, refused);
      points.set(target, read);
      byKey[key] = read;
    }
  }
}

function readCodes(codes: readonly unknown[], at: string, device: string, refused: Refusals): readonly string[] {
  const read = new Set<string>();
  for (const code of codes) {
    if (isFaultCode(code)) read.add(code);
    else refused.add('BAD_QUALITY', device, at, 'a code F01 … F22 is expected');
  }
  return [...read];
}

function targetsOf(profile: Profile): ReadonlyMap<string, Target> {
  let known = targets.get(profile);
  if (known === undefined) {
    known = makeTargets(profile);
    targets.set(profile, known);
  }
  return known;
}

/** Every payload key a profile understands: `lel`; `cable_temp` (its channel 1), `cable_temp.1` … */
function makeTargets(profile: Profile): ReadonlyMap<string, Target> {
  const known = new Map<string, Target>();
  for (const def of profile.measurements) {
    if (def.channels === undefined) known.set(def.key, { def, channel: null });
    for (let channel = 1; channel <= (def.channels ?? 0); channel++) {
      const target = { def, channel };
      known.set(`${def.key}.${channel}`, target);
      if (channel === 1) known.set(def.key, target);
    }
  }
  return known;
}

function unknownCode(key: string, profile: Profile): 'UNKNOWN_CHANNEL' | 'UNKNOWN_MEASUREMENT' {
  const dot = key.indexOf('.');
  const stem = dot < 0 ? null : key.slice(0, dot);
  return stem !== null && profile.measurements.some((m) => m.key === stem) ? 'UNKNOWN_CHANNEL' : 'UNKNOWN_MEASUREMENT';
}
