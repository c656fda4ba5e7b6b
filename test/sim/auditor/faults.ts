// What a device says about its own health, and values that are bad (decision 19, glossary "Health codes of a device").
//
// - A message that carries `faults` says everything that is wrong with the device and its points; one without says nothing about it. Whether
//   a fault is an alarm and of which level says the catalogue; the alarm is of kind `instrument` and has the life of any other.
// - `BAD` of a point is on while its latest value is bad and nobody explains it. F02 or F03 of the whole device explains the points that are
//   bad when the message in which its alarm rings is in, and no others. One of the very point explains it whenever it goes bad, while its
//   alarm asks for attention itself. What comes under a suppression was heard by nobody and explains nothing. What is explained stays so until the
//   point is good again or the fault is named no more.
import type { Level } from '../../../model/level.ts';
import type { FaultDef } from '../../../model/profile.ts';
import { pointKey, type Sample, type SampleValue } from '../../../model/reading.ts';
import { type Board, type Home, keyOfHome } from './board.ts';

/** Without another late sample for so long, a late batch is over, ms. */
const ENDS_AFTER_MS = 5_000;

/** Codes after which a value is bad. */
const EXPLAINS: ReadonlySet<string> = new Set(['F02', 'F03']);

interface Point {
  readonly home: Home;
  bad: boolean;
  /** The faults that explain it. */
  readonly explainedBy: Set<Fault>;
}

/** A fault that is named now. */
interface Fault {
  readonly home: Home;
  readonly code: string;
  /** Its alarm came under no suppression. */
  heard: boolean;
}

/** Where the alarm of a code is, if a limit of the device stands for it. */
export type LimitOf = (device: string, code: string) => { readonly home: Home; readonly ladder: string } | null;

export class Faults {
  private readonly board: Board;
  private readonly limitOf: LimitOf;
  private readonly homes: (device: string) => readonly Home[];
  private readonly isFound: (home: Home, code: string) => boolean;
  private levels: ReadonlyMap<string, Level> = new Map();
  private readonly named = new Map<string, Fault>();
  private readonly points = new Map<string, Point>();
  /** Late batches under way, by device: when their last late sample came, and all of them. */
  private readonly batches = new Map<string, { readonly lastAt: number; readonly samples: readonly Sample[] }>();

  /**
   * @param homes the points of a device
   * @param isFound a code that is judged elsewhere, for it may be found as well
   */
  constructor(board: Board, limitOf: LimitOf, homes: (device: string) => readonly Home[], isFound: (home: Home, code: string) => boolean) {
    this.board = board;
    this.limitOf = limitOf;
    this.homes = homes;
    this.isFound = isFound;
  }

  catalogue(faults: readonly FaultDef[]): void {
    this.levels = new Map(faults.flatMap(({ code, level }) => (level === 'none' ? [] : [[code, level] as const])));
  }

  /** Before an entry of engine time `now` is applied: what was late and has been followed by nothing for five seconds is over. */
  begin(now: number): void {
    for (const [device, { lastAt }] of this.batches) if (lastAt + ENDS_AFTER_MS <= now) this.endBatch(device, now, true);
  }

  /** A late batch of the device is under way: nothing of it has rung. */
  isLate(device: string): boolean {
    return this.batches.has(device);
  }

  /**
   * @param samples of one message, with their engine times
   * @param now engine time of the message
   */
  message(samples: readonly { readonly sample: Sample; readonly t: number; readonly late: boolean }[], now: number): void {
    let live: { readonly sample: Sample; readonly t: number }[] = [];
    for (const { sample, t, late } of samples) {
      const { device } = sample;
      const batch = this.batches.get(device);
      if (!late && batch === undefined) live.push({ sample, t });
      else {
        this.judge(live);
        live = [];
        this.batches.set(device, { lastAt: late ? now : (batch?.lastAt ?? now), samples: [...(batch?.samples ?? []), sample] });
        if (!late) this.endBatch(device, now, false);
      }
    }
    this.judge(live);
  }

  /**
   * A late batch counts as one message, and its end is when it is told (decision 19): what its last report names, and what is bad now. What
   * went and came again inside it has neither gone nor come.
   */
  private endBatch(device: string, now: number, early: boolean): void {
    const samples = this.batches.get(device)?.samples ?? [];
    this.batches.delete(device);
    const rang = new Set<Fault>();
    const report = samples.findLast(carriesFaults);
    if (report !== undefined) this.take(report, now, rang, early);
    for (const { values } of samples) for (const value of values) this.value(device, value);
    for (const point of this.points.values()) if (point.home.device === device) this.tell(point, rang, now, early);
  }

  private take({ device, faults, pointFaults }: Sample, t: number, rang: Set<Fault>, early = false): void {
    this.report({ device, measurement: null, channel: null }, faults ?? [], t, rang, early);
    for (const home of this.homes(device))
      this.report(home, pointFaults?.[pointKey(home.measurement ?? '', home.channel)] ?? [], t, rang, early);
    this.limits(device, t, early);
  }

  private judge(samples: readonly { readonly sample: Sample; readonly t: number }[]): void {
    const rang = new Set<Fault>();
    for (const { sample, t } of samples) {
      const { device, values } = sample;
      if (carriesFaults(sample)) this.take(sample, t, rang);
      for (const value of values) this.value(device, value);
      for (const point of this.points.values()) if (point.home.device === device) this.tell(point, rang, t);
    }
  }

  /** @param rang gets the faults whose alarm rings now */
  private report(home: Home, codes: readonly string[], t: number, rang: Set<Fault>, early: boolean): void {
    for (const [code, level] of this.levels) {
      if (this.isFound(home, code)) continue;
      const key = `${keyOfHome(home)}#${code}`;
      const before = this.named.get(key);
      if (codes.includes(code) === (before !== undefined)) continue;
      // What a limit stands for is a member of its ladder, whoever of the device names it: see limits().
      if (this.limitOf(home.device, code) === null) this.board.find(home, { code, level }, before === undefined, t, early);
      if (before !== undefined) {
        this.named.delete(key);
        continue;
      }
      const fault: Fault = { home, code, heard: this.asks(home, code) };
      this.named.set(key, fault);
      if (fault.heard) rang.add(fault);
    }
  }

  private limits(device: string, t: number, early: boolean): void {
    for (const [code, level] of this.levels) {
      const limit = this.limitOf(device, code);
      if (limit === null) continue;
      const named = [...this.named.values()].some((fault) => fault.home.device === device && fault.code === code);
      this.board.find(limit.home, { code, level, ladder: limit.ladder }, named, t, early);
    }
  }

  /** Asks the operator for attention: true, and neither seen nor hidden. */
  private asks(home: Home, ladder: string): boolean {
    const alarm = this.board.stands(home, ladder);
    return alarm !== null && alarm.active && alarm.acknowledgedBy === null && alarm.suppressedBy.length === 0;
  }

  private value(device: string, { measurement, channel, quality }: SampleValue): void {
    const home: Home = { device, measurement, channel };
    const key = keyOfHome(home);
    const point = this.points.get(key) ?? { home, bad: false, explainedBy: new Set<Fault>() };
    this.points.set(key, point);
    const goesBad = !point.bad && quality === 'bad';
    point.bad = quality === 'bad';
    if (!point.bad) point.explainedBy.clear();
    if (!goesBad) return;
    for (const fault of this.named.values())
      if (EXPLAINS.has(fault.code) && keyOfHome(fault.home) === key && fault.heard && this.asks(home, fault.code))
        point.explainedBy.add(fault);
  }

  private tell(point: Point, rang: ReadonlySet<Fault>, t: number, early = false): void {
    const named = new Set(this.named.values());
    for (const fault of point.explainedBy) if (!named.has(fault)) point.explainedBy.delete(fault);
    if (point.bad)
      for (const fault of rang) {
        const its = fault.home.measurement === null || keyOfHome(fault.home) === keyOfHome(point.home);
        if (named.has(fault) && EXPLAINS.has(fault.code) && fault.home.device === point.home.device && its) point.explainedBy.add(fault);
      }
    this.board.find(point.home, BAD, point.bad && point.explainedBy.size === 0, t, early);
  }
}

function carriesFaults({ faults, pointFaults }: Sample): boolean {
  return faults !== undefined || pointFaults !== undefined;
}

const BAD = { code: 'BAD', level: 'yellow' } as const;
