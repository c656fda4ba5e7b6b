import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AckQueue } from './ack-queue.ts';

interface Item {
  readonly n: number;
  settled: boolean;
}

describe('AckQueue', () => {
  it('releases in the order of coming whatever the order of settling, and nothing before it is settled', () => {
    const orders = fc.integer({ min: 1, max: 600 }).chain((count) =>
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, n) => n),
        { minLength: count, maxLength: count },
      ),
    );
    fc.assert(
      fc.property(orders, (order) => {
        const released: number[] = [];
        const queue = new AckQueue<Item>((item) => {
          expect(item.settled).toBe(true);
          released.push(item.n);
        });
        const items = order.map((_, n): Item => ({ n, settled: false }));
        for (const item of items) queue.push(item);
        for (const n of order) {
          const item = items[n];
          if (item !== undefined) item.settled = true;
          queue.advance();
        }
        expect(released).toEqual(items.map((item) => item.n));
        expect(queue.size).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('releases nothing after clear, and says what had waited', () => {
    const released: Item[] = [];
    const queue = new AckQueue<Item>((item) => released.push(item));
    const first = { n: 1, settled: false };
    const second = { n: 2, settled: true };
    queue.push(first);
    queue.push(second);
    queue.advance();
    expect(queue.clear()).toEqual([first, second]);
    first.settled = true;
    queue.advance();
    expect(released).toEqual([]);
  });
});
