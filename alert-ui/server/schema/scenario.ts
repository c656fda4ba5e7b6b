import { z } from 'zod';
import { epochMs } from './common.ts';

export const scenarioName = z.object({ name: z.string() }).meta({ id: 'ScenarioName' });

export const scenarioRun = z
  .object({
    id: z.string(),
    name: z.string(),
    by: z.string(),
    state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
    createdAt: epochMs,
    verdict: z
      .object({
        ok: z.boolean().meta({ description: 'Every expected alarm came in its time and no other did.' }),
        lines: z.array(
          z.object({
            ok: z.boolean(),
            finding: z.enum(['came', 'kept-away', 'missing', 'forbidden', 'unexpected', 'trouble']),
            about: z.string(),
            wanted: z.string(),
            found: z.string(),
          }),
        ),
        messages: z.int(),
      })
      .optional(),
    failure: z.string().optional().meta({ description: 'Why there is no verdict.' }),
  })
  .meta({ id: 'ScenarioRun' });
