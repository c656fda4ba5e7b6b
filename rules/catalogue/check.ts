// What a catalogue must be before a single reading is judged by it. It is checked in the build's tests, when the
// built-in one is loaded and before one from outside is accepted: a limit that is wrong on paper is wrong at 3 a.m.
import { LEVEL_RANK, type LimitLevel } from '../../model/level.ts';
import type { Profile } from '../../model/profile.ts';
import { formulasOf } from '../compile/formulas.ts';

type Row = Readonly<Record<string, unknown>>;

const DIRS: ReadonlySet<unknown> = new Set(['hi', 'lo', 'roc_hi', 'roc_lo', 'dev_hi', 'state', 'count_hi', 'expr']);
const WINDOWED: ReadonlySet<unknown> = new Set(['roc_hi', 'roc_lo', 'count_hi']);
const CONFIDENCES: ReadonlySet<unknown> = new Set(['V', 'M', 'C', 'D']);
const VALUE_TYPES: ReadonlySet<unknown> = new Set(['number', 'boolean', 'bitmask', 'string']);
const PROFILE_ID = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/;
/** `.` separates the channel and `_q` the quality in stored names, so neither may end a measurement key. */
const MEASUREMENT_KEY = /^[a-z][a-z0-9_]{0,31}$/;
const LIMIT_CODE = /^[A-Z][A-Z0-9_]{0,31}$/;
const FAULT_CODE = /^F\d{2}$/;
const BIT = /^bit([0-9]|[12][0-9]|3[01])$/;
/** Keys that a reading's envelope or a plain object already uses. */
const RESERVED_KEYS: ReadonlySet<string> = new Set(['ts', 'values', 'quality', 'faults', 'seq', 'constructor', 'prototype']);

/**
 * Checks a catalogue of unknown origin.
 * @returns one line per problem, each beginning with the place (`profile/measurement/limit`); empty = sound
 */
export function checkCatalogue(value: unknown): readonly string[] {
  const problems: string[] = [];
  if (!isRow(value)) return ['catalogue: not an object'];
  if (!isText(value['version'])) problems.push('catalogue: no version');
  const faults = checkFaults(value['faults'], problems);
  const profiles = rowsOf(value['profiles'], 'catalogue: profiles', problems);
  unique(profiles, 'id', 'catalogue', problems);
  const valueTypes = new Map<string, string>();
  for (const profile of profiles) checkProfile(profile, faults, valueTypes, problems);
  if (problems.length === 0) checkMembers(profiles as unknown as readonly Profile[], problems);
  return problems;
}

function checkFaults(value: unknown, problems: string[]): ReadonlySet<string> {
  const rows = rowsOf(value, 'catalogue: faults', problems);
  unique(rows, 'code', 'faults', problems);
  const codes = new Set<string>();
  for (const row of rows) {
    const code = String(row['code']);
    codes.add(code);
    if (!FAULT_CODE.test(code)) problems.push(`faults/${code}: code is not F and two digits`);
    checkTexts(row, ['zh', 'en'], `faults/${code}`, problems);
    if (!isLevel(row['level'])) problems.push(`faults/${code}: unknown level ${String(row['level'])}`);
  }
  return codes;
}

function checkProfile(profile: Row, faults: ReadonlySet<string>, valueTypes: Map<string, string>, problems: string[]): void {
  const at = String(profile['id']);
  const before = problems.length;
  if (!PROFILE_ID.test(at)) problems.push(`${at}: bad id`);
  checkTexts(profile, ['zh', 'en'], at, problems);
  if (!isTexts(profile['sector']) || profile['sector'].length === 0) problems.push(`${at}: no sector`);
  if (profile['alarmKind'] !== 'process' && profile['alarmKind'] !== 'fire') problems.push(`${at}: alarmKind must be process or fire`);
  if (!isPositive(profile['heartbeatMs'])) problems.push(`${at}: heartbeatMs must be > 0`);
  if (profile['reportMs'] !== null && !isPositive(profile['reportMs'])) problems.push(`${at}: reportMs must be > 0 or null`);
  for (const name of ['warmupMs', 'samplingMs', 'calibrationDays', 'lifeDays']) {
    if (profile[name] !== undefined && !isPositive(profile[name])) problems.push(`${at}: ${name} must be > 0`);
  }
  if (!isTexts(profile['faults'])) problems.push(`${at}: faults is not a list of codes`);
  else for (const code of profile['faults']) if (!faults.has(code)) problems.push(`${at}: unknown fault ${code}`);
  const measurements = rowsOf(profile['measurements'], `${at}: measurements`, problems);
  if (measurements.length === 0) problems.push(`${at}: no measurement`);
  unique(measurements, 'key', at, problems);
  for (const measurement of measurements) checkMeasurement(measurement, at, valueTypes, problems);
  checkStandsFor(measurements, profile['faults'], at, problems);
  if (problems.length === before) checkExpressions(profile, at, problems);
  if (profile['escalate'] !== undefined) {
    for (const row of rowsOf(profile['escalate'], `${at}: escalate`, problems)) {
      if (!isText(row['when']) || !isLevel(row['to']) || !CONFIDENCES.has(row['confidence'])) problems.push(`${at}: bad escalation`);
      else if (row['form'] !== undefined) checkEscalation(row, measurements, at, problems);
    }
  }
}

const GROUPS: ReadonlySet<unknown> = new Set(['area', 'premises', 'zone']);

/** An escalation rises from a limit of the profile that is milder, under a code that no other limit has, by at least one cause. */
function checkEscalation(row: Row, measurements: readonly Row[], profile: string, problems: string[]): void {
  const { form } = row;
  if (!isRow(form)) {
    problems.push(`${profile}: form of an escalation is not an object`);
    return;
  }
  const at = `${profile}/${String(form['measurement'])}/${String(form['code'])}`;
  const measurement = measurements.find(({ key }) => key === form['measurement']);
  const limits = Array.isArray(measurement?.['limits']) ? measurement['limits'].filter(isRow) : [];
  const base = limits.find(({ code }) => code === form['of']);
  if (!LIMIT_CODE.test(String(form['code'])) || limits.some(({ code }) => code === form['code'])) problems.push(`${at}: bad code`);
  if (base === undefined) problems.push(`${at}: rises from the unknown limit ${String(form['of'])}`);
  else if (isLevel(base['level']) && isLevel(row['to']) && LEVEL_RANK[row['to']] <= LEVEL_RANK[base['level']])
    problems.push(`${at}: level does not rise above ${String(form['of'])}`);
  for (const name of ['whenZh', 'whenEn', 'basis', 'basisZh'])
    if (row[name] !== undefined && !isText(row[name])) problems.push(`${at}: ${name} must be a text`);
  const causes = rowsOf(form['any'], `${at}: any`, problems);
  if (causes.length === 0) problems.push(`${at}: nothing makes it rise`);
  for (const cause of causes) checkCause(cause, at, problems);
  const timed = causes.filter(({ kind }) => kind === 'lasts' || kind === 'unacknowledged');
  if (timed.length > 1) problems.push(`${at}: one cause at most takes its time`);
  if (timed.length > 0 !== isPositive(form['afterMs'])) problems.push(`${at}: afterMs belongs to a cause that takes a time`);
}

function checkCause(cause: Row, at: string, problems: string[]): void {
  const { kind } = cause;
  if (kind === 'lasts' || kind === 'unacknowledged') return;
  if (kind !== 'together' || !GROUPS.has(cause['in'])) {
    problems.push(`${at}: unknown cause ${String(kind)} ${String(cause['in'] ?? '')}`);
    return;
  }
  if (cause['withinMs'] !== undefined && !isPositive(cause['withinMs'])) problems.push(`${at}: withinMs must be > 0`);
  const needs = rowsOf(cause['needs'], `${at}: needs`, problems);
  if (needs.length === 0) problems.push(`${at}: needs nobody`);
  for (const need of needs) {
    if (!Number.isInteger(need['atLeast']) || !isPositive(need['atLeast'])) problems.push(`${at}: atLeast must be a whole number from 1`);
    const members = rowsOf(need['of'], `${at}: of`, problems);
    if (members.length === 0) problems.push(`${at}: counts nobody`);
    for (const { as } of members)
      if (as !== undefined && as !== 'detector' && as !== 'call-point') problems.push(`${at}: unknown part ${String(as)}`);
  }
}

/** The shapes are right: what an escalation counts must be there, and be no escalation itself. */
function checkMembers(profiles: readonly Profile[], problems: string[]): void {
  for (const { id, escalate = [] } of profiles) {
    for (const { form } of escalate) {
      const members = (form?.any ?? []).flatMap((cause) => (cause.kind === 'together' ? cause.needs.flatMap(({ of }) => of) : []));
      for (const { profileId, measurement, limit } of members) {
        const def = profiles.find((one) => one.id === profileId)?.measurements.find(({ key }) => key === measurement);
        if (def?.limits.some(({ code }) => code === limit) !== true)
          problems.push(`${id}: an escalation counts the unknown ${profileId}/${measurement}/${limit}`);
      }
    }
  }
}

/** A limit may stand for a fault that its kind of device can have; each fault for one limit, else a report would belong to two alarms. */
function checkStandsFor(measurements: readonly Row[], faults: unknown, at: string, problems: string[]): void {
  const known: readonly unknown[] = Array.isArray(faults) ? faults : [];
  const taken = new Set<unknown>();
  for (const measurement of measurements) {
    if (!Array.isArray(measurement['limits'])) continue;
    for (const limit of measurement['limits'].filter(isRow)) {
      const code = limit['fault'];
      if (code === undefined) continue;
      const place = `${at}/${String(measurement['key'])}/${String(limit['code'])}`;
      if (!known.includes(code)) problems.push(`${place}: fault ${String(code)} is none of the profile's`);
      if (taken.has(code)) problems.push(`${place}: a second limit for fault ${String(code)}`);
      taken.add(code);
    }
  }
}

/** The shapes are right: every expression must compile against the profile's own measurements. */
function checkExpressions(row: Row, at: string, problems: string[]): void {
  // Checked above: what is read of it here has the right shape.
  const profile = row as unknown as Profile;
  for (const measurement of profile.measurements) {
    for (const limit of measurement.limits) {
      const { not } = formulasOf(limit, profile, false);
      if (not !== null && not.reason === 'expression-invalid') problems.push(`${at}/${measurement.key}/${limit.code}: ${not.detail}`);
    }
  }
}

function checkMeasurement(row: Row, profile: string, valueTypes: Map<string, string>, problems: string[]): void {
  const key = String(row['key']);
  const at = `${profile}/${key}`;
  if (!MEASUREMENT_KEY.test(key) || key.endsWith('_q') || RESERVED_KEYS.has(key)) problems.push(`${at}: bad key`);
  checkTexts(row, ['zh', 'en', 'ucum'], at, problems);
  const type = String(row['valueType']);
  if (!VALUE_TYPES.has(row['valueType'])) problems.push(`${at}: unknown valueType ${type}`);
  // A store gives a field one type for ever: two types under one key would lose one of them.
  const earlier = valueTypes.get(key);
  const stored = type === 'string' ? 'string' : 'number';
  if (earlier !== undefined && earlier !== stored) problems.push(`${at}: value type ${stored}, elsewhere ${earlier}`);
  valueTypes.set(key, stored);
  const range = row['range'];
  if (!Array.isArray(range) || range.length !== 2 || !isNumber(range[0]) || !isNumber(range[1]) || range[0] >= range[1])
    problems.push(`${at}: range must be [low, high] with low < high`);
  if (!isPositive(row['resolution'])) problems.push(`${at}: resolution must be > 0`);
  const channels = row['channels'];
  if (channels !== undefined && (!Number.isInteger(channels) || !isPositive(channels) || channels > 64))
    problems.push(`${at}: channels must be a whole number from 1 to 64`);
  if (row['checkMs'] !== undefined && !isPositive(row['checkMs'])) problems.push(`${at}: checkMs must be > 0`);
  const limits = rowsOf(row['limits'], `${at}: limits`, problems);
  unique(limits, 'code', at, problems);
  for (const limit of limits) checkLimit(limit, at, type, problems);
  checkLadders(limits, at, problems);
  checkVariants(row['variants'], limits, at, problems);
}

function checkLimit(limit: Row, measurement: string, valueType: string, problems: string[]): void {
  const code = String(limit['code']);
  const at = `${measurement}/${code}`;
  if (!LIMIT_CODE.test(code)) problems.push(`${at}: bad code`);
  if (!DIRS.has(limit['dir'])) problems.push(`${at}: unknown dir ${String(limit['dir'])}`);
  if (!isLevel(limit['level'])) problems.push(`${at}: unknown level ${String(limit['level'])}`);
  for (const name of ['deadband', 'onDelayMs', 'offDelayMs']) {
    const number = limit[name];
    if (!isNumber(number) || number < 0) problems.push(`${at}: ${name} must be ≥ 0`);
  }
  if (typeof limit['latching'] !== 'boolean') problems.push(`${at}: latching must be true or false`);
  if (!isText(limit['basis'])) problems.push(`${at}: no basis`);
  if (!CONFIDENCES.has(limit['confidence'])) problems.push(`${at}: confidence must be V, M, C or D`);
  for (const name of ['setPointFrom', 'onlyWhen', 'onlyWhenZh', 'onlyWhenEn', 'when', 'referenceFrom', 'expression', 'ladder', 'basisZh']) {
    if (limit[name] !== undefined && !isText(limit[name])) problems.push(`${at}: ${name} must be a text`);
  }
  checkSetPoint(limit, at, valueType, problems);
  if (WINDOWED.has(limit['dir']) && !isPositive(limit['windowMs'])) problems.push(`${at}: windowMs must be > 0`);
  if (limit['reference'] !== undefined && !isNumber(limit['reference'])) problems.push(`${at}: reference must be a number`);
  const transition = limit['transition'];
  if (transition !== undefined && !(isRow(transition) && isText(transition['from']) && isText(transition['to'])))
    problems.push(`${at}: transition must have from and to`);
  if (limit['dir'] === 'expr' && !isText(limit['expression'])) problems.push(`${at}: no expression`);
  if (
    limit['resetBelow'] !== undefined &&
    (!isNumber(limit['resetBelow']) || (isNumber(limit['setPoint']) && limit['resetBelow'] > limit['setPoint']))
  )
    problems.push(`${at}: resetBelow must be a number not above the set point`);
}

function checkSetPoint(limit: Row, at: string, valueType: string, problems: string[]): void {
  const setPoint = limit['setPoint'];
  if (setPoint === null) {
    const ratio = limit['setPointRatio'];
    if (limit['setPointFrom'] === undefined && !isPositive(ratio) && limit['dir'] !== 'expr')
      problems.push(`${at}: neither setPoint nor setPointFrom`);
  } else if (limit['setPointFrom'] !== undefined) {
    problems.push(`${at}: both setPoint and setPointFrom`);
  } else if (limit['dir'] === 'state') {
    if (valueType === 'bitmask' && !(typeof setPoint === 'string' && BIT.test(setPoint)))
      problems.push(`${at}: a status word needs bit0 … bit31`);
    if (valueType === 'boolean' && setPoint !== 0 && setPoint !== 1) problems.push(`${at}: a boolean needs 0 or 1`);
    if (!isText(setPoint) && !isNumber(setPoint)) problems.push(`${at}: setPoint must be a number or a text`);
  } else if (!isNumber(setPoint)) {
    problems.push(`${at}: setPoint must be a number`);
  }
}

/** In one direction a worse level must lie further out: else the mild limit would never be seen. */
function checkLadders(limits: readonly Row[], at: string, problems: string[]): void {
  const directions = new Map<unknown, unknown>();
  for (const { ladder, dir } of limits.map((limit) => ({ ladder: limit['ladder'], dir: limit['dir'] }))) {
    if (ladder === undefined) continue;
    if (ladder === 'hi' || ladder === 'lo') problems.push(`${at}: ladder ${ladder} is the engine's own name`);
    if ((dir !== 'hi' && dir !== 'lo') || (directions.has(ladder) && directions.get(ladder) !== dir))
      problems.push(`${at}: ladder ${String(ladder)} must hold limits of one direction, hi or lo`);
    directions.set(ladder, dir);
  }
  for (const [dir, sign] of [
    ['hi', 1],
    ['lo', -1],
  ] as const) {
    const rungs = limits.flatMap((limit) => {
      const { code, setPoint, level } = limit;
      if (limit['dir'] !== dir || limit['onlyWhen'] !== undefined || limit['ladder'] !== undefined) return [];
      return isNumber(setPoint) && isLevel(level) && level !== 'none'
        ? [{ code: String(code), out: sign * setPoint, rank: LEVEL_RANK[level] }]
        : [];
    });
    rungs.sort((a, b) => a.out - b.out || a.rank - b.rank);
    for (const [i, rung] of rungs.entries()) {
      const below = rungs[i - 1];
      if (below !== undefined && rung.rank <= below.rank) problems.push(`${at}/${rung.code}: level does not rise above ${below.code}`);
    }
  }
}

function checkVariants(value: unknown, limits: readonly Row[], at: string, problems: string[]): void {
  if (value === undefined) return;
  if (!isRow(value)) {
    problems.push(`${at}: variants is not an object`);
    return;
  }
  const codes = new Set(limits.map((limit) => limit['code']));
  for (const [name, variant] of Object.entries(value)) {
    const place = `${at}/${name}`;
    if (!isRow(variant) || !isRow(variant['setPoints'])) {
      problems.push(`${place}: no set points`);
      continue;
    }
    for (const [code, setPoint] of Object.entries(variant['setPoints'])) {
      if (!codes.has(code)) problems.push(`${place}: unknown limit ${code}`);
      if (setPoint !== null && !isNumber(setPoint)) problems.push(`${place}: set point of ${code} must be a number or null`);
    }
    if (!CONFIDENCES.has(variant['confidence'])) problems.push(`${place}: confidence must be V, M, C or D`);
    if (variant['resetBelow'] !== undefined && !isNumber(variant['resetBelow'])) problems.push(`${place}: resetBelow must be a number`);
  }
}

function unique(rows: readonly Row[], name: string, at: string, problems: string[]): void {
  const seen = new Set<unknown>();
  for (const row of rows) {
    if (seen.has(row[name])) problems.push(`${at}: ${name} ${String(row[name])} twice`);
    seen.add(row[name]);
  }
}

function checkTexts(row: Row, names: readonly string[], at: string, problems: string[]): void {
  for (const name of names) if (!isText(row[name])) problems.push(`${at}: no ${name}`);
}

function rowsOf(value: unknown, at: string, problems: string[]): readonly Row[] {
  if (!Array.isArray(value) || !value.every(isRow)) {
    problems.push(`${at} is not a list of objects`);
    return [];
  }
  return value;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
function isPositive(value: unknown): value is number {
  return isNumber(value) && value > 0;
}
function isLevel(value: unknown): value is LimitLevel {
  return typeof value === 'string' && Object.hasOwn(LEVEL_RANK, value);
}
