import { z } from 'zod';
import { askSecondPerson } from '../approvals/second-person.ts';
import { shelveOrange } from '../approvals/shelve-orange.ts';
import { BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import * as schema from '../schema/alarm.ts';
import { approval } from '../schema/approval.ts';
import { carryOut, demandAlarm } from './alarm-command.ts';

/** What people do to an alarm beside its state: silence, shelving, suppression by design, out of service, verification. */

const tag = 'alarms';
const byId = z.object({ id: z.string().min(1).max(64) });
const replies = { 200: { description: 'The alarm', schema: schema.alarm } };
const problems = ['not-found', 'not-allowed', 'state-not-allowed', 'unavailable'] as const;
const bodyLimit = BODY_BYTES.comment;

export const alarmLifeRoutes: Route[] = [
  route({
    method: 'post',
    path: '/alarms/silence',
    operationId: 'alarm.silence-group',
    tag,
    summary: 'Silence what sounds, by id; each item has its own result',
    body: schema.silenceGroupBody,
    replies: { 200: { description: 'One result per item, in order', schema: schema.groupResult } },
    handle: async ({ platform, actor, body, requestId }) => {
      const items = await Promise.all(
        body.items.map(async ({ id }) => {
          try {
            return { id, status: 200, alarm: await carryOut(platform, actor, requestId, 'alarm.silence', { op: 'silence', alarmId: id }) };
          } catch (error) {
            if (!(error instanceof HttpProblem)) throw error;
            return present({ id, status: error.status, code: error.code, detail: error.detail, alarm: error.extras.alarm });
          }
        }),
      );
      const done = items.filter((item) => item.status === 200).map((item) => item.id);
      return { status: 200, body: { items }, detail: `${done.length} of ${items.length}: ${done.join(' ')}`.slice(0, 2_000) };
    },
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/silence',
    operationId: 'alarm.silence',
    tag,
    summary: 'Sound off on every desk for the time of its level (red 1 min, orange 5, yellow 30); news sounds at once',
    params: byId,
    body: schema.nothing,
    bodyLimit: BODY_BYTES.none,
    replies,
    problems,
    handle: async ({ platform, actor, path, requestId }) =>
      ok(await carryOut(platform, actor, requestId, 'alarm.silence', { op: 'silence', alarmId: path.id })),
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/shelve',
    operationId: 'alarm.shelve',
    tag,
    summary: 'Shelve for some minutes or until it next returns. Red: never. Orange: 202, a second person has to agree',
    params: byId,
    body: schema.shelveBody,
    bodyLimit,
    replies: { ...replies, 202: { description: 'Waits for a second person', schema: approval } },
    problems: [...problems, 'red-not-shelvable', 'approval-required'],
    handle: async ({ platform, actor, path, body, requestId }) => {
      const alarm = await demandAlarm(platform, actor, 'alarm.shelve', path.id);
      const { minutes, reason } = body;
      const oneShot = body.oneShot === true ? true : undefined;
      if (alarm.level === 'orange' && alarm.state !== 'NORM' && alarm.kind !== 'system') {
        const asked = await askSecondPerson(platform, actor, {
          kind: shelveOrange,
          enterpriseId: alarm.enterpriseId,
          resource: `alarms/${path.id}`,
          request: present({ alarmId: path.id, minutes, oneShot }),
          reason,
        });
        return { status: 202, body: asked, detail: `approval ${asked.id}` };
      }
      const command = present({ op: 'shelve' as const, alarmId: path.id, minutes, oneShot, reason });
      return { ...ok(await carryOut(platform, actor, requestId, 'alarm.shelve', command)), detail: reason };
    },
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/unshelve',
    operationId: 'alarm.unshelve',
    tag,
    summary: 'End shelving before its time; what is true rings',
    params: byId,
    body: schema.liftBody,
    bodyLimit,
    replies,
    problems,
    handle: async ({ platform, actor, path, body, requestId }) =>
      ok(
        await carryOut(
          platform,
          actor,
          requestId,
          'alarm.shelve',
          present({ op: 'unshelve', alarmId: path.id, reason: body.reason } as const),
        ),
      ),
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/suppress',
    operationId: 'alarm.suppress',
    tag,
    summary: 'Suppress by design, by hand, until somebody ends it',
    params: byId,
    body: schema.suppressBody,
    bodyLimit,
    replies,
    problems,
    handle: async ({ platform, actor, path, body, requestId }) => {
      const command = { op: 'suppress', alarmId: path.id, reason: body.reason } as const;
      return { ...ok(await carryOut(platform, actor, requestId, 'alarm.suppress', command)), detail: body.reason };
    },
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/unsuppress',
    operationId: 'alarm.unsuppress',
    tag,
    summary: 'End suppression by hand; what the cause-and-effect table hides, only its cause shows again',
    params: byId,
    body: schema.liftBody,
    bodyLimit,
    replies,
    problems,
    handle: async ({ platform, actor, path, body, requestId }) =>
      ok(
        await carryOut(
          platform,
          actor,
          requestId,
          'alarm.suppress',
          present({ op: 'unsuppress', alarmId: path.id, reason: body.reason } as const),
        ),
      ),
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/out-of-service',
    operationId: 'alarm.out-of-service',
    tag,
    summary: 'Take the alarm out of service by permit, until its planned end or until somebody returns it',
    params: byId,
    body: schema.outOfServiceBody,
    bodyLimit,
    replies,
    problems,
    handle: async ({ platform, actor, path, body, requestId }) => {
      const { permit, reason, until } = body;
      if (until !== undefined && until <= platform.clock.now())
        throw new HttpProblem('invalid-request', 'until is past', { errors: [{ path: 'body.until', message: 'past' }] });
      const command = present({ op: 'out-of-service' as const, alarmId: path.id, permit, reason, until });
      return { ...ok(await carryOut(platform, actor, requestId, 'alarm.out-of-service', command)), detail: `${permit}: ${reason}` };
    },
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/return-to-service',
    operationId: 'alarm.return-to-service',
    tag,
    summary: 'End out of service; what is true rings',
    params: byId,
    body: schema.liftBody,
    bodyLimit,
    replies,
    problems,
    handle: async ({ platform, actor, path, body, requestId }) =>
      ok(
        await carryOut(
          platform,
          actor,
          requestId,
          'alarm.out-of-service',
          present({ op: 'return-to-service', alarmId: path.id, reason: body.reason } as const),
        ),
      ),
  }),
  route({
    method: 'post',
    path: '/alarms/{id}/verify',
    operationId: 'alarm.verify',
    tag,
    summary: 'Say what it turned out to be: real, false, test, maintenance, instrument. That is the feedback that is due',
    params: byId,
    body: schema.verifyBody,
    bodyLimit,
    replies,
    problems,
    handle: async ({ platform, actor, path, body, requestId }) => {
      const command = present({ op: 'verify' as const, alarmId: path.id, as: body.as, comment: body.note ?? body.comment });
      return { ...ok(await carryOut(platform, actor, requestId, 'alarm.verify', command)), detail: body.as };
    },
  }),
];
