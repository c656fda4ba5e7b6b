import type { Clock } from '../../../model/ports/clock.ts';
import type { AuditLine } from '../../../model/ports/records.ts';
import { addressKey } from '../sign-in/address.ts';
import type { Audit } from './audit.ts';

/** What is written once at once is only counted for this long. */
export const FOLD_MS = 15 * 60_000;
/** What is told apart at a time of each outcome: an address, and of sign-ins the account. What is beyond shares a line. */
export const APART_MAX = 100;

type Line = Omit<AuditLine, 'at'>;

interface Fold {
  /** What the line of the others says. */
  readonly summary: Line;
  /** Attempts of this interval that have no line of their own. */
  more: number;
  until: number;
}

export interface StrangerAuditStatus {
  /** Addresses, outcomes and accounts remembered now. */
  readonly remembered: number;
  /** Attempts that were counted and not written one by one, since the start. */
  readonly folded: number;
}

/**
 * The audit of whoever is not signed in, which anybody can fill. The first attempt of an address (IPv6: its /56) is written as it
 * came, further ones of the same outcome are counted, and their number is a line every quarter of an hour while they go on, and at the
 * stop. At most 100 addresses are told apart for each outcome; all others share a line, of failed sign-ins one for each account that exists.
 * Nothing waits for these lines: whether one is written tells nobody that an account exists.
 */
export class StrangerAudit {
  private readonly audit: Audit;
  private readonly clock: Clock;
  private readonly byOutcome = new Map<string, Map<string, Fold>>();
  private folded = 0;
  private cancel: (() => void) | null = null;

  constructor(audit: Audit, clock: Clock) {
    this.audit = audit;
    this.clock = clock;
  }

  /** A request that was refused before anybody knew whose it is. `line.outcome` is one of few codes. */
  request(line: Line): void {
    this.note(line, { ...line, action: 'request', resource: 'several' }, '');
  }

  /** A sign-in that failed or was not even tried; `line.resource` names an account that exists, or `unknown`. */
  signIn(line: Line): void {
    this.note(line, line, line.resource);
  }

  status(): StrangerAuditStatus {
    let remembered = 0;
    for (const folds of this.byOutcome.values()) remembered += folds.size;
    return { remembered, folded: this.folded };
  }

  /** Writes what was counted and ends the timer. */
  async stop(): Promise<void> {
    this.cancel?.();
    this.cancel = null;
    const folds = [...this.byOutcome.values()].flatMap((some) => [...some.values()]);
    this.byOutcome.clear();
    await Promise.all(folds.map((fold) => this.writeCount(fold)));
  }

  private note(line: Line, summary: Line, apart: string): void {
    const folds = this.byOutcome.get(line.outcome) ?? new Map<string, Fold>();
    this.byOutcome.set(line.outcome, folds);
    const own = `${addressKey(line.address ?? undefined)} ${apart}`;
    const among = folds.has(own) || folds.size < APART_MAX;
    const key = among ? own : `elsewhere ${apart}`;
    const fold = folds.get(key);
    if (fold !== undefined) {
      fold.more += 1;
      this.folded += 1;
      return;
    }
    const address = among ? line.address : null;
    folds.set(key, { summary: { ...summary, address }, more: 0, until: this.clock.mono() + FOLD_MS });
    void this.audit.write(among ? line : { ...line, address, detail: 'one of many addresses' });
    this.arm();
  }

  /** One timer for all: the interval that ends first. */
  private arm(): void {
    if (this.cancel !== null) return;
    let first = Number.POSITIVE_INFINITY;
    for (const folds of this.byOutcome.values()) for (const { until } of folds.values()) first = Math.min(first, until);
    if (!Number.isFinite(first)) return;
    this.cancel = this.clock.after(Math.max(0, first - this.clock.mono()), () => {
      this.cancel = null;
      this.turn(this.clock.mono());
      this.arm();
    });
  }

  /** Who went on is counted on; who stopped is forgotten. */
  private turn(now: number): void {
    for (const [outcome, folds] of this.byOutcome) {
      for (const [key, fold] of folds) {
        if (fold.until > now) continue;
        void this.writeCount(fold);
        if (fold.more === 0) folds.delete(key);
        else folds.set(key, { ...fold, more: 0, until: now + FOLD_MS });
      }
      if (folds.size === 0) this.byOutcome.delete(outcome);
    }
  }

  private async writeCount({ summary, more }: Fold): Promise<void> {
    if (more > 0) await this.audit.write({ ...summary, detail: `${more} more within ${FOLD_MS / 60_000} min` });
  }
}
