/** What one run of a scenario brought; the same for runs on real and on virtual time. */
import type { Alarm, AlarmEvent } from '../../model/alarm.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Scenario } from './schema.ts';
import type { Heard } from './verdict.ts';

export interface Played {
  readonly heard: readonly Heard[];
  /** What else went wrong: an operator's action that could not be done, a reading refused at the door. Each fails the run. */
  readonly troubles: readonly string[];
  readonly messages: number;
}

export function heardOf(alarm: Alarm, event: AlarmEvent, startedAt: EpochMs): Heard {
  return {
    atS: (event.at - startedAt) / 1_000,
    type: event.type,
    device: alarm.deviceId,
    measurement: keyOf(alarm),
    code: alarm.code,
    kind: alarm.kind,
    level: event.level ?? alarm.level,
  };
}

/** Payload key of an alarm's point. */
function keyOf({ measurement, channel }: Pick<Alarm, 'measurement' | 'channel'>): string | null {
  return measurement === null || channel === null ? measurement : `${measurement}.${channel}`;
}

export type OperatorAct = Scenario['operators'][number];

/** The alarm an operator's action is meant for, among the open ones; a text where there is none, or more than one. */
export function alarmFor(act: OperatorAct, open: Iterable<Alarm>): Alarm | string {
  const meant = [...open].filter(
    (one) =>
      one.deviceId === act.device &&
      (act.measurement === undefined || keyOf(one) === act.measurement) &&
      (act.code === undefined || one.code === act.code),
  );
  const [alarm] = meant;
  if (alarm !== undefined && meant.length === 1) return alarm;
  const which =
    meant.length === 0
      ? 'no open alarm'
      : `${meant.length} open alarms (${meant.map((one) => `${keyOf(one) ?? 'device'} ${one.code}`).join(', ')})`;
  return `${act.by} at ${act.atS} s finds ${which} of ${act.device}${act.code === undefined ? '' : ` with code ${act.code}`} to ${act.does}`;
}

/** What goes with an action, the same through the API and inside. */
export function bodyOf(
  act: OperatorAct,
  alarm: Pick<Alarm, 'seq'>,
):
  | { readonly op: 'acknowledge'; readonly seen: number }
  | { readonly op: 'shelve'; readonly reason: string; readonly minutes?: number; readonly oneShot?: true }
  | { readonly op: 'verify'; readonly as: OperatorAct['as'] }
  | { readonly op: Exclude<OperatorAct['does'], 'acknowledge' | 'shelve' | 'verify'> } {
  switch (act.does) {
    case 'acknowledge':
      return { op: act.does, seen: alarm.seq };
    case 'shelve':
      return { op: act.does, reason: 'scenario', ...(act.minutes === undefined ? { oneShot: true } : { minutes: act.minutes }) };
    case 'verify':
      return { op: act.does, as: act.as };
    default:
      return { op: act.does };
  }
}

/** An action that the platform refused. */
export function refusedAct(act: OperatorAct, code: string): string {
  return `${act.by} at ${act.atS} s cannot ${act.does} ${act.code ?? 'the alarm'} of ${act.device}: ${code}`;
}
