import type { EpochMs } from '../../model/time.ts';

/** How far the reading store is, for metrics, system alarms, `readyz` and the answers' `through`. */
export interface ProjectorStatus {
  /** Last journal entry whose readings are safely in the store: the journal may be trimmed up to it. */
  readonly position: number;
  /** Newest journal entry known to the projector. */
  readonly lastSeq: number;
  /** Age of the oldest entry not yet projected, ms; 0 = everything is in. */
  readonly lagMs: number;
  /** Arrival time up to which the store is complete; 0 = nothing projected since the start. */
  readonly through: EpochMs;
  /** Readings written since the thread's start. */
  readonly written: number;
  /** Readings the store refused for what they are, since the platform's start. */
  readonly rejected: number;
  /** Beginning of the oldest hour not rolled up yet (the one that runs counts too); null = none, or not known yet. */
  readonly rollUpsDueFrom: EpochMs | null;
  /** Retention that the store cannot set from here, in words; null = nothing to do. */
  readonly retentionByHand: string | null;
  /** Waiting after failed attempts: how many in a row, and for how long, ms. */
  readonly backoff: { readonly attempts: number; readonly delayMs: number } | null;
  /** `store-down` (attempts fail), `projector-lag` (over a minute behind), `projector-died` (being started again). */
  readonly health: readonly string[];
  /** Why, in the words of the store; null when well. */
  readonly detail: string | null;
}

export const NOTHING_YET: ProjectorStatus = {
  position: 0,
  lastSeq: 0,
  lagMs: 0,
  through: 0,
  written: 0,
  rejected: 0,
  rollUpsDueFrom: null,
  retentionByHand: null,
  backoff: null,
  health: [],
  detail: null,
};
