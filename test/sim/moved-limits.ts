// Limits of single devices that engineers move by rules, while a delay of theirs runs, while they are on, and while what follows them counts or has risen.
import type { Rule } from '../../model/asset.ts';
import type { EngineView } from '../../model/engine.ts';
import type { ConfigChange } from '../../model/entry.ts';
import type { EpochMs } from '../../model/time.ts';
import type { RuleParts } from '../../model/rule.ts';
import type { LimitDef, MeasurementDef, Profile } from '../../model/profile.ts';
import type { Act, WorldAct } from './acts.ts';
import type { Chance } from './chance.ts';

type LimitAct = Extract<WorldAct, { does: 'limit' }>;

/** An engineer moves a limit of the point, or one that follows it, or switches it off or on; null = it has none that can be moved. */
export function moveLimit(chance: Chance, device: string, profile: Profile, measurement: MeasurementDef): WorldAct | null {
  const movable = measurement.limits.filter(isMovable);
  const followers = (profile.escalate ?? []).filter(({ form }) => form?.measurement === measurement.key);
  const about = (code: string, parts: RuleParts | null): LimitAct => ({ does: 'limit', device, measurement: measurement.key, code, parts });
  if (followers.length > 0 && chance.often(0.3)) {
    const { form } = chance.pick(followers);
    return form === undefined ? null : about(form.code, { enabled: chance.often(0.5) });
  }
  if (movable.length === 0) return null;
  const limit = chance.pick(movable);
  if (chance.often(0.02)) return about(limit.code, null);
  if (chance.often(0.2)) return about(limit.code, { enabled: chance.often(0.4) });
  return about(limit.code, { enabled: true, setPoint: between(chance, limit, measurement) });
}

/** Compares the value itself with a number, whatever else there is. */
function isMovable({ dir, setPoint, when, setPointFrom }: LimitDef): boolean {
  return (dir === 'hi' || dir === 'lo') && typeof setPoint === 'number' && when === undefined && setPointFrom === undefined;
}

/** Where it is, or nearer to one of its neighbours of the same ladder, which it does not reach. */
function between(chance: Chance, { dir, setPoint }: LimitDef, { limits, resolution }: MeasurementDef): number {
  const own = Number(setPoint);
  const others = limits.filter((one) => one.dir === dir && typeof one.setPoint === 'number').map((one) => Number(one.setPoint));
  const below = Math.max(own - 20, ...others.filter((other) => other < own));
  const above = Math.min(own + 20, ...others.filter((other) => other > own));
  const steps = Math.round((chance.pick([own, (own + below) / 2, (own + above) / 2, (own + 2 * above) / 3]) - own) / resolution);
  return own + steps * resolution;
}

function ruleIdOf({ device, measurement, code }: LimitAct): string {
  return `limit-${device}-${measurement}-${code}`;
}

/** @returns null where it cannot be done as things stand */
export function limitChange(view: EngineView, act: LimitAct & Pick<Act, 'at'>, now: EpochMs): ConfigChange | null {
  const id = ruleIdOf(act);
  const known = view.assets('rule').get(id);
  const device = view.assets('device').get(act.device);
  if (device === undefined || device.retiredAt !== null || (known !== undefined && known.retiredAt !== null)) return null;
  if (act.parts === null) return known === undefined ? null : { op: 'retire', asset: 'rule', id, base: null };
  const value: Rule = {
    id,
    name: id,
    revision: (known?.revision ?? 0) + 1,
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
    retiredAt: null,
    scope: 'device',
    scopeId: act.device,
    profileId: device.profileId,
    measurement: act.measurement,
    code: act.code,
    adds: null,
    parts: act.parts,
    reason: 'simulated world',
    approvedBy: null,
  };
  const change = { op: 'put', asset: 'rule', base: known?.revision ?? 0, value } as const;
  // What is not sound, beside limits that were moved before, is refused; and whoever moves one is told so before.
  return view.tryRule(change).outcome.ok ? change : null;
}
