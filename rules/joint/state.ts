import type { JointHold } from '../../model/engine.ts';
import type { EngineMs } from '../../model/time.ts';
import type { AlarmHolder } from '../alarm/identity.ts';
import type { Condition } from '../evaluate/condition.ts';
import type { Sleeper } from '../time/wake-heap.ts';
import type { JointPlan } from './plan.ts';

/** One rule over several points as it stands. */
export interface JointState {
  readonly source: SourceState;
  plan: JointPlan;
  readonly condition: Condition;
  /** Up to where its delay has run. */
  ranAt: EngineMs;
  /** Nothing is known: neither raised nor cleared, and no delay runs. */
  held: boolean;
  holds: JointHold | null;
  /** Last value that was judged: the votes, 0 or 1, or the number. */
  good: number | null;
  /** How many votes were wanted when it was judged last; of an expression 1. */
  needed: number;
  /** Keys of the voters whose last word that could be believed was for the alarm. */
  votes: Set<string>;
  /** Number of the config entry that last changed it. */
  ruleRevision: number;
}

/** A hazard source that has, or has had, rules of its own over several points. Its alarms are its own. */
export interface SourceState extends AlarmHolder, Sleeper {
  readonly id: string;
  /** By id of the rule, in that order. */
  joints: readonly JointState[];
  /** Devices that tell its rules when something comes. Rebuilt from the plans. */
  listened: readonly string[];
}
