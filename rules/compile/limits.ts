// From catalogue, variant and attributes to the limits that stand for one device: each armed, or not armed with the
// reason. Nothing here guesses: what the engine cannot judge yet, or what nobody has filled in, is shown as not armed.
import type { Device, HazardSource } from '../../model/asset.ts';
import type { EffectiveLimit } from '../../model/engine.ts';
import { ENTRY_VERSION } from '../../model/entry.ts';
import { LEVEL_RANK } from '../../model/level.ts';
import type { LimitDef, LimitVariant, MeasurementDef, Profile } from '../../model/profile.ts';
import { GROUP_ATTRIBUTE, type NamedGroup, wantedGroup } from './escalation.ts';
import { ASSET, CONDITION, type Expression, type Fact } from './expression.ts';
import { type Formulas, formulasOf } from './formulas.ts';
import { ladderNames } from './ladder.ts';
import { compileSetPoint, type SetPointExpression } from './set-point.ts';

/** Why a limit is not armed; stable. */
type Reason =
  | 'attribute-missing'
  | 'condition-missing'
  | 'expression-invalid'
  | 'not-supported'
  | 'condition-not-supported'
  | 'no-set-point'
  | 'removed-by-variant'
  | 'disabled-by-rule'
  | 'log-only'
  | 'base-not-armed'
  | 'not-above-base';

/** Entries of format 1 were judged by the value alone: rates, deviations, counts, transitions and conditions came with format 2. */
const BY_VALUE_ALONE = 1;

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
  readonly formulas: Formulas;
  readonly deadband: number;
  readonly resetBelow: number | undefined;
  readonly basis: string;
  readonly basisZh: string | undefined;
  readonly confidence: LimitDef['confidence'];
}

interface Plan {
  readonly measurements: readonly { readonly def: MeasurementDef; readonly templates: readonly Template[] }[];
  /** Attributes that any set point or expression of the profile reads, sorted; and the conditions. */
  readonly attributes: readonly string[];
  readonly conditions: readonly string[];
  /** Groups of which some limit asks whether the device is in one; which one it is makes no other limit. */
  readonly groups: readonly NamedGroup[];
  readonly results: Map<string, readonly EffectiveLimit[]>;
}

/** Compiled results kept per profile and variant; past it they are forgotten and made anew (same values). */
const MAX_KEPT_RESULTS = 4096;

/** Profiles are immutable values, so what follows from one may be kept as long as it lives. */
const plans = new WeakMap<Profile, Map<string, Plan>>();

/** What is filled in about a device. */
interface Facts {
  attribute(name: string): Fact | undefined;
  condition(name: string): Fact | undefined;
  /** It is known which group of the kind it is in: a protection zone is named, an area also follows from a hazard source or a site. */
  placed(group: NamedGroup): boolean;
}

/**
 * Every limit of every point of a device, in the catalogue's order, channels 1…n of a measurement one after the other.
 * Devices whose profile, variant, relevant attributes and conditions and revision are equal share one array.
 * @param hazardSource its attributes stand in where the device has no attribute or condition of that name
 * @param format newest entry format applied: entries of format 1 know the value alone
 */
export function effectiveLimits(
  device: Device,
  profile: Profile,
  hazardSource: HazardSource | null,
  ruleRevision: number,
  format: number = ENTRY_VERSION,
): readonly EffectiveLimit[] {
  const plan = planOf(profile, device.variant, format);
  const ofSource = (name: string): Fact | undefined =>
    hazardSource !== null && Object.hasOwn(hazardSource.attributes, name) ? hazardSource.attributes[name] : undefined;
  const attribute = (name: string): Fact | undefined => (Object.hasOwn(device.attributes, name) ? device.attributes[name] : ofSource(name));
  const facts: Facts = {
    attribute,
    placed: (group) =>
      isNamed(attribute(GROUP_ATTRIBUTE[group])) || (group === 'area' && (device.hazardSourceId !== null || device.siteId !== null)),
    condition: (name) => (Object.hasOwn(device.conditions, name) ? device.conditions[name] : ofSource(name)),
  };
  const key = resultKey(ruleRevision, plan, facts);
  const kept = plan.results.get(key);
  if (kept !== undefined) return kept;
  const limits = plan.measurements.flatMap(({ def, templates }) => compileMeasurement(def, templates, facts, ruleRevision));
  if (plan.results.size >= MAX_KEPT_RESULTS) plan.results.clear();
  plan.results.set(key, limits);
  return limits;
}

function resultKey(revision: number, plan: Plan, facts: Facts): string {
  if (plan.attributes.length === 0 && plan.conditions.length === 0 && plan.groups.length === 0) return String(revision);
  const values = [
    ...plan.groups.map((group) => facts.placed(group)),
    ...plan.attributes.map((name) => facts.attribute(name) ?? null),
    ...plan.conditions.map((name) => facts.condition(name) ?? null),
  ];
  return `${revision}|${JSON.stringify(values)}`;
}

function isNamed(group: Fact | undefined): boolean {
  return group !== undefined && group !== '';
}

function planOf(profile: Profile, variant: string | null, format: number): Plan {
  let variants = plans.get(profile);
  if (variants === undefined) {
    variants = new Map();
    plans.set(profile, variants);
  }
  // A name the profile does not know stands for no variant; it must not grow the kept plans either.
  const known = variant !== null && profile.measurements.some((m) => m.variants !== undefined && Object.hasOwn(m.variants, variant));
  const name = known ? variant : '';
  const byValueAlone = format <= BY_VALUE_ALONE;
  const key = `${byValueAlone ? BY_VALUE_ALONE : ''}|${name}`;
  let plan = variants.get(key);
  if (plan === undefined) {
    plan = makePlan(profile, name, byValueAlone);
    variants.set(key, plan);
  }
  return plan;
}

function makePlan(profile: Profile, variantName: string, byValueAlone: boolean): Plan {
  const measurements = profile.measurements.map((def) => {
    const variants = def.variants ?? {};
    const variant = Object.hasOwn(variants, variantName) ? variants[variantName] : undefined;
    const worst = worstOf(def, variant);
    return { def, templates: def.limits.map((limit) => makeTemplate(limit, profile, variant, limit.code === worst, byValueAlone)) };
  });
  const templates = measurements.flatMap((one) => one.templates);
  const expressions = templates.flatMap(({ formulas }) => formulas.all);
  const attributes = [
    ...templates.flatMap(({ expression }) => expression?.attributes ?? []),
    ...expressions.flatMap((one) => one.attributes),
  ];
  const conditions = expressions.flatMap((one) => one.conditions);
  return {
    measurements,
    attributes: [...new Set(attributes)].sort(),
    conditions: [...new Set(conditions)].sort(),
    groups: [...new Set(templates.flatMap(({ def }) => wantedGroup(def) ?? []))].sort(),
    results: new Map(),
  };
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

function makeTemplate(def: LimitDef, profile: Profile, variant: LimitVariant | undefined, worst: boolean, byValueAlone: boolean): Template {
  const replaced = variant === undefined ? undefined : ownSetPoint(variant, def.code);
  const setPoint = replaced === undefined ? def.setPoint : replaced;
  const resetBelow = worst && variant?.resetBelow !== undefined ? variant.resetBelow : replaced === undefined ? def.resetBelow : undefined;
  const expression = replaced === undefined && def.setPointFrom !== undefined ? compileSetPoint(def.setPointFrom) : null;
  const formulas = formulasOf(def, profile, byValueAlone);
  return {
    def,
    stand: standOf(def, formulas, setPoint, replaced === null, expression !== null),
    expression,
    formulas,
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

/** How the limit stands as far as it does not depend on what is filled in; null = ask the device. */
function standOf(def: LimitDef, formulas: Formulas, setPoint: number | string | null, removed: boolean, derived: boolean): Stand | null {
  if (removed) return { setPoint: null, reason: 'removed-by-variant', detail: null };
  if (derived || def.escalates !== undefined) return null;
  const shown = setPoint ?? def.setPointRatio ?? (def.dir === 'expr' ? 1 : null);
  const not = notJudged(def, formulas, shown);
  if (not !== null) return { setPoint: shown, ...not };
  if (shown === null) return { setPoint: null, reason: 'no-set-point', detail: null };
  return formulas.all.length > 0 ? null : { setPoint: shown, reason: null, detail: null };
}

function notJudged(
  def: LimitDef,
  formulas: Formulas,
  setPoint: number | string | null,
): { readonly reason: Reason; readonly detail: string | null } | null {
  if (def.disabled !== undefined) return { reason: 'disabled-by-rule', detail: def.disabled };
  if (def.level === 'none') return { reason: 'log-only', detail: null };
  if (formulas.not !== null) return formulas.not;
  if (def.dir === 'state' && def.transition !== undefined) return null;
  if (def.dir === 'state' && typeof setPoint === 'string' && !BIT.test(setPoint)) return { reason: 'not-supported', detail: setPoint };
  if (def.dir !== 'state' && typeof setPoint === 'string') return { reason: 'no-set-point', detail: setPoint };
  return null;
}

const BIT = /^bit([0-9]|[12][0-9]|3[01])$/;

function compileMeasurement(
  def: MeasurementDef,
  templates: readonly Template[],
  facts: Facts,
  ruleRevision: number,
): readonly EffectiveLimit[] {
  const own = templates.map((template) => (template.def.escalates === undefined ? (template.stand ?? derive(template, facts)) : null));
  const bases = templates.map(({ def: { escalates } }) =>
    escalates === undefined ? -1 : templates.findIndex(({ def: { code } }) => code === escalates.of),
  );
  const stands = templates.map((template, i) => {
    const at = bases[i] ?? -1;
    return own[i] ?? template.stand ?? follow(template, templates[at]?.def, own[at] ?? null, facts);
  });
  const more = templates.map((template) => shownFormulas(template, facts));
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
      // An escalation is of its base's alarm, returns as its base does, and latches with it.
      const home = bases[i] !== undefined && bases[i] >= 0 ? bases[i] : i;
      const base = templates[home] ?? template;
      return {
        measurement: def.key,
        channel,
        ladder: ladders[home] ?? limit.code,
        code: limit.code,
        dir: limit.dir,
        level: limit.level,
        setPoint: stand.setPoint,
        deadband: base.deadband,
        ...(base.resetBelow === undefined ? {} : { resetBelow: base.resetBelow }),
        onDelayMs: limit.onDelayMs,
        offDelayMs: base.def.offDelayMs,
        latching: base.def.latching,
        unit: def.ucum,
        ...(limit.escalates === undefined ? {} : { escalates: limit.escalates }),
        ...more[i],
        armed: stand.reason === null,
        reason: stand.reason,
        detail: stand.detail,
        ...(limit.fault === undefined ? {} : { fault: limit.fault }),
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

/** An escalation stands where the limit does that it rises from. */
function follow(template: Template, base: LimitDef | undefined, stand: Stand | null, facts: Facts): Stand {
  const { def, formulas } = template;
  const setPoint = stand?.setPoint ?? null;
  const not = notJudged(def, formulas, null);
  if (not !== null) return { setPoint, ...not };
  const of = def.escalates?.of ?? '';
  if (base === undefined || stand === null || stand.reason !== null) return { setPoint, reason: 'base-not-armed', detail: of };
  if (LEVEL_RANK[def.level] <= LEVEL_RANK[base.level]) return { setPoint, reason: 'not-above-base', detail: of };
  const group = wantedGroup(def);
  if (group !== null && !facts.placed(group)) return { setPoint, reason: 'attribute-missing', detail: GROUP_ATTRIBUTE[group] };
  return { setPoint, reason: null, detail: null };
}

/** The set point is worked out even where the limit is not judged, so that people see the number. */
function derive(template: Template, facts: Facts): Stand {
  const { def, expression, formulas } = template;
  const outcome =
    expression?.evaluate(facts.attribute) ??
    ({ ok: true, setPoint: def.setPoint ?? def.setPointRatio ?? (def.dir === 'expr' ? 1 : null) } as const);
  const setPoint = outcome.ok ? outcome.setPoint : null;
  const not = notJudged(def, formulas, null);
  if (not !== null) return { setPoint, ...not };
  if (!outcome.ok) return { setPoint, reason: outcome.code, detail: outcome.detail };
  return { setPoint, ...(missingOf(formulas, facts) ?? { reason: null, detail: null }) };
}

/** What the limit's expressions need and nobody has filled in: attributes first, then conditions. */
function missingOf(formulas: Formulas, facts: Facts): { readonly reason: Reason; readonly detail: string } | null {
  const missing = (names: (one: Expression) => readonly string[], value: (name: string) => Fact | undefined): string =>
    [...new Set(formulas.needed.flatMap(names))].filter((name) => value(name) === undefined).join(', ');
  const attributes = missing((one) => one.attributes, facts.attribute);
  if (attributes !== '') return { reason: 'attribute-missing', detail: attributes };
  const conditions = missing((one) => one.conditions, facts.condition);
  return conditions === '' ? null : { reason: 'condition-missing', detail: conditions };
}

/** What is shown, and judged by, beside the set point. */
function shownFormulas(template: Template, facts: Facts): Partial<EffectiveLimit> {
  const { def, formulas } = template;
  if (formulas.not !== null && formulas.not.reason !== 'condition-not-supported') return {};
  const reads: Record<string, Fact> = {};
  for (const expression of formulas.all) {
    for (const name of expression.attributes) note(reads, ASSET + name, facts.attribute(name));
    for (const name of expression.conditions) note(reads, CONDITION + name, facts.condition(name));
  }
  return {
    ...(def.windowMs === undefined ? {} : { windowMs: def.windowMs }),
    ...(def.setPointRatio === undefined ? {} : { relative: true }),
    ...(def.dir === 'dev_hi' ? { reference: referenceOf(def, formulas, facts) } : {}),
    ...(def.when === undefined ? {} : { when: def.when }),
    ...(def.transition === undefined ? {} : { transition: def.transition }),
    ...(def.expression === undefined ? {} : { expression: def.expression }),
    ...(Object.keys(reads).length === 0 ? {} : { reads }),
  };
}

function note(reads: Record<string, Fact>, name: string, value: Fact | undefined): void {
  if (value !== undefined) reads[name] = value;
}

/** The expression where its attributes are filled in, else the number. */
function referenceOf(def: LimitDef, formulas: Formulas, facts: Facts): number | string {
  const { reference } = formulas;
  const known = reference !== null && reference.attributes.every((name) => typeof facts.attribute(name) === 'number');
  return known ? reference.text : (def.reference ?? 0);
}

function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
