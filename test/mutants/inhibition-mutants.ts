// Engines that are wrong on purpose about points that are being tested or worked on (decision 9).
import type { EngineMutant } from './engine-mutants.ts';

/** Work that lasts for hours. */
const WORKS = ['maintenance', 'quality', 'crashes', 'snapshots'] as const;

export const INHIBITION_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'whether work on a sensor is over is asked after seven hours',
    file: 'rules/health/inhibited.ts',
    find: 'export const ASKED_AFTER_MS = 28_800_000;',
    replace: 'export const ASKED_AFTER_MS = 25_200_000;',
    among: WORKS,
  },
  {
    name: 'whether work on a sensor is over is never asked',
    file: 'rules/health/inhibited.ts',
    find: 'export const ASKED_AFTER_MS = 28_800_000;',
    replace: 'export const ASKED_AFTER_MS = 288_000_000;',
    among: WORKS,
  },
  {
    name: 'our own outage begins the hours of work on a sensor anew',
    file: 'rules/health/inhibited.ts',
    find: 'const due = Math.max(grace, now + one.from + ASKED_AFTER_MS - line);',
    replace: 'const due = Math.max(grace, now + Math.max(one.from, line - now + core.clock.outageEndedAt) + ASKED_AFTER_MS - line);',
    among: WORKS,
  },
  {
    name: 'a bad value ends the work on a sensor',
    file: 'rules/health/inhibited.ts',
    find: "if (word === 'bad') return false;",
    replace: "if (word === 'bad') {\n      point.inhibited = null;\n      return before.asked;\n    }",
    among: WORKS,
  },
  {
    name: 'a restart forgets that a sensor is worked on',
    file: 'rules/snapshot.ts',
    find: '...(inhibited === null ? {} : { inhibited }),',
    replace: '',
    among: WORKS,
  },
  {
    name: 'after an outage of ours whether work is over is asked at once',
    file: 'rules/health/inhibited.ts',
    find: 'const grace = graceUntil(core, device, one.saidAt ?? device.lastLifeAt, device.silenceMs);',
    replace: 'const grace = now;',
    among: WORKS,
  },
  {
    name: 'forgotten work on what guards a red limit is as mild as any other',
    file: 'rules/health/inhibited.ts',
    find: "=== true) ? 'orange' : 'yellow';",
    replace: "=== true) ? 'yellow' : 'yellow';",
    among: WORKS,
  },
  {
    name: 'a sensor that is worked on is not listed among the health codes',
    file: 'rules/health/inhibited.ts',
    find: 'if (!now.says) count(core, device, 1);',
    replace: 'if (!now.says && before !== null) count(core, device, 1);',
    among: WORKS,
  },
  {
    name: 'a value that is judged does not end forgotten work',
    file: 'rules/health/inhibited.ts',
    find: '    return before.asked;\n  }',
    replace: '    return before.asked && before.says;\n  }',
    among: WORKS,
  },
];
