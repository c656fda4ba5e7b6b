/** Scenarios of the library, played by this process's wish in a process of their own: one at a time, a few waiting, the last ones kept. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Clock } from '../model/ports/clock.ts';
import type { ScenarioRuns } from '../model/ports/platform.ts';
import type { ScenarioRun } from '../model/scenario-run.ts';

const WAITING_MAX = 10;
const KEPT = 50;
/** The longest of the library takes seconds. */
const LONGEST_MS = 600_000;
/** Asked to end, it takes its temporary folder away; then it is made to. */
const END_MS = 3_000;
const SAID_MAX = 32 * 1024 * 1024;

/** What `play-files --json` says of one scenario. */
interface Said {
  readonly ok: boolean;
  readonly lines: NonNullable<ScenarioRun['verdict']>['lines'];
  readonly messages: number;
}

/** @param names of the library */
export function createScenarioRuns(names: readonly string[], clock: Clock): ScenarioRuns & { close(): Promise<void> } {
  const all = new Map<string, ScenarioRun>();
  let running: { readonly id: string; readonly child: ChildProcess } | null = null;
  let closed = false;

  function put(id: string, change: Partial<ScenarioRun>): void {
    const before = all.get(id);
    if (before !== undefined) all.set(id, { ...before, ...change });
  }
  function forgetOld(): void {
    const over = [...all.values()].filter((one) => one.state !== 'queued' && one.state !== 'running');
    for (const old of over.slice(0, Math.max(0, over.length - KEPT))) all.delete(old.id);
  }

  function end(child: ChildProcess): void {
    child.kill('SIGTERM');
    const cancel = clock.after(END_MS, () => child.kill('SIGKILL'));
    child.once('close', cancel);
  }

  function playNext(): void {
    if (running !== null || closed) return;
    const waiting = [...all.values()].find((one) => one.state === 'queued');
    if (waiting === undefined) return;
    const { id, name } = waiting;
    const child = play(name);
    running = { id, child };
    put(id, { state: 'running' });
    const cancelPatience = clock.after(LONGEST_MS, () => end(child));
    void heard(child).then((change) => {
      cancelPatience();
      if (running?.child !== child) return;
      running = null;
      put(id, change);
      forgetOld();
      playNext();
    });
  }

  return {
    names: () => names,
    start(by, name) {
      if ([...all.values()].filter((one) => one.state === 'queued').length >= WAITING_MAX) return null;
      const id = `run-${randomBytes(8).toString('hex')}`;
      all.set(id, { id, name, by, state: 'queued', createdAt: clock.now() });
      playNext();
      return all.get(id) ?? null;
    },
    get: (id) => all.get(id),
    list: () => [...all.values()].toReversed(),
    cancel(id) {
      const one = all.get(id);
      if (one === undefined) return false;
      if (running?.id === id) {
        const { child } = running;
        running = null;
        end(child);
        put(id, { state: 'cancelled' });
        playNext();
      } else if (one.state === 'queued') put(id, { state: 'cancelled' });
      else all.delete(id);
      return true;
    },
    async close() {
      closed = true;
      const last = running;
      running = null;
      if (last === null) return;
      const ended = new Promise((resolve) => last.child.once('close', resolve));
      end(last.child);
      await ended;
    },
  };
}

/** With nothing of our surroundings (they hold secrets), and behind everything that watches. */
function play(name: string): ChildProcess {
  const program = fileURLToPath(new URL(`./virtual/play-files${extname(import.meta.url)}`, import.meta.url));
  const child = spawn(process.execPath, [...loader(program), program, '--json', name], { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  return child;
}

/** Of a program that is source (tests), what makes Node read it. */
function loader(program: string): readonly string[] {
  if (!program.endsWith('.ts')) return [];
  return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
}

/** How it ended, in terms of a run; exit code 1 is a verdict that is not ok. */
function heard(child: ChildProcess): Promise<Partial<ScenarioRun>> {
  let [said, complaint] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (said.length + text.length > SAID_MAX) child.kill('SIGKILL');
    else said += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  return new Promise((resolve) => {
    const failed = (failure: string): void => resolve({ state: 'failed', failure });
    child.once('error', (error) => failed(error.message));
    child.once('close', (code, signal) => {
      if (code !== 0 && code !== 1) return failed(complaint.trim() || `it ended with ${signal ?? code}`);
      try {
        const { ok, lines, messages } = JSON.parse(said) as Said;
        resolve({ state: 'done', verdict: { ok, lines, messages } });
      } catch {
        failed(complaint.trim() || 'it said nothing that can be read');
      }
    });
  });
}
