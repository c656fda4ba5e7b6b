import { z } from 'zod';
import { epochMs } from './common.ts';

export const flood = z
  .object({
    number: z.int().meta({ description: '1, 2, 3 … over the life of the installation.' }),
    since: epochMs,
    endedAt: epochMs.nullable().meta({ description: 'null: it goes on.' }),
    annunciated: z.int().meta({ description: 'Alarms told to the operator in it, those that made it begin included.' }),
    most: z.int().meta({ description: 'Most in any ten minutes of it.' }),
  })
  .meta({ id: 'Flood', description: 'Begins when ten minutes hold more than 10 annunciations, ends when they hold fewer than 5.' });

export const floodState = z
  .object({ now: flood.nullable(), last: flood.nullable(), inTenMinutes: z.int() })
  .meta({ id: 'FloodState', description: 'Of the whole platform: for those who see all of it.' });

export const floods = floodState.extend({ items: z.array(flood) }).meta({ id: 'Floods', description: 'The last 20, newest first.' });
