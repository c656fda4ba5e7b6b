/**
 * Work that reads, decides by what it read and writes, one after the other: two at once would each decide by what the other is about to
 * change. One server owns what is changed.
 */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all work before it has ended, however it ended. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }
}
