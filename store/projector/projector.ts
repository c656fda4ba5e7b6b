/**
 * Main thread's side of the projector: the journal's readings go into the reading store in a thread of their own, and history is
 * asked in another one. Nothing here waits for a disk or a database. A projector thread that dies is started again with growing
 * pauses; nothing is lost by it, because the store's position and the journal say where to go on.
 */
import type { Worker } from 'node:worker_threads';
import type { Verdicts } from '../../model/ports/journal.ts';
import type { ReadingQueries, Retention } from '../../model/ports/reading-store.ts';
import type { LedgerLine } from '../../model/ports/records.ts';
import { openHistory } from '../readings/history.ts';
import type { StoreSettings } from '../readings/open.ts';
import { type Caller, createCaller, ThreadError } from '../thread/call.ts';
import { spawnThread } from '../thread/spawn.ts';
import { backoffMs } from './backoff.ts';
import type { ProjectorEvent, ProjectorMethods, ProjectorThreadData } from './messages.ts';
import { NOTHING_YET, type ProjectorStatus } from './status.ts';

export type { ProjectorStatus } from './status.ts';

export interface ProjectorSettings {
  /** The journal's folder, `data/journal`. */
  readonly journalFolder: string;
  readonly store: StoreSettings;
  /** How long readings and roll-ups are kept; without it for ever. */
  readonly keep?: Retention;
  /** Called on every change of the status, at most a few times a second. */
  readonly onStatus?: (status: ProjectorStatus) => void;
  /** Readings the store refused for what they are, as lines for the ingest ledger. */
  readonly onRejected?: (lines: readonly LedgerLine[]) => void;
}

export interface Projector {
  /**
   * What the engine found since the last call, in order and without holes. Call it with the same verdicts that the journal gets.
   * It only shortens the wait: the truth is in the headers of the journal's commits.
   */
  noteVerdicts(verdicts: Verdicts): void;
  status(): ProjectorStatus;
  /** How long ago the thread last said anything new, ms: `status` is as old. A thread that is dead or hangs says nothing. */
  untoldMs(): number;
  /** Stored history, answered by the history thread. Rejects with `StoreFailure`. */
  readonly queries: ReadingQueries;
  /** Finishes the batch under way (for 3 s at most: the rest is projected after the next start) and ends both threads. */
  close(): Promise<void>;
}

/** A batch under way that takes longer than this at a stop is left to the next start. */
const STOP_PATIENCE_MS = 3_000;
const MAX_WAITING = 10_000;

/**
 * Starts both threads.
 * @throws when a local folder cannot be used or holds an unknown format. A database server that is down is no reason to fail:
 *   it shows in `status().health` and is tried again for ever.
 */
export async function startProjector(settings: ProjectorSettings): Promise<Projector> {
  let status = NOTHING_YET;
  let toldAt = performance.now();
  /** appliedTo of the last verdicts noted in this process; null before the first. */
  let notedTo: number | null = null;
  let closed = false;
  let deaths = 0;
  let restart: NodeJS.Timeout | null = null;
  let thread: { readonly worker: Worker; readonly caller: Caller<ProjectorMethods> } | null = null;

  function accept(next: ProjectorStatus): void {
    status = next;
    settings.onStatus?.(status);
  }

  function onEvent(event: ProjectorEvent): void {
    if (event.kind === 'rejected') settings.onRejected?.(event.lines);
    else {
      if (event.status.position > status.position) deaths = 0;
      toldAt = performance.now();
      accept(event.status);
    }
  }

  async function run(): Promise<void> {
    const data: ProjectorThreadData = {
      journalFolder: settings.journalFolder,
      store: settings.store,
      keep: settings.keep ?? null,
      rejectedBefore: status.rejected,
    };
    const worker = spawnThread(new URL('./projector-thread', import.meta.url), data);
    const caller = createCaller<ProjectorMethods, ProjectorEvent>(worker, { maxWaiting: MAX_WAITING, onEvent, onDeath });
    thread = { worker, caller };
    accept(await caller.call('start'));
  }

  function onDeath(error: Error): void {
    thread = null;
    if (closed) return;
    deaths += 1;
    accept({ ...status, health: [...new Set([...status.health, 'projector-died'])], detail: error.message });
    restart = setTimeout(() => void runAgain(), backoffMs(deaths, Math.random()));
  }

  async function runAgain(): Promise<void> {
    if (closed) return;
    try {
      await run();
    } catch (error) {
      // It started but could not open its files: ending it counts as a death, and it is tried again later.
      const at = threadOf();
      if (at !== null) await at.worker.terminate();
      else if (!closed && !(error instanceof ThreadError)) onDeath(error instanceof Error ? error : new Error(String(error)));
    }
  }

  try {
    await run();
  } catch (error) {
    closed = true;
    if (restart !== null) clearTimeout(restart);
    await threadOf()?.worker.terminate();
    throw error;
  }
  const history = openHistory(settings.store, () => status.through);

  /** Past the compiler's narrowing: `thread` changes in callbacks. */
  function threadOf(): { readonly worker: Worker; readonly caller: Caller<ProjectorMethods> } | null {
    return thread;
  }

  return {
    noteVerdicts(verdicts: Verdicts): void {
      const from = notedTo;
      notedTo = verdicts.appliedTo;
      const at = threadOf();
      // A thread that is busy or dying misses a note: it then waits for the journal's header, as after every start.
      at?.caller.call('note', { from, verdicts }).catch(() => undefined);
    },
    status: () => status,
    untoldMs: () => performance.now() - toldAt,
    queries: history.queries,
    async close(): Promise<void> {
      closed = true;
      if (restart !== null) clearTimeout(restart);
      const at = threadOf();
      if (at !== null) {
        const impatient = setTimeout(() => void at.worker.terminate(), STOP_PATIENCE_MS);
        await at.caller.close();
        clearTimeout(impatient);
      }
      await history.close();
    },
  };
}
