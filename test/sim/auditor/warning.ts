// Warnings (decision 11, fact book 3.6): the four-colour level of every hazard source, enterprise and area, worked out at every entry from the
// open alarms as they are shown, from who is off line, and from what lies below. It rises at once, and falls to the highest level of the last
// five minutes of engine time. Nothing is ever lower than its worst alarm that somebody is shown, nor than its worst member.
import type { Alarm } from '../../../model/alarm.ts';
import type { Device } from '../../../model/asset.ts';
import type { EngineView } from '../../../model/engine.ts';
import { LEVEL_RANK, type Level } from '../../../model/level.ts';
import type { EngineMs } from '../../../model/time.ts';
import type { Warning } from '../../../model/warning.ts';
import { profileOf } from '../plant.ts';
import { Disagreement, type Step, type Watcher } from '../play.ts';

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
}

/** What the inputs say at the moment. */
function judge({ alarms, members, points, offline }: Inputs): { readonly level: Level; readonly ri: number } {
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
  ];
  const ri = 100 * (1 - parts.reduce((left, part) => left * (1 - part), 1));
  const byIndex: Level = ri >= 85 ? 'red' : ri >= 65 ? 'orange' : ri >= 40 ? 'yellow' : 'blue';
  return { level: worstOf([byIndex, ...members, ...(worst === null ? [] : [worst])]) ?? 'blue', ri };
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
function judgedAt(view: EngineView, after: Iterable<Alarm>, shownOf: (one: Judged) => Level): readonly Judged[] {
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
  const put = (id: string, inputs: Inputs, test: boolean): void => {
    const { level, ri } = test ? { level: 'blue' as const, ri: 0 } : judge(inputs);
    const one = { id, level, ri, test };
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

  see(step: Step): void {
    const { entry, applied, engine, after } = step;
    const { view } = engine;
    const now = engine.engineTime(entry.mono);
    // What changes no alarm, no device's presence and no configuration changes nothing here.
    const calm = entry.kind !== 'config' && applied.events.length === 0 && applied.warnings === undefined;
    if (calm && now < this.due) return;
    this.hear(applied.warnings ?? []);
    this.noteBetween(step, now);
    let due = Infinity;
    const levels = new Map<string, Level>();
    const judged = judgedAt(view, after.values(), (one) => {
      const { shown, falls } = this.persist(one, now);
      due = Math.min(due, falls);
      levels.set(one.id, shown);
      return shown;
    });
    const known = new Set(judged.map(({ id }) => id));
    for (const id of this.kept.keys()) if (!known.has(id)) this.kept.delete(id);
    const heads = new Map([...view.warningHeads()].map((head) => [head.id, head]));
    for (const { id, level, ri } of judged) {
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
    }
    this.changed.clear();
    this.due = due;
    const wanted = engine.nextDue();
    if (due !== Infinity && (wanted === null || wanted > Math.max(now, due)))
      throw new Disagreement('warning-not-woken', `a level falls at ${due}, the engine wants to be woken at ${wanted}`);
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
   * It can have risen no higher than the index makes of the alarms of that entry: one level above the worst of them.
   */
  private noteBetween({ applied }: Step, now: EngineMs): void {
    const alarms = applied.events.flatMap((one) =>
      one.kind === 'alarm' && !one.alarm.test && one.alarm.suppressedBy.length === 0 ? [one.alarm.level] : [],
    );
    const worst = worstOf(alarms);
    if (worst === null) return;
    for (const { warning, event } of applied.warnings ?? []) {
      const kept = this.kept.get(warning.id);
      const rose = LEVEL_RANK[warning.level] > LEVEL_RANK[event.previous];
      if (kept === undefined || !rose || warning.test || LEVEL_RANK[warning.level] > LEVEL_RANK[worst] + 1) continue;
      for (const one of LEVELS)
        if (LEVEL_RANK[one] <= LEVEL_RANK[warning.level] && LEVEL_RANK[one] > LEVEL_RANK[kept.level]) kept.last.set(one, now);
    }
  }

  /** Numbered without gaps; issued above blue, updated in between, lifted at blue. */
  private hear(told: readonly { readonly seq: number; readonly warning: Warning; readonly event: { readonly type: string } }[]): void {
    for (const { seq, warning, event } of told) {
      if (seq !== this.seq + 1) throw new Disagreement('warning-numbers', `event ${seq} follows ${this.seq}`);
      this.seq = seq;
      const before = this.heard.get(warning.id) ?? 'blue';
      this.heard.set(warning.id, warning.level);
      const must = before === 'blue' ? 'issued' : warning.level === 'blue' ? 'lifted' : 'updated';
      if (event.type !== must || before === warning.level)
        throw new Disagreement('warning-event', `${warning.id}: ${event.type} from ${before} to ${warning.level}`);
    }
  }
}
