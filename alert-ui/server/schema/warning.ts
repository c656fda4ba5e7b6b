import { z } from 'zod';
import { epochMs, level, timeGiven } from './common.ts';

export const warningScope = z.enum(['hazard-source', 'enterprise', 'area']).meta({ id: 'WarningScope' });
export const setFactorName = z.enum(['special-work', 'commitment', 'hidden-hazard', 'weather']).meta({ id: 'SetFactorName' });
const factorName = z.enum([
  'inherent',
  'worst-alarm',
  'alarm-count',
  'worst-member',
  'member-count',
  'offline',
  'special-work',
  'commitment',
  'hidden-hazard',
  'weather',
]);
const time = epochMs.nullable();
const text = z.string().nullable();

const factor = z
  .object({
    name: factorName,
    weight: z.number(),
    x: z.number().nullable().meta({ description: '0 to 1; null = no data, counts 0.' }),
    contribution: z.number().meta({ description: 'weight · x.' }),
    since: time,
    stale: z.boolean(),
    basis: z.literal('design default'),
    confidence: z.literal('D'),
    count: z.int().optional(),
    of: z.int().optional(),
    by: z.string().optional(),
    until: epochMs.optional(),
    comment: z.string().optional(),
  })
  .meta({ id: 'WarningFactor' });

export const warning = z
  .object({
    id: z.string().meta({ description: '`<scope>:<id>`: one per hazard source, enterprise and area.' }),
    scope: warningScope,
    name: z.string(),
    hazardSourceId: text,
    enterpriseId: text,
    areaId: text,
    level,
    state: z.enum(['resting', 'issued']).meta({ description: 'Issued above blue.' }),
    ri: z.number().meta({ description: '100·(1 − Π(1 − w·x)), 0 to 100.' }),
    computed: level.meta({ description: 'What the inputs say now; `level` falls to it after five minutes of calm.' }),
    lowersAt: time,
    floor: z.object({ level, by: z.enum(['alarm', 'life-safety', 'member']) }).nullable(),
    factors: z.array(factor),
    stale: z.boolean(),
    test: z.boolean(),
    issuedAt: time,
    updatedAt: time,
    liftedAt: time,
    occurrence: z.int(),
    seq: z.int(),
  })
  .meta({ id: 'Warning' });

export const warningEvent = z
  .object({
    seq: z.int(),
    type: z.enum(['issued', 'updated', 'lifted', 'factor-set', 'factor-ended']),
    at: epochMs,
    by: text,
    cause: z.string().optional(),
    previous: level,
    level,
    ri: z.number(),
    factor: setFactorName.optional(),
    value: z.number().nullable().optional(),
    until: epochMs.optional(),
    comment: z.string().optional(),
    entry: z.int(),
  })
  .meta({ id: 'WarningEvent' });

export const listedWarning = warning.extend({
  peak: level.optional().meta({ description: 'Of one that is over: the worst level it had.' }),
});
export const warningWithEvents = warning.extend({ events: z.array(warningEvent) }).meta({ id: 'WarningWithEvents' });

export const factorBody = z.strictObject({
  value: z.number().min(0).max(1).meta({ description: '0 = nothing of it, 1 = as bad as it gets.' }),
  until: timeGiven.meta({
    override: { type: ['integer', 'string'] },
    description: 'When it ends: ms since 1970, or ISO 8601 with offset; at most a year ahead.',
  }),
  comment: z.string().trim().min(1).max(500).optional(),
});
