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
  | { readonly op: 'suppress' }
  | { readonly op: 'out-of-service'; readonly until: number | null }
  | { readonly op: 'unshelve' | 'unsuppress' | 'return-to-service' }
  /** The cause-and-effect table begins to hide it, or ends. */
  | { readonly op: 'hide' | 'show' }
  /** The device is retired: its alarms close. */
  | { readonly op: 'removed' }
);

export interface Expected {
  readonly state: AlarmStateName;
  readonly level: Level;
  readonly code: string;
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
  /** The cause-and-effect table hides it. */
  readonly hidden: boolean;
}

/** What must come of an operator's deed: `either` where the rules allow both. */
export type Answer = 'changes' | 'unchanged' | 'alarm-changed' | 'refused' | 'either';

export interface Life {
  /** The open alarm after the last entry, or null. */
  readonly alarm: Expected | null;
  readonly answers: ReadonlyMap<number, Answer>;
  /** Wall time at which a suppression next ends by itself. */
  readonly wallDue: number;
}

interface Open {
  level: Level;
  code: string;
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
  /** Entry at which it last rang without having risen or come again: a withdrawal, the end of a suppression. */
  rangAt: number;
}

/** One reason not to ring. It ends by wall time; `t` is when that would be by engine time, to tell what came first. */
interface Flag {
  readonly entry: number;
  readonly until: number | null;
  readonly t: number;
  readonly oneShot: boolean;
  /** Of the level it had then. */
  readonly rank: number;
}
const UNDO: Readonly<Record<'unshelve' | 'unsuppress' | 'return-to-service', SuppressedBy>> = {
  unshelve: 'shelved',
  unsuppress: 'by-design',
  'return-to-service': 'out-of-service',
};

/**
 * @param rules every rule this ladder ever had, by code
 * @param seqAfter the alarm's `seq` as it was on the screen after an entry
 * @param walls wall time of every entry, by entry number
 * @param accepted whether the engine carried out the deed of an entry, for deeds where both answers are right
 */
export function lifeOf(
  moments: readonly Moment[],
  deeds: readonly Deed[],
  rules: ReadonlyMap<string, Rule>,
  seqAfter: (entry: number) => number,
  accepted: (entry: number) => boolean,
  walls: readonly number[],
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
  };
  /** Ends what has run out until an entry, and in that entry until an engine time. */
  const expire = (entry: number, t: number): void => {
    for (const [name, flag] of [...flags].sort(([, a], [, b]) => a.t - b.t)) {
      const { until } = flag;
      if (until === null) continue;
      const at = walls.findIndex((wall, n) => n > flag.entry && wall >= until);
      if (at === -1 || at > entry || (at === entry && flag.t > t)) continue;
      unflag(name, at);
    }
  };

  const rank = (code: string): number => LEVEL_RANK[rules.get(code)?.level ?? 'none'];
  const worst = (codes: Iterable<string>): string | null => {
    let found: string | null = null;
    for (const code of codes) if (found === null || rank(code) > rank(found)) found = code;
    return found;
  };
  const levelOf = (code: string): Level => rules.get(code)?.level as Level;
  const settle = (alarm: Open, value: number | null): void => {
    const code = worst([...on, ...(alarm.latch === null ? [] : [alarm.latch])]);
    if (code !== null && code !== alarm.code) {
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
        latch: null,
        recurrences: 0,
        value,
        limit: rules.get(code)?.limit ?? null,
        acknowledged: null,
        roseAt: entry,
        rangAt: 0,
      };
      open = alarm;
      if (rank(code) > (flags.get('shelved')?.rank ?? Infinity)) flags.delete('shelved');
    } else if (!before && on.size > 0) {
      alarm.recurrences += 1;
      alarm.value = value;
      alarm.acknowledged = null;
      alarm.roseAt = entry;
    }
    if (latching !== null) alarm.latch = worst([latching, ...(alarm.latch === null ? [] : [alarm.latch])]);
    const was = LEVEL_RANK[alarm.level];
    settle(alarm, value);
    if (LEVEL_RANK[alarm.level] > was) {
      const covered = alarm.acknowledged !== null && LEVEL_RANK[alarm.acknowledged.level] >= LEVEL_RANK[alarm.level];
      if (!covered) alarm.acknowledged = null;
      alarm.roseAt = entry;
      const shelved = flags.get('shelved');
      if (shelved !== undefined && LEVEL_RANK[alarm.level] > shelved.rank) unflag('shelved', entry);
    }
    if (before && on.size === 0 && flags.get('shelved')?.oneShot === true) unflag('shelved', entry);
  };

  /** @returns whether the deed was about suppression */
  const suppression = (act: Deed, alarm: Open | null): boolean => {
    const put = (flag: SuppressedBy, until: number | null, oneShot = false): void => {
      const t = until === null ? Infinity : act.t + until - act.wall;
      const rank = LEVEL_RANK[(alarm ?? gone)?.level ?? 'none'];
      if (accepted(act.entry)) flags.set(flag, { entry: act.entry, until, t, oneShot, rank });
    };
    // What may be done to one that has closed is left open; what is done counts for the identity.
    const answer = (must: Answer): void => void answers.set(act.entry, alarm === null || act.closed === true ? 'either' : must);
    switch (act.op) {
      case 'shelve': {
        const level = alarm?.level ?? gone?.level ?? 'blue';
        const forbidden = level === 'red' || (level === 'orange' && act.approvedBy === null) || act.approvedBy === act.by;
        answer(forbidden ? 'refused' : on.size > 0 ? 'changes' : 'either');
        put('shelved', act.wall + Math.min(act.minutes ?? SHELVED_AT_MOST_MIN, SHELVED_AT_MOST_MIN) * 60_000, act.minutes === null);
        return true;
      }
      case 'suppress':
        answer(flags.has('by-design') ? 'either' : 'changes');
        put('by-design', null);
        return true;
      case 'out-of-service':
        answer(flags.has('out-of-service') ? 'either' : 'changes');
        put('out-of-service', act.until);
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
        if (alarm.latch === null || on.has(alarm.latch) || alarm.acknowledged === null) answers.set(act.entry, 'refused');
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

  // Timers that are due come before the entry that shows it; what an operator does comes with his entry, after them.
  const sorted = [...moments].sort((a, b) => a.entry - b.entry || Number(b.early) - Number(a.early) || a.t - b.t || a.nth - b.nth);
  let next = 0;
  const momentsUntil = (entry: number): void => {
    while (next < sorted.length) {
      const first = sorted[next];
      if (first === undefined || first.entry > entry) return;
      const together = sorted
        .slice(next)
        .filter((m) => m.entry === first.entry && m.t === first.t && m.nth === first.nth && m.early === first.early);
      expire(first.entry, first.t);
      instant(first.entry, together);
      next += together.length;
    }
  };
  for (const act of deeds) {
    momentsUntil(act.entry);
    expire(act.entry, Infinity);
    deed(act);
  }
  momentsUntil(Infinity);
  expire(walls.length - 1, Infinity);
  const wallDue = Math.min(...[...flags.values()].map((flag) => flag.until ?? Infinity));
  return {
    alarm: shown(open as Open | null, on.size > 0, occurrence, [...flags.keys()], hidden),
    answers,
    wallDue,
  };
}

function shown(open: Open | null, active: boolean, occurrence: number, byHand: readonly SuppressedBy[], hidden: boolean): Expected | null {
  if (open === null) return null;
  const acked = open.acknowledged !== null;
  const latched = open.latch !== null;
  const state: AlarmStateName = active ? (acked ? 'ACKED' : 'UNACK') : latched ? (acked ? 'LACK' : 'LUNACK') : 'RTNUN';
  return {
    state,
    level: open.level,
    code: open.code,
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
    hidden,
  };
}
