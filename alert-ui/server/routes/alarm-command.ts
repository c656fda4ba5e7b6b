import type { Action } from '../../../model/access.ts';
import type { Alarm, AlarmEvent } from '../../../model/alarm.ts';
import type { EngineView } from '../../../model/engine.ts';
import type { AlarmCommand } from '../../../model/entry.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { demand, sees } from '../access.ts';
import { HttpProblem } from '../problem.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { asRefusal } from './outcome.ts';

/** An alarm that stands: open, or closed and still suppressed. */
export function standing(view: EngineView, id: string): Alarm | undefined {
  return view.openAlarm(id) ?? view.restingAlarm(id);
}

/**
 * As history tells it: a closed alarm that no longer rests is under no flag, whatever its last event said; one that is open has the peak
 * and the quality it has now, not those of its last event.
 */
export function asHistory(view: EngineView, alarm: Alarm): Alarm {
  const open = view.openAlarm(alarm.id);
  if (open !== undefined && open.seq === alarm.seq) return open;
  if (alarm.state !== 'NORM' || alarm.suppressedBy.length === 0 || view.restingAlarm(alarm.id) !== undefined) return alarm;
  const { suppressions: _ended, ...rest } = alarm;
  return { ...rest, suppressedBy: [], suppressedUntil: null };
}

/** An alarm the actor may see, open or closed, with its events; else `not-found`. */
export async function findAlarm(
  platform: Platform,
  actor: AccountActor,
  id: string,
): Promise<{ alarm: Alarm; events: readonly AlarmEvent[] }> {
  const { view } = platform;
  const known = standing(view, id);
  if (known !== undefined && !sees(actor, known.enterpriseId)) throw new HttpProblem('not-found', `alarm ${id}`);
  await platform.flushEvents();
  const kept = await platform.records.alarms.get(id);
  // Read again: it may have changed, or closed, while the records were asked.
  const alarm = standing(view, id) ?? kept?.alarm ?? known;
  if (alarm === undefined || !sees(actor, alarm.enterpriseId)) throw new HttpProblem('not-found', `alarm ${id}`);
  return { alarm: asHistory(view, alarm), events: kept?.events ?? [] };
}

/** The alarm a command is about, where the actor sees it and may do it; else the problem. */
export async function demandAlarm(platform: Platform, actor: AccountActor, action: Action, id: string): Promise<Alarm> {
  const alarm = standing(platform.view, id) ?? (await findAlarm(platform, actor, id)).alarm;
  if (!sees(actor, alarm.enterpriseId)) throw new HttpProblem('not-found', `alarm ${id}`);
  demand(actor, action, alarm.enterpriseId);
  return alarm;
}

/** Carries out a command; the alarm after it. Throws the refusal, with the alarm as it stands. */
export async function carryOut(
  platform: Platform,
  actor: AccountActor,
  requestId: string,
  action: Action,
  command: AlarmCommand,
): Promise<Alarm> {
  await demandAlarm(platform, actor, action, command.alarmId);
  const outcome = await platform.command(actor, requestId, command);
  if (outcome.ok) return outcome.alarm ?? (await findAlarm(platform, actor, command.alarmId)).alarm;
  if (outcome.code !== 'not-found') throw asRefusal(outcome);
  // The engine knows open alarms and those that closed last; this one closed long ago.
  const { alarm } = await findAlarm(platform, actor, command.alarmId);
  if (command.op === 'acknowledge' && alarm.acknowledgedAt !== null) return alarm;
  throw new HttpProblem('state-not-allowed', 'the alarm is closed', { alarm });
}
