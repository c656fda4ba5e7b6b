import { describe, expect, it } from 'vitest';
import { advance, believe, newClock } from './engine-clock.ts';

const AT = Date.UTC(2026, 10, 28);
const MINUTE = 60_000;

describe('when nothing was judged, by wall time', () => {
  it('is a stop of more than 15 s, or a machine that was suspended; a quick restart is none', () => {
    const clock = newClock();
    advance(clock, AT, 'a', 1_000);
    advance(clock, AT + 5_000, 'a', 6_000);
    expect(clock.unwatched).toEqual([]);
    advance(clock, AT + 15_000, 'b', 10);
    expect(clock.unwatched).toEqual([]);
    advance(clock, AT + 10 * MINUTE, 'c', 10);
    expect(clock.unwatched).toEqual([[AT + 15_000, AT + 10 * MINUTE]]);
    advance(clock, AT + 20 * MINUTE, 'c', 10 + 10 * MINUTE);
    expect(clock.unwatched.at(-1)).toEqual([AT + 10 * MINUTE, AT + 20 * MINUTE]);
  });

  it('is told by the wall clock of now where that was set back, and is what was passed over where it was put right', () => {
    const clock = newClock();
    advance(clock, AT, 'a', 0);
    advance(clock, AT - 60 * MINUTE, 'a', 5_000);
    advance(clock, AT - 58 * MINUTE, 'a', 5_000 + 2 * MINUTE);
    expect(clock.unwatched).toEqual([[AT - 60 * MINUTE, AT - 58 * MINUTE]]);
    clock.believed = false;
    advance(clock, AT + 24 * 60 * MINUTE, 'a', 6_000 + 2 * MINUTE);
    believe(clock);
    expect(clock.unwatched.at(-1)).toEqual([AT + 6_000 + 2 * MINUTE, AT + 24 * 60 * MINUTE]);
  });

  it('keeps the last 500', () => {
    const clock = newClock();
    for (let n = 0; n < 600; n += 1) advance(clock, AT + n * MINUTE, `boot-${n}`, 0);
    expect(clock.unwatched).toHaveLength(500);
    expect(clock.unwatched.at(-1)).toEqual([AT + 598 * MINUTE, AT + 599 * MINUTE]);
  });
});
