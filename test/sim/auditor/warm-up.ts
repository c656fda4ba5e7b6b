// Warm-up is what the device itself says (semantics 1): its values are doubted and judged all the same, so that a limit for somebody's life
// alarms, and what rings then says that it came while the sensor was warming up.
import type { Applied } from '../../../model/engine.ts';
import type { Sample } from '../../../model/reading.ts';
import { Disagreement } from '../play.ts';
import { type Home, keyOfHome } from './board.ts';

export class WarmUp {
  /** Points whose newest value came in warm-up, and those where that changed with the entry in hand. */
  private readonly warming = new Set<string>();
  private readonly changed = new Set<string>();

  begin(): void {
    this.changed.clear();
  }

  hear({ device, values }: Sample): void {
    for (const { measurement, channel, flags } of values) {
      const home: Home = { device, measurement, channel };
      const key = keyOfHome(home);
      const is = flags.includes('warm-up');
      if (is !== this.warming.has(key)) this.changed.add(key);
      if (is) this.warming.add(key);
      else this.warming.delete(key);
    }
  }

  /** What runs out before an entry may go by what was known then. */
  judge({ events }: Applied): void {
    for (const told of events) {
      if (told.kind !== 'alarm' || told.event.type !== 'raised') continue;
      const { deviceId, measurement, channel, ladder, kind } = told.alarm;
      if (deviceId === null || measurement === null || kind === 'instrument') continue;
      const key = keyOfHome({ device: deviceId, measurement, channel });
      const must = this.warming.has(key);
      const { cause } = told.event;
      // What else brought it is said before.
      if (this.changed.has(key) || (cause !== undefined && cause !== 'warm-up')) continue;
      if ((cause === 'warm-up') !== must)
        throw new Disagreement(
          'warm-up',
          `${deviceId} ${measurement} ${ladder} rings ${must ? 'in' : 'without a'} warm-up, and says ${cause ?? 'nothing'}`,
        );
    }
  }
}
