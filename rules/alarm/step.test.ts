import { describe, expect, it } from 'vitest';
import { type AlarmFacts, stateOf, step, type StepInput, type Top } from './step.ts';

const L1: Top = { level: 'yellow', code: 'L1', order: 25 };
const L2: Top = { level: 'red', code: 'L2', order: 50 };

const facts = (more: Partial<AlarmFacts>): AlarmFacts => ({
  on: null,
  latch: null,
  shown: L1,
  acknowledged: false,
  acknowledgedLevel: null,
  recurrences: 0,
  ...more,
});

/** Every state, with the limit L1; latched ones by the latch of L1. */
const STATES: Readonly<Record<string, AlarmFacts | null>> = {
  NORM: null,
  UNACK: facts({ on: L1 }),
  ACKED: facts({ on: L1, acknowledged: true, acknowledgedLevel: 'yellow' }),
  RTNUN: facts({}),
  LUNACK: facts({ latch: L1 }),
  LACK: facts({ latch: L1, acknowledged: true, acknowledgedLevel: 'yellow' }),
};

const on = (top: Top): StepInput => ({ kind: 'judged', on: top, latching: null });
const INPUTS: Readonly<Record<string, StepInput>> = {
  true: on(L1),
  worse: on(L2),
  false: { kind: 'judged', on: null, latching: null },
  acknowledge: { kind: 'acknowledge' },
  withdraw: { kind: 'withdraw' },
  reset: { kind: 'reset', latching: null },
};

/** state → input → next state and event; `-` = nothing changed, `refused` = not allowed. Fact book 1.2, semantics 6. */
const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  NORM: { true: 'UNACK raised', worse: 'UNACK raised', false: 'NORM -', acknowledge: 'refused', withdraw: 'refused', reset: 'refused' },
  UNACK: {
    true: 'UNACK -',
    worse: 'UNACK level-raised',
    false: 'RTNUN returned',
    acknowledge: 'ACKED acknowledged',
    withdraw: 'refused',
    reset: 'refused',
  },
  ACKED: {
    true: 'ACKED -',
    worse: 'UNACK level-raised',
    false: 'NORM returned',
    acknowledge: 'ACKED -',
    withdraw: 'UNACK withdrawn',
    reset: 'refused',
  },
  RTNUN: {
    true: 'UNACK re-announced',
    worse: 'UNACK re-announced',
    false: 'RTNUN -',
    acknowledge: 'NORM acknowledged',
    withdraw: 'refused',
    reset: 'refused',
  },
  LUNACK: {
    true: 'UNACK re-announced',
    worse: 'UNACK re-announced',
    false: 'LUNACK -',
    acknowledge: 'LACK acknowledged',
    withdraw: 'refused',
    reset: 'refused',
  },
  LACK: {
    true: 'UNACK re-announced',
    worse: 'UNACK re-announced',
    false: 'LACK -',
    acknowledge: 'LACK -',
    withdraw: 'LUNACK withdrawn',
    reset: 'NORM reset',
  },
};

describe('one step of an alarm', () => {
  for (const [state, row] of Object.entries(TABLE)) {
    for (const [input, expected] of Object.entries(row)) {
      it(`${state} on ${input} gives ${expected}`, () => {
        const before = STATES[state];
        const given = INPUTS[input];
        if (before === undefined || given === undefined) throw new Error('row without state or input');
        expect(stateOf(before)).toBe(state);
        const result = step(before, given);
        expect(result.ok ? `${stateOf(result.facts)} ${result.event ?? '-'}` : 'refused').toBe(expected);
      });
    }
  }

  it('latches only when a latching limit was on', () => {
    const raised = step(null, { kind: 'judged', on: L2, latching: L2 });
    const back = step(raised.ok ? raised.facts : null, { kind: 'judged', on: null, latching: null });
    expect(back.ok && stateOf(back.facts)).toBe('LUNACK');
    expect(back.ok && back.facts?.shown.code).toBe('L2');
  });

  it('keeps the level of a latched limit while only a milder one is on', () => {
    const high = facts({ on: L2, latch: L2, shown: L2 });
    const lower = step(high, { kind: 'judged', on: L1, latching: null });
    expect(lower.ok && lower.event).toBe(null);
    expect(lower.ok && lower.facts?.shown.level).toBe('red');
  });

  it('covers by an acknowledgement only the level that was seen', () => {
    const acked = facts({ on: L1, acknowledged: true, acknowledgedLevel: 'yellow' });
    const rose = step(acked, on(L2));
    expect(rose.ok && rose.facts?.acknowledged).toBe(false);
    const again = step(facts({ on: L1, acknowledged: true, acknowledgedLevel: 'red' }), on(L2));
    expect(again.ok && again.facts?.acknowledged).toBe(true);
  });

  it('lets the level fall to what is on when it is reset, and rings for red again after it', () => {
    const seen = facts({ on: L1, latch: L2, shown: L2, acknowledged: true, acknowledgedLevel: 'red' });
    const reset = step(seen, { kind: 'reset', latching: null });
    expect(reset.ok && [reset.facts?.shown.level, stateOf(reset.facts)]).toEqual(['yellow', 'ACKED']);
    const red = step(reset.ok ? reset.facts : null, on(L2));
    expect(red.ok && stateOf(red.facts)).toBe('UNACK');
  });

  it('refuses a reset while the latching limit is on', () => {
    const stillOn = facts({ on: L2, latch: L2, shown: L2, acknowledged: true, acknowledgedLevel: 'red' });
    expect(step(stillOn, { kind: 'reset', latching: L2 }).ok).toBe(false);
  });

  it('of two reasons for one level goes on showing the one that latched, and tells of the other only where that one is gone', () => {
    const lasts: Top = { level: 'orange', code: 'LASTS', order: 25 };
    const unseen: Top = { ...lasts, code: 'UNSEEN' };
    const latched = facts({ on: L1, latch: lasts, shown: lasts });
    const rose = step(latched, { kind: 'judged', on: unseen, latching: unseen });
    expect(rose.ok && [rose.event, rose.facts?.shown.code, rose.facts?.latch?.code]).toEqual([null, 'LASTS', 'LASTS']);
    const alone = step(facts({ on: lasts, shown: lasts }), on(unseen));
    expect(alone.ok && [alone.event, alone.facts?.shown.code]).toEqual(['changed-by-config', 'UNSEEN']);
  });
});
