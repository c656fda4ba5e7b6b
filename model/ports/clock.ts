import type { EpochMs, MonoMs } from '../time.ts';

/** The shell's only clock. A replay may drive another one. */
export interface Clock {
  now(): EpochMs;
  /** Milliseconds since this process's start, never stepping. */
  mono(): MonoMs;
  /** Calls back once after `delayMs`; returns how to cancel it. */
  after(delayMs: number, run: () => void): () => void;
}
