// The life of one alarm (one ladder of one point) from the moments of its limits and from what operators did.
import { LEVEL_RANK, type Level } from '../../../model/level.ts';
import type { AlarmStateName } from '../../../model/alarm.ts';
import type { Moment } from './condition.ts';
import type { Rule } from './limits.ts';
import { WITHDRAW_WITHIN_MS } from './readings.ts';

export type Deed = { readonly entry: number; readonly t: number; readonly wall: number; readonly by: string } & (
  | { readonly op: 'acknowledge'; readonly seen: number | null }
  | { readonly op: 'withdraw' }
  | { readonly op: 'reset' }
  | { readonly op: 'comment' }
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
}

/** What must come of an operator's deed: `either` where the rules allow both. */
export type Answer = 'changes' | 'unchanged' | 'alarm-changed' | 'refused' | 'either';

export interface Life {
  /** The open alarm after the last entry, or null. */
  readonly alarm: Expected | null;
  readonly answers: ReadonlyMap<number, Answer>;
}

interface Open {
  level: Level;
  code: string;
  latch: string | null;
  recurrences: number;
  value: number | null;
  limit: number | string | null;
  acknowledged: { readonly by: string; readonly level: Level; readonly t: number; readonly wall: number } | null;
  /** Entry at which it last rose above what was seen, began or came again. */
  roseAt: number;
  /** Entry of the last withdrawal. */
  withdrawnAt: number;
}

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
): Life {
  const answers = new Map<number, Answer>();
  const on = new Set<string>();
  let open: Open | null = null;
  /** The last one, when it has gone. */
  let gone: Open | null = null;
  let occurrence = 0;

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
  };

  const instant = (entry: number, changes: readonly Moment[]): void => {
    const before = on.size > 0;
    const value = changes.at(-1)?.value ?? null;
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
        withdrawnAt: 0,
      };
      open = alarm;
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
    }
  };

  const deed = (act: Deed): void => {
    const alarm = open as Open | null;
    if (act.op === 'removed') {
      open = null;
      gone = null;
      on.clear();
      return;
    }
    if (alarm === null) {
      answers.set(act.entry, 'either');
      const last = gone as Open | null;
      if (act.op !== 'withdraw' || last === null || !accepted(act.entry)) return;
      // It closed by the acknowledgement that is taken back: there it is again, returned and not acknowledged.
      last.acknowledged = null;
      last.withdrawnAt = act.entry;
      open = last;
      return;
    }
    switch (act.op) {
      case 'acknowledge':
        if (alarm.acknowledged !== null) answers.set(act.entry, 'unchanged');
        else if (act.seen !== null && act.seen < seqAfter(alarm.roseAt)) answers.set(act.entry, 'alarm-changed');
        else if (act.seen !== null && act.seen < seqAfter(alarm.withdrawnAt) && !accepted(act.entry))
          answers.set(act.entry, 'alarm-changed');
        else {
          answers.set(act.entry, 'changes');
          alarm.acknowledged = { by: act.by, level: alarm.level, t: act.t, wall: act.wall };
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
        alarm.withdrawnAt = act.entry;
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
      instant(first.entry, together);
      next += together.length;
    }
  };
  for (const act of deeds) {
    momentsUntil(act.entry);
    deed(act);
  }
  momentsUntil(Infinity);
  return { alarm: shown(open as Open | null, on.size > 0, occurrence), answers };
}

function shown(open: Open | null, active: boolean, occurrence: number): Expected | null {
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
  };
}
