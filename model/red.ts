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
 * rises in, so it counts as well. An alarm about an instrument counts where the instrument guards such a limit (all of the device's, where it
 * names no point): who hides that it is bad, silent or being worked on hides that no red would come. Hiding either by hand takes two people.
 * @param limits of its device, or rules over several points with their code as the ladder and no measurement
 */
export function canBeRed(
  alarm: Pick<Alarm, 'kind' | 'level' | 'measurement' | 'channel' | 'ladder'>,
  limits: readonly LadderLimit[],
): boolean {
  if (alarm.level === 'red') return true;
  const instrument = alarm.kind === 'instrument';
  return limits.some(({ measurement, channel, ladder, level, armed }) => {
    if (!armed || level !== 'red') return false;
    if (instrument && alarm.measurement === null) return true;
    return measurement === alarm.measurement && channel === alarm.channel && (instrument || ladder === alarm.ladder);
  });
}
