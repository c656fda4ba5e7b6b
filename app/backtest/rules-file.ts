import { parse as parseYaml, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { jointOf } from '../../alert-ui/server/routes/rule-content.ts';
import { joint } from '../../alert-ui/server/schema/rule.ts';
import type { Rule } from '../../model/asset.ts';
import type { ConfigChange } from '../../model/entry.ts';

/** What a person wrote cannot be tried; one line without the file's name. `at` is the line, counted from 1, where it is known. */
export class RulesFileError extends Error {
  readonly at: number | null;
  constructor(message: string, at: number | null = null) {
    super(message);
    this.at = at;
  }
}

const ruleList = z.array(
  z.looseObject({
    id: z.string(),
    scope: z.string(),
    scopeId: z.string(),
    profileId: z.string().nullable().default(null),
    measurement: z.string().nullable().default(null),
    joint: joint.optional(),
    code: z.string(),
    parts: z.record(z.string(), z.unknown()),
  }),
);

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The rules of a YAML list, or those of a site file, as changes to be tried. @throws RulesFileError */
export function rulesOf(text: string): readonly ConfigChange[] {
  let whole: unknown;
  try {
    whole = parseYaml(text);
  } catch (error) {
    const line = error instanceof YAMLParseError ? (error.linePos?.[0].line ?? null) : null;
    throw new RulesFileError((error instanceof Error ? error.message.split('\n')[0] : undefined) ?? String(error), line);
  }
  const ofSite = isMapping(whole);
  const list: unknown = isMapping(whole) ? whole['rules'] : whole;
  if (!Array.isArray(list)) throw new RulesFileError('a list of rules is wanted, or a site file with its `rules`');
  const rules = ruleList.safeParse(list);
  if (!rules.success) {
    const [issue] = rules.error.issues;
    const path = [...(ofSite ? ['rules'] : []), ...(issue?.path ?? [])].join('.');
    throw new RulesFileError(`${path}: ${issue?.message ?? 'no rule'}`);
  }
  const stamps = { revision: 0, createdAt: 0, updatedAt: 0, retiredAt: null, approvedBy: null };
  return rules.data.map((rule) => {
    const value: Record<string, unknown> = { name: rule.id, adds: null, reason: null, ...rule, ...stamps, ...jointOf(rule.joint) };
    // A guard of the door against numbers meant in another unit; no part of what is kept.
    delete value['unit'];
    return { op: 'put', asset: 'rule', value: value as unknown as Rule, base: 0 };
  });
}
