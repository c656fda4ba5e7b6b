/** Wall time in whole milliseconds since 1970-01-01T00:00:00Z. For people and for stored facts. */
export type EpochMs = number;

/** Monotonic milliseconds since the start of one process (`boot`). Never steps. */
export type MonoMs = number;

/**
 * Engine time in ms: `mono` carried on across starts with our own outages left out.
 * Every delay, dead-man and due time of the engine is counted in it (semantics 3).
 */
export type EngineMs = number;

/** From (inclusive) to (exclusive), by wall time. */
export type Stretch = readonly [from: EpochMs, to: EpochMs];

/** Two neighbouring entries further apart than this are our own outage. */
export const OUTAGE_GAP_MS = 15_000;
/** A tick is written at least this often, so that an outage can be told from a calm plant. */
export const TICK_EVERY_MS = 5_000;
/** Due timers closer together than this share one tick. */
export const TICK_GATHER_MS = 50;
/** A stamp further ahead of arrival than this is replaced by the arrival time and flagged `clock`. */
export const FUTURE_TOLERANCE_MS = 5_000;
