// When every entry was, by each of the clocks there are: engine time (monotonic, carried on across starts; a gap of more than 15 s is our
// own outage and counts nothing), the wall, and real time as far as it is known.
import type { Entry } from '../../../model/entry.ts';
import { OUTAGE_GAP_MS } from '../../../model/time.ts';
import { Disagreement, type Step } from '../play.ts';

export class TimeLine {
  /** Engine time of every entry, by number. */
  readonly times: number[] = [0];
  readonly walls: number[] = [0];
  /** Real time of every entry, and the entries before which we were absent. */
  readonly real: number[] = [0];
  readonly absences: number[] = [];
  private last: Entry | null = null;

  now(): number {
    return this.times.at(-1) ?? 0;
  }

  /**
   * The next entry.
   * @returns whether we were absent before it, and by how much our own clock was set inside one start, ms
   */
  next({ entry, engine }: Step): { readonly absent: boolean; readonly ownStepMs: number } {
    const { last } = this;
    this.last = entry;
    const ownStepMs = last !== null && last.boot === entry.boot ? entry.at - last.at - (entry.mono - last.mono) : 0;
    const gap = last !== null && entry.boot === last.boot ? entry.mono - last.mono : 0;
    const absent = gap > OUTAGE_GAP_MS || (last !== null && last.boot !== entry.boot);
    const before = this.now();
    this.times.push(last === null ? engine.engineTime(entry.mono) : before + (gap > OUTAGE_GAP_MS ? 0 : gap));
    this.walls.push(entry.at);
    this.real.push(Math.max(this.real.at(-1) ?? 0, entry.at));
    if (absent) this.absences.push(entry.seq);
    const its = engine.engineTime(entry.mono);
    if (its !== this.now()) throw new Disagreement('engine-time', `it is ${this.now()} by the entries, ${its} by the engine`);
    return { absent, ownStepMs };
  }
}
