import type { EngineMs } from '../../model/time.ts';

/** Something that wants to be woken at an engine time. `order` breaks ties, so that the same history wakes in the same order. */
export interface Sleeper {
  readonly order: number;
  /** Engine time of the next wake, or -1 for none. Set by the heap alone. */
  wakeAt: EngineMs;
  /** Place in the heap, -1 when not in it. Set by the heap alone. */
  heapAt: number;
}

/** Binary heap of at most one wake per sleeper, earliest first. */
export class WakeHeap<S extends Sleeper> {
  private readonly items: S[] = [];

  get first(): S | undefined {
    return this.items[0];
  }

  /** Wakes it at `at` at the latest: an earlier wake stays. */
  atLatest(sleeper: S, at: EngineMs): void {
    if (sleeper.heapAt >= 0 && sleeper.wakeAt <= at) return;
    this.set(sleeper, at);
  }

  set(sleeper: S, at: EngineMs): void {
    sleeper.wakeAt = at;
    if (sleeper.heapAt < 0) {
      sleeper.heapAt = this.items.length;
      this.items.push(sleeper);
    }
    this.down(this.up(sleeper.heapAt));
  }

  remove(sleeper: S): void {
    const at = sleeper.heapAt;
    sleeper.wakeAt = -1;
    sleeper.heapAt = -1;
    if (at < 0) return;
    const last = this.items.pop();
    if (last === undefined || last === sleeper) return;
    this.items[at] = last;
    last.heapAt = at;
    this.down(this.up(at));
  }

  private before(a: S, b: S): boolean {
    return a.wakeAt < b.wakeAt || (a.wakeAt === b.wakeAt && a.order < b.order);
  }

  private swap(i: number, j: number, a: S, b: S): void {
    this.items[i] = b;
    this.items[j] = a;
    b.heapAt = i;
    a.heapAt = j;
  }

  private up(from: number): number {
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const a = this.items[parent];
      const b = this.items[i];
      if (a === undefined || b === undefined || !this.before(b, a)) break;
      this.swap(parent, i, a, b);
      i = parent;
    }
    return i;
  }

  private down(from: number): void {
    let i = from;
    for (;;) {
      const a = this.items[i];
      const leftAt = 2 * i + 1;
      const left = this.items[leftAt];
      if (a === undefined || left === undefined) return;
      const right = this.items[leftAt + 1];
      const childAt = right !== undefined && this.before(right, left) ? leftAt + 1 : leftAt;
      const child = this.items[childAt];
      if (child === undefined || !this.before(child, a)) return;
      this.swap(i, childAt, a, child);
      i = childAt;
    }
  }
}
