import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Work that reads, decides by what it read and writes, one after the other: two at once would each decide by what the other is about to
 * change. One server owns what is changed.
 */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  private readonly under = new AsyncLocalStorage<{ ended: boolean }>();

  /**
   * Runs `work` when all work before it has ended, however it ended. Rejects at once inside work that goes on: it would wait for its own
   * end, and everybody after it with it.
   */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.under.getStore()?.ended === false) throw new Error('a turn was asked for inside a turn: it would wait for itself for ever');
    const own = { ended: false };
    const done = this.last
      .then(() => this.under.run(own, work))
      .finally(() => {
        own.ended = true;
      });
    this.last = done.catch(() => undefined);
    return done;
  }
}
