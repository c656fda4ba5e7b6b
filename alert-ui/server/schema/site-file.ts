import { z } from 'zod';

const siteProblem = z.object({ line: z.int(), path: z.string(), message: z.string() });
export const siteReport = z
  .object({
    written: z.boolean().meta({ description: 'False for a dry run, and where anything is not sound: then nothing was written.' }),
    problems: z.array(siteProblem),
    items: z.array(
      z.object({
        section: z.string(),
        id: z.string(),
        line: z.int(),
        path: z.string(),
        what: z.enum(['create', 'change', 'same']),
        fields: z.array(z.string()).meta({ description: 'What differs from what stands.' }),
        needsApproval: z.boolean(),
        outcome: z
          .string()
          .nullable()
          .meta({ description: '`done`, `waits` for a second person, or the code it was refused with; null while nothing was written.' }),
        approval: z.string().optional(),
      }),
    ),
    credentials: z
      .array(z.object({ username: z.string(), password: z.string() }))
      .meta({ description: 'Of the devices and gateways that are new, shown once.' }),
  })
  .meta({ id: 'SiteReport' });
