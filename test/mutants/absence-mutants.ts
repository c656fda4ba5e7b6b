// Engines that are wrong on purpose about what our own outages put off (decision 3).
import type { EngineMutant } from './engine-mutants.ts';

export const ABSENCE_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'every outage of ours gives a whole period again',
    file: 'rules/time/outage-ends.ts',
    find: 'const first = ends[firstAfter(ends, since)] ?? last;',
    replace: 'const first = last;',
    among: ['pauses'],
  },
  {
    name: 'after a later outage of ours there is no time to come back',
    file: 'rules/time/outage-ends.ts',
    find: 'Math.max(first + periodMs, last + Math.min(periodMs, BACK_WITHIN_MS))',
    replace: 'first + periodMs',
    among: ['pauses'],
  },
  {
    name: 'even the first outage of ours gives only time to come back',
    file: 'rules/time/outage-ends.ts',
    find: 'Math.max(first + periodMs, last + Math.min(periodMs, BACK_WITHIN_MS))',
    replace: 'last + Math.min(periodMs, BACK_WITHIN_MS)',
    among: ['pauses'],
  },
  {
    name: 'an outage before the last word counts as the first',
    file: 'rules/time/outage-ends.ts',
    find: 'ends[firstAfter(ends, since)] ?? last',
    replace: 'ends[0] ?? last',
    among: ['pauses'],
  },
  {
    name: 'a restart remembers our last outage alone',
    file: 'rules/snapshot.ts',
    find: '{ outageEnds: head.clock.outageEndedAt > 0 ? [head.clock.outageEndedAt] : [] }, head.clock',
    replace: 'head.clock, { outageEnds: [head.clock.outageEndedAt] }',
    among: ['pauses', 'crashes'],
  },
  {
    name: 'no point of a device behind a gateway is ever missed',
    file: 'rules/health/point-silence.ts',
    find: 'device.reportEveryMs <= 0) return -1;',
    replace: 'device.reportEveryMs <= 0 || device.gateway !== null) return -1;',
    among: ['pauses'],
  },
];
