import { z } from 'zod';
import { alarm } from './alarm.ts';
import { epochMs, id, level, reference, timeGiven } from './common.ts';
import { newRule } from './rule.ts';

/** A rule as it would be written, with what a rule in force has: an id and its profile. */
const rule = newRule.omit({ unit: true }).extend({ id });

/** Longest period of one backtest. */
const LONGEST_MS = 366 * 86_400_000;

export const backtestBody = z
  .strictObject({
    from: timeGiven.meta({
      override: { type: ['integer', 'string'] },
      description:
        'Inclusive, ms since 1970 or ISO 8601 with offset: the rules come into force here, or as soon as what they are about is there.',
    }),
    to: timeGiven.meta({ override: { type: ['integer', 'string'] }, description: 'Exclusive, ms since 1970 or ISO 8601 with offset.' }),
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
