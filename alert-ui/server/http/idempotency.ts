import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Clock } from '../../../model/ports/clock.ts';
import type { Records } from '../../../model/ports/records.ts';
import { HttpProblem } from '../problem.ts';
import { digest } from '../sign-in/secrets.ts';
import type { Answer } from './route.ts';

/** How long an answer is kept for a repetition, ms. */
export const KEPT_MS = 24 * 3_600_000;
const SWEEP_EVERY_MS = 3_600_000;
const UNDER_WAY_MAX = 1_000;
/** Of one account: nobody's flood keeps others from acknowledging. */
const UNDER_WAY_OF_ONE = 200;
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * `Idempotency-Key`: the same key with the same request is answered as the first time, with another request refused.
 * Answers may hold a secret that is shown once. The records keep the key's digest and the answer encrypted under the key itself,
 * so that a copy of the records opens nothing. The request's mark is made with the key, too: of a request that holds a password a
 * plain digest would be something to guess at, far faster than at its argon2id hash.
 */
export class Idempotency {
  private readonly records: Records;
  private readonly clock: Clock;
  private readonly underWay = new Map<string, { readonly request: string; readonly answer: Promise<Answer> }>();
  private readonly underWayOf = new Map<string, number>();
  private sweptAt = Number.NEGATIVE_INFINITY;

  constructor(records: Records, clock: Clock) {
    this.records = records;
    this.clock = clock;
  }

  /** `request` is everything that makes two requests the same. Answers of 5xx are not kept: the client is to try again. */
  async once(
    account: string,
    key: string,
    request: string,
    work: () => Promise<Answer>,
  ): Promise<{ readonly answer: Answer; readonly replayed: boolean }> {
    if (!KEY.test(key)) throw new HttpProblem('invalid-request', 'Idempotency-Key: 1 to 200 printable characters');
    const name = digest(`${account} ${key}`);
    const fingerprint = markOf(request, account, key);
    const running = this.underWay.get(name);
    if (running !== undefined) {
      if (running.request !== fingerprint) throw reused();
      return { answer: await running.answer, replayed: true };
    }
    const own = this.underWayOf.get(account) ?? 0;
    if (own >= UNDER_WAY_OF_ONE || this.underWay.size >= UNDER_WAY_MAX) throw new HttpProblem('unavailable', 'too many requests under way');
    // Claimed before the first await: a second request of the same key finds this one.
    let replayed = false;
    const answer = (async (): Promise<Answer> => {
      const kept = await this.records.idempotency.get(account, name);
      if (kept !== null && kept.request !== fingerprint) throw reused();
      if (kept !== null) {
        replayed = true;
        return open(kept.body, account, key);
      }
      const fresh = await work();
      if (fresh.status < 500)
        await this.records.idempotency.put(account, name, fingerprint, fresh.status, seal(fresh, account, key), this.clock.now());
      return fresh;
    })();
    this.underWay.set(name, { request: fingerprint, answer });
    this.underWayOf.set(account, own + 1);
    try {
      return { answer: await answer, replayed };
    } finally {
      this.underWay.delete(name);
      const left = (this.underWayOf.get(account) ?? 1) - 1;
      if (left > 0) this.underWayOf.set(account, left);
      else this.underWayOf.delete(account);
      this.sweep();
    }
  }

  private sweep(): void {
    const now = this.clock.mono();
    if (now - this.sweptAt < SWEEP_EVERY_MS) return;
    this.sweptAt = now;
    this.records.idempotency.removeBefore(this.clock.now() - KEPT_MS).catch(() => {
      this.sweptAt = Number.NEGATIVE_INFINITY;
    });
  }
}

function reused(): HttpProblem {
  return new HttpProblem('idempotency-key-reused', 'the same Idempotency-Key came with another request');
}

function markOf(request: string, account: string, key: string): string {
  return createHmac('sha256', Buffer.from(hkdfSync('sha256', key, account, 'idempotent request', 32)))
    .update(request)
    .digest('hex');
}

function cipherKey(account: string, key: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, account, 'idempotent answer', 32));
}

function seal(answer: Answer, account: string, key: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', cipherKey(account, key), nonce);
  const body = Buffer.concat([cipher.update(JSON.stringify(answer), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
}

function open(sealed: string, account: string, key: string): Answer {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', cipherKey(account, key), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')) as Answer;
}
