/** Plays scenario files on virtual time, each on a platform of its own; a process of its own, started by `npm run simulate -- run`. */
import { parseArgs } from 'node:util';
import { endOnClosedPipe } from '../../model/closed-pipe.ts';
import { builtInCatalogue } from '../../rules/catalogue/built-in.ts';
import { misfits } from '../../simulators/scenario-file/misfits.ts';
import { ScenarioError } from '../../simulators/scenario-file/parse.ts';
import { readScenarios } from '../../simulators/scenario-file/read-files.ts';
import type { Scenario } from '../../simulators/scenario-file/schema.ts';
import { verdictTable } from '../../simulators/scenario-file/verdict-table.ts';
import { verdictOf } from '../../simulators/scenario-file/verdict.ts';
import { playScenario } from './play-scenario.ts';
import { openVirtualPlatform } from './virtual-platform.ts';

endOnClosedPipe(process);
const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } });

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(code));

async function play(scenario: Scenario): Promise<boolean> {
  const world = await openVirtualPlatform();
  try {
    const played = await playScenario(world, scenario);
    const verdict = verdictOf(scenario, played.heard, played.troubles);
    const { name } = scenario;
    const said = values.json
      ? JSON.stringify({ name, ...verdict, heard: played.heard, messages: played.messages })
      : verdictTable(name, played, verdict, `on virtual time, ${scenario.lastsS} s`);
    process.stdout.write(`${said}\n`);
    return verdict.ok;
  } finally {
    await world.close();
  }
}

try {
  let good = true;
  const scenarios = readScenarios(positionals);
  const faults = scenarios.flatMap((one) => [...misfits(one, builtInCatalogue.profiles)].map((fault) => `${one.name}: ${fault}`));
  if (faults.length > 0) throw new ScenarioError(faults);
  for (const scenario of scenarios) good = (await play(scenario)) && good;
  process.exitCode = good ? 0 : 1;
} catch (error) {
  process.stderr.write(`simulate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof ScenarioError ? 2 : 1;
}
