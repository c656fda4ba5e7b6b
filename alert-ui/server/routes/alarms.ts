import { z } from 'zod';
import type { Alarm, SuppressedBy } from '../../../model/alarm.ts';
import { areaWithin, sees } from '../access.ts';
import { BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { alarmPage } from '../live/urgency.ts';
import * as schema from '../schema/alarm.ts';
import { cursor, level, limit, listBody, listOf, queryTime, reference } from '../schema/common.ts';
import { actRoute, byAlarm, groupRoute } from './alarm-act.ts';
import { asHistory, findAlarm } from './alarm-command.ts';
import { enterpriseScope } from './scope.ts';

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
    params: byAlarm,
    replies: { 200: { description: 'The alarm', schema: schema.alarmWithEvents } },
    problems: ['not-found', 'unavailable'],
    handle: async ({ platform, actor, path }) => {
      const { alarm, events } = await findAlarm(platform, actor, path.id);
      return ok({ ...alarm, events });
    },
  }),
  groupRoute({
    name: 'acknowledge',
    summary: 'Acknowledge what is on the screen, by id; each item has its own result',
    body: schema.groupBody,
    action: 'alarm.acknowledge',
    command: ({ id, seen }, { comment }) => ({ op: 'acknowledge', alarmId: id, seen, comment }),
  }),
  actRoute({
    name: 'acknowledge',
    summary: 'Acknowledge; `seen` is the seq on the screen. Already acknowledged: unchanged, the first person kept',
    body: schema.acknowledgeBody,
    action: 'alarm.acknowledge',
    problems: ['alarm-changed'],
    command: ({ seen, comment }, alarmId) => ({ op: 'acknowledge', alarmId, seen, comment }),
  }),
  actRoute({
    name: 'withdraw',
    summary: 'Take an acknowledgement back within 10 s: it rings again, both facts stay',
    body: schema.nothing,
    bodyLimit: BODY_BYTES.none,
    action: 'alarm.withdraw',
    problems: ['too-late'],
    command: (_, alarmId) => ({ op: 'withdraw', alarmId }),
  }),
  actRoute({
    name: 'reset',
    summary: 'Reset a latched alarm whose latching limit is off',
    body: schema.resetBody,
    action: 'alarm.reset',
    command: ({ comment }, alarmId) => ({ op: 'reset', alarmId, comment }),
  }),
  actRoute({
    name: 'comment',
    summary: 'Say something about an open alarm',
    body: schema.commentBody,
    action: 'alarm.comment',
    command: ({ comment }, alarmId) => ({ op: 'comment', alarmId, comment }),
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
