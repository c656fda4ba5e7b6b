import type { Level } from './level.ts';
import type { EpochMs } from './time.ts';

/**
 * A warning (预警) is the four-colour risk level of a hazard source, an enterprise or an area. It is issued, updated and lifted; it has no
 * state of its own like an alarm, and nobody acknowledges it. Blue is the level at rest.
 */
export type WarningScope = 'hazard-source' | 'enterprise' | 'area';
/** `issued` above blue, else `resting`. */
export type WarningState = 'resting' | 'issued';

/** What people set, with an end. */
export type SetFactorName = 'special-work' | 'commitment' | 'hidden-hazard' | 'weather';
export const SET_FACTORS: readonly SetFactorName[] = ['special-work', 'commitment', 'hidden-hazard', 'weather'];
/** What is worked out: class of the source, open alarms, members (sources of an enterprise, enterprises and areas of an area), silence. */
export type FactorName = 'inherent' | 'worst-alarm' | 'alarm-count' | 'worst-member' | 'member-count' | 'offline' | SetFactorName;

/** Longest that a set factor holds. */
export const FACTOR_LONGEST_MS = 366 * 86_400_000;

/** Which factors people may set for what: weather is an area's too, the rest belongs to a plant. */
export function settable(scope: WarningScope): readonly SetFactorName[] {
  return scope === 'area' ? ['weather'] : SET_FACTORS;
}

/** The right that setting it takes: what the plant says of itself, or what is judged by those who watch it. */
export function factorRight(name: SetFactorName): 'warning.declare' | 'warning.assess' {
  return name === 'special-work' || name === 'commitment' ? 'warning.declare' : 'warning.assess';
}

export interface WarningFactor {
  readonly name: FactorName;
  /** 0…1. */
  readonly weight: number;
  /** 0…1, or null: no data, counts as 0. */
  readonly x: number | null;
  /** weight · x: what it would make of the index alone, 0…1. */
  readonly contribution: number;
  /** When x last changed; null = never. */
  readonly since: EpochMs | null;
  /** Worked out from inputs of which some are silent. */
  readonly stale: boolean;
  /** Every weight and scale is our own choice (fact: no published formula was found). */
  readonly basis: 'design default';
  readonly confidence: 'D';
  /** What was counted: open alarms, members above blue, or silent points; and of how many. */
  readonly count?: number;
  readonly of?: number;
  /** Of a set factor: who set it, when it ends, why. */
  readonly by?: string;
  readonly until?: EpochMs;
  readonly comment?: string;
}

/** What keeps the level up whatever the index says. */
export type WarningFloor = 'alarm' | 'life-safety' | 'member';

export interface Warning {
  /** `<scope>:<id>`: one per thing, the same for ever. */
  readonly id: string;
  readonly scope: WarningScope;
  readonly name: string;
  readonly hazardSourceId: string | null;
  /** null of an area. */
  readonly enterpriseId: string | null;
  readonly areaId: string | null;
  /** What is shown: it rises at once and falls after the inputs have been calmer for five minutes. */
  readonly level: Level;
  readonly state: WarningState;
  /** Index 100·(1 − Π(1 − w·x)), 0…100, one decimal. */
  readonly ri: number;
  /** What the inputs say now. */
  readonly computed: Level;
  /** When the level falls next if the inputs stay as they are; null = it does not. */
  readonly lowersAt: EpochMs | null;
  readonly floor: { readonly level: Level; readonly by: WarningFloor } | null;
  readonly factors: readonly WarningFactor[];
  /** Half or more of the points are silent, or readings do not reach us: calm then says nothing. */
  readonly stale: boolean;
  /** Of a test enterprise: always at rest, and counts nowhere. */
  readonly test: boolean;
  /** Begin and last change of level of the present or the last issue; null = never issued. */
  readonly issuedAt: EpochMs | null;
  readonly updatedAt: EpochMs | null;
  readonly liftedAt: EpochMs | null;
  /** How often it was issued. */
  readonly occurrence: number;
  /** Number of its last event. */
  readonly seq: number;
}

/** What a list is sorted and filtered by. */
export type WarningHead = Pick<
  Warning,
  'id' | 'scope' | 'name' | 'hazardSourceId' | 'enterpriseId' | 'areaId' | 'level' | 'state' | 'ri' | 'test'
>;

export type WarningEventType = 'issued' | 'updated' | 'lifted' | 'factor-set' | 'factor-ended';

export interface WarningEvent {
  readonly seq: number;
  readonly type: WarningEventType;
  readonly at: EpochMs;
  /** Account name of the person, or null where it followed from the inputs. */
  readonly by: string | null;
  /** `configuration` or `removed`, where that and no input changed it. */
  readonly cause?: string;
  readonly previous: Level;
  readonly level: Level;
  readonly ri: number;
  readonly factor?: SetFactorName;
  /** null = taken back. */
  readonly value?: number | null;
  readonly until?: EpochMs;
  readonly comment?: string;
  /** Number of the journal entry that caused it. */
  readonly entry: number;
}

/**
 * One numbered event of the warnings. They have a sequence of their own: alarm and device events are numbered together without gaps,
 * and a client that knows no warnings must not see a hole there.
 */
export interface WarningLive {
  readonly seq: number;
  readonly warning: Warning;
  readonly event: WarningEvent;
}
