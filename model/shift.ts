import type { Alarm, VerifiedAs } from './alarm.ts';
import type { AlarmCounts, DeviceCounts } from './engine.ts';
import type { Flood } from './flood.ts';
import type { Level } from './level.ts';
import type { EpochMs } from './time.ts';
import type { WarningScope } from './warning.ts';

/**
 * Shifts of the monitoring centre and their hand-over (交接班). A shift is one person's watch over the desk: it begins when he takes over and
 * ends when the next one does. The plan says when shifts change; people say when they do. The truth of it is in the records.
 */

/** One shift of the plan, every day the same. */
export interface PlannedShift {
  readonly name: string;
  /** Minute of the local day at which it begins, 0…1439; it ends where the next one begins. */
  readonly startMinute: number;
}
/** In the order of their starts; at least one. */
export type ShiftPlan = readonly PlannedShift[];

const DAY_MINUTES = 1_440;
/** Shifts that begin closer together than this cannot be told from people who come early. */
const APART_MINUTES = 60;
const SHIFTS_MAX = 12;

/** What `BEACON_SHIFTS` is when nobody sets it: three of eight hours, as long as shelving may last. */
export const USUAL_SHIFTS = 'day=08:00,evening=16:00,night=00:00';

/**
 * Reads a plan such as `day=08:00,evening=16:00,night=00:00`: 1 to 12 names of up to 30 characters with the local time at which each begins,
 * an hour apart at least. Null where it is none.
 */
export function parseShiftPlan(text: string): ShiftPlan | null {
  const shifts: PlannedShift[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*([^=,\p{Cc}]{1,30}?)\s*=\s*([01]\d|2[0-3]):([0-5]\d)\s*$/u.exec(part);
    const name = match?.[1]?.trim() ?? '';
    if (match === null || name === '' || shifts.some((one) => one.name === name)) return null;
    shifts.push({ name, startMinute: Number(match[2]) * 60 + Number(match[3]) });
  }
  if (shifts.length > SHIFTS_MAX) return null;
  shifts.sort((a, b) => a.startMinute - b.startMinute);
  const apart = shifts.every(({ startMinute }, i) => {
    const next = shifts[(i + 1) % shifts.length]?.startMinute ?? startMinute;
    return shifts.length === 1 || (next - startMinute + DAY_MINUTES) % DAY_MINUTES >= APART_MINUTES;
  });
  return apart ? shifts : null;
}

/** A shift of the plan on one day. */
export interface ShiftSpan {
  readonly name: string;
  readonly from: EpochMs;
  /** Exclusive: the next one begins. */
  readonly to: EpochMs;
}

/** Whether the person who took over heard the test sound, and when he said so. */
export interface SoundTest {
  readonly at: EpochMs;
  readonly heard: boolean;
}

/** What the outgoing person signed. */
export interface ShiftSignature {
  /** Account name. */
  readonly by: string;
  readonly at: EpochMs;
  readonly notes: string;
  /** What remains to do, one thing a line. */
  readonly todo: readonly string[];
  /** Alarms that should have come and did not, as far as the shift knows (漏报). */
  readonly missed: number;
  /** SHA-256, hex, of what was signed and of the picture; it stands in the audit's chain too. */
  readonly digest: string;
}

/** Figures of a shift, from the same book as the performance figures. */
export interface ShiftFigures {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Alarms told to the operator: raised, come again, risen. */
  readonly raised: number;
  readonly byLevel: Readonly<Record<Level, number>>;
  readonly acknowledged: number;
  /** Mean and 90th percentile from ringing to the first acknowledgement, ms; null where there was none. */
  readonly acknowledgeMeanMs: number | null;
  readonly acknowledgeP90Ms: number | null;
  /** Acknowledged too late, or due and still not. */
  readonly late: number;
  readonly floods: number;
  readonly floodMs: number;
  /** What alarms turned out to be. */
  readonly verified: Readonly<Partial<Record<VerifiedAs, number>>>;
}

/** A list of a picture: the first of it, worst first, and how many there were. */
export interface Pictured<T> {
  readonly total: number;
  readonly items: readonly T[];
}

export interface PicturedWarning {
  readonly id: string;
  readonly scope: WarningScope;
  readonly name: string;
  readonly level: Level;
  readonly issuedAt: EpochMs | null;
  /** Last change of level; missing in hand-overs of an earlier build. */
  readonly updatedAt?: EpochMs | null;
}

export interface PicturedApproval {
  readonly id: string;
  readonly kind: string;
  readonly resource: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly expiresAt: EpochMs;
}

/** A device whose points, or some of them, say test or maintenance: no limit judges those. */
export interface PicturedInhibition {
  /** The device. */
  readonly id: string;
  readonly enterpriseId: string;
  /** Payload keys of those points, in the order of the profile. */
  readonly points: readonly string[];
  /** Since when the first of them says so. */
  readonly since: EpochMs;
}

/** What stood at one moment, as the server knew it: worked out by it, typed by nobody. */
export interface ShiftPicture {
  readonly at: EpochMs;
  /** Number of the last journal entry in it. */
  readonly entry: number;
  /** Number of the last live event in it: an alarm with a higher `seq` changed since. */
  readonly event: number;
  readonly counts: AlarmCounts;
  /** Neither suppressed nor test ones, most urgent first. */
  readonly open: Pictured<Alarm>;
  readonly shelved: Pictured<Alarm>;
  readonly outOfService: Pictured<Alarm>;
  readonly byDesign: Pictured<Alarm>;
  readonly warnings: Pictured<PicturedWarning>;
  /** Longest first, test ones left out; missing in hand-overs of an earlier build. */
  readonly inhibited?: Pictured<PicturedInhibition>;
  /** Alarms of silence: a device, a gateway with all behind it, or one point. */
  readonly silent: Pictured<Alarm>;
  /** `inhibited` is missing in hand-overs of an earlier build. */
  readonly devices: Omit<DeviceCounts, 'inhibited'> & Partial<Pick<DeviceCounts, 'inhibited'>>;
  readonly approvals: Pictured<PicturedApproval>;
  /** Of the last floods, those that were in the shift. */
  readonly floods: readonly Flood[];
  /** Shelved alarms whose shelving the outgoing person looked at again and kept, by id. */
  readonly kept: readonly string[];
  readonly figures: ShiftFigures;
}

export interface Shift {
  /** 1, 2, 3 … over the life of the installation, as a text. */
  readonly id: string;
  /** Name and span by the plan, as it was when the shift began. */
  readonly name: string;
  readonly plannedFrom: EpochMs;
  readonly plannedTo: EpochMs;
  /** Account name of whoever has, or had, the watch. */
  readonly by: string;
  readonly startedAt: EpochMs;
  /** Whom it was taken over from; null = nobody had it. */
  readonly takenFrom: string | null;
  readonly soundTest: SoundTest | null;
  /** The first of the two signatures; null while nobody has signed. */
  readonly signature: ShiftSignature | null;
  /** When the next person took over; until then the watch stays where it is. */
  readonly endedAt: EpochMs | null;
  /** Who took over with the second signature. */
  readonly takenBy: string | null;
  /** Why it was taken over without the first signature; null = it was signed. */
  readonly unsignedReason: string | null;
  /** Of the whole shift, once it is over. */
  readonly figures: ShiftFigures | null;
}

/** A shift that begins. */
export type NewShift = Pick<Shift, 'name' | 'plannedFrom' | 'plannedTo' | 'by' | 'startedAt' | 'takenFrom' | 'soundTest'>;
