import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Starts the program that plays scenario files on virtual time, in a process of its own. It brings a whole platform, which is no part of
 * the simulators: it is found beside them, never imported.
 * @param args names or paths of scenarios, `--json` before them for a verdict that is read
 */
export function startPlay(args: readonly string[], options: SpawnOptions): ChildProcess {
  const program = fileURLToPath(new URL(`../../app/virtual/play-files${extname(import.meta.url)}`, import.meta.url));
  return spawn(process.execPath, [...loader(program), program, ...args], options);
}

/** Of a program that is source (tests), what makes Node read it. */
function loader(program: string): readonly string[] {
  if (!program.endsWith('.ts')) return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}
