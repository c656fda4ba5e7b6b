import type { ProjectorStatus } from '../store/projector/projector.ts';

/** A thread that works says something new at every tick of the journal; this much silence is no busy moment. */
const SILENT_MS = 15_000;

/**
 * How far the reading store is behind, ms. What the projector says of itself is as old as its last word: while the journal goes on and
 * it says nothing, because it is dead, dies again and again or hangs, the time since then counts.
 * @param lastSeq last entry of the journal
 */
export function projectorLagMs({ lagMs, position }: ProjectorStatus, untoldMs: number, lastSeq: number): number {
  return untoldMs > SILENT_MS && lastSeq > position ? lagMs + untoldMs : lagMs;
}

/**
 * Entries of the journal that are not known to be in the reading store. Counted from the journal's own end: what the projector last said
 * of itself may be older than entries that came since, and must not read as "everything is in".
 * @param lastSeq last entry of the journal
 */
export function projectorLagEntries({ position }: ProjectorStatus, lastSeq: number): number {
  return Math.max(0, lastSeq - position);
}
