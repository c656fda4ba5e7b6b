import { z } from 'zod';
import { epochMs, level, quality, value } from './common.ts';

export const alarmState = z
  .enum(['NORM', 'UNACK', 'ACKED', 'RTNUN', 'LUNACK', 'LACK'])
  .meta({ id: 'AlarmState', description: 'ISA-18.2 / IEC 62682.' });
export const alarmKind = z.enum(['process', 'instrument', 'fire', 'system']).meta({ id: 'AlarmKind' });
const text = z.string().nullable();
const time = epochMs.nullable();

export const alarm = z
  .object({
    id: z.string(),
    ladder: z.string(),
    code: z.string(),
    kind: alarmKind,
    enterpriseId: text,
    areaId: text,
    hazardSourceId: text,
    deviceId: text,
    measurement: text,
    channel: z.int().nullable(),
    level,
    state: alarmState,
    active: z.boolean(),
    latched: z.boolean(),
    suppressedBy: z.array(z.enum(['shelved', 'by-design', 'out-of-service'])),
    suppressedUntil: time,
    silencedUntil: time,
    fault: z.boolean(),
    value,
    limit: z.union([z.number(), z.string()]).nullable(),
    unit: text,
    quality: quality.nullable(),
    peak: z.object({ value: z.number(), at: epochMs }).nullable(),
    raisedAt: epochMs,
    returnedAt: time,
    acknowledgedAt: time,
    acknowledgedBy: text,
    acknowledgedLevel: level.nullable(),
    dueAt: time,
    occurrence: z.int(),
    recurrences: z.int(),
    firstOut: z.boolean(),
    groupId: text,
    test: z.boolean(),
    historic: z.boolean(),
    ruleRevision: z.int(),
    seq: z.int().meta({ description: 'Number of the last event of this alarm; sent back as `seen` with an acknowledgement.' }),
  })
  .meta({ id: 'Alarm' });

export const alarmEvent = z
  .object({
    seq: z.int(),
    type: z.enum([
      'raised',
      'level-raised',
      'level-lowered',
      'returned',
      're-announced',
      'acknowledged',
      'withdrawn',
      'silenced',
      'shelved',
      'unshelved',
      'suppressed',
      'unsuppressed',
      'out-of-service',
      'returned-to-service',
      'reset',
      'commented',
      'verified',
      'changed-by-config',
      'closed',
      'historic-exceedance',
    ]),
    at: epochMs,
    by: text,
    comment: z.string().optional(),
    cause: z.string().optional(),
    level: level.optional(),
    value: value.optional(),
    entry: z.int(),
    ruleRevision: z.int().optional(),
  })
  .meta({ id: 'AlarmEvent' });

export const alarmWithEvents = alarm.extend({ events: z.array(alarmEvent) }).meta({ id: 'AlarmWithEvents' });

export const comment = z.string().trim().min(1).max(2_000);
export const acknowledgeBody = z.strictObject({ seen: z.int().min(0).optional(), comment: comment.optional() });
export const resetBody = z.strictObject({ comment: comment.optional() });
export const nothing = z.strictObject({});
export const commentBody = z.strictObject({ comment });
export const groupBody = z.strictObject({
  items: z
    .array(z.strictObject({ id: z.string().min(1).max(64), seen: z.int().min(0).optional() }))
    .min(1)
    .max(500),
  comment: comment.optional(),
});
export const groupResult = z.object({
  items: z.array(
    z.object({ id: z.string(), status: z.int(), code: z.string().optional(), detail: z.string().optional(), alarm: alarm.optional() }),
  ),
});
