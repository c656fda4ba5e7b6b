import type { Approval } from '../../../model/approval.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { asProblem } from '../http/mount.ts';
import type { ServerLog } from '../options.ts';
import { HttpProblem } from '../problem.ts';
import { randomText } from '../sign-in/secrets.ts';
import { type ApprovalKind, withRights } from './second-person.ts';

/** Read at once. */
const PAGE = 200;

export interface Finishing {
  readonly platform: Platform;
  readonly kinds: readonly ApprovalKind[];
  readonly log: ServerLog;
}

/**
 * Gives what was approved and has no outcome one: the process ended before it was carried out, or before its outcome was written. What
 * stands already is `done`. What both may still do, and what is not too old for it, is carried out in the name of both; else it has
 * failed, with the code that it would be refused with: `not-allowed` where one of them was disabled or lost the right, `too-late` from
 * the end of its wait on, for nobody looks for a change that he agreed to long ago. What cannot be made durable now stays for the next
 * time. Nothing may be approved meanwhile.
 */
export async function finishApproved(finishing: Finishing): Promise<void> {
  const { platform, log } = finishing;
  const { approvals } = platform.records;
  for (const approval of await unfinished(platform)) {
    const { id, kind, resource, requestedBy, decidedBy } = approval;
    try {
      const outcome = await outcomeOf(finishing, approval);
      if (outcome === null) continue;
      const done = outcome === 'done';
      await approvals.settle(id, done ? 'approved' : 'failed', outcome, {
        at: platform.clock.now(),
        by: 'system',
        action: 'approval.finish',
        resource: `approvals/${id}`,
        outcome: done ? 'ok' : outcome,
        address: null,
        detail: `${kind} of ${resource}, asked for by ${requestedBy}, agreed to by ${decidedBy ?? 'nobody'}`,
      });
    } catch (error) {
      log.error({ approval: id, error: String(error) }, 'what was approved has no outcome yet');
    }
  }
}

async function unfinished({ records, clock }: Platform): Promise<readonly Approval[]> {
  const all: Approval[] = [];
  const query = { states: ['approved'], unfinished: true, now: clock.now(), limit: PAGE } as const;
  for (let page = await records.approvals.list(query); ; page = await records.approvals.list({ ...query, cursor: page.next })) {
    all.push(...page.items);
    if (page.next === null) return all;
  }
}

/** `done`, the code of the refusal, or null while it cannot be told. */
async function outcomeOf({ platform, kinds, log }: Finishing, approval: Approval): Promise<string | null> {
  const kind = kinds.find((one) => one.kind === approval.kind);
  if (kind === undefined || approval.decidedBy === null) return 'state-not-allowed';
  try {
    if (await kind.isDone(platform, approval)) return 'done';
    if (approval.expiresAt <= platform.clock.now()) throw new HttpProblem('too-late', 'it waited too long');
    const requester = await withRights(platform, kind.action, approval, approval.requestedBy);
    const approver = await withRights(platform, kind.approverAction ?? kind.action, approval, approval.decidedBy);
    await kind.carryOut({ platform, approval, requester, approver, requestId: randomText(9) });
    return 'done';
  } catch (error) {
    const { code } = asProblem(error);
    if (code === 'unavailable') return null;
    if (code === 'internal') log.error({ approval: approval.id, error: String(error) }, 'an approval cannot be carried out');
    return code;
  }
}
