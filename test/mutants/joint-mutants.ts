// Engines that are wrong on purpose about rules over several points: votes and expressions (decision 16).
import type { EngineMutant } from './engine-mutants.ts';

export const JOINT_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'a voter that goes bad loses the vote it had given',
    file: 'rules/joint/judge.ts',
    find: "    case 'bad':\n      return voted ? 'held' : 'bad';",
    replace: "    case 'bad':\n      return 'bad';",
  },
  {
    name: 'a restart forgets who had voted',
    file: 'rules/joint/book.ts',
    find: 'needed, [...votes].sort(), ruleRevision]',
    replace: 'needed, [], ruleRevision]',
  },
  {
    name: 'a bad voter counts as a vote where it must drop out',
    file: 'rules/joint/judge.ts',
    find: "(says === 'bad' && source.bad === 'drops')",
    replace: "(says === 'bad' && source.bad !== source.bad)",
  },
  {
    name: 'as many votes are wanted as ever, however few voters are left',
    file: 'rules/joint/judge.ts',
    find: 'const needed = Math.min(source.atLeast, n);',
    replace: 'const needed = source.atLeast;',
  },
  {
    name: 'sensors that cannot be believed raise a vote alone',
    file: 'rules/joint/judge.ts',
    find: 'const on = votes > 0 && ',
    replace: 'const on = ',
  },
  {
    name: 'work on a detector clears the vote that stood on it',
    file: 'rules/joint/judge.ts',
    find: 'left: !stays };',
    replace: 'left: !on };',
  },
  {
    name: 'a detector that connects again is believed before it has said anything',
    file: 'rules/joint/judge.ts',
    find: 'device.silent || unspoken || ',
    replace: 'device.silent || ',
  },
  {
    name: 'that a voter fell silent is not noticed by its vote',
    file: 'rules/presence.ts',
    find: '  core.joint.mark(device);\n',
    replace: '',
  },
  {
    name: 'a detector that is tried out votes',
    file: 'rules/joint/plan.ts',
    find: "return asset.mode === 'live' || enterprise.kind === 'test';",
    replace: "return asset.mode === 'live' || enterprise.kind !== '';",
  },
  {
    name: 'an expression that cannot be told is taken as false',
    file: 'rules/joint/judge.ts',
    find: 'if (value === undefined) return { holds: unknown(core, joint) };',
    replace: 'if (value === undefined) return { holds: null, value: 0, needed: 1, on: false, left: true };',
  },
  {
    name: 'an attribute that is changed is not followed at once',
    file: 'rules/joint/book.ts',
    find: '[...inputs], filled, aside]',
    replace: '[...inputs], aside]',
  },
  {
    name: 'the delay of a rule over several points begins anew after a restart',
    file: 'rules/joint/book.ts',
    find: 'return [plan.rule.id, condition.phase, condition.ran,',
    replace: 'return [plan.rule.id, condition.phase, 0,',
  },
];
