import { z } from 'zod';
import { commandOne } from '../routes/outcome.ts';
import { isTold } from './is-told.ts';
import type { ApprovalKind } from './second-person.ts';

const request = z.union([
  z.strictObject({ alarmId: z.string(), minutes: z.int() }),
  z.strictObject({ alarmId: z.string(), oneShot: z.literal(true) }),
  z.strictObject({ alarmId: z.string(), until: z.int() }),
]);

/** An orange alarm is shelved by two people (fact book 1.6). Its time counts from the approval; the end of a shift stays where it was. */
export const shelveOrange: ApprovalKind = {
  kind: 'alarm.shelve',
  action: 'alarm.shelve',
  isDone: (platform, approval) => isTold(platform, approval, 'shelved'),
  async carryOut({ platform, approval, requester, approver, requestId }) {
    const asked = request.parse(approval.request);
    const command = { op: 'shelve', ...asked, reason: approval.reason, approvedBy: approver.name } as const;
    await commandOne(platform, requester, requestId, command);
  },
};
