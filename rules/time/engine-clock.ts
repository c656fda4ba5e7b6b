import { type EngineMs, type EpochMs, type MonoMs, OUTAGE_GAP_MS } from '../../model/time.ts';
import { noteEnd } from './outage-ends.ts';

/**
 * The engine's two clocks, both driven by entries alone (semantics 3 and 4).
 *
 * `now` is engine time: monotonic time with our own outages left out. Delays without samples, dead-men and due times count in it.
 * `line` is a wall-like line that follows the monotonic clock inside a process start and the wall clock across starts; it never
 * runs backwards and a step of our own wall clock does not move it. Sample times are corrected on to it.
 */
export interface EngineClock {
  boot: string | null;
  /** Process starts seen so far, and when in engine time the present one began. */
  bootNumber: number;
  bootAt: EngineMs;
  mono: MonoMs;
  now: EngineMs;
  line: number;
  /** Wall time of the present entry. */
  at: EpochMs;
  /** Wall time that never runs back, whatever our clock does, nor inside a start slower than the monotonic clock: for what may end only once. */
  risen: number;
  /** False: the server's clock is before its build date, readings are judged by arrival. */
  believed: boolean;
  /** Engine time at which our last outage ended. */
  outageEndedAt: EngineMs;
  /** The latest outages on the line, oldest first, as [from, to]. */
  outages: [number, number][];
  /** The same by wall time, more of them: when nobody could be told anything. Those that people would notice. */
  unwatched: [EpochMs, EpochMs][];
  /** Engine times at which outages ended, oldest first: what they put off (outage-ends.ts). */
  outageEnds: EngineMs[];
}

/** How many outages are remembered for delays that run over them. */
const OUTAGES_KEPT = 32;
/** How many for the figures of a year. */
const UNWATCHED_KEPT = 500;

export function newClock(): EngineClock {
  return {
    boot: null,
    bootNumber: 0,
    bootAt: 0,
    mono: 0,
    now: 0,
    line: 0,
    at: 0,
    risen: 0,
    believed: true,
    outageEndedAt: 0,
    outages: [],
    unwatched: [],
    outageEnds: [],
  };
}

/** Moves both clocks to an entry. Returns true when the gap before it was our own outage. */
export function advance(clock: EngineClock, at: EpochMs, boot: string, mono: MonoMs): boolean {
  clock.at = at;
  const passed = clock.boot === boot ? Math.max(0, mono - clock.mono) : 0;
  clock.risen = Math.max(at, clock.risen + passed);
  if (clock.boot !== boot) {
    const first = clock.boot === null;
    const before = clock.line;
    clock.boot = boot;
    clock.bootNumber += 1;
    clock.bootAt = clock.now;
    clock.mono = mono;
    clock.line = first ? at : Math.max(before, at);
    if (first) return false;
    noteOutage(clock, before);
    return true;
  }
  const gap = mono - clock.mono;
  if (gap <= 0) return false;
  clock.mono = mono;
  const before = clock.line;
  clock.line += gap;
  if (gap <= OUTAGE_GAP_MS) {
    clock.now += gap;
    return false;
  }
  noteOutage(clock, before);
  return true;
}

/**
 * The server's clock was put right inside a start: the line goes to the calendar, as it would at the next start. What was passed over is
 * in nobody's delay. Engine time is not moved.
 */
export function believe(clock: EngineClock): void {
  clock.believed = true;
  const before = clock.line;
  if (clock.at <= before) return;
  clock.line = clock.at;
  noteOutage(clock, before);
}

function noteOutage(clock: EngineClock, from: number): void {
  clock.outageEndedAt = clock.now;
  noteEnd(clock.outageEnds, clock.now);
  if (clock.line > from) clock.outages.push([from, clock.line]);
  if (clock.outages.length > OUTAGES_KEPT) clock.outages.shift();
  const lasted = Math.round(clock.line - from);
  if (lasted > OUTAGE_GAP_MS) clock.unwatched.push([clock.at - lasted, clock.at]);
  if (clock.unwatched.length > UNWATCHED_KEPT) clock.unwatched.shift();
}

/** Engine time that a monotonic time of the current start stands for. */
export function engineTimeOf(clock: EngineClock, mono: MonoMs): EngineMs {
  return clock.now + (mono - clock.mono);
}

/** Wall time, for people, of a place on the line, by our wall clock of now. Whole ms. */
export function wallOf(clock: EngineClock, line: number): EpochMs {
  return Math.round(line + (clock.at - clock.line));
}

/**
 * Milliseconds for which a value held between two neighbouring samples. An outage of ours that lies wholly between them does
 * not count; one that samples cut into does, as long as the samples are no further apart than the lateness window.
 */
export function heldMs(clock: EngineClock, from: number, to: number, windowMs: number): number {
  let held = to - from;
  if (held <= 0) return 0;
  const wide = held > windowMs;
  for (const [start, end] of clock.outages) {
    if (end <= from || start >= to) continue;
    const whole = start >= from && end <= to;
    if (whole || wide) held -= Math.min(end, to) - Math.max(start, from);
  }
  return held;
}
