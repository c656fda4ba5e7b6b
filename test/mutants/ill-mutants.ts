// Engines that are wrong on purpose about what ails sensors for long, and about what devices say of themselves (decisions 8, 9 and 19).
import type { EngineMutant } from './engine-mutants.ts';

/** Values that stand still for hours. */
const STILL = ['calms'] as const;

/** Faults and bad values in what a device kept while it was cut off. */
const LATE = ['late-faults', 'operators', 'quality'] as const;

/** Sensors beyond their range that say so themselves. */
const REPORTS = ['over-range', 'operators', 'suppression'] as const;

/** Devices that say what is wrong with them, warming up among it. */
const WARMING = ['faults'] as const;

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
    firstSeed: 4,
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
    firstSeed: 5,
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
  {
    name: 'a sensor that says itself that it is beyond its range counts as what it reads',
    file: 'rules/health/watch.ts',
    find: "if (device.pointFaults[key]?.includes('F04') === true) return true;",
    replace: "if (device.pointFaults[key]?.includes('F04') === true) return false;",
    among: REPORTS,
  },
  {
    name: 'a sensor that does not fold back is held at full scale by its own report',
    file: 'rules/health/watch.ts',
    find: '(value >= spec.over || reported(device, index)) && folds(device, spec);',
    replace: '(value >= spec.over && folds(device, spec)) || reported(device, index);',
    among: REPORTS,
  },
  {
    name: 'whoever says that an over-range was no gas is believed while the device still reports it',
    file: 'rules/health/watch.ts',
    find: '(health.found & OVER) !== 0 || reported(device, index)) return;',
    replace: 'false) return;',
    among: REPORTS,
  },
  {
    name: 'a limit says nothing while the device is warming up',
    file: 'rules/evaluate/message.ts',
    find: "const bad = quality === 'bad' || value === null;",
    replace: "const bad = quality === 'bad' || value === null || flags.includes('warm-up');",
    among: WARMING,
  },
  {
    name: 'an alarm does not say that the device was warming up',
    file: 'rules/evaluate/ladders.ts',
    find: "(point.flags.includes('warm-up') ? 'warm-up' : undefined)",
    replace: '(point.flags.length > 9 ? undefined : undefined)',
    among: WARMING,
  },
  {
    name: 'a device that has warmed up once is warming up for ever',
    file: 'rules/evaluate/message.ts',
    find: '    point.flags = flags;\n',
    replace: "    point.flags = point.flags.includes('warm-up') ? point.flags : flags;\n",
    among: WARMING,
  },
  {
    name: 'a silence brings back the over-range that somebody has reset',
    file: 'rules/command.ts',
    find: 'if (device !== undefined) releaseReset(device, record);',
    replace: '',
    among: [...REPORTS, 'silence'],
    firstSeed: 28,
  },
  {
    name: 'a clock that was put right is said to be wrong for ever',
    file: 'rules/evaluate/message.ts',
    find: 'if (off === device.clockOff) return;',
    replace: 'if (off === device.clockOff || !off) return;',
    among: ['stamps'],
    firstSeed: 11,
  },
  {
    name: 'a fire detector may be a minute off',
    file: 'rules/evaluate/message.ts',
    find: 'const CLOCK_OFF_FIRE_MS = 5_000;',
    replace: 'const CLOCK_OFF_FIRE_MS = 60_000;',
    among: ['stamps'],
    firstSeed: 41,
  },
  {
    name: 'a clock that is behind is never wrong',
    file: 'rules/evaluate/message.ts',
    find: 'const off = Math.abs(error) >',
    replace: 'const off = -error >',
    among: ['stamps'],
  },
  {
    name: 'a clock that was far behind and is put right is believed after many samples only',
    file: 'rules/evaluate/message.ts',
    find: 'if (isLive && !wasPutRight(device.clock, clock.line, stamp, raw, device.windowMs)) {',
    replace: 'if (isLive) {',
    among: ['stamps'],
    firstSeed: 14,
  },
  {
    name: 'a point is missed by the stamps of its device, and not by when it came',
    file: 'rules/health/watch.ts',
    find: 'heard(health, core.clock.now, device',
    replace: 'heard(health, core.clock.now - (core.clock.at - point.sampleAt), device',
    among: ['lost-points', 'stamps'],
  },
  {
    name: 'no point of a device that stamps its readings is missed',
    file: 'rules/health/watch.ts',
    find: 'if (spec.regular && heard(',
    replace: 'if (spec.regular && device.clock === null && heard(',
    among: ['lost-points', 'stamps'],
  },
];
