import type { Alarm, AlarmKind, LiveEvent, SuppressedBy } from './alarm.ts';
import type { AssetKind, AssetOf, Rule } from './asset.ts';
import type { ConfigChange, Entry } from './entry.ts';
import type { Flood, FloodState } from './flood.ts';
import type { Level, LimitLevel } from './level.ts';
import type { Catalogue, Confidence, EscalationGroup, Escalates, LimitDir } from './profile.ts';
import type { Quality, Value } from './reading.ts';
import type { JointCondition, LimitPart, LimitSources } from './rule.ts';
import type { EngineMs, EpochMs, Stretch } from './time.ts';
import type { Warning, WarningHead, WarningLive } from './warning.ts';

/** Why a command or a change was not carried out: a stable code, for problem+json. */
export type RefusalCode =
  | 'not-found'
  | 'alarm-changed'
  | 'state-not-allowed'
  | 'too-late'
  | 'red-not-shelvable'
  | 'approval-required'
  | 'same-person'
  | 'id-taken'
  | 'id-retired'
  | 'revision-conflict'
  | 'unknown-reference'
  | 'in-use'
  | 'invalid';

/** Outcome of one command or one change of a config entry. */
export type Outcome =
  | { readonly ok: true; readonly changed: boolean; readonly alarm?: Alarm; readonly asset?: AssetOf[AssetKind] }
  | {
      readonly ok: false;
      readonly code: RefusalCode;
      readonly detail: string;
      readonly alarm?: Alarm;
      readonly asset?: AssetOf[AssetKind];
    };

/** What is worth noting about a message that was taken. */
export interface MessageNotes {
  /** It came with RETAIN, for the first time today (UTC). */
  readonly retained: boolean;
  /** The device's counter went back: it began anew. */
  readonly restarted: boolean;
  /** Messages before it that never came, by the device's counter. */
  readonly lost: number;
  /** Values kept as history alone: older than the newest judged one of their point by more than the window. */
  readonly older: number;
}

/** One revision of a rule, as it came into being. */
export interface RuleVersion {
  readonly rule: Rule;
  /** Account name. */
  readonly by: string;
  readonly at: EpochMs;
  /** Number of the journal entry. */
  readonly entry: number;
}

export type RuleChange =
  | Extract<ConfigChange, { readonly op: 'put'; readonly asset: 'rule' }>
  | (Extract<ConfigChange, { readonly op: 'retire' }> & { readonly asset: 'rule' });

/** A change of what limits are worked out from. */
export type AssetChange = Extract<ConfigChange, { readonly op: 'put'; readonly asset: 'device' | 'hazard-source' }>;

/** One limit that a change would make less strict, for some of the devices it reaches. */
export interface SoftenedLimit {
  /** Null of a rule over several points. */
  readonly profileId: string | null;
  readonly variant: string | null;
  readonly measurement: string | null;
  readonly code: string;
  /** `unit`: its values arrive in another unit. */
  readonly parts: readonly (LimitPart | 'joint' | 'unit')[];
  /** Confidence V or M, with a clause: not for one person alone. */
  readonly mandatory: boolean;
  /** It is red, or a red one rises from it, and it is armed: not for one person of the plant alone, whatever it rests on. */
  readonly red?: true;
  readonly basis: string;
  readonly basisZh?: string;
  /** What those of `parts` that have one value said and would say; of a limit that is lost nothing is said after. */
  readonly from?: LimitValues;
  readonly to?: LimitValues;
  /** A device it is so for, or null where there is none yet. */
  readonly device: string | null;
}

/** Values of parts of a limit: `return` is the deadband, delays and windows are in ms; null = there is none. */
export type LimitValues = Readonly<Partial<Record<LimitPart, string | number | boolean | null>>>;

/** What a change of a rule would do, found out without doing it. */
export interface RuleTrial {
  readonly outcome:
    | { readonly ok: true }
    | { readonly ok: false; readonly code: RefusalCode; readonly detail: string; readonly asset?: Rule };
  /** Where it is not sound: a place in the rule (or `limits.<code>`) and a sentence. */
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  readonly softened: readonly SoftenedLimit[];
  /** Devices in service that it reaches. */
  readonly devices: number;
  /** Where its limit would be active at once and is not now, by the last good values; absent = nowhere. */
  readonly activeNow?: ActiveNow;
}

/** A few of the points, and at how many devices there are such. */
export interface ActiveNow {
  readonly devices: number;
  readonly points: readonly {
    readonly device: string;
    readonly measurement: string;
    readonly channel: number | null;
    readonly value: number;
    readonly level: Level;
  }[];
}

/** How a change keeps red from coming without touching a limit. */
export const SILENCES = ['retired', 'mode', 'heartbeatMs', 'reportMs', 'joint', 'group', 'causes', 'businessHours'] as const;

/** One device that guards an armed red limit, or one line of a cause-and-effect table, and what of it would not be told any more. */
export interface Silence {
  readonly how: (typeof SILENCES)[number];
  readonly device: string;
  /** `<measurement> <code>` of its limits, `<code>` of rules over several points. */
  readonly red: readonly string[];
  /** `mode`, `heartbeatMs`, `reportMs` (ms; null = never asked for): as it is and as it would be. */
  readonly from?: string | number | null;
  readonly to?: string | number | null;
  /** `causes`: the line that would hide it. */
  readonly line?: string;
}

/** What a change of a device or a hazard source would do to limits that are armed and mandatory or red, found out without doing it. */
export interface AssetTrial {
  readonly outcome:
    | { readonly ok: true }
    | { readonly ok: false; readonly code: RefusalCode; readonly detail: string; readonly asset?: AssetOf[AssetKind] };
  readonly softened: readonly SoftenedLimit[];
}

/** What one entry did. */
export interface Applied {
  readonly events: readonly LiveEvent[];
  /** Events of warnings, numbered apart; absent = none. */
  readonly warnings?: readonly WarningLive[];
  /** Message only: recognised as a resend of one already kept; a sign of life, neither judged nor stored again. */
  readonly resend: boolean;
  /** Message only: kept as history alone (`stale-retained`, out of order). */
  readonly judged: boolean;
  /** Command and config only: one outcome per change (a command has one). */
  readonly outcomes: readonly Outcome[];
  /** Message only, where there is something to note. */
  readonly notes?: MessageNotes;
  /** Config only: the revisions of rules that came into being, in order; a rule retires with what it was about. */
  readonly rules?: readonly RuleVersion[];
  /** `apply` threw inside; the entry was applied as a fault to the points it names. */
  readonly fault: boolean;
  /** What was thrown; for the log, not part of the state. */
  readonly faultDetail?: string;
}

/** One limit as it stands for one point of one device. */
export interface EffectiveLimit {
  readonly measurement: string;
  readonly channel: number | null;
  readonly ladder: string;
  readonly code: string;
  readonly dir: LimitDir;
  readonly level: LimitLevel;
  readonly setPoint: number | string | null;
  readonly deadband: number;
  /** Clears strictly below this value; `deadband` is then setPoint − resetBelow. */
  readonly resetBelow?: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly latching: boolean;
  readonly unit: string;
  readonly armed: boolean;
  /** Window of a rate or a count, ms. */
  readonly windowMs?: number;
  /** The set point is a share of the value at the window's start. */
  readonly relative?: boolean;
  /** `dev_hi`: what the value is compared with: a number, or an expression over points. */
  readonly reference?: number | string;
  /** The condition under which it counts, the two states of a transition, or the limit itself, as expressions. */
  readonly when?: string;
  readonly transition?: { readonly from: string; readonly to: string };
  readonly expression?: string;
  /** `follows`: what it escalates and by what. */
  readonly escalates?: Escalates;
  /** The same as it stands for this device; only where a device's limits are asked for. */
  readonly escalation?: EscalationStand;
  /** Attributes (`asset.x`) and conditions (`condition.x`) that its expressions read, as they stand. */
  readonly reads?: Readonly<Record<string, number | string | boolean>>;
  /** Armed, but neither raised nor cleared at the moment, and why: `bad-quality`, `no-data` (of the points in `detail`), `window`. */
  readonly holds?: { readonly reason: 'bad-quality' | 'no-data' | 'window'; readonly detail: string };
  /**
   * Stable code when not armed: `attribute-missing`, `condition-missing`, `removed-by-variant`, `disabled-by-rule`, `log-only`, `no-set-point`,
   * `expression-invalid`, `condition-not-supported` (a text nobody has translated), and for entries of format 1 `not-supported`. Of an
   * escalation also `base-not-armed` (the limit it rises from) and `not-above-base` (that one is as severe already).
   */
  readonly reason: string | null;
  readonly detail: string | null;
  /** Fault code that the limit stands for; a reported fault of that code is the same alarm. */
  readonly fault?: string;
  readonly onlyWhen: string | null;
  /** `onlyWhen` in plain words, where the catalogue has them. */
  readonly onlyWhenZh?: string;
  readonly onlyWhenEn?: string;
  /** In English; `basisZh` says the same in Chinese, where the catalogue has it. */
  readonly basis: string;
  readonly basisZh?: string;
  readonly confidence: Confidence;
  readonly ruleRevision: number;
  /** Where each part comes from; only where a device's limits are asked for. */
  readonly sources?: LimitSources;
}

/** How an escalation stands for one device. */
export interface EscalationStand {
  readonly on: boolean;
  /** Whom it is looked at together with; absent where it is not. `by`: what made the group. */
  readonly group?: {
    readonly in: EscalationGroup;
    readonly by: 'attribute' | 'hazard-source' | 'site' | 'enterprise';
    readonly id: string;
    /** Devices in it whose limits are counted, itself included. */
    readonly devices: number;
  };
  /** Where it asks for business hours: whether its enterprise has any. */
  readonly businessHours?: 'given' | 'none';
}

/** Why a rule over several points is not judged; stable. */
export type JointReason =
  | 'disabled-by-rule'
  | 'no-voters'
  | 'device-missing'
  | 'attribute-missing'
  | 'condition-missing'
  | 'expression-invalid';

/** Why it is neither raised nor cleared at the moment, and the points that say nothing. */
export interface JointHold {
  readonly reason: 'bad-quality' | 'no-data' | 'late';
  readonly detail: string;
}

/**
 * A point that votes, and what it says. `bad` = it cannot be believed (bad quality, silent, nothing yet); `held` = the same, but its last
 * word that could be believed was for the alarm, so it keeps its vote; `bypassed` = somebody is working on it or tries it out.
 */
export interface JointVoter {
  readonly device: string;
  readonly measurement: string;
  readonly channel: number | null;
  readonly says: 'for' | 'against' | 'bad' | 'held' | 'bypassed';
  /** It counts as a vote for the alarm as things stand: also where it cannot be believed and the rule lets such voters vote. */
  readonly counts: boolean;
  /** `bad` because it was never heard: registered, and not connected yet. */
  readonly unheard?: true;
}

/** A rule over several points as it stands at its hazard source. */
export interface JointLimit {
  readonly rule: string;
  readonly name: string;
  readonly revision: number;
  readonly code: string;
  readonly kind: AlarmKind;
  readonly level: Level;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly latching: boolean;
  readonly basis: string;
  readonly basisZh?: string;
  readonly joint: JointCondition;
  readonly armed: boolean;
  readonly reason: JointReason | null;
  readonly detail: string | null;
  readonly holds?: JointHold;
  readonly on: boolean;
  /** Votes, 1 or 0 for true or false, or the number; null while nothing is known. */
  readonly value: number | null;
  /** Votes wanted (fewer than the rule says where fewer voters are left), or the set point. */
  readonly needed: number;
  readonly voters?: readonly JointVoter[];
  /** Its open alarm. */
  readonly alarmId: string | null;
  readonly ruleRevision: number;
}

export interface LatestPoint {
  readonly measurement: string;
  readonly channel: number | null;
  readonly value: Value;
  readonly sampleAt: EpochMs;
  readonly receivedAt: EpochMs;
  readonly quality: Quality;
  readonly flags: readonly string[];
  /** Since when its quality says test or maintenance, by its samples' own time; absent while it does not. */
  readonly inhibitedSince?: EpochMs;
}

/** A point of the profile that has no value: none has come yet. */
export interface WaitingPoint {
  readonly measurement: string;
  readonly channel: number | null;
  /** It comes with every report and guards a red limit: its absence rings (F01 of the point). */
  readonly expected: boolean;
  /** Since when it is waited for, the silences of its device and our outages left out; null where it is not expected, or its device never spoke. */
  readonly since: EpochMs | null;
}

export interface DeviceStatus {
  readonly online: boolean;
  /** `never-seen`, `silent`, `bad-quality`, `inhibited`, `unheard`, fault codes … ; empty = well. */
  readonly health: readonly string[];
  readonly lastSeenAt: EpochMs | null;
  /** Median of arrival − stamp over recent live samples, ms; null while unknown. */
  readonly clockErrorMs: number | null;
  /** Gateway that its last word came through; absent where it speaks for itself. */
  readonly gateway?: string;
}

/** How many devices there are, and how they are: test ones too. */
export interface DeviceCounts {
  readonly online: number;
  readonly offline: number;
  readonly total: number;
  /** With a point that says test or maintenance: no limit judges it. */
  readonly inhibited: number;
}

/** What stands on every desk. Test and suppressed alarms are in neither of the first two. */
export interface AlarmCounts {
  readonly open: Readonly<Record<Level, number>>;
  readonly unacknowledged: Readonly<Record<Level, number>>;
  /** Identities under each flag, also those that are not true now; one under two flags is in both. Test ones left out. */
  readonly suppressed: Readonly<Record<SuppressedBy, number>>;
}

/** Read-only side of the fold. Synchronous: it is the truth of this moment on the main thread. */
export interface EngineView {
  /** Number of the last applied entry. */
  readonly appliedSeq: number;
  /** Number of the last live event. */
  readonly eventSeq: number;
  readonly catalogue: Catalogue | null;
  assets<K extends AssetKind>(kind: K): ReadonlyMap<string, AssetOf[K]>;
  /** An open alarm (any state but NORM), by id. */
  openAlarm(id: string): Alarm | undefined;
  openAlarms(): Iterable<Alarm>;
  /** Closed (NORM) but still suppressed: the last occurrence of an identity whose next one is born suppressed. */
  restingAlarm(id: string): Alarm | undefined;
  restingAlarms(): Iterable<Alarm>;
  latest(deviceId: string): readonly LatestPoint[];
  /** Points of the profile that no value has come of. */
  waiting(deviceId: string): readonly WaitingPoint[];
  /** With `sources`. */
  limits(deviceId: string): readonly EffectiveLimit[];
  /** Rules over several points of a hazard source, as they stand. */
  jointLimits(hazardSourceId: string): readonly JointLimit[];
  /** What a change of a rule would do; nothing changes. */
  tryRule(change: RuleChange): RuleTrial;
  /** The same of a device or a hazard source. */
  tryAsset(change: AssetChange): AssetTrial;
  /** By what else than a limit a change would keep red from coming; empty for a test enterprise, and for what the engine would refuse. */
  silencedBy(change: ConfigChange): readonly Silence[];
  /** Does red of other devices or measurements rest on what an alarm is about: a vote, a group, a reference. Never in a test enterprise. */
  guardsOtherRed(alarm: Pick<Alarm, 'kind' | 'deviceId' | 'measurement' | 'ladder'>): boolean;
  status(deviceId: string): DeviceStatus | undefined;
  counts(): AlarmCounts;
  readonly flood: FloodState;
  /** The last ones, newest first, the one that goes on included. */
  floods(): readonly Flood[];
  /** When nothing was judged, because we were away for more than 15 s: the last 500, oldest first, by wall time, as [from, to). */
  outages(): readonly Stretch[];
  /** Number of the last event of a warning. */
  readonly warningSeq: number;
  /** One for every hazard source, enterprise and area in service. */
  warningHeads(): Iterable<WarningHead>;
  /** By `<scope>:<id>`. */
  warning(id: string): Warning | undefined;
  deviceCounts(): DeviceCounts;
  /** Ids of the devices with a point that says test or maintenance. */
  inhibitedDevices(): Iterable<string>;
}

/** One slice-wise snapshot under way. Entries may be applied between two `next` calls; the result is the state at its beginning. */
export interface SnapshotJob {
  /** Entry number the snapshot stands at. */
  readonly seq: number;
  /** Serialises about `devices` more devices; returns the next piece of text or null when done. */
  next(devices: number): string | null;
  abort(): void;
}

/** The deterministic fold over the journal. Pure: no clock, no chance, no I/O. */
export interface Engine {
  readonly view: EngineView;
  apply(entry: Entry): Applied;
  /** Engine time at which the engine next wants a tick, or null. */
  nextDue(): EngineMs | null;
  /** Engine time that the given monotonic time of the current boot stands for. */
  engineTime(mono: number): EngineMs;
  beginSnapshot(): SnapshotJob;
  /** The whole state as one canonical text: equal states give equal texts, byte for byte. */
  serialise(): string;
}
