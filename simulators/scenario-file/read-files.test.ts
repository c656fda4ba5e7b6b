import { describe, expect, it } from 'vitest';
import { ScenarioError } from './parse.ts';
import { readScenarios } from './read-files.ts';

function faultsOf(...names: string[]): readonly string[] {
  try {
    readScenarios(names);
  } catch (error) {
    if (error instanceof ScenarioError) return error.faults;
    throw error;
  }
  return [];
}

describe('scenarios asked for', () => {
  it('are found in the library by name', () => {
    expect(readScenarios(['silence'])[0]?.name).toBe('silence');
  });

  it('by a name the library does not have bring the names it has', () => {
    const [fault] = faultsOf('stopped-clock');
    expect(fault).toMatch(/^stopped-clock: no such file, and no scenario of the library, which has building-site, .*silence/);
  });

  it('by a path that is not there are named, each', () => {
    expect(faultsOf('./gone.yaml', 'also/gone.yaml')).toEqual(['./gone.yaml: no such file', 'also/gone.yaml: no such file']);
  });
});
