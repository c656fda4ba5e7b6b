import { z } from 'zod';
import { epochMs } from './common.ts';

const count = z.int().min(0);
const antiChatter = z.object({ deadband: z.number(), onDelayMs: z.number(), offDelayMs: z.number() });
const course = z
  .object({ alarms: count, chattering: count, fleeting: count })
  .meta({ id: 'LimitCourse', description: 'What the limit does on the history, judged as the engine judges.' });

export const proposals = z
  .object({
    device: z.string(),
    measurement: z.string(),
    channel: z.int().nullable(),
    unit: z.string(),
    cut: z.boolean().meta({ description: 'The period holds more readings than were looked at: the counts are of its beginning.' }),
    items: z.array(
      z.object({
        code: z.string(),
        ladder: z.string(),
        dir: z.enum(['hi', 'lo']),
        setPoint: z.number(),
        from: epochMs,
        to: epochMs,
        samples: count,
        noise: z.number().meta({ description: 'Standard deviation of the signal’s noise.' }),
        present: antiChatter,
        now: course,
        proposed: antiChatter,
        after: course,
        steps: z.array(z.object({ part: z.enum(['deadband', 'onDelayMs', 'offDelayMs']), value: z.number(), course })),
        rule: z
          .object({
            id: z.string(),
            scope: z.literal('device'),
            scopeId: z.string(),
            measurement: z.string(),
            code: z.string(),
            parts: antiChatter.partial(),
            reason: z.string(),
          })
          .nullable()
          .meta({ description: 'The body of `POST /rules`, and one of `POST /backtests`; null where nothing is proposed.' }),
        secondPerson: z.boolean().meta({ description: 'The limit is mandatory and would become less strict.' }),
      }),
    ),
  })
  .meta({ id: 'LimitProposals', description: 'Proposals alone: nothing changes until somebody makes a rule of one.' });
