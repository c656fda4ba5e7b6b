import type { Registry } from '../ingest/ingest.ts';
import type { EngineView } from '../model/engine.ts';
import type { Catalogue, Profile } from '../model/profile.ts';

/** What ingest may know of devices: the fold's view of this moment. */
export function registryOf(view: EngineView): Registry {
  const devices = view.assets('device');
  let known: Catalogue | null = null;
  let profiles = new Map<string, Profile>();
  return {
    device(id) {
      const device = devices.get(id);
      if (device === undefined) return undefined;
      if (view.catalogue !== known) {
        known = view.catalogue;
        profiles = new Map((known?.profiles ?? []).map((profile) => [profile.id, profile]));
      }
      const profile = profiles.get(device.profileId);
      return profile === undefined ? undefined : { device, profile };
    },
  };
}
