// When a sample was taken, from what the device says and when it arrived. A wrong device clock must blind nothing.
import { type EpochMs, FUTURE_TOLERANCE_MS } from '../model/time.ts';
import { EARLIEST_STAMP } from './bounds.ts';

/** A device's own word about the time of one sample. */
export type Stamp = { readonly kind: 'none' } | { readonly kind: 'bad' } | { readonly kind: 'at'; readonly at: EpochMs };

export interface SampleTime {
  readonly sampleAt: EpochMs;
  readonly stampedAt: EpochMs | null;
  /** The device's clock was not believed. */
  readonly clock: boolean;
}

const NO_STAMP: Stamp = { kind: 'none' };
const BAD_STAMP: Stamp = { kind: 'bad' };
/** Date and time with an offset, as RFC 3339 has it; without an offset nobody knows the zone. */
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
/** What ISO 8601 allows besides: a space or lower case, a decimal comma, `+0800`, `+08`. */
const LOOSE_ISO = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?(?:([Zz])|([+-]\d\d):?(\d\d)?)$/;
/** Largest time a date can have, ms. */
const MAX_EPOCH = 8.64e15;
/** Samples of one message are never spread wider than this when their stamps are replaced. */
const MAX_SPREAD_MS = 7 * 86_400_000;

/** `ts` as written: milliseconds since 1970 UTC, or ISO 8601 with an offset. */
export function readStamp(ts: unknown): Stamp {
  if (ts === undefined) return NO_STAMP;
  const at = typeof ts === 'string' ? parseIso(ts) : ts;
  if (typeof at !== 'number' || !(Math.abs(at) <= MAX_EPOCH)) return BAD_STAMP;
  return { kind: 'at', at: Math.floor(at) };
}

function parseIso(text: string): number | null {
  if (text.length > 40) return null;
  let normal = text;
  if (!ISO.test(text)) {
    const [all, date, time, fraction, zulu, hours, minutes] = LOOSE_ISO.exec(text) ?? [];
    if (all === undefined) return null;
    normal = `${date}T${time}${fraction === undefined ? '' : `.${fraction}`}${zulu === undefined ? `${hours}:${minutes ?? '00'}` : 'Z'}`;
  }
  const at = Date.parse(normal);
  return Number.isNaN(at) ? null : at;
}

/**
 * Sample times of one device's samples in one message, in the order sent.
 * A stamp from the future, or from before 2000, is replaced: the newest of them becomes the arrival and the others keep
 * their spacing to it. A server whose own clock is not believed has nothing to compare with and keeps every stamp.
 */
export function sampleTimes(stamps: readonly Stamp[], receivedAt: EpochMs, clockBelieved: boolean): readonly SampleTime[] {
  let newestFuture = -Infinity;
  let newestLost = -Infinity;
  let newestSound = -Infinity;
  const latest = clockBelieved ? receivedAt + FUTURE_TOLERANCE_MS : Infinity;
  for (const stamp of stamps) {
    if (stamp.kind !== 'at') continue;
    if (stamp.at > latest) newestFuture = Math.max(newestFuture, stamp.at);
    else if (stamp.at < EARLIEST_STAMP) newestLost = Math.max(newestLost, stamp.at);
    else newestSound = Math.max(newestSound, stamp.at);
  }
  return stamps.map((stamp) => {
    if (stamp.kind !== 'at') return { sampleAt: receivedAt, stampedAt: null, clock: stamp.kind === 'bad' };
    const future = stamp.at > latest;
    if (!future && stamp.at >= EARLIEST_STAMP) return { sampleAt: stamp.at, stampedAt: stamp.at, clock: false };
    const newest = future ? newestFuture : newestLost;
    const behind = Math.min(newest - stamp.at, MAX_SPREAD_MS);
    // Later samples of the same message stay later than its sound ones.
    const sampleAt = future ? Math.max(receivedAt - behind, Math.min(newestSound, receivedAt)) : receivedAt - behind;
    return { sampleAt, stampedAt: stamp.at, clock: true };
  });
}
