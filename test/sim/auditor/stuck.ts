// A value that stands still (decision 9, F21): a gas above 5 % of its span shows the same value for four hours and in 24 samples. Zero, the ends of
// the range, silence and our own absence say nothing, a bad value neither ends a calm nor makes one; whatever else it is than a gas has to be
// known for three days first, which no world lasts. It ends with the first good value that is another (reading 25).
import type { Alarm } from '../../../model/alarm.ts';
import type { MeasurementDef, Profile } from '../../../model/profile.ts';
import type { Sample } from '../../../model/reading.ts';
import type { Device } from '../../../model/asset.ts';
import { type Board, type Home, keyOfHome } from './board.ts';
import { JUDGED } from './readings.ts';

const F21 = { code: 'F21', level: 'yellow' } as const;
const STILL_MS = 4 * 3_600_000;
const SAMPLES = 24;
const CALM_SHARE = 0.05;
const GAS_UNITS: ReadonlySet<string> = new Set(['%{LEL}', '[ppm]']);

/** When something was, by the engine's time and by real time, ms. */
export interface Instant {
  readonly engine: number;
  readonly real: number;
}

/** One value that stands, from its first sample on. */
interface Calm {
  readonly home: Home;
  readonly value: number;
  samples: number;
  last: Instant;
  /** Something that is no good value has come since the last one that is. */
  doubted: boolean;
  /** How long it has stood, at least and at most, ms. */
  leastMs: number;
  mostMs: number;
  found: boolean;
}

/** A device that is there, with its profile, or null. */
export type Known = (device: string) => { readonly device: Device; readonly profile: Profile } | null;

export class Stuck {
  private readonly board: Board;
  private readonly known: Known;
  private readonly calms = new Map<string, Calm>();
  /** Those of which a sample came with the entry in hand. */
  private readonly fresh = new Set<Calm>();

  constructor(board: Board, known: Known) {
    this.board = board;
    this.known = known;
  }

  hear({ device, values }: Sample, at: Instant): void {
    const known = this.known(device);
    if (known === null || !known.profile.faults.includes(F21.code)) return;
    const reportMs = known.device.reportMs ?? known.profile.reportMs ?? 0;
    for (const { measurement, channel, value, quality, flags } of values) {
      const def = known.profile.measurements.find(({ key }) => key === measurement);
      if (def === undefined || !GAS_UNITS.has(def.ucum) || flags.includes('stale-retained')) continue;
      const home: Home = { device, measurement, channel };
      const calm = this.calms.get(keyOfHome(home));
      if (typeof value !== 'number' || !JUDGED.has(quality)) {
        if (calm !== undefined) calm.doubted = true;
      } else if (calm !== undefined && calm.value === value) this.lasts(calm, at, reportMs);
      else {
        this.board.find(home, F21, false, at.engine);
        this.calms.set(keyOfHome(home), begin(home, value, at));
      }
    }
  }

  private lasts(calm: Calm, at: Instant, reportMs: number): void {
    const [gapMs, realMs] = [at.engine - calm.last.engine, at.real - calm.last.real];
    // What is farther apart than two reports is silence, how much of it is not said.
    calm.leastMs += calm.doubted || gapMs > 2 * reportMs ? 0 : Math.min(gapMs, reportMs);
    calm.mostMs += Math.min(Math.max(gapMs, realMs), 2 * reportMs);
    calm.samples += 1;
    Object.assign(calm, { last: at, doubted: false });
    this.fresh.add(calm);
  }

  /** Where it may be found and need not be it is the engine's word. */
  settle(alarms: Iterable<Alarm>, now: number): void {
    for (const calm of this.fresh) {
      const { home, value, samples, leastMs, mostMs } = calm;
      const def = this.known(home.device)?.profile.measurements.find(({ key }) => key === home.measurement);
      if (def === undefined || calm.found) continue;
      const may = mostMs >= STILL_MS && samples >= SAMPLES && isRestless(value, def, 0);
      // Whether the first of them is one of the 24 is not said, nor whether 5 % itself is above it.
      const must = may && leastMs >= STILL_MS && samples > SAMPLES && isRestless(value, def, def.resolution);
      calm.found = must || (may && isTold(alarms, home));
      this.board.find(home, F21, calm.found, now);
    }
    this.fresh.clear();
  }
}

function begin(home: Home, value: number, last: Instant): Calm {
  return { home, value, samples: 1, last, doubted: false, leastMs: 0, mostMs: 0, found: false };
}

/** Above 5 % of the span by so much, and inside the range. */
function isRestless(value: number, { range: [low, high] }: MeasurementDef, by: number): boolean {
  return value >= low + CALM_SHARE * (high - low) + by && value < high;
}

function isTold(alarms: Iterable<Alarm>, { device, measurement, channel }: Home): boolean {
  return [...alarms].some(
    (alarm) =>
      alarm.deviceId === device &&
      alarm.measurement === measurement &&
      alarm.channel === channel &&
      alarm.ladder === F21.code &&
      alarm.active,
  );
}
