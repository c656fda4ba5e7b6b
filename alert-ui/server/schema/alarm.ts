import { z } from 'zod';
import { SHELVE_MAX_MS, VERIFIED_AS } from '../../../model/alarm.ts';
import { epochMs, level, quality, timeGiven, value } from './common.ts';

export const alarmState = z
  .enum(['NORM', 'UNACK', 'ACKED', 'RTNUN', 'LUNACK', 'LACK'])
  .meta({ id: 'AlarmState', description: 'ISA-18.2 / IEC 62682.' });
export const alarmKind = z.enum(['process', 'instrument', 'fire', 'system']).meta({ id: 'AlarmKind' });
export const suppressedBy = z.enum(['shelved', 'by-design', 'out-of-service']);
export const verifiedAs = z.enum(VERIFIED_AS).meta({ id: 'VerifiedAs' });
const role = z.enum(['supervisor', 'duty-leader']);
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
    suppressedBy: z.array(suppressedBy),
    suppressedUntil: time,
    silencedUntil: time,
    fault: z.boolean(),
    value,
    limit: z.union([z.number(), z.string()]).nullable(),
    unit: text,
    quality: quality.nullable().meta({ description: 'Now; in a live event, as of that event. It changes without one.' }),
    peak: z
      .object({ value: z.number(), at: epochMs })
      .nullable()
      .meta({ description: 'Furthest out so far; in a live event, as of that event. It changes without one.' }),
    raisedAt: epochMs,
    returnedAt: time,
    acknowledgedAt: time,
    acknowledgedBy: text,
    acknowledgedLevel: level.nullable(),
    dueAt: time,
    occurrence: z.int(),
    recurrences: z.int(),
    firstOut: z.boolean().meta({ description: 'It came first of its group, until the whole group is normal.' }),
    groupId: text.meta({ description: '`cause:<enterprise or hazard source>/<line>` or `hazard-source:<id>`; null where it is in none.' }),
    test: z.boolean(),
    historic: z.boolean(),
    ruleRevision: z.int().meta({ description: 'Of the rules by which its last event was judged; it changes with events alone.' }),
    seq: z.int().meta({ description: 'Number of the last event of this alarm; sent back as `seen` with an acknowledgement.' }),
    suppressions: z
      .array(
        z.object({
          flag: suppressedBy,
          since: epochMs,
          until: time,
          by: text,
          reason: text,
          oneShot: z.boolean().optional(),
          approvedBy: z.string().optional(),
          permit: z.string().optional(),
          belowRed: z.literal(true).optional().meta({ description: 'One person alone put it on: it ends when the alarm becomes red.' }),
          causes: z.array(z.string()).optional(),
        }),
      )
      .optional()
      .meta({ description: 'Present while suppressed: who, why, until when.' }),
    verifiedAs: verifiedAs.optional(),
    escalatedTo: role.optional().meta({ description: 'Present while overdue: the role it went up to.' }),
    restless: z
      .object({ chattering: z.int(), fleeting: z.int(), since: epochMs })
      .optional()
      .meta({ description: 'Present once it came and went too fast: times it chattered and was fleeting, until an hour without one.' }),
    unseenHigher: z
      .object({ level, until: epochMs })
      .optional()
      .meta({ description: 'Present while unacknowledged and milder than it was: the worst level that nobody acknowledged, until when.' }),
  })
  .meta({ id: 'Alarm' });

export const alarmEvent = z
  .object({
    seq: z.int(),
    type: z.enum([
      'raised',
      'level-raised',
      'level-lowered',
      'latched',
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
      'first-out-moved',
      'closed',
      'historic-exceedance',
    ]),
    at: epochMs,
    by: text,
    comment: z.string().optional(),
    cause: z.string().optional(),
    until: epochMs.optional(),
    reason: z.string().optional(),
    as: verifiedAs.optional(),
    role: role.optional(),
    overdue: z.enum(['first-response', 'feedback']).optional(),
    permit: z.string().optional(),
    approvedBy: z.string().optional(),
    oneShot: z.boolean().optional(),
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
const reason = z.string().trim().min(1).max(500);
const SUPPRESS_MINUTES = SHELVE_MAX_MS / 60_000;
/** One of `minutes`, `oneShot` and `endOfShift`. */
export const shelveBody = z
  .strictObject({
    minutes: z.int().min(1).max(480).optional().meta({ description: '8 h at most.' }),
    oneShot: z.boolean().optional().meta({ description: 'true: until it next returns, 8 h at most. false is as if it were not said.' }),
    endOfShift: z
      .boolean()
      .optional()
      .meta({ description: 'true: until the shift of the plan ends, which must be within 8 h. false is as if it were not said.' }),
    reason,
  })
  .refine(
    (body) => [body.minutes !== undefined, body.oneShot === true, body.endOfShift === true].filter(Boolean).length === 1,
    'either minutes or oneShot or endOfShift',
  );
export const suppressBody = z.strictObject({
  minutes: z.int().min(1).max(SUPPRESS_MINUTES).default(SUPPRESS_MINUTES).meta({ description: '8 h at most, and where it is not said.' }),
  reason,
});
export const liftBody = z.strictObject({ reason: reason.optional() });
export const outOfServiceBody = z.strictObject({
  permit: z.string().trim().min(1).max(100),
  reason,
  until: timeGiven.optional().meta({
    override: { type: ['integer', 'string'] },
    description:
      'Planned end, ms since 1970 or ISO 8601 with offset; without one it lasts until somebody returns it to service. Required, and within 7 days, where somebody bound to its enterprise asks for it and the alarm can become red.',
  }),
});
export const verifyBody = z.strictObject({ as: verifiedAs, note: comment.optional(), comment: comment.optional() });
export const silenceGroupBody = z.strictObject({
  items: z
    .array(z.strictObject({ id: z.string().min(1).max(64) }))
    .min(1)
    .max(500),
});
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
