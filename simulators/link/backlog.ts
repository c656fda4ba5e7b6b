/** What a device measured while its network was away: bounded, the oldest given up first, as small devices do. */
export interface Backlog<T> {
  push(item: T): void;
  /** Takes everything, oldest first. */
  take(): T[];
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
    take(): T[] {
      const taken = items;
      items = [];
      return taken;
    },
    get length(): number {
      return items.length;
    },
    get lost(): number {
      return lost;
    },
  };
}
