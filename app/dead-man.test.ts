import { describe, expect, it } from 'vitest';
import { HandClock } from '../broker/raw-client.testing.ts';
import { startDeadMan } from './dead-man.ts';

const INTERVAL_MS = 60_000;

function outside() {
  const clock = new HandClock();
  const state = { ready: true, codes: [] as string[], proof: async (): Promise<boolean> => true, beats: 0 };
  const deadMan = startDeadMan({
    clock,
    intervalMs: INTERVAL_MS,
    ready: () => ({ ready: state.ready, codes: state.codes }),
    prove: () => state.proof(),
    beat: () => (state.beats += 1),
  });
  async function pass(intervals: number): Promise<void> {
    for (let i = 0; i < intervals; i += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(INTERVAL_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { clock, state, deadMan, pass };
}

describe('the outside dead-man', () => {
  it('beats at once and at every interval while all is well, and never again after the stop', async () => {
    const { state, pass, deadMan } = outside();
    await pass(3);
    expect(state.beats).toBe(4);
    deadMan.stop();
    await pass(3);
    expect(state.beats).toBe(4);
  });

  it.each(['projector-lag', 'records-failing'])('is silent under %s, and beats again after it', async (code) => {
    const { state, pass } = outside();
    await pass(1);
    state.codes = [code];
    const before = state.beats;
    await pass(3);
    expect(state.beats).toBe(before);
    state.codes = ['upstream-lost'];
    await pass(1);
    expect(state.beats).toBe(before + 1);
  });

  it('is silent while readyz says no', async () => {
    const { state, pass } = outside();
    await pass(1);
    state.ready = false;
    const before = state.beats;
    await pass(3);
    expect(state.beats).toBe(before);
  });

  it('is silent when the entry was refused, or hangs, or came through too late', async () => {
    const { state, pass } = outside();
    await pass(1);
    const before = state.beats;
    state.proof = async () => false;
    await pass(2);
    let release: (proven: boolean) => void = () => undefined;
    let asked = 0;
    state.proof = () => {
      asked += 1;
      return new Promise((resolve) => (release = resolve));
    };
    await pass(3);
    expect([state.beats, asked]).toEqual([before, 1]);
    release(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(state.beats).toBe(before);
    state.proof = async () => true;
    await pass(1);
    expect(state.beats).toBe(before + 1);
  });
});
