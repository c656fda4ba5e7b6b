/**
 * Changes of accounts, one after the other: a change reads the account, decides and writes it whole, so that two at once would undo
 * each other (a person's new password an administrator's disabling, two administrators one another). One server owns the records.
 */
export class AccountChanges {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when every change before it has ended, however it ended. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }
}
