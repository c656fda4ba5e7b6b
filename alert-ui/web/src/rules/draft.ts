/** What somebody is about to make of a rule, and the requests that say it. Pure. */
import type { Rule } from '../../../../model/asset.ts';
import type { LimitDir, Profile } from '../../../../model/profile.ts';
import type { JointCondition, RuleParts } from '../../../../model/rule.ts';
import type { RulePlace } from './place.ts';

/** What the form and the text edit. `measurement`, `code` and `adds` are fixed once the rule is there. */
export interface Draft {
  readonly name?: string | undefined;
  readonly measurement?: string | null | undefined;
  readonly code?: string | undefined;
  readonly adds?: LimitDir | null | undefined;
  readonly joint?: JointCondition | undefined;
  readonly parts: RuleParts;
}
/** What the draft is about. */
export interface DraftOf {
  readonly place: RulePlace;
  /** Of the limit; null for a rule over several points. */
  readonly profileId: string | null;
  /** The rule that stands here, or null where it would be a new one. */
  readonly rule: Rule | null;
  /** Id that a new one would get. */
  readonly freshId: string;
}

export function draftOf(rule: Rule): Draft {
  const { name, id, joint, parts } = rule;
  return { ...(name === id ? {} : { name }), ...(joint === undefined ? {} : { joint }), parts };
}

/** With one part set, or taken out where the value is undefined; of a pair (two ways to say one part) the other goes. */
export function withPart<K extends keyof RuleParts>(parts: RuleParts, part: K, value: RuleParts[K] | undefined): RuleParts {
  const next: { -readonly [P in keyof RuleParts]: RuleParts[P] } = { ...parts };
  delete next[part];
  if (value === undefined) return next;
  const other = PAIRS[part];
  if (other !== undefined) delete next[other];
  next[part] = value;
  return next;
}
const PAIRS: Readonly<Partial<Record<keyof RuleParts, keyof RuleParts>>> = {
  setPoint: 'setPointFrom',
  setPointFrom: 'setPoint',
  deadband: 'resetBelow',
  resetBelow: 'deadband',
};

/** Key order of no matter. */
export function sameDraft(a: Draft, b: Draft): boolean {
  return canonical(a) === canonical(b);
}
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Nothing is said any more: the rule would be given up. A rule that adds a limit, or a condition over points, says something. */
export function saysNothing(draft: Draft): boolean {
  return Object.keys(draft.parts).length === 0 && draft.joint === undefined && (draft.adds ?? null) === null;
}

/** Body of `POST /rules` and, with an id and without `unit`, one of `POST /backtests`. */
export function newBody(draft: Draft, { place, profileId, rule, freshId }: DraftOf, reason: string): Record<string, unknown> {
  const joint = draft.joint ?? rule?.joint;
  const measurement = rule === null ? draft.measurement : rule.measurement;
  return {
    ...(rule === null ? draft : {}),
    id: rule?.id ?? freshId,
    name: draft.name ?? rule?.name ?? freshId,
    scope: place.scope,
    scopeId: place.id,
    ...(joint !== undefined || profileId === null ? {} : { profileId }),
    ...(measurement === null || measurement === undefined ? {} : { measurement }),
    code: rule?.code ?? draft.code ?? '',
    adds: rule === null ? (draft.adds ?? null) : rule.adds,
    ...(joint === undefined ? {} : { joint }),
    parts: draft.parts,
    reason: reason === '' ? null : reason,
  };
}

/** Body of `PATCH /rules/{id}`: what the text says beyond it is sent too, so that a misspelt field is refused with its place. */
export function patchBody(draft: Draft, rule: Rule, reason: string): Record<string, unknown> {
  return { ...draft, name: draft.name ?? rule.name, ...(reason === '' ? {} : { reason }) };
}

/** A limit of the site's own to begin with: what every such limit must say. */
export function blankLimit(measurement: string): Draft {
  return {
    measurement,
    code: 'OWN1',
    adds: 'hi',
    parts: { setPoint: 0, deadband: 0, level: 'yellow', onDelayMs: 0, offDelayMs: 0, latching: false, basis: '' },
  };
}
/** A vote to begin with: two of all devices of the kind that is looked at, by its first limit; without one the points are to be filled in. */
export function blankJoint(profile: Profile | null): Draft {
  const def = profile?.measurements.find(({ limits }) => limits.length > 0);
  const of = profile === null || def === undefined ? [] : { profileId: profile.id, measurement: def.key };
  return {
    code: 'VOTE1',
    joint: { vote: { atLeast: 2, of, when: { limit: def?.limits[0]?.code ?? 'L1' }, bad: 'votes' } },
    parts: { level: 'orange', onDelayMs: 0, latching: false, basis: '' },
  };
}
