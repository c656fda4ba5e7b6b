/** A change of rules tried on what happened: which alarms would have come, when, against what the rules then in force did. */
import { z } from 'zod';
import { may } from '../../../model/access.ts';
import type { Rule } from '../../../model/asset.ts';
import type { Backtest, BacktestRequest } from '../../../model/backtest.ts';
import type { ConfigChange } from '../../../model/entry.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { demand } from '../access.ts';
import { ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import { backtest, backtestBody } from '../schema/backtest.ts';
import { listBody } from '../schema/common.ts';
import { jointOf } from './rule-content.ts';
import type { AccountActor } from '../sign-in/identity.ts';

const tag = 'rules';
const byId = z.object({ id: z.string().min(1).max(64) });

function asRequest(actor: AccountActor, body: z.infer<typeof backtestBody>): BacktestRequest {
  const { from, to, device } = body;
  const puts = body.rules.map((rule): ConfigChange => {
    const { joint, parts, name = rule.id, profileId = null, measurement = null, ...rest } = rule;
    const stamps = { approvedBy: null, revision: 0, createdAt: 0, updatedAt: 0, retiredAt: null };
    const value: Rule = { ...rest, ...stamps, name, profileId, measurement, parts: present(parts), ...jointOf(joint) };
    return { op: 'put', asset: 'rule', value, base: 0 };
  });
  const retired = body.retire.map((id): ConfigChange => ({ op: 'retire', asset: 'rule', id, base: null }));
  const enterprises = body.enterprise === undefined ? (actor.enterprises ?? undefined) : [body.enterprise];
  return { from, to, changes: [...puts, ...retired], ...present({ enterprises, device }) };
}

/** Its own account's, and for whoever watches everything all of them. */
function shown(actor: AccountActor, one: Backtest): boolean {
  return one.by === actor.name || (actor.enterprises === null && may(actor, 'backtest', { enterprise: null }));
}

function find(platform: Platform, actor: AccountActor, id: string): Backtest {
  const one = platform.backtests.get(id);
  if (one === undefined || !shown(actor, one)) throw new HttpProblem('not-found', `backtest ${id}`);
  return one;
}

function outside({ id, by, state, createdAt, request, progress, result, failure }: Backtest): z.infer<typeof backtest> {
  const { from, to } = request;
  return { id, by, state, createdAt, from, to, progress, ...(present({ result, failure }) as object) } as z.infer<typeof backtest>;
}

export const backtestRoutes: Route[] = [
  route({
    method: 'post',
    path: '/backtests',
    operationId: 'backtest.start',
    tag,
    summary: 'Try rules on what happened; without rules it is judged again as it was',
    body: backtestBody,
    replies: { 202: { description: 'It waits or runs', schema: backtest } },
    problems: ['not-found', 'not-allowed', 'too-many-backtests'],
    handle: ({ platform, actor, body }) => {
      demand(actor, 'backtest', body.enterprise ?? actor.enterprises?.[0] ?? null);
      const started = platform.backtests.start(actor.name, asRequest(actor, body));
      if (started === null) throw new HttpProblem('too-many-backtests', 'try again when one of those that wait is over');
      return { status: 202, body: outside(started), resource: started.id };
    },
  }),
  route({
    method: 'get',
    path: '/backtests',
    operationId: 'backtest.list',
    tag,
    summary: 'The last backtests of this process, newest first, without their lists',
    replies: { 200: { description: 'All that are known', schema: listBody(backtest) } },
    handle: ({ platform, actor }) =>
      ok({
        items: platform.backtests
          .list()
          .filter((one) => shown(actor, one))
          .map(({ result: _result, ...one }) => outside(one)),
      }),
  }),
  route({
    method: 'get',
    path: '/backtests/{id}',
    operationId: 'backtest.get',
    tag,
    summary: 'How far a backtest has come, and its result',
    params: byId,
    replies: { 200: { description: 'The backtest', schema: backtest } },
    problems: ['not-found'],
    handle: ({ platform, actor, path }) => ok(outside(find(platform, actor, path.id))),
  }),
  route({
    method: 'delete',
    path: '/backtests/{id}',
    operationId: 'backtest.cancel',
    tag,
    summary: 'End a backtest that waits or runs, or forget one that is over',
    params: byId,
    replies: { 204: { description: 'Ended or forgotten' } },
    problems: ['not-found'],
    handle: ({ platform, actor, path }) => {
      find(platform, actor, path.id);
      platform.backtests.cancel(path.id);
      return { status: 204 };
    },
  }),
];
