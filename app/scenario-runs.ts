/** Scenarios of the library, played by this process's wish in a process of their own, in turns. */
import type { ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Clock } from '../model/ports/clock.ts';
import type { ScenarioRuns } from '../model/ports/platform.ts';
import type { ScenarioRun } from '../model/scenario-run.ts';
import { startPlay } from '../simulators/scenario-file/start-play.ts';
import { createJobs, type Run } from './jobs.ts';

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
  const queue = createJobs<ScenarioRun>('run-', ({ name }) => playApart(name, clock));
  return { ...queue, names: () => names, start: (by, name) => queue.start({ name, by, createdAt: clock.now() }) };
}

function playApart(name: string, clock: Clock): Run<ScenarioRun> {
  const child = play(name);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  function end(): void {
    child.kill('SIGTERM');
    child.once(
      'close',
      clock.after(END_MS, () => child.kill('SIGKILL')),
    );
  }
  child.once('close', clock.after(LONGEST_MS, end));
  return {
    ended: heard(child),
    async stop() {
      end();
      await closed;
    },
  };
}

/** With nothing of our surroundings (they hold secrets), and behind everything that watches. */
function play(name: string): ChildProcess {
  const child = startPlay(['--json', name], { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  return child;
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
