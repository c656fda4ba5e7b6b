/** What a device measured while its network was away: bounded, the oldest given up first, as small devices do. */
export interface Backlog<T> {
  push(item: T): void;
  /** Takes everything, oldest first, in portions of at most `size`. */
  take(size: number): T[][];
  readonly length: number;
  /** Items given up because the backlog was full. */
  readonly lost: number;
}

export function createBacklog<T>(max: number): Backlog<T> {
  let items: T[] = [];
  let lost = 0;
  return {
    push(item): void {
      items.push(item);
      if (items.length > max) {
        items.shift();
        lost += 1;
      }
    },
    take(size): T[][] {
      const portions: T[][] = [];
      for (let from = 0; from < items.length; from += size) portions.push(items.slice(from, from + size));
      items = [];
      return portions;
    },
    get length(): number {
      return items.length;
    },
    get lost(): number {
      return lost;
    },
  };
}
