import type { Alarm, AlarmEvent } from '../../model/alarm.ts';
import type { Role } from '../../model/actor.ts';
import type { Device, Rule } from '../../model/asset.ts';
import type { Backtest } from '../../model/backtest.ts';
import type { DeviceCommand, DeviceCommandName } from '../../model/device-command.ts';
import type { DeviceStatus, EffectiveLimit, LatestPoint, WaitingPoint, RuleTrial, RuleVersion } from '../../model/engine.ts';
import type { Proposals } from '../../model/proposal.ts';
import type { Quality, Value } from '../../model/reading.ts';
import type { RuleDifference } from '../../model/rule-changes.ts';
import type { LedgerRow } from '../../model/ports/records.ts';
import type { Shift, ShiftPicture, ShiftSpan } from '../../model/shift.ts';
import type { EpochMs } from '../../model/time.ts';

/** RFC 9457. `code` is stable; `title` and `detail` are for people. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly requestId?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly alarm?: Alarm;
  readonly current?: unknown;
}

export interface User {
  readonly name: string;
  readonly role: Role;
  readonly enterprises: readonly string[] | null;
  readonly mustChangePassword: boolean;
}
/** An account as whoever manages accounts sees it; `id` is its name. */
export type UserAccount = User & {
  readonly id: string;
  readonly disabled: boolean;
  readonly createdAt: EpochMs;
  readonly revision: number;
};
export interface SessionBody {
  readonly user: User;
  readonly csrfToken: string;
}
/** A session that is open; its id signs nobody in. */
export interface SessionShown {
  readonly id: string;
  readonly account: string;
  readonly current: boolean;
  readonly createdAt: EpochMs;
  readonly usedAt: EpochMs;
  readonly expiresAt: EpochMs;
}
export interface ListBody<T> {
  readonly items: readonly T[];
  readonly next?: string;
}
/** A device as lists and `GET /devices/{id}` give it: the asset, and how it stands now where the server knows. */
export type DeviceItem = Device & { readonly status?: DeviceStatus };
export type AlarmWithEvents = Alarm & { readonly events: readonly AlarmEvent[] };
export interface Credential {
  readonly username: string;
  readonly password: string;
}
export interface LatestBody {
  readonly device: string;
  readonly status: DeviceStatus;
  readonly points: readonly (LatestPoint & { readonly unit: string })[];
  readonly waiting: readonly (WaitingPoint & { readonly unit: string })[];
}
/** What was asked of a device, newest first, and what may be asked of it. */
export interface CommandsBody extends ListBody<DeviceCommand> {
  readonly knows: readonly DeviceCommandName[];
}
export interface LimitsBody {
  readonly device: string;
  readonly limits: readonly EffectiveLimit[];
}
export interface ProposalsBody extends Proposals {
  readonly device: string;
  readonly measurement: string;
  readonly channel: number | null;
  readonly unit: string;
}
/** A rule with whose it is; null = of the whole system. */
export type RuleItem = Rule & { readonly enterpriseId: string | null };
/** With `dryRun`: what a change of a rule would do. */
export type RuleTrialBody = Omit<RuleTrial, 'outcome'> & {
  readonly ok: boolean;
  readonly code?: string;
  readonly detail?: string;
  readonly needsApproval: boolean;
};
/** One revision; `changes` are against the one before. */
export type RuleVersionItem = RuleVersion & { readonly revision: number; readonly changes: readonly RuleDifference[] };
export type BacktestBody = Omit<Backtest, 'request'> & { readonly from: EpochMs; readonly to: EpochMs };
export interface ReadingsBody {
  readonly unit: string;
  readonly points: readonly (readonly [number, Value, Quality])[] | readonly (readonly [number, number, number, number, number])[];
  /** Of buckets: those with samples of bad quality or without a value, and how many. */
  readonly bad?: readonly (readonly [ts: number, count: number])[];
  readonly bucketMs?: number;
  readonly source: 'raw' | 'minute' | 'hour';
  readonly through: number;
  readonly next?: number;
}
interface InBoth {
  readonly 'zh-CN': string;
  readonly en: string;
}
/** `title` says what was wrong, `advice` what to do; null where nothing was refused. */
export type LedgerItem = LedgerRow & { readonly title: InBoth | null; readonly advice: InBoth | null };
/** When shifts change by the plan; `now`: the one that this moment lies in. */
export interface ShiftPlanBody {
  readonly timeZone: string;
  readonly shifts: readonly { readonly name: string; readonly start: string }[];
  readonly now: ShiftSpan;
}
export type ShiftListBody = ListBody<Shift> & { readonly current: Shift | null; readonly plan: ShiftPlanBody };
export interface ShiftBody {
  readonly shift: Shift | null;
  readonly picture: ShiftPicture | null;
}
/** Page settings the web app asks for before signing in. */
export interface PublicInfo {
  readonly name: string;
  readonly build: string;
  readonly timeZone: string;
  readonly demo: boolean;
  /** Port of the plain MQTT door, at the host of the page; null when none is open. */
  readonly mqttPort: number | null;
  /** The request came with a session that is valid: `GET /session` will say whose. */
  readonly signedIn: boolean;
}
