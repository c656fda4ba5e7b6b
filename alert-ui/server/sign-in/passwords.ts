import { hash, verify } from '@node-rs/argon2';

/** Shortest and longest password a person may choose, in characters. */
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 256;

/** Argon2id, OWASP's first choice: 19 MiB, 2 passes, 1 lane (the library's default algorithm is argon2id). */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** At most this many at once: a flood of sign-ins must not take every worker thread of a two-core machine. */
const AT_ONCE = 2;
const QUEUE_MAX = 64;

/** Hashing and checking of people's passwords, a bounded number at a time. */
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** Checked for an unknown name, so that a missing account takes as long as a wrong password. */
  private decoy: Promise<string> | null = null;

  /** PHC string of argon2id with a random salt. */
  async hash(password: string): Promise<string> {
    return this.turn(() => hash(password, ARGON2));
  }

  /** True when the password fits. `phc` null (no such account) takes the same time and is false. Throws `BusyError` when too many wait. */
  async verify(phc: string | null, password: string): Promise<boolean> {
    return this.turn(async () => {
      // Made with the first check of all, whoever it is of.
      this.decoy ??= hash('a password that opens nothing', ARGON2).catch((error: unknown) => {
        this.decoy = null;
        throw error;
      });
      const decoy = await this.decoy;
      if (phc !== null) return verify(phc, password);
      await verify(decoy, password);
      return false;
    });
  }

  private async turn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) {
      if (this.waiting.length >= QUEUE_MAX) throw new BusyError();
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}

/** Too many passwords are waiting to be checked. */
export class BusyError extends Error {}
