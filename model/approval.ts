import type { EpochMs } from './time.ts';

/**
 * Something that a second person has to agree to before it is done: shelving an orange alarm, hiding by hand one that can become red, making a
 * mandatory limit less strict.
 * Its truth is in the records; what it leads to is an entry of the journal that names both people.
 */
export type ApprovalState = 'pending' | 'approved' | 'refused' | 'expired' | 'failed';
export const APPROVAL_STATES: readonly ApprovalState[] = ['pending', 'approved', 'refused', 'expired', 'failed'];

/** How long a request waits for its second person, ms, where its kind says nothing else. */
export const APPROVAL_WAIT_MS = 3_600_000;

export interface Approval {
  readonly id: string;
  /** What is asked for, e.g. `alarm.shelve`; each kind knows who may decide and how it is carried out. */
  readonly kind: string;
  /** Whose it is; null = of the whole system. */
  readonly enterpriseId: string | null;
  /** What it is about, as in the audit: `alarms/8812-0`. */
  readonly resource: string;
  /** Everything needed to carry it out later; JSON of the kind's own shape. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly reason: string;
  /** Account names. */
  readonly requestedBy: string;
  readonly requestedAt: EpochMs;
  /** From then on it cannot be approved any more. */
  readonly expiresAt: EpochMs;
  /** `failed`: approved, but what was asked for had become impossible; `outcome` says why. */
  readonly state: ApprovalState;
  readonly decidedBy: string | null;
  readonly decidedAt: EpochMs | null;
  readonly comment: string | null;
  /** `done`, or the code it was refused with when it was carried out; null while it has not been. */
  readonly outcome: string | null;
}

export interface ApprovalQuery {
  readonly states?: readonly ApprovalState[];
  /** Absent = all, those of the whole system too. */
  readonly enterprises?: readonly string[];
  readonly requestedBy?: string;
  /** True: what has no outcome alone. */
  readonly unfinished?: true;
  /** Now: what is still undecided then and has run out counts as `expired`. */
  readonly now: EpochMs;
  readonly cursor?: string;
  readonly limit: number;
}

/** The approval as it stands at a time: an undecided one runs out by itself. */
export function approvalAt(approval: Approval, now: EpochMs): Approval {
  return approval.state === 'pending' && approval.expiresAt <= now ? { ...approval, state: 'expired' } : approval;
}
