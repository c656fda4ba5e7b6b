import type { LimitLevel } from './level.ts';
import type { LimitDir } from './profile.ts';

/** What a rule of a site is about, from wide to narrow; where several say something of one part, the narrowest holds. */
export type RuleScope = 'profile' | 'enterprise' | 'hazard-source' | 'device';
export const RULE_SCOPES: readonly RuleScope[] = ['profile', 'enterprise', 'hazard-source', 'device'];

/**
 * The parts of a limit that a rule sets; what is absent stays as it is without the rule. Units and meaning as in `LimitDef`.
 * Two pairs are one part each: `setPoint` and `setPointFrom`, `deadband` and `resetBelow`; of a pair at most one is given.
 */
export interface RuleParts {
  readonly setPoint?: number | string;
  readonly setPointFrom?: string;
  readonly deadband?: number;
  readonly resetBelow?: number;
  readonly onDelayMs?: number;
  readonly offDelayMs?: number;
  readonly windowMs?: number;
  readonly level?: LimitLevel;
  readonly latching?: boolean;
  /** null takes a condition away: the limit then always counts. */
  readonly onlyWhen?: string | null;
  /** False = not armed, and shown so with the rule's reason; true arms again what a wider rule had switched off. */
  readonly enabled?: boolean;
  /** What the limit rests on; wanted where the rule adds one. */
  readonly basis?: string;
  readonly basisZh?: string;
}

/** A part as it is shown: the pairs under one name. */
export type LimitPart =
  | 'setPoint'
  | 'return'
  | 'onDelayMs'
  | 'offDelayMs'
  | 'windowMs'
  | 'level'
  | 'latching'
  | 'onlyWhen'
  | 'enabled'
  | 'basis';
export const LIMIT_PARTS: readonly LimitPart[] = [
  'setPoint',
  'return',
  'onDelayMs',
  'offDelayMs',
  'windowMs',
  'level',
  'latching',
  'onlyWhen',
  'enabled',
  'basis',
];

/** Where one part of a limit comes from. */
export type PartSource =
  | { readonly from: 'catalogue' }
  | { readonly from: 'variant'; readonly variant: string }
  | { readonly from: 'rule'; readonly rule: string; readonly revision: number; readonly scope: RuleScope; readonly scopeId: string };

/** What a set point that is worked out reads, and where it was found; null = nobody has filled it in. */
export interface AttributeSource {
  readonly name: string;
  readonly on: 'device' | 'hazard-source' | null;
}

export interface LimitSources {
  readonly parts: Readonly<Partial<Record<LimitPart, PartSource>>>;
  /** The expression of the set point, where it is worked out from attributes. */
  readonly setPointFrom?: string;
  readonly attributes?: readonly AttributeSource[];
}

/** A point of a device of the hazard source. */
export interface PointName {
  readonly device: string;
  readonly measurement: string;
  /** From 1; only where the measurement has channels. */
  readonly channel?: number;
}

/** The same point of every device of one profile at the hazard source: those that come later vote, too. */
export interface VoterGroup {
  readonly profileId: string;
  readonly measurement: string;
  readonly channel?: number;
}

/** When a point votes: while one of its own limits is on, or by a number of the vote's own, in the unit of the measurement. */
export type VoteTest =
  | { readonly limit: string }
  | { readonly dir: 'hi' | 'lo'; readonly setPoint: number; readonly deadband: number }
  /** A number, or `bit3` of a status word. */
  | { readonly dir: 'state'; readonly setPoint: number | string };

/** k of n points. */
export interface Vote {
  readonly atLeast: number;
  readonly of: readonly PointName[] | VoterGroup;
  readonly when: VoteTest;
  /** What a voter that cannot be believed counts as: as a vote for the alarm, or not at all (k of n − 1). */
  readonly bad: 'votes' | 'drops';
}

/**
 * A condition over several points of one hazard source. The alarm is the source's own. An expression is on while it is true or, with
 * `compare`, while the number it gives is past the rule's set point.
 */
export type JointCondition =
  | { readonly vote: Vote }
  | { readonly expression: string; readonly compare?: 'hi' | 'lo'; readonly unit?: string };

/** What a rule says, apart from being an asset. */
export interface RuleContent {
  readonly scope: RuleScope;
  /** Id of the profile, enterprise, hazard source or device. */
  readonly scopeId: string;
  /** Whose limits: devices of this profile within the scope. For the scope `profile` the same as `scopeId`. Null with `joint`. */
  readonly profileId: string | null;
  /** Null with `joint`. */
  readonly measurement: string | null;
  /** Code of the limit; with `joint` the name of the alarm, one of a kind at its hazard source. */
  readonly code: string;
  /** A limit of the site's own that the catalogue does not have, and the way it looks; null = about one that there is. */
  readonly adds: LimitDir | null;
  /** A condition over several points of the hazard source that is its scope. Absent = a rule about one limit. */
  readonly joint?: JointCondition;
  readonly parts: RuleParts;
  /** Why; wanted where a limit is switched off or a mandatory one becomes less strict. */
  readonly reason: string | null;
  /** The second person, where one was needed for this revision. */
  readonly approvedBy: string | null;
}
