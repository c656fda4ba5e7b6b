import type { EpochMs } from './time.ts';

/**
 * An alarm flood of the whole platform (ISA-18.2 §16 as told by secondary sources): more annunciations than one operator can take in.
 * An annunciation is an alarm told to the operator: raised, come again, or risen to a level nobody had acknowledged, at most once in a
 * journal entry; neither a test nor under a suppression.
 */
export interface Flood {
  /** 1, 2, 3 … over the life of the installation. */
  readonly number: number;
  readonly since: EpochMs;
  readonly endedAt: EpochMs | null;
  /** Annunciations since it began, those that made it begin included. */
  readonly annunciated: number;
  /** Most in any ten minutes of it. */
  readonly most: number;
}

/** How it stands now. */
export interface FloodState {
  readonly now: Flood | null;
  /** The last one that is over. */
  readonly last: Flood | null;
  /** Annunciations of the last ten minutes. */
  readonly inTenMinutes: number;
}

export const FLOOD_WINDOW_MS = 600_000;
/** A flood begins when the window holds more than this … */
export const FLOOD_BEGINS_ABOVE = 10;
/** … and ends when it holds fewer than this. */
export const FLOOD_ENDS_BELOW = 5;
