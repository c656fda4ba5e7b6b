/** When a device that says nothing is silent: the platform's own rule (`rules/presence.ts`; a test holds the two together). Pure. */

const HEARTBEATS = 3;
const AT_LEAST_MS = 60_000;

export function silentAfterMs(heartbeatMs: number): number {
  return Math.max(HEARTBEATS * heartbeatMs, AT_LEAST_MS);
}

/** Seconds as they are typed, in ms; null where nothing was: the profile's own holds. */
export function typedMs(seconds: number | string | null): number | null {
  return typeof seconds === 'number' && Number.isFinite(seconds) ? Math.round(seconds * 1000) : null;
}
