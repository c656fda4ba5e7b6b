import type { EpochMs } from './time.ts';

/** The parts of a limit that keep it from chattering. Deadband in the measurement's unit, times in ms. */
export interface AntiChatter {
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
}

/** What one limit does on a stretch of history. */
export interface LimitCourse {
  /** Times it went on. */
  readonly alarms: number;
  /** Three activations within a minute, counted anew after each. */
  readonly chattering: number;
  /** Over within ten seconds. */
  readonly fleeting: number;
}

/** One part that is proposed, and what remains with it and those before it. */
export interface ProposalStep {
  readonly part: keyof AntiChatter;
  readonly value: number;
  readonly course: LimitCourse;
}

/** A proposal for one limit from its point's own history. It changes nothing. */
export interface LimitProposal {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly samples: number;
  /** Standard deviation of the signal's noise, in the measurement's unit. */
  readonly noise: number;
  readonly present: AntiChatter;
  readonly now: LimitCourse;
  readonly proposed: AntiChatter;
  readonly after: LimitCourse;
  /** Empty: nothing to mend, or nothing that would mend it. */
  readonly steps: readonly ProposalStep[];
}

/** A rule that would make it so: the body of `POST /rules`, and one of `POST /backtests`. */
export interface ProposedRule {
  readonly id: string;
  readonly scope: 'device';
  readonly scopeId: string;
  readonly measurement: string;
  readonly code: string;
  readonly parts: Partial<AntiChatter>;
  readonly reason: string;
}

export interface ProposalItem extends LimitProposal {
  readonly code: string;
  readonly ladder: string;
  readonly dir: 'hi' | 'lo';
  readonly setPoint: number;
  /** Null where nothing is proposed. */
  readonly rule: ProposedRule | null;
  /** The limit is mandatory and would become less strict: a second person has to agree. */
  readonly secondPerson: boolean;
}

export interface Proposals {
  /** The period holds more readings than were looked at: the counts are of its beginning. */
  readonly cut: boolean;
  readonly items: readonly ProposalItem[];
}
