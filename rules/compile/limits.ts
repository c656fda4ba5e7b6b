// From catalogue, variant and attributes to the limits that stand for one device: each armed, or not armed with the
// reason. Nothing here guesses: what the engine cannot judge yet, or what nobody has filled in, is shown as not armed.
import type { Device, HazardSource } from '../../model/asset.ts';
import type { EffectiveLimit } from '../../model/engine.ts';
import { LEVEL_RANK } from '../../model/level.ts';
import type { LimitDef, LimitVariant, MeasurementDef, Profile } from '../../model/profile.ts';
import { ladderNames } from './ladder.ts';
import { compileSetPoint, type SetPointExpression } from './set-point.ts';

/** Why a limit is not armed; stable. */
type Reason =
  | 'attribute-missing'
  | 'not-supported'
  | 'condition-not-supported'
  | 'no-set-point'
  | 'removed-by-variant'
  | 'disabled-by-rule'
  | 'log-only';

interface Stand {
  readonly setPoint: number | string | null;
  readonly reason: Reason | null;
  readonly detail: string | null;
}

/** One limit of the catalogue under one variant; `stand` is null while it depends on attributes. */
interface Template {
  readonly def: LimitDef;
  readonly stand: Stand | null;
  readonly expression: SetPointExpression | null;
  readonly deadband: number;
  readonly resetBelow: number | undefined;
  readonly basis: string;
  readonly basisZh: string | undefined;
  readonly confidence: LimitDef['confidence'];
}

interface Plan {
  readonly measurements: readonly { readonly def: MeasurementDef; readonly templates: readonly Template[] }[];
  /** Attributes that any set point of the profile reads, sorted. */
  readonly attributes: readonly string[];
  readonly results: Map<string, readonly EffectiveLimit[]>;
}

/** Compiled results kept per profile and variant; past it they are forgotten and made anew (same values). */
const MAX_KEPT_RESULTS = 4096;

/** Profiles are immutable values, so what follows from one may be kept as long as it lives. */
const plans = new WeakMap<Profile, Map<string, Plan>>();

/**
 * Every limit of every point of a device, in the catalogue's order, channels 1…n of a measurement one after the other.
 * Devices whose profile, variant, relevant attributes and revision are equal share one array.
 * @param hazardSource its attributes stand in where the device has none
 */
export function effectiveLimits(
  device: Device,
  profile: Profile,
  hazardSource: HazardSource | null,
  ruleRevision: number,
): readonly EffectiveLimit[] {
  const plan = planOf(profile, device.variant);
  const attribute = (name: string): number | string | boolean | undefined => {
    if (Object.hasOwn(device.attributes, name)) return device.attributes[name];
    if (hazardSource !== null && Object.hasOwn(hazardSource.attributes, name)) return hazardSource.attributes[name];
    return undefined;
  };
  const key = resultKey(ruleRevision, plan.attributes, attribute);
  const kept = plan.results.get(key);
  if (kept !== undefined) return kept;
  const limits = plan.measurements.flatMap(({ def, templates }) => compileMeasurement(def, templates, attribute, ruleRevision));
  if (plan.results.size >= MAX_KEPT_RESULTS) plan.results.clear();
  plan.results.set(key, limits);
  return limits;
}

function resultKey(revision: number, names: readonly string[], attribute: (name: string) => unknown): string {
  if (names.length === 0) return String(revision);
  return `${revision}|${JSON.stringify(names.map((name) => attribute(name) ?? null))}`;
}

function planOf(profile: Profile, variant: string | null): Plan {
  let variants = plans.get(profile);
  if (variants === undefined) {
    variants = new Map();
    plans.set(profile, variants);
  }
  // A name the profile does not know stands for no variant; it must not grow the kept plans either.
  const known = variant !== null && profile.measurements.some((m) => m.variants !== undefined && Object.hasOwn(m.variants, variant));
  const name = known ? variant : '';
  let plan = variants.get(name);
  if (plan === undefined) {
    plan = makePlan(profile, name);
    variants.set(name, plan);
  }
  return plan;
}

function makePlan(profile: Profile, variantName: string): Plan {
  const measurements = profile.measurements.map((def) => {
    const variants = def.variants ?? {};
    const variant = Object.hasOwn(variants, variantName) ? variants[variantName] : undefined;
    const worst = worstOf(def, variant);
    return { def, templates: def.limits.map((limit) => makeTemplate(limit, variant, limit.code === worst)) };
  });
  const names = measurements.flatMap(({ templates }) => templates.flatMap(({ expression }) => expression?.attributes ?? []));
  return { measurements, attributes: [...new Set(names)].sort(), results: new Map() };
}

/** Code of the worst limit a variant sets: the one its `resetBelow` belongs to. */
export function worstOf(def: MeasurementDef, variant: LimitVariant | undefined): string | null {
  let worst: LimitDef | null = null;
  for (const limit of def.limits) {
    if (variant === undefined || typeof ownSetPoint(variant, limit.code) !== 'number') continue;
    if (worst === null || LEVEL_RANK[limit.level] > LEVEL_RANK[worst.level]) worst = limit;
  }
  return worst === null ? null : worst.code;
}

export function ownSetPoint(variant: LimitVariant, code: string): number | null | undefined {
  return Object.hasOwn(variant.setPoints, code) ? variant.setPoints[code] : undefined;
}

function makeTemplate(def: LimitDef, variant: LimitVariant | undefined, worst: boolean): Template {
  const replaced = variant === undefined ? undefined : ownSetPoint(variant, def.code);
  const setPoint = replaced === undefined ? def.setPoint : replaced;
  const resetBelow = worst && variant?.resetBelow !== undefined ? variant.resetBelow : replaced === undefined ? def.resetBelow : undefined;
  const expression = replaced === undefined && def.setPointFrom !== undefined ? compileSetPoint(def.setPointFrom) : null;
  return {
    def,
    stand: standOf(def, setPoint, replaced === null, expression !== null),
    expression,
    deadband: resetBelow !== undefined && typeof setPoint === 'number' ? rounded(Math.abs(setPoint - resetBelow)) : def.deadband,
    resetBelow,
    ...basisOf(def, replaced === undefined ? undefined : variant),
    confidence: replaced !== undefined && variant !== undefined ? variant.confidence : def.confidence,
  };
}

/** Both languages come from one place: a Chinese text never stands for a number that only the English one explains. */
function basisOf(def: LimitDef, variant: LimitVariant | undefined): Pick<Template, 'basis' | 'basisZh'> {
  return variant?.basis === undefined ? { basis: def.basis, basisZh: def.basisZh } : { basis: variant.basis, basisZh: variant.basisZh };
}

/** How the limit stands as far as it does not depend on attributes; null = ask the expression. */
function standOf(def: LimitDef, setPoint: number | string | null, removed: boolean, derived: boolean): Stand | null {
  if (removed) return { setPoint: null, reason: 'removed-by-variant', detail: null };
  if (derived) return null;
  const not = notJudged(def, setPoint);
  if (not !== null) return { setPoint, ...not };
  return setPoint === null ? { setPoint, reason: 'no-set-point', detail: null } : { setPoint, reason: null, detail: null };
}

function notJudged(def: LimitDef, setPoint: number | string | null): { readonly reason: Reason; readonly detail: string | null } | null {
  if (def.disabled !== undefined) return { reason: 'disabled-by-rule', detail: def.disabled };
  if (def.level === 'none') return { reason: 'log-only', detail: null };
  if (def.onlyWhen !== undefined) return { reason: 'condition-not-supported', detail: def.onlyWhen };
  if (def.dir !== 'hi' && def.dir !== 'lo' && def.dir !== 'state') return { reason: 'not-supported', detail: def.dir };
  if (def.setPointRatio !== undefined) return { reason: 'not-supported', detail: 'setPointRatio' };
  if (def.dir === 'state' && typeof setPoint === 'string' && !BIT.test(setPoint)) return { reason: 'not-supported', detail: setPoint };
  if (def.dir !== 'state' && typeof setPoint === 'string') return { reason: 'no-set-point', detail: setPoint };
  return null;
}

const BIT = /^bit([0-9]|[12][0-9]|3[01])$/;

function compileMeasurement(
  def: MeasurementDef,
  templates: readonly Template[],
  attribute: (name: string) => number | string | boolean | undefined,
  ruleRevision: number,
): readonly EffectiveLimit[] {
  const stands = templates.map((template) => template.stand ?? derive(template, attribute));
  const ladders = ladderNames(
    templates.map((template, i) => {
      const stand = stands[i];
      return {
        code: template.def.code,
        dir: template.def.dir,
        level: template.def.level,
        // What a rule has switched off cannot be seen, so it hides nothing either.
        setPoint: typeof stand?.setPoint === 'number' && template.def.disabled === undefined ? stand.setPoint : null,
        onlyWhen: template.def.onlyWhen !== undefined,
        ladder: template.def.ladder,
      };
    }),
  );
  const channels: readonly (number | null)[] = def.channels === undefined ? [null] : Array.from({ length: def.channels }, (_, i) => i + 1);
  return channels.flatMap((channel) =>
    templates.map((template, i) => {
      const stand = stands[i] ?? { setPoint: null, reason: 'no-set-point', detail: null };
      const limit = template.def;
      return {
        measurement: def.key,
        channel,
        ladder: ladders[i] ?? limit.code,
        code: limit.code,
        dir: limit.dir,
        level: limit.level,
        setPoint: stand.setPoint,
        deadband: template.deadband,
        ...(template.resetBelow === undefined ? {} : { resetBelow: template.resetBelow }),
        onDelayMs: limit.onDelayMs,
        offDelayMs: limit.offDelayMs,
        latching: limit.latching,
        unit: def.ucum,
        armed: stand.reason === null,
        reason: stand.reason,
        detail: stand.detail,
        onlyWhen: limit.onlyWhen ?? null,
        ...(limit.onlyWhenZh === undefined ? {} : { onlyWhenZh: limit.onlyWhenZh }),
        ...(limit.onlyWhenEn === undefined ? {} : { onlyWhenEn: limit.onlyWhenEn }),
        basis: template.basis,
        ...(template.basisZh === undefined ? {} : { basisZh: template.basisZh }),
        confidence: template.confidence,
        ruleRevision,
      };
    }),
  );
}

/** The set point is worked out even where the limit is not judged, so that people see the number. */
function derive(template: Template, attribute: (name: string) => number | string | boolean | undefined): Stand {
  const { def, expression } = template;
  const not = notJudged(def, null);
  const outcome = expression?.evaluate(attribute) ?? { ok: false as const, code: 'no-set-point' as const, detail: '' };
  const setPoint = outcome.ok ? outcome.setPoint : null;
  if (not !== null) return { setPoint, ...not };
  return outcome.ok ? { setPoint, reason: null, detail: null } : { setPoint, reason: outcome.code, detail: outcome.detail };
}

function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
