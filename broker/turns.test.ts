import { describe, expect, it } from 'vitest';
import { Turns, type Worker } from './turns.ts';

/** A thread without a clock: work costs what the test says, and a turn ends when the test says so. */
function thread(limits = { turnMs: 4, slice: 500, credit: 5_000 }) {
  let ms = 0;
  let next: (() => void)[] = [];
  const served: string[] = [];
  const turns = new Turns(
    () => ms,
    (run) => void next.push(run),
    limits,
  );
  /** A unit takes a µs. */
  function worker(name: string, frames: number, units: number): Worker & { left: number; readonly slices: number[] } {
    return {
      left: frames,
      slices: [],
      work(allowed) {
        let used = 0;
        let now = 0;
        while (this.left > 0 && used < allowed) {
          this.left -= 1;
          used += units;
          now += 1;
          served.push(name);
        }
        this.slices.push(now);
        ms += used / 1_000;
        return { used, more: this.left > 0 };
      },
    };
  }
  return {
    turns,
    served,
    worker,
    elapsed: () => ms,
    turn() {
      const due = next;
      next = [];
      for (const run of due) run();
      return due.length;
    },
    turnsLeft: () => next.length,
  };
}

describe('turns', () => {
  it('serves at once who asks while nobody waits, and whole', () => {
    const { turns, served, worker } = thread();
    turns.ask(worker('a', 20, 16));
    expect(served).toHaveLength(20);
    expect(turns.waiting).toBe(0);
  });

  it('ends a turn after its time and goes on in the next, until all is done', () => {
    const { turns, served, worker, turn, elapsed } = thread();
    for (let i = 0; i < 50; i++) turns.ask(worker(`w${i}`, 64, 20));
    const atOnce = elapsed();
    expect(atOnce).toBeLessThanOrEqual(4 + 0.5);
    let before = elapsed();
    while (turn() > 0) {
      expect(elapsed() - before).toBeLessThanOrEqual(4 + 0.5);
      before = elapsed();
    }
    expect(served).toHaveLength(50 * 64);
    expect(turns.waiting).toBe(0);
  });

  it('lets a good device overtake a hundred whose every message is dear', () => {
    const { turns, served, worker, turn } = thread();
    const dear = Array.from({ length: 100 }, (_, i) => worker(`dear${i}`, 1_000, 800));
    for (const one of dear) turns.ask(one);
    for (let i = 0; i < 250; i++) turn();
    for (let i = 0; i < 20; i++) {
      const good = worker('good', 1, 20);
      turns.ask(good);
      const from = served.length;
      turn();
      expect(served.slice(from).indexOf('good')).toBe(0);
    }
    // And they starve none of them.
    for (let i = 0; i < 200; i++) turn();
    const shares = dear.map((one) => 1_000 - one.left);
    expect(Math.min(...shares)).toBeGreaterThan(0);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(2);
  });

  it('serves equals in the order of asking', () => {
    const { turns, served, worker, turn } = thread({ turnMs: 0, slice: 500, credit: 5_000 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) turns.ask(worker(name, 1, 0));
    expect(served).toEqual([]);
    const { turns: later, served: order, worker: make, turn: next } = thread({ turnMs: 1, slice: 500, credit: 5_000 });
    later.ask(make('first', 1, 1_000));
    for (const name of ['a', 'b', 'c', 'd', 'e']) later.ask(make(name, 1, 10));
    next();
    expect(order).toEqual(['first', 'a', 'b', 'c', 'd', 'e']);
    expect(turn()).toBe(1);
  });

  it('asking twice is asking once', () => {
    const { turns, served, worker, turn } = thread({ turnMs: 1, slice: 500, credit: 5_000 });
    turns.ask(worker('first', 1, 1_000));
    const twice = worker('twice', 1, 10);
    turns.ask(twice);
    turns.ask(twice);
    expect(turns.waits(twice)).toBe(true);
    turn();
    expect(served).toEqual(['first', 'twice']);
    expect(turns.waits(twice)).toBe(false);
  });

  it('asked from within a slice, it serves after it', () => {
    const { turns, served, worker, turn } = thread();
    const other = worker('other', 1, 10);
    turns.ask({
      work() {
        turns.ask(other);
        expect(served).toEqual([]);
        return { used: 1, more: false };
      },
    });
    turn();
    expect(served).toEqual(['other']);
  });

  it('goes on after a worker that threw', () => {
    const { turns, served, worker, turn } = thread({ turnMs: 1, slice: 500, credit: 5_000 });
    turns.ask(worker('first', 1, 1_000));
    turns.ask({
      work() {
        throw new Error('broken');
      },
    });
    turns.ask(worker('last', 1, 10));
    expect(() => turn()).toThrow('broken');
    turn();
    expect(served).toEqual(['first', 'last']);
  });
});
