// Engines that are wrong on purpose about the health of sensors (decisions 9 and 19).
import type { EngineMutant } from './engine-mutants.ts';

/** Sensors that fall ill, and people who do something about it. */
const SICK = ['faults', 'quality', 'operators', 'suppression'] as const;

/** Sensors that fold back, and people who look into it. */
const FOLDING = ['over-range', 'operators', 'suppression'] as const;

/** Devices that go on talking while a point of theirs comes no more. */
const LOST = ['lost-points', 'cuts'] as const;

export const HEALTH_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'a message that says nothing about faults ends them',
    file: 'rules/evaluate/message.ts',
    find: 'if (carriesFaults(sample)) {\n      takeFaults',
    replace: 'if (sample !== null) {\n      takeFaults',
    among: SICK,
  },
  {
    name: 'a fault that somebody has acknowledged explains what goes bad after it',
    file: 'rules/health/bad-reasons.ts',
    find: ' && !record.facts.acknowledged && ',
    replace: ' && ',
    among: SICK,
  },
  {
    name: 'a fault that nobody heard explains what goes bad with it',
    file: 'rules/health/bad-reasons.ts',
    find: ' && !isSuppressed(record.life);',
    replace: ';',
    among: SICK,
  },
  {
    name: 'a fault of the whole device explains a sensor that dies after it',
    file: 'rules/health/bad-reasons.ts',
    find: 'point.explainedBy = ownKeys(device, key).filter(',
    replace: "point.explainedBy = [...ownKeys(device, key), '|F02', '|F03'].filter(",
    among: SICK,
  },
  {
    name: 'a bad value and the fault that says why are told twice',
    file: 'rules/health/bad-reasons.ts',
    find: '...left, ...whole, ...own',
    replace: '...left, ...own',
    among: SICK,
  },
  {
    name: 'a restart forgets the faults a device has reported',
    file: 'rules/snapshot.ts',
    find: 'd.faults,',
    replace: '[],',
    among: [...SICK, 'crashes', 'snapshots'],
  },
  {
    name: 'a restart forgets why a value is bad',
    file: 'rules/snapshot.ts',
    find: 'explainedBy: more.explainedBy ?? [],',
    replace: 'explainedBy: [],',
    among: [...SICK, 'crashes', 'snapshots'],
  },
  {
    name: 'a low battery found and reported is told by the limit alone',
    file: 'rules/health/limit-fault.ts',
    find: 'return device.faults.includes(code) || Object',
    replace: 'return Object',
    among: SICK,
  },
  {
    name: 'a sensor that folds back counts as what it reads once it reads less',
    file: 'rules/health/watch.ts',
    find: '  return over;\n}',
    replace: '  return value;\n}',
    among: FOLDING,
  },
  {
    name: 'whoever has only seen an over-range has shown that it was no gas',
    file: 'rules/health/watch.ts',
    find: 'return (device.alarms.get(`${key}|F04`)?.facts.latch ?? null) === null;',
    replace: 'return device.alarms.get(`${key}|F04`)?.facts.acknowledged !== false;',
    among: FOLDING,
  },
  {
    name: 'an over-range that was real gas is held no more',
    file: 'rules/health/watch.ts',
    find: "new Set<VerifiedAs>(['instrument', 'false'])",
    replace: "new Set<VerifiedAs>(['instrument', 'false', 'real'])",
    among: FOLDING,
  },
  {
    name: 'an over-range can be reset while it lasts',
    file: 'rules/command.ts',
    find: 'rung === null ? foundNow(record) : rung.latching',
    replace: 'rung?.latching ?? null',
    among: FOLDING,
    firstSeed: 60,
  },
  {
    name: 'a restart forgets that a sensor was beyond its range',
    file: 'rules/snapshot.ts',
    find: 'health: more.health ?? null,',
    replace: 'health: null,',
    among: [...FOLDING, 'crashes', 'snapshots'],
  },
  {
    name: 'a bad value ends an over-range',
    file: 'rules/health/watch.ts',
    find: '!over && (point.held || (typeof',
    replace: '!over && ((typeof',
    among: ['over-range', 'faults', 'quality'],
  },
  {
    name: 'a date of calibration shows that an over-range was no gas',
    file: 'rules/health/calendar.ts',
    find: 'sameKind ? point.health.found & (OVER | OVER_HELD) : 0',
    replace: 'sameKind ? 0 : 0',
    among: ['over-range', 'changes'],
  },
  {
    name: 'a device that was never calibrated is never due',
    file: 'rules/health/due-dates.ts',
    find: 'asset.calibratedAt ?? asset.installedAt',
    replace: 'asset.calibratedAt',
    among: ['over-range'],
  },
  {
    name: 'what becomes due while a device runs is told with its next change',
    file: 'rules/health/calendar.ts',
    find: 'Math.min(DAY_MS, next - core.clock.line)',
    replace: 'DAY_MS',
    among: ['over-range'],
  },
  {
    name: 'whatever a device says feeds the dead-man of each of its points',
    file: 'rules/health/point-silence.ts',
    find: 'runsOutAt(core, device, health.heardAt, period)',
    replace: 'runsOutAt(core, device, Math.max(health.heardAt, device.lastLifeAt), period)',
    among: LOST,
  },
  {
    name: 'our own outage counts as the silence of a point',
    file: 'rules/health/point-silence.ts',
    find: 'runsOutAt(core, device, health.heardAt, period)',
    replace: 'health.heardAt + period',
    among: [...LOST, 'crashes', 'freezes'],
  },
  {
    name: 'a restart forgets that a point no longer came',
    file: 'rules/snapshot.ts',
    find: 'health: more.health ?? null,',
    replace: 'health: null,',
    among: [...LOST, 'crashes', 'snapshots'],
  },
  {
    name: 'a point that is missed once may be away longer ever after',
    file: 'rules/health/point-silence.ts',
    find: ' && !missing) {',
    replace: ') {',
    among: LOST,
  },
  {
    name: 'a point is missed before it has shown that it comes',
    file: 'rules/health/point-silence.ts',
    find: 'HEARD_BEFORE = 10;',
    replace: 'HEARD_BEFORE = 3;',
    among: LOST,
  },
  {
    name: 'a point is missed by the rhythm of its profile alone',
    file: 'rules/health/point-silence.ts',
    find: 'GAPS * health.gapMs, ',
    replace: '',
    among: LOST,
  },
  {
    name: 'a device that is back from its silence owes each of its points at once',
    file: 'rules/presence.ts',
    find: 'if (wasSilent) allHeard(core, device);',
    replace: '',
    among: [...LOST, 'silence'],
  },
  {
    name: 'a battery that is checked seldom is missed between two checks',
    file: 'rules/health/spec.ts',
    find: 'everyMs: def.checkMs ?? 0,',
    replace: 'everyMs: 0,',
    among: LOST,
  },
  {
    name: 'the points of a device that says nothing at all are missed one by one',
    file: 'rules/fold.ts',
    find: 'if (device.silent || !device.seen) return dates;',
    replace: 'if (!device.seen) return dates;',
    among: [...LOST, 'silence'],
  },
];
