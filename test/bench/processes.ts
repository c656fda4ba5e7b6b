import { fork, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FromGenerator } from '../../simulators/load/generator-process.ts';
import type { LoadPhase, LoadPlan, LoadResult } from '../../simulators/load/plan.ts';
import { nodeOptionsOfStart, repositoryRoot } from '../harness/platform-process.ts';

/** A yardstick server of this folder as a process of its own, under the same Node options as the platform. */
export interface Yardstick {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

export async function startYardstick(file: string): Promise<Yardstick> {
  const child: ChildProcess = fork(join(repositoryRoot, 'dist/test/bench', file), {
    execArgv: [...nodeOptionsOfStart()],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const match = /port=(\d+)/.exec(text);
      if (match !== null) resolve(Number(match[1]));
    });
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return {
    port,
    pid: child.pid ?? 0,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** The generator in its own process; `onPhase` is told when the measured stretch begins and ends. */
export function generate(plan: LoadPlan, onPhase: (phase: LoadPhase) => void = () => undefined): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = fork(join(repositoryRoot, 'dist/simulators/load/generator-process.js'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    let ending: FromGenerator = { type: 'failed', detail: 'it said nothing' };
    child.on('message', (message: FromGenerator) => {
      if (message.type === 'phase') onPhase(message.phase);
      else ending = message;
    });
    // Not `exit`, which may come before its last message has been read.
    child.once('close', (code) => {
      if (ending.type === 'result') resolve(ending.result);
      else reject(new Error(`the load generator ended with ${code}: ${ending.type === 'failed' ? ending.detail : ending.type}`));
    });
    child.send(plan);
  });
}

/** CPU seconds (user and system) of a process: all threads, and its main thread alone. Linux. */
export function cpuSeconds(pid: number): { readonly all: number; readonly main: number; readonly threads: ReadonlyMap<string, number> } {
  const TICKS = 100;
  const of = (path: string): number => {
    const stat = readFileSync(path, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  };
  const threads = new Map<string, number>();
  for (const tid of readdirSync(`/proc/${pid}/task`)) threads.set(tid, of(`/proc/${pid}/task/${tid}/stat`));
  return { all: of(`/proc/${pid}/stat`), main: threads.get(String(pid)) ?? 0, threads };
}

export function residentBytes(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return match === null ? 0 : Number(match[1]) * 1024;
}
