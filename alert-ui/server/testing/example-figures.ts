import type { PerformanceReport } from '../../../model/ports/platform.ts';
import type { FiguresQuery } from '../../../model/performance.ts';

/** Figures of a quiet period with one alarm of a gas detector. */
export function exampleFigures({ from, to }: FiguresQuery): PerformanceReport {
  const identity = {
    enterpriseId: 'x',
    areaId: null,
    deviceId: '=d',
    measurement: 'lel',
    channel: null,
    ladder: 'hi',
    kind: 'process' as const,
  };
  const one = { count: 1, mean: 2_000, p50: 2_000, p90: 2_000, p95: 2_000, max: 2_000 };
  const figures = {
    from,
    to,
    enoughDays: false,
    observedMs: to - from,
    rates: {
      annunciated: 1,
      perHour: 0.5,
      perTenMinutes: 0.08,
      hoursAbove30: 0,
      tenMinutesAbove10: 0,
      maxInTenMinutes: 1,
      floods: 0,
      floodMs: 0,
      floodShare: 0,
    },
    byLevel: { red: 0, orange: 0, yellow: 1, blue: 0 },
    byKind: { process: 1, instrument: 0, fire: 0, system: 0 },
    worst: [{ ...identity, annunciated: 1, share: 1, chattering: 0, fleeting: 0 }],
    worstShare: 1,
    chattering: 0,
    fleeting: 0,
    standing: [{ ...identity, alarmId: '1-0', level: 'yellow' as const, since: from }],
    standingCount: 1,
    standingMaxPerDay: 1,
    shelved: [{ ...identity, alarmId: '1-0', level: 'yellow' as const, since: from, until: to, by: 'admin', reason: '=x' }],
    shelvedCount: 1,
    outOfService: [],
    outOfServiceCount: 0,
    shelvings: 1,
    toAcknowledge: one,
    toReturn: { count: 0, mean: null, p50: null, p90: null, p95: null, max: null },
    late: 0,
    unacknowledged: 0,
    verified: { real: 1 },
    people: [{ by: 'admin', acknowledged: 1, p50: 2_000 }],
    targets: [{ name: 'perHour', value: 0.5, target: 6, manageable: 12, met: true }],
  };
  return { ...figures, areas: [{ ...figures, areaId: null }] };
}
