/**
 * Signals over time, and the two ways in which their past counts: a state that evolves, and a condition that latches. What comes out is
 * again a function of time alone: asked in any order, twice or once, the answer is the same.
 */

/** A quantity as a function of the seconds since the run began. */
export type Signal = (elapsedS: number) => number;

/** Grid on which the past is followed, s. */
const STEP_S = 1;

/**
 * A state that evolves from `initial` at time 0. `advance(state, t, h)` gives the state after `h` seconds (0 < h ≤ stepS) from `t`.
 * States on the grid are kept (a day in steps of a second: 86,400), so a question costs only what was not asked before.
 */
export function evolve<S>(initial: S, advance: (state: S, t: number, h: number) => S, stepS: number = STEP_S): (elapsedS: number) => S {
  const grid: S[] = [initial];
  let newest = initial;
  return (elapsedS) => {
    if (!(elapsedS > 0)) return initial;
    const whole = Math.floor(elapsedS / stepS);
    while (grid.length <= whole) {
      newest = advance(newest, (grid.length - 1) * stepS, stepS);
      grid.push(newest);
    }
    const before = grid[whole] ?? initial;
    const rest = elapsedS - whole * stepS;
    return rest > 0 ? advance(before, whole * stepS, rest) : before;
  };
}

/** True from the first grid second at which `condition` held until the next of the `resetsS` at which it no longer does. */
export function latched(condition: (elapsedS: number) => boolean, resetsS: readonly number[] = []): (elapsedS: number) => boolean {
  const state = evolve(condition(0), (on, t, h) => {
    if (condition(t + h)) return true;
    return on && !resetsS.some((reset) => reset > t && reset <= t + h);
  });
  return (elapsedS) => state(elapsedS) || condition(elapsedS);
}
