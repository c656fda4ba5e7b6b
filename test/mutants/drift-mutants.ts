// Engines that are wrong on purpose about a calm baseline that moves (decision 9).
import type { EngineMutant } from './engine-mutants.ts';

const DRIFTING = ['drifts', 'quality', 'changes', 'snapshots'] as const;

export const DRIFT_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'only a baseline that rises has moved',
    file: 'rules/health/drift.ts',
    find: 'drift.down = sum(drift.down, -off);',
    replace: 'drift.down = 0;',
    among: DRIFTING,
  },
  {
    name: 'a baseline is kept over a calibration',
    file: 'rules/health/calendar.ts',
    find: 'low: 0, flat: null, drift: null }',
    replace: 'low: 0, flat: null }',
    among: DRIFTING,
  },
  {
    name: 'a value that is bad belongs to the baseline',
    file: 'rules/evaluate/message.ts',
    find: '    // What comes with fault codes waits for them: they may say why.\n',
    replace: "    if (spec !== null && typeof value === 'number') watch(core, device, index, spec, point, value, line, before);\n",
    among: DRIFTING,
  },
  {
    name: 'a baseline that moved is well again as soon as the sum is below its limit',
    file: 'rules/health/drift.ts',
    find: '(found && most > 0)',
    replace: '(found && most > RAISES_AT)',
    among: DRIFTING,
  },
  {
    name: 'a moved baseline is never well again',
    file: 'rules/health/drift.ts',
    find: '(found && most > 0)',
    replace: 'found',
    among: DRIFTING,
    firstSeed: 55,
  },
  {
    name: 'a small steady offset is a drift',
    file: 'rules/health/drift.ts',
    find: 'const ALLOWANCE = 1;',
    replace: 'const ALLOWANCE = 0;',
    among: DRIFTING,
  },
  {
    name: 'half a day is enough for a baseline',
    file: 'rules/health/drift.ts',
    find: 'const BASE_BLOCKS = 24;',
    replace: 'const BASE_BLOCKS = 12;',
    among: DRIFTING,
  },
  {
    name: 'a release of gas is a drift',
    file: 'rules/health/drift.ts',
    find: 'const AT_MOST = 3;',
    replace: 'const AT_MOST = 30;',
    among: DRIFTING,
  },
  {
    name: 'a restart forgets the baseline of a sensor',
    file: 'rules/snapshot.ts',
    find: 'health: more.health ?? null,',
    replace: 'health: more.health === undefined ? null : { ...more.health, drift: null },',
    among: [...DRIFTING, 'crashes'],
  },
];
