import type { Alarm } from '../model/alarm.ts';
import type { AssetKind, AssetOf } from '../model/asset.ts';
import type {
  AlarmCounts,
  AssetChange,
  AssetTrial,
  DeviceCounts,
  DeviceStatus,
  EffectiveLimit,
  EngineView,
  JointLimit,
  LatestPoint,
  RuleChange,
  RuleTrial,
  Silence,
  WaitingPoint,
} from '../model/engine.ts';
import type { ConfigChange } from '../model/entry.ts';
import type { Flood, FloodState } from '../model/flood.ts';
import type { Catalogue } from '../model/profile.ts';
import { toAlarm } from './alarm/record.ts';
import type { Core } from './core.ts';
import type { Warning, WarningHead } from '../model/warning.ts';
import { wallOf } from './time/engine-clock.ts';
import { holdsOf } from './evaluate/derived.ts';
import { waitedSince } from './health/unheard.ts';
import { healthOf, lastSeen } from './presence.ts';
import { type Asked, sourcesOf } from './scopes/sources.ts';
import { tryAsset } from './scopes/asset-trial.ts';
import { guardsOtherRed } from './scopes/red-limits.ts';
import { silencedBy } from './scopes/silencing.ts';
import { tryRule } from './scopes/trial.ts';
import type { Stretch } from '../model/time.ts';

/** The read-only side of the fold. Everything it gives away is a value that later entries do not change. */
export class EngineWindow implements EngineView {
  private readonly core: Core & { readonly appliedSeq: number };

  constructor(core: Core & { readonly appliedSeq: number }) {
    this.core = core;
  }

  get appliedSeq(): number {
    return this.core.appliedSeq;
  }

  get eventSeq(): number {
    return this.core.book.eventSeq;
  }

  get catalogue(): Catalogue | null {
    return this.core.registry.catalogue;
  }

  assets<K extends AssetKind>(kind: K): ReadonlyMap<string, AssetOf[K]> {
    return this.core.registry.maps[kind];
  }

  openAlarm(id: string): Alarm | undefined {
    const record = this.core.book.open.get(id);
    return record === undefined ? undefined : toAlarm(record);
  }

  *openAlarms(): Iterable<Alarm> {
    for (const record of this.core.book.open.values()) yield toAlarm(record);
  }

  restingAlarm(id: string): Alarm | undefined {
    const record = this.core.book.resting.get(id);
    return record === undefined ? undefined : toAlarm(record);
  }

  *restingAlarms(): Iterable<Alarm> {
    for (const record of this.core.book.resting.values()) yield toAlarm(record);
  }

  latest(deviceId: string): readonly LatestPoint[] {
    const device = this.core.devices.get(deviceId);
    if (device === undefined) return [];
    return device.plan.points.flatMap(({ measurement, channel }, i) => {
      const point = device.points[i];
      if (point === undefined || point === null) return [];
      const { value, sampleAt, receivedAt, quality, flags, inhibited } = point;
      const since = inhibited?.says === true ? { inhibitedSince: wallOf(this.core.clock, inhibited.from) } : {};
      return [{ measurement, channel, value, sampleAt, receivedAt, quality, flags, ...since }];
    });
  }

  waiting(deviceId: string): readonly WaitingPoint[] {
    const device = this.core.devices.get(deviceId);
    if (device === undefined) return [];
    return device.plan.points.flatMap(({ measurement, channel }, i) => {
      if ((device.points[i] ?? null) !== null) return [];
      return [{ measurement, channel, expected: device.plan.expected.includes(i), since: waitedSince(this.core, device, i) }];
    });
  }

  limits(deviceId: string): readonly EffectiveLimit[] {
    const device = this.core.devices.get(deviceId);
    if (device === undefined) return [];
    const { ruleRevision, asset, plan } = device;
    const { registry } = this.core;
    const asked: Asked = {
      device: asset,
      hazardSource: asset.hazardSourceId === null ? null : (registry.maps['hazard-source'].get(asset.hazardSourceId) ?? null),
      catalogued: registry.profiles.get(asset.profileId) ?? plan.profile,
      merged: plan.profile,
      rules: registry.rules.chain(asset).rules,
    };
    return plan.limits.map((limit) => {
      const holds = holdsOf(device, limit);
      const sources = sourcesOf(asked, limit.measurement, limit.code);
      const escalation = limit.armed && limit.escalates !== undefined ? { escalation: this.core.escalations.standOf(device, limit) } : {};
      return { ...limit, ...(holds === null ? {} : { holds }), ...escalation, ruleRevision, sources };
    });
  }

  jointLimits(hazardSourceId: string): readonly JointLimit[] {
    return this.core.joint.limits(hazardSourceId);
  }

  tryRule(change: RuleChange): RuleTrial {
    return tryRule(this.core, change);
  }

  tryAsset(change: AssetChange): AssetTrial {
    return tryAsset(this.core, change);
  }

  guardsOtherRed(alarm: Pick<Alarm, 'kind' | 'deviceId' | 'measurement' | 'ladder'>): boolean {
    return guardsOtherRed(this.core, alarm);
  }
  silencedBy(change: ConfigChange): readonly Silence[] {
    return silencedBy(this.core, change);
  }

  status(deviceId: string): DeviceStatus | undefined {
    const device = this.core.devices.get(deviceId);
    if (device === undefined) return undefined;
    const { clock } = this.core;
    // The line does not follow steps of our own wall clock, the figure for people does.
    const clockErrorMs = device.clock === null ? null : Math.round(device.clock.median - (clock.line - clock.at));
    const through = device.gateway === null ? {} : { gateway: device.gateway };
    return { online: device.online, health: healthOf(device), lastSeenAt: lastSeen(device), clockErrorMs, ...through };
  }

  counts(): AlarmCounts {
    return this.core.book.counts();
  }

  get flood(): FloodState {
    return this.core.book.flood.state;
  }

  floods(): readonly Flood[] {
    return this.core.book.flood.all();
  }

  outages(): readonly Stretch[] {
    return [...this.core.clock.unwatched];
  }

  get warningSeq(): number {
    return this.core.warnings.seq;
  }

  warningHeads(): Iterable<WarningHead> {
    return this.core.warnings.heads();
  }

  warning(id: string): Warning | undefined {
    return this.core.warnings.get(id);
  }

  *inhibitedDevices(): Iterable<string> {
    for (const device of this.core.inhibited) yield device.asset.id;
  }

  deviceCounts(): DeviceCounts {
    const total = this.core.devices.size;
    const online = this.core.onlineCount;
    return { online, offline: total - online, total, inhibited: this.core.inhibited.size };
  }
}
