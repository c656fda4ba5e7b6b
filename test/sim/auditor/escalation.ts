// Escalations of limits (decision 22): a limit that follows another one of its ladder (its base) and compares nothing itself. It is on only
// while its base is, with the base's set point, off-delay and latch; what has risen stays until the base goes off.
import type { Device, Enterprise } from '../../../model/asset.ts';
import type { EscalationCause, EscalationGroup, EscalationMember, MeasurementDef, Profile } from '../../../model/profile.ts';
import { LEVEL_RANK } from '../../../model/level.ts';
import { type Fact, type Moment, momentsOf } from './condition.ts';
import type { Look, Rule } from './limits.ts';

/** What makes a rule rise that follows another. */
export interface Follows {
  readonly of: string;
  readonly any: readonly EscalationCause[];
  /** Of `lasts` and `unacknowledged`, ms. */
  readonly afterMs: number;
}

export type Together = Extract<EscalationCause, { readonly kind: 'together' }>;

/** The rules of a measurement that follow one of its others; one whose base is not armed, or as severe already, is none. */
export function followersOf(profile: Profile, { key }: MeasurementDef, rules: readonly Rule[], device: Device): readonly Rule[] {
  return (profile.escalate ?? []).flatMap(({ to, form }): Rule[] => {
    const base = form?.measurement === key ? rules.find(({ code }) => code === form.of) : undefined;
    if (form === undefined || base === undefined || to === 'none' || LEVEL_RANK[to] <= LEVEL_RANK[base.level]) return [];
    const { code, of, any, afterMs = 0 } = form;
    // Where nobody has said what is near to it, it is not armed: near is not guessed.
    if (any.every((cause) => cause.kind === 'together' && groupOf(device, cause.in) === null)) return [];
    const { text, ladder, latching, limit } = base;
    return [
      {
        code,
        ladder,
        level: to,
        latching,
        limit,
        onDelayMs: afterMs,
        offDelayMs: 0,
        conditional: false,
        derived: true,
        follows: { of, any, afterMs },
        // Nothing of it is judged by a value.
        says: () => 'not-asked',
        text: `${text} and ${code} follows ${to} ${afterMs}`,
      },
    ];
  });
}

/**
 * Which devices are looked at together, within one enterprise: `zone` = the attribute `protection_zone`; `area` = the attribute `area`, else
 * the hazard source, else the site; `premises` = the site, else the hazard source, else the enterprise.
 */
export function groupOf({ attributes, hazardSourceId, siteId, enterpriseId }: Device, kind: EscalationGroup): string | null {
  const named = (of: string, id: unknown): string | null =>
    id === null || id === undefined || id === '' ? null : `${kind} ${enterpriseId} ${of} ${String(id)}`;
  const source = named('source', hazardSourceId);
  const site = named('site', siteId);
  if (kind === 'zone') return named('zone', attributes['protection_zone']);
  if (kind === 'area') return named('area', attributes['area']) ?? source ?? site;
  return site ?? source ?? named('enterprise', enterpriseId);
}

/**
 * `lasts`: an on-delay that begins when the base goes on, in the samples' own time, held by bad quality. And for every escalation: it goes off
 * with its base, and when it is not armed any more.
 * @param base moments of the base
 * @param facts the point as the base sees it
 * @param armed when the escalation itself came to be armed or no more
 */
export function followingMoments(
  rule: Rule,
  follows: Follows,
  base: readonly Moment[],
  facts: readonly Fact[],
  armed: readonly Fact[],
  times: readonly number[],
): { readonly moments: readonly Moment[]; readonly due: number | null } {
  const { code } = rule;
  const off: Moment[] = [];
  for (const moment of base) if (!moment.on) off.push({ ...moment, code });
  let stood = false;
  for (const [nth, fact] of armed.entries()) {
    if (fact.is !== 'rule') continue;
    if (fact.rule === null && stood) off.push({ entry: fact.entry, t: fact.t, on: false, code, early: false, nth, value: Number.NaN });
    stood = fact.rule !== null;
  }
  if (!follows.any.some(({ kind }) => kind === 'lasts')) return { moments: off, due: null };
  const found = momentsOf(standing(rule, base, facts, armed), times);
  const rises = found.moments.filter(({ on }) => on).map((moment) => ({ ...moment, early: isEarly(moment, base) }));
  return { moments: [...rises, ...off].sort((a, b) => a.entry - b.entry || a.t - b.t), due: found.due };
}

/** What runs out in the very entry in which a delay of its base did, did so before the entry's own part. */
function isEarly(moment: Moment, base: readonly Moment[]): boolean {
  return moment.early || base.some((one) => one.on && one.early && one.entry === moment.entry && one.t <= moment.t);
}

/** The base as something that is true or not, with the stretches in which nothing could be said of it. */
function standing(rule: Rule, base: readonly Moment[], facts: readonly Fact[], armed: readonly Fact[]): readonly Fact[] {
  const truth: Rule = { ...rule, says: ({ own }) => (own === null ? 'held' : own === 1 ? 'true' : 'false') };
  const look = (own: number | null, byTick: boolean): Look => ({ own, fresh: true, scene: NOTHING, byTick });
  const steps: {
    readonly entry: number;
    readonly t: number;
    readonly rank: number;
    readonly own: 'held' | 'heard' | 'armed' | 'unarmed' | boolean;
    readonly moved?: boolean;
  }[] = [];
  for (const { entry, t, early, on, nth } of base) {
    // What follows a limit that was moved below the last value is known by the next entry (reading 3).
    const moved = facts[nth]?.is === 'rule';
    steps.push({ entry, t, rank: early ? 0 : 1, own: on, moved });
  }
  let judgedBy: Rule | null = null;
  for (const fact of facts) {
    if (fact.is === 'rule') judgedBy = fact.rule;
    else {
      const says = judgedBy?.says(fact.look) ?? 'not-asked';
      if (says !== 'not-asked') steps.push({ entry: fact.entry, t: fact.t, rank: 1, own: says === 'held' ? 'held' : 'heard' });
    }
  }
  for (const fact of armed)
    if (fact.is === 'rule') steps.push({ entry: fact.entry, t: fact.t, rank: 1, own: fact.rule === null ? 'unarmed' : 'armed' });
  steps.sort((a, b) => a.entry - b.entry || a.rank - b.rank || a.t - b.t);
  let on = false;
  const out: Fact[] = [];
  for (const { entry, t, own, moved = false } of steps) {
    if (own === 'armed' || own === 'unarmed') {
      out.push({ entry, t, is: 'rule', rule: own === 'armed' ? truth : null, forgets: false });
      continue;
    }
    if (typeof own === 'boolean') on = own;
    out.push({ entry, t, is: 'look', look: look(own === 'held' ? null : Number(on), !moved) });
  }
  return out;
}
const NOTHING: Look['scene'] = new Map();

/** A device with what of it is on. */
export interface Neighbour {
  readonly device: Device;
  /** Only what is in real service speaks for others; in a test enterprise everything is a test, and speaks for its like. */
  readonly speaks: boolean;
  /** Since when a limit is on, engine time; null = it is off, or the alarm it belongs to is out of service and speaks for nobody. */
  readonly onSince: (measurement: string, limit: string) => number | null;
}

/** `together`: of each list at least so many devices of the group have their limits on, the device itself among them. */
export function stand(cause: Together, self: Neighbour, ownSince: number, all: readonly Neighbour[]): boolean {
  const group = groupOf(self.device, cause.in);
  if (group === null || !self.speaks) return false;
  const near = all.filter(({ device, speaks }) => speaks && groupOf(device, cause.in) === group);
  return cause.needs.every(({ atLeast, of }) => {
    const says = (one: Neighbour, member: EscalationMember): boolean => {
      if (one.device.profileId !== member.profileId || !means(one.device, member)) return false;
      const since = one.onSince(member.measurement, member.limit);
      return since !== null && Math.abs(since - ownSince) <= (cause.withinMs ?? Infinity);
    };
    return near.filter((one) => of.some((member) => says(one, member))).length >= atLeast;
  });
}

/** GB/T 26875.3: 23 manual call point, 24 hydrant button; anything else detects. */
function means({ attributes }: Device, { as }: EscalationMember): boolean {
  const pressed = attributes['component_type'] === 23 || attributes['component_type'] === 24;
  return as === undefined || (as === 'call-point') === pressed;
}

/**
 * Is somebody at work, by the business hours of the enterprise in local time. Without any nobody ever is: the safe side.
 * @param local minutes since 1970 of the local clock
 */
export function isAtWork(hours: Enterprise['businessHours'], local: number): boolean {
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const today = Math.floor(local / DAY);
  return (hours ?? []).some(({ days, from, to }) => {
    const long = minutes(to) > minutes(from) ? minutes(to) - minutes(from) : minutes(to) + DAY - minutes(from);
    return [today - 1, today].some((day) => {
      const begin = day * DAY + minutes(from);
      // 1970 began on a Thursday, the fourth day of a week.
      return days.includes(((day + 3) % 7) + 1) && local >= begin && local < begin + long;
    });
  });
}
const DAY = 1_440;
