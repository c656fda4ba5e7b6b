import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodeOptionsOfStart, repositoryRoot } from '../harness/platform-process.ts';

/** Pauses of the collector of young memory, ms. */
export interface Young {
  /** While all devices report in turn. */
  readonly reporting: readonly number[];
  /** While a snapshot is cut between their messages. */
  readonly cutting: readonly number[];
}

/** @param options of Node, in place of those of `npm start` */
export async function youngRun(devices: number, messages: number, options = nodeOptionsOfStart()): Promise<Young> {
  const program = join(repositoryRoot, 'dist/test/bench/young-program.js');
  const { stdout } = await promisify(execFile)(process.execPath, [...options, program, String(devices), String(messages)]);
  return JSON.parse(stdout) as Young;
}
