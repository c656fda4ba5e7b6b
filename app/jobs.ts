/** Long work of this process that takes turns: one runs, a few wait, the last ones are kept with their results. */
import { randomBytes } from 'node:crypto';

const WAITING_MAX = 10;
const KEPT = 50;

export interface Job {
  readonly id: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
}

/** One that runs. */
export interface Run<T> {
  /** How it ended; never rejects. */
  readonly ended: Promise<Partial<T>>;
  /** Ends it early; resolves when nothing of it is left. */
  stop(): Promise<void>;
}

export interface Jobs<T extends Job> {
  /** Null when too many are waiting already. */
  start(what: Omit<T, 'id' | 'state'>): T | null;
  get(id: string): T | undefined;
  /** Newest first. */
  list(): readonly T[];
  /** Ends one that waits or runs; forgets one that is over. False when there is none. */
  cancel(id: string): boolean;
  /** Ends what runs; nothing begins any more. */
  close(): Promise<void>;
}

/**
 * @param prefix of the ids, such as `bt-`
 * @param begin starts one; `put` tells what becomes of it while it runs
 */
export function createJobs<T extends Job>(prefix: string, begin: (one: T, put: (change: Partial<T>) => void) => Run<T>): Jobs<T> {
  const all = new Map<string, T>();
  let running: { readonly id: string; readonly run: Run<T> } | null = null;
  let closed = false;

  const withState = (state: Job['state']): readonly T[] => [...all.values()].filter((one) => one.state === state);
  function put(id: string, change: Partial<T>): void {
    const before = all.get(id);
    if (before !== undefined) all.set(id, { ...before, ...change });
  }
  const become = (id: string, state: Job['state']): void => put(id, { state } as Partial<T>);
  function forgetOld(): void {
    const over = [...all.values()].filter(({ state }) => state !== 'queued' && state !== 'running');
    for (const old of over.slice(0, Math.max(0, over.length - KEPT))) all.delete(old.id);
  }

  /** Its turn passes on once nothing of it is left. */
  function over(run: Run<T>): void {
    if (running?.run !== run) return;
    running = null;
    forgetOld();
    beginNext();
  }
  function beginNext(): void {
    if (running !== null || closed) return;
    const [waiting] = withState('queued');
    if (waiting === undefined) return;
    const { id } = waiting;
    become(id, 'running');
    // What was ended is told no more.
    const tell = (change: Partial<T>): void => {
      if (all.get(id)?.state === 'running') put(id, change);
    };
    const run = begin({ ...waiting, state: 'running' }, tell);
    running = { id, run };
    void run.ended.then((change) => {
      tell(change);
      over(run);
    });
  }

  return {
    start(what) {
      if (withState('queued').length >= WAITING_MAX) return null;
      const id = `${prefix}${randomBytes(8).toString('hex')}`;
      all.set(id, { ...what, id, state: 'queued' } as T);
      beginNext();
      return all.get(id) ?? null;
    },
    get: (id) => all.get(id),
    list: () => [...all.values()].toReversed(),
    cancel(id) {
      const one = all.get(id);
      if (one === undefined) return false;
      if (one.state === 'queued' || one.state === 'running') become(id, 'cancelled');
      else all.delete(id);
      if (one.state === 'running' && running?.id === id) {
        const { run } = running;
        void run.stop().then(() => over(run));
      }
      return true;
    },
    async close() {
      closed = true;
      await running?.run.stop();
    },
  };
}
