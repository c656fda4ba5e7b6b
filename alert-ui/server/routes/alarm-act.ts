/**
 * One thing that people do to an alarm, as routes: every act differs in what it takes, what it makes of that and which right it needs; how it is
 * carried out, refused, audited and described is the same for all of them.
 */
import { z } from 'zod';
import type { Action } from '../../../model/access.ts';
import type { AlarmCommand } from '../../../model/entry.ts';
import { BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem, type ProblemCode } from '../problem.ts';
import * as schema from '../schema/alarm.ts';
import { carryOut } from './alarm-command.ts';

const tag = 'alarms';
export const byAlarm = z.object({ id: z.string().min(1).max(64) });
export const alarmReply = { 200: { description: 'The alarm', schema: schema.alarm } };
/** What may keep any act from an alarm. */
export const ACT_PROBLEMS: readonly ProblemCode[] = ['not-found', 'not-allowed', 'state-not-allowed', 'unavailable'];

interface Act<B> {
  /** Last part of its path and of its operation's name. */
  readonly name: string;
  readonly summary: string;
  readonly body: z.ZodType<B>;
  readonly bodyLimit?: number;
  /** The right it takes. */
  readonly action: Action;
  /** What may keep it from the alarm beside the usual. */
  readonly problems?: readonly ProblemCode[];
  /**
   * Fields that are undefined are left out of the command.
   * @param now UTC ms
   * @throws HttpProblem for what the body's schema cannot see
   */
  readonly command: (body: B, alarmId: string, now: number) => Loose<AlarmCommand>;
  /** What the audit line adds, never a secret. */
  readonly detail?: (body: B) => string;
}
/** As a body gives it: what is optional may be there as undefined. */
type Loose<T> = T extends unknown ? { readonly [K in keyof T]: undefined extends T[K] ? T[K] | undefined : T[K] } : never;

/** `POST /alarms/{id}/<name>`. */
export function actRoute<B>({ name, summary, body, bodyLimit, action, problems = [], command, detail }: Act<B>): Route {
  return route({
    method: 'post',
    path: `/alarms/{id}/${name}`,
    operationId: `alarm.${name}`,
    tag,
    summary,
    params: byAlarm,
    body,
    bodyLimit: bodyLimit ?? BODY_BYTES.comment,
    replies: alarmReply,
    problems: [...ACT_PROBLEMS, ...problems],
    handle: async ({ platform, actor, path, body: sent, requestId }) => {
      const asked = present(command(sent, path.id, platform.clock.now())) as AlarmCommand;
      const answer = ok(await carryOut(platform, actor, requestId, action, asked));
      return detail === undefined ? answer : { ...answer, detail: detail(sent) };
    },
  });
}

/** Of a group, by id: each item has its own result, and one that is refused keeps nobody else's from being done. */
export function groupRoute<B extends { readonly items: readonly { readonly id: string }[] }>(group: {
  readonly name: string;
  readonly summary: string;
  readonly body: z.ZodType<B>;
  readonly action: Action;
  readonly command: (item: B['items'][number], body: B) => Loose<AlarmCommand>;
}): Route {
  return route({
    method: 'post',
    path: `/alarms/${group.name}`,
    operationId: `alarm.${group.name}-group`,
    tag,
    summary: group.summary,
    body: group.body,
    replies: { 200: { description: 'One result per item, in order', schema: schema.groupResult } },
    handle: async ({ platform, actor, body, requestId }) => {
      const items = await Promise.all(
        body.items.map(async (item: B['items'][number]) => {
          try {
            const command = present(group.command(item, body)) as AlarmCommand;
            return { id: item.id, status: 200, alarm: await carryOut(platform, actor, requestId, group.action, command) };
          } catch (error) {
            if (!(error instanceof HttpProblem)) throw error;
            return present({ id: item.id, status: error.status, code: error.code, detail: error.detail, alarm: error.extras.alarm });
          }
        }),
      );
      const done = items.filter((item) => item.status === 200).map((item) => item.id);
      return { status: 200, body: { items }, detail: `${done.length} of ${items.length}: ${done.join(' ')}`.slice(0, 2_000) };
    },
  });
}
