import { z } from 'zod';
import type { Platform } from '../../../model/ports/platform.ts';
import { configureOne } from '../routes/outcome.ts';
import { jointOf, sameContent } from '../routes/rule-content.ts';
import { present } from '../http/validate.ts';
import { storedRule } from '../schema/rule.ts';
import type { ApprovalKind } from './second-person.ts';

const DAY_MS = 86_400_000;

const request = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('put'), base: z.int(), rule: storedRule }),
  z.strictObject({ op: z.literal('retire'), base: z.int(), id: z.string() }),
]);
type Asked = z.output<typeof request>;

/**
 * A mandatory limit becomes less strict by two people: the one who asks, and one who watches from outside the plant. The change is made
 * on the revision it was asked for; if the rule has moved on meanwhile it fails, for nobody has agreed to that.
 */
export const changeRule: ApprovalKind = {
  kind: 'rule.change',
  action: 'rule.write',
  approverAction: 'rule.approve',
  waitMs: 7 * DAY_MS,
  isDone: (platform, { request: asked, decidedBy }) => decidedBy !== null && stands(platform, request.parse(asked), decidedBy),
  async carryOut({ platform, approval, requester, approver, requestId }) {
    const asked = request.parse(approval.request);
    if (stands(platform, asked, approver.name)) return;
    if (asked.op === 'retire') {
      const { base, id } = asked;
      await configureOne(platform, requester, requestId, 'rule', id, { op: 'retire', asset: 'rule', id, base });
      return;
    }
    const { base, rule } = asked;
    const value = ruleOf(rule, approver.name);
    await configureOne(platform, requester, requestId, 'rule', rule.id, { op: 'put', asset: 'rule', base, value });
  },
};

/** Done already, by a decision whose outcome was not written down. */
function stands(platform: Platform, asked: Asked, approver: string): boolean {
  const now = platform.view.assets('rule').get(asked.op === 'put' ? asked.rule.id : asked.id);
  if (now === undefined || now.revision !== asked.base + 1) return false;
  return asked.op === 'retire' ? now.retiredAt !== null : sameContent(now, ruleOf(asked.rule, approver));
}

function ruleOf({ parts, joint, ...rest }: Extract<Asked, { op: 'put' }>['rule'], approver: string) {
  return { ...rest, parts: present(parts), approvedBy: approver, ...jointOf(joint) };
}
