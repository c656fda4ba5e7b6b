import { z } from 'zod';
import { APPROVAL_STATES } from '../../../model/approval.ts';
import { epochMs } from './common.ts';

export const approvalState = z.enum(APPROVAL_STATES).meta({ id: 'ApprovalState' });
export const approval = z
  .object({
    id: z.string(),
    kind: z.string().meta({ description: 'What is asked for, e.g. `alarm.shelve`.' }),
    enterpriseId: z.string().nullable(),
    resource: z.string(),
    request: z.record(z.string(), z.unknown()),
    reason: z.string(),
    requestedBy: z.string(),
    requestedAt: epochMs,
    expiresAt: epochMs,
    state: approvalState,
    decidedBy: z.string().nullable(),
    decidedAt: epochMs.nullable(),
    comment: z.string().nullable(),
    outcome: z.string().nullable().meta({ description: '`done`, or the code with which it had become impossible.' }),
  })
  .meta({ id: 'Approval', description: 'Waits for a second person, or was decided by one.' });
const words = z.string().trim().min(1).max(2_000).optional();
/** What was asked for had a `reason`; who decides may call his words so too. */
export const decisionBody = z.strictObject({ comment: words, reason: words.meta({ description: 'Another word for `comment`.' }) });
