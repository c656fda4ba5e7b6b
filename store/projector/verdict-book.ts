/**
 * What the projector knows of the engine's verdicts: how far entries are judged, and which of them are resends. The headers of the
 * journal's commits say it completely and in order; main says the same a little earlier. A note from main counts only where it joins
 * on without a hole, because a hole could hide a resend, which would then be stored twice.
 */
import type { Verdicts } from '../../model/ports/journal.ts';
import type { VerdictNote } from './messages.ts';

/** Resends kept from main's notes at most; beyond it the headers are waited for. */
const MAX_NOTED = 100_000;

export class VerdictBook {
  #appliedTo: number;
  readonly #resends = new Set<number>();

  /** @param position everything up to it is projected and needs no verdict. */
  constructor(position: number) {
    this.#appliedTo = position;
  }

  /** Entries up to this number are judged. */
  get appliedTo(): number {
    return this.#appliedTo;
  }

  isResend(seq: number): boolean {
    return this.#resends.has(seq);
  }

  /** From the journal, commit by commit from the position on. */
  header(verdicts: Verdicts): void {
    for (const seq of verdicts.resends) this.#resends.add(seq);
    this.#appliedTo = Math.max(this.#appliedTo, verdicts.appliedTo);
  }

  /** From main; left out when it does not join on, or would make the book too thick. */
  note({ from, verdicts }: VerdictNote): void {
    if (from === null || from > this.#appliedTo) return;
    if (this.#resends.size + verdicts.resends.length > MAX_NOTED) return;
    this.header(verdicts);
  }

  /** Everything up to `position` is projected. */
  forget(position: number): void {
    for (const seq of this.#resends) if (seq <= position) this.#resends.delete(seq);
  }
}
