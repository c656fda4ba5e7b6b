/**
 * Threads of the store: how one is started from source (tests, development) and from the build alike.
 * What is said to a thread is in `call.ts`.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** True when this code runs as TypeScript source (vitest, tsx), not as built JavaScript. */
const fromSource = import.meta.url.endsWith('.ts');

/**
 * Starts a worker thread.
 * @param fileUrlWithoutExt the thread's file without its ending, e.g. `new URL('./journal-thread', import.meta.url)`;
 *   `.ts` or `.js` is added, whichever this file itself runs as.
 * @param data handed to the thread as `workerData`.
 */
export function spawnThread(fileUrlWithoutExt: URL, data: unknown): Worker {
  if (!fromSource) return new Worker(new URL(`${fileUrlWithoutExt.href}.js`), { workerData: data });
  // `--import tsx` takes effect on the main thread alone, so the thread registers it itself; by absolute path, because a bare name
  // would be looked up from the working directory, which is anybody's.
  const tsx = new URL('./dist/esm/api/index.mjs', pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')));
  const boot = `import { register } from '${tsx.href}'; register(); await import('${fileUrlWithoutExt.href}.ts');`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(boot)}`), { workerData: data, execArgv: [] });
}
