/** Scenario files by path or, from the library beside this folder, by name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseScenario, ScenarioError } from './parse.ts';
import type { Scenario } from './schema.ts';

/** Found from the sources and from dist/ alike. */
const LIBRARY = ['../scenarios/', '../../../simulators/scenarios/'];
const folderOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** A name without a path or an ending is one of the library. */
function pathOf(name: string): string {
  if (existsSync(name) || /[./\\]/.test(name)) return name;
  for (const folder of LIBRARY) {
    const path = join(folderOf(folder), `${name}.yaml`);
    if (existsSync(path)) return path;
  }
  return name;
}

/** What is wrong with a name that is no file: a word alone was meant as one of the library, so its names help. */
function missing(name: string): string {
  if (/[./\\]/.test(name)) return `${name}: no such file`;
  return `${name}: no such file, and no scenario of the library, which has ${libraryNames().join(', ')}`;
}

/** Names of the library; none where its folder was not installed. */
export function libraryNames(): readonly string[] {
  const folder = LIBRARY.map(folderOf).find((path) => existsSync(path));
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** @throws ScenarioError that names the file of every fault */
export function readScenarios(names: readonly string[]): readonly Scenario[] {
  const faults: string[] = [];
  const scenarios = names.flatMap((name) => {
    try {
      const path = pathOf(name);
      if (!existsSync(path)) {
        faults.push(missing(name));
        return [];
      }
      return [parseScenario(readFileSync(path, 'utf8'))];
    } catch (error) {
      if (error instanceof ScenarioError) faults.push(...error.faults.map((fault) => `${name}: ${fault}`));
      else faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
  if (faults.length > 0) throw new ScenarioError(faults);
  return scenarios;
}
