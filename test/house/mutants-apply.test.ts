import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ENGINE_MUTANTS } from '../mutants/engine-mutants.ts';
import { mutate } from '../sim/mutant-loader.ts';

const root = join(import.meta.dirname, '..', '..');

/** The run that has to find them takes minutes; that each still has its place in the engine is seen here at once. */
it.each(ENGINE_MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s: its piece stands in the engine once', (_, mutant) => {
  const source = readFileSync(join(root, mutant.file), 'utf8');
  expect(mutate(source, mutant)).not.toBe(source);
});
