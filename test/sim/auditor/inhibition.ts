// A point that says of itself that it is being tested or worked on (decision 9): a health code of its device from the first such word on, and
// after 8 h without a value that was judged `INHIBITED` of the point asks whether the work is over: yellow, orange where a limit of it can raise
// red. The 8 h are the line's: they run on through bad values, silence and our own absence, and a clock that is set passes none of them. It rings
// only while the point itself says so: what is bad or silent has an alarm by itself, and the question comes with the next word. Our own absences
// since that word put it off as they do a dead-man (absences.ts). A value that is judged ends it (reading 31).
import type { Alarm } from '../../../model/alarm.ts';
import type { Device } from '../../../model/asset.ts';
import type { Engine } from '../../../model/engine.ts';
import type { Entry } from '../../../model/entry.ts';
import type { Profile } from '../../../model/profile.ts';
import type { Quality, Sample } from '../../../model/reading.ts';
import type { EngineMs } from '../../../model/time.ts';
import { Disagreement, type Step } from '../play.ts';
import { Absences } from './absences.ts';
import { type Board, type Home, keyOfHome } from './board.ts';
import { JUDGED } from './readings.ts';

const CODE = 'INHIBITED';
const FORGOTTEN_MS = 8 * 3_600_000;
const FLOOR_MS = 60_000;
const WORKED_ON: ReadonlySet<Quality> = new Set<Quality>(['test', 'maintenance']);

interface Point {
  readonly home: Home;
  /** Its latest value says that it is being worked on. */
  says: boolean;
  /** When it first did since its last judged value, on the line: by the sample, and by its arrival; null = not since then. */
  since: { readonly sampled: number; readonly arrived: number } | null;
  /** Engine time of its latest word of that kind. */
  saidAt: EngineMs;
  /** It has had a word of its own since its device was last silent, and since our last absence. */
  spoke: boolean;
  asked: boolean;
  /** Times the alarm had come by the last entry. */
  comings: number;
}

/** A device that is there, with its profile, or null. */
export type Known = (device: string) => { readonly device: Device; readonly profile: Profile } | null;

export class Inhibition {
  private readonly board: Board;
  private readonly known: Known;
  private readonly canBeRed: (home: Home) => boolean;
  private readonly points = new Map<string, Point>();
  /** Devices that were silent when the entry before was done. */
  private silent: ReadonlySet<string> = new Set();
  private line = 0;
  private now: EngineMs = 0;
  private readonly absences = new Absences();
  private last: Entry | null = null;

  constructor(board: Board, known: Known, canBeRed: (home: Home) => boolean) {
    this.board = board;
    this.known = known;
    this.canBeRed = canBeRed;
  }

  /** What ran out before the entry was applied. */
  begin(step: Step, now: EngineMs): void {
    const { entry } = step;
    const { last } = this;
    this.last = entry;
    this.now = now;
    if (last !== null) {
      // How long we were away only the wall clock says.
      this.line += last.boot === entry.boot ? entry.mono - last.mono : Math.max(0, entry.at - last.at);
    }
    if (this.absences.see(entry, now)) for (const point of this.points.values()) point.spoke = false;
    for (const point of this.points.values()) this.ask(point, step, true);
  }

  /** @param t engine time at which it was taken */
  hear({ device, values }: Sample, t: EngineMs): void {
    for (const { measurement, channel, quality, flags } of values) {
      if (flags.includes('stale-retained')) continue;
      const home: Home = { device, measurement, channel };
      const key = keyOfHome(home);
      const point = this.points.get(key) ?? { home, says: false, since: null, saidAt: 0, spoke: true, asked: false, comings: 0 };
      this.points.set(key, point);
      point.says = WORKED_ON.has(quality);
      point.spoke = true;
      if (point.says) point.saidAt = this.now;
      if (point.says) point.since ??= { sampled: this.line - (this.now - t), arrived: this.line };
      if (!JUDGED.has(quality)) continue;
      point.since = null;
      if (point.asked) this.find(point, false, false);
      point.asked = false;
    }
  }

  /** When the entry is done. */
  settle(step: Step): void {
    const { view } = step.engine;
    const isSilent = (id: string): boolean => view.status(id)?.health.some((code) => code === 'silent' || code === 'gateway') === true;
    const silent = new Set([...new Set([...this.points.values()].map(({ home }) => home.device))].filter(isSilent));
    for (const point of this.points.values()) if (silent.has(point.home.device)) point.spoke = false;
    for (const point of this.points.values()) if (!silent.has(point.home.device)) this.ask(point, step, false);
    this.silent = silent;
    for (const point of this.points.values()) point.comings = comingsOf(alarmOf(step, point.home)) ?? point.comings;
  }

  private ask(point: Point, step: Step, early: boolean): void {
    const { home, since, says, spoke } = point;
    const known = this.known(home.device);
    if (point.asked || known === null || since === null || !says || this.line < since.sampled + FORGOTTEN_MS) return;
    const wasSilent = this.silent.has(home.device);
    const rested = this.now >= this.restedAt(point, known);
    // It is silent, or has not spoken since we were away and need not have yet.
    if ((wasSilent && early) || !(spoke || rested)) return;
    const must = this.line >= since.arrived + FORGOTTEN_MS && spoke && rested && !wasSilent;
    const alarm = alarmOf(step, home);
    const came = (comingsOf(alarm) ?? 0) > point.comings;
    if (!must && !came) return;
    // What could have come before the entry or with it came with it, where it has not gone again.
    if (!must && early && alarm?.active === true) return;
    point.asked = true;
    this.find(point, true, early);
  }

  private find({ home }: Point, on: boolean, early: boolean): void {
    this.board.find(home, { code: CODE, level: this.canBeRed(home) ? 'orange' : 'yellow' }, on, this.now, early);
  }

  /** From then on it has had its time to say that the work is over. */
  private restedAt({ saidAt }: Point, known: { readonly device: Device; readonly profile: Profile }): EngineMs {
    return this.absences.putOffUntil(saidAt, this.deadManMs(known));
  }

  private deadManMs({ device, profile }: { readonly device: Device; readonly profile: Profile }): number {
    return Math.max(3 * (device.heartbeatMs ?? profile.heartbeatMs ?? 0), FLOOR_MS);
  }

  /** Its device shows it among its health codes, and is counted. */
  shown({ view }: Engine): void {
    const devices = new Set([...this.points.values()].map(({ home }) => home.device));
    for (const id of devices) {
      if (this.known(id) === null) continue;
      const should = [...this.points.values()].some(({ home, says }) => home.device === id && says);
      if (view.status(id)?.health.includes('inhibited') !== should)
        throw new Disagreement(
          'inhibited',
          `${id} is ${should ? '' : 'not '}being worked on, and its health says ${should ? 'nothing' : 'so'}`,
        );
    }
  }

  /** When the next of them is asked about if nothing comes: of those of which it is certain. */
  due(isSilentBy: (device: string, t: EngineMs) => boolean): EngineMs {
    let first = Infinity;
    for (const point of this.points.values()) {
      const { home, since, says, spoke, asked } = point;
      if (asked || since === null || !says || !spoke || this.silent.has(home.device)) continue;
      const known = this.known(home.device);
      if (known === null) continue;
      const at = Math.max(this.now + since.arrived + FORGOTTEN_MS - this.line, this.restedAt(point, known));
      if (at > this.now && !isSilentBy(home.device, at)) first = Math.min(first, at);
    }
    return first;
  }
}

function alarmOf({ after }: Step, { device, measurement, channel }: Home): Alarm | null {
  for (const alarm of after.values())
    if (alarm.ladder === CODE && alarm.deviceId === device && alarm.measurement === measurement && alarm.channel === channel) return alarm;
  return null;
}

function comingsOf(alarm: Alarm | null): number | null {
  return alarm === null ? null : alarm.occurrence + alarm.recurrences;
}
