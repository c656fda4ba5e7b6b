/** How far a new device has got, from its connection attempts, its ledger and its latest values. Pure. */
import type { LedgerReason } from '../../../../model/rejection.ts';
import type { LedgerVerdict } from '../../../../model/ports/records.ts';

export type Rung = 'door' | 'signedIn' | 'topic' | 'understood' | 'stored';
export const RUNGS: readonly Rung[] = ['door', 'signedIn', 'topic', 'understood', 'stored'];

/** What the ladder needs of a ledger line. */
export interface Line {
  readonly at: number;
  readonly verdict: LedgerVerdict;
  readonly reason: LedgerReason | null;
}

export interface Step<L extends Line> {
  readonly rung: Rung;
  readonly state: 'ok' | 'waiting' | 'refused';
  /** The line that shows it: of the refusal, or of the success. */
  readonly line: L | null;
}

const TOPIC: ReadonlySet<LedgerReason> = new Set<LedgerReason>(['BAD_TOPIC', 'UNKNOWN_TOPIC', 'FORBIDDEN_TOPIC', 'FOREIGN_DEVICE']);

/** The rung a refused line stands on. A frame that is too large was refused before its topic could be read. */
export function rungOf(line: Line): Rung {
  if (line.verdict === 'connect-refused') return 'signedIn';
  if (line.verdict === 'connect-accepted') return 'signedIn';
  if (line.verdict === 'accepted') return 'stored';
  return line.reason !== null && TOPIC.has(line.reason) ? 'topic' : 'understood';
}

/**
 * @param lines attempts and ledger lines since listening began, any order; @param hasReading a value has been stored.
 * A rung is refused while its newest refusal is newer than any line that got past it.
 */
export function climb<L extends Line>(lines: readonly L[], hasReading: boolean): Step<L>[] {
  const newestFirst = [...lines].sort((a, b) => b.at - a.at);
  const stored = newestFirst.find((l) => l.verdict === 'accepted') ?? null;
  return RUNGS.map((rung, height) => {
    if (rung === 'door') return { rung, state: newestFirst.length > 0 || hasReading ? 'ok' : 'waiting', line: newestFirst.at(-1) ?? null };
    const refused = newestFirst.find((l) => l.verdict !== 'accepted' && l.verdict !== 'connect-accepted' && rungOf(l) === rung) ?? null;
    const past = newestFirst.find((l) => passes(l, height)) ?? null;
    if (refused !== null && (past === null || refused.at > past.at)) return { rung, state: 'refused', line: refused };
    if (past !== null) return { rung, state: 'ok', line: past };
    return hasReading ? { rung, state: 'ok', line: stored } : { rung, state: 'waiting', line: null };
  });
}

/** Did this line get past the rung of this height? */
function passes(line: Line, height: number): boolean {
  if (line.verdict === 'accepted') return true;
  if (line.verdict === 'connect-accepted') return height <= 1;
  if (line.verdict === 'connect-refused') return height < 1;
  return RUNGS.indexOf(rungOf(line)) > height;
}
