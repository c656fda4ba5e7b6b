// What the operators of a world do: they name an alarm by what it is, and see what is, or was, on their screens.
import type { Alarm } from '../../model/alarm.ts';
import type { AlarmCommand } from '../../model/entry.ts';
import type { EpochMs } from '../../model/time.ts';
import type { AlarmName, ByHand, OperatorAct, Seen } from './acts.ts';

export class Operators {
  private readonly screens = new Map<string, number[]>();
  private alarms: readonly Alarm[] = [];

  /** What is on the screens after an entry: what is open, and what is closed and still suppressed. */
  show(alarms: readonly Alarm[]): void {
    this.alarms = alarms;
    for (const alarm of alarms) {
      const screens = this.screens.get(alarm.id) ?? [];
      if (screens.at(-1) !== alarm.seq) this.screens.set(alarm.id, [...screens, alarm.seq]);
    }
  }

  /** @param now by our wall clock; @returns null where there is no such alarm */
  commandOf(act: OperatorAct, now: EpochMs): AlarmCommand | null {
    const alarm = this.find(act.target);
    return alarm === undefined ? null : this.about(alarm, act, now);
  }

  private find(name: AlarmName): Alarm | undefined {
    return this.alarms.find(
      (a) =>
        (a.deviceId ?? `hazard:${a.hazardSourceId}`) === name.device &&
        a.measurement === name.measurement &&
        a.channel === name.channel &&
        a.ladder === name.ladder,
    );
  }

  private seen(alarm: Alarm, seen: Seen): { readonly seen?: number } {
    if (seen === 'none') return {};
    if (seen === 'now') return { seen: alarm.seq };
    const screens = this.screens.get(alarm.id) ?? [alarm.seq];
    return {
      seen: screens[Math.max(0, screens.length - 1 - seen.changesAgo)] ?? alarm.seq,
    };
  }

  private about(alarm: Alarm, act: OperatorAct, now: EpochMs): AlarmCommand {
    const alarmId = alarm.id;
    const reason = 'work on site';
    switch (act.does) {
      case 'acknowledge':
        return { op: 'acknowledge', alarmId, ...this.seen(alarm, act.seen) };
      case 'comment':
        return { op: 'comment', alarmId, comment: 'seen on site' };
      case 'shelve': {
        const second = act.approvedBy === null ? {} : { approvedBy: act.approvedBy };
        return {
          op: 'shelve',
          alarmId,
          reason,
          ...(act.minutes === null ? { oneShot: true } : { minutes: act.minutes }),
          ...second,
        };
      }
      case 'suppress': {
        const minutes = act.minutes === null ? {} : { minutes: act.minutes };
        return { op: 'suppress', alarmId, reason, ...minutes, ...behind(act) };
      }
      case 'out-of-service': {
        const until = act.forMs === null ? {} : { until: now + act.forMs };
        return {
          op: 'out-of-service',
          alarmId,
          permit: 'W-1',
          reason,
          ...until,
          ...behind(act),
        };
      }
      case 'verify':
        return { op: 'verify', alarmId, as: act.as ?? 'real' };
      default:
        return { op: act.does, alarmId };
    }
  }
}

function behind({ approvedBy, alone }: ByHand): { readonly approvedBy?: string; readonly belowRed?: true } {
  return { ...(approvedBy === null ? {} : { approvedBy }), ...(alone ? { belowRed: true } : {}) };
}
