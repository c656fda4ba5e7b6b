import type { Classification } from './hazard/classify.ts';
import type { JointCondition, RuleContent } from './rule.ts';
import type { Level } from './level.ts';
import type { EpochMs } from './time.ts';

/** Common to everything that is configured: `revision` counts changes (If-Match), starting at 1. */
interface Asset {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  /** Deleting retires: history stays and the id is not given again. */
  readonly retiredAt: EpochMs | null;
}

/** District → street → … : a tree. */
export interface Area extends Asset {
  readonly parentId: string | null;
}

export interface Contact {
  readonly name: string;
  readonly role?: string;
  readonly phone?: string;
}

/** Which alarms a line of the cause-and-effect table means; what is not named is any. */
export interface AlarmSelector {
  readonly device: string;
  readonly measurement?: string;
  readonly channel?: number;
  /** `hi`, `lo`, a limit's own code, or a fault's. */
  readonly ladder?: string;
}

/** One line of the cause-and-effect table: while an alarm of `cause` is active or latched, and itself not suppressed, those of `hides` are. */
export interface CauseLine {
  /** Unique within its table. */
  readonly id: string;
  readonly cause: AlarmSelector;
  readonly hides: readonly AlarmSelector[];
  readonly note?: string;
}

/** Times by colour, ms, where an enterprise wants others than the usual ones. */
export interface AlarmPolicy {
  /** Re-alarm timer; absent = off. */
  readonly rearmMs?: Readonly<Partial<Record<Level, number>>>;
  readonly firstResponseMs?: Readonly<Partial<Record<Level, number>>>;
  readonly feedbackMs?: Readonly<Partial<Record<Level, number>>>;
}

/** When somebody is at work, in local time (`BEACON_TIME_ZONE`). `to` is the first minute that is not; at or before `from` = of the next day. */
export interface BusinessHours {
  /** 1 = Monday … 7 = Sunday: days on which it begins. */
  readonly days: readonly number[];
  /** `HH:MM`, 00:00 … 24:00. */
  readonly from: string;
  readonly to: string;
}

export interface Enterprise extends Asset {
  readonly areaId: string | null;
  readonly sector: string | null;
  /** Alarms of a `test` enterprise are marked test and count nowhere. */
  readonly kind: 'real' | 'test';
  readonly lon: number | null;
  readonly lat: number | null;
  readonly contacts: readonly Contact[];
  /** Cause-and-effect table over its devices. Absent = empty. */
  readonly causes?: readonly CauseLine[];
  readonly alarmPolicy?: AlarmPolicy;
  /** Absent or empty: every hour counts as one at which nobody is there. */
  readonly businessHours?: readonly BusinessHours[];
}

export interface Site extends Asset {
  readonly enterpriseId: string;
  readonly lon: number | null;
  readonly lat: number | null;
}

export interface HazardSource extends Asset {
  readonly enterpriseId: string;
  readonly siteId: string | null;
  readonly attributes: Readonly<Record<string, number | string | boolean>>;
  /** Its identification and class by GB 18218 with the working; absent where nobody has classified it. */
  readonly classification?: StoredClassification;
  /** Cause-and-effect table over the devices of its enterprise. Absent = empty. */
  readonly causes?: readonly CauseLine[];
}

/** Who found it, and when. */
export interface StoredClassification extends Classification {
  readonly at: EpochMs;
  readonly by: string;
}

/** A gateway credential speaks for all devices of one enterprise. */
export interface Gateway extends Asset {
  readonly enterpriseId: string;
}

export type DeviceMode = 'live' | 'commissioning' | 'test';

export interface Device extends Asset {
  readonly enterpriseId: string;
  readonly siteId: string | null;
  readonly hazardSourceId: string | null;
  readonly profileId: string;
  /** Variant of the profile's set points, or null. */
  readonly variant: string | null;
  /** Numbers that `setPointFrom` expressions read as `asset.<name>`; the hazard source's are used where the device has none. */
  readonly attributes: Readonly<Record<string, number | string | boolean>>;
  readonly conditions: Readonly<Record<string, boolean | string>>;
  /** Expected interval between signs of life, ms; null = the profile's. */
  readonly heartbeatMs: number | null;
  readonly reportMs: number | null;
  /** Declared UCUM unit per measurement where it is not the profile's. */
  readonly units: Readonly<Record<string, string>>;
  readonly installedAt: EpochMs | null;
  readonly calibratedAt: EpochMs | null;
  readonly mode: DeviceMode;
}

/** Changes parts of a limit, or adds one, for everything within a scope. Its name is for people. */
export interface Rule extends Asset, RuleContent {}
/** About one limit. */
export interface LimitRule extends Rule {
  readonly profileId: string;
  readonly measurement: string;
}
/** About several points of one hazard source. */
export interface JointRule extends Rule {
  readonly joint: JointCondition;
}

export function isJoint(rule: Rule): rule is JointRule {
  return rule.joint !== undefined;
}
export function isLimitRule(rule: Rule): rule is LimitRule {
  return rule.joint === undefined && rule.profileId !== null && rule.measurement !== null;
}

export type AssetKind = 'area' | 'site' | 'enterprise' | 'hazard-source' | 'gateway' | 'device' | 'rule';
export interface AssetOf {
  area: Area;
  site: Site;
  enterprise: Enterprise;
  'hazard-source': HazardSource;
  gateway: Gateway;
  device: Device;
  rule: Rule;
}
