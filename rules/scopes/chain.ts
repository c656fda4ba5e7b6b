import { type Device, isJoint, isLimitRule, type JointRule, type LimitRule, type Rule } from '../../model/asset.ts';
import { RULE_SCOPES, type RuleScope } from '../../model/rule.ts';

/** Which rules of the site hold for a device: those in service about its profile, from the widest scope to the narrowest. */

/** What a chain needs to know of a device. */
export type Placed = Pick<Device, 'id' | 'profileId' | 'enterpriseId' | 'hazardSourceId'>;

/** Rules that hold together for a device, widest scope first, inside one scope by id. */
export interface Chain {
  readonly rules: readonly LimitRule[];
  /** What the rules say of limits, as text: equal keys make equal limits. Empty = no rule. */
  readonly key: string;
}

interface Shelf {
  readonly rules: readonly LimitRule[];
  readonly key: string;
}

const NO_JOINTS: readonly JointRule[] = Object.freeze([]);
const EMPTY: Chain = Object.freeze({ rules: Object.freeze([]), key: '' });

function shelfName(scope: RuleScope, scopeId: string, profileId: string): string {
  return `${scope}|${scopeId}|${profileId}`;
}

export function scopeIdOf(placed: Placed, scope: RuleScope): string | null {
  switch (scope) {
    case 'profile':
      return placed.profileId;
    case 'enterprise':
      return placed.enterpriseId;
    case 'hazard-source':
      return placed.hazardSourceId;
    case 'device':
      return placed.id;
  }
}

/** What of a rule makes a difference to the limits; its reason is shown where a limit is switched off. */
function contentOf(rule: LimitRule): readonly unknown[] {
  return [rule.measurement, rule.code, rule.adds, rule.parts, rule.parts.enabled === false ? rule.reason : null];
}

/** Rules in service by what they are about. */
export class RuleBook {
  private readonly shelves = new Map<string, Shelf>();
  /** Those over several points, by hazard source. */
  private readonly jointly = new Map<string, readonly JointRule[]>();
  private readonly byScope = new Map<string, Set<string>>();

  /** A rule came, changed or left: `before` and `after` as the registry has them. */
  replace(before: Rule | undefined, after: Rule | undefined): void {
    if (before !== undefined && before.retiredAt === null) this.take(before);
    if (after !== undefined && after.retiredAt === null) this.add(after);
  }

  private take(rule: Rule): void {
    if (isLimitRule(rule)) {
      const name = shelfName(rule.scope, rule.scopeId, rule.profileId);
      this.set(
        name,
        (this.shelves.get(name)?.rules ?? []).filter((one) => one.id !== rule.id),
      );
    }
    if (isJoint(rule)) {
      this.setJoints(
        rule.scopeId,
        this.joints(rule.scopeId).filter((one) => one.id !== rule.id),
      );
    }
    const scope = `${rule.scope}|${rule.scopeId}`;
    const ids = this.byScope.get(scope);
    ids?.delete(rule.id);
    if (ids?.size === 0) this.byScope.delete(scope);
  }

  private add(rule: Rule): void {
    if (isLimitRule(rule)) {
      const name = shelfName(rule.scope, rule.scopeId, rule.profileId);
      const rules = [...(this.shelves.get(name)?.rules ?? []), rule];
      // By id: a restored book must give the same order as the one that lived through the changes.
      rules.sort((a, b) => (a.id < b.id ? -1 : 1));
      this.set(name, rules);
    }
    if (isJoint(rule)) {
      this.setJoints(
        rule.scopeId,
        [...this.joints(rule.scopeId), rule].sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
    }
    const scope = `${rule.scope}|${rule.scopeId}`;
    const ids = this.byScope.get(scope);
    if (ids === undefined) this.byScope.set(scope, new Set([rule.id]));
    else ids.add(rule.id);
  }

  private set(name: string, rules: readonly LimitRule[]): void {
    if (rules.length === 0) this.shelves.delete(name);
    else this.shelves.set(name, { rules, key: JSON.stringify(rules.map(contentOf)) });
  }

  /** The chain of a device, or of a place where one could stand; `upTo` leaves narrower scopes out. */
  chain(placed: Placed, upTo: RuleScope = 'device'): Chain {
    if (this.shelves.size === 0) return EMPTY;
    let first: Shelf | null = null;
    let rules: LimitRule[] | null = null;
    let key = '';
    for (const scope of RULE_SCOPES) {
      const scopeId = scopeIdOf(placed, scope);
      const shelf = scopeId === null ? undefined : this.shelves.get(shelfName(scope, scopeId, placed.profileId));
      if (shelf !== undefined && first === null) {
        first = shelf;
        key = shelf.key;
      } else if (shelf !== undefined) {
        rules ??= [...(first?.rules ?? [])];
        rules.push(...shelf.rules);
        key += shelf.key;
      }
      if (scope === upTo) break;
    }
    if (first === null) return EMPTY;
    return rules === null ? first : { rules, key };
  }

  private setJoints(sourceId: string, rules: readonly JointRule[]): void {
    if (rules.length === 0) this.jointly.delete(sourceId);
    else this.jointly.set(sourceId, rules);
  }

  /** Rules in service over several points of one hazard source, by id. */
  joints(sourceId: string): readonly JointRule[] {
    return this.jointly.get(sourceId) ?? NO_JOINTS;
  }

  /** Rules in service of one scope, by id. */
  ofScope(scope: RuleScope, scopeId: string): readonly string[] {
    return [...(this.byScope.get(`${scope}|${scopeId}`) ?? [])].sort();
  }

  /** The other rule of the same scope about the same limit, if there is one. */
  twin(rule: LimitRule): LimitRule | undefined {
    const shelf = this.shelves.get(shelfName(rule.scope, rule.scopeId, rule.profileId));
    return shelf?.rules.find((one) => one.id !== rule.id && one.measurement === rule.measurement && one.code === rule.code);
  }

  /** Every rule in service about one limit, wherever it holds, by id. */
  about(profileId: string, measurement: string, code: string): readonly LimitRule[] {
    const found: LimitRule[] = [];
    for (const shelf of this.shelves.values()) {
      for (const rule of shelf.rules)
        if (rule.profileId === profileId && rule.measurement === measurement && rule.code === code) found.push(rule);
    }
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}
