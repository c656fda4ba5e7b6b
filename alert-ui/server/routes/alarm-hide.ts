import { type Alarm, PERMIT_REVIEW_MS } from '../../../model/alarm.ts';
import { may } from '../../../model/access.ts';
import type { EngineView } from '../../../model/engine.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { canBeRed } from '../../../model/red.ts';
import type { EpochMs } from '../../../model/time.ts';
import { suppressRed, takeRedOut } from '../approvals/hide-red.ts';
import { answerWaits, type Asking, type Telling } from '../approvals/second-person.ts';
import { type Answer, BODY_BYTES, ok, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem, type ProblemCode } from '../problem.ts';
import * as schema from '../schema/alarm.ts';
import { approval } from '../schema/approval.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { ACT_PROBLEMS, alarmReply, byAlarm } from './alarm-act.ts';
import { carryOut, demandAlarm } from './alarm-command.ts';

/**
 * What hides an alarm of every level. One that is red or can become red whoever is bound to the plant hides by two people; what he hides
 * alone is shown again when it becomes red, whatever limits it gets meanwhile. An administrator of everything is asked for nobody, and the
 * audit says of what.
 */

const replies = { ...alarmReply, 202: { description: 'Waits for a second person', schema: approval } };
const problems: readonly ProblemCode[] = [...ACT_PROBLEMS, 'approval-required', 'too-many-approvals'];

export const suppressRoute = route({
  method: 'post',
  path: '/alarms/{id}/suppress',
  operationId: 'alarm.suppress',
  tag: 'alarms',
  summary:
    'Suppress by design, by hand, for 8 h at most. Who is bound to its enterprise, where it can become red: 202, a second person has to agree',
  params: byAlarm,
  body: schema.suppressBody,
  bodyLimit: BODY_BYTES.comment,
  replies,
  problems,
  handle: async ({ platform, actor, path: { id }, body: { minutes, reason }, requestId, auditLine }) => {
    const alarm = await demandAlarm(platform, actor, 'alarm.suppress', id);
    const request = { alarmId: id, level: alarm.level, minutes };
    if (wantsSecond(platform.view, actor, alarm)) return asked(platform, actor, alarm, { kind: suppressRed, request, reason }, auditLine);
    const command = { op: 'suppress' as const, alarmId: id, minutes, reason, ...alone(actor, alarm) };
    const answer = ok(await carryOut(platform, actor, requestId, 'alarm.suppress', command));
    return { ...answer, detail: `${minutes} min: ${reason}${ofRed(platform.view, alarm)}` };
  },
});

export const outOfServiceRoute = route({
  method: 'post',
  path: '/alarms/{id}/out-of-service',
  operationId: 'alarm.out-of-service',
  tag: 'alarms',
  summary:
    'Take the alarm out of service by permit, until its planned end or until somebody returns it. Who is bound to its enterprise, where it can become red: 202, a second person has to agree',
  params: byAlarm,
  body: schema.outOfServiceBody,
  bodyLimit: BODY_BYTES.comment,
  replies,
  problems: [...problems, 'permit-end-required'],
  handle: async ({ platform, actor, path: { id }, body: { permit, reason, until }, requestId, auditLine }) => {
    const now = platform.clock.now();
    if (until !== undefined && until <= now)
      throw new HttpProblem('invalid-request', 'until is past', { errors: [{ path: 'body.until', message: 'past' }] });
    const alarm = await demandAlarm(platform, actor, 'alarm.out-of-service', id);
    if (wantsSecond(platform.view, actor, alarm)) {
      const request = { alarmId: id, level: alarm.level, permit, until: endOf(until, now) };
      return asked(platform, actor, alarm, { kind: takeRedOut, request, reason }, auditLine);
    }
    const command = present({ op: 'out-of-service' as const, alarmId: id, permit, reason, until, ...alone(actor, alarm) });
    const answer = ok(await carryOut(platform, actor, requestId, 'alarm.out-of-service', command));
    return { ...answer, detail: `${permit}: ${reason}${ofRed(platform.view, alarm)}` };
  },
});

/** What is closed, or of the system itself, the engine refuses; nobody is asked for it. */
function wantsSecond(view: EngineView, actor: AccountActor, alarm: Alarm): boolean {
  if (alarm.state === 'NORM' || alarm.kind === 'system') return false;
  return !may(actor, 'alarm.hide-red', { enterprise: alarm.enterpriseId }) && redOf(view, alarm);
}

function redOf(view: EngineView, alarm: Alarm): boolean {
  if (alarm.deviceId !== null) return canBeRed(alarm, view.limits(alarm.deviceId)) || view.guardsOtherRed(alarm);
  const joint = alarm.hazardSourceId === null ? [] : view.jointLimits(alarm.hazardSourceId);
  return canBeRed(
    alarm,
    joint.map(({ code, level, armed }) => ({ measurement: null, channel: null, ladder: code, level, armed })),
  );
}

/** What one person alone hides is not red; an administrator of everything decides that, too. */
function alone(actor: AccountActor, alarm: Alarm): { readonly belowRed?: true } {
  return may(actor, 'alarm.hide-red', { enterprise: alarm.enterpriseId }) ? {} : { belowRed: true };
}

/** For the audit. */
function ofRed(view: EngineView, alarm: Alarm): string {
  if (alarm.level === 'red') return '; it is red, nobody else was asked';
  return redOf(view, alarm) ? '; it can become red, nobody else was asked' : '';
}

function asked(
  platform: Platform,
  actor: AccountActor,
  alarm: Alarm,
  what: Pick<Asking, 'kind' | 'request' | 'reason'>,
  auditLine: Telling['auditLine'],
): Promise<Answer> {
  const resource = `alarms/${alarm.id}`;
  return answerWaits(platform, actor, { enterpriseId: alarm.enterpriseId, resource, ...what }, { auditLine, resource });
}

/** The plant's own permit ends: within as many days as a permit is looked at again after. */
function endOf(until: EpochMs | undefined, now: EpochMs): EpochMs {
  if (until !== undefined && until - now <= PERMIT_REVIEW_MS) return until;
  const message = until === undefined ? 'wanted: the alarm can become red' : 'more than 7 days: the alarm can become red';
  throw new HttpProblem('permit-end-required', message, { errors: [{ path: 'body.until', message }] });
}
