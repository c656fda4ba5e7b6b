import type { EffectiveLimit } from '../../model/engine.ts';
import { LEVEL_RANK } from '../../model/level.ts';
import type { MeasurementDef } from '../../model/profile.ts';

/** What is unsound about the limits of one measurement as they stand together. */

export type FlawKind =
  /** A milder (or equally severe) limit lies further out than a worse one: it would never be seen on the way up. */
  | 'hidden'
  /** A high limit does not lie above every low limit. */
  | 'crossed'
  /** It clears only beyond the next milder limit, the limit on the other side, or the measuring range. */
  | 'deadband'
  /** It would clear while it is on: the clearing value lies above the set point. */
  | 'reset'
  /** The set point lies outside the measuring range. */
  | 'range';

export interface Flaw {
  readonly code: string;
  readonly kind: FlawKind;
  readonly detail: string;
}

type Numeric = EffectiveLimit & { readonly setPoint: number; readonly dir: 'hi' | 'lo' };

function isNumeric(limit: EffectiveLimit): limit is Numeric {
  return (
    (limit.dir === 'hi' || limit.dir === 'lo') &&
    typeof limit.setPoint === 'number' &&
    limit.level !== 'none' &&
    limit.reason !== 'disabled-by-rule' &&
    limit.reason !== 'removed-by-variant'
  );
}

/** `limits`: every limit of the measurement on one channel. */
export function flawsOf(def: MeasurementDef, limits: readonly EffectiveLimit[]): readonly Flaw[] {
  const flaws: Flaw[] = [];
  const standing = limits.filter(isNumeric);
  const laddered = standing.filter((limit) => limit.onlyWhen === null);
  for (const limit of standing) {
    if (limit.setPoint < def.range[0] || limit.setPoint > def.range[1])
      flaws.push({ code: limit.code, kind: 'range', detail: `${limit.setPoint} is outside ${def.range[0]} … ${def.range[1]} ${def.ucum}` });
    if (limit.resetBelow !== undefined && limit.resetBelow > limit.setPoint)
      flaws.push({ code: limit.code, kind: 'reset', detail: `resetBelow ${limit.resetBelow} is above the set point ${limit.setPoint}` });
    const room = roomOf(def, limit, laddered);
    // A clearing value may be the next milder set point itself (AQ 1029: cut at 1.5, restored below 1.0), since it clears strictly below.
    const beyond = limit.resetBelow === undefined ? limit.deadband >= room.distance : limit.deadband > room.distance;
    if (beyond && limit.deadband > 0)
      flaws.push({ code: limit.code, kind: 'deadband', detail: `${limit.deadband} is not less than the ${room.distance} to ${room.to}` });
  }
  for (const limit of laddered) {
    const over = laddered.find((other) => other.code !== limit.code && hides(other, limit));
    if (limit.ladder === limit.code && over !== undefined)
      flaws.push({
        code: limit.code,
        kind: 'hidden',
        detail: `${limit.level} at ${limit.setPoint} lies behind ${over.code} (${over.level} at ${over.setPoint})`,
      });
    const low = laddered.find((other) => limit.dir === 'hi' && other.dir === 'lo' && other.setPoint >= limit.setPoint);
    if (low !== undefined)
      flaws.push({
        code: limit.code,
        kind: 'crossed',
        detail: `high ${limit.setPoint} is not above the low limit ${low.code} (${low.setPoint})`,
      });
  }
  return flaws;
}

/** `inner` comes first on the way out and is at least as severe. */
function hides(inner: Numeric, limit: Numeric): boolean {
  return inner.dir === limit.dir && out(inner) <= out(limit) && LEVEL_RANK[inner.level] >= LEVEL_RANK[limit.level];
}

function out(limit: Numeric): number {
  return limit.dir === 'lo' ? -limit.setPoint : limit.setPoint;
}

/** How far back a limit may clear: to the next milder one of its ladder, else to the other side, else to the end of the range. */
function roomOf(def: MeasurementDef, limit: Numeric, others: readonly Numeric[]): { readonly distance: number; readonly to: string } {
  let best = { distance: Math.abs(limit.setPoint - (limit.dir === 'hi' ? def.range[0] : def.range[1])), to: 'the end of the range' };
  // A limit at the very end of the range has nowhere to go back from; that is no matter of its deadband.
  if (best.distance === 0) best = { distance: Number.POSITIVE_INFINITY, to: 'the end of the range' };
  for (const other of others) {
    if (other.code === limit.code) continue;
    const distance = limit.dir === 'hi' ? limit.setPoint - other.setPoint : other.setPoint - limit.setPoint;
    const inside = other.dir === limit.dir ? other.ladder === limit.ladder : true;
    if (inside && distance > 0 && distance < best.distance) best = { distance: clean(distance), to: `${other.code} (${other.setPoint})` };
  }
  return best;
}

function clean(value: number): number {
  return Number(value.toPrecision(12));
}
