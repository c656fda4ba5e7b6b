import type { LimitDef } from '../../model/profile.ts';
import { LEVEL_RANK } from '../../model/level.ts';
import type { LimitValues } from '../../model/engine.ts';
import type { LimitPart } from '../../model/rule.ts';

/** How one limit stands for one device, as far as it matters to how strict it is. */
export interface Stance {
  readonly dir: LimitDef['dir'];
  /** The number that stands; null while an attribute it is worked out from is missing. */
  readonly setPoint: number | string | null;
  readonly setPointFrom: string | null;
  /** Distance back from the set point at which it clears. */
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly windowMs: number | null;
  readonly level: LimitDef['level'];
  readonly latching: boolean;
  readonly onlyWhen: string | null;
  readonly enabled: boolean;
}

/**
 * The parts in which a limit is less strict than it was: it comes later, more rarely or milder, or is more easily lost. A part that
 * cannot be compared (another expression, window, condition or state) counts as less strict: nobody has shown that it is not. How
 * long an alarm stays (off-delay) is no matter of strictness; a wider deadband is, for a new rise inside it is not told.
 * `null` = there is no such limit.
 */
export function looserParts(before: Stance | null, after: Stance | null): readonly LimitPart[] {
  if (before === null || !before.enabled) return [];
  if (after === null || !after.enabled) return ['enabled'];
  if (after.dir !== before.dir) return ['setPoint'];
  const parts: LimitPart[] = [];
  if (looserSetPoint(before, after)) parts.push('setPoint');
  if (after.deadband > before.deadband) parts.push('return');
  if (after.onDelayMs > before.onDelayMs) parts.push('onDelayMs');
  if (after.windowMs !== before.windowMs) parts.push('windowMs');
  if (LEVEL_RANK[after.level] < LEVEL_RANK[before.level]) parts.push('level');
  if (before.latching && !after.latching) parts.push('latching');
  if (after.onlyWhen !== null && after.onlyWhen !== before.onlyWhen) parts.push('onlyWhen');
  return parts;
}

/** Parts in which it is another at all: of a limit that something red asks for the other way round nobody has shown that stricter is safer. */
export function otherParts(before: Stance | null, after: Stance | null): readonly LimitPart[] {
  if (before === null || !before.enabled) return [];
  return [...new Set([...looserParts(before, after), ...looserParts(after, before)])];
}

/** What the parts say that have one value each, for whoever is to agree; null = there is no such limit. */
export function valuesOf(stance: Stance | null, parts: readonly string[]): LimitValues {
  if (stance === null) return {};
  const { setPoint, setPointFrom, deadband, onDelayMs, windowMs, level, latching, onlyWhen, enabled } = stance;
  const all: LimitValues = {
    setPoint: setPoint ?? setPointFrom,
    return: deadband,
    onDelayMs,
    windowMs,
    level,
    latching,
    onlyWhen,
    enabled,
  };
  return Object.fromEntries(Object.entries(all).filter(([part]) => parts.includes(part)));
}

function looserSetPoint(before: Stance, after: Stance): boolean {
  // A number that follows attributes goes where they go.
  if (after.setPointFrom !== null && after.setPointFrom !== before.setPointFrom) return true;
  if (before.setPoint === after.setPoint || before.setPoint === null) return false;
  if (typeof before.setPoint !== 'number' || typeof after.setPoint !== 'number' || before.dir === 'state') return true;
  return before.dir === 'lo' ? after.setPoint < before.setPoint : after.setPoint > before.setPoint;
}

/** Rests on a clause somebody has read, or knows well: not for one person alone to soften. */
export function isMandatory(limit: Pick<LimitDef, 'confidence' | 'basis'>): boolean {
  return (limit.confidence === 'V' || limit.confidence === 'M') && limit.basis.trim() !== '';
}
