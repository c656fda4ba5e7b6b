import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINE_MUTANTS } from '../mutants/engine-mutants.ts';
import { firstDisagreement, seedsFrom } from './check.ts';
import { createMutantLoader, type MutantLoader, mutate } from './mutant-loader.ts';

/** Worlds a mutant may pass before it must be found. */
const SEEDS = 400;

describe('the simulated world finds engines that are wrong on purpose', () => {
  let loader: MutantLoader;
  beforeAll(async () => {
    loader = await createMutantLoader();
  });
  afterAll(() => loader.close());

  for (const mutant of ENGINE_MUTANTS) {
    it(`finds: ${mutant.name}`, async () => {
      const maker = await loader.load(mutant);
      const found = firstDisagreement(seedsFrom(mutant.firstSeed ?? 1, SEEDS), maker, mutant.among ?? null);
      expect(found === null ? `not found in ${SEEDS} worlds` : 'found').toBe('found');
    });
  }

  it('finds nothing in the engine as it is, loaded the same way', async () => {
    const maker = await loader.load(null);
    expect(firstDisagreement(seedsFrom(1, 60), maker)?.seed ?? null).toBeNull();
  });
});

describe('a mutant', () => {
  const mutant = { name: 'm', file: 'a.ts', find: 'x < 1', replace: '$& > 1' };
  it('replaces its one piece, as it is written', () => {
    expect(mutate('if (x < 1) y();', mutant)).toBe('if ($& > 1) y();');
  });
  it('is loud when its piece is gone or there twice', () => {
    expect(() => mutate('if (x <= 1) y();', mutant)).toThrow(/0 times/);
    expect(() => mutate('x < 1; x < 1', mutant)).toThrow(/2 times/);
  });
});
