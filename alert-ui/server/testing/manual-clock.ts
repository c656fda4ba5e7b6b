import type { Clock } from '../../../model/ports/clock.ts';

/** A clock that stands until it is told to go on; what is due runs then, in order. */
export class ManualClock implements Clock {
  private elapsed = 0;
  private begin: number;
  private readonly due = new Set<{ readonly at: number; readonly run: () => void }>();

  constructor(begin = 1_780_000_000_000) {
    this.begin = begin;
  }
  now(): number {
    return this.begin + this.elapsed;
  }
  /** The wall clock is put to another time; what is due is not. */
  step(ms: number): void {
    this.begin += ms;
  }
  mono(): number {
    return this.elapsed;
  }
  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.elapsed + delayMs, run };
    this.due.add(timer);
    return () => this.due.delete(timer);
  }
  /** Timers that would still run: none may be left after a stop. */
  get waiting(): number {
    return this.due.size;
  }
  advance(ms: number): void {
    const end = this.elapsed + ms;
    for (;;) {
      const next = [...this.due].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.due.delete(next);
      this.elapsed = Math.max(this.elapsed, next.at);
      next.run();
    }
    this.elapsed = end;
  }
}
