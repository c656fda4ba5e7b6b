import { z } from 'zod';
import { RULE_SCOPES } from '../../../model/rule.ts';
import { epochMs, id, level, limitLevel, name } from './common.ts';

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

const pointName = z.strictObject({
  device: z.string().min(1).max(128),
  measurement: z.string().min(1).max(80),
  channel: z.int().min(1).max(64).optional(),
});
const voteTest = z.union([
  z.strictObject({
    limit: z.string().min(1).max(40).meta({ description: 'Code of a limit of the measurement: it votes while that is on.' }),
  }),
  z.strictObject({ dir: z.enum(['hi', 'lo']), setPoint: z.number(), deadband: z.number().min(0).default(0) }),
  z.strictObject({ dir: z.literal('state'), setPoint: z.union([z.number(), z.string().max(10)]) }),
]);
const vote = z.strictObject({
  atLeast: z.int().min(1).max(1_000),
  of: z.union([
    z.array(pointName).min(1).max(200),
    z
      .strictObject({
        profileId: z.string().min(1).max(128),
        measurement: z.string().min(1).max(80),
        channel: z.int().min(1).max(64).optional(),
      })
      .meta({ description: 'The same point of every device of this profile at the hazard source, also of those that come later.' }),
  ]),
  when: voteTest,
  bad: z.enum(['votes', 'drops']).default('votes').meta({
    description:
      'What a voter that cannot be believed (bad quality, silent, nothing yet) counts as: as a vote for the alarm, or not at all (k of n − 1). Alone they raise nothing; one that voted for the alarm keeps its vote.',
  }),
});
export const joint = z
  .union([
    z.strictObject({ vote }),
    z.strictObject({
      expression: z.string().trim().min(1).max(2_000).meta({
        description:
          'CEL: value("device", "measurement"[, channel]), is(…), on("device", "measurement", "CODE"), attribute(…), condition(…), asset.name',
      }),
      compare: z
        .enum(['hi', 'lo'])
        .optional()
        .meta({ description: 'The expression gives a number, compared with the set point of the parts.' }),
      unit: z.string().min(1).max(40).optional(),
    }),
  ])
  .meta({ id: 'JointCondition', description: 'A condition over several points of one hazard source; the alarm is the source’s own.' });

const content = {
  scope,
  scopeId: z.string(),
  profileId: z.string().nullable(),
  measurement: z.string().nullable(),
  code: z.string(),
  adds: dir.nullable(),
  joint: joint.optional(),
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
  measurement: reference.optional().meta({ description: 'Wanted, but with `joint`.' }),
  code: reference,
  adds: dir.nullable().default(null).meta({ description: 'The kind of a limit of one’s own, which the catalogue does not have.' }),
  joint: joint.optional(),
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
  joint: joint.optional().meta({ description: 'In place of the condition it had.' }),
  reason: ruleReason.optional(),
});
export const rollBackBody = z.strictObject({ revision: z.int().min(1), reason: ruleReason.optional() });

const limitValues = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable());
export const softened = z.object({
  profileId: z.string().nullable(),
  variant: z.string().nullable(),
  measurement: z.string().nullable(),
  code: z.string(),
  parts: z.array(z.string()),
  mandatory: z.boolean().meta({ description: 'Confidence V or M, with a clause: a second person has to agree.' }),
  red: z.literal(true).optional().meta({ description: 'Red comes from it: whoever is bound to the enterprise asks a second person.' }),
  basis: z.string(),
  basisZh: z.string().optional(),
  from: limitValues.optional().meta({ description: 'What those of `parts` that have one value say now (`return`: the deadband; ms).' }),
  to: limitValues.optional().meta({ description: 'The same as it would be; empty where the limit is lost.' }),
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
    activeNow: z
      .object({
        devices: z.int(),
        points: z.array(z.object({ device: z.string(), measurement: z.string(), channel: z.int().nullable(), value: z.number(), level })),
      })
      .optional()
      .meta({
        description:
          'Where the limit would be active at once and is not now, by the last good values: at how many devices, and up to 20 points. A limit that always stands rings nothing new.',
      }),
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

const says = z.enum(['for', 'against', 'bad', 'held', 'bypassed']).meta({
  description:
    '`bad`: it cannot be believed. `held`: the same, but its last word that could be believed was for the alarm. `bypassed`: somebody is working on it or tries it out.',
});
export const jointLimits = z
  .object({
    hazardSource: z.string(),
    limits: z.array(
      z.object({
        rule: z.string(),
        name: z.string(),
        revision: z.int(),
        code: z.string(),
        kind: z.enum(['process', 'instrument', 'fire', 'system']),
        level,
        onDelayMs: z.int(),
        offDelayMs: z.int(),
        latching: z.boolean(),
        basis: z.string(),
        basisZh: z.string().optional(),
        joint,
        armed: z.boolean(),
        reason: z
          .enum(['disabled-by-rule', 'no-voters', 'device-missing', 'attribute-missing', 'condition-missing', 'expression-invalid'])
          .nullable()
          .meta({ description: 'Why it is not armed.' }),
        detail: z.string().nullable(),
        holds: z
          .object({ reason: z.enum(['bad-quality', 'no-data', 'late']), detail: z.string() })
          .optional()
          .meta({ description: 'Why it is neither raised nor cleared at the moment, and the points that say nothing.' }),
        on: z.boolean(),
        value: z.number().nullable().meta({ description: 'Votes, 1 or 0 for true or false, or the number.' }),
        needed: z.number().meta({ description: 'Votes wanted: fewer than the rule says where fewer voters are left; or the set point.' }),
        voters: z
          .array(
            z.object({
              device: z.string(),
              measurement: z.string(),
              channel: z.int().nullable(),
              says,
              counts: z.boolean().meta({
                description:
                  'Counts as a vote for the alarm as things stand; a voter that cannot be believed does, unless the rule drops it.',
              }),
              unheard: z.literal(true).optional().meta({ description: '`bad` because it was never heard.' }),
            }),
          )
          .optional(),
        alarmId: z.string().nullable(),
        ruleRevision: z.int(),
      }),
    ),
  })
  .meta({ id: 'JointLimits', description: 'Rules over several points of one hazard source, as they stand.' });
