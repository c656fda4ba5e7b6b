import { z } from 'zod';
import { RULE_SCOPES } from '../../../model/rule.ts';
import { epochMs, id, limitLevel, name } from './common.ts';

const DAY_MS = 86_400_000;
const scope = z
  .enum(RULE_SCOPES)
  .meta({ id: 'RuleScope', description: 'From wide to narrow; of several rules about one part the narrowest holds.' });
const dir = z.enum(['hi', 'lo', 'roc_hi', 'roc_lo', 'dev_hi', 'state', 'count_hi']);
const text = z.string().trim().min(1).max(1_000);
const delayMs = z.int().min(0).max(DAY_MS);
export const ruleReason = z.string().trim().min(1).max(500);

export const ruleParts = z
  .strictObject({
    setPoint: z.union([z.number(), z.string().max(10)]).optional(),
    setPointFrom: text.optional().meta({ description: 'Expression over `asset.<attribute>`, in place of a set point.' }),
    deadband: z.number().min(0).optional(),
    resetBelow: z.number().optional().meta({ description: 'Clears strictly below this, in place of a deadband.' }),
    onDelayMs: delayMs.optional(),
    offDelayMs: delayMs.optional(),
    windowMs: z
      .int()
      .min(1)
      .max(7 * DAY_MS)
      .optional(),
    level: limitLevel.optional(),
    latching: z.boolean().optional(),
    onlyWhen: text.nullable().optional().meta({ description: 'null takes the condition away.' }),
    enabled: z.boolean().optional().meta({ description: 'false switches the limit off; wants a reason.' }),
    basis: text.optional(),
    basisZh: text.optional(),
  })
  .meta({ id: 'RuleParts', description: 'What the rule sets; what is absent stays as it is without it.' });

const content = {
  scope,
  scopeId: z.string(),
  profileId: z.string(),
  measurement: z.string(),
  code: z.string(),
  adds: dir.nullable(),
  parts: ruleParts,
  reason: z.string().nullable(),
  approvedBy: z.string().nullable(),
};
const head = { id, name: z.string(), revision: z.int(), createdAt: epochMs, updatedAt: epochMs, retiredAt: epochMs.nullable() };
export const storedRule = z.object({ ...head, ...content });
export const rule = storedRule.extend({ enterpriseId: z.string().nullable() }).meta({ id: 'Rule' });

const reference = z.string().min(1).max(128);
export const newRule = z.strictObject({
  id: id.optional().meta({ description: 'Without one it gets one.' }),
  name: name.optional(),
  scope,
  scopeId: reference,
  profileId: reference.optional().meta({ description: 'Need not be said for the scopes `profile` and `device`.' }),
  measurement: reference,
  code: reference,
  adds: dir.nullable().default(null).meta({ description: 'The kind of a limit of one’s own, which the catalogue does not have.' }),
  unit: z
    .string()
    .max(40)
    .optional()
    .meta({ description: 'If given, must be the unit of the measurement: a guard against numbers meant in another.' }),
  parts: ruleParts,
  reason: ruleReason.nullable().default(null),
});
export const rulePatch = z.strictObject({
  name: name.optional(),
  unit: newRule.shape.unit,
  parts: ruleParts.optional().meta({ description: 'In place of all parts it had.' }),
  reason: ruleReason.optional(),
});
export const rollBackBody = z.strictObject({ revision: z.int().min(1), reason: ruleReason.optional() });

const softened = z.object({
  profileId: z.string(),
  variant: z.string().nullable(),
  measurement: z.string(),
  code: z.string(),
  parts: z.array(z.string()),
  mandatory: z.boolean().meta({ description: 'Confidence V or M, with a clause: a second person has to agree.' }),
  basis: z.string(),
  basisZh: z.string().optional(),
  device: z.string().nullable(),
});
export const trial = z
  .object({
    ok: z.boolean(),
    code: z.string().optional(),
    detail: z.string().optional(),
    problems: z.array(z.object({ path: z.string(), message: z.string() })),
    softened: z.array(softened),
    devices: z.int(),
    needsApproval: z.boolean(),
  })
  .meta({ id: 'RuleTrial', description: 'What a change of a rule would do.' });

export const ruleVersion = z
  .object({
    revision: z.int(),
    at: epochMs,
    by: z.string(),
    entry: z.int().meta({ description: 'Number of the journal entry.' }),
    rule: storedRule,
    changes: z
      .array(z.object({ path: z.string(), from: z.unknown(), to: z.unknown() }))
      .meta({ description: 'Against the revision before; of the first everything it says.' }),
  })
  .meta({ id: 'RuleVersion' });
