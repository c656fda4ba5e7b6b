import { FLOOD_BEGINS_ABOVE, FLOOD_ENDS_BELOW, FLOOD_WINDOW_MS, type Flood, type FloodState } from '../../model/flood.ts';
import type { EngineMs, EpochMs } from '../../model/time.ts';

/** Floods that are over and still told, newest last. */
const KEPT = 20;

/** As a snapshot has it. */
export interface FloodRow {
  readonly window: readonly (readonly [at: EngineMs, count: number])[];
  readonly now: Flood | null;
  readonly past: readonly Flood[];
}

/**
 * Whether the desk is flooded. The window slides in engine time, so a step of our own clock begins and ends nothing; what is told to
 * people is wall time. One desk: the whole platform.
 */
export class FloodWatch {
  private window: [at: EngineMs, count: number][] = [];
  private inWindow = 0;
  private now: Flood | null = null;
  private past: Flood[] = [];

  get state(): FloodState {
    return { now: this.now, last: this.past.at(-1) ?? null, inTenMinutes: this.inWindow };
  }

  /** Newest first, the one that goes on included. */
  all(): readonly Flood[] {
    return [...(this.now === null ? [] : [this.now]), ...this.past.toReversed()];
  }

  /** Lets the window slide to this moment, so that a flood ends when it does. */
  settle(at: EpochMs, now: EngineMs): void {
    for (let first = this.window[0]; first !== undefined && first[0] + FLOOD_WINDOW_MS <= now; first = this.window[0]) {
      this.window.shift();
      this.inWindow -= first[1];
      if (this.now === null || this.inWindow >= FLOOD_ENDS_BELOW) continue;
      this.past.push({ ...this.now, endedAt: Math.max(this.now.since, at - (now - first[0] - FLOOD_WINDOW_MS)) });
      if (this.past.length > KEPT) this.past.shift();
      this.now = null;
    }
  }

  /** One more was told; the window has slid to this moment. */
  annunciated(at: EpochMs, now: EngineMs): void {
    const newest = this.window.at(-1);
    if (newest !== undefined && newest[0] === now) newest[1] += 1;
    else this.window.push([now, 1]);
    this.inWindow += 1;
    const told = this.inWindow;
    if (this.now !== null) this.now = { ...this.now, annunciated: this.now.annunciated + 1, most: Math.max(this.now.most, told) };
    else if (told > FLOOD_BEGINS_ABOVE) {
      const number = (this.past.at(-1)?.number ?? 0) + 1;
      this.now = { number, since: at, endedAt: null, annunciated: told, most: told };
    }
  }

  /** Engine time at which the flood ends if nothing more comes, or null while there is none. */
  get endsAt(): EngineMs | null {
    if (this.now === null) return null;
    let newer = 0;
    for (let i = this.window.length - 1; i >= 0; i -= 1) {
      const [at, count] = this.window[i] ?? [0, 0];
      newer += count;
      if (newer >= FLOOD_ENDS_BELOW) return at + FLOOD_WINDOW_MS;
    }
    return null;
  }

  /** Null while there is nothing to remember. */
  row(): FloodRow | null {
    return this.window.length === 0 && this.now === null && this.past.length === 0
      ? null
      : { window: this.window, now: this.now, past: this.past };
  }

  restore(row: FloodRow): void {
    this.window = row.window.map(([at, count]) => [at, count]);
    this.inWindow = row.window.reduce((sum, [, count]) => sum + count, 0);
    this.now = row.now;
    this.past = [...row.past];
  }
}
