/** How old the picture is, and what may be claimed of it. Pure. */

/** `connecting`: no picture yet. `slow`: say the age in bold. `blind`: claim nothing, allow no command. */
export type LinkState = 'connecting' | 'live' | 'slow' | 'blind';

export const SLOW_AFTER_MS = 7_000;
/** Three heartbeats of 5 s. */
export const BLIND_AFTER_MS = 15_000;

/** Sign of life on two clocks: a monotonic clock may stand still while a laptop sleeps, a wall clock may be set back. */
export interface Seen {
  readonly mono: number;
  readonly wall: number;
}

/** Age in ms since the last heartbeat or snapshot: the greater of what both clocks say, never negative. */
export function linkAge(last: Seen, now: Seen): number {
  return Math.max(0, now.mono - last.mono, now.wall - last.wall);
}

export function linkState(hasPicture: boolean, ageMs: number): LinkState {
  if (ageMs >= BLIND_AFTER_MS) return 'blind';
  if (!hasPicture) return 'connecting';
  return ageMs >= SLOW_AFTER_MS ? 'slow' : 'live';
}
