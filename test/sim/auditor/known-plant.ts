// The configuration as it stands by the entries: who is there, of which profile, and where.
import type { Device, Enterprise, HazardSource, Rule as SiteRule } from '../../../model/asset.ts';
import type { ConfigChange } from '../../../model/entry.ts';
import type { Profile } from '../../../model/profile.ts';

export class KnownPlant {
  profiles = new Map<string, Profile>();
  readonly devices = new Map<string, Device>();
  readonly enterprises = new Map<string, Enterprise>();
  readonly sources = new Map<string, HazardSource>();
  private readonly rules = new Map<string, SiteRule>();
  private readonly retired = new Set<string>();
  /** As they were before the present entry. */
  before: { readonly devices: ReadonlyMap<string, Device>; readonly enterprises: ReadonlyMap<string, Enterprise> } = {
    devices: new Map(),
    enterprises: new Map(),
  };

  /** A change of the configuration begins. */
  begin(): void {
    this.before = { devices: new Map(this.devices), enterprises: new Map(this.enterprises) };
  }

  take(change: ConfigChange): void {
    if (change.op === 'catalogue') this.profiles = new Map(change.catalogue.profiles.map((p) => [p.id, p]));
    else if (change.op === 'retire') this.retire(change);
    else if (change.op === 'factor') return;
    else if (change.asset === 'enterprise') this.enterprises.set(change.value.id, change.value);
    else if (change.asset === 'device') this.devices.set(change.value.id, change.value);
    else if (change.asset === 'rule') this.rules.set(change.value.id, change.value);
    else if (change.asset === 'hazard-source') this.sources.set(change.value.id, change.value);
  }

  private retire({ asset, id }: Extract<ConfigChange, { op: 'retire' }>): void {
    if (asset === 'device') this.retired.add(id);
    if (asset === 'rule') this.rules.delete(id);
  }

  /** Null where there is none, or none any more. */
  device(id: string): Device | null {
    return this.retired.has(id) ? null : (this.devices.get(id) ?? null);
  }

  /** The profile of a device with the rules that are about it (decision 14). */
  ruled(device: Device): Profile | undefined {
    const profile = this.profiles.get(device.profileId);
    const own = [...this.rules.values()].filter((rule) => rule.scope === 'device' && rule.scopeId === device.id);
    return profile === undefined ? undefined : own.reduce(underRule, profile);
  }

  /** The device that a rule is about, or null: it is about none of its own, or unknown. */
  deviceOfRule(id: string): Device | null {
    const rule = this.rules.get(id);
    return rule?.scope === 'device' ? this.device(rule.scopeId) : null;
  }

  /** Those that are not retired. */
  here(): readonly Device[] {
    return [...this.devices.values()].filter(({ id }) => !this.retired.has(id));
  }

  /** A device that is there, with its profile, or null. */
  known(id: string): { readonly device: Device; readonly profile: Profile } | null {
    const device = this.device(id);
    const profile = this.profiles.get(device?.profileId ?? '');
    return device === null || profile === undefined ? null : { device, profile };
  }

  isTest(id: string): boolean {
    const device = this.devices.get(id);
    return device?.mode !== 'live' || this.enterprises.get(device.enterpriseId)?.kind === 'test';
  }

  /** Older than this a sample is late: 2 × report period, at least 60 s. */
  window(device: string): number {
    const known = this.devices.get(device);
    return Math.max(60_000, 2 * (known?.reportMs ?? this.profiles.get(known?.profileId ?? '')?.reportMs ?? 0));
  }
}

/** What a rule says of a limit or of what follows one stands in the place of what the catalogue says; what is switched off is not there. */
function underRule(profile: Profile, { measurement, code, parts }: SiteRule): Profile {
  const { enabled = true, setPoint } = parts;
  const measurements = profile.measurements.map((def) => {
    if (def.key !== measurement) return def;
    const limits = def.limits.flatMap((limit) => {
      if (limit.code !== code) return [limit];
      return enabled ? [setPoint === undefined ? limit : { ...limit, setPoint }] : [];
    });
    return { ...def, limits };
  });
  const escalate = (profile.escalate ?? []).filter(({ form }) => enabled || form?.measurement !== measurement || form.code !== code);
  return { ...profile, measurements, ...(profile.escalate === undefined ? {} : { escalate }) };
}
