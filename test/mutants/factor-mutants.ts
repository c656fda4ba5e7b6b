// Engines that are wrong on purpose about factors of warnings that people set (decision 11).
import type { EngineMutant } from './engine-mutants.ts';

const PEOPLE = ['factors', 'operators'] as const;
/** People who set factors while we are away now and then, and our clock is set. */
const BENT = [...PEOPLE, 'crashes', 'snapshots'] as const;

export const FACTOR_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'a factor that nobody has set counts as if it stood half way',
    file: 'rules/warning/subject.ts',
    find: 'subject.set.get(name)?.value ?? null;',
    replace: 'subject.set.get(name)?.value ?? 0.5;',
    among: PEOPLE,
  },
  {
    name: 'a factor that nobody has set is shown as known to be nothing',
    file: 'rules/warning/subject.ts',
    find: 'subject.set.get(name)?.value ?? null;',
    replace: 'subject.set.get(name)?.value ?? 0;',
    among: PEOPLE,
  },
  {
    name: 'a restart forgets the factors that people have set',
    file: 'rules/warning/book.ts',
    find: 'if (factor === name) subject.set.set(factor, value);',
    replace: 'if (factor === name && factor.length === 0) subject.set.set(factor, value);',
    among: BENT,
  },
  {
    name: 'a restart forgets until when a factor stands',
    file: 'rules/warning/book.ts',
    find: 'if (factor === name) subject.set.set(factor, value);',
    replace: 'if (factor === name) subject.set.set(factor, { ...value, until: Infinity });',
    among: BENT,
  },
  {
    name: 'a restart wakes nobody for the end of a factor',
    file: 'rules/warning/book.ts',
    find: 'if (row.wakeAt >= 0) this.heap.set(subject, row.wakeAt);',
    replace: 'if (row.wakeAt >= 0 && row.set.length === 0) this.heap.set(subject, row.wakeAt);',
    among: BENT,
  },
  {
    name: 'a factor never ends',
    file: 'rules/warning/book.ts',
    find: 'if (until > clock.at) continue;',
    replace: 'if (until > 0) continue;',
    among: PEOPLE,
  },
  {
    name: 'a factor ends with the first look',
    file: 'rules/warning/book.ts',
    find: 'if (until > clock.at) continue;',
    replace: 'if (until > clock.at + LOOK_AGAIN_MS) continue;',
    among: PEOPLE,
  },
  {
    name: 'a factor goes on over an outage of ours for as long as that was',
    file: 'rules/warning/book.ts',
    find: 'Math.min(LOOK_AGAIN_MS, until - clock.at)',
    replace: 'until - clock.at',
    among: BENT,
  },
  {
    name: 'a factor that is withdrawn goes on counting',
    file: 'rules/warning/book.ts',
    find: 'if (!subject.set.delete(factor)) return',
    replace: 'if (!subject.set.has(factor)) return',
    among: PEOPLE,
  },
  {
    name: 'a level falls with the factor that had made it',
    file: 'rules/warning/book.ts',
    find: 'judge(subject.shown, subject.computed, clock.now, subject.test);',
    replace: 'judge(subject.shown, subject.computed, clock.now, subject.test || subject.set.size === 0);',
    among: PEOPLE,
  },
  {
    name: 'an end that lies behind us is taken',
    file: 'rules/warning/book.ts',
    find: 'if (until === null || until <= clock.at) return',
    replace: 'if (until === null) return',
    among: PEOPLE,
  },
  {
    name: 'a factor may stand for ever',
    file: 'rules/warning/book.ts',
    find: 'if (until > clock.at + FACTOR_LONGEST_MS) return',
    replace: 'if (until === Infinity) return',
    among: PEOPLE,
  },
  {
    name: 'an area is told of what belongs to a plant',
    file: 'rules/warning/book.ts',
    find: 'if (!settable(scope).includes(factor)) return',
    replace: 'if (factor.length === 0) return',
    among: PEOPLE,
  },
  {
    name: 'a factor that is set anew stays as it was',
    file: 'rules/warning/book.ts',
    find: 'subject.set.set(factor, { value, until, by, ...',
    replace: 'subject.set.set(factor, { value, until, ...subject.set.get(factor), by, ...',
    among: PEOPLE,
  },
  {
    name: 'a factor of a test enterprise counts',
    file: 'rules/warning/subject.ts',
    find: 'const x = subject.test ? null : valueOf(subject, name);',
    replace: 'const x = valueOf(subject, name);',
    among: [...PEOPLE, 'changes'],
  },
];
