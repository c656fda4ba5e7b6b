/** What stands at the chosen place: its rules, the devices they reach, and the limits as one of these devices has them. For a component. */
import { computed, type ComputedRef, shallowRef, type ShallowRef, watch as follow } from 'vue';
import type { EffectiveLimit } from '../../../../model/engine.ts';
import type { Profile } from '../../../../model/profile.ts';
import type { DeviceItem, LimitsBody, ListBody, Problem, RuleItem } from '../../../protocol/http.ts';
import { type Api, getAll } from '../api/client.ts';
import type { Directory } from '../directory/directory.ts';
import { reachOf, type RulePlace } from './place.ts';

/** Devices offered to look at; a wide place has more. */
const DEVICES_OFFERED = 500;

export interface AtPlace {
  /** Retired ones too. */
  readonly rules: ShallowRef<readonly RuleItem[]>;
  /** Those of the chosen profile. */
  readonly devices: ComputedRef<readonly DeviceItem[]>;
  /** Kinds of device at the place, those it has first. */
  readonly profiles: ComputedRef<readonly Profile[]>;
  readonly profile: ComputedRef<Profile | null>;
  /** Device that is looked at, or null where the place has none. */
  readonly seenAt: ShallowRef<string | null>;
  readonly seen: ShallowRef<readonly EffectiveLimit[] | null>;
  readonly problem: ShallowRef<Problem | null>;
  readonly loading: ShallowRef<boolean>;
  reload(): Promise<void>;
}

export function useAtPlace(
  api: Api,
  directory: Directory,
  place: ComputedRef<RulePlace>,
  profileAsked: ComputedRef<string | undefined>,
): AtPlace {
  const rules = shallowRef<readonly RuleItem[]>([]);
  const reached = shallowRef<readonly DeviceItem[]>([]);
  const seenAt = shallowRef<string | null>(null);
  const seen = shallowRef<readonly EffectiveLimit[] | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const loading = shallowRef(false);

  const profiles = computed<readonly Profile[]>(() => {
    const { scope, id } = place.value;
    if (scope === 'profile') return [directory.profiles.get(id)].filter((one) => one !== undefined);
    const here = new Set(reached.value.map(({ profileId }) => profileId));
    const all = [...directory.profiles.values()];
    const standing = all.filter((one) => here.has(one.id));
    return scope === 'device' ? standing : [...standing, ...all.filter((one) => !here.has(one.id))];
  });
  const profile = computed(() => profiles.value.find(({ id }) => id === profileAsked.value) ?? profiles.value[0] ?? null);
  const devices = computed(() => reached.value.filter(({ profileId }) => profileId === profile.value?.id));

  /** Answers of a place that was left meanwhile are not taken. */
  let asked = 0;
  async function reload(): Promise<void> {
    const mine = ++asked;
    const { scope, id } = place.value;
    if (id === '') return;
    loading.value = true;
    const found: RuleItem[] = [];
    const [unread, at] = await Promise.all([
      getAll<RuleItem>(api, '/rules', (items) => found.push(...items), { scope, scopeId: id, retired: 'true' }),
      scope === 'device'
        ? api.get<DeviceItem>(`/devices/${encodeURIComponent(id)}`)
        : api.get<ListBody<DeviceItem>>('/devices', { ...reachOf(scope, id), limit: DEVICES_OFFERED }),
    ]);
    if (mine !== asked) return;
    loading.value = false;
    problem.value = unread ?? (at.ok ? null : at.problem);
    if (unread === null) rules.value = found;
    if (!at.ok) return;
    reached.value = 'items' in at.body ? at.body.items : [at.body];
    await look();
  }
  async function look(): Promise<void> {
    const known = devices.value.some(({ id }) => id === seenAt.value);
    if (!known) seenAt.value = devices.value[0]?.id ?? null;
    const id = seenAt.value;
    if (id === null) {
      seen.value = null;
      return;
    }
    const answer = await api.get<LimitsBody>(`/devices/${encodeURIComponent(id)}/limits`);
    if (seenAt.value !== id) return;
    if (answer.ok) seen.value = answer.body.limits;
    else problem.value = answer.problem;
  }
  follow(
    () => `${place.value.scope} ${place.value.id}`,
    () => {
      rules.value = [];
      reached.value = [];
      seenAt.value = null;
      seen.value = null;
      problem.value = null;
      void reload();
    },
    { immediate: true },
  );
  follow(
    () => [profile.value?.id, seenAt.value],
    () => void look(),
  );
  return { rules, devices, profiles, profile, seenAt, seen, problem, loading, reload };
}
