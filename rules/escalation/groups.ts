import type { Device, HazardSource } from '../../model/asset.ts';
import type { EscalationStand } from '../../model/engine.ts';
import type { Catalogue, EscalationGroup, EscalationMember, Profile } from '../../model/profile.ts';
import { GROUP_ATTRIBUTE } from '../compile/escalation.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';

/** Who is looked at together with whom: the part a kind of device has in groups, and the group it is in. */

/** What of one kind of device is counted somewhere, and in which groups. */
export interface Role {
  readonly kinds: readonly EscalationGroup[];
  readonly counted: readonly EscalationMember[];
}

/** Attribute with the component type of GB/T 26875.3, where it is another than the profile's. */
const COMPONENT = 'component_type';
/** Manual call point, hydrant button. */
const PRESSED_BY_HAND: readonly unknown[] = [23, 24];

/** By profile; profiles that no escalation counts are not in it. */
export function rolesOf(catalogue: Catalogue | null): ReadonlyMap<string, Role> {
  const found = new Map<string, { kinds: Set<EscalationGroup>; counted: Map<string, EscalationMember> }>();
  const add = (kind: EscalationGroup, member: EscalationMember): void => {
    const role = found.get(member.profileId) ?? { kinds: new Set(), counted: new Map() };
    found.set(member.profileId, role);
    role.kinds.add(kind);
    role.counted.set(limitKey(member), member);
  };
  for (const { id, escalate = [] } of catalogue?.profiles ?? []) {
    for (const { form } of escalate) {
      for (const cause of form?.any ?? []) {
        if (form === undefined || cause.kind !== 'together') continue;
        // Since when its own limit is on must be known, whether or not it is counted.
        add(cause.in, { profileId: id, measurement: form.measurement, limit: form.of });
        for (const member of cause.needs.flatMap(({ of }) => of)) add(cause.in, member);
      }
    }
  }
  return new Map([...found].map(([id, { kinds, counted }]) => [id, { kinds: [...kinds].sort(), counted: [...counted.values()] }]));
}

export function limitKey({ measurement, limit }: Pick<EscalationMember, 'measurement' | 'limit'>): string {
  return `${measurement}|${limit}`;
}

export function isPressedByHand({ asset, plan }: { readonly asset: Device; readonly plan: { readonly profile: Profile } }): boolean {
  return PRESSED_BY_HAND.includes(asset.attributes[COMPONENT] ?? plan.profile.gb26875Component);
}

/** Is the device one that a member means, whatever it says now. */
export function isMember(device: DeviceState, { profileId, as }: EscalationMember): boolean {
  if (device.asset.profileId !== profileId) return false;
  return as === undefined || (as === 'call-point') === isPressedByHand(device);
}

type Place = Omit<NonNullable<EscalationStand['group']>, 'devices'>;

/** The group of a kind that a device is in, within its enterprise; null = in none. `source`: its hazard source as it would be. */
export function placeIn(core: Core, { asset }: Pick<DeviceState, 'asset'>, kind: EscalationGroup, source?: HazardSource): Place | null {
  const { siteId, hazardSourceId, enterpriseId } = asset;
  const named = (name: string): string | null => {
    const of = hazardSourceId === null ? undefined : (source ?? core.registry.maps['hazard-source'].get(hazardSourceId))?.attributes;
    const value = Object.hasOwn(asset.attributes, name) ? asset.attributes[name] : of?.[name];
    return value === undefined || value === '' ? null : String(value);
  };
  const told = kind === 'premises' ? null : named(GROUP_ATTRIBUTE[kind]);
  if (told !== null) return { in: kind, by: 'attribute', id: told };
  if (kind === 'zone') return null;
  const bySource = hazardSourceId === null ? null : ({ in: kind, by: 'hazard-source', id: hazardSourceId } as const);
  const bySite = siteId === null ? null : ({ in: kind, by: 'site', id: siteId } as const);
  // Nobody has said what of a plant one cloud of gas reaches: that is not guessed.
  if (kind === 'area') return bySource ?? bySite;
  return bySite ?? bySource ?? { in: kind, by: 'enterprise', id: enterpriseId };
}

export function groupKey(enterpriseId: string, place: Place): string {
  return JSON.stringify([place.in, enterpriseId, place.by, place.id]);
}

/** Only what is in real service speaks for others; in a test enterprise everything is a test, and speaks for its like. */
export function speaks({ asset, enterprise }: DeviceState): boolean {
  return asset.mode === 'live' || enterprise.kind === 'test';
}
