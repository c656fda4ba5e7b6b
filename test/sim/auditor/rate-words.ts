// Limits about a rise: the engine's word on when one went on and off is taken, and what is certain about it is held against that (reading 24).
import type { Alarm } from '../../../model/alarm.ts';
import type { Entry } from '../../../model/entry.ts';
import { Disagreement } from '../play.ts';
import { type Moment, momentsOf } from './condition.ts';
import type { Rise, Rule } from './limits.ts';
import { factsOf, type PointHistory, pointKey, type RateWord } from './point.ts';
import { Rises } from './rise.ts';
import type { TimeLine } from './time-line.ts';

export class RateWords {
  private readonly line: TimeLine;

  constructor(line: TimeLine) {
    this.line = line;
  }

  /** Holds the engine's word on a limit about a rise against what is certain, and takes it where nothing is. */
  hear(point: PointHistory, rule: Rule, rise: Rise, actual: ReadonlyMap<string, Alarm>, entry: Entry): void {
    const { code, ladder } = rule;
    const key = `${pointKey(point.device, point)}|${ladder}`;
    const word = point.rates.get(code) ?? { moments: [], comings: 0, due: null, known: null, rises: new Rises(rise) };
    point.rates.set(code, word);
    const known =
      word.known?.facts === point.facts.length && this.line.now() < word.known.until ? word.known : this.knownOf(point, code, word);
    word.known = known;
    const { least, most } = known;
    const must = least.moments.at(-1)?.on ?? false;
    const may = most.moments.at(-1)?.on ?? false;
    if (must && !may) throw new Error(`${key}: the least rise is more than the most`);
    const alarm = actual.get(key);
    const is = alarm?.active ?? false;
    const was = word.moments.at(-1)?.on ?? false;
    const comings = alarm === undefined ? word.comings : alarm.occurrence + alarm.recurrences;
    if (must && !is) throw new Disagreement('rate-missing', `${key}: the rise is certain, and the alarm is ${alarm?.state ?? 'not open'}`);
    if (is && !may) throw new Disagreement('rate-unfounded', `${key}: the alarm is active, and no rise may make it so`);
    // Off by a delay and on again by the sample that showed it.
    const again = was && is && comings > word.comings;
    if (again && must && least.moments.at(-1)?.entry !== entry.seq)
      throw new Disagreement('rate-restless', `${key}: it came again, and the rise had not gone`);
    const certain = [least, most].map(({ moments }) =>
      moments.filter((one) => one.entry === entry.seq).map((one) => ({ ...one, value: Number.NaN })),
    );
    if (JSON.stringify(certain[0]) === JSON.stringify(certain[1]) && (certain[0]?.at(-1)?.on ?? was) === is && !again)
      word.moments.push(...(certain[0] ?? []));
    else if (again) word.moments.push(this.momentNow(point, rule, false, entry), this.momentNow(point, rule, true, entry));
    else if (is !== was) word.moments.push(this.momentNow(point, rule, is, entry));
    word.comings = comings;
    const due = is ? most.due : least.due;
    point.touched ||= due !== word.due || word.moments.at(-1)?.entry === entry.seq;
    word.due = due;
  }

  private knownOf(point: PointHistory, code: string, { rises }: RateWord): NonNullable<RateWord['known']> {
    rises.take(factsOf(point, code), this.line.real, this.line.absences);
    const [least, most] = [momentsOf(rises.least, this.line.times), momentsOf(rises.most, this.line.times)];
    return { facts: point.facts.length, least, most, until: Math.min(least.due ?? Infinity, most.due ?? Infinity) };
  }

  private momentNow(point: PointHistory, { code, onDelayMs, offDelayMs }: Rule, on: boolean, { seq }: Entry): Moment {
    const early = (on ? onDelayMs : offDelayMs) > 0;
    return { entry: seq, t: this.line.now(), on, code, early, nth: early ? -1 : point.facts.length - 1, value: Number.NaN };
  }
}
