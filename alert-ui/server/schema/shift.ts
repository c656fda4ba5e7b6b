import { z } from 'zod';
import { PASSWORD_MAX } from '../sign-in/passwords.ts';
import { alarm, verifiedAs } from './alarm.ts';
import { epochMs, level, listBody } from './common.ts';
import { flood } from './flood.ts';
import { warningScope } from './warning.ts';

const count = z.int().min(0);
const ms = z.number().nullable();
const text = z.string().nullable();
const byLevel = z.record(level, count);

const span = z
  .object({ name: z.string(), from: epochMs, to: epochMs.meta({ description: 'Exclusive: the next shift begins.' }) })
  .meta({ id: 'ShiftSpan', description: 'A shift of the plan on one day.' });
export const plan = z
  .object({
    timeZone: z.string(),
    shifts: z.array(z.object({ name: z.string(), start: z.string().meta({ description: 'Local time, `HH:MM`.' }) })),
    now: span,
  })
  .meta({ id: 'ShiftPlan', description: '`BEACON_SHIFTS`; `now` is the shift of the plan that this moment lies in.' });

const figures = z
  .object({
    from: epochMs,
    to: epochMs,
    raised: count.meta({ description: 'Alarms told to the operator: raised, come again, risen.' }),
    byLevel,
    acknowledged: count,
    acknowledgeMeanMs: ms.meta({ description: 'From ringing to the first acknowledgement (MTTA).' }),
    acknowledgeP90Ms: ms,
    late: count,
    floods: count,
    floodMs: z.number(),
    verified: z.partialRecord(verifiedAs, count),
  })
  .meta({ id: 'ShiftFigures' });

const signature = z
  .object({
    by: z.string(),
    at: epochMs,
    notes: z.string(),
    todo: z.array(z.string()),
    missed: count.meta({ description: 'Alarms that should have come and did not, as far as the shift knows.' }),
    digest: z
      .string()
      .meta({ description: 'SHA-256, hex, of what was signed and the picture; the audit line of the signature has it too.' }),
  })
  .meta({ id: 'ShiftSignature' });

const listed = <T extends z.ZodType>(item: T) =>
  z.object({ total: count, items: z.array(item) }).meta({ description: 'The first 200, worst first, and how many there are.' });
const picture = z
  .object({
    at: epochMs,
    entry: z.int().meta({ description: 'Number of the last journal entry in it.' }),
    event: z.int().meta({ description: 'Number of the last live event in it: an alarm with a higher `seq` changed since.' }),
    counts: z.object({
      open: byLevel,
      unacknowledged: byLevel,
      suppressed: z.object({ shelved: count, 'by-design': count, 'out-of-service': count }),
    }),
    open: listed(alarm),
    shelved: listed(alarm),
    outOfService: listed(alarm),
    byDesign: listed(alarm),
    warnings: listed(
      z.object({
        id: z.string(),
        scope: warningScope,
        name: z.string(),
        level,
        issuedAt: epochMs.nullable(),
        updatedAt: epochMs.nullable().optional(),
      }),
    ),
    inhibited: listed(z.object({ id: z.string(), enterpriseId: z.string(), points: z.array(z.string()), since: epochMs }))
      .optional()
      .meta({ description: 'Devices with points that say test or maintenance, longest first; missing in hand-overs of an earlier build.' }),
    silent: listed(alarm),
    devices: z.object({ online: count, offline: count, total: count, inhibited: count.optional() }),
    approvals: listed(
      z.object({
        id: z.string(),
        kind: z.string(),
        resource: z.string(),
        reason: z.string(),
        requestedBy: z.string(),
        expiresAt: epochMs,
      }),
    ),
    floods: z.array(flood),
    kept: z.array(z.string()).meta({ description: 'Shelved alarms that the outgoing person looked at again and kept, by id.' }),
    figures,
  })
  .meta({ id: 'ShiftPicture', description: 'What stood at one moment, worked out by the server.' });

export const shift = z
  .object({
    id: z.string(),
    name: z.string(),
    plannedFrom: epochMs,
    plannedTo: epochMs,
    by: z.string().meta({ description: 'Whoever has, or had, the watch.' }),
    startedAt: epochMs,
    takenFrom: text.meta({ description: 'Whom it was taken over from; null = nobody had it.' }),
    soundTest: z.object({ at: epochMs, heard: z.boolean() }).nullable(),
    signature: signature.nullable().meta({ description: 'The first of the two signatures.' }),
    endedAt: epochMs.nullable(),
    takenBy: text.meta({ description: 'Who gave the second signature.' }),
    unsignedReason: text.meta({ description: 'Why it was taken over without the first signature.' }),
    figures: figures.nullable().meta({ description: 'Of the whole shift once it is over; of one that goes on, until now.' }),
  })
  .meta({ id: 'Shift', description: "One person's watch over the desk." });

export const shiftList = listBody(shift).extend({
  current: shift.nullable().meta({ description: 'The one that goes on; null: nobody has the watch.' }),
  plan,
});
export const shiftWithPicture = z.object({
  shift: shift.nullable().meta({ description: 'null of `current` where nobody has the watch.' }),
  picture: picture
    .nullable()
    .meta({ description: 'What was signed; of a shift nobody has signed yet what stands now. null where none was kept.' }),
});

const password = z
  .string()
  .min(1)
  .max(PASSWORD_MAX)
  .optional()
  .meta({ description: 'The own password, which is the signature. Wanted of a session; an API token is one by itself.' });
const line = z.string().trim().min(1).max(500);
export const handoverBody = z
  .strictObject({
    sign: z.enum(['outgoing', 'incoming', 'unsigned', 'withdraw']).optional().meta({
      description:
        '`outgoing`: the first signature, of whoever has the watch. `incoming`: the second, of somebody else, who takes it over; or who begins the first watch. `unsigned`: takes it over without the first one, with a reason. `withdraw`: takes the first one back. Absent: `outgoing` of whoever has the watch, `incoming` of anybody else.',
    }),
    shift: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: 'The shift on the screen that is handed over: if another one stands, `shift-changed`.' }),
    seen: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .meta({
        description:
          'Of whoever takes over: `digest` of the first signature that was read. Where one stands it is wanted; if it is another, or absent, `handover-changed` with the one that stands.',
      }),
    notes: z.string().trim().max(4_000).optional(),
    todo: z.array(line).max(50).optional().meta({ description: 'What remains to do.' }),
    missed: z.int().min(0).max(999).optional(),
    kept: z.array(z.string().min(1).max(64)).max(500).optional().meta({ description: 'Shelved alarms looked at again and kept.' }),
    reason: line.optional().meta({ description: 'Of `unsigned`: why.' }),
    heard: z.boolean().optional().meta({ description: 'Of whoever takes over: was the test sound heard.' }),
    password,
  })
  .refine((body) => body.sign !== 'unsigned' || body.reason !== undefined, { path: ['reason'], message: 'why without the signature' });
export const soundBody = z.strictObject({ heard: z.boolean() });
