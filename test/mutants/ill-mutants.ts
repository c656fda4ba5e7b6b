// Engines that are wrong on purpose about what ails sensors for long, and about what devices say of themselves (decisions 8, 9 and 19).
import type { EngineMutant } from './engine-mutants.ts';

/** Values that stand still for hours. */
const STILL = ['calms'] as const;

/** Faults and bad values in what a device kept while it was cut off. */
const LATE = ['late-faults', 'operators', 'quality'] as const;

export const ILL_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'a little gas that stands still is a stuck sensor',
    file: 'rules/health/spec.ts',
    find: 'const CALM_GAS = 5;',
    replace: 'const CALM_GAS = 1;',
    among: STILL,
    firstSeed: 30,
  },
  {
    name: 'a value at the end of its range is stuck',
    file: 'rules/health/flat.ts',
    find: 'value >= spec.ends[1]) {',
    replace: 'value > spec.ends[1]) {',
    among: STILL,
    firstSeed: 75,
  },
  {
    name: 'a few samples are enough for a stuck value',
    file: 'rules/health/flat.ts',
    find: 'const STILL_SAMPLES = 24;',
    replace: 'const STILL_SAMPLES = 8;',
    among: STILL,
  },
  {
    name: 'what a silence lasted belongs to the calm of a value',
    file: 'rules/health/watch.ts',
    find: 'ms >= windowMs ? windowMs : ms | 0',
    replace: 'ms >= windowMs * 100 ? windowMs : ms | 0',
    among: STILL,
    firstSeed: 18,
  },
  {
    name: 'a stuck value that moves is stuck for ever',
    file: 'rules/health/flat.ts',
    find: 'move(flat, value, by > 0 ? 1 : -1);\n    return false;',
    replace: 'move(flat, value, by > 0 ? 1 : -1);\n    return found;',
    among: STILL,
  },
  {
    name: 'a restart forgets for how long a value has stood still',
    file: 'rules/snapshot.ts',
    find: 'health: more.health ?? null,',
    replace: 'health: more.health === undefined ? null : { ...more.health, flat: null },',
    among: [...STILL, 'crashes', 'snapshots'],
  },
  {
    name: 'a fault in what comes late rings in the middle of it',
    file: 'rules/evaluate/message.ts',
    find: 'if (device.backlogUntil < 0) syncReported(core, device);',
    replace: 'syncReported(core, device);',
    among: LATE,
  },
  {
    name: 'a fault in what came late is never told',
    file: 'rules/evaluate/message.ts',
    find: '  syncReported(core, device);\n  syncBad(core, device);\n  // The sample',
    replace: '  syncBad(core, device);\n  // The sample',
    among: LATE,
  },
  {
    name: 'a value that came late and is bad is never told',
    file: 'rules/evaluate/message.ts',
    find: '  syncReported(core, device);\n  syncBad(core, device);\n  // The sample',
    replace: '  syncReported(core, device);\n  // The sample',
    among: LATE,
  },
  {
    name: 'a bad value that comes late rings at once',
    file: 'rules/evaluate/message.ts',
    find: 'if (bad && !late && !(watches',
    replace: 'if (bad && !(watches',
    among: LATE,
  },
];
