import { z } from 'zod';
import type { Alarm, SuppressedBy } from '../../../model/alarm.ts';
import { areaWithin, sees } from '../access.ts';
import { BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { alarmPage } from '../live/urgency.ts';
import { HttpProblem } from '../problem.ts';
import * as schema from '../schema/alarm.ts';
import { cursor, level, limit, listBody, listOf, queryTime, reference } from '../schema/common.ts';
import { asHistory, carryOut, findAlarm } from './alarm-command.ts';
import { enterpriseScope } from './scope.ts';

const byId = z.object({ id: z.string().min(1).max(64) });
const tag = 'alarms';

export const alarmRoutes: Route[] = [
  route({
    method: 'get',
    path: '/alarms',
    operationId: 'alarm.list',
    tag,
    summary:
      'Alarms. `state=open`: every state but NORM, most urgent first; `suppressed`: what is under a flag now, closed ones too; else history, newest first',
    query: z.strictObject({
      state: listOf(z.enum(['open', 'closed', 'NORM', 'UNACK', 'ACKED', 'RTNUN', 'LUNACK', 'LACK']), 10).optional(),
      level: listOf(level, 4).optional(),
      area: listOf(reference).optional(),
      enterprise: listOf(reference).optional(),
      device: reference.optional(),
      kind: listOf(schema.alarmKind, 4).optional(),
      suppressed: listOf(z.enum(['shelved', 'by-design', 'out-of-service', 'any', 'none']), 5)
        .optional()
        .meta({ description: '`any` of the flags, or `none` of them; with `state` or without.' }),
      from: queryTime.optional().meta({ description: 'Inclusive.' }),
      to: queryTime.optional().meta({ description: 'Exclusive.' }),
      cursor: cursor.optional(),
      limit: limit(1_000, 200),
    }),
    replies: { 200: { description: 'A page', schema: listBody(schema.alarm) } },
    problems: ['unavailable'],
    handle: async ({ platform, actor, query }) => {
      const enterprises = enterpriseScope(actor, query.enterprise);
      if (enterprises?.length === 0) return ok({ items: [] });
      const areas = query.area === undefined ? undefined : [...new Set(query.area.flatMap((area) => areaWithin(platform.view, area)))];
      const states = query.state?.flatMap((state) => (state === 'open' ? OPEN : state === 'closed' ? (['NORM'] as const) : [state]));
      const { suppressed } = query;
      const flagged = suppressed !== undefined && !suppressed.includes('none');
      if (flagged || (states !== undefined && !states.includes('NORM'))) {
        const wanted = (alarm: Alarm): boolean =>
          sees(actor, alarm.enterpriseId) &&
          (states === undefined || states.includes(alarm.state)) &&
          (suppressed === undefined || underFlag(alarm, suppressed)) &&
          (query.level === undefined || query.level.includes(alarm.level)) &&
          (query.kind === undefined || query.kind.includes(alarm.kind)) &&
          (query.device === undefined || alarm.deviceId === query.device) &&
          (enterprises === undefined || (alarm.enterpriseId !== null && enterprises.includes(alarm.enterpriseId))) &&
          (areas === undefined || (alarm.areaId !== null && areas.includes(alarm.areaId))) &&
          (query.from === undefined || alarm.raisedAt >= query.from) &&
          (query.to === undefined || alarm.raisedAt < query.to);
        const { view } = platform;
        const among = flagged ? [...view.openAlarms(), ...view.restingAlarms()] : view.openAlarms();
        return ok(alarmPage(among, wanted, query.cursor, query.limit));
      }
      await platform.flushEvents();
      const page = await platform.records.alarms.list({
        ...present({
          states,
          levels: query.level,
          enterprises,
          areas,
          device: query.device,
          kinds: query.kind,
          from: query.from,
          to: query.to,
          cursor: query.cursor,
        }),
        limit: query.limit,
      });
      return ok({
        items: page.items
          .filter((alarm) => sees(actor, alarm.enterpriseId))
          .map((alarm) => asHistory(platform.view, alarm))
          .filter((alarm) => suppressed === undefined || underFlag(alarm, suppressed)),
        ...(page.next === null ? {} : { next: page.next }),
      });
    },
  }),
  route({
    method: 'get',
    path: '/alarms/{id}',
    operationId: 'alarm.get',
    tag,
    summary: 'One alarm with its events',
    params: byId,
    replies: { 200: { description: 'The alarm', schema: schema.alarmWithEvents } },
    problems: ['not-found', 'unavailable'],
    handle: async ({ platform, actor, path }) => {
      const { alarm, events } = await findAlarm(platform, actor, path.id);
      return ok({ ...alarm, events });
    },
  }),
  route({
    method: 'post',
    path: '/alarms/acknowledge',
    operationId: 'alarm.acknowledge-group',
    tag,
    summary: 'Acknowledge what is on the screen, by id; each item has its own result',
    body: schema.groupBody,
    replies: { 200: { description: 'One result per item, in order', schema: schema.groupResult } },
    handle: async ({ platform, actor, body, requestId }) => {
      const items = await Promise.all(
        body.items.map(async (item) => {
          try {
            const command = present({ op: 'acknowledge' as const, alarmId: item.id, seen: item.seen, comment: body.comment });
            return { id: item.id, status: 200, alarm: await carryOut(platform, actor, requestId, 'alarm.acknowledge', command) };
          } catch (error) {
            if (!(error instanceof HttpProblem)) throw error;
            return present({ id: item.id, status: error.status, code: error.code, detail: error.detail, alarm: error.extras.alarm });
          }
        }),
      );
      const done = items.filter((item) => item.status === 200).map((item) => item.id);
      return { status: 200, body: { items }, detail: `${done.length} of ${items.length}: ${done.join(' ')}`.slice(0, 2_000) };
    },
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/acknowledge',
    operationId: 'alarm.acknowledge',
    tag,
    summary: 'Acknowledge; `seen` is the seq on the screen. Already acknowledged: unchanged, the first person kept',
    params: byId,
    body: schema.acknowledgeBody,
    bodyLimit: BODY_BYTES.comment,
    replies: { 200: { description: 'The alarm', schema: schema.alarm } },
    problems: ['not-found', 'not-allowed', 'alarm-changed', 'state-not-allowed', 'unavailable'],
    handle: async ({ platform, actor, path, body, requestId }) =>
      ok(
        await carryOut(
          platform,
          actor,
          requestId,
          'alarm.acknowledge',
          present({ op: 'acknowledge' as const, alarmId: path.id, seen: body.seen, comment: body.comment }),
        ),
      ),
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/withdraw',
    operationId: 'alarm.withdraw',
    tag,
    summary: 'Take an acknowledgement back within 10 s: it rings again, both facts stay',
    params: byId,
    body: schema.nothing,
    bodyLimit: BODY_BYTES.none,
    replies: { 200: { description: 'The alarm', schema: schema.alarm } },
    problems: ['not-found', 'not-allowed', 'state-not-allowed', 'too-late', 'unavailable'],
    handle: async ({ platform, actor, path, requestId }) =>
      ok(await carryOut(platform, actor, requestId, 'alarm.withdraw', { op: 'withdraw', alarmId: path.id })),
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/reset',
    operationId: 'alarm.reset',
    tag,
    summary: 'Reset a latched alarm whose latching limit is off',
    params: byId,
    body: schema.resetBody,
    bodyLimit: BODY_BYTES.comment,
    replies: { 200: { description: 'The alarm', schema: schema.alarm } },
    problems: ['not-found', 'not-allowed', 'state-not-allowed', 'unavailable'],
    handle: async ({ platform, actor, path, body, requestId }) =>
      ok(
        await carryOut(
          platform,
          actor,
          requestId,
          'alarm.reset',
          present({ op: 'reset' as const, alarmId: path.id, comment: body.comment }),
        ),
      ),
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/comment',
    operationId: 'alarm.comment',
    tag,
    summary: 'Say something about an open alarm',
    params: byId,
    body: schema.commentBody,
    bodyLimit: BODY_BYTES.comment,
    replies: { 200: { description: 'The alarm', schema: schema.alarm } },
    problems: ['not-found', 'not-allowed', 'state-not-allowed', 'unavailable'],
    handle: async ({ platform, actor, path, body, requestId }) =>
      ok(await carryOut(platform, actor, requestId, 'alarm.comment', { op: 'comment', alarmId: path.id, comment: body.comment })),
  }),
];

/** `any` and `none` speak of all flags together. */
function underFlag(alarm: Alarm, wanted: readonly (SuppressedBy | 'any' | 'none')[]): boolean {
  const { suppressedBy } = alarm;
  return wanted.some((one) =>
    one === 'any' ? suppressedBy.length > 0 : one === 'none' ? suppressedBy.length === 0 : suppressedBy.includes(one),
  );
}

const OPEN = ['UNACK', 'ACKED', 'RTNUN', 'LUNACK', 'LACK'] as const;
