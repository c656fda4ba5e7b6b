import type { LimitLevel } from './level.ts';

/** How sure a fact is: read in a source, memory with high confidence, check before relying, our design choice. */
export type Confidence = 'V' | 'M' | 'C' | 'D';

/**
 * What a limit compares: the value (`hi`, `lo`, `state`), its rise or fall over a window (`roc_hi`, `roc_lo`), its distance from a
 * reference (`dev_hi`), the events in a window (`count_hi`), or the truth of an expression (`expr`). `follows` compares nothing: it is an
 * escalation, which is on only while another limit is.
 */
export type LimitDir = 'hi' | 'lo' | 'roc_hi' | 'roc_lo' | 'dev_hi' | 'state' | 'count_hi' | 'expr' | 'follows';

/**
 * One limit of one measurement, as the catalogue has it. Times in ms, set points and deadbands in the
 * measurement's unit. Inclusive: `hi` is active at value ≥ setPoint and returns at value ≤ setPoint − deadband.
 */
export interface LimitDef {
  readonly code: string;
  readonly dir: LimitDir;
  /** Number; for `state` also `bit3` (bit of a status word) or a transition text the engine may not know yet; null when `setPointFrom` gives it. */
  readonly setPoint: number | string | null;
  /** Expression over `asset.<attribute>` that yields the set point, e.g. `min(asset.design_pressure*0.8, asset.psv_set*0.95)`. */
  readonly setPointFrom?: string;
  /** Relative set point (share of the value at the window's start). */
  readonly setPointRatio?: number;
  readonly windowMs?: number;
  /** `dev_hi`: what the value is compared with, in its unit; absent = 0 (the value is itself a change since the zero reading). */
  readonly reference?: number;
  /** `dev_hi`: expression over points and attributes that yields the reference; where its attributes are not filled in, `reference` stands. */
  readonly referenceFrom?: string;
  /** `state` with a text as set point: the two states as expressions; on from the second on after the first, until the first again. */
  readonly transition?: { readonly from: string; readonly to: string };
  /** `expr`: the limit is on while this is true. */
  readonly expression?: string;
  readonly level: LimitLevel;
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly latching: boolean;
  /** Original free text of the condition under which the limit counts. */
  readonly onlyWhen?: string;
  /** The same condition as an expression over points, `asset.<attribute>` and `condition.<name>`; without it the limit is not armed. */
  readonly when?: string;
  /** The same condition in plain words, to stand after “only when” / “仅当”. */
  readonly onlyWhenZh?: string;
  readonly onlyWhenEn?: string;
  /** Returns strictly below this value instead of setPoint − deadband. */
  readonly resetBelow?: number;
  /** Splits a ladder: limits of the same `ladder` name form one alarm. */
  readonly ladder?: string;
  /** Fault code that the limit stands for: it is about the instrument, and the device's own report of that code is the same alarm. */
  readonly fault?: string;
  /** `follows`: what it escalates, and what makes it rise. Written out of the profile's `escalate`, never by hand. */
  readonly escalates?: Escalates;
  /** A rule of the site has switched it off, for this reason; the catalogue has no such limit. */
  readonly disabled?: string;
  /** What the limit rests on, in English. */
  readonly basis: string;
  /** The same in Chinese, with the same numbers and clauses; a catalogue from before may lack it. */
  readonly basisZh?: string;
  readonly confidence: Confidence;
}

/** A named set of other set points (and a basis) that a device may choose with `variant`. */
export interface LimitVariant {
  readonly setPoints: Readonly<Record<string, number | null>>;
  /** Clearing value (strictly below) of the worst limit the variant sets: in AQ 1029 the restore value belongs to the power cut. */
  readonly resetBelow?: number;
  readonly basis?: string;
  readonly basisZh?: string;
  readonly confidence: Confidence;
}

export interface MeasurementDef {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly ucum: string;
  readonly range: readonly [number, number];
  readonly resolution: number;
  readonly valueType: 'number' | 'boolean' | 'bitmask' | 'string';
  /** Number of channels; absent = no channel. */
  readonly channels?: number;
  readonly optional?: boolean;
  /** The device looks at it this often by itself, ms, however often it reports: a battery that is checked once a day. */
  readonly checkMs?: number;
  /** Analogue type number of GB/T 26875.3. */
  readonly gb26875Analog?: number;
  /** mg/m³ per unit (ppm) at 20 °C. */
  readonly mgPerM3At20C?: number;
  readonly note?: string;
  readonly limits: readonly LimitDef[];
  readonly variants?: Readonly<Record<string, LimitVariant>>;
}

/** What a kind of device measures, how often it reports, and where its limits stand. */
export interface Profile {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly sector: readonly string[];
  /** Family of alarm for display and routing: fire profiles give `fire`, all else `process`. */
  readonly alarmKind: 'process' | 'fire';
  /** Component type number of GB/T 26875.3. */
  readonly gb26875Component?: number;
  readonly transports?: readonly string[];
  readonly samplingMs?: number;
  readonly reportMs: number | null;
  readonly heartbeatMs: number;
  readonly warmupMs?: number;
  readonly calibrationDays?: number;
  readonly lifeDays?: number;
  /** What the platform may ask of such a device; `remote: false` is done by hand, on site. */
  readonly commands?: readonly { readonly name: string; readonly remote: boolean; readonly note?: string }[];
  /** Bases of lives and cycles and other facts about the kind of device, as text. */
  readonly notes?: readonly string[];
  readonly measurements: readonly MeasurementDef[];
  readonly faults: readonly string[];
  /** How alarms of such a device rise by what else happens. */
  readonly escalate?: readonly EscalationDef[];
}

/** Which devices are looked at together: of one area, of one premises, of one protection zone; always of one enterprise. */
export type EscalationGroup = 'area' | 'premises' | 'zone';

/** A limit of a kind of device that counts in a group. */
export interface EscalationMember {
  readonly profileId: string;
  readonly measurement: string;
  readonly limit: string;
  /** Only components that are pressed by hand, or only those that detect; absent = either. */
  readonly as?: 'detector' | 'call-point';
}

/** One thing that makes an alarm rise. `lasts` and `unacknowledged` take the time of the escalation. */
export type EscalationCause =
  /** The limit has been on for the time, without a break. */
  | { readonly kind: 'lasts' }
  /** Nobody has acknowledged its alarm for the time, and (where that is asked for) nobody is at work there now. */
  | { readonly kind: 'unacknowledged'; readonly outsideBusinessHours?: boolean }
  /**
   * Devices of one group have their limits on together: of each list at least so many, the device itself among them. `withinMs`: only
   * those count whose limit went on no longer than this before or after its own.
   */
  | {
      readonly kind: 'together';
      readonly in: EscalationGroup;
      readonly withinMs?: number;
      readonly needs: readonly { readonly atLeast: number; readonly of: readonly EscalationMember[] }[];
    };

/** What an escalation does, as the engine judges it. */
export interface Escalates {
  /** Code of the limit it rises from; it is on only while that is, with its set point, deadband, off-delay and latch. */
  readonly of: string;
  /** Any of these suffices. */
  readonly any: readonly EscalationCause[];
  /** The catalogue's own words, and the same in plain ones. */
  readonly when: string;
  readonly whenZh?: string;
  readonly whenEn?: string;
}

/** One escalation of the catalogue. */
export interface EscalationDef {
  /** Original free text. */
  readonly when: string;
  readonly whenZh?: string;
  readonly whenEn?: string;
  readonly to: LimitLevel;
  readonly basis?: string;
  readonly basisZh?: string;
  readonly confidence: Confidence;
  /** The same translated by hand; a catalogue from before may lack it, and nothing rises then. */
  readonly form?: {
    /** Own code within the measurement. */
    readonly code: string;
    readonly measurement: string;
    readonly of: string;
    /** Time of `lasts` and `unacknowledged`. */
    readonly afterMs?: number;
    readonly any: readonly EscalationCause[];
  };
}

/** Fault codes F01…F22 and the level an instrument alarm of that code has. */
export interface FaultDef {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly level: LimitLevel;
  readonly note?: string;
}

/** The whole catalogue as one value; it is journaled, so that a replay judges by the limits that were in force. */
export interface Catalogue {
  readonly version: string;
  readonly profiles: readonly Profile[];
  readonly faults: readonly FaultDef[];
}
