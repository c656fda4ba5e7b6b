// When a sample was taken, and whether it comes late (semantics 4).
import type { Entry, MessageBody } from '../../../model/entry.ts';
import type { Sample } from '../../../model/reading.ts';
import type { EngineView } from '../../../model/engine.ts';
import { Disagreement } from '../play.ts';

export class Lateness {
  /** Clock error of a device as the engine shows it, ms. */
  private readonly clockErrors = new Map<string, number>();
  /** Arrival − stamp of every sample so far, ms, as our clock stands now. */
  private readonly seen = new Map<string, readonly number[]>();

  /**
   * When a sample was taken, engine time: its age by the device's clock, less what that clock is wrong by. How the error is learnt is the
   * engine's; what it shows is believed as long as it lies among the errors that were seen. A clock nothing is known of is right.
   */
  sampleTime(sample: Sample, { at: arrival, samples }: Entry & MessageBody, now: number): number {
    if (sample.stampedAt === null) return now;
    const late = arrival - sample.stampedAt;
    const seen = this.seen.get(sample.device) ?? [];
    this.seen.set(sample.device, [...seen, late]);
    const error = this.clockErrors.get(sample.device) ?? null;
    // What lies between two stamps of one message is known even so.
    if (error === null) return now - Math.max(0, (samples.at(-1)?.stampedAt ?? sample.stampedAt) - sample.stampedAt);
    if (error < Math.min(...seen) || error > Math.max(...seen)) {
      throw new Disagreement('clock-error', `${sample.device}: ${error} ms, seen were ${Math.min(...seen)} to ${Math.max(...seen)} ms`);
    }
    return now - Math.max(0, late - error);
  }

  /** A step of our own clock moves the errors of all devices at once. */
  ownStep(byMs: number): void {
    for (const [device, error] of this.clockErrors) this.clockErrors.set(device, error + byMs);
    for (const [device, seen] of this.seen)
      this.seen.set(
        device,
        seen.map((late) => late + byMs),
      );
  }

  /** What the engine shows of the clocks of devices after an entry. */
  learn(view: EngineView, devices: Iterable<string>): void {
    for (const device of devices) {
      const error = view.status(device)?.clockErrorMs ?? null;
      if (error !== null) this.clockErrors.set(device, error);
    }
  }
}
