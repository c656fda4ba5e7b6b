import { z } from 'zod';
import { alarmKind } from './alarm.ts';
import { epochMs, level } from './common.ts';

const share = z.number().min(0).max(1).meta({ description: 'Share, 0…1.' });
const count = z.int().min(0);
const text = z.string().nullable();
const ms = z.number().nullable();

const identity = {
  enterpriseId: text,
  areaId: text,
  deviceId: text,
  measurement: text,
  channel: z.int().nullable(),
  ladder: z.string(),
  kind: alarmKind,
};
const spread = z
  .object({ count, mean: ms, p50: ms, p90: ms, p95: ms, max: ms })
  .meta({ id: 'Spread', description: 'Durations in ms, percentiles by nearest rank; null where there is none.' });

const flagged = z.array(
  z.object({ ...identity, alarmId: z.string(), level, since: epochMs, until: epochMs.nullable(), by: text, reason: text }),
);

const figures = {
  from: epochMs,
  to: epochMs,
  enoughDays: z.boolean().meta({ description: 'The measures are meant for at least 30 days.' }),
  observedMs: z.number().min(0).meta({
    description:
      'Of the period, ms in which something could have rung: since the first enterprise asked about was registered, up to now, without our own outages. Rates and shares of time are over it.',
  }),
  rates: z.object({
    annunciated: count.meta({
      description:
        'Raised, come again, or risen to a level nobody had acknowledged; what an alarm does within one journal entry counts once.',
    }),
    perHour: z.number(),
    perTenMinutes: z.number(),
    hoursAbove30: share,
    tenMinutesAbove10: share,
    maxInTenMinutes: count,
    floods: count,
    floodMs: z.number(),
    floodShare: share,
  }),
  byLevel: z.record(level, count),
  byKind: z.record(alarmKind, count),
  worst: z.array(z.object({ ...identity, annunciated: count, share, chattering: count, fleeting: count })),
  worstShare: share,
  chattering: count,
  fleeting: count,
  standing: z.array(z.object({ ...identity, alarmId: z.string(), level, since: epochMs })),
  standingCount: count,
  standingMaxPerDay: count,
  shelved: flagged.meta({ description: 'At the end of the period, longest first, 100 at most.' }),
  shelvedCount: count,
  outOfService: flagged.meta({ description: 'At the end of the period, longest first, 100 at most.' }),
  outOfServiceCount: count,
  shelvings: count.meta({ description: 'How often an alarm was shelved within the period.' }),
  toAcknowledge: spread.meta({ description: 'From ringing to the first acknowledgement.' }),
  toReturn: spread.meta({ description: 'From coming to the return.' }),
  late: count,
  unacknowledged: count,
  verified: z.record(z.string(), count),
  people: z.array(z.object({ by: z.string(), acknowledged: count, p50: ms })),
  targets: z.array(
    z.object({
      name: z.string(),
      value: z.number(),
      target: z.number(),
      manageable: z.number().nullable(),
      met: z.boolean(),
    }),
  ),
};

export const performance = z
  .object({ ...figures, areas: z.array(z.object({ ...figures, areaId: text })) })
  .meta({ id: 'Performance', description: 'ISA-18.2 §16 figures; targets as told by secondary sources, as defaults.' });
