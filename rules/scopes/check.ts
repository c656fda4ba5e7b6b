import type { LimitRule, Rule } from '../../model/asset.ts';
import { LEVEL_RANK } from '../../model/level.ts';
import type { LimitDef, LimitDir, MeasurementDef, Profile } from '../../model/profile.ts';
import type { RuleParts } from '../../model/rule.ts';
import { takesTime } from '../compile/escalation.ts';
import { compileExpression } from '../compile/expression.ts';
import { compileSetPoint } from '../compile/set-point.ts';

/** What is wrong with a rule by itself, before any device is looked at: a place in the rule and a sentence. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** Longest delay or window a rule may set. */
const DAY_MS = 86_400_000;
const TEXT_MAX = 1_000;
export const CODE = /^[A-Z][A-Z0-9_]{0,31}$/;
const BIT = /^bit([0-9]|[12][0-9]|3[01])$/;
const DIRS: ReadonlySet<string> = new Set<LimitDir>(['hi', 'lo', 'roc_hi', 'roc_lo', 'dev_hi', 'state', 'count_hi']);
/** Instrument alarms are named so: no limit of a site may look like one. */
export const RESERVED = /^(BAD|FAULT|STUCK|DRIFT|INHIBITED|SILENT|F\d\d)$/;

/** `limit`: what the wider rules and the catalogue have under its code, or null. Profile and measurement are known. */
export function problemsOf(rule: LimitRule, before: Rule | undefined, profile: Profile, limit: LimitDef | null): readonly Problem[] {
  const def = profile.measurements.find((one) => one.key === rule.measurement);
  if (def === undefined) return [{ path: 'measurement', message: `${rule.measurement} is no measurement of ${profile.id}` }];
  if (def.valueType === 'string') return [{ path: 'measurement', message: `${rule.measurement} is text: it has no limits` }];
  const moved = before === undefined ? null : fixedPart(before, rule);
  if (moved !== null) return [{ path: moved, message: 'is fixed; make another rule' }];
  const about = aboutProblems(rule, def, limit);
  if (about.length > 0) return about;
  const dir = rule.adds ?? limit?.dir ?? 'hi';
  if (limit !== null && limit.escalates !== undefined) return [...escalationProblems(rule.parts, limit), ...reasonProblems(rule)];
  return [
    ...partProblems(rule.parts, dir, def),
    ...conditionProblems(rule.parts, profile),
    ...(rule.adds === null ? [] : newLimitProblems(rule.parts, dir)),
    ...reasonProblems(rule),
  ];
}

function fixedPart(before: Rule, after: Rule): string | null {
  if (before.joint !== undefined) return 'joint';
  const fixed = ['scope', 'scopeId', 'profileId', 'measurement', 'code', 'adds'] as const;
  return fixed.find((one) => before[one] !== after[one]) ?? null;
}

function aboutProblems(rule: Rule, def: MeasurementDef, limit: LimitDef | null): readonly Problem[] {
  const known = def.limits.map(({ code }) => code);
  if (rule.adds === null) {
    if (limit !== null) return [];
    return [{ path: 'code', message: `${rule.code} is no limit of ${rule.measurement}; there are ${known.join(', ') || 'none'}` }];
  }
  if (!DIRS.has(rule.adds)) return [{ path: 'adds', message: 'is no kind of limit' }];
  if (!CODE.test(rule.code) || RESERVED.test(rule.code))
    return [{ path: 'code', message: 'wanted: a capital letter, then up to 31 of A–Z, 0–9 and _, none of the platform’s own' }];
  return limit === null ? [] : [{ path: 'adds', message: `${rule.code} is there already: leave "adds" out to change it` }];
}

export function reasonProblems(rule: Rule): readonly Problem[] {
  return rule.parts.enabled === false && (rule.reason ?? '').trim() === ''
    ? [{ path: 'reason', message: 'wanted where a limit is switched off' }]
    : [];
}

function newLimitProblems(parts: RuleParts, dir: LimitDir): readonly Problem[] {
  const problems: Problem[] = [];
  const want = (given: boolean, path: string, message = 'wanted where a rule adds a limit'): void => {
    if (!given) problems.push({ path: `parts.${path}`, message });
  };
  want(parts.setPoint !== undefined || parts.setPointFrom !== undefined, 'setPoint');
  want(parts.level !== undefined, 'level');
  want((parts.basis ?? '').trim() !== '', 'basis', 'wanted where a rule adds a limit: what it rests on');
  if (dir === 'hi' || dir === 'lo') want(parts.deadband !== undefined || parts.resetBelow !== undefined, 'deadband');
  if (dir === 'roc_hi' || dir === 'roc_lo' || dir === 'count_hi') want(parts.windowMs !== undefined, 'windowMs');
  return problems;
}

function partProblems(parts: RuleParts, dir: LimitDir, def: MeasurementDef): readonly Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, message: string): void => void problems.push({ path: path === '' ? 'parts' : `parts.${path}`, message });
  if (Object.keys(parts).length === 0) say('', 'says nothing');
  if (parts.setPoint !== undefined && parts.setPointFrom !== undefined) say('setPointFrom', 'either a set point or an expression');
  if (parts.deadband !== undefined && parts.resetBelow !== undefined) say('resetBelow', 'either a deadband or a clearing value');
  if (parts.setPoint !== undefined) {
    const wrong = wrongSetPoint(parts.setPoint, dir, def);
    if (wrong !== null) say('setPoint', wrong);
  }
  if (parts.setPointFrom !== undefined) {
    const { error } = compileSetPoint(parts.setPointFrom);
    if (error !== null) say('setPointFrom', error);
    else if (dir === 'state') say('setPointFrom', 'a state has no set point that is worked out');
  }
  if (parts.deadband !== undefined && !(Number.isFinite(parts.deadband) && parts.deadband >= 0)) say('deadband', 'wanted: 0 or more');
  if (parts.resetBelow !== undefined) {
    if (dir !== 'hi') say('resetBelow', 'only a high limit has one');
    else if (!Number.isFinite(parts.resetBelow)) say('resetBelow', 'wanted: a number');
  }
  problems.push(...delayProblems(parts));
  if (parts.windowMs !== undefined) {
    if (dir === 'hi' || dir === 'lo' || dir === 'state') say('windowMs', 'only a rate, a deviation or a count has one');
    else if (!(Number.isInteger(parts.windowMs) && parts.windowMs > 0 && parts.windowMs <= 7 * DAY_MS))
      say('windowMs', `wanted: whole milliseconds, 1 … ${7 * DAY_MS}`);
  }
  if (parts.level !== undefined && !Object.hasOwn(LEVEL_RANK, parts.level)) say('level', 'wanted: red, orange, yellow, blue or none');
  return [...problems, ...textProblems(parts)];
}

/** An escalation has its set point, its return and its latch from the limit it rises from, and its causes from the catalogue. */
const OF_ESCALATION: readonly string[] = ['onDelayMs', 'level', 'enabled', 'basis', 'basisZh'] satisfies readonly (keyof RuleParts)[];

function escalationProblems(parts: RuleParts, limit: LimitDef): readonly Problem[] {
  const of = limit.escalates?.of ?? '';
  const problems: Problem[] = Object.keys(parts)
    .filter((part) => !OF_ESCALATION.includes(part))
    .map((part) => ({ path: `parts.${part}`, message: `an escalation has it from ${of}` }));
  if (Object.keys(parts).length === 0) problems.push({ path: 'parts', message: 'says nothing' });
  if (parts.onDelayMs !== undefined && !takesTime(limit))
    problems.push({ path: 'parts.onDelayMs', message: 'nothing that makes it rise takes a time' });
  if (parts.level !== undefined && !Object.hasOwn(LEVEL_RANK, parts.level))
    problems.push({ path: 'parts.level', message: 'wanted: red, orange, yellow, blue or none' });
  return [...problems, ...delayProblems(parts), ...textProblems(parts)];
}

export function delayProblems(parts: RuleParts): readonly Problem[] {
  return (['onDelayMs', 'offDelayMs'] as const).flatMap((name) => {
    const ms = parts[name];
    const sound = ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms <= DAY_MS);
    return sound ? [] : [{ path: `parts.${name}`, message: `wanted: whole milliseconds, 0 … ${DAY_MS}` }];
  });
}

export function textProblems(parts: RuleParts): readonly Problem[] {
  const problems = (['basis', 'basisZh', 'onlyWhen'] as const).flatMap((name) => {
    const text = parts[name];
    const wrong = typeof text === 'string' && (text.trim() === '' || text.length > TEXT_MAX);
    return wrong ? [{ path: `parts.${name}`, message: `wanted: 1 … ${TEXT_MAX} characters` }] : [];
  });
  if (parts.basisZh === undefined || parts.basis !== undefined) return problems;
  return [...problems, { path: 'parts.basisZh', message: 'wanted together with basis' }];
}

/** A condition is an expression over the profile's points, attributes and conditions. */
function conditionProblems(parts: RuleParts, profile: Profile): readonly Problem[] {
  if (typeof parts.onlyWhen !== 'string' || parts.onlyWhen.trim() === '') return [];
  const compiled = compileExpression(parts.onlyWhen, profile, 'bool');
  return compiled.ok ? [] : [{ path: 'parts.onlyWhen', message: compiled.problem }];
}

function wrongSetPoint(at: number | string, dir: LimitDir, def: MeasurementDef): string | null {
  if (dir === 'state') {
    if (typeof at === 'string') return BIT.test(at) ? null : 'wanted: a number, or bit0 … bit31';
    return Number.isFinite(at) ? null : 'wanted: a number';
  }
  if (typeof at !== 'number' || !Number.isFinite(at)) return 'wanted: a number';
  if (dir !== 'hi' && dir !== 'lo') return at > 0 ? null : 'wanted: more than 0';
  const [from, to] = def.range;
  return at >= from && at <= to ? null : `outside the measuring range ${from} … ${to} ${def.ucum}`;
}
