import type { AssetKind, AssetOf, Device, Rule } from '../model/asset.ts';
import type { RefusalCode } from '../model/engine.ts';
import type { ConfigChange } from '../model/entry.ts';
import { isId } from '../model/ids.ts';
import type { Catalogue, Profile } from '../model/profile.ts';
import type { EpochMs } from '../model/time.ts';
import { withEscalations } from './compile/escalation.ts';
import { RuleBook } from './scopes/chain.ts';
import { wrongTable } from './alarm/causes.ts';

/** All assets, retired ones included, and the checks a change has to pass. Assets are values: a change puts a new one. */

export type AnyAsset = AssetOf[AssetKind];
type Change = Extract<ConfigChange, { readonly op: 'put' | 'retire' }>;
export type Refused = { readonly ok: false; readonly code: RefusalCode; readonly detail: string; readonly asset?: AnyAsset };
export type Checked =
  | { readonly ok: true; readonly before: AnyAsset | undefined; readonly after: AnyAsset }
  | { readonly ok: true; readonly before: AnyAsset; readonly after: null }
  | Refused;

type Maps = { readonly [K in AssetKind]: Map<string, AssetOf[K]> };

const KINDS: readonly AssetKind[] = ['area', 'enterprise', 'site', 'hazard-source', 'gateway', 'device', 'rule'];

function refuse(code: RefusalCode, detail: string, asset?: AnyAsset): Refused {
  return asset === undefined ? { ok: false, code, detail } : { ok: false, code, detail, asset };
}

export class Registry {
  readonly maps: Maps = {
    area: new Map(),
    site: new Map(),
    enterprise: new Map(),
    'hazard-source': new Map(),
    gateway: new Map(),
    device: new Map(),
    rule: new Map(),
  };
  /** Rules in service, by what they are about. */
  readonly rules = new RuleBook();
  /** Place of retired devices among all devices, so that a restored registry lists them as before. */
  readonly retiredOrder = new Map<string, number>();
  catalogue: Catalogue | null = null;
  /** With their escalations written out as limits. */
  readonly profiles = new Map<string, Profile>();
  /** How many assets in service refer to `<kind>:<id>`. */
  private readonly uses = new Map<string, number>();

  setCatalogue(catalogue: Catalogue): void {
    this.catalogue = catalogue;
    this.profiles.clear();
    for (const profile of catalogue.profiles) this.profiles.set(profile.id, withEscalations(profile));
  }

  get(kind: AssetKind, id: string): AnyAsset | undefined {
    return this.maps[kind].get(id);
  }

  /** Puts a value in as it is (after `check`, or from a snapshot). */
  store(kind: AssetKind, after: AnyAsset): void {
    const before = this.get(kind, after.id);
    if (before !== undefined) this.count(kind, before, -1);
    this.count(kind, after, 1);
    const map: Map<string, AnyAsset> = this.maps[kind];
    map.set(after.id, after);
    if (kind === 'rule') this.rules.replace(asRule(before), asRule(after));
  }

  /**
   * Every asset but the devices in service, by kind; a retired device with its place among all devices. The snapshot begins with it, in
   * one turn: the devices of a city are not looked at.
   */
  besideDevices(): readonly (readonly [AssetKind, AnyAsset, number])[] {
    const found: (readonly [AssetKind, AnyAsset, number])[] = [];
    for (const kind of KINDS) {
      if (kind !== 'device') for (const asset of this.maps[kind].values()) found.push([kind, asset, 0]);
      else
        for (const [id, order] of [...this.retiredOrder].sort((a, b) => a[1] - b[1])) {
          const asset = this.maps.device.get(id);
          if (asset !== undefined) found.push([kind, asset, order]);
        }
    }
    return found;
  }

  private count(kind: AssetKind, asset: AnyAsset, by: 1 | -1): void {
    if (asset.retiredAt !== null) return;
    for (const ref of referencesOf(kind, asset)) this.uses.set(ref, (this.uses.get(ref) ?? 0) + by);
  }

  usedProfile(id: string): boolean {
    return (this.uses.get(`profile:${id}`) ?? 0) > 0;
  }

  check(change: Change, at: EpochMs): Checked {
    return change.op === 'put' ? this.checkPut(change, at) : this.checkRetire(change, at);
  }

  private checkPut(change: Extract<Change, { readonly op: 'put' }>, at: EpochMs): Checked {
    const { asset: kind, value, base } = change;
    if (!isId(value.id)) return refuse('invalid', 'id');
    const before = this.get(kind, value.id);
    if (before !== undefined && before.retiredAt !== null) return refuse('id-retired', value.id, before);
    if (before !== undefined && base === 0) return refuse('id-taken', value.id, before);
    if (before === undefined && base !== 0) return refuse('not-found', value.id);
    if (before !== undefined && before.revision !== base) return refuse('revision-conflict', `revision is ${before.revision}`, before);
    if (before === undefined && (kind === 'device' || kind === 'gateway')) {
      // Devices and gateways sign in by their id: one namespace.
      const other = this.get(kind === 'device' ? 'gateway' : 'device', value.id);
      if (other !== undefined) return refuse(other.retiredAt === null ? 'id-taken' : 'id-retired', value.id, other);
    }
    const wrong = this.wrongReference(change) ?? this.wrongCauses(change);
    if (wrong !== null) return wrong;
    const stamps = { revision: base + 1, createdAt: before?.createdAt ?? at, updatedAt: at, retiredAt: null };
    return { ok: true, before, after: { ...value, ...stamps } };
  }

  private checkRetire(change: Extract<Change, { readonly op: 'retire' }>, at: EpochMs): Checked {
    const before = this.get(change.asset, change.id);
    if (before === undefined) return refuse('not-found', change.id);
    if (before.retiredAt !== null) return { ok: true, before, after: null };
    if (change.base !== null && change.base !== before.revision)
      return refuse('revision-conflict', `revision is ${before.revision}`, before);
    const uses = this.uses.get(`${change.asset}:${change.id}`) ?? 0;
    if (uses > 0) return refuse('in-use', `${uses} assets refer to it`, before);
    return { ok: true, before, after: { ...before, revision: before.revision + 1, updatedAt: at, retiredAt: at } };
  }

  private inService<K extends AssetKind>(kind: K, id: string): AssetOf[K] | undefined {
    const asset = this.maps[kind].get(id);
    return asset === undefined || asset.retiredAt !== null ? undefined : asset;
  }

  private wrongReference(change: Extract<Change, { readonly op: 'put' }>): Refused | null {
    const unknown = (what: string): Refused => refuse('unknown-reference', what);
    switch (change.asset) {
      case 'area': {
        const { id, parentId } = change.value;
        if (parentId === null) return null;
        if (this.inService('area', parentId) === undefined) return unknown('parentId');
        for (let up: string | null = parentId; up !== null; up = this.maps.area.get(up)?.parentId ?? null) {
          if (up === id) return refuse('invalid', 'parentId: an area cannot lie inside itself');
        }
        return null;
      }
      case 'enterprise':
        return change.value.areaId !== null && this.inService('area', change.value.areaId) === undefined ? unknown('areaId') : null;
      case 'site':
      case 'gateway':
        return this.inService('enterprise', change.value.enterpriseId) === undefined ? unknown('enterpriseId') : null;
      case 'hazard-source':
        return this.wrongPlace(change.value, null);
      case 'device':
        return this.wrongPlace(change.value, change.value.hazardSourceId) ?? this.wrongProfile(change.value);
      case 'rule':
        return this.wrongScope(change.value);
    }
  }

  private wrongCauses(change: Extract<Change, { readonly op: 'put' }>): Refused | null {
    if (change.asset !== 'enterprise' && change.asset !== 'hazard-source') return null;
    const { value } = change;
    if (value.causes === undefined || value.causes.length === 0) return null;
    const works = (one: typeof value): string => ('enterpriseId' in one ? one.enterpriseId : one.id);
    const before = this.maps[change.asset].get(value.id);
    const standing = before !== undefined && works(before) === works(value) ? (before.causes ?? []) : [];
    const wrong = wrongTable(this, value.id, works(value), value.causes, standing);
    return wrong === null ? null : refuse(wrong.code, wrong.detail);
  }

  private wrongPlace(
    value: { readonly enterpriseId: string; readonly siteId: string | null },
    hazardSourceId: string | null,
  ): Refused | null {
    if (this.inService('enterprise', value.enterpriseId) === undefined) return refuse('unknown-reference', 'enterpriseId');
    if (value.siteId !== null && this.inService('site', value.siteId)?.enterpriseId !== value.enterpriseId)
      return refuse('unknown-reference', 'siteId');
    if (hazardSourceId !== null && this.inService('hazard-source', hazardSourceId)?.enterpriseId !== value.enterpriseId) {
      return refuse('unknown-reference', 'hazardSourceId');
    }
    return null;
  }

  /** What a rule is about must stand; whether what it says is sound is judged in `scopes/check.ts`. */
  private wrongScope(rule: Rule): Refused | null {
    const { scope, scopeId } = rule;
    if (rule.joint !== undefined) {
      if (scope !== 'hazard-source') return refuse('invalid', 'scope: a rule over several points is one of a hazard source');
      return this.inService(scope, scopeId) === undefined ? refuse('unknown-reference', 'scopeId') : null;
    }
    if (rule.profileId === null || !this.profiles.has(rule.profileId)) return refuse('unknown-reference', 'profileId');
    if (scope === 'profile') return scopeId === rule.profileId ? null : refuse('invalid', 'profileId: must be the profile of the scope');
    const found = this.inService(scope, scopeId);
    if (found === undefined) return refuse('unknown-reference', 'scopeId');
    return 'profileId' in found && found.profileId !== rule.profileId
      ? refuse('invalid', 'profileId: the device has another profile')
      : null;
  }

  private wrongProfile(device: Device): Refused | null {
    const profile = this.profiles.get(device.profileId);
    if (profile === undefined) return refuse('unknown-reference', 'profileId');
    if (device.heartbeatMs !== null && !(device.heartbeatMs > 0)) return refuse('invalid', 'heartbeatMs');
    if (device.reportMs !== null && !(device.reportMs > 0)) return refuse('invalid', 'reportMs');
    const variant = device.variant;
    if (variant === null) return null;
    const known = profile.measurements.some((one) => one.variants !== undefined && Object.hasOwn(one.variants, variant));
    return known ? null : refuse('unknown-reference', 'variant');
  }
}

function asRule(asset: AnyAsset | undefined): Rule | undefined {
  return asset !== undefined && 'scopeId' in asset ? asset : undefined;
}

function referencesOf(kind: AssetKind, asset: AnyAsset): readonly string[] {
  const out: string[] = [];
  if ('parentId' in asset && asset.parentId !== null) out.push(`area:${asset.parentId}`);
  if ('areaId' in asset && asset.areaId !== null) out.push(`area:${asset.areaId}`);
  if ('enterpriseId' in asset) out.push(`enterprise:${asset.enterpriseId}`);
  if ('siteId' in asset && asset.siteId !== null) out.push(`site:${asset.siteId}`);
  if (kind === 'device' && 'hazardSourceId' in asset) {
    out.push(`profile:${asset.profileId}`);
    if (asset.hazardSourceId !== null) out.push(`hazard-source:${asset.hazardSourceId}`);
  }
  return out;
}
