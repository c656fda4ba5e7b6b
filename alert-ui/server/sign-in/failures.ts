import { MemoryStore, type Options } from 'express-rate-limit';

/** Failed sign-ins per address and name, and per address over all names, in the window. */
const FAILED_PER_NAME = 10;
const FAILED_PER_ADDRESS = 100;
export const WINDOW_MS = 5 * 60_000;

interface Keys {
  readonly address: string;
  readonly name: string;
}

/**
 * Counts what failed, never what is only under way: twenty boards of one account that sign in at once after a power cut are no attack.
 * What can be tried before the first failures are known is bounded by the queue of the password checks.
 */
export class Failures {
  private readonly perName = storeOf(WINDOW_MS);
  private readonly perAddress = storeOf(WINDOW_MS);

  /** May one more be tried? */
  async room(keys: Keys): Promise<boolean> {
    const [name, address] = await Promise.all([this.perName.get(keys.name), this.perAddress.get(keys.address)]);
    return (name?.totalHits ?? 0) < FAILED_PER_NAME && (address?.totalHits ?? 0) < FAILED_PER_ADDRESS;
  }

  async count(keys: Keys): Promise<void> {
    await Promise.all([this.perName.increment(keys.name), this.perAddress.increment(keys.address)]);
  }

  /** Ends the timers. */
  stop(): void {
    this.perName.shutdown();
    this.perAddress.shutdown();
  }
}

function storeOf(windowMs: number): MemoryStore {
  const store = new MemoryStore();
  // It reads the window alone of the options.
  store.init({ windowMs } as Options);
  return store;
}
