// Engines that are wrong on purpose about what people hide by hand (decision 13).
import type { EngineMutant } from './engine-mutants.ts';

const HIDING = ['suppression', 'operators'] as const;

export const HIDING_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'what one person hid alone stays hidden when it becomes red',
    file: 'rules/alarm/suppressing.ts',
    find: "if (byHand?.belowRed === true) this.lift(holder, record, 'by-design', cause);",
    replace: '',
    among: HIDING,
  },
  {
    name: 'what one person took out of service alone stays so when it becomes red',
    file: 'rules/alarm/suppressing.ts',
    find: "if (out?.belowRed === true) this.lift(holder, record, 'out-of-service', cause);",
    replace: '',
    among: HIDING,
  },
  {
    name: 'one person alone hides what is red',
    file: 'rules/command.ts',
    find: "if (command.belowRed === true && record.facts.shown.level === 'red')",
    replace: "if (command.belowRed === true && record.facts.shown.level === 'red' && command.op === 'out-of-service')",
    among: HIDING,
  },
  {
    name: 'a person is his own second person for what is hidden by hand',
    file: 'rules/command.ts',
    find: "  if (command.approvedBy === by) return refused('same-person', by);",
    replace: '',
    among: HIDING,
  },
  {
    name: 'what is hidden by hand for minutes stays hidden for a shift',
    file: 'rules/command.ts',
    find: 'endAt(core, since + command.minutes * 60_000);',
    replace: 'endAt(core, since + command.minutes * 60_000 * 480);',
    among: HIDING,
  },
  {
    name: 'what is hidden by hand is hidden for as long as was asked for, also beyond a shift',
    file: 'rules/command.ts',
    find: 'const until = Math.min(wanted, core.clock.at + SHELVE_MAX_MS);',
    replace: 'const until = wanted;',
    among: HIDING,
  },
];
