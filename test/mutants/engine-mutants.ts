// Engines that are wrong on purpose, each by one replaced piece of source text. The simulated world must find every one of them
// (test/sim/mutants.contract.test.ts): a world that finds none of these would find no real mistake either. A piece that is no longer
// found exactly once fails the test by name: whoever moved the code moves the mutant.

export interface EngineMutant {
  /** What is wrong, as an operator would say it. */
  readonly name: string;
  /** From the top of the repository. */
  readonly file: string;
  /** Must be in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export const ENGINE_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'an acknowledgement covers what was not on the screen',
    file: 'rules/command.ts',
    find: 'seen < record.rangSeq',
    replace: 'seen < 0',
  },
  {
    name: 'a bad value does not hold its point',
    file: 'rules/evaluate/point.ts',
    find: 'point.held = true;',
    replace: 'point.held = false;',
  },
  {
    name: 'an alarm comes without its on-delay',
    file: 'rules/evaluate/condition.ts',
    find: 'condition.phase = limit.onDelayMs > 0 ? WAITING : ON;',
    replace: 'condition.phase = ON;',
  },
];
