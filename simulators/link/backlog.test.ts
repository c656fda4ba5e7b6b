import { describe, expect, it } from 'vitest';
import { createBacklog } from './backlog.ts';

describe("a device's backlog", () => {
  it('gives everything back once, oldest first', () => {
    const backlog = createBacklog<number>(100);
    for (let i = 1; i <= 7; i += 1) backlog.push(i);
    expect(backlog.length).toBe(7);
    expect(backlog.take()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(backlog.take()).toEqual([]);
    expect(backlog.lost).toBe(0);
  });

  it('gives up the oldest when it is full, and counts them', () => {
    const backlog = createBacklog<number>(3);
    for (let i = 1; i <= 5; i += 1) backlog.push(i);
    expect(backlog.take()).toEqual([3, 4, 5]);
    expect(backlog.lost).toBe(2);
  });
});
