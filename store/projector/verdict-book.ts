/**
 * What the projector knows of the engine's verdicts: how far entries are judged, and which of them are resends. The headers of the
 * journal's commits say it completely and in order; main says the same a little earlier. A note from main counts only once it joins
 * on without a hole, because a hole could hide a resend, which would then be stored twice.
 */
import type { Verdicts } from '../../model/ports/journal.ts';
import type { VerdictNote } from './messages.ts';

/** Resends kept from main's notes at most; beyond it the headers are waited for. */
const MAX_NOTED = 100_000;

export class VerdictBook {
  #appliedTo: number;
  readonly #resends = new Set<number>();
  /** Neighbouring notes of main as one, that do not join on yet. */
  #held: { readonly from: number; readonly to: number; readonly resends: number[] } | null = null;

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
    this.#take(verdicts);
    this.#join();
  }

  /** From main: counts as soon as the headers have come as far as it begins. */
  note({ from, verdicts }: VerdictNote): void {
    if (from === null) return;
    const held = this.#held;
    const resends = held !== null && held.to === from ? held.resends : [];
    for (const seq of verdicts.resends) resends.push(seq);
    // Too much to hold, while the headers are far behind: they will bring it themselves.
    if (resends.length > MAX_NOTED) this.#held = null;
    else this.#held = { from: held !== null && held.to === from ? held.from : from, to: verdicts.appliedTo, resends };
    this.#join();
  }

  #take(verdicts: Verdicts): void {
    for (const seq of verdicts.resends) this.#resends.add(seq);
    this.#appliedTo = Math.max(this.#appliedTo, verdicts.appliedTo);
  }

  #join(): void {
    const held = this.#held;
    if (held === null || held.from > this.#appliedTo) return;
    this.#held = null;
    this.#take({ appliedTo: held.to, resends: held.resends });
  }

  /** Everything up to `position` is projected. */
  forget(position: number): void {
    for (const seq of this.#resends) if (seq <= position) this.#resends.delete(seq);
  }
}
