import { convertible } from '../ingest/unit.ts';
import type { ConfigChange } from '../model/entry.ts';
import type { Catalogue } from '../model/profile.ts';

/**
 * Why the units a device declares cannot be used, or null when they can: every one names a measurement of its profile and can be
 * turned into the profile's unit. Checked where a device is configured, since later every one of its readings would be refused.
 * An unknown profile is left to the engine.
 */
export function wrongUnits(change: ConfigChange, catalogue: Catalogue | null): string | null {
  if (change.op !== 'put' || change.asset !== 'device') return null;
  const profile = catalogue?.profiles.find((one) => one.id === change.value.profileId);
  if (profile === undefined) return null;
  for (const [measurement, declared] of Object.entries(change.value.units)) {
    const definition = profile.measurements.find((one) => one.key === measurement);
    if (definition === undefined) return `units.${measurement}: profile ${profile.id} has no such measurement`;
    if (!convertible(declared, definition.ucum))
      return `units.${measurement}: ${declared} cannot be turned into ${definition.ucum}, the unit of profile ${profile.id}`;
  }
  return null;
}
