// Engines that are wrong on purpose about rules over several points: votes and expressions (decision 16).
import type { EngineMutant } from './engine-mutants.ts';

export const JOINT_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'a voter that goes bad loses the vote it had given',
    file: 'rules/joint/judge.ts',
    find: "    case 'bad':\n      return voted ? 'held' : 'bad';",
    replace: "    case 'bad':\n      return 'bad';",
    firstSeed: 77,
  },
  {
    name: 'a restart forgets who had voted',
    file: 'rules/joint/book.ts',
    find: 'needed, [...votes].sort(), ruleRevision]',
    replace: 'needed, [], ruleRevision]',
    firstSeed: 9,
  },
  {
    name: 'a bad voter counts as a vote where it must drop out',
    file: 'rules/joint/judge.ts',
    find: "(says === 'bad' && source.bad === 'drops')",
    replace: "(says === 'bad' && source.bad !== source.bad)",
    firstSeed: 77,
  },
  {
    name: 'as many votes are wanted as ever, however few voters are left',
    file: 'rules/joint/judge.ts',
    find: 'const needed = Math.min(source.atLeast, n);',
    replace: 'const needed = source.atLeast;',
    firstSeed: 9,
  },
  {
    name: 'sensors that cannot be believed raise a vote alone',
    file: 'rules/joint/judge.ts',
    find: 'const on = votes > 0 && ',
    replace: 'const on = ',
    firstSeed: 10,
  },
  {
    name: 'work on a detector clears the vote that stood on it',
    file: 'rules/joint/judge.ts',
    find: 'left: !stays };',
    replace: 'left: !on };',
    firstSeed: 118,
  },
  {
    name: 'a detector that connects again is believed before it has said anything',
    file: 'rules/joint/judge.ts',
    find: 'device.silent || unspoken || ',
    replace: 'device.silent || ',
    firstSeed: 38,
  },
  {
    name: 'that a voter fell silent is not noticed by its vote',
    file: 'rules/presence.ts',
    find: '  core.joint.mark(device);\n',
    replace: '',
    firstSeed: 38,
  },
  {
    name: 'an expression that cannot be told is taken as false',
    file: 'rules/joint/judge.ts',
    find: 'if (value === undefined) return { holds: unknown(core, joint) };',
    replace: 'if (value === undefined) return { holds: null, value: 0, needed: 1, on: false, left: true };',
    firstSeed: 19,
  },
];
