import type { EscalationRole, SuppressedBy, Suppression, VerifiedAs } from '../../model/alarm.ts';
import type { Level } from '../../model/level.ts';
import type { EngineMs, EpochMs } from '../../model/time.ts';

/**
 * What people and times do to an alarm beside its state: suppression flags, silence, due times, verification. All of it is orthogonal
 * to the state machine, which goes on underneath (semantics 6).
 *
 * Ends count in wall time, which is for people: "until 14:30". Our clock may be set back meanwhile, so whatever keeps an alarm quiet
 * has a second end in engine time, which no step of the clock moves, not even over a restart: it ends at whichever is first.
 */
export interface AlarmLife {
  readonly shelf: Shelf | null;
  /** Suppressed by design by hand. */
  readonly byHand: ByHand | null;
  /** Lines of the cause-and-effect table that hide it now. */
  readonly causes: readonly string[];
  /** When the first of them began; 0 while there is none. */
  readonly causesSince: EpochMs;
  readonly out: OutOfService | null;
  readonly silence: { readonly until: EpochMs; readonly engineAt: EngineMs } | null;
  /** Next turn of the re-alarm timer. */
  readonly repeat: { readonly at: EpochMs; readonly engineAt: EngineMs } | null;
  /** What is due next and when in engine time: our own outage is no one's delay. `step` counts the roles that were told. */
  readonly due: { readonly what: 'first-response' | 'feedback'; readonly engineAt: EngineMs; readonly step: number } | null;
  readonly escalatedTo: EscalationRole | null;
  readonly verified: { readonly as: VerifiedAs; readonly by: string; readonly at: EpochMs } | null;
}

/** When what a person hid is shown again by itself. */
export interface FlagEnd {
  readonly until: EpochMs;
  /** 8 h after it began at the latest, whatever our clock does. */
  readonly engineAt: EngineMs;
  /** When its end is announced; null = it has been, or it is too short for that. */
  readonly warnAt: EpochMs | null;
}

export interface Shelf extends FlagEnd {
  readonly since: EpochMs;
  readonly oneShot: boolean;
  /** Shelving hides what was seen when it began: a higher level ends it. */
  readonly level: Level;
  readonly by: string;
  readonly approvedBy: string | null;
  readonly reason: string;
}

/** What every level is hidden by, unless one person alone put it on. */
interface OfEveryLevel {
  /** The second person. */
  readonly approvedBy?: string;
  /** It hides no red: nobody else agreed to it. */
  readonly belowRed?: true;
}

export interface ByHand extends OfEveryLevel {
  readonly since: EpochMs;
  readonly by: string;
  readonly reason: string;
  /** Absent: until somebody ends it, as entries say that know no end. */
  readonly end?: FlagEnd;
}

interface OutOfService extends OfEveryLevel {
  readonly since: EpochMs;
  readonly until: EpochMs | null;
  /** Where two people agreed to it: 7 days after it began at the latest, whatever our clock does. */
  readonly engineAt?: EngineMs;
  readonly by: string;
  readonly permit: string;
  readonly reason: string;
}

export const NO_LIFE: AlarmLife = Object.freeze({
  shelf: null,
  byHand: null,
  causes: Object.freeze([]),
  causesSince: 0,
  out: null,
  silence: null,
  repeat: null,
  due: null,
  escalatedTo: null,
  verified: null,
});

const NONE: readonly SuppressedBy[] = Object.freeze([]);

/** The flags that hold, always in the same order. */
export function suppressedBy(life: AlarmLife | null): readonly SuppressedBy[] {
  if (life === null || !isSuppressed(life)) return NONE;
  const flags: SuppressedBy[] = [];
  if (life.shelf !== null) flags.push('shelved');
  if (life.byHand !== null || life.causes.length > 0) flags.push('by-design');
  if (life.out !== null) flags.push('out-of-service');
  return flags;
}

export function isSuppressed(life: AlarmLife | null): boolean {
  return life !== null && (life.shelf !== null || life.byHand !== null || life.causes.length > 0 || life.out !== null);
}

/** Flags that belong to the identity and outlive an occurrence; the cause-and-effect table is asked anew at every one. */
export function outlives(life: AlarmLife | null): boolean {
  return life !== null && (life.shelf !== null || life.byHand !== null || life.out !== null);
}

/** When the last flag ends by itself; null = not by itself. */
export function endOfSuppression(life: AlarmLife | null): EpochMs | null {
  if (life === null || life.causes.length > 0) return null;
  const { shelf, byHand, out } = life;
  if ((byHand !== null && byHand.end === undefined) || (out !== null && out.until === null)) return null;
  const end = Math.max(shelf?.until ?? 0, byHand?.end?.until ?? 0, out?.until ?? 0);
  return end === 0 ? null : end;
}

export function suppressionsOf(life: AlarmLife): readonly Suppression[] {
  const all: Suppression[] = [];
  const { shelf, byHand, out } = life;
  if (shelf !== null) {
    const { since, until, by, reason, oneShot, approvedBy } = shelf;
    all.push({ flag: 'shelved', since, until, by, reason, oneShot, ...(approvedBy === null ? {} : { approvedBy }) });
  }
  if (byHand !== null) {
    const { since, by, reason, end } = byHand;
    all.push({ flag: 'by-design', since, until: end?.until ?? null, by, reason, ...consent(byHand) });
  }
  if (life.causes.length > 0)
    all.push({ flag: 'by-design', since: life.causesSince, until: null, by: null, reason: null, causes: life.causes });
  if (out !== null) {
    const { since, until, by, reason, permit } = out;
    all.push({ flag: 'out-of-service', since, until, by, reason, permit, ...consent(out) });
  }
  return all;
}

/** What is absent stays absent. */
export function consent({ approvedBy, belowRed }: OfEveryLevel): OfEveryLevel {
  return { ...(approvedBy === undefined ? {} : { approvedBy }), ...(belowRed === undefined ? {} : { belowRed }) };
}

/** What a new occurrence of the identity is born with: the flags that outlive, and nothing that was done to the old one. */
export function inherited(life: AlarmLife): AlarmLife {
  const { shelf, byHand, out } = life;
  return { ...NO_LIFE, shelf, byHand, out };
}

/** Without anything that sounds or is due: it does not ring. */
export function quiet(life: AlarmLife): AlarmLife {
  return { ...life, silence: null, repeat: null, due: null, escalatedTo: null };
}

/** Without any flag: it is history. */
export function unsuppressed(life: AlarmLife): AlarmLife {
  return { ...life, shelf: null, byHand: null, causes: NO_LIFE.causes, causesSince: 0, out: null };
}

/** Wall time at which something of it runs out next, or -1. */
export function nextWall(life: AlarmLife): EpochMs {
  const { shelf, byHand, out, silence, repeat } = life;
  return earliest([shelf?.warnAt, shelf?.until, byHand?.end?.warnAt, byHand?.end?.until, out?.until, silence?.until, repeat?.at]);
}

/** The same in engine time. */
export function nextEngine(life: AlarmLife): EngineMs {
  const { shelf, byHand, out, silence, repeat, due } = life;
  return earliest([shelf?.engineAt, byHand?.end?.engineAt, out?.engineAt, silence?.engineAt, repeat?.engineAt, due?.engineAt]);
}

function earliest(times: readonly (number | null | undefined)[]): number {
  let first = -1;
  for (const time of times) if (time !== null && time !== undefined && (first < 0 || time < first)) first = time;
  return first;
}
