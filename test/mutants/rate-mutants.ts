// Engines that are wrong on purpose about how fast a value rises or falls (decision 10).
import type { EngineMutant } from './engine-mutants.ts';

const RATES = ['rates'] as const;

export const RATE_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'a limit on a fall looks for a rise',
    file: 'rules/evaluate/plan.ts',
    find: "limit.dir === 'roc_hi' ? 1 : -1",
    replace: "limit.dir === 'roc_hi' ? 1 : 1",
    among: RATES,
  },
  {
    name: 'the window of a rate is so many samples, however long they took',
    file: 'rules/evaluate/rate-window.ts',
    find: 'while (at > first && (t[at] ?? 0) > begin) at -= 1;',
    replace: 'while (at > first && at > end - 6) at -= 1;',
    among: RATES,
  },
  {
    name: 'a restart forgets the course of a value',
    file: 'rules/snapshot.ts',
    find: '[code, row, { rate, count, from, holds }]',
    replace: '[code, row, { rate: null, count, from, holds }]',
    among: [...RATES, 'crashes', 'snapshots'],
  },
  {
    name: 'what lies before a gap and after it is one course',
    file: 'rules/evaluate/rate-window.ts',
    find: 'const WIDEST_GAP = 1.5;',
    replace: 'const WIDEST_GAP = 1_000;',
    among: RATES,
  },
  {
    name: 'what lies before an absence of ours and after it is one course',
    file: 'rules/evaluate/derived.ts',
    find: 'const WIDEST_GAP_OVER_OUTAGE = 0.5;',
    replace: 'const WIDEST_GAP_OVER_OUTAGE = 1.5;',
    among: [...RATES, 'crashes', 'freezes'],
  },
  {
    name: 'what lies before a bad value and after it is one course',
    file: 'rules/evaluate/derived.ts',
    find: '      clearRate(course);\n      return;',
    replace: '      return;',
    among: [...RATES, 'quality'],
  },
  {
    name: 'a rise in a part of the window is taken for that of a whole one',
    file: 'rules/evaluate/rate-window.ts',
    find: 'return { rise: level(course, edge, end) - start, start };',
    replace:
      'return { rise: (level(course, edge, end) - start) * Math.max(1, windowMs / Math.max(1, (t[end] ?? 0) - (t[0] ?? 0))), start };',
    among: RATES,
  },
  {
    name: 'one wild sample among many is a rise',
    file: 'rules/evaluate/rate-window.ts',
    find: 'const edge = spacing * ENOUGH_FOR_MEDIANS <= windowMs ? 1 : 0;',
    replace: 'const edge = spacing * ENOUGH_FOR_MEDIANS < 0 ? 1 : 0;',
    among: RATES,
    firstSeed: 6,
  },
  {
    name: 'a window of minutes is two minutes long',
    file: 'rules/evaluate/plan.ts',
    find: 'const windowMs = limit.windowMs ?? 0;',
    replace: 'const windowMs = Math.min(120_000, limit.windowMs ?? 0);',
    among: RATES,
  },
  {
    name: 'of a window of minutes the last two are kept',
    file: 'rules/evaluate/rate-window.ts',
    find: 'const oldest = (t[Math.max(0, t.length - 2)] ?? 0) - windowMs;',
    replace: 'const oldest = (t[Math.max(0, t.length - 2)] ?? 0) - Math.min(120_000, windowMs);',
    among: RATES,
  },
];
