// Engines that are wrong on purpose about limits that move under what follows them (decisions 14 and 22).
import type { EngineMutant } from './engine-mutants.ts';

export const MOVED_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'what has risen stays when its base was moved away from under it',
    file: 'rules/device-life.ts',
    find: '  followBases(after, conditions, 0);',
    replace: '',
    firstSeed: 179,
  },
  {
    name: 'a limit that is moved while it waits goes on with what it had waited',
    file: 'rules/device-life.ts',
    find: 'if (!isTrue(limit.test, value)) return { phase: OFF, ran: 0 };',
    replace: 'if (!isTrue(limit.test, value)) return now;',
    firstSeed: 4,
  },
];
