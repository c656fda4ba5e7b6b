import { Aedes, type PublishPacket } from 'aedes';

/**
 * Aedes without its message bus. What devices publish goes to the pipeline alone (from the hook, before the PUBACK) and is neither
 * kept, retained nor forwarded, so that no subscriber can delay a publisher; commands are written to their one connection.
 * It is faster than the bus, too. Aedes' own `$SYS` messages end here as well.
 */
export class QuietAedes extends Aedes {
  override publish(_packet: PublishPacket, clientOrDone: unknown, done?: (error?: Error) => void): void {
    const finished = done ?? (typeof clientOrDone === 'function' ? (clientOrDone as () => void) : undefined);
    finished?.();
  }

  override subscribe(_topic: string, _deliver: unknown, done?: () => void): void {
    if (done !== undefined) setImmediate(done);
  }

  /** Answers at once: a connection's end is then one step, and cannot unregister its successor of the same client id. */
  override unsubscribe(_topic: string, _deliver: unknown, done?: () => void): void {
    done?.();
  }
}
