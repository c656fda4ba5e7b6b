import type { Figures, Target } from '../../model/performance.ts';

/**
 * What is aimed at per operator (ISA-18.2-2016 §16.4 as told by secondary sources; the row of 30 an hour from memory): shown as defaults,
 * never as what the standard says. Shares are 0…1.
 */
export function targetsOf(figures: Figures): readonly Target[] {
  const { rates } = figures;
  return [
    atMost('perHour', rates.perHour, 6, 12),
    atMost('perTenMinutes', rates.perTenMinutes, 1, 2),
    below('hoursAbove30', rates.hoursAbove30, 0.01),
    below('tenMinutesAbove10', rates.tenMinutesAbove10, 0.01),
    atMost('maxInTenMinutes', rates.maxInTenMinutes, 10, null),
    below('floodShare', rates.floodShare, 0.01),
    atMost('worstShare', figures.worstShare, 0.05, null),
    atMost('chattering', figures.chattering, 0, null),
    atMost('fleeting', figures.fleeting, 0, null),
    below('standingMaxPerDay', figures.standingMaxPerDay, 5),
  ];
}

function atMost(name: string, value: number, target: number, manageable: number | null): Target {
  return { name, value, target, manageable, met: value <= target };
}

function below(name: string, value: number, target: number): Target {
  return { name, value, target, manageable: null, met: value < target };
}
