import { z } from 'zod';
import { LEVEL_RANK } from '../../../model/level.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { HttpProblem } from '../problem.ts';
import { standing } from '../routes/alarm-command.ts';
import { commandOne } from '../routes/outcome.ts';
import { level } from '../schema/common.ts';
import { isTold } from './is-told.ts';
import type { ApprovalKind } from './second-person.ts';

/**
 * Hiding by hand what is red or can become red is done by two people, of whom one does not run the plant (decision 13): the plant asks, an
 * administrator or an operator who watches everything agrees. `level` is what stood when it was asked for: worse than that nobody has
 * agreed to.
 */

const seen = { alarmId: z.string(), level };
const suppression = z.strictObject({ ...seen, minutes: z.int() });
const permit = z.strictObject({ ...seen, permit: z.string(), until: z.int() });

/** Its time counts from the approval. */
export const suppressRed: ApprovalKind = {
  kind: 'alarm.suppress',
  action: 'alarm.suppress',
  approverAction: 'alarm.approve',
  isDone: (platform, approval) => isTold(platform, approval, 'suppressed'),
  async carryOut({ platform, approval, requester, approver, requestId }) {
    const { alarmId, level: was, minutes } = suppression.parse(approval.request);
    demandNoWorse(platform, alarmId, was);
    const { reason } = approval;
    await commandOne(platform, requester, requestId, { op: 'suppress', alarmId, minutes, reason, approvedBy: approver.name });
  },
};

/** Its end stays where it was: that of the permit. */
export const takeRedOut: ApprovalKind = {
  kind: 'alarm.out-of-service',
  action: 'alarm.out-of-service',
  approverAction: 'alarm.approve',
  isDone: (platform, approval) => isTold(platform, approval, 'out-of-service'),
  async carryOut({ platform, approval, requester, approver, requestId }) {
    const { alarmId, level: was, ...asked } = permit.parse(approval.request);
    demandNoWorse(platform, alarmId, was);
    const { reason } = approval;
    await commandOne(platform, requester, requestId, { op: 'out-of-service', alarmId, ...asked, reason, approvedBy: approver.name });
  },
};

function demandNoWorse({ view }: Platform, alarmId: string, was: z.output<typeof level>): void {
  const alarm = standing(view, alarmId);
  if (alarm !== undefined && LEVEL_RANK[alarm.level] > LEVEL_RANK[was])
    throw new HttpProblem('alarm-changed', `it has become ${alarm.level} since it was asked for`, { alarm });
}
