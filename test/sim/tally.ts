// How often the worlds met what they are made for: a world that never plays something proves nothing about it.
import type { Step, Watcher } from './play.ts';

/** What is counted, with how often a thousand worlds of all kinds must meet it at least. */
const LEAST = {
  'a value stands still for so long that it is stuck': 5,
  'a stuck value moves again': 4,
} as const;
export type Met = keyof typeof LEAST;

export class Tally {
  private readonly counts = new Map<Met, number>();

  /** A watcher that counts in one world. */
  watcher(): Watcher {
    return { see: (step) => this.see(step) };
  }

  /** What was met too seldom in so many worlds, in words. */
  missing(worlds: number): readonly string[] {
    return Object.entries(LEAST).flatMap(([what, least]) => {
      const count = this.counts.get(what as Met) ?? 0;
      return count * 1_000 >= least * worlds ? [] : [`${what}: ${count} times in ${worlds} worlds, ${least} in a thousand are wanted`];
    });
  }

  private note(what: Met): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  private see({ applied }: Step): void {
    for (const told of applied.events) {
      if (told.kind !== 'alarm') continue;
      const { alarm, event } = told;
      if (alarm.ladder === 'F21' && event.type === 'raised') this.note('a value stands still for so long that it is stuck');
      if (alarm.ladder === 'F21' && event.type === 'returned') this.note('a stuck value moves again');
    }
  }
}
