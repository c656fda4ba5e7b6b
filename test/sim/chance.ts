// Chance of one world: a small stream of pseudo-random numbers (mulberry32), so that a seed is the whole world. The simulators'
// table of chance is indexed by sample; a world draws one thing after another and wants a stream.

export interface Chance {
  /** Uniform in [0, 1). */
  next(): number;
  /** Whole number in [low, high], both included. */
  whole(low: number, high: number): number;
  /** True in `share` of the draws. */
  often(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** A stream of its own for one part of the world: drawing more here changes nothing there. */
  branch(name: string): Chance;
}

export function createChance(seed: number): Chance {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let h = Math.imul(state ^ (state >>> 15), state | 1);
    h ^= h + Math.imul(h ^ (h >>> 7), h | 61);
    return ((h ^ (h >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    whole,
    often: (share) => next() < share,
    pick<T>(from: readonly T[]): T {
      const found = from[whole(0, from.length - 1)];
      if (found === undefined) throw new Error('nothing to pick from');
      return found;
    },
    branch(name) {
      let h = seed ^ 0x811c9dc5;
      for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
      return createChance(h);
    },
  };
}
