import type { Device, HazardSource, LimitRule } from '../../model/asset.ts';
import type { MeasurementDef, Profile } from '../../model/profile.ts';
import { type AttributeSource, LIMIT_PARTS, type LimitPart, type LimitSources, type PartSource, type RuleParts } from '../../model/rule.ts';
import { ownSetPoint, worstOf } from '../compile/limits.ts';
import { compileSetPoint } from '../compile/set-point.ts';

/** Where each part of one limit of a device comes from: worked out when somebody asks, not kept. */

/** A part of a rule as it is shown. */
const SHOWN_AS: Readonly<Record<keyof RuleParts, LimitPart>> = {
  setPoint: 'setPoint',
  setPointFrom: 'setPoint',
  deadband: 'return',
  resetBelow: 'return',
  onDelayMs: 'onDelayMs',
  offDelayMs: 'offDelayMs',
  windowMs: 'windowMs',
  level: 'level',
  latching: 'latching',
  onlyWhen: 'onlyWhen',
  enabled: 'enabled',
  basis: 'basis',
  basisZh: 'basis',
};

export interface Asked {
  readonly device: Device;
  readonly hazardSource: HazardSource | null;
  /** As the catalogue has it, and with the rules in it. */
  readonly catalogued: Profile;
  readonly merged: Profile;
  readonly rules: readonly LimitRule[];
}

/** Parts that the limit does not have (no window, no condition anywhere) are left out. */
export function sourcesOf(asked: Asked, measurement: string, code: string): LimitSources {
  const def = asked.catalogued.measurements.find((one) => one.key === measurement);
  const limit = asked.merged.measurements.find((one) => one.key === measurement)?.limits.find((one) => one.code === code);
  const parts: Partial<Record<LimitPart, PartSource>> = {};
  if (def?.limits.some((one) => one.code === code) === true) {
    for (const part of LIMIT_PARTS) parts[part] = { from: 'catalogue' };
    const { variant } = asked.device;
    if (variant !== null) for (const part of variantParts(def, variant, code)) parts[part] = { from: 'variant', variant };
  }
  for (const rule of asked.rules) {
    if (rule.measurement !== measurement || rule.code !== code) continue;
    const source: PartSource = { from: 'rule', rule: rule.id, revision: rule.revision, scope: rule.scope, scopeId: rule.scopeId };
    if (Object.keys(parts).length === 0) for (const part of LIMIT_PARTS) parts[part] = source;
    for (const name of Object.keys(rule.parts)) if (isPart(name)) parts[SHOWN_AS[name]] = source;
  }
  if (limit?.windowMs === undefined) delete parts.windowMs;
  if (limit?.onlyWhen === undefined && parts.onlyWhen?.from !== 'rule') delete parts.onlyWhen;
  if (limit?.setPointFrom === undefined) return { parts };
  const attributes = compileSetPoint(limit.setPointFrom).attributes.map((name): AttributeSource => ({ name, on: heldBy(asked, name) }));
  return { parts, setPointFrom: limit.setPointFrom, attributes };
}

function isPart(name: string): name is keyof RuleParts {
  return Object.hasOwn(SHOWN_AS, name);
}

function variantParts(def: MeasurementDef, name: string, code: string): readonly LimitPart[] {
  const variants = def.variants ?? {};
  const variant = Object.hasOwn(variants, name) ? variants[name] : undefined;
  if (variant === undefined || ownSetPoint(variant, code) === undefined) return [];
  const parts: LimitPart[] = ['setPoint'];
  if (variant.resetBelow !== undefined && worstOf(def, variant) === code) parts.push('return');
  if (variant.basis !== undefined) parts.push('basis');
  return parts;
}

function heldBy({ device, hazardSource }: Asked, name: string): AttributeSource['on'] {
  if (Object.hasOwn(device.attributes, name)) return 'device';
  return hazardSource !== null && Object.hasOwn(hazardSource.attributes, name) ? 'hazard-source' : null;
}
