import type { Alarm } from './alarm.ts';
import type { LimitLevel } from './level.ts';

/** As much of a limit as this needs; `EffectiveLimit` has it. */
export interface LadderLimit {
  readonly measurement: string | null;
  readonly channel: number | null;
  readonly ladder: string;
  readonly level: LimitLevel;
  readonly armed: boolean;
}

/**
 * Is the alarm red, or can it become so as things stand: an armed limit of its ladder is red. An escalation is a limit of the ladder it
 * rises in, so it counts as well. Hiding such an alarm by hand takes two people.
 * @param limits of its device, or rules over several points with their code as the ladder and no measurement
 */
export function canBeRed(alarm: Pick<Alarm, 'level' | 'measurement' | 'channel' | 'ladder'>, limits: readonly LadderLimit[]): boolean {
  if (alarm.level === 'red') return true;
  return limits.some(
    ({ measurement, channel, ladder, level, armed }) =>
      armed && level === 'red' && measurement === alarm.measurement && channel === alarm.channel && ladder === alarm.ladder,
  );
}
