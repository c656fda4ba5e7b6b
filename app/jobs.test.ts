import { describe, expect, it } from 'vitest';
import { createJobs, type Job, type Jobs } from './jobs.ts';

interface Errand extends Job {
  readonly name: string;
  readonly share?: number;
}

/** Work that runs until the test ends it. */
function jobs(): {
  queue: Jobs<Errand>;
  begun: string[];
  stopped: string[];
  put(name: string, share: number): void;
  /** What was stopped is gone. */
  leave(name: string): Promise<void>;
  end(name: string, share: number): Promise<void>;
} {
  const begun: string[] = [];
  const stopped: string[] = [];
  const ends = new Map<string, (change: Partial<Errand>) => void>();
  const leaves = new Map<string, () => void>();
  const puts = new Map<string, (change: Partial<Errand>) => void>();
  const queue = createJobs<Errand>('j-', ({ name }, put) => {
    begun.push(name);
    puts.set(name, put);
    const ended = new Promise<Partial<Errand>>((resolve) => ends.set(name, resolve));
    return {
      ended,
      async stop() {
        stopped.push(name);
        await new Promise<void>((resolve) => leaves.set(name, resolve));
      },
    };
  });
  return {
    queue,
    begun,
    stopped,
    put: (name, share) => puts.get(name)?.({ share }),
    async leave(name) {
      leaves.get(name)?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
    async end(name, share) {
      ends.get(name)?.({ state: 'done', share });
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
function started(queue: Jobs<Errand>, name: string): Errand {
  const one = queue.start({ name });
  if (one === null) throw new Error(`${name} was refused`);
  return one;
}

describe('jobs', () => {
  it('runs one at a time, in the order of asking, and keeps the results', async () => {
    const { queue, begun, put, end } = jobs();
    const [a, b] = [started(queue, 'a'), started(queue, 'b')];
    expect([a.state, b.state]).toEqual(['running', 'queued']);
    expect(a.id).toMatch(/^j-[0-9a-f]{16}$/);
    put('a', 0.5);
    expect(queue.get(a.id)).toMatchObject({ state: 'running', share: 0.5 });
    await end('a', 1);
    expect(begun).toEqual(['a', 'b']);
    expect(queue.list().map(({ name, state }) => [name, state])).toEqual([
      ['b', 'running'],
      ['a', 'done'],
    ]);
  });

  it('lets ten wait and refuses the next', () => {
    const { queue } = jobs();
    for (let i = 0; i <= 10; i += 1) started(queue, `${i}`);
    expect(queue.start({ name: 'one too many' })).toBe(null);
  });

  it('a cancelled one is heard no more, and gives its turn to the next once nothing of it is left', async () => {
    const { queue, begun, stopped, put, end, leave } = jobs();
    const [a, b, c] = [started(queue, 'a'), started(queue, 'b'), started(queue, 'c')];
    expect(queue.cancel(b.id)).toBe(true);
    expect(queue.cancel(a.id)).toBe(true);
    expect(stopped).toEqual(['a']);
    put('a', 0.7);
    expect([queue.get(a.id), begun]).toEqual([{ ...a, state: 'cancelled' }, ['a']]);
    await leave('a');
    await end('a', 1);
    expect(queue.get(a.id)).toEqual({ ...a, state: 'cancelled' });
    expect(begun).toEqual(['a', 'c']);
    expect(queue.get(c.id)?.state).toBe('running');
  });

  it('one that is over is forgotten by cancelling it, and the oldest by more than fifty', async () => {
    const { queue, end } = jobs();
    const first = started(queue, '0');
    await end('0', 1);
    expect([queue.cancel(first.id), queue.get(first.id), queue.cancel(first.id)]).toEqual([true, undefined, false]);
    for (let i = 1; i <= 51; i += 1) {
      started(queue, `${i}`);
      await end(`${i}`, 1);
    }
    expect(queue.list().map(({ name }) => name)).toEqual(Array.from({ length: 50 }, (_, i) => `${51 - i}`));
  });

  it('closed, it ends what runs and begins nothing', async () => {
    const { queue, begun, stopped, end, leave } = jobs();
    started(queue, 'a');
    const b = started(queue, 'b');
    const closed = queue.close();
    await leave('a');
    await closed;
    await end('a', 1);
    expect([begun, stopped, queue.get(b.id)?.state]).toEqual([['a'], ['a'], 'queued']);
  });
});
