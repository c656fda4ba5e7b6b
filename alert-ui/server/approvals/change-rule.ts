import { z } from 'zod';
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

/**
 * A mandatory limit becomes less strict by two people: the one who asks, and one who watches from outside the plant. The change is made
 * on the revision it was asked for; if the rule has moved on meanwhile it fails, for nobody has agreed to that.
 */
export const changeRule: ApprovalKind = {
  kind: 'rule.change',
  action: 'rule.write',
  approverAction: 'rule.approve',
  waitMs: 7 * DAY_MS,
  async carryOut({ platform, approval, requester, approver, requestId }) {
    const asked = request.parse(approval.request);
    const id = asked.op === 'put' ? asked.rule.id : asked.id;
    const now = platform.view.assets('rule').get(id);
    // Done already, by a decision whose outcome was not written down.
    const moved = now !== undefined && now.revision === asked.base + 1 ? now : null;
    if (asked.op === 'retire') {
      if (moved !== null && moved.retiredAt !== null) return;
      await configureOne(platform, requester, requestId, 'rule', id, { op: 'retire', asset: 'rule', id, base: asked.base });
      return;
    }
    const { parts, joint, ...rest } = asked.rule;
    const value = { ...rest, parts: present(parts), approvedBy: approver.name, ...jointOf(joint) };
    if (moved !== null && sameContent(moved, value)) return;
    await configureOne(platform, requester, requestId, 'rule', id, { op: 'put', asset: 'rule', base: asked.base, value });
  },
};
