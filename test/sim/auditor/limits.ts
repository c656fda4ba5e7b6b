// Which limits stand for a device under a configuration, worked out from its profile alone. A limit the auditor cannot predict is
// left out, with the alarm it belongs to: it says nothing about it.
import type { Device } from '../../../model/asset.ts';
import { LEVEL_RANK, type Level } from '../../../model/level.ts';
import type { LimitDef, MeasurementDef, Profile } from '../../../model/profile.ts';

/** One limit as it is judged: three answers for a value, two delays. */
export interface Rule {
  readonly code: string;
  readonly ladder: string;
  readonly level: Level;
  readonly latching: boolean;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** As the alarm shows it. */
  readonly limit: number | string;
  /** `true` = passed, `false` = returned, `between` = neither: inside the deadband. */
  readonly says: (value: number) => 'true' | 'false' | 'between';
  /** Two rules with the same text judge alike. */
  readonly text: string;
}

export interface PointRules {
  readonly measurement: string;
  readonly channel: number | null;
  readonly rules: readonly Rule[];
}

export function pointsOf(device: Device, profile: Profile): readonly PointRules[] {
  return profile.measurements.flatMap((measurement) => {
    const rules = rulesOf(measurement, device);
    const channels = measurement.channels === undefined ? [null] : Array.from({ length: measurement.channels }, (_, n) => n + 1);
    return channels.map((channel) => ({
      measurement: measurement.key,
      channel,
      rules,
    }));
  });
}

function rulesOf(measurement: MeasurementDef, device: Device): readonly Rule[] {
  return measurement.limits.flatMap((def) => {
    const rule = ruleOf(def, measurement, device);
    return rule === null ? [] : [rule];
  });
}

function ruleOf(def: LimitDef, measurement: MeasurementDef, device: Device): Rule | null {
  if (def.level === 'none' || def.onlyWhen !== undefined || def.setPointRatio !== undefined) return null;
  const common = {
    code: def.code,
    level: def.level,
    latching: def.latching,
    onDelayMs: def.onDelayMs,
    offDelayMs: def.offDelayMs,
  };
  if (def.dir === 'state') return stateRule(def, common);
  if (def.dir !== 'hi' && def.dir !== 'lo') return null;
  const variant = device.variant === null ? undefined : measurement.variants?.[device.variant];
  const own = def.setPointFrom === undefined ? def.setPoint : evaluate(def.setPointFrom, device.attributes);
  const set = variant !== undefined && def.code in variant.setPoints ? variant.setPoints[def.code] : own;
  if (typeof set !== 'number') return null;
  const worst = (code: string): boolean =>
    measurement.limits.every((other) => other.code === code || !(other.code in (variant?.setPoints ?? {})) || milder(other, def));
  const below = variant?.resetBelow !== undefined && def.code in variant.setPoints && worst(def.code) ? variant.resetBelow : def.resetBelow;
  const { deadband, dir } = def;
  const says = (value: number): 'true' | 'false' | 'between' => {
    if (dir === 'hi') {
      if (value >= set) return 'true';
      return (below === undefined ? value <= set - deadband : value < below) ? 'false' : 'between';
    }
    if (value <= set) return 'true';
    return value >= set + deadband ? 'false' : 'between';
  };
  return {
    ...common,
    ladder: def.ladder ?? dir,
    limit: set,
    says,
    text: `${dir} ${set} ${deadband} ${below} ${def.onDelayMs} ${def.offDelayMs} ${def.level} ${def.latching}`,
  };
}

function milder(a: LimitDef, b: LimitDef): boolean {
  return LEVEL_RANK[a.level] <= LEVEL_RANK[b.level];
}

function stateRule(def: LimitDef, common: Omit<Rule, 'ladder' | 'limit' | 'says' | 'text'>): Rule | null {
  const set = def.setPoint;
  if (set === null) return null;
  const bit = typeof set === 'string' ? /^bit(\d+)$/.exec(set)?.[1] : undefined;
  if (typeof set === 'string' && bit === undefined) return null;
  const holds = (value: number): boolean => (bit === undefined ? value === set : Math.floor(value / 2 ** Number(bit)) % 2 === 1);
  return {
    ...common,
    ladder: def.ladder ?? def.code,
    limit: set,
    says: (value) => (holds(value) ? 'true' : 'false'),
    text: `state ${set} ${def.onDelayMs} ${def.offDelayMs} ${def.level} ${def.latching}`,
  };
}

/** `asset.x`, numbers, `*`, `min(a, b)` and `max(a, b)`; null where an attribute is missing or the expression says more. */
export function evaluate(expression: string, attributes: Device['attributes']): number | null {
  const text = expression.replaceAll(' ', '');
  const call = /^(min|max)\((.*)\)$/.exec(text);
  if (call?.[2] !== undefined) {
    const parts = call[2].split(',').map((part) => evaluate(part, attributes));
    const numbers = parts.filter((part) => part !== null);
    if (numbers.length !== parts.length) return null;
    return call[1] === 'min' ? Math.min(...numbers) : Math.max(...numbers);
  }
  let product = 1;
  for (const factor of text.split('*')) {
    const name = /^asset\.(\w+)$/.exec(factor)?.[1];
    const value = name === undefined ? Number(factor) : attributes[name];
    if (typeof value !== 'number' || Number.isNaN(value)) return null;
    product *= value;
  }
  return product;
}
