/** Names of places, devices and measurements. Enterprises, areas, sources and profiles are read whole; devices when they are needed. */
import { type Ref, ref, shallowReactive } from 'vue';
import type { Area, Enterprise, HazardSource } from '../../../../model/asset.ts';
import type { MeasurementDef, Profile } from '../../../../model/profile.ts';
import type { DeviceItem, Problem, RuleItem } from '../../../protocol/http.ts';
import { type Api, getAll } from '../api/client.ts';

export interface Directory {
  readonly enterprises: Map<string, Enterprise>;
  readonly areas: Map<string, Area>;
  readonly hazardSources: Map<string, HazardSource>;
  readonly devices: Map<string, DeviceItem>;
  readonly profiles: Map<string, Profile>;
  /** Everything but devices has been read: what is not here does not exist. Until then it is only not known. */
  readonly whole: Readonly<Ref<boolean>>;
  /** Reads everything but devices. */
  load(): Promise<Problem | null>;
  /** Reads all devices the account may see, page by page. */
  loadDevices(): Promise<Problem | null>;
  /** The device if it is known; else asks for it and answers undefined for now. */
  device(id: string): DeviceItem | undefined;
  /** What a rule over several points of a hazard source is called, if that is known; else asks for the rules of the source. */
  jointName(hazardSource: string, code: string): string | undefined;
  /** Its profile's description of a measurement, if both are known. */
  measurement(deviceId: string | null, key: string | null): MeasurementDef | undefined;
  put(device: DeviceItem): void;
  clear(): void;
}

const AT_ONCE = 4;

export function createDirectory(api: Api): Directory {
  const enterprises = shallowReactive(new Map<string, Enterprise>());
  const areas = shallowReactive(new Map<string, Area>());
  const hazardSources = shallowReactive(new Map<string, HazardSource>());
  const devices = shallowReactive(new Map<string, DeviceItem>());
  const profiles = shallowReactive(new Map<string, Profile>());
  const asked = new Set<string>();
  const jointNames = shallowReactive(new Map<string, string>());
  const sourcesAsked = new Set<string>();
  const waiting: string[] = [];
  const whole = ref(false);
  let running = 0;
  /** Changes with whoever is signed in: an answer to an earlier one is not put beside what the next may see. */
  let reader = 0;

  function into<T extends { readonly id: string }>(map: Map<string, T>): (items: readonly T[]) => void {
    const mine = reader;
    return (items) => {
      if (mine !== reader) return;
      for (const item of items) map.set(item.id, item);
    };
  }

  async function readProfiles(): Promise<Problem | null> {
    const take = into(profiles);
    const answer = await api.get<{ items: readonly Profile[] }>('/profiles');
    if (!answer.ok) return answer.problem;
    take(answer.body.items);
    return null;
  }

  async function pump(): Promise<void> {
    while (running < AT_ONCE) {
      const id = waiting.shift();
      if (id === undefined) return;
      running += 1;
      void api.get<DeviceItem>(`/devices/${encodeURIComponent(id)}`).then((answer) => {
        running -= 1;
        if (answer.ok) devices.set(id, answer.body);
        // Unreachable now: may be asked again. Refused or unknown: stays unnamed.
        else if (answer.problem.status === 0) asked.delete(id);
        void pump();
      });
    }
  }

  return {
    enterprises,
    areas,
    hazardSources,
    devices,
    profiles,
    whole,
    async load() {
      const mine = reader;
      const problems = await Promise.all([
        getAll<Enterprise>(api, '/enterprises', into(enterprises)),
        getAll<Area>(api, '/areas', into(areas)),
        getAll<HazardSource>(api, '/hazard-sources', into(hazardSources)),
        readProfiles(),
      ]);
      const problem = problems.find((p) => p !== null) ?? null;
      if (problem === null && mine === reader) whole.value = true;
      return problem;
    },
    loadDevices: () => getAll<DeviceItem>(api, '/devices', into(devices)),
    device(id) {
      const known = devices.get(id);
      if (known === undefined && !asked.has(id)) {
        asked.add(id);
        waiting.push(id);
        void pump();
      }
      return known;
    },
    jointName(hazardSource, code) {
      if (!sourcesAsked.has(hazardSource)) {
        sourcesAsked.add(hazardSource);
        void getAll<RuleItem>(
          api,
          '/rules',
          (rules) => {
            for (const { code: of, id, joint, name } of rules)
              if (joint !== undefined && name !== id) jointNames.set(`${hazardSource}/${of}`, name);
          },
          { scope: 'hazard-source', scopeId: hazardSource },
        ).then((problem) => {
          if (problem?.status === 0) sourcesAsked.delete(hazardSource);
        });
      }
      return jointNames.get(`${hazardSource}/${code}`);
    },
    measurement(deviceId, key) {
      if (deviceId === null || key === null) return undefined;
      const profileId = this.device(deviceId)?.profileId;
      return profileId === undefined ? undefined : profiles.get(profileId)?.measurements.find((m) => m.key === key);
    },
    put(device) {
      devices.set(device.id, device);
    },
    clear() {
      reader += 1;
      whole.value = false;
      for (const map of [enterprises, areas, hazardSources, devices, profiles]) map.clear();
      asked.clear();
      jointNames.clear();
      sourcesAsked.clear();
      waiting.length = 0;
    },
  };
}
