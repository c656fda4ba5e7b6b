/** A device that is offline says nothing: what it said last is its last known value, and is never shown as if it were of now. Pure. */

export interface Heard {
  readonly online: boolean;
  readonly lastSeenAt: number | null;
}

/**
 * When a silent device was last heard; null while it reports, or while nobody knows.
 * @param heard by live events; they are newer than what its list entry said. @param listed as the device was read, if it was
 */
export function silentSince(heard: Heard | undefined, listed: Heard | undefined): number | null {
  const known = heard ?? listed;
  return known === undefined || known.online ? null : known.lastSeenAt;
}
