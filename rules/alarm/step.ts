import type { AlarmEventType, AlarmStateName } from '../../model/alarm.ts';
import { LEVEL_RANK, type Level } from '../../model/level.ts';

/**
 * The pure step of one ladder's alarm (semantics 6; ISA-18.2 / IEC 62682 states with the latched pair, fact book 1.2).
 * "Is it true", "is it latched" and "has it been seen" are separate facts; the state's name is worked out from them.
 */

/** A limit that is on, as far as the alarm cares. `order` is its place in the ladder, mildest first. */
export interface Top {
  readonly level: Level;
  readonly code: string;
  readonly order: number;
}

export interface AlarmFacts {
  /** Highest limit that is on, or null: returned. */
  readonly on: Top | null;
  /** Highest latching limit that has been on since the last reset, or null. */
  readonly latch: Top | null;
  /** What level and code it shows: the higher of the two; the last one while neither. */
  readonly shown: Top;
  readonly acknowledged: boolean;
  /** The level an acknowledgement covers; null while there is none in this occurrence. */
  readonly acknowledgedLevel: Level | null;
  readonly recurrences: number;
}

export type StepInput =
  /** The limits were judged: the highest that is on, and the highest latching one that is (or was, in a late batch) on. */
  | { readonly kind: 'judged'; readonly on: Top | null; readonly latching: Top | null }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'withdraw' }
  /** The last suppression ended: what is true rings anew. */
  | { readonly kind: 'announce' }
  /** `latching`: the highest latching limit that is on now; the latch falls to it. */
  | { readonly kind: 'reset'; readonly latching: Top | null };

/** `facts` null = NORM: the occurrence is closed. `event` null = nothing changed. */
export type StepResult =
  | { readonly ok: true; readonly facts: AlarmFacts | null; readonly event: AlarmEventType | null; readonly last: AlarmFacts | null }
  | { readonly ok: false; readonly code: 'state-not-allowed' };

const REFUSED: StepResult = { ok: false, code: 'state-not-allowed' };

export function stateOf(facts: AlarmFacts | null): AlarmStateName {
  if (facts === null) return 'NORM';
  if (facts.on !== null) return facts.acknowledged ? 'ACKED' : 'UNACK';
  if (facts.latch !== null) return facts.acknowledged ? 'LACK' : 'LUNACK';
  return facts.acknowledged ? 'NORM' : 'RTNUN';
}

export function higher(a: Top | null, b: Top | null): Top | null {
  if (a === null) return b;
  if (b === null) return a;
  return compare(a, b) >= 0 ? a : b;
}

/** Compares by level, then by place in the ladder; one and the same limit that only moved compares by level alone. */
export function compare(a: Top, b: Top): number {
  return LEVEL_RANK[a.level] - LEVEL_RANK[b.level] || (a.code === b.code ? 0 : a.order - b.order);
}

function rose(from: Top, to: Top): boolean {
  return compare(to, from) > 0;
}

function done(facts: AlarmFacts, event: AlarmEventType | null): StepResult {
  return { ok: true, facts: stateOf(facts) === 'NORM' ? null : facts, event, last: facts };
}

/** Next facts of an alarm and the one event that tells it. `facts` null is NORM. */
export function step(facts: AlarmFacts | null, input: StepInput): StepResult {
  switch (input.kind) {
    case 'judged':
      return judged(facts, input.on, input.latching);
    case 'acknowledge':
      if (facts === null) return REFUSED;
      if (facts.acknowledged) return { ok: true, facts, event: null, last: facts };
      return done({ ...facts, acknowledged: true, acknowledgedLevel: facts.shown.level }, 'acknowledged');
    case 'withdraw':
      if (facts === null || !facts.acknowledged) return REFUSED;
      return done({ ...facts, acknowledged: false, acknowledgedLevel: null }, 'withdrawn');
    case 'announce':
      if (facts === null || facts.on === null) return { ok: true, facts, event: null, last: facts };
      return done({ ...facts, acknowledged: false, acknowledgedLevel: null }, 're-announced');
    case 'reset':
      return reset(facts, input.latching);
  }
}

function judged(facts: AlarmFacts | null, on: Top | null, latching: Top | null): StepResult {
  if (facts === null) {
    if (on === null) return { ok: true, facts: null, event: null, last: null };
    const latch = latching;
    const shown = higher(on, latch) ?? on;
    return done({ on, latch, shown, acknowledged: false, acknowledgedLevel: null, recurrences: 0 }, 'raised');
  }
  const latch = higher(facts.latch, latching);
  const top = higher(on, latch) ?? facts.shown;
  // Of two reasons that are as high it stays the one that is shown, also where it is only latched.
  const shown = latch !== null && latch.code === facts.shown.code && compare(latch, top) === 0 ? latch : top;
  if (on !== null && facts.on === null) {
    // True again from RTNUN, LUNACK or LACK: the same occurrence, and it rings again.
    const recurrences = facts.recurrences + 1;
    return done({ on, latch, shown, acknowledged: false, acknowledgedLevel: null, recurrences }, 're-announced');
  }
  if (on === null) {
    if (facts.on !== null) return done({ ...facts, on, latch, shown }, 'returned');
    return { ok: true, facts, event: null, last: facts };
  }
  const next: AlarmFacts = { ...facts, on, latch, shown };
  if (rose(facts.shown, shown)) {
    const seen = facts.acknowledgedLevel;
    const covered = seen !== null && LEVEL_RANK[shown.level] <= LEVEL_RANK[seen];
    return done({ ...next, acknowledged: facts.acknowledged && covered }, 'level-raised');
  }
  if (rose(shown, facts.shown)) return done(next, 'level-lowered');
  // A milder limit of the ladder began to latch: the level stays, but it takes a reset from now on.
  if (facts.latch === null && latch !== null) return { ok: true, facts: next, event: 'latched', last: next };
  // Of two reasons to be as high the one that was shown was taken away: the other stands, and is told.
  return { ok: true, facts: next, event: shown.code === facts.shown.code ? null : 'changed-by-config', last: next };
}

/** Takes the latch away. Refused while unseen, and while the latching limit itself is on (fact book 1.2). */
function reset(facts: AlarmFacts | null, latching: Top | null): StepResult {
  if (facts === null || facts.latch === null || !facts.acknowledged) return REFUSED;
  if (latching !== null && compare(latching, facts.latch) >= 0) return REFUSED;
  // What comes after a reset is news: only the level that is left stays covered by the acknowledgement.
  const shown = higher(facts.on, latching) ?? facts.shown;
  return done({ ...facts, latch: latching, shown, acknowledgedLevel: shown.level }, 'reset');
}
