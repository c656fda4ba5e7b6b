import type { Device, HazardSource } from '../../model/asset.ts';
import type { EffectiveLimit } from '../../model/engine.ts';
import type { Profile } from '../../model/profile.ts';
import { effectiveLimits } from '../compile/limits.ts';
import type { Registry } from '../registry.ts';
import type { Chain } from './chain.ts';
import { withRules } from './merge.ts';

export interface Standing {
  /** The device's profile with the rules of the site in it. */
  readonly profile: Profile;
  readonly limits: readonly EffectiveLimit[];
}

/**
 * The one way from catalogue, variant, rules and attributes to the limits of a device. `format`: newest entry format applied.
 * `chain`: other rules than those that hold now. `source`: its hazard source as it would be.
 * Throws when its profile is missing: the registry's checks forbid that.
 */
export function limitsOf(
  registry: Registry,
  asset: Device,
  format: number,
  chain: Chain = registry.rules.chain(asset),
  source: HazardSource | null = sourceOf(registry, asset),
): Standing {
  const catalogued = registry.profiles.get(asset.profileId);
  if (catalogued === undefined) throw new Error(`device ${asset.id} has the unknown profile ${asset.profileId}`);
  const profile = withRules(catalogued, asset.variant, chain);
  return { profile, limits: effectiveLimits(asset, profile, source, 0, format) };
}

function sourceOf(registry: Registry, { hazardSourceId }: Device): HazardSource | null {
  return hazardSourceId === null ? null : (registry.maps['hazard-source'].get(hazardSourceId) ?? null);
}
