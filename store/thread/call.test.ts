import { afterEach, describe, expect, it } from 'vitest';
import { type Caller, createCaller } from './call.ts';
import type { ExampleMethods } from './example-thread.ts';
import { spawnThread } from './spawn.ts';

describe('a thread that answers requests', () => {
  const open: Caller<ExampleMethods>[] = [];
  const events: string[] = [];
  const deaths: string[] = [];
  function start(maxWaiting = 100): Caller<ExampleMethods> {
    const caller = createCaller<ExampleMethods, string>(spawnThread(new URL('./example-thread', import.meta.url), { for: 'test' }), {
      maxWaiting,
      onEvent: (event) => events.push(event),
      onDeath: (error) => deaths.push(error.message),
    });
    open.push(caller);
    return caller;
  }
  afterEach(async () => {
    for (const caller of open.splice(0)) await caller.close();
    events.length = 0;
    deaths.length = 0;
  });

  it('gives back results and its workerData', async () => {
    const caller = start();
    expect(await caller.call('add', 2, 3)).toBe(5);
    expect(await caller.call('given')).toEqual({ for: 'test' });
    expect(caller.waiting()).toBe(0);
  });

  it('carries out asynchronous requests one after the other, in order', async () => {
    const caller = start();
    const finished: string[] = [];
    await Promise.all(['a', 'b', 'c'].map(async (name) => finished.push(await caller.call('slow', name))));
    expect(finished).toEqual(['a', 'b', 'c']);
    expect(await caller.call('order')).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
  });

  it('brings an error across with its message and code, and goes on', async () => {
    const caller = start();
    await expect(caller.call('refuse', 'SQLITE_FULL')).rejects.toMatchObject({ code: 'SQLITE_FULL', message: 'not today' });
    expect(await caller.call('add', 1, 1)).toBe(2);
  });

  it('refuses more than may wait, and takes more once they are answered', async () => {
    const caller = start(2);
    const first = caller.call('slow', 'a');
    const second = caller.call('slow', 'b');
    await expect(caller.call('add', 1, 1)).rejects.toMatchObject({ code: 'thread-busy' });
    await Promise.all([first, second]);
    expect(await caller.call('add', 1, 1)).toBe(2);
  });

  it('answers everything that waits when the thread dies, and says so once', async () => {
    const caller = start();
    const outcomes = await Promise.allSettled([caller.call('add', 1, 2), caller.call('die'), caller.call('add', 1, 1)]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(deaths).toEqual(['the thread ended with code 3']);
    await expect(caller.call('add', 1, 1)).rejects.toMatchObject({ code: 'thread-died' });
  });

  it('lets what was asked be answered before it closes; that is no death', async () => {
    const caller = start();
    const last = caller.call('slow', 'last');
    const closed = caller.close();
    await expect(caller.call('add', 1, 1)).rejects.toMatchObject({ code: 'thread-closed' });
    expect(await last).toBe('last');
    await closed;
    expect(events).toEqual(['stopping']);
    expect(deaths).toEqual([]);
  });
});
