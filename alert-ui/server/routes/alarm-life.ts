import { SHELVE_MAX_MS } from '../../../model/alarm.ts';
import type { EpochMs } from '../../../model/time.ts';
import { answerWaits } from '../approvals/second-person.ts';
import { shelveOrange } from '../approvals/shelve-orange.ts';
import { BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import * as schema from '../schema/alarm.ts';
import type { ShiftCalendar } from '../shifts/calendar.ts';
import { approval } from '../schema/approval.ts';
import { ACT_PROBLEMS, actRoute, alarmReply, byAlarm, groupRoute } from './alarm-act.ts';
import { carryOut, demandAlarm } from './alarm-command.ts';
import { outOfServiceRoute, suppressRoute } from './alarm-hide.ts';

/** What people do to an alarm beside its state: silence, shelving, suppression by design, out of service, verification. */
export const alarmLifeRoutes = (calendar: ShiftCalendar): Route[] => [
  groupRoute({
    name: 'silence',
    summary: 'Silence what sounds, by id; each item has its own result',
    body: schema.silenceGroupBody,
    action: 'alarm.silence',
    command: ({ id }) => ({ op: 'silence', alarmId: id }),
  }),
  actRoute({
    name: 'silence',
    summary: 'Sound off on every desk for the time of its level (red 1 min, orange 5, yellow 30); news sounds at once',
    body: schema.nothing,
    bodyLimit: BODY_BYTES.none,
    action: 'alarm.silence',
    command: (_, alarmId) => ({ op: 'silence', alarmId }),
  }),
  // An orange one waits for a second person: the one act that does not end with the alarm.
  route({
    method: 'post',
    path: '/alarms/{id}/shelve',
    operationId: 'alarm.shelve',
    tag: 'alarms',
    summary:
      'Shelve for some minutes, until it next returns or until the shift ends, 8 h at most. Red: never. Orange: 202, a second person has to agree',
    params: byAlarm,
    body: schema.shelveBody,
    bodyLimit: BODY_BYTES.comment,
    replies: { ...alarmReply, 202: { description: 'Waits for a second person', schema: approval } },
    problems: [...ACT_PROBLEMS, 'red-not-shelvable', 'approval-required', 'too-many-approvals'],
    handle: async ({ platform, actor, path, body, requestId, auditLine }) => {
      const alarm = await demandAlarm(platform, actor, 'alarm.shelve', path.id);
      const { minutes, reason } = body;
      const oneShot = body.oneShot === true ? true : undefined;
      const until = body.endOfShift === true ? endOfShift(calendar, platform.clock.now()) : undefined;
      if (alarm.level === 'orange' && alarm.state !== 'NORM' && alarm.kind !== 'system') {
        const resource = `alarms/${path.id}`;
        const request = present({ alarmId: path.id, minutes, oneShot, until });
        const asking = { kind: shelveOrange, enterpriseId: alarm.enterpriseId, resource, request, reason };
        return answerWaits(platform, actor, asking, { auditLine, resource });
      }
      const command = present({ op: 'shelve' as const, alarmId: path.id, minutes, oneShot, until, reason });
      return { ...ok(await carryOut(platform, actor, requestId, 'alarm.shelve', command)), detail: reason };
    },
  }),
  actRoute({
    name: 'unshelve',
    summary: 'End shelving before its time; what is true rings',
    body: schema.liftBody,
    action: 'alarm.shelve',
    command: ({ reason }, alarmId) => ({ op: 'unshelve', alarmId, reason }),
  }),
  suppressRoute,
  actRoute({
    name: 'unsuppress',
    summary: 'End suppression by hand; what the cause-and-effect table hides, only its cause shows again',
    body: schema.liftBody,
    action: 'alarm.suppress',
    command: ({ reason }, alarmId) => ({ op: 'unsuppress', alarmId, reason }),
  }),
  outOfServiceRoute,
  actRoute({
    name: 'return-to-service',
    summary: 'End out of service; what is true rings',
    body: schema.liftBody,
    action: 'alarm.out-of-service',
    command: ({ reason }, alarmId) => ({ op: 'return-to-service', alarmId, reason }),
  }),
  actRoute({
    name: 'verify',
    summary: 'Say what it turned out to be: real, false, test, maintenance, instrument. That is the feedback that is due',
    body: schema.verifyBody,
    action: 'alarm.verify',
    command: ({ as, note, comment }, alarmId) => ({ op: 'verify', alarmId, as, comment: note ?? comment }),
    detail: ({ as }) => as,
  }),
];

/** When the shift of the plan ends. Shelving lasts 8 h at most: in a longer shift it can be asked for only towards its end. */
function endOfShift(calendar: ShiftCalendar, now: EpochMs): EpochMs {
  const { to } = calendar.at(now);
  if (to - now <= SHELVE_MAX_MS) return to;
  const message = `the shift ends at ${to}: that is more than 8 h`;
  throw new HttpProblem('invalid-request', message, { errors: [{ path: 'body.endOfShift', message }] });
}
