/** Where a rule holds, as the address of the page says it, and whose it is. Pure. */
import { RULE_SCOPES, type RuleScope } from '../../../../model/rule.ts';
import type { Directory } from '../directory/directory.ts';

/** A scope with what it is of; `id` is empty until one is chosen. */
export interface RulePlace {
  readonly scope: RuleScope;
  readonly id: string;
}
/** What of a place is open: a limit, or a rule over several points. */
export interface RuleSubject {
  readonly profileId?: string | undefined;
  readonly measurement?: string | undefined;
  readonly code?: string | undefined;
  /** Id of a rule that is no rule about one limit. */
  readonly rule?: string | undefined;
}
type Query = Readonly<Record<string, unknown>>;

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** An unknown scope is that of a device: the narrowest, where a mistake reaches least. */
export function placeOf(query: Query): RulePlace {
  const scope = RULE_SCOPES.find((one) => one === query['scope']) ?? 'device';
  return { scope, id: text(query['at']) };
}

export function subjectOf(query: Query): RuleSubject {
  const [measurement, code] = text(query['limit']).split('/', 2);
  const said = (value: string | undefined): string | undefined => (value === undefined || value === '' ? undefined : value);
  return { profileId: said(text(query['profile'])), measurement: said(measurement), code: said(code), rule: said(text(query['rule'])) };
}

/** Address of the page with this place and subject open. */
export function ruleLink(place: RulePlace, subject: RuleSubject = {}): { readonly path: string; readonly query: Record<string, string> } {
  const query: Record<string, string> = { scope: place.scope };
  if (place.id !== '') query['at'] = place.id;
  if (subject.profileId !== undefined) query['profile'] = subject.profileId;
  if (subject.measurement !== undefined && subject.code !== undefined) query['limit'] = `${subject.measurement}/${subject.code}`;
  if (subject.rule !== undefined) query['rule'] = subject.rule;
  return { path: '/rules', query };
}

/** Enterprise that a rule of this place is of; null = of the whole system; undefined = not known here (yet). */
export function enterpriseAt(
  place: RulePlace,
  directory: Pick<Directory, 'enterprises' | 'hazardSources' | 'device'>,
): string | null | undefined {
  switch (place.scope) {
    case 'profile':
      return null;
    case 'enterprise':
      return directory.enterprises.has(place.id) ? place.id : undefined;
    case 'hazard-source':
      return directory.hazardSources.get(place.id)?.enterpriseId;
    case 'device':
      return place.id === '' ? undefined : directory.device(place.id)?.enterpriseId;
  }
}

/** Query of `GET /devices` for the devices a rule of a place of several may reach. */
export function reachOf(scope: Exclude<RuleScope, 'device'>, id: string): Readonly<Record<string, string>> {
  return { [REACHED_BY[scope]]: id };
}
const REACHED_BY = { profile: 'profile', enterprise: 'enterprise', 'hazard-source': 'hazardSource' } as const;
