import type { MeasurementDef, Profile } from '../../model/profile.ts';
import type { Plan } from '../evaluate/plan.ts';

/** It comes with every report of such a device. */
export function comesRegularly(profile: Profile, def: MeasurementDef): boolean {
  return profile.reportMs !== null && def.optional !== true && def.ucum !== '{count}';
}

/**
 * Points whose absence is told although they never spoke (unheard.ts), as places in the plan: they come with every report, and an armed limit
 * of theirs is red, judged by their value, worked out, or an escalation.
 */
export function expectedOf({ profile, points, derived }: Pick<Plan, 'profile' | 'points' | 'derived'>): readonly number[] {
  const regular = new Set(profile.measurements.flatMap((def) => (comesRegularly(profile, def) ? [def.key] : [])));
  return points.flatMap(({ measurement, limits }, index) => {
    if (!regular.has(measurement)) return [];
    const own = [limits, ...derived.filter(({ home }) => home === index).map((one) => one.limits)].flat();
    return own.some(({ top }) => top.level === 'red') ? [index] : [];
  });
}
