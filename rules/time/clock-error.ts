/**
 * Error of one device's clock: the running median of arrival − stamp over its live samples, on the engine's line. A median,
 * so that one late message or one wild stamp does not move it. A clock that was set anew is recognised when two messages
 * agree with each other about another error.
 */
export interface ClockError {
  /** Latest errors in order of arrival (ring), ms. */
  ring: number[];
  next: number;
  /** Their median, ms. */
  median: number;
  /** Arrival and stamp of a message that disagreed, waiting for a second one that agrees with it. */
  odd: [arrival: number, stamp: number] | null;
}

const RING = 15;
/** Two messages that agree about another error must be at least this far apart: a drained backlog comes faster than it was made. */
const AGREE_AFTER_MS = 5_000;
/** Of so few samples the least error counts: no message comes before it was sent, so what is above it was spent on the way. */
const FEW = 3;
/** But a wild stamp among them does not: it is further from the middle than this. */
const WILD_MS = 60_000;
/** A stamp this near to arrival is taken for a clock that was put right. */
const NEAR_MS = 30_000;

export function newClockError(errorMs: number): ClockError {
  return { ring: [errorMs], next: 1, median: errorMs, odd: null };
}

/** Takes the error of one live sample into the median. */
export function learn(error: ClockError, errorMs: number): void {
  error.odd = null;
  if (error.ring.length < RING) error.ring.push(errorMs);
  else error.ring[error.next % RING] = errorMs;
  error.next = (error.next + 1) % RING;
  error.median = medianOf(error.ring);
}

/** The stamp is right where ours is, and the known error was not: also of a clock that was behind, whose samples then look like live ones. */
export function wasPutRight(error: ClockError, arrival: number, stamp: number, rawErrorMs: number, windowMs: number): boolean {
  return Math.abs(rawErrorMs) <= NEAR_MS && Math.abs(error.median - (arrival - stamp)) > windowMs;
}

/**
 * A sample that looks late. True when the device's clock was set anew, so that the sample is live after all: its stamp is right
 * where ours is and the known error was not, or a second message agrees with the first about the new error.
 */
export function noticeStep(error: ClockError, arrival: number, stamp: number, rawErrorMs: number, windowMs: number): boolean {
  if (wasPutRight(error, arrival, stamp, rawErrorMs, windowMs)) return true;
  const odd = error.odd;
  if (odd === null) {
    error.odd = [arrival, stamp];
    return false;
  }
  const arrived = arrival - odd[0];
  const stamped = stamp - odd[1];
  const agree = Math.abs(arrived - stamped) <= Math.max(2_000, 0.05 * arrived);
  if (agree && arrived >= AGREE_AFTER_MS) return true;
  if (!agree) error.odd = [arrival, stamp];
  return false;
}

const scratch = new Float64Array(RING);

function medianOf(values: readonly number[]): number {
  const n = values.length;
  for (let i = 0; i < n; i += 1) {
    const value = values[i] ?? 0;
    let j = i - 1;
    while (j >= 0 && (scratch[j] ?? 0) > value) {
      scratch[j + 1] = scratch[j] ?? 0;
      j -= 1;
    }
    scratch[j + 1] = value;
  }
  const middle = scratch[(n - 1) >> 1] ?? 0;
  if (n > FEW) return middle;
  return values.reduce((least, value) => (value < least && value >= middle - WILD_MS ? value : least), middle);
}
