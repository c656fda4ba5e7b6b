// Engines that are wrong on purpose about limits that move under what follows them (decisions 14 and 22).
import type { EngineMutant } from './engine-mutants.ts';

/** Engineers who change what limits read while it is bad. */
const BAD = ['moved-while-bad', 'operators'] as const;

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
  {
    name: 'a limit that moves away clears an alarm whose value is bad',
    file: 'rules/device-life.ts',
    find: '(now.phase === LEAVING && hasLeft(limit.test, value));',
    replace: 'false;',
    among: BAD,
  },
  {
    name: 'a return that a moved limit no longer bears out goes on while the value is bad',
    file: 'rules/device-life.ts',
    find: '(now.phase === LEAVING && hasLeft(limit.test, value));',
    replace: 'now.phase === LEAVING;',
    among: BAD,
  },
  {
    name: 'a return begins anew when a limit moves while its condition is unknown',
    file: 'rules/evaluate/derived.ts',
    find: 'take(condition, limit, true, rests.left);',
    replace: 'take(condition, limit, true, false);',
    among: BAD,
  },
  {
    name: 'the last good values raise nothing that moves while its condition is unknown',
    file: 'rules/evaluate/derived.ts',
    find: 'else if (condition.phase !== ON && take(condition, limit, rests.on, rests.left)) state.good = rests.value;',
    replace: '',
    among: BAD,
  },
];
