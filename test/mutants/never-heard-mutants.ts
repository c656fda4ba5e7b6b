// Engines that are wrong on purpose about points that never come (decision 9).
import type { EngineMutant } from './engine-mutants.ts';

export const NEVER_HEARD_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'a point that never came is missed without its day',
    file: 'rules/health/unheard.ts',
    find: 'export const GRACE_MS = 86_400_000;',
    replace: 'export const GRACE_MS = 36_000_000;',
    among: ['never-heard'],
  },
  {
    name: 'a restart begins the day of a point that never came anew',
    file: 'rules/snapshot.ts',
    find: 'talksFrom: more.talksFrom ?? NEVER,',
    replace: 'talksFrom: NEVER,',
    among: ['never-heard', 'crashes'],
  },
  {
    name: 'a silence of its device begins the day of a point anew',
    file: 'rules/health/unheard.ts',
    find: 'from + now - Math.max(now - quietMs, from)',
    replace: 'now',
    among: ['never-heard', 'silence'],
  },
  {
    name: 'a point that never came stays missed when it comes',
    file: 'rules/evaluate/message.ts',
    find: 'if (device.unheard !== null) spoke(',
    replace: 'if (device.unheard === null) spoke(',
    among: ['never-heard'],
  },
];
