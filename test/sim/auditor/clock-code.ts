// The health code of a device whose clock is wrong (glossary): more than 60 s off, 5 s for one that tells of fires. It stands from the first
// stamp that is so, and goes with the first that is near its arrival, for then the clock was put right (decision 8).
import type { MessageBody } from '../../../model/entry.ts';
import type { Step } from '../play.ts';
import { Disagreement } from '../play.ts';
import type { KnownPlant } from './known-plant.ts';

const OFF_MS = 60_000;
const OFF_OF_FIRE_MS = 5_000;

export class ClockCode {
  private readonly plant: KnownPlant;
  /** Our own clock was set: what the stamps of devices say of theirs is to be learned anew. */
  private unsure = false;

  constructor(plant: KnownPlant) {
    this.plant = plant;
  }

  ownStep(byMs: number): void {
    this.unsure ||= byMs !== 0;
  }

  /** @param late devices in whose message something is late: a stamp that is no word about the clock */
  judge({ samples }: MessageBody, late: ReadonlySet<string>, { entry, engine }: Step): void {
    for (const { device, stampedAt } of samples) {
      const known = this.plant.known(device);
      const newest = samples.findLast((sample) => sample.device === device);
      if (this.unsure || known === null || stampedAt === null || newest?.stampedAt !== stampedAt || late.has(device)) continue;
      const offMs = Math.abs(entry.at - stampedAt);
      const must = offMs > (known.profile.alarmKind === 'fire' ? OFF_OF_FIRE_MS : OFF_MS);
      if (engine.view.status(device)?.health.includes('clock') !== must)
        throw new Disagreement('clock-code', `the clock of ${device} is ${offMs} ms off, and its health says ${must ? 'nothing' : 'so'}`);
    }
  }
}
