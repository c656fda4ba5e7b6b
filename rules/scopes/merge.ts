import type { LimitRule, Rule } from '../../model/asset.ts';
import type { LimitDef, LimitVariant, MeasurementDef, Profile } from '../../model/profile.ts';
import { ownSetPoint, worstOf } from '../compile/limits.ts';
import type { Chain } from './chain.ts';

/**
 * The profile as the rules of a site make it: where a rule speaks of a limit, the limits of that measurement are written out with the
 * device's variant in them and the rules' parts over them. All that follows (set points, ladders, plans) is then made from it as
 * from any profile. Rules that say the same give the same object, so that devices alike go on sharing one plan, whosever rules they are.
 */

/** Merged profiles kept; past it they are forgotten and made anew (equal values). */
const MAX_KEPT = 4096;

/** By variant, then by what the rules say. */
const kept = new WeakMap<Profile, Map<string | null, Map<string, Profile>>>();

export function withRules(profile: Profile, variant: string | null, chain: Chain): Profile {
  if (chain.key === '') return profile;
  let variants = kept.get(profile);
  if (variants === undefined) {
    variants = new Map();
    kept.set(profile, variants);
  }
  let known = variants.get(variant);
  if (known === undefined) {
    known = new Map();
    variants.set(variant, known);
  }
  const ready = known.get(chain.key);
  if (ready !== undefined) return ready;
  const merged = merge(profile, variant, chain.rules);
  if (known.size >= MAX_KEPT) known.clear();
  known.set(chain.key, merged);
  return merged;
}

function merge(profile: Profile, variant: string | null, rules: readonly LimitRule[]): Profile {
  const touched = new Map<string, LimitRule[]>();
  for (const rule of rules) {
    const of = touched.get(rule.measurement);
    if (of === undefined) touched.set(rule.measurement, [rule]);
    else of.push(rule);
  }
  const measurements = profile.measurements.map((def) => {
    const of = touched.get(def.key);
    return of === undefined ? def : mergeMeasurement(def, variant, of);
  });
  return { ...profile, measurements };
}

function mergeMeasurement(def: MeasurementDef, variantName: string | null, rules: readonly LimitRule[]): MeasurementDef {
  const variants = def.variants ?? {};
  const variant = variantName !== null && Object.hasOwn(variants, variantName) ? variants[variantName] : undefined;
  const worst = worstOf(def, variant);
  const limits = def.limits.map((limit) => (variant === undefined ? limit : withVariant(limit, variant, limit.code === worst)));
  const removed = new Set(def.limits.flatMap(({ code }) => (variant !== undefined && ownSetPoint(variant, code) === null ? [code] : [])));
  for (const rule of rules) {
    const at = limits.findIndex((limit) => limit.code === rule.code);
    const base = limits[at] ?? (rule.adds === null ? null : newLimit(rule, rule.adds));
    // A catalogue after the rule may have lost the limit: there is nothing the rule could change.
    if (base === null) continue;
    const changed = withParts(base, rule);
    if (at < 0) limits.push(changed);
    else limits[at] = changed;
    if (rule.parts.setPoint !== undefined || rule.parts.setPointFrom !== undefined) removed.delete(rule.code);
  }
  const { variants: _, ...rest } = def;
  if (variantName === null || variant === undefined || removed.size === 0) return { ...rest, limits };
  // What the variant takes away stays away, and says why.
  const { resetBelow: __, ...said } = variant;
  return {
    ...rest,
    limits,
    variants: { [variantName]: { ...said, setPoints: Object.fromEntries([...removed].map((code) => [code, null])) } },
  };
}

/** A limit with its variant's number written into it; what the variant takes away or leaves alone stays as it is. */
function withVariant(limit: LimitDef, variant: LimitVariant, worst: boolean): LimitDef {
  const setPoint = ownSetPoint(variant, limit.code);
  if (typeof setPoint !== 'number') return limit;
  const { setPointFrom: _, resetBelow: __, basisZh, ...rest } = limit;
  const reset = worst && variant.resetBelow !== undefined ? { resetBelow: variant.resetBelow } : {};
  const said = variant.basis === undefined ? { basis: limit.basis, basisZh } : { basis: variant.basis, basisZh: variant.basisZh };
  return {
    ...rest,
    setPoint,
    ...reset,
    basis: said.basis,
    ...(said.basisZh === undefined ? {} : { basisZh: said.basisZh }),
    confidence: variant.confidence,
  };
}

/** What the catalogue says a limit rests on, whatever rules of the site say in its place; null for one that it does not have. */
export function cataloguedBasis(
  profile: Profile,
  variantName: string | null,
  measurement: string,
  code: string,
): Pick<LimitDef, 'basis' | 'basisZh'> | null {
  const def = profile.measurements.find((one) => one.key === measurement);
  const limit = def?.limits.find((one) => one.code === code);
  if (def === undefined || limit === undefined) return null;
  const variants = def.variants ?? {};
  const variant = variantName !== null && Object.hasOwn(variants, variantName) ? variants[variantName] : undefined;
  const { basis, basisZh } = variant === undefined ? limit : withVariant(limit, variant, false);
  return { basis, ...(basisZh === undefined ? {} : { basisZh }) };
}

/** A limit of the site's own before its parts are set. */
function newLimit(rule: Rule, dir: LimitDef['dir']): LimitDef {
  return {
    code: rule.code,
    dir,
    setPoint: null,
    level: 'none',
    deadband: 0,
    onDelayMs: 0,
    offDelayMs: 0,
    latching: false,
    basis: rule.parts.basis ?? '',
    confidence: 'D',
  };
}

/** The pairs go together: who sets one of a pair does away with the other. */
export function withParts(limit: LimitDef, rule: Pick<Rule, 'parts' | 'reason'>): LimitDef {
  const { parts } = rule;
  let out: LimitDef = limit;
  if (parts.setPoint !== undefined) {
    const { setPointFrom: _, setPointRatio: __, ...rest } = out;
    out = { ...rest, setPoint: parts.setPoint };
  }
  if (parts.setPointFrom !== undefined) {
    const { setPointRatio: _, ...rest } = out;
    out = { ...rest, setPoint: null, setPointFrom: parts.setPointFrom };
  }
  if (parts.deadband !== undefined) {
    const { resetBelow: _, ...rest } = out;
    out = { ...rest, deadband: parts.deadband };
  }
  if (parts.resetBelow !== undefined) out = { ...out, resetBelow: parts.resetBelow };
  if (parts.onDelayMs !== undefined) out = { ...out, onDelayMs: parts.onDelayMs };
  if (parts.offDelayMs !== undefined) out = { ...out, offDelayMs: parts.offDelayMs };
  if (parts.windowMs !== undefined) out = { ...out, windowMs: parts.windowMs };
  if (parts.level !== undefined) out = { ...out, level: parts.level };
  if (parts.latching !== undefined) out = { ...out, latching: parts.latching };
  if (parts.onlyWhen !== undefined) {
    // The catalogue's plain words are about its own condition; a rule's is written as the expression it is.
    const { onlyWhen: _, onlyWhenZh: __, onlyWhenEn: ___, when: ____, ...rest } = out;
    out = parts.onlyWhen === null ? rest : { ...rest, onlyWhen: parts.onlyWhen, when: parts.onlyWhen };
  }
  if (parts.enabled === false) out = { ...out, disabled: rule.reason ?? '' };
  if (parts.enabled === true) {
    const { disabled: _, ...rest } = out;
    out = rest;
  }
  if (parts.basis !== undefined) {
    const { basisZh: _, ...rest } = out;
    out = { ...rest, basis: parts.basis, ...(parts.basisZh === undefined ? {} : { basisZh: parts.basisZh }) };
  }
  return out;
}
