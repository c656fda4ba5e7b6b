/** Scenario files by path or, from the library beside this folder, by name. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseScenario, ScenarioError } from './parse.ts';
import type { Scenario } from './schema.ts';

/** A name without a path or an ending is one of the library. */
function pathOf(name: string): string {
  if (existsSync(name) || /[./\\]/.test(name)) return name;
  // Found from the sources and from dist/ alike.
  for (const folder of ['../scenarios/', '../../../simulators/scenarios/']) {
    const path = fileURLToPath(new URL(`${folder}${name}.yaml`, import.meta.url));
    if (existsSync(path)) return path;
  }
  return name;
}

/** @throws ScenarioError that names the file of every fault */
export function readScenarios(names: readonly string[]): readonly Scenario[] {
  const faults: string[] = [];
  const scenarios = names.flatMap((name) => {
    try {
      return [parseScenario(readFileSync(pathOf(name), 'utf8'))];
    } catch (error) {
      if (error instanceof ScenarioError) faults.push(...error.faults.map((fault) => `${name}: ${fault}`));
      else faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
  if (faults.length > 0) throw new ScenarioError(faults);
  return scenarios;
}
