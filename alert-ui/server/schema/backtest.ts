import { z } from 'zod';
import { RULE_SCOPES } from '../../../model/rule.ts';
import { alarm } from './alarm.ts';
import { epochMs, id, level, limitLevel, reference } from './common.ts';

const ms = z
  .int()
  .min(0)
  .max(86_400_000 * 366);

/** Parts of a limit as a rule sets them. */
const parts = z.strictObject({
  setPoint: z.union([z.number(), z.string().max(64)]).optional(),
  setPointFrom: z.string().min(1).max(1_000).optional(),
  deadband: z.number().min(0).optional(),
  resetBelow: z.number().optional(),
  onDelayMs: ms.optional(),
  offDelayMs: ms.optional(),
  windowMs: ms.optional(),
  level: limitLevel.optional(),
  latching: z.boolean().optional(),
  onlyWhen: z.string().max(2_000).nullable().optional(),
  enabled: z.boolean().optional(),
  basis: z.string().max(1_000).optional(),
  basisZh: z.string().max(1_000).optional(),
});

const rule = z.strictObject({
  id,
  name: z.string().trim().min(1).max(200).optional(),
  scope: z.enum(RULE_SCOPES as unknown as ['profile', 'enterprise', 'hazard-source', 'device']),
  scopeId: reference,
  profileId: reference,
  measurement: reference,
  code: reference,
  adds: z.enum(['hi', 'lo', 'roc_hi', 'roc_lo', 'dev_hi', 'state', 'count_hi']).nullable().default(null),
  parts,
  reason: z.string().max(1_000).nullable().default(null),
});

/** Longest period of one backtest. */
const LONGEST_MS = 366 * 86_400_000;

export const backtestBody = z
  .strictObject({
    from: epochMs.meta({ description: 'UTC ms, inclusive: the rules come into force here.' }),
    to: epochMs.meta({ description: 'UTC ms, exclusive.' }),
    enterprise: reference.optional().meta({ description: 'Alarms of this enterprise alone are told.' }),
    device: reference.optional(),
    rules: z
      .array(rule)
      .max(100)
      .default([])
      .meta({ description: 'Rules put in force, new ones or others in place of those of the same id.' }),
    retire: z.array(reference).max(100).default([]).meta({ description: 'Ids of rules taken away.' }),
  })
  .refine((body) => body.from < body.to && body.to - body.from <= LONGEST_MS, 'from must be before to, by no more than 366 days');

const side = z.object({
  alarms: z.int().min(0),
  annunciated: z.int().min(0),
  byLevel: z.record(level, z.int().min(0)),
});
const course = z.object({ alarm, annunciations: z.array(epochMs) });

export const backtest = z
  .object({
    id: z.string(),
    by: z.string(),
    state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
    createdAt: epochMs,
    from: epochMs,
    to: epochMs,
    progress: z.object({ share: z.number().min(0).max(1), entries: z.int(), values: z.int() }),
    result: z
      .object({
        before: side.meta({ description: 'As it was.' }),
        after: side.meta({ description: 'With the rules tried.' }),
        same: z.int().min(0),
        added: z.array(course),
        removed: z.array(course),
        changed: z.array(z.object({ before: course, after: course })),
        alarms: z.array(course).optional().meta({ description: 'Without rules: every alarm of the period, judged again.' }),
        cut: z.boolean().meta({ description: 'Lists end at 2,000; the numbers are whole.' }),
        entries: z.int(),
        values: z.int(),
        tookMs: z.int(),
      })
      .optional(),
    failure: z
      .object({
        code: z.enum(['history-not-kept', 'refused', 'failed']),
        detail: z.string(),
        change: z.int().optional().meta({ description: 'Which rule was refused, from 0; those taken away come after those put.' }),
        refusal: z.string().optional(),
        earliest: epochMs.nullable().optional().meta({ description: 'From when on there is history.' }),
      })
      .optional(),
  })
  .meta({ id: 'Backtest' });
