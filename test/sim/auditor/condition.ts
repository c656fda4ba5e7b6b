// Is one limit on? Answered from everything that was ever known of its point: unbroken stretches in which the value passed the limit
// (or had returned), and the moment at which such a stretch had lasted for the delay.
import type { Look, Rule, Saying } from './limits.ts';

/** One thing known of a point. `t` is engine time; `entry` the number of the entry it came with. */
export type Fact = {
  readonly entry: number;
  readonly t: number;
} /** A sample of its device, after all its values are in. A value that says nothing about the process (bad, maintenance, test) is null. */ & (
  | { readonly is: 'look'; readonly look: Look }
  | {
      readonly is: 'rule';
      readonly rule: Rule | null;
      readonly forgets: boolean;
    }
);

/** The limit went on or off at `t`, which could be known from entry `entry` on. */
export interface Moment {
  readonly entry: number;
  readonly t: number;
  readonly on: boolean;
  readonly code: string;
  /** The delay was running before its entry came: it ends before anything the entry brings, also what was sampled earlier. */
  readonly early: boolean;
  /** Position of the fact that brought it among those of its point, or −1 for a delay. */
  readonly nth: number;
  /** Value judged then. */
  readonly value: number;
}

interface Stretch {
  readonly says: 'true' | 'false';
  readonly rule: Rule;
  /** Good values in it, in order. */
  readonly values: {
    readonly entry: number;
    readonly t: number;
    readonly value: number;
  }[];
  /** It began with no sample: something left a window. A delay may be over in the very entry that shows it. */
  readonly byTick: boolean;
  /** Earliest entry at which the stretch may be known to be over its delay. */
  readonly notBefore: number;
  readonly nth: number;
  /** Parts in which time counts, in order; the last may be open. */
  readonly parts: {
    readonly entry: number;
    readonly t: number;
    until: { readonly entry: number; readonly t: number } | null;
  }[];
}

/** What is known of a point on the way through its facts. */
interface Point {
  rule: Rule | null;
  /** Last good value and when it was taken. */
  last: { readonly value: number; readonly t: number } | null;
  /** When and how the limit was last judged by more than its own value. */
  look: { readonly look: Look; readonly t: number } | null;
  stretch: Stretch | null;
  /** The newest sample says nothing. */
  held: boolean;
}

/**
 * @param times engine time of every entry, by entry number
 * @returns the moments, in order, and when the next one is due if nothing comes, or null
 */
export function momentsOf(
  facts: readonly Fact[],
  times: readonly number[],
): { readonly moments: readonly Moment[]; readonly due: number | null } {
  const moments: Moment[] = [];
  const on = (): boolean => moments.at(-1)?.on ?? false;
  const point: Point = { rule: null, last: null, look: null, stretch: null, held: false };

  const end = (entry: number, t: number): void => {
    const { stretch } = point;
    point.stretch = null;
    if (stretch === null) return;
    const part = stretch.parts.at(-1);
    if (part !== undefined && part.until === null) part.until = { entry, t };
    const moment = momentOf(stretch, times);
    if (moment !== null && typeof moment === 'object' && moment.on !== on()) moments.push(moment);
  };

  for (const [nth, fact] of facts.entries()) {
    const { entry, t } = fact;
    const { rule, stretch, held } = point;
    if (fact.is === 'look') {
      const { own, fresh } = fact.look;
      if (fresh && typeof own === 'number') point.last = { value: own, t };
      point.look = { look: fact.look, t };
      const says = rule === null ? unruled(fact.look) : rule.says(fact.look);
      if (says === 'not-asked') continue;
      if (says === 'held') {
        const part = stretch?.parts.at(-1);
        if (!held && part !== undefined) part.until = { entry, t };
        point.held = true;
        continue;
      }
      // A limit that does not count has no value to show.
      const value = point.last?.value ?? Number.NaN;
      if (stretch !== null && says === stretch.says) {
        if (held) stretch.parts.push({ entry, t, until: null });
        stretch.values.push({ entry, t, value });
      } else {
        end(entry, t);
        if (rule !== null && says !== 'between') point.stretch = newStretch(says, rule, { entry, t, value }, entry, nth, fact.look.byTick);
      }
      point.held = false;
      continue;
    }
    if (fact.rule?.text === rule?.text) continue;
    point.rule = fact.rule;
    if (fact.forgets) Object.assign(point, { last: null, look: null });
    const { last } = point;
    const says = standing(fact.rule, point);
    if (fact.rule !== null && says === 'held') {
      // A bad value clears nothing and its time counts for no delay; what the last good ones pass without a delay is on at once.
      // A delay that ran for the old limit goes on only where the last good values bear it out under the new one as well.
      const part = stretch?.parts.at(-1);
      if (!held && part !== undefined) part.until = { entry, t };
      point.held = true;
      const rests = atRest(fact.rule, point);
      if (rests === 'held' || rests === 'not-asked' || rests === stretch?.says) continue;
      end(entry, t);
      if (rests !== 'true' || fact.rule.onDelayMs > 0 || last === null || on()) continue;
      moments.push({
        entry,
        t,
        on: true,
        code: fact.rule.code,
        early: false,
        nth,
        value: last.value,
      });
      continue;
    }
    if (says === 'true' && stretch?.says === 'true') continue;
    end(entry, t);
    if (says === 'false' && on()) {
      moments.push({
        entry,
        t,
        on: false,
        code: moments.at(-1)?.code ?? '',
        early: false,
        nth,
        value: last?.value ?? 0,
      });
    }
    if (says === 'true' && fact.rule !== null && last !== null) {
      const since = fact.rule.conditional ? t : Math.max(last.t, moments.filter((m) => m.nth < 0).at(-1)?.t ?? -Infinity);
      const notBefore = fact.rule.onDelayMs === 0 ? entry : entry + 1;
      point.stretch = newStretch(says, fact.rule, { entry, t: since, value: last.value }, notBefore, nth);
    }
  }
  const { stretch } = point;
  if (stretch === null || (stretch.says === 'true') === on()) return { moments, due: null };
  const moment = momentOf(stretch, times);
  if (typeof moment === 'number') return { moments, due: moment };
  if (moment !== null) moments.push(moment);
  return { moments, due: null };
}

/** While no limit stands only what its own point says is kept. */
function unruled({ own, fresh }: Look): 'between' | 'held' | 'not-asked' {
  return !fresh ? 'not-asked' : own === null ? 'held' : 'between';
}

/** What a limit that was changed says of things as they stand; `held` where something it reads is bad. */
function standing(rule: Rule | null, point: Point): Saying {
  if (rule?.conditional === true) return point.look === null ? 'false' : rule.says(point.look.look);
  return rule !== null && point.held && point.last !== null ? 'held' : atRest(rule, point);
}

/** What it says of what was known last: of its last good value, and of those of the other points. */
function atRest(rule: Rule | null, { last, look }: Point): Saying {
  if (rule === null) return 'false';
  const own = last === null ? {} : { own: last.value };
  if (rule.conditional) return look === null ? 'false' : rule.says({ ...look.look, ...own, scene: look.look.rested ?? NOTHING });
  return last === null ? 'false' : rule.says({ own: last.value, fresh: true, scene: NOTHING });
}
const NOTHING: Look['scene'] = new Map();

function newStretch(
  says: 'true' | 'false',
  rule: Rule,
  first: Stretch['values'][number],
  notBefore: number,
  nth: number,
  byTick = false,
): Stretch {
  const { entry, t } = first;
  return {
    says,
    rule,
    values: [first],
    byTick,
    notBefore,
    nth,
    parts: [{ entry, t, until: null }],
  };
}

/** When the stretch had lasted for its delay; a number = when it will have, if nothing comes; null = never. */
function momentOf(stretch: Stretch, times: readonly number[]): Moment | number | null {
  const { rule, says, notBefore } = stretch;
  let left = says === 'true' ? rule.onDelayMs : rule.offDelayMs;
  for (const part of stretch.parts) {
    const due = part.t + left;
    const shown = stretch.byTick && (times[part.entry] ?? 0) >= due;
    const within = shown || stretch.values.some((v) => v.entry === part.entry && v.t >= due);
    const entry = firstAt(part, due, notBefore, times, left === 0 || within);
    if (entry !== null) {
      return {
        entry,
        t: due,
        on: says === 'true',
        code: rule.code,
        early: left > 0 && part.entry < entry,
        nth: left > 0 ? -1 : stretch.nth,
        value: valueAt(stretch, entry, due, left > 0 && part.entry < entry),
      };
    }
    if (part.until === null) return due;
    left -= Math.max(0, part.until.t - part.t);
  }
  return null;
}

/** The first entry that shows that `due` has come, while the part lasts: its time, or that of a later sample of the same entry. */
function firstAt(part: Stretch['parts'][number], due: number, notBefore: number, times: readonly number[], atOnce: boolean): number | null {
  if (atOnce) return Math.max(part.entry, notBefore);
  const { until } = part;
  if (until !== null && until.entry === part.entry) return due <= until.t ? part.entry : null;
  for (let entry = Math.max(part.entry + 1, notBefore); entry < times.length; entry += 1) {
    if (until !== null && entry > until.entry) return null;
    if ((times[entry] ?? 0) >= due) return entry;
  }
  return null;
}

/** The newest good value known when a delay ran out: timers come before the values of their own entry, but for those taken earlier. */
function valueAt({ values }: Stretch, entry: number, due: number, early: boolean): number {
  const known = values.filter((v, n) => n === 0 || v.entry < entry || (!early && v.entry === entry && v.t < due));
  return known.at(-1)?.value ?? Number.NaN;
}
