import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Route } from './route.ts';
import { Turns } from './turns.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('are taken in the order in which they were asked for, one after the other, whatever became of the one before', async () => {
    const turns = new Turns();
    const said: string[] = [];
    const work = (name: string, fails = false) =>
      turns.alone(async () => {
        said.push(`${name} begins`);
        await turn();
        said.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    expect(await Promise.allSettled([work('a'), work('b', true), work('c')])).toMatchObject([
      { value: 'a' },
      { status: 'rejected', reason: { message: 'b' } },
      { value: 'c' },
    ]);
    expect(said).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('are refused at once inside one, which ends then, as do those that waited', async () => {
    const turns = new Turns();
    const first = turns.alone(async () => {
      await turn();
      return turns.alone(async () => 'never');
    });
    const second = turns.alone(async () => 'after it');
    await expect(first).rejects.toThrow('inside a turn');
    expect(await second).toBe('after it');
  });

  it('can be asked for by what a turn has left behind, once that has ended', async () => {
    const turns = new Turns();
    let later: Promise<string> | null = null;
    const ended = turns.alone(async () => {
      later = turn()
        .then(turn)
        .then(() => turns.alone(async () => 'later'));
    });
    await ended;
    expect(await later).toBe('later');
  });

  it('are not there to be asked for where a route is in turn as a whole', () => {
    type CallOf<R> = R extends { handle: (call: infer C) => unknown } ? C : never;
    expectTypeOf<CallOf<Extract<Route, { readonly inTurn: true }>>>().not.toHaveProperty('inTurn');
    expectTypeOf<CallOf<Exclude<Route, { readonly inTurn: true }>>>().toHaveProperty('inTurn');
  });
});
