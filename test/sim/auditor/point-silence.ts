// The dead-man of a point (decision 9): a device goes on talking, and one of its points comes no more. Somebody is told by F01 of the point
// (yellow), once the point has come ten times, when it has not come for the longest of three reports, three of its own longest gaps, three of
// the device's own checks of it, and the dead-man of the device. Switches, counts, status words, options and profiles that report on change
// are not expected to come. Any quality is a word. All of it is engine time: our own absence is nobody's silence, and puts it off (absences.ts);
// a whole period begins when the device is back from a silence of its own (reading 23).
import type { Device } from '../../../model/asset.ts';
import type { Engine } from '../../../model/engine.ts';
import type { Entry } from '../../../model/entry.ts';
import type { MeasurementDef, Profile } from '../../../model/profile.ts';
import type { Sample } from '../../../model/reading.ts';
import type { EngineMs } from '../../../model/time.ts';
import { Disagreement } from '../play.ts';
import { Absences } from './absences.ts';
import { type Board, type Home, keyOfHome } from './board.ts';

const F01 = { code: 'F01', level: 'yellow' } as const;
const SAMPLES_FIRST = 10;
/** The longest gap is forgotten over about so many samples that come sooner. */
const FORGETS_OVER = 64;
const FLOOR_MS = 60_000;

interface Point {
  readonly home: Home;
  readonly def: MeasurementDef;
  samples: number;
  last: EngineMs;
  longestMs: number;
  silent: boolean;
}

/** When a device gave its last sign of life, and when it last did after its own dead-man had run out. */
interface Talks {
  readonly sign: EngineMs;
  readonly backAt: EngineMs;
  /** Its own dead-man has run out since: no outage of ours gives it a word. */
  readonly silent: boolean;
}

/** A device that can be asked about, or null where it is retired or not known. */
export type Known = (device: string) => { readonly device: Device; readonly profile: Profile } | null;

export class PointSilence {
  private readonly board: Board;
  private readonly known: Known;
  private readonly points = new Map<string, Point>();
  private readonly devices = new Map<string, Talks>();
  /** Devices of which nothing is said: something of them came late, or their gateway was told to be out of reach, which gives grace. */
  private readonly open = new Set<string>();
  /** Gateways that devices were ever heard through. */
  private readonly through = new Map<string, Set<string>>();
  private readonly absences = new Absences();

  constructor(board: Board, known: Known) {
    this.board = board;
    this.known = known;
  }

  /** What ran out before the entry, of engine time `now`, was applied; then what it says of who is alive. */
  begin(entry: Entry, now: EngineMs): void {
    this.absences.see(entry, now);
    // By the entry that shows it the whole device may be silent: then that is told.
    for (const [id, talks] of this.devices) if (this.talksUntil(id) <= now) this.devices.set(id, { ...talks, silent: true });
    for (const point of this.points.values()) {
      const due = this.dueOf(point);
      if (due === null || due > now) continue;
      point.silent = true;
      this.board.find(point.home, F01, true, due, true);
    }
    if (entry.kind === 'presence' && entry.device !== null && (entry.what === 'connected' || entry.what === 'online'))
      this.alive(entry.device, now);
  }

  private alive(id: string, now: EngineMs): void {
    const talks = this.devices.get(id);
    this.devices.set(id, { sign: now, backAt: talks?.silent === true ? now : (talks?.backAt ?? -Infinity), silent: false });
  }

  private deadManMs(id: string): number {
    const known = this.known(id);
    return Math.max(3 * (known?.device.heartbeatMs ?? known?.profile.heartbeatMs ?? 0), FLOOR_MS);
  }

  private talksUntil(id: string): EngineMs {
    const talks = this.devices.get(id);
    return talks?.silent === true ? -Infinity : this.absences.runsOut(talks?.sign ?? 0, this.deadManMs(id));
  }

  /** Whether the dead-man of a device has, or may have, run out by then if nothing comes. */
  isSilentBy(id: string, t: EngineMs): boolean {
    return this.open.has(id) || this.talksUntil(id) <= t;
  }

  /** @returns whether something is said of the points of the device */
  judges(device: string): boolean {
    return !this.open.has(device);
  }

  /** @param through the gateway it came through; @param late something of the device came late; @param t engine time at which it came */
  hear({ device, values }: Sample, through: string | null, late: boolean, t: EngineMs): void {
    if (late) this.open.add(device);
    if (through !== null) this.through.set(through, (this.through.get(through) ?? new Set()).add(device));
    this.alive(device, t);
    const backAt = this.devices.get(device)?.backAt ?? -Infinity;
    const profile = this.known(device)?.profile;
    for (const { measurement, channel, flags } of values) {
      const def = profile?.measurements.find(({ key }) => key === measurement);
      if (def === undefined || flags.includes('stale-retained') || profile === undefined || !comesByItself(def, profile)) continue;
      const home: Home = { device, measurement, channel };
      const key = keyOfHome(home);
      const before = this.points.get(key);
      const point = before ?? { home, def, samples: 1, last: t, longestMs: 0, silent: false };
      this.points.set(key, point);
      const gap = t - Math.max(point.last, backAt);
      // What ended a silence, of the point or of its device, and what comes in one moment show no rhythm.
      if (gap > 0 && !point.silent) {
        point.samples += 1;
        point.longestMs = gap > point.longestMs ? gap : point.longestMs - Math.floor((point.longestMs - gap) / FORGETS_OVER);
      }
      point.last = t;
      point.silent = false;
      this.board.find(home, F01, false, t);
    }
  }

  /**
   * Its device shows it among its health codes, as long as that talks.
   * @param elseMissed another point of it is, that never showed a rhythm
   */
  shown({ view }: Engine, now: EngineMs, elseMissed: (device: string) => boolean): void {
    for (const { deviceId, ladder } of view.openAlarms())
      if (ladder === 'F01') for (const device of this.through.get(deviceId ?? '') ?? []) this.open.add(device);
    for (const id of this.devices.keys()) {
      if (this.open.has(id) || this.known(id) === null || this.talksUntil(id) <= now) continue;
      const should = [...this.points.values()].some((point) => point.home.device === id && point.silent) || elseMissed(id);
      if (view.status(id)?.health.includes('point-silent') !== should)
        throw new Disagreement('point-silent', `a point of ${id} ${should ? 'is missed' : 'is said to be missed, and none is'}`);
    }
  }

  /** How often a number that comes with every report has come, as far as that shows a rhythm. */
  samplesOf(home: Home): number {
    return this.points.get(keyOfHome(home))?.samples ?? 0;
  }

  /** When the next of them runs out if nothing comes. */
  due(): EngineMs {
    return Math.min(Infinity, ...[...this.points.values()].map((point) => this.dueOf(point) ?? Infinity));
  }

  private dueOf({ home, def, samples, last, longestMs, silent }: Point): EngineMs | null {
    const known = this.known(home.device);
    if (silent || this.open.has(home.device) || samples < SAMPLES_FIRST || known === null) return null;
    const { device, profile } = known;
    const reportMs = device.reportMs ?? profile.reportMs ?? 0;
    const backAt = this.devices.get(home.device)?.backAt ?? -Infinity;
    const periodMs = Math.max(3 * reportMs, 3 * longestMs, 3 * (def.checkMs ?? 0), this.deadManMs(home.device));
    const due = this.absences.runsOut(Math.max(last, backAt), periodMs);
    // A device that says nothing at all has an alarm of its own.
    return due < this.talksUntil(home.device) ? due : null;
  }
}

/** What comes only when it has changed, or need not come, is not missed. */
function comesByItself(def: MeasurementDef, profile: Profile): boolean {
  return def.valueType === 'number' && def.ucum !== '{count}' && def.optional !== true && profile.reportMs !== null;
}
