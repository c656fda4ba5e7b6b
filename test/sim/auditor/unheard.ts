// A point that guards a red limit and never came, or hardly ever (decision 9): it comes with every report by the profile, and its device talks of
// other things. It is F01 of the point (yellow) when its device has talked for 24 h since its first sign of life, or since the last sample of
// the point. What lay between two signs of life is no talking where it is longer than the dead-man, nor is our own absence; after the former the
// device has its usual period first: three reports, or the dead-man. Our own absences since its day counts put off that period as they do every
// dead-man (absences.ts). A number is watched so until it has come ten times; a switch or a status word until it has come once.
import type { Entry } from '../../../model/entry.ts';
import type { MeasurementDef, Profile } from '../../../model/profile.ts';
import type { Sample } from '../../../model/reading.ts';
import type { EngineMs } from '../../../model/time.ts';
import { Disagreement, type Step } from '../play.ts';
import { Absences } from './absences.ts';
import { type Board, type Home, keyOfHome } from './board.ts';
import type { Known } from './point-silence.ts';

const F01 = { code: 'F01', level: 'yellow' } as const;
const DAY_MS = 24 * 3_600_000;
const LISTED_MS = 600_000;
const FLOOR_MS = 60_000;
const SAMPLES_FIRST = 10;

/** What else is known of the points. */
interface Plant {
  readonly known: Known;
  readonly homesOf: (device: string) => readonly Home[];
  readonly canBeRed: (home: Home) => boolean;
  /** How often a number has come. */
  readonly samplesOf: (home: Home) => number;
  readonly isSilentBy: (device: string, t: EngineMs) => boolean;
}

export class Unheard {
  private readonly board: Board;
  private readonly plant: Plant;
  /** Signs of life of each device, in order. */
  private readonly signs = new Map<string, EngineMs[]>();
  private readonly spoke = new Map<string, EngineMs>();
  private readonly missed = new Map<string, string>();
  private readonly absences = new Absences();
  private now: EngineMs = 0;

  constructor(board: Board, plant: Plant) {
    this.board = board;
    this.plant = plant;
  }

  /** What ran out before the entry, of engine time `now`, was applied; then who gives a sign of life by it. */
  begin(entry: Entry, now: EngineMs): void {
    this.now = now;
    this.absences.see(entry, now);
    if (now >= DAY_MS)
      for (const home of this.waiting()) {
        const due = this.dueOf(home, DAY_MS);
        if (due > now || this.plant.isSilentBy(home.device, due)) continue;
        this.missed.set(keyOfHome(home), home.device);
        this.board.find(home, F01, true, due, true);
      }
    if (entry.kind === 'message') for (const { device } of entry.samples) this.signs.set(device, [...(this.signs.get(device) ?? []), now]);
    if (entry.kind === 'presence' && entry.device !== null && (entry.what === 'connected' || entry.what === 'online'))
      this.signs.set(entry.device, [...(this.signs.get(entry.device) ?? []), now]);
  }

  hear({ device, values }: Sample): void {
    for (const { measurement, channel, flags } of values) {
      if (flags.includes('stale-retained')) continue;
      const home: Home = { device, measurement, channel };
      const key = keyOfHome(home);
      this.spoke.set(key, this.now);
      if (this.missed.delete(key)) this.board.find(home, F01, false, this.now);
    }
  }

  isMissed(device: string): boolean {
    return [...this.missed.values()].includes(device);
  }

  /** A device that is listed says so, once it is certain: one that was never silent, in a world where we were never away. */
  settle({ engine: { view } }: Step): void {
    if (this.now < DAY_MS / 2 || this.absences.wasAway()) return;
    for (const [id, signs] of this.signs) {
      const known = this.plant.known(id);
      if (known === null || this.talkedMs(id, 0) < (signs.at(-1) ?? 0) - (signs[0] ?? 0) || this.plant.isSilentBy(id, this.now)) continue;
      const never = [...this.waiting()].filter((home) => home.device === id && !this.spoke.has(keyOfHome(home)));
      const should = never.some((home) => this.dueOf(home, LISTED_MS) <= this.now);
      if (view.status(id)?.health.includes('unheard') !== should)
        throw new Disagreement('unheard', `${id} has ${should ? 'a' : 'no'} point that was never heard, and its health says otherwise`);
    }
  }

  /** When the next of them is missed if nothing comes. */
  due(): EngineMs {
    if (this.now < DAY_MS / 2) return Infinity;
    const dues = [...this.waiting()].map((home): EngineMs => {
      const due = this.dueOf(home, DAY_MS);
      return this.plant.isSilentBy(home.device, due) ? Infinity : due;
    });
    return Math.min(Infinity, ...dues);
  }

  /** Points that are waited for and do not count as missing yet. */
  private *waiting(): Iterable<Home> {
    for (const device of this.signs.keys()) {
      const known = this.plant.known(device);
      if (known === null) continue;
      for (const home of this.plant.homesOf(device)) {
        const def = known.profile.measurements.find(({ key }) => key === home.measurement);
        if (def === undefined || !comesWithReports(def, known.profile) || this.missed.has(keyOfHome(home))) continue;
        const isNumber = def.valueType === 'number' && def.ucum !== '{bool}';
        const through = isNumber ? this.plant.samplesOf(home) >= SAMPLES_FIRST : this.spoke.has(keyOfHome(home));
        if (!through && this.plant.canBeRed(home)) yield home;
      }
    }
  }

  private deadManMs(device: string): number {
    const known = this.plant.known(device);
    return Math.max(3 * (known?.device.heartbeatMs ?? known?.profile.heartbeatMs ?? 0), FLOOR_MS);
  }

  /** So long it has talked between its signs of life since then. */
  private talkedMs(device: string, from: EngineMs): number {
    const signs = this.signs.get(device) ?? [];
    const deadMan = this.deadManMs(device);
    return signs.reduce((sum, sign, i) => {
      const gap = sign - (signs[i - 1] ?? sign);
      return sum + (gap > deadMan ? 0 : Math.max(0, sign - Math.max(from, sign - gap)));
    }, 0);
  }

  private dueOf(home: Home, afterMs: number): EngineMs {
    const { device } = home;
    const signs = this.signs.get(device) ?? [];
    const known = this.plant.known(device);
    const deadMan = this.deadManMs(device);
    const usual = Math.max(deadMan, 3 * (known?.device.reportMs ?? known?.profile.reportMs ?? 0));
    const from = this.spoke.get(keyOfHome(home)) ?? signs[0] ?? Infinity;
    const talkedFrom = (signs.at(-1) ?? 0) - this.talkedMs(device, from);
    const back = signs.findLast((sign, i) => i > 0 && sign - (signs[i - 1] ?? sign) > deadMan) ?? -Infinity;
    const dayFrom = Math.max(talkedFrom, back + usual - Math.max(DAY_MS, usual));
    return Math.max(talkedFrom + Math.max(afterMs, usual), back + usual, this.absences.putOffUntil(dayFrom, usual));
  }
}

function comesWithReports(def: MeasurementDef, profile: Profile): boolean {
  return def.ucum !== '{count}' && def.optional !== true && profile.reportMs !== null;
}
