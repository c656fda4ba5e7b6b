import { z } from 'zod';
import { type Device, isLimitRule, type LimitRule } from '../../../model/asset.ts';
import type { EngineView, RuleChange } from '../../../model/engine.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import type { EpochMs } from '../../../model/time.ts';
import { HttpProblem } from '../problem.ts';
import { configureOne } from '../routes/outcome.ts';
import { jointOf, sameContent } from '../routes/rule-content.ts';
import { present } from '../http/validate.ts';
import { storedRule } from '../schema/rule.ts';
import type { ApprovalKind } from './second-person.ts';
import { demandNoSofter, softens } from './silence.ts';

const DAY_MS = 86_400_000;

/** What it was told to come to; absent of one that an earlier build kept. */
const told = { softens: softens.optional(), devices: z.int().optional() };
const request = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('put'), base: z.int(), rule: storedRule, ...told }),
  z.strictObject({ op: z.literal('retire'), base: z.int(), id: z.string(), ...told }),
]);
type Asked = z.output<typeof request>;

/**
 * A mandatory limit becomes less strict by two people: the one who asks, and one who watches from outside the plant. The change is made
 * on the revision it was asked for; if the rule has moved on meanwhile it fails, for nobody has agreed to that. So it does where the rule is
 * what it was and its limits are not: it would soften more than was told, or devices that have come under it from elsewhere.
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
    const change = changeOf(asked, approver.name);
    demandAsTold(platform.view, asked, change, approval.requestedAt);
    await configureOne(platform, requester, requestId, 'rule', idOf(asked), change);
  },
};

function changeOf(asked: Asked, approver: string): RuleChange {
  const { base } = asked;
  if (asked.op === 'retire') return { op: 'retire', asset: 'rule', id: asked.id, base };
  return { op: 'put', asset: 'rule', base, value: ruleOf(asked.rule, approver) };
}

function idOf(asked: Asked): string {
  return asked.op === 'put' ? asked.rule.id : asked.id;
}

/** Devices that were registered since have no limit that anybody relied on; those that were there have. Throws `approval-outdated`. */
function demandAsTold(view: EngineView, asked: Asked, change: RuleChange, requestedAt: EpochMs): void {
  const trial = view.tryRule(change);
  // What is refused says so itself, by the revision or by what is wrong with it.
  if (!trial.outcome.ok) return;
  demandNoSofter(asked.softens, trial.softened);
  const rule = change.op === 'put' ? change.value : view.assets('rule').get(change.id);
  if (asked.devices === undefined || rule === undefined || !isLimitRule(rule)) return;
  let fresh = 0;
  for (const device of view.assets('device').values())
    if (device.retiredAt === null && device.createdAt > requestedAt && isUnder(device, rule)) fresh += 1;
  if (trial.devices - fresh > asked.devices)
    throw new HttpProblem(
      'approval-outdated',
      `it reaches ${trial.devices - fresh} devices, not ${asked.devices} as when it was asked for`,
    );
}

function isUnder(device: Device, { profileId, scope, scopeId }: LimitRule): boolean {
  if (device.profileId !== profileId) return false;
  const place = { profile: device.profileId, enterprise: device.enterpriseId, 'hazard-source': device.hazardSourceId, device: device.id };
  return place[scope] === scopeId;
}

/** Done already, by a decision whose outcome was not written down. */
function stands(platform: Platform, asked: Asked, approver: string): boolean {
  const now = platform.view.assets('rule').get(idOf(asked));
  if (now === undefined || now.revision !== asked.base + 1) return false;
  return asked.op === 'retire' ? now.retiredAt !== null : sameContent(now, ruleOf(asked.rule, approver));
}

function ruleOf({ parts, joint, ...rest }: Extract<Asked, { op: 'put' }>['rule'], approver: string) {
  return { ...rest, parts: present(parts), approvedBy: approver, ...jointOf(joint) };
}
