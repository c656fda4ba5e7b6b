import type { Request } from 'express';
import { z } from 'zod';
import type { ApprovalExpiry } from '../approvals/expiry.ts';
import {
  type ApprovalKind,
  approve,
  type Decided,
  type DecisionLine,
  decidedBefore,
  findApproval,
  refuse,
} from '../approvals/second-person.ts';
import { type Answer, BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { approval, approvalState, decisionBody } from '../schema/approval.ts';
import { cursor, limit, listBody, listOf } from '../schema/common.ts';
import { enterpriseScope } from './scope.ts';

const tag = 'approvals';
const byId = z.object({ id: z.string().min(1).max(64) });
const reply = { 200: { description: 'The approval', schema: approval } };

/** What waits for a second person: shelving an orange alarm, hiding one that can become red, a mandatory limit less strict in whatever way, red kept from coming. */
export function approvalRoutes(kinds: readonly ApprovalKind[], expiry: ApprovalExpiry): Route[] {
  return [
    route({
      method: 'get',
      path: '/approvals',
      operationId: 'approval.list',
      tag,
      summary: 'Requests that wait for a second person, or were decided, newest first',
      query: z.strictObject({ state: listOf(approvalState, 5).optional(), cursor: cursor.optional(), limit: limit(1_000, 200) }),
      replies: { 200: { description: 'A page', schema: listBody(approval) } },
      problems: ['unavailable'],
      handle: async ({ platform, actor, query }) => {
        const enterprises = enterpriseScope(actor, undefined);
        if (enterprises?.length === 0) return ok({ items: [] });
        const narrowed = present({ states: query.state, enterprises, cursor: query.cursor });
        const page = await platform.records.approvals.list({ ...narrowed, now: platform.clock.now(), limit: query.limit });
        return ok({ items: page.items, ...(page.next === null ? {} : { next: page.next }) });
      },
    }),
    route({
      method: 'get',
      path: '/approvals/{id}',
      operationId: 'approval.get',
      tag,
      summary: 'One request',
      params: byId,
      replies: reply,
      problems: ['not-found', 'unavailable'],
      handle: async ({ platform, actor, path }) => ok(await findApproval(platform, actor, path.id)),
    }),
    route({
      method: 'post',
      path: '/approvals/{id}/approve',
      operationId: 'approval.approve',
      inTurn: true,
      tag,
      summary: 'Agree as the second person; it is carried out at once in the name of both',
      params: byId,
      body: decisionBody,
      bodyLimit: BODY_BYTES.comment,
      replies: reply,
      problems: [
        'not-found',
        'not-allowed',
        'same-person',
        'already-decided',
        'too-late',
        'state-not-allowed',
        'red-not-shelvable',
        'alarm-changed',
        'approval-outdated',
        'revision-conflict',
        'id-taken',
        'id-retired',
        'unknown-reference',
        'in-use',
        'invalid',
        'unavailable',
      ],
      handle: async ({ platform, actor, path, body, requestId, auditLine, request }) => {
        const line: DecisionLine = (detail) => auditLine(`approvals/${path.id}/approve`, detail);
        await expiry.note();
        const again = isKeyed(request) ? await decidedBefore(platform, actor, path.id, 'approved') : null;
        return answerOf(again ?? (await approve(platform, kinds, actor, path.id, body.comment ?? body.reason ?? null, requestId, line)));
      },
    }),
    route({
      method: 'post',
      path: '/approvals/{id}/refuse',
      operationId: 'approval.refuse',
      inTurn: true,
      tag,
      summary: 'Say no; who asked for it may take it back so',
      params: byId,
      body: decisionBody,
      bodyLimit: BODY_BYTES.comment,
      replies: reply,
      problems: ['not-found', 'not-allowed', 'already-decided', 'too-late', 'state-not-allowed', 'unavailable'],
      handle: async ({ platform, actor, path, body, auditLine, request }) => {
        const line: DecisionLine = (detail) => auditLine(`approvals/${path.id}/refuse`, detail);
        await expiry.note();
        const again = isKeyed(request) ? await decidedBefore(platform, actor, path.id, 'refused') : null;
        return answerOf(again ?? (await refuse(platform, kinds, actor, path.id, body.comment ?? body.reason ?? null, line)));
      },
    }),
  ];
}

/** Only what carries a key can be a repetition of what was answered, or was to be: twice without one is twice. */
function isKeyed(request: Request): boolean {
  return request.get('idempotency-key') !== undefined;
}

function answerOf({ approval: done, detail, audited }: Decided): Answer {
  return { status: 200, body: done, detail, ...(audited ? { audited } : {}) };
}
