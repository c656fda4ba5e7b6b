import { describe, expect, it } from 'vitest';
import { drivenClock } from './clock.ts';

const START = Date.UTC(2100, 0, 4);

describe('a driven clock', () => {
  it('stands still until it is moved, wall and monotonic time together', () => {
    const clock = drivenClock(START);
    expect([clock.mono(), clock.now()]).toEqual([0, START]);
    clock.moveTo(1_500);
    expect([clock.mono(), clock.now()]).toEqual([1_500, START + 1_500]);
  });

  it('calls back what is due, at its time and in the order in which it was asked for', () => {
    const clock = drivenClock(START);
    const told: string[] = [];
    const note = (name: string) => () => void told.push(`${name} at ${clock.mono()}`);
    clock.after(200, note('later'));
    clock.after(100, note('first'));
    clock.after(99.2, note('second'));
    expect(clock.nextAt()).toBe(100);
    clock.moveTo(100);
    expect(told).toEqual(['first at 100', 'second at 100']);
    expect(clock.nextAt()).toBe(200);
  });

  it('does not call what was cancelled, not even by one that is due at the same time', () => {
    const clock = drivenClock(START);
    const told: string[] = [];
    clock.after(10, () => {
      told.push('one');
      cancel();
    });
    const cancel = clock.after(10, () => void told.push('two'));
    clock.moveTo(10);
    expect(told).toEqual(['one']);
    expect(clock.nextAt()).toBeNull();
  });

  it('leaves what its callbacks ask for to the next move, so that time can pass only between', () => {
    const clock = drivenClock(START);
    let calls = 0;
    const again = (): void => {
      calls += 1;
      clock.after(0, again);
    };
    clock.after(5, again);
    clock.moveTo(5);
    expect([calls, clock.nextAt()]).toEqual([1, 5]);
    clock.moveTo(5);
    expect(calls).toBe(2);
  });

  it('goes neither back nor past somebody who waits', () => {
    const clock = drivenClock(START);
    clock.moveTo(50);
    expect(() => clock.moveTo(49)).toThrow('does not go back');
    clock.after(10, () => undefined);
    expect(() => clock.moveTo(61)).toThrow('something waits for 60');
  });
});
