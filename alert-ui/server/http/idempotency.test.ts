import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { MemoryRecords } from '../testing/memory-records.ts';
import { Idempotency } from './idempotency.ts';
import type { Answer } from './route.ts';

const DONE: Answer = { status: 200, body: 'done' };

it('nobody’s flood of requests under way keeps others from theirs', async () => {
  const clock = new ManualClock();
  const idempotency = new Idempotency(new MemoryRecords(), clock);
  let end = (): void => undefined;
  const slow = new Promise<Answer>((resolve) => {
    end = () => resolve(DONE);
  });
  const flood = Array.from({ length: 200 }, (_, n) => idempotency.once('mallory', `k${n}`, 'r', () => slow));
  await expect(idempotency.once('mallory', 'one-more', 'r', async () => DONE)).rejects.toMatchObject({ code: 'unavailable' });
  // What is under way already is waited for, and others have their own.
  const again = idempotency.once('mallory', 'k0', 'r', async () => DONE);
  expect(await idempotency.once('li', 'k0', 'r', async () => DONE)).toEqual({ answer: DONE, replayed: false });
  end();
  await Promise.all(flood);
  expect((await again).replayed).toBe(true);
  expect((await idempotency.once('mallory', 'one-more', 'r', async () => DONE)).answer).toEqual(DONE);
});
