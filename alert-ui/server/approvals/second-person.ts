import { type Action, may } from '../../../model/access.ts';
import { APPROVAL_WAIT_MS, type Approval, approvalAt } from '../../../model/approval.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import type { AuditLine } from '../../../model/ports/records.ts';
import { demand, sees } from '../access.ts';
import type { Answer } from '../http/route.ts';
import { HttpProblem, isProblemCode } from '../problem.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { randomText } from '../sign-in/secrets.ts';

/** Requests of one account that wait at once: nobody buries those of others under his own, nor what he asks under more of it. */
const PENDING_MAX = 200;

/** One kind of thing that needs a second person: who may agree to it, and how it is done then. */
export interface ApprovalKind {
  readonly kind: string;
  /** The right that both people need, on the enterprise it is about; of the second one see `approverAction`. */
  readonly action: Action;
  /** The right of the second person, where it is another one than that of the first. */
  readonly approverAction?: Action;
  readonly waitMs?: number;
  /**
   * Does what was agreed to stand already? Asked of one that was approved but whose outcome was never written (a crash in between), so
   * that what was done is never said to have failed.
   */
  isDone(platform: Platform, approval: Approval): Promise<boolean> | boolean;
  /**
   * Does it, in the requester's name with the approver beside it. Throws the refusal as a problem. May be called again for one that
   * was approved but whose outcome was never written (a crash in between): doing it twice must come to the same.
   */
  carryOut(call: {
    readonly platform: Platform;
    readonly approval: Approval;
    readonly requester: AccountActor;
    readonly approver: AccountActor;
    readonly requestId: string;
  }): Promise<void>;
}

/** What is asked of a second person. */
export interface Asking {
  readonly kind: ApprovalKind;
  readonly enterpriseId: string | null;
  readonly resource: string;
  readonly request: Approval['request'];
  readonly reason: string;
}

/** How the audit tells of a request: by the line of its route, about what, with what would come of it. */
export interface Telling {
  readonly auditLine: (resource: string, detail?: string) => AuditLine;
  readonly resource: string;
  readonly text?: string;
}

/** The answer where a second person has to agree: the request that waits, which is in the audit since it is there. */
export async function answerWaits(platform: Platform, actor: AccountActor, asking: Asking, telling: Telling): Promise<Answer> {
  const { approval, fresh } = await askSecondPerson(platform, actor, asking, telling);
  return {
    status: 202,
    body: approval,
    resource: telling.resource,
    detail: askedText(approval.id, telling),
    ...(fresh ? { audited: true as const } : {}),
  };
}

function askedText(id: string, { text = '' }: Telling): string {
  return text === '' ? `approval ${id}` : `approval ${id}: ${text}`;
}

/**
 * Puts a request before a second person, in one transaction with its audit line. The same request of the same person that still waits is given
 * back as it is (not `fresh`). Throws `not-allowed` when the requester may not ask for it, `too-many-approvals` while too many of his wait.
 */
export async function askSecondPerson(
  platform: Platform,
  actor: AccountActor,
  asking: Asking,
  telling: Telling,
): Promise<{ readonly approval: Approval; readonly fresh: boolean }> {
  const { kind, enterpriseId, resource, request, reason } = asking;
  demand(actor, kind.action, enterpriseId);
  const now = platform.clock.now();
  const text = JSON.stringify(request);
  const { items } = await platform.records.approvals.list({ states: ['pending'], requestedBy: actor.name, now, limit: PENDING_MAX });
  const same = items.find((one) => one.kind === kind.kind && one.resource === resource && JSON.stringify(one.request) === text);
  if (same !== undefined) return { approval: same, fresh: false };
  if (items.length >= PENDING_MAX) throw new HttpProblem('too-many-approvals', `${PENDING_MAX} requests of ${actor.name} wait already`);
  const approval: Approval = {
    id: randomText(9),
    kind: kind.kind,
    enterpriseId,
    resource,
    request,
    reason,
    requestedBy: actor.name,
    requestedAt: now,
    expiresAt: now + (kind.waitMs ?? APPROVAL_WAIT_MS),
    state: 'pending',
    decidedBy: null,
    decidedAt: null,
    comment: null,
    outcome: null,
  };
  await platform.records.approvals.add(approval, telling.auditLine(telling.resource, askedText(approval.id, telling)));
  return { approval, fresh: true };
}

/** The approval, where the actor may see it; else `not-found`. */
export async function findApproval(platform: Platform, actor: AccountActor, id: string): Promise<Approval> {
  const approval = await platform.records.approvals.get(id);
  if (approval === null || !sees(actor, approval.enterpriseId)) throw new HttpProblem('not-found', `approval ${id}`);
  return approvalAt(approval, platform.clock.now());
}

/** The audit's line of a decision, before it is known what the decision came to. */
export type DecisionLine = (detail: string) => AuditLine;
/** The approval after the decision, and whether the audit's line of it was written with it. */
export interface Decided {
  readonly approval: Approval;
  readonly detail: string;
  readonly audited: boolean;
}

/** How far back the audit says that the requester made or changed the account of the second person, ms. */
const OWN_HAND_MS = 30 * 86_400_000;

/**
 * Agrees to a request and carries it out. The requester is no second person. What it came to and the audit's line of it are one transaction;
 * if the process ends before, `finishApproved` writes both.
 */
export async function approve(
  platform: Platform,
  kinds: readonly ApprovalKind[],
  actor: AccountActor,
  id: string,
  comment: string | null,
  requestId: string,
  line: DecisionLine,
): Promise<Decided> {
  const approval = await findApproval(platform, actor, id);
  const kind = kinds.find((one) => one.kind === approval.kind);
  if (kind === undefined) throw new HttpProblem('state-not-allowed', `this build does not know the kind ${approval.kind}`);
  demand(actor, kind.approverAction ?? kind.action, approval.enterpriseId);
  if (approval.requestedBy === actor.name) throw new HttpProblem('same-person', 'who asked for it cannot be the second person');
  const hand = await handOf(platform, approval, actor);
  const unfinished = approval.state === 'approved' && approval.outcome === null && approval.decidedBy === actor.name;
  if (!unfinished) await decide(platform, approval, 'approved', actor, comment);
  const { approvals } = platform.records;
  const detail = hand === null ? detailOf(approval) : `${detailOf(approval)}; ${hand}`;
  try {
    const requester = await withRights(platform, kind.action, approval, approval.requestedBy);
    await kind.carryOut({ platform, approval, requester, approver: actor, requestId });
  } catch (error) {
    // What cannot be made durable now may be tried again; anything else has become impossible.
    if (error instanceof HttpProblem && error.status < 500)
      error.audited = await approvals.settle(id, 'failed', error.code, { ...line(whyNot(detail, error)), outcome: error.code });
    throw error;
  }
  const audited = await approvals.settle(id, 'approved', 'done', line(detail));
  return { approval: await findApproval(platform, actor, id), detail, audited };
}

/** Whoever asked reads in the audit what it would have come to by now. */
function whyNot(detail: string, error: HttpProblem): string {
  return error.detail === undefined ? detail : `${detail}; ${error.detail}`;
}

function detailOf({ kind, resource, requestedBy }: Approval): string {
  return `${kind} of ${resource}, asked for by ${requestedBy}`;
}

/**
 * Nobody makes himself a second person: an account that the requester made, or gave its password, role or scope, after he asked does
 * not agree to it. One that he set before may (the first administrator adds the second person), and the audit says so. That its first
 * password was changed since is sure: until then an account can do nothing else.
 */
async function handOf(platform: Platform, { requestedBy, requestedAt }: Approval, { name }: AccountActor): Promise<string | null> {
  const from = Math.min(requestedAt, platform.clock.now() - OWN_HAND_MS);
  const { items } = await platform.records.audit.list({
    from,
    by: requestedBy,
    resource: `accounts/${name}`,
    action: 'account.',
    limit: 1,
  });
  const line = items[0];
  if (line === undefined) return null;
  const text = `${requestedBy} made or changed the account ${name} at ${new Date(line.at).toISOString()}`;
  if (line.at > requestedAt) throw new HttpProblem('same-person', `${text}, after asking`);
  return text;
}

/**
 * The same decision of the same person, where it stands with its outcome: what a request is answered with that is sent again because the
 * process ended before its answer. The audit has its line. Null where it is another one, or none yet. Throws what a request that failed was refused with.
 */
export async function decidedBefore(
  platform: Platform,
  actor: AccountActor,
  id: string,
  how: 'approved' | 'refused',
): Promise<Decided | null> {
  const approval = await findApproval(platform, actor, id);
  const { state, decidedBy, outcome } = approval;
  if (decidedBy !== actor.name) return null;
  if (how === 'approved' && state === 'failed') {
    const problem = new HttpProblem(isProblemCode(outcome) ? outcome : 'state-not-allowed', 'it was agreed to, and had become impossible');
    problem.audited = true;
    throw problem;
  }
  if (state !== how || (how === 'approved' && outcome === null)) return null;
  return { approval, detail: detailOf(approval), audited: true };
}

/** Says no. Who asked for it may take it back so. */
export async function refuse(
  platform: Platform,
  kinds: readonly ApprovalKind[],
  actor: AccountActor,
  id: string,
  comment: string | null,
  line: DecisionLine,
): Promise<Decided> {
  const approval = await findApproval(platform, actor, id);
  const kind = kinds.find((one) => one.kind === approval.kind);
  const action = kind?.approverAction ?? kind?.action;
  if (approval.requestedBy !== actor.name) {
    if (action === undefined) throw new HttpProblem('state-not-allowed', `this build does not know the kind ${approval.kind}`);
    demand(actor, action, approval.enterpriseId);
  }
  const detail = detailOf(approval);
  await decide(platform, approval, 'refused', actor, comment, line(detail));
  return { approval: await findApproval(platform, actor, id), detail, audited: true };
}

async function decide(
  platform: Platform,
  approval: Approval,
  state: 'approved' | 'refused',
  actor: AccountActor,
  comment: string | null,
  line?: AuditLine,
): Promise<void> {
  const at = platform.clock.now();
  if (approval.state === 'expired') throw new HttpProblem('too-late', 'it waited too long');
  const decision = { state, by: actor.name, at, comment };
  if (approval.state !== 'pending' || !(await platform.records.approvals.decide(approval.id, decision, line)))
    throw new HttpProblem('already-decided', approval.state);
}

/** One of the two with the rights of now: somebody who lost them in between has nothing done in his name. Throws `not-allowed`. */
export async function withRights(platform: Platform, action: Action, approval: Approval, name: string): Promise<AccountActor> {
  const account = await platform.records.accounts.get(name);
  if (account !== null && !account.disabled) {
    const actor: AccountActor = { kind: 'account', name: account.name, role: account.role, enterprises: account.enterprises };
    if (may(actor, action, { enterprise: approval.enterpriseId })) return actor;
  }
  throw new HttpProblem('not-allowed', `${name} may not do it any more`);
}
