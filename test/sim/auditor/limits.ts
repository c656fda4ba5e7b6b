// Which limits stand for a device under a configuration, worked out from its profile alone. A limit the auditor cannot predict is
// left out, with the alarm it belongs to: it says nothing about it.
import type { Device } from '../../../model/asset.ts';
import { LEVEL_RANK, type Level } from '../../../model/level.ts';
import type { LimitDef, MeasurementDef, Profile } from '../../../model/profile.ts';
import { followersOf, type Follows } from './escalation.ts';
import { conditionOf, type Scene } from './when.ts';

/** What a limit sees when a sample is in: all its values are of one instant. */
export interface Look {
  /** Newest value of its own point; null = it says nothing about the process; absent = never heard. */
  readonly own?: number | null;
  /** It came with this sample. */
  readonly fresh: boolean;
  /** The other points of the device. */
  readonly scene: Scene;
  /** The same as they were when they were last good; absent = nothing else is read. */
  readonly rested?: Scene;
  /** No sample at all: something it counts left the window. */
  readonly byTick?: boolean;
}

/** Passed, returned, neither (inside the deadband); nothing can be said; or it was not asked, since nothing it reads has come. */
export type Saying = 'true' | 'false' | 'between' | 'held' | 'not-asked';

/** One limit as it is judged: what it says of a look, two delays. */
export interface Rule {
  readonly code: string;
  readonly ladder: string;
  readonly level: Level;
  readonly latching: boolean;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** As the alarm shows it; null = it compares nothing. */
  readonly limit: number | string | null;
  /** It counts under a condition only, and is judged with every sample of its device. */
  readonly conditional: boolean;
  /** What it compares is not the value itself: the documents leave open which number the alarm shows. */
  readonly derived: boolean;
  /** Fault code that it stands for. */
  readonly fault?: string;
  /** It counts the rises of a running total in so long a window, ms. */
  readonly countsOverMs?: number;
  /** It is about how far the value rose (or fell). */
  readonly rise?: Rise;
  /** It compares nothing: it rises from another one. */
  readonly follows?: Follows;
  readonly says: (look: Look) => Saying;
  /** Two rules with the same text judge alike. */
  readonly text: string;
}

/** By how much the value rises in a window; sign −1: falls. */
export interface Rise {
  readonly overMs: number;
  readonly sign: 1 | -1;
}

export interface PointRules {
  readonly measurement: string;
  readonly channel: number | null;
  readonly rules: readonly Rule[];
}

export function pointsOf(device: Device, profile: Profile): readonly PointRules[] {
  return profile.measurements.flatMap((measurement) => {
    const own = rulesOf(measurement, device);
    const rules = [...own, ...followersOf(profile, measurement, own, device)];
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
  if (def.setPointRatio !== undefined || (def.onlyWhen !== undefined && def.when === undefined)) return null;
  const rule = bareRule(def, measurement, device);
  return rule === null || def.when === undefined ? rule : under(def.when, rule, def, device);
}

/** A limit under a condition: one that is not filled in leaves it unarmed; while it is not known the limit holds; known to be false, it is off. */
function under(when: string, bare: Rule, def: LimitDef, device: Device): Rule | null {
  const condition = conditionOf(when, device);
  if (condition === null) return null;
  return {
    ...bare,
    // It is an alarm of its own, unless the profile says otherwise.
    ladder: def.ladder ?? def.code,
    conditional: true,
    says: ({ own, scene }) => {
      const counts = condition(scene);
      if (counts === false) return 'false';
      if (own === undefined) return 'not-asked';
      return counts === 'unknown' ? 'held' : bare.says({ own, scene, fresh: true });
    },
    text: `${bare.text} when ${when.replaceAll(/(asset|condition)\.(\w+)/g, (_, home, name) => String((home === 'asset' ? device.attributes : device.conditions)[name]))}`,
  };
}

function bareRule(def: LimitDef, measurement: MeasurementDef, device: Device): Rule | null {
  if (def.level === 'none') return null;
  const common = {
    code: def.code,
    level: def.level,
    latching: def.latching,
    onDelayMs: def.onDelayMs,
    offDelayMs: def.offDelayMs,
    conditional: false,
    derived: false,
    ...(def.fault === undefined ? {} : { fault: def.fault }),
  };
  if (def.dir === 'state') return stateRule(def, common);
  if (def.dir === 'dev_hi') return deviationRule(def, measurement, device, common);
  if (def.dir === 'count_hi') return countRule(def, common);
  if (def.dir === 'roc_hi' || def.dir === 'roc_lo') return rateRule(def, common);
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
    says: ofOwn(says),
    text: `${dir} ${set} ${deadband} ${below} ${def.onDelayMs} ${def.offDelayMs} ${def.level} ${def.latching}`,
  };
}

type Common = Omit<Rule, 'ladder' | 'limit' | 'says' | 'text'>;

/** The distance from a reference: an attribute, a point, or a number. */
function deviationRule(def: LimitDef, { key }: MeasurementDef, device: Device, common: Common): Rule | null {
  const { setPoint: set, deadband, referenceFrom } = def;
  if (typeof set !== 'number') return null;
  const point = referenceFrom !== undefined && /^\w+$/.test(referenceFrom) ? referenceFrom : null;
  const attribute = evaluate(referenceFrom ?? `asset.${key}_reference`, device.attributes);
  const fixed = point === null ? (attribute ?? def.reference ?? 0) : null;
  return {
    ...common,
    ladder: def.ladder ?? def.code,
    limit: set,
    derived: true,
    // It is judged with every sample of its device where it reads another point.
    conditional: point !== null,
    says: ({ own, fresh, scene }) => {
      if (own === undefined || (point === null && !fresh)) return 'not-asked';
      const reference = fixed ?? (point === null ? null : scene.get(point)) ?? null;
      if (own === null || reference === null) return 'held';
      const distance = Math.abs(own - reference);
      return distance >= set ? 'true' : distance <= set - deadband ? 'false' : 'between';
    },
    text: `dev_hi ${set} ${deadband} from ${point ?? fixed} ${def.onDelayMs} ${def.offDelayMs} ${def.level} ${def.latching}`,
  };
}

/** How often a total rose in the window: see counted() for the number it is asked about. */
function countRule(def: LimitDef, common: Common): Rule | null {
  const { setPoint: set, deadband, windowMs } = def;
  if (typeof set !== 'number' || windowMs === undefined) return null;
  return {
    ...common,
    ladder: def.ladder ?? def.code,
    limit: set,
    derived: true,
    countsOverMs: windowMs,
    says: ofOwn((count) => (count >= set ? 'true' : count <= set - deadband ? 'false' : 'between')),
    text: `count_hi ${set} ${deadband} ${windowMs} ${def.onDelayMs} ${def.offDelayMs} ${def.level} ${def.latching}`,
  };
}

/** Devices that are judged over longer windows are in worlds where the time of a sample is not certain enough, ms. */
const LONGEST_WINDOW_MS = 240_000;

/**
 * How far the value rose in the window: see risen() for the number it is asked about. One that is on after a delay and off without one may
 * come and go inside one entry, where nobody could tell: it is left out.
 */
function rateRule(def: LimitDef, common: Common): Rule | null {
  const { setPoint: set, deadband, windowMs, dir, onDelayMs, offDelayMs } = def;
  if (typeof set !== 'number' || windowMs === undefined || windowMs > LONGEST_WINDOW_MS) return null;
  if (onDelayMs > 0 && offDelayMs === 0) return null;
  return {
    ...common,
    ladder: def.ladder ?? def.code,
    limit: set,
    derived: true,
    rise: { overMs: windowMs, sign: dir === 'roc_hi' ? 1 : -1 },
    says: ofOwn((rise) => (rise >= set ? 'true' : rise <= set - deadband ? 'false' : 'between')),
    text: `${dir} ${set} ${deadband} ${windowMs} ${onDelayMs} ${offDelayMs} ${def.level} ${def.latching}`,
  };
}

function ofOwn(says: (value: number) => Saying): Rule['says'] {
  return ({ own, fresh }) => (!fresh || own === undefined ? 'not-asked' : own === null ? 'held' : says(own));
}

function milder(a: LimitDef, b: LimitDef): boolean {
  return LEVEL_RANK[a.level] <= LEVEL_RANK[b.level];
}

function stateRule(def: LimitDef, common: Common): Rule | null {
  const set = def.setPoint;
  if (set === null) return null;
  const bit = typeof set === 'string' ? /^bit(\d+)$/.exec(set)?.[1] : undefined;
  if (typeof set === 'string' && bit === undefined) return null;
  const holds = (value: number): boolean => (bit === undefined ? value === set : Math.floor(value / 2 ** Number(bit)) % 2 === 1);
  return {
    ...common,
    ladder: def.ladder ?? def.code,
    limit: set,
    says: ofOwn((value) => (holds(value) ? 'true' : 'false')),
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
