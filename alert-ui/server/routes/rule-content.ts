import type { z } from 'zod';
import type { Rule } from '../../../model/asset.ts';
import type { EngineView, RuleChange, RuleTrial } from '../../../model/engine.ts';
import { differences } from '../../../model/rule-changes.ts';
import { sees } from '../access.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import type * as schema from '../schema/rule.ts';
import type { AccountActor } from '../sign-in/identity.ts';

/** Whose a rule is; null = of the whole system (scope `profile`). undefined = what it is about is not there. */
export function enterpriseOf(view: EngineView, rule: Pick<Rule, 'scope' | 'scopeId'>): string | null | undefined {
  switch (rule.scope) {
    case 'profile':
      return null;
    case 'enterprise':
      return view.assets('enterprise').has(rule.scopeId) ? rule.scopeId : undefined;
    case 'hazard-source':
      return view.assets('hazard-source').get(rule.scopeId)?.enterpriseId;
    case 'device':
      return view.assets('device').get(rule.scopeId)?.enterpriseId;
  }
}

/** Rules of a whole profile hold for everybody's devices, so everybody may read them. */
export function seesRule(view: EngineView, actor: AccountActor, rule: Rule): boolean {
  return rule.scope === 'profile' || sees(actor, enterpriseOf(view, rule) ?? null);
}

/** A rule the actor may see, or `not-found`. */
export function findRule(view: EngineView, actor: AccountActor, id: string): Rule {
  const rule = view.assets('rule').get(id);
  if (rule === undefined || !seesRule(view, actor, rule)) throw new HttpProblem('not-found', `rule ${id}`);
  return rule;
}

/** The condition over several points as the fold keeps it: what was not said is absent. */
export function jointOf(joint: z.output<typeof schema.joint> | undefined): Pick<Rule, 'joint'> {
  if (joint === undefined) return {};
  if ('expression' in joint) return { joint: present(joint) };
  const { of, ...vote } = joint.vote;
  return { joint: { vote: { ...vote, of: Array.isArray(of) ? of.map(present) : present(of) } } };
}

/** As it is sent: with whose it is. */
export function shown(view: EngineView, rule: Rule) {
  return { ...rule, enterpriseId: enterpriseOf(view, rule) ?? null };
}

/** Nothing that people set differs. */
export function sameContent(a: Rule, b: Rule): boolean {
  return differences(a, b).length === 0;
}

/**
 * What a second person is asked, without the time of asking: the same wish again, where it comes to the same, is the same request.
 * `trial`: what it comes to now, which is looked at again when it is carried out.
 */
export function ruleRequest(wanted: RuleChange, rule: Rule, trial: Pick<RuleTrial, 'softened' | 'devices'>): Record<string, unknown> {
  const told = { softens: trial.softened, devices: trial.devices };
  if (wanted.op === 'retire') return { op: 'retire', base: wanted.base ?? rule.revision, id: rule.id, ...told };
  const { base, value } = wanted;
  return { op: 'put', base, rule: { ...value, revision: base + 1, createdAt: 0, updatedAt: 0, approvedBy: null }, ...told };
}
