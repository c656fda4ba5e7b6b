// Warnings (decision 11, fact book 3.6): the four-colour level of every hazard source, enterprise and area, worked out at every entry from the
// open alarms as they are shown, from who is off line, and from what lies below. It rises at once, and falls to the highest level of the last
// five minutes of engine time. Nothing is ever lower than its worst alarm that somebody is shown, nor than its worst member. What people set counts
// as well (set-factors.ts), and what makes the level up is shown: what is not known as no data, which counts 0.
import type { Alarm } from '../../../model/alarm.ts';
import type { Device } from '../../../model/asset.ts';
import type { Entry } from '../../../model/entry.ts';
import type { EngineView } from '../../../model/engine.ts';
import { LEVEL_RANK, type Level } from '../../../model/level.ts';
import type { EngineMs } from '../../../model/time.ts';
import { OUTAGE_GAP_MS } from '../../../model/time.ts';
import type { FactorName, Warning, WarningEvent } from '../../../model/warning.ts';
import { profileOf } from '../plant.ts';
import { Disagreement, type Step, type Watcher } from '../play.ts';
import { type Moment, SET_WEIGHTS, SetFactors } from './set-factors.ts';

const PERSISTS_MS = 300_000;
const LEVELS: readonly Level[] = ['blue', 'yellow', 'orange', 'red'];

/** Fact book 3.6: how much each factor weighs, and what of it each level is. */
const WORST: Readonly<Record<Level, number>> = { red: 1, orange: 0.7, yellow: 0.4, blue: 0.15 };
const WEIGHTS = { worst: 0.9, count: 0.2, offline: 0.35 };
/** So many count fully: where a flood begins. */
const FULL_COUNT = 10;

interface Inputs {
  readonly alarms: readonly Alarm[];
  readonly members: readonly Level[];
  /** Points that are watched, and those of them whose device is silent or cut off. */
  readonly points: number;
  readonly offline: number;
  /** Weight times value of each factor that a person has set. */
  readonly set: readonly number[];
}

/** A product of rounded factors may lie a hair below the threshold that it reaches. */
const ROUNDING = 1e-9;

function colourOf(ri: number): Level {
  const up = ri + ROUNDING;
  return up >= 85 ? 'red' : up >= 65 ? 'orange' : up >= 40 ? 'yellow' : 'blue';
}

function indexOf(parts: readonly number[]): number {
  return 100 * (1 - parts.reduce((left, part) => left * (1 - part), 1));
}

/** What the inputs say at the moment. */
function judge({ alarms, members, points, offline, set }: Inputs): { readonly level: Level; readonly ri: number } {
  const worst = worstOf(alarms.map(({ level }) => level));
  const member = worstOf(members);
  const above = members.filter((level) => level !== 'blue').length;
  const parts = [
    WEIGHTS.worst * (worst === null ? 0 : WORST[worst]),
    WEIGHTS.count * Math.min(1, alarms.length / FULL_COUNT),
    // A member at rest is no risk to what holds it.
    WEIGHTS.worst * (member === null || member === 'blue' ? 0 : WORST[member]),
    WEIGHTS.count * Math.min(1, above / FULL_COUNT),
    WEIGHTS.offline * (points === 0 ? 0 : offline / points),
    ...set,
  ];
  const ri = indexOf(parts);
  return { level: worstOf([colourOf(ri), ...members, ...(worst === null ? [] : [worst])]) ?? 'blue', ri };
}

function worstOf(levels: readonly Level[]): Level | null {
  return levels.reduce<Level | null>((found, level) => (found === null || LEVEL_RANK[level] > LEVEL_RANK[found] ? level : found), null);
}

interface Judged {
  readonly id: string;
  readonly level: Level;
  readonly ri: number;
  /** At rest at once: of a test enterprise. */
  readonly test: boolean;
  readonly inputs: Inputs;
}

/** What is shown of the factors that nobody sets; null = no data. */
function xsOf({ alarms, members, points, offline }: Inputs): ReadonlyMap<FactorName, number | null> {
  // Where no device has ever spoken it says nothing either that there is no alarm.
  const heard = points > 0 || alarms.length > 0;
  const worst = worstOf(alarms.map(({ level }) => level));
  const member = worstOf(members);
  return new Map<FactorName, number | null>([
    ['inherent', null],
    ['worst-alarm', heard ? (worst === null ? 0 : WORST[worst]) : null],
    ['alarm-count', heard ? Math.min(1, alarms.length / FULL_COUNT) : null],
    ['worst-member', member === null ? null : member === 'blue' ? 0 : WORST[member]],
    ['member-count', member === null ? null : Math.min(1, members.filter((level) => level !== 'blue').length / FULL_COUNT)],
    ['offline', points === 0 ? null : offline / points],
  ]);
}

type Share = Pick<Inputs, 'points' | 'offline'>;

/** What never spoke is not watched yet; what is tried out does not count. */
function shareOf({ id, mode, profileId }: Device, view: EngineView): Share {
  const status = mode === 'live' ? view.status(id) : undefined;
  if (status === undefined || status.lastSeenAt === null) return { points: 0, offline: 0 };
  const points = profileOf(profileId).measurements.reduce((sum, { channels }) => sum + (channels ?? 1), 0);
  return { points, offline: status.online ? 0 : points };
}

/**
 * Everything there is a warning of, with what its inputs say now, from below. What holds a member is judged by the level that is shown of it,
 * so that each storey waits its own five minutes.
 */
function judgedAt(
  view: EngineView,
  after: Iterable<Alarm>,
  setOf: (id: string) => readonly number[],
  shownOf: (one: Judged) => Level,
): readonly Judged[] {
  // Of test enterprises, and of devices that are tried out, nothing counts; of what somebody suppresses neither.
  const alarms = [...after].filter((alarm) => !alarm.test && alarm.suppressedBy.length === 0);
  const devices = [...view.assets('device').values()].filter(({ retiredAt }) => retiredAt === null);
  const out: Judged[] = [];
  const shares = new Map(devices.map((device): [Device, Share] => [device, shareOf(device, view)]));
  const watched = (its: readonly Device[]): Share => {
    let points = 0;
    let offline = 0;
    for (const device of its) {
      const share = shares.get(device);
      points += share?.points ?? 0;
      offline += share?.offline ?? 0;
    }
    return { points, offline };
  };
  const sources = [...view.assets('hazard-source').values()].filter(({ retiredAt }) => retiredAt === null);
  const enterprises = [...view.assets('enterprise').values()].filter(({ retiredAt }) => retiredAt === null);
  const levels = new Map<string, Level>();
  const put = (id: string, found: Omit<Inputs, 'set'>, test: boolean): void => {
    const inputs = { ...found, set: setOf(id) };
    const { level, ri } = test ? { level: 'blue' as const, ri: 0 } : judge(inputs);
    const one = { id, level, ri, test, inputs };
    levels.set(id, shownOf(one));
    out.push(one);
  };
  for (const { id, enterpriseId } of sources) {
    const own = devices.filter(({ hazardSourceId }) => hazardSourceId === id);
    const inputs = { alarms: alarms.filter(({ hazardSourceId }) => hazardSourceId === id), members: [], ...watched(own) };
    put(`hazard-source:${id}`, inputs, enterprises.find((one) => one.id === enterpriseId)?.kind === 'test');
  }
  for (const { id, kind } of enterprises) {
    const own = devices.filter(({ enterpriseId }) => enterpriseId === id);
    const members = sources.flatMap((one) => (one.enterpriseId === id ? [levels.get(`hazard-source:${one.id}`) ?? 'blue'] : []));
    const its = alarms.filter(({ enterpriseId, hazardSourceId }) => enterpriseId === id && hazardSourceId === null);
    put(`enterprise:${id}`, { alarms: its, members, ...watched(own) }, kind === 'test');
  }
  const areas = [...view.assets('area').values()].filter(({ retiredAt }) => retiredAt === null);
  const areaOf = (id: string): void => {
    const inside = areas.filter(({ parentId }) => parentId === id);
    for (const one of inside) areaOf(one.id);
    const works = enterprises.filter(({ areaId, kind }) => areaId === id && kind !== 'test');
    const below = new Set([id]);
    for (let grown = true; grown; ) {
      grown = false;
      for (const one of areas)
        if (one.parentId !== null && below.has(one.parentId) && !below.has(one.id)) {
          below.add(one.id);
          grown = true;
        }
    }
    const all = enterprises.filter(({ areaId, kind }) => areaId !== null && below.has(areaId) && kind !== 'test').map((one) => one.id);
    const members = [
      ...works.map((one) => levels.get(`enterprise:${one.id}`) ?? 'blue'),
      ...inside.map((one) => levels.get(`area:${one.id}`) ?? 'blue'),
    ];
    put(`area:${id}`, { alarms: [], members, ...watched(devices.filter(({ enterpriseId }) => all.includes(enterpriseId))) }, false);
  };
  for (const { id, parentId } of areas) if (parentId === null) areaOf(id);
  return out;
}

interface Kept {
  /** Until when its inputs said this level or a worse one, before they said what they say now; engine time. */
  readonly last: Map<Level, EngineMs>;
  level: Level;
}

export class Warnings implements Watcher {
  private readonly kept = new Map<string, Kept>();
  private readonly heard = new Map<string, Level>();
  private seq = 0;
  private due: EngineMs = 0;
  /** Those whose inputs say something else than before. */
  private readonly changed = new Set<string>();
  private readonly factors = new SetFactors();
  private readonly indices = new Map<string, number>();
  private last: Entry | null = null;

  see(step: Step): void {
    const { entry, applied, engine, after } = step;
    const { view } = engine;
    const now = engine.engineTime(entry.mono);
    const moment: Moment = { now, at: entry.at };
    this.factors.see(entry, { applied, moment, straight: this.goesOn(entry) });
    // What changes no alarm, no device's presence and no configuration changes nothing here.
    const calm = entry.kind !== 'config' && applied.events.length === 0 && applied.warnings === undefined;
    if (calm && now < this.due) return;
    this.hear(applied.warnings ?? []);
    this.noteBetween(step, now);
    let due = Infinity;
    const levels = new Map<string, Level>();
    const setOf = (id: string): readonly number[] => this.factors.of(id).map(({ name, value }) => SET_WEIGHTS[name] * value);
    const judged = judgedAt(view, after.values(), setOf, (one) => {
      const { shown, falls } = this.persist(one, now);
      due = Math.min(due, falls);
      levels.set(one.id, shown);
      return shown;
    });
    const known = new Set(judged.map(({ id }) => id));
    for (const id of this.kept.keys()) if (!known.has(id)) this.kept.delete(id);
    const heads = new Map([...view.warningHeads()].map((head) => [head.id, head]));
    for (const one of judged) {
      const { id, level, ri } = one;
      const head = heads.get(id);
      if (head === undefined) throw new Disagreement('warning-missing', `there is none of ${id}`);
      const shown = levels.get(id) ?? 'blue';
      const facts: readonly (readonly [string, unknown, unknown])[] = [
        ['ri', Math.round(ri * 10) / 10, head.ri],
        ['computed', level, this.changed.has(id) ? view.warning(id)?.computed : level],
        ['level', shown, head.level],
        ['state', shown === 'blue' ? 'resting' : 'issued', head.state],
        ['told', shown, this.heard.get(id) ?? 'blue'],
      ];
      for (const [name, should, is] of facts)
        if (should !== is) throw new Disagreement(`warning-${name}`, `${id}: ${name} must be ${String(should)}, is ${String(is)}`);
      const touched = applied.warnings?.some(({ warning }) => warning.id === id) === true;
      if (touched || this.indices.get(id) !== ri) this.breakDown(one, view.warning(id));
      this.indices.set(id, ri);
    }
    this.changed.clear();
    due = Math.min(due, this.factors.due(moment));
    this.due = due;
    const wanted = engine.nextDue();
    if (due !== Infinity && (wanted === null || wanted > Math.max(now, due)))
      throw new Disagreement('warning-not-woken', `a level falls at ${due}, the engine wants to be woken at ${wanted}`);
  }

  /** Our clocks went on together since the entry before, and we were there. */
  private goesOn(entry: Entry): boolean {
    const { last } = this;
    this.last = entry;
    if (last === null || last.boot !== entry.boot) return false;
    const gap = entry.mono - last.mono;
    return gap <= OUTAGE_GAP_MS && entry.at - last.at === gap;
  }

  /** What makes the level up, as people see it. */
  private breakDown({ id, ri, inputs, test }: Judged, shown: Warning | undefined): void {
    if (shown === undefined) throw new Disagreement('warning-missing', `there is none of ${id}`);
    this.factors.shown(shown);
    if (test) return;
    const xs = xsOf(inputs);
    for (const { name, x } of shown.factors) {
      const must = xs.get(name);
      if (must !== undefined && must !== x) throw new Disagreement('warning-factor', `${id}: ${name} must be ${must}, is ${x}`);
    }
    const whole = indexOf(shown.factors.map(({ contribution }) => contribution));
    if (Math.abs(whole - ri) > 0.01) throw new Disagreement('warning-break-down', `${id}: what is shown makes ${whole}, not ${ri}`);
  }

  /** What must be shown, and when it falls next if nothing changes. */
  private persist({ id, level, test }: Judged, now: EngineMs): { readonly shown: Level; readonly falls: EngineMs } {
    const kept = this.kept.get(id) ?? { last: new Map<Level, EngineMs>(), level: 'blue' };
    this.kept.set(id, kept);
    if (test) kept.last.clear();
    else if (kept.level !== level) {
      this.changed.add(id);
      // What it was until this entry it was until now.
      for (const one of LEVELS) if (LEVEL_RANK[one] <= LEVEL_RANK[kept.level]) kept.last.set(one, now);
    }
    kept.level = level;
    const shown = LEVELS.findLast((one) => LEVEL_RANK[one] <= LEVEL_RANK[level] || (kept.last.get(one) ?? -Infinity) + PERSISTS_MS > now);
    const since = shown === undefined || LEVEL_RANK[shown] <= LEVEL_RANK[level] ? Infinity : (kept.last.get(shown) ?? Infinity);
    return { shown: shown ?? 'blue', falls: since + PERSISTS_MS };
  }

  /**
   * Timers that are due fire before an entry is applied: an alarm that one raised and the entry took away made the warning rise all the same.
   * It can have risen no higher than the index makes of the alarms of that entry: one level above the worst of them, and where people have set
   * factors, as high as those make it together with the worst of them and of what it holds.
   */
  private noteBetween({ applied }: Step, now: EngineMs): void {
    const alarms = applied.events.flatMap((one) =>
      one.kind === 'alarm' && !one.alarm.test && one.alarm.suppressedBy.length === 0 ? [one.alarm.level] : [],
    );
    let worst = worstOf(alarms);
    if (worst === null) return;
    for (const { warning, event } of applied.warnings ?? []) {
      const kept = this.kept.get(warning.id);
      const rose = LEVEL_RANK[warning.level] > LEVEL_RANK[event.previous];
      if (kept === undefined || !rose || warning.test) continue;
      const set = this.factors.of(warning.id).map(({ name, value }) => SET_WEIGHTS[name] * value);
      const all = [WEIGHTS.worst * WORST[worst], WEIGHTS.worst * WORST[worst], WEIGHTS.count, WEIGHTS.offline, WEIGHTS.count, ...set];
      const most = set.length === 0 ? LEVEL_RANK[worst] + 1 : LEVEL_RANK[colourOf(indexOf(all))];
      if (LEVEL_RANK[warning.level] > most) continue;
      if (this.factors.any()) worst = worstOf([worst, warning.level]) ?? worst;
      for (const one of LEVELS)
        if (LEVEL_RANK[one] <= LEVEL_RANK[warning.level] && LEVEL_RANK[one] > LEVEL_RANK[kept.level]) kept.last.set(one, now);
    }
  }

  /** Numbered without gaps; issued above blue, updated in between, lifted at blue. */
  private hear(told: readonly { readonly seq: number; readonly warning: Warning; readonly event: WarningEvent }[]): void {
    for (const { seq, warning, event } of told) {
      if (seq !== this.seq + 1) throw new Disagreement('warning-numbers', `event ${seq} follows ${this.seq}`);
      this.seq = seq;
      const before = this.heard.get(warning.id) ?? 'blue';
      if (event.factor !== undefined) {
        // What is set changes no level by itself: that is told after it.
        if (before !== warning.level)
          throw new Disagreement('warning-event', `${warning.id}: ${event.type} changes ${before} to ${warning.level}`);
        continue;
      }
      this.heard.set(warning.id, warning.level);
      const must = before === 'blue' ? 'issued' : warning.level === 'blue' ? 'lifted' : 'updated';
      if (event.type !== must || before === warning.level)
        throw new Disagreement('warning-event', `${warning.id}: ${event.type} from ${before} to ${warning.level}`);
    }
  }
}
