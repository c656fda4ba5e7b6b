/** The limits of a place as they are listed: as they stand at one of its devices or, where it has none, as catalogue and rules say. Pure. */
import type { Rule } from '../../../../model/asset.ts';
import type { EffectiveLimit } from '../../../../model/engine.ts';
import type { LimitLevel } from '../../../../model/level.ts';
import type { Confidence, Escalates, EscalationDef, LimitDef, LimitDir, MeasurementDef, Profile } from '../../../../model/profile.ts';
import type { LimitSources } from '../../../../model/rule.ts';

/** What both an effective limit and one of the catalogue say. */
export interface LimitRow {
  readonly measurement: string;
  /** The first, where it has channels. */
  readonly channel: number | null;
  readonly code: string;
  readonly dir: LimitDir;
  readonly level: LimitLevel;
  readonly setPoint: number | string | null;
  readonly setPointFrom?: string | undefined;
  readonly deadband: number;
  readonly resetBelow?: number | undefined;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly windowMs?: number | undefined;
  readonly latching: boolean;
  readonly onlyWhen: string | null;
  readonly onlyWhenZh?: string | undefined;
  readonly onlyWhenEn?: string | undefined;
  readonly expression?: string | undefined;
  /** Of an escalation: what it rises from; the rest but level and time it has from there. */
  readonly escalates?: Escalates | undefined;
  readonly relative?: boolean | undefined;
  /** UCUM, of the set point. */
  readonly unit: string;
  readonly basis: string;
  readonly basisZh?: string | undefined;
  readonly confidence: Confidence;
  /** Null: nobody can say, for no device of the place was looked at. */
  readonly armed: boolean | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly sources?: LimitSources | undefined;
  /** The rule of this place about it. */
  readonly rule: Rule | null;
}

const keyOf = (measurement: string | null, code: string): string => `${measurement ?? ''}/${code}`;
/** Rules of the place that stand and are about one limit of the profile, by limit. */
function rulesByLimit(rules: readonly Rule[], profileId: string): ReadonlyMap<string, Rule> {
  const about = rules.filter((one) => one.retiredAt === null && one.joint === undefined && one.profileId === profileId);
  return new Map(about.map((one) => [keyOf(one.measurement, one.code), one]));
}

function catalogued(def: MeasurementDef, limit: LimitDef): Omit<LimitRow, 'rule'> {
  return {
    ...limit,
    measurement: def.key,
    channel: def.channels === undefined ? null : 1,
    unit: def.ucum,
    relative: limit.setPointRatio !== undefined,
    onlyWhen: limit.onlyWhen ?? null,
    armed: null,
    reason: null,
    detail: null,
  };
}

/** An escalation of the catalogue, with what it has from the limit it rises from. */
function escalation(def: MeasurementDef, { form, when, whenZh, whenEn, to, ...said }: EscalationDef): Omit<LimitRow, 'rule'> | null {
  const base = form?.measurement === def.key ? def.limits.find(({ code }) => code === form.of) : undefined;
  if (form === undefined || base === undefined) return null;
  const { basis = '', basisZh, confidence } = said;
  return {
    ...catalogued(def, { ...base, basis, ...(basisZh === undefined ? {} : { basisZh }), confidence }),
    basisZh,
    code: form.code,
    dir: 'follows',
    level: to,
    onDelayMs: form.afterMs ?? 0,
    escalates: {
      of: form.of,
      any: form.any,
      when,
      ...(whenZh === undefined ? {} : { whenZh }),
      ...(whenEn === undefined ? {} : { whenEn }),
    },
  };
}

/** A limit that the rule adds, as far as the rule says it. */
function added(def: MeasurementDef, rule: Rule): Omit<LimitRow, 'rule'> {
  const { parts } = rule;
  return {
    measurement: def.key,
    channel: def.channels === undefined ? null : 1,
    code: rule.code,
    dir: rule.adds ?? 'hi',
    level: parts.level ?? 'none',
    setPoint: parts.setPoint ?? null,
    setPointFrom: parts.setPointFrom,
    deadband: parts.deadband ?? 0,
    resetBelow: parts.resetBelow,
    onDelayMs: parts.onDelayMs ?? 0,
    offDelayMs: parts.offDelayMs ?? 0,
    windowMs: parts.windowMs,
    latching: parts.latching ?? false,
    onlyWhen: parts.onlyWhen ?? null,
    unit: def.ucum,
    basis: parts.basis ?? '',
    basisZh: parts.basisZh,
    confidence: 'D',
    armed: null,
    reason: null,
    detail: null,
  };
}

/**
 * One row per measurement and code; of several channels the first, for rules do not tell them apart.
 * @param seen the limits of the device looked at, or null where the place has none
 */
export function limitRows(profile: Profile, seen: readonly EffectiveLimit[] | null, rules: readonly Rule[]): readonly LimitRow[] {
  const byLimit = rulesByLimit(rules, profile.id);
  const rows = new Map<string, LimitRow>();
  const put = (row: Omit<LimitRow, 'rule'>): void => {
    const key = keyOf(row.measurement, row.code);
    if (!rows.has(key)) rows.set(key, { ...row, rule: byLimit.get(key) ?? null });
  };
  if (seen !== null) for (const one of seen) put({ ...one, setPointFrom: one.sources?.setPointFrom });
  else
    for (const def of profile.measurements) {
      for (const one of def.limits) put(catalogued(def, one));
      for (const one of (profile.escalate ?? []).map((row) => escalation(def, row))) if (one !== null) put(one);
    }
  for (const rule of byLimit.values()) {
    const def = profile.measurements.find(({ key }) => key === rule.measurement);
    if (rule.adds !== null && def !== undefined) put(added(def, rule));
  }
  return [...rows.values()];
}
