// Loads the engine with one piece of its source replaced. Every load is a set of modules of its own, so that a mutant never meets
// the engine under test.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import type { EngineMutant } from '../mutants/engine-mutants.ts';
import type { EngineMaker } from './play.ts';

export interface MutantLoader {
  /** @param mutant null = the engine as it is, by the same way */
  load(mutant: EngineMutant | null): Promise<EngineMaker>;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** @throws Error when the piece is not in the text exactly once */
export function mutate(source: string, mutant: EngineMutant): string {
  const times = source.split(mutant.find).length - 1;
  if (times !== 1) throw new Error(`mutant "${mutant.name}": \`${mutant.find}\` is ${times} times in ${mutant.file}, must be once`);
  // A function, so that `$` in the replacement stays what it is.
  return source.replace(mutant.find, () => mutant.replace);
}

export async function createMutantLoader(): Promise<MutantLoader> {
  let current: EngineMutant | null = null;
  let applied = 0;
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
    plugins: [
      {
        name: 'engine-mutant',
        enforce: 'pre',
        transform(source, id) {
          if (current === null || id !== `${root}${current.file}`) return null;
          applied += 1;
          return mutate(source, current);
        },
      },
    ],
  });
  return {
    async load(mutant) {
      current = mutant;
      applied = 0;
      server.moduleGraph.invalidateAll();
      const loaded = await server.ssrLoadModule('/rules/engine.ts');
      if (mutant !== null && applied !== 1) throw new Error(`mutant "${mutant.name}": the engine does not load ${mutant.file}`);
      if (!isMaker(loaded)) throw new Error('rules/engine.ts has no createEngine and restoreEngine');
      return loaded;
    },
    close: () => server.close(),
  };
}

function isMaker(module: Readonly<Record<string, unknown>>): module is Readonly<Record<string, unknown>> & EngineMaker {
  return typeof module['createEngine'] === 'function' && typeof module['restoreEngine'] === 'function';
}
