import { describe, expect, it } from 'vitest';
import { PlatformError } from '../platform-client.ts';
import { enterpriseOf, underFreshName } from './fresh-name.ts';

/** A platform on which what is of these names was removed. */
async function enterWhere(gone: (name: string) => boolean): Promise<{ tried: string[]; said: string[]; taken: string | null }> {
  const tried: string[] = [];
  const said: string[] = [];
  const enter = async (name: string): Promise<string> => {
    tried.push(name);
    if (gone(name)) throw new PlatformError(409, 'id-retired', name);
    return name;
  };
  const taken = await underFreshName('fleet', enter, (line) => said.push(line)).catch((error: unknown) => {
    if (error instanceof PlatformError) return null;
    throw error;
  });
  return { tried, said, taken };
}

describe('the name of a run', () => {
  it('is the usual one where that can be had, without a word', async () => {
    expect(await enterWhere(() => false)).toEqual({ tried: ['fleet'], said: [], taken: 'fleet' });
  });
  it('is the first that nothing was removed of, and that is said in one line', async () => {
    const { tried, said, taken } = await enterWhere((name) => ['fleet', 'fleet2'].includes(name));
    expect([tried, taken]).toEqual([['fleet', 'fleet2', 'fleet3'], 'fleet3']);
    expect(said).toEqual([expect.stringMatching(/^fleet-test .* removed here.*: this run is fleet3-test$/)]);
  });
  it('is not looked for without end', async () => {
    const { tried, said, taken } = await enterWhere(() => true);
    expect([tried.length, said, taken]).toEqual([100, [], null]);
  });
  it('is not changed by another refusal', async () => {
    let asked = 0;
    const enter = async (): Promise<never> => {
      asked += 1;
      throw new PlatformError(403, 'not-allowed', enterpriseOf('fleet'));
    };
    await expect(underFreshName('fleet', enter, () => undefined)).rejects.toThrow('fleet-test');
    expect(asked).toBe(1);
  });
});
