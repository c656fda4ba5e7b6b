// The life of one alarm (one ladder of one point) from the moments of its limits and from what operators did.
import { LEVEL_RANK, type Level } from '../../../model/level.ts';
import type { AlarmStateName, SuppressedBy } from '../../../model/alarm.ts';
import type { Moment } from './condition.ts';
import type { Rule } from './limits.ts';
import { SHELVED_AT_MOST_MIN, WITHDRAW_WITHIN_MS } from './readings.ts';

export type Deed = {
  readonly entry: number;
  readonly t: number;
  readonly wall: number;
  readonly by: string;
  /** The alarm it names had closed before: an occurrence of the past, or one that rests under a suppression. */
  readonly closed?: boolean;
} & (
  | { readonly op: 'acknowledge'; readonly seen: number | null }
  | { readonly op: 'withdraw' }
  | { readonly op: 'reset' }
  | { readonly op: 'comment' | 'silence' | 'verify' }
  | {
      readonly op: 'shelve';
      readonly minutes: number | null;
      readonly approvedBy: string | null;
    }
  | ({ readonly op: 'suppress'; readonly minutes: number | null } & Hand)
  | ({ readonly op: 'out-of-service'; readonly until: number | null } & Hand)
  | { readonly op: 'unshelve' | 'unsuppress' | 'return-to-service' }
  /** The cause-and-effect table begins to hide it, or ends. */
  | { readonly op: 'hide' | 'show' }
  /** Others of its group make it rise; `early`: by what ran out before the entry was applied. */
  | { readonly op: 'rise'; readonly code: string; readonly early: boolean }
  /** The device is retired: its alarms close. */
  | { readonly op: 'removed' }
);

/** Who stands behind it that an alarm is hidden by hand. */
export interface Hand {
  readonly approvedBy: string | null;
  /** One person alone: nothing that is red is hidden so. */
  readonly belowRed: boolean;
}

export interface Expected {
  readonly state: AlarmStateName;
  readonly level: Level;
  readonly code: string;
  /** Others that are on at the same level, where a worse one has hidden which of them came first (reading 18). */
  readonly or: readonly string[];
  readonly active: boolean;
  readonly latched: boolean;
  readonly occurrence: number;
  readonly recurrences: number;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedLevel: Level | null;
  /** At the last change of level; null where the rules do not say which. */
  readonly value: number | null;
  readonly limit: number | string | null;
  readonly suppressedBy: readonly SuppressedBy[];
  /** Those of them that the cause-and-effect table has no part in. */
  readonly byHand: readonly SuppressedBy[];
  /** When each of those ends, by the wall, and who stands behind it. */
  readonly ends: readonly End[];
  /** The cause-and-effect table hides it. */
  readonly hidden: boolean;
}

export interface End {
  readonly flag: SuppressedBy;
  readonly until: number | null;
  readonly by: string;
  readonly approvedBy: string | null;
}

/** What must come of an operator's deed: `either` where the rules allow both. */
export type Answer = 'changes' | 'unchanged' | 'alarm-changed' | 'refused' | 'either';

export interface Life {
  /** The open alarm after the last entry, or null. */
  readonly alarm: Expected | null;
  readonly answers: ReadonlyMap<number, Answer>;
  /** Wall time at which a suppression next ends by itself. */
  readonly wallDue: number;
  /** When it has been unacknowledged for long enough to rise, engine time. */
  readonly due: number;
  /** Out of service before the last entry was applied, when what was due had run out. */
  readonly outEarly: boolean;
  /** Limits that are on. */
  readonly on: ReadonlySet<string>;
}

/** When it is, and who is there. */
export interface Clocks {
  /** Wall time of every entry, by entry number. */
  readonly walls: readonly number[];
  /** Engine time of the same. */
  readonly times: readonly number[];
  /** Was somebody at work there before an entry was applied, or when it was done. */
  readonly atWork: (entry: number, done: boolean) => boolean;
  /** Did a limit stand before an entry was applied, or when it was done. */
  readonly stood: (code: string, entry: number, done: boolean) => boolean;
}

interface Open {
  level: Level;
  code: string;
  or: readonly string[];
  latch: string | null;
  recurrences: number;
  value: number | null;
  limit: number | string | null;
  acknowledged: {
    readonly by: string;
    readonly level: Level;
    readonly t: number;
    readonly wall: number;
  } | null;
  /** Entry at which it last rose above what was seen, began or came again. */
  roseAt: number;
  /** Since when it wants an acknowledgement that is missing (under no flag), engine time. */
  unseenSince: number | null;
  /** Entry at which it last rang without having risen or come again: a withdrawal, the end of a suppression. */
  rangAt: number;
}

/** One reason not to ring. It ends by wall time; `t` is when that would be by engine time, to tell what came first. */
interface Flag extends Omit<End, 'flag'> {
  readonly entry: number;
  readonly t: number;
  readonly oneShot: boolean;
  /** It is over when the alarm is at this level or above. */
  readonly below: number;
}
const RED = LEVEL_RANK.red;
const UNDO: Readonly<Record<'unshelve' | 'unsuppress' | 'return-to-service', SuppressedBy>> = {
  unshelve: 'shelved',
  unsuppress: 'by-design',
  'return-to-service': 'out-of-service',
};

/**
 * @param rules every rule this ladder ever had, by code
 * @param seqAfter the alarm's `seq` as it was on the screen after an entry
 * @param accepted whether the engine carried out the deed of an entry, for deeds where both answers are right
 */
export function lifeOf(
  moments: readonly Moment[],
  deeds: readonly Deed[],
  rules: ReadonlyMap<string, Rule>,
  seqAfter: (entry: number) => number,
  accepted: (entry: number) => boolean,
  { walls, times, atWork, stood }: Clocks,
): Life {
  const answers = new Map<number, Answer>();
  const on = new Set<string>();
  let open: Open | null = null;
  /** The last one, when it has gone. */
  let gone: Open | null = null;
  let occurrence = 0;
  /** They belong to the identity: an occurrence may be born under them. */
  const flags = new Map<SuppressedBy, Flag>();
  /** What the table says is asked anew for every occurrence. */
  let hidden = false;

  /** Coming again does not begin anew what nobody has seen; a rise, an acknowledgement and the end of a flag do. */
  const countUnseen = (entry: number, rose = false): void => {
    const alarm = open as Open | null;
    if (alarm === null) return;
    if (alarm.acknowledged !== null || flags.size > 0 || hidden) alarm.unseenSince = null;
    else if (rose || alarm.unseenSince === null) alarm.unseenSince = times[entry] ?? 0;
  };
  const ring = (entry: number): void => {
    const alarm = open as Open | null;
    if (flags.size > 0 || hidden || alarm === null || on.size === 0) return;
    alarm.acknowledged = null;
    alarm.rangAt = entry;
  };
  /** When the last of them ends and the condition is true, it rings. */
  const unflag = (flag: SuppressedBy, entry: number): void => {
    flags.delete(flag);
    ring(entry);
    countUnseen(entry);
  };
  /** Ends what has run out until an entry, and in that entry until an engine time. */
  const expire = (entry: number, t: number): void => {
    for (const [name, flag] of [...flags].sort(([, a], [, b]) => a.t - b.t)) {
      const { until } = flag;
      if (until === null) continue;
      const at = walls.findIndex((wall, n) => n > flag.entry && wall >= until);
      // Of what runs out in one instant a delay comes first: what returns by it has returned before it could ring.
      if (at === -1 || at > entry || (at === entry && flag.t >= t)) continue;
      unflag(name, at);
    }
  };

  const rank = (code: string): number => LEVEL_RANK[rules.get(code)?.level ?? 'none'];
  const worst = (codes: Iterable<string>): string | null => {
    let found: string | null = null;
    for (const code of codes) if (found === null || rank(code) > rank(found)) found = code;
    return found;
  };
  /** Is a limit of so high a level on that latches. */
  const latches = (level: number): boolean => [...on].some((code) => rules.get(code)?.latching === true && rank(code) >= level);
  const levelOf = (code: string): Level => rules.get(code)?.level as Level;
  const settle = (alarm: Open, value: number | null): void => {
    const all = [...on, ...(alarm.latch === null ? [] : [alarm.latch])];
    // The reason that came first stays shown.
    const code = worst(all.includes(alarm.code) ? [alarm.code, ...all] : all);
    if (code !== null && code !== alarm.code) {
      alarm.or = rank(code) < rank(alarm.code) ? [...on].filter((other) => rank(other) === rank(code)) : [];
      alarm.code = code;
      alarm.level = levelOf(code);
      alarm.value = value;
      alarm.limit = value === null ? null : (rules.get(code)?.limit ?? null);
    }
    if (on.size > 0 || alarm.latch !== null || alarm.acknowledged === null) return;
    gone = alarm;
    open = null;
    hidden = false;
  };

  const instant = (entry: number, changes: readonly Moment[]): void => {
    const before = on.size > 0;
    const last = changes.at(-1);
    const value = last === undefined || rules.get(last.code)?.derived === true ? null : last.value;
    for (const { code, on: goesOn } of changes) {
      if (goesOn) on.add(code);
      else on.delete(code);
    }
    const latching = worst(changes.filter((c) => c.on && rules.get(c.code)?.latching === true).map((c) => c.code));
    let alarm = open as Open | null;
    if (alarm === null) {
      const code = worst(on);
      if (code === null) return;
      occurrence += 1;
      alarm = {
        level: levelOf(code),
        code,
        or: [],
        latch: null,
        recurrences: 0,
        value,
        limit: rules.get(code)?.limit ?? null,
        acknowledged: null,
        roseAt: entry,
        unseenSince: null,
        rangAt: 0,
      };
      open = alarm;
      for (const [flag, { below }] of flags) if (rank(code) >= below) flags.delete(flag);
    } else if (!before && on.size > 0) {
      alarm.recurrences += 1;
      alarm.value = value;
      alarm.acknowledged = null;
      alarm.roseAt = entry;
    }
    if (latching !== null) alarm.latch = worst([...(alarm.latch === null ? [] : [alarm.latch]), latching]);
    const was = LEVEL_RANK[alarm.level];
    settle(alarm, value);
    const rose = LEVEL_RANK[alarm.level] > was;
    if (rose) {
      const covered = alarm.acknowledged !== null && LEVEL_RANK[alarm.acknowledged.level] >= LEVEL_RANK[alarm.level];
      if (!covered) alarm.acknowledged = null;
      alarm.roseAt = entry;
      for (const [flag, { below }] of flags) if (LEVEL_RANK[alarm.level] >= below) unflag(flag, entry);
    }
    if (before && on.size === 0 && flags.get('shelved')?.oneShot === true) unflag('shelved', entry);
    countUnseen(entry, rose);
  };
  const rise = (code: string, entry: number): void => {
    instant(entry, [{ entry, t: times[entry] ?? 0, on: true, code, early: false, nth: -1, value: Number.NaN }]);
  };

  /** @returns whether the deed was about suppression */
  const suppression = (act: Deed, alarm: Open | null): boolean => {
    const put = (flag: SuppressedBy, approvedBy: string | null, until: number | null, below: number, oneShot = false): void => {
      const t = until === null ? Infinity : act.t + until - act.wall;
      if (accepted(act.entry)) flags.set(flag, { entry: act.entry, until, by: act.by, approvedBy, t, oneShot, below });
    };
    const level = alarm?.level ?? gone?.level ?? 'blue';
    const minutesOf = (minutes: number): number => act.wall + Math.min(minutes, SHELVED_AT_MOST_MIN) * 60_000;
    /** What one person alone may not hide; and nobody is his own second person. */
    const mayHide = ({ approvedBy, belowRed }: Hand): boolean => !(belowRed && level === 'red') && approvedBy !== act.by;
    // What may be done to one that has closed is left open; what is done counts for the identity.
    const answer = (must: Answer): void => void answers.set(act.entry, alarm === null || act.closed === true ? 'either' : must);
    switch (act.op) {
      case 'shelve': {
        const forbidden = level === 'red' || (level === 'orange' && act.approvedBy === null) || act.approvedBy === act.by;
        answer(forbidden ? 'refused' : on.size > 0 ? 'changes' : 'either');
        // What was seen when it began is hidden, and nothing worse.
        put('shelved', act.approvedBy, minutesOf(act.minutes ?? SHELVED_AT_MOST_MIN), LEVEL_RANK[level] + 1, act.minutes === null);
        return true;
      }
      case 'suppress':
        answer(mayHide(act) ? (flags.has('by-design') ? 'either' : 'changes') : 'refused');
        put('by-design', act.approvedBy, act.minutes === null ? null : minutesOf(act.minutes), act.belowRed ? RED : Infinity);
        return true;
      case 'out-of-service':
        answer(mayHide(act) ? (flags.has('out-of-service') ? 'either' : 'changes') : 'refused');
        put('out-of-service', act.approvedBy, act.until, act.belowRed ? RED : Infinity);
        return true;
      case 'unshelve':
      case 'unsuppress':
      case 'return-to-service': {
        const flag = UNDO[act.op];
        answer(flags.has(flag) ? 'changes' : 'refused');
        if (flags.has(flag) && accepted(act.entry)) unflag(flag, act.entry);
        return true;
      }
      case 'silence':
      case 'verify':
        answers.set(act.entry, 'either');
        return true;
      default:
        return false;
    }
  };

  const deed = (act: Deed): void => {
    const alarm = open as Open | null;
    if (act.op === 'hide' || act.op === 'show') {
      hidden = act.op === 'hide';
      if (!hidden) ring(act.entry);
      return;
    }
    if (act.op === 'rise') {
      rise(act.code, act.entry);
      return;
    }
    if (act.op === 'removed') {
      hidden = false;
      open = null;
      gone = null;
      on.clear();
      flags.clear();
      return;
    }
    if (suppression(act, alarm)) return;
    if (alarm === null || act.closed === true) {
      answers.set(act.entry, 'either');
      const last = gone as Open | null;
      if (act.op !== 'withdraw' || alarm !== null || last === null || !accepted(act.entry)) return;
      // It closed by the acknowledgement that is taken back: there it is again, returned and not acknowledged.
      last.acknowledged = null;
      last.rangAt = act.entry;
      open = last;
      return;
    }
    switch (act.op) {
      case 'acknowledge':
        if (alarm.acknowledged !== null) answers.set(act.entry, 'unchanged');
        else if (act.seen !== null && act.seen < seqAfter(alarm.roseAt)) answers.set(act.entry, 'alarm-changed');
        else if (act.seen !== null && act.seen < seqAfter(alarm.rangAt) && !accepted(act.entry)) answers.set(act.entry, 'alarm-changed');
        else {
          answers.set(act.entry, 'changes');
          alarm.acknowledged = {
            by: act.by,
            level: alarm.level,
            t: act.t,
            wall: act.wall,
          };
          settle(alarm, null);
        }
        return;
      case 'withdraw': {
        const given = alarm.acknowledged;
        if (given === null) {
          answers.set(act.entry, 'refused');
          return;
        }
        const ages = [act.t - given.t, act.wall - given.wall];
        const inTime = ages.every((age) => age >= 0 && age < WITHDRAW_WITHIN_MS);
        const late = ages.every((age) => age > WITHDRAW_WITHIN_MS);
        answers.set(act.entry, inTime ? 'changes' : late ? 'refused' : 'either');
        if (!inTime && (late || !accepted(act.entry))) return;
        alarm.acknowledged = null;
        alarm.rangAt = act.entry;
        return;
      }
      case 'reset':
        // A reset that left another latch of the same level would change nothing.
        if (alarm.latch === null || on.has(alarm.latch) || latches(rank(alarm.latch)) || alarm.acknowledged === null)
          answers.set(act.entry, 'refused');
        else {
          answers.set(act.entry, 'changes');
          // What is still on and latches goes on to latch.
          alarm.latch = worst([...on].filter((code) => rules.get(code)?.latching === true));
          settle(alarm, null);
          // What is left is all that is still acknowledged.
          if (LEVEL_RANK[alarm.acknowledged.level] > LEVEL_RANK[alarm.level])
            alarm.acknowledged = { ...alarm.acknowledged, level: alarm.level };
        }
        return;
      case 'comment':
        answers.set(act.entry, 'changes');
    }
  };

  /** What rises when nobody has acknowledged it for long enough. */
  const unattended = [...rules.values()].filter((rule) => rule.follows?.any.some(({ kind }) => kind === 'unacknowledged') === true);
  const waits = (rule: Rule): number => {
    const since = (open as Open | null)?.unseenSince ?? null;
    if (since === null || !on.has(rule.follows?.of ?? '') || on.has(rule.code)) return Infinity;
    return since + (rule.follows?.afterMs ?? 0);
  };
  const riseUnseen = (entry: number, done: boolean): void => {
    for (const rule of unattended) {
      const hours = rule.follows?.any.some((cause) => cause.kind === 'unacknowledged' && cause.outsideBusinessHours === true) === true;
      if (waits(rule) <= (times[entry] ?? 0) && stood(rule.code, entry, done) && !(hours && atWork(entry, done))) rise(rule.code, entry);
    }
  };
  let looked = { entry: 0, stage: 0 };
  /** What runs out by itself until then: at every entry, before it is applied and when it is done. */
  const lookUntil = (entry: number, stage: Stage): void => {
    if (unattended.length > 0) {
      for (let n = looked.entry; n <= entry; n += 1) {
        const from = n === looked.entry ? looked.stage : DELAYS;
        const until = n === entry ? stage : OVER;
        if (from < TIMERS && until >= TIMERS) {
          if (flags.size > 0) expire(n, Infinity);
          riseUnseen(n, false);
        }
        if (from < OVER && until >= OVER) riseUnseen(n, true);
      }
    }
    looked = { entry, stage };
  };

  // Timers that are due come before the entry that shows it; what an operator does comes with his entry, after them.
  const sorted = [...moments].sort((a, b) => a.entry - b.entry || Number(b.early) - Number(a.early) || a.t - b.t || a.nth - b.nth);
  const steps: { readonly entry: number; readonly stage: Stage; readonly run: () => void }[] = [];
  for (let next = 0; next < sorted.length; ) {
    const first = sorted[next];
    if (first === undefined) break;
    const together = sorted
      .slice(next)
      .filter((m) => m.entry === first.entry && m.t === first.t && m.nth === first.nth && m.early === first.early);
    const run = (): void => {
      // What runs out before an entry does so before its samples, whenever those were taken.
      expire(first.entry, first.early ? first.t : Infinity);
      instant(first.entry, together);
    };
    steps.push({ entry: first.entry, stage: first.early ? DELAYS : SAMPLES, run });
    next += together.length;
  }
  for (const act of deeds) {
    const stage = act.op !== 'rise' ? DEEDS : act.early ? TIMERS : RISES;
    const run = (): void => {
      expire(act.entry, Infinity);
      deed(act);
      countUnseen(act.entry);
    };
    steps.push({ entry: act.entry, stage, run });
  }
  const last = walls.length - 1;
  const follows = [...rules.values()].some((rule) => rule.follows !== undefined);
  let outEarly: boolean | null = null;
  const reach = (entry: number, stage: Stage): void => {
    lookUntil(entry, stage);
    if (outEarly !== null || !follows || entry < last || stage <= TIMERS) return;
    expire(last, Infinity);
    outEarly = flags.has('out-of-service');
  };
  for (const step of steps.sort((a, b) => a.entry - b.entry || a.stage - b.stage)) {
    reach(step.entry, step.stage);
    step.run();
  }
  expire(last, Infinity);
  reach(last, OVER);
  const wallDue = Math.min(...[...flags.values()].map((flag) => flag.until ?? Infinity));
  return {
    alarm: shown(open as Open | null, on.size > 0, occurrence, flags, hidden),
    answers,
    wallDue,
    due: Math.min(Infinity, ...unattended.filter(({ code }) => stood(code, last, true)).map(waits)),
    outEarly: outEarly ?? false,
    on,
  };
}

/** In this order inside one entry: delays that were over before it, timers of the alarm, what it brings, what is done, what rises by it. */
const DELAYS = 0;
const TIMERS = 1;
const SAMPLES = 2;
const DEEDS = 3;
const RISES = 4;
const OVER = 5;
type Stage = 0 | 1 | 2 | 3 | 4 | 5;

function shown(
  open: Open | null,
  active: boolean,
  occurrence: number,
  flags: ReadonlyMap<SuppressedBy, Flag>,
  hidden: boolean,
): Expected | null {
  if (open === null) return null;
  const byHand = [...flags.keys()];
  const acked = open.acknowledged !== null;
  const latched = open.latch !== null;
  const state: AlarmStateName = active ? (acked ? 'ACKED' : 'UNACK') : latched ? (acked ? 'LACK' : 'LUNACK') : 'RTNUN';
  return {
    state,
    level: open.level,
    code: open.code,
    or: open.or,
    active,
    latched,
    occurrence,
    recurrences: open.recurrences,
    acknowledgedBy: open.acknowledged?.by ?? null,
    acknowledgedLevel: open.acknowledged?.level ?? null,
    value: open.value,
    limit: open.limit,
    suppressedBy: hidden ? [...new Set<SuppressedBy>([...byHand, 'by-design'])] : byHand,
    byHand,
    ends: [...flags].map(([flag, { until, by, approvedBy }]) => ({ flag, until, by, approvedBy })),
    hidden,
  };
}
