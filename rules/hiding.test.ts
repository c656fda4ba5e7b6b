import { describe, expect, it } from 'vitest';
import { DAY, Life, MIN } from './testing/life.ts';

/** Suppression by hand and out of service: when they end, and what two people and one may hide. */

describe('suppression by hand', () => {
  const suppress = (one: Life, minutes?: number, more: object = {}): string =>
    one.do({ op: 'suppress', reason: 'pump is off', ...(minutes === undefined ? {} : { minutes }), ...more } as never);
  const HIDDEN = ['suppressed', 'suppressed ends-soon', 'unsuppressed expired', 're-announced unsuppressed'];

  it('ends exactly when it is due, is warned of 5 min before, and what is true rings anew', () => {
    const one = new Life();
    one.lel(30);
    const mark = one.mark;
    const until = one.now + 30 * MIN;
    expect(suppress(one, 30)).toBe('ok');
    expect(one.gas).toMatchObject({ suppressedBy: ['by-design'], suppressedUntil: until, dueAt: null });
    expect(one.gas?.suppressions).toEqual([{ flag: 'by-design', since: one.now, until, by: 'wang', reason: 'pump is off' }]);
    one.do({ op: 'acknowledge' });
    one.pass(25 * MIN - 1);
    expect(one.since(mark)).toEqual(['suppressed', 'acknowledged']);
    one.pass(1);
    expect(one.since(mark)).toEqual(['suppressed', 'acknowledged', 'suppressed ends-soon']);
    one.pass(5 * MIN - 1);
    expect([one.since(mark).length, one.gas?.suppressedBy]).toEqual([3, ['by-design']]);
    one.pass(1);
    expect(one.since(mark)).toEqual(['suppressed', 'acknowledged', ...HIDDEN.slice(1)]);
    expect(
      one
        .alarmEvents()
        .slice(mark)
        .flatMap(([, event]) => event.until ?? []),
    ).toEqual([until, until]);
    expect(one.gas).toMatchObject({ state: 'UNACK', suppressedBy: [], suppressedUntil: null, acknowledgedBy: null });
  });

  it('that is shorter than the warning ends without one, and what is not true does not ring', () => {
    const one = new Life();
    one.lel(30);
    const mark = one.mark;
    suppress(one, 5);
    one.do({ op: 'acknowledge' });
    one.lel(0);
    expect(one.gas).toMatchObject({ state: 'NORM', suppressedBy: ['by-design'] });
    one.pass(5 * MIN);
    expect(one.since(mark)).toEqual(['suppressed', 'acknowledged', 'returned', 'unsuppressed expired']);
    expect(one.gas).toBeUndefined();
  });

  it('lasts 8 h at most, whatever is asked for and however often our clock is set back', () => {
    const one = new Life();
    one.lel(30);
    suppress(one, 100_000);
    expect(one.gas?.suppressedUntil).toBe(one.now + 480 * MIN);
    for (let n = 0; n < 8; n += 1) {
      one.pass(59 * MIN);
      one.offset -= 60 * MIN;
    }
    expect(one.gas?.suppressedBy).toEqual(['by-design']);
    one.killAndRestart(0);
    one.pass(10 * MIN);
    expect(one.gas?.suppressedBy).toEqual([]);
  });

  it('ends at once when our clock is set a day on, and with the first entry when it ran out while we were dead', () => {
    for (const happen of [(one: Life): void => one.clock(DAY), (one: Life): void => one.killAndRestart(60 * MIN)]) {
      const one = new Life();
      one.lel(30);
      suppress(one, 30);
      const mark = one.mark;
      happen(one);
      one.apply({ kind: 'tick' });
      expect(one.since(mark)).toEqual(['unsuppressed expired', 're-announced unsuppressed']);
    }
  });

  it('of an entry that names no end lasts until somebody ends it', () => {
    const one = new Life();
    one.lel(30);
    suppress(one);
    const mark = one.mark;
    one.killAndRestart(DAY);
    one.pass(DAY);
    expect([one.since(mark), one.gas?.suppressedUntil, one.gas?.suppressedBy]).toEqual([[], null, ['by-design']]);
    expect(one.do({ op: 'unsuppress' })).toBe('ok');
  });

  it('that ends before another flag does leaves it hidden, and the last end is the one that is told', () => {
    const one = new Life();
    one.lel(30);
    const end = one.now + 60 * MIN;
    one.shelve(60);
    suppress(one, 30);
    expect([one.gas?.suppressedBy, one.gas?.suppressedUntil]).toEqual([['shelved', 'by-design'], end]);
    one.pass(30 * MIN);
    expect([one.gas?.suppressedBy, one.gas?.suppressedUntil]).toEqual([['shelved'], end]);
  });
});

describe('out of service by two people', () => {
  const permit = { op: 'out-of-service', permit: 'P-7', reason: 'work', approvedBy: 'li' } as const;

  it('ends 7 days after it began at the latest, over restarts and however far our clock is set back; what is red rings', () => {
    const one = new Life();
    one.lel(90);
    expect(one.do({ ...permit, until: one.now + DAY } as never)).toBe('ok');
    one.clock(-90 * DAY);
    one.killAndRestart(0);
    const began = one.engine.engineTime(one.mono);
    const gone = (ms: number): void => {
      for (const end = one.mono + ms; one.mono < end; ) {
        one.mono = Math.min(end, one.mono + 10_000);
        one.apply({ kind: 'tick' });
      }
    };
    gone(7 * DAY - MIN);
    expect(one.gas?.suppressedBy).toEqual(['out-of-service']);
    const mark = one.mark;
    gone(2 * MIN);
    expect([one.engine.engineTime(one.mono) - began, one.since(mark)]).toEqual([
      7 * DAY + MIN,
      ['returned-to-service expired', 're-announced unsuppressed'],
    ]);
  });

  it('ends when it was said to, where our clock goes right', () => {
    const one = new Life();
    one.lel(90);
    one.do({ ...permit, until: one.now + 30 * MIN } as never);
    const mark = one.mark;
    one.pass(30 * MIN - 1);
    expect(one.since(mark)).toEqual([]);
    one.pass(1);
    expect(one.since(mark)).toEqual(['returned-to-service expired', 're-announced unsuppressed']);
  });
});

describe('what one person alone hides', () => {
  const alone = { reason: 'work', belowRed: true } as const;
  const ACTS = [
    { op: 'suppress', minutes: 480, ...alone },
    { op: 'out-of-service', permit: 'P-7', ...alone },
  ] as const;

  it.each(ACTS)('by $op is never red: refused when it is, ended when it becomes so', (act) => {
    const one = new Life();
    one.lel(60);
    expect(one.do(act as never)).toBe('ok');
    expect(one.gas?.suppressions).toMatchObject([{ by: 'wang', belowRed: true }]);
    one.killAndRestart(0);
    const mark = one.mark;
    one.lel(90);
    const ended = act.op === 'suppress' ? 'unsuppressed' : 'returned-to-service';
    expect(one.since(mark)).toEqual(['level-raised', `${ended} level-raised`, 're-announced unsuppressed']);
    expect(one.gas).toMatchObject({ level: 'red', state: 'UNACK', suppressedBy: [] });
    expect(one.do(act as never)).toBe('approval-required');
  });

  it.each(ACTS)('by $op rings when it comes again as red', (act) => {
    const one = new Life();
    one.lel(30);
    one.do(act as never);
    one.lel(0);
    one.do({ op: 'acknowledge' });
    expect(one.gas?.state).toBe('NORM');
    one.lel(90);
    expect(one.gas).toMatchObject({ level: 'red', state: 'UNACK', suppressedBy: [], occurrence: 2 });
  });

  it.each(ACTS)('is every level where a second person agreed to $op, who is somebody else and is named', (act) => {
    const one = new Life();
    one.lel(90);
    const { belowRed: _, ...two } = act;
    expect(one.do({ ...two, approvedBy: 'wang' } as never)).toBe('same-person');
    expect(one.do({ ...two, approvedBy: 'li' } as never)).toBe('ok');
    expect(one.alarmEvents().at(-1)?.[1]).toMatchObject({ by: 'wang', approvedBy: 'li' });
    expect(one.gas?.suppressions).toMatchObject([{ by: 'wang', approvedBy: 'li' }]);
    expect(one.gas?.suppressions?.[0]).not.toHaveProperty('belowRed');
    one.lel(30);
    one.lel(95);
    expect(one.gas?.suppressedBy).toHaveLength(1);
  });
});
