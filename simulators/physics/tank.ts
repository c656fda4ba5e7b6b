/** Level and temperature of an upright cylindrical tank. */

/** Net flow into the tank during a stretch of time; negative = pumped out. */
export interface TankFlow {
  readonly fromS: number;
  readonly toS: number;
  readonly m3PerS: number;
}

export interface Tank {
  readonly diameterM: number;
  /** Height at which it runs over, m. */
  readonly heightM: number;
  /** Level at time 0, m. */
  readonly startLevelM: number;
  readonly flows: readonly TankFlow[];
}

/**
 * Level in m at `t` seconds: A·dh/dt = sum of the flows, so h = h₀ + Σ flow·time/A. Kept between empty and full at the end only:
 * flows of a plan are meant to fit the tank.
 */
export function tankLevel(tank: Tank, t: number): number {
  const area = (Math.PI * tank.diameterM ** 2) / 4;
  let volume = 0;
  for (const flow of tank.flows) volume += flow.m3PerS * Math.max(0, Math.min(t, flow.toS) - flow.fromS);
  return Math.min(tank.heightM, Math.max(0, tank.startLevelM + volume / area));
}

/** A lumped body that follows its surroundings. */
export interface CoolingBody {
  /** °C at time 0. */
  readonly startC: number;
  readonly ambientC: number;
  /** Time constant m·c/(h·A), s. */
  readonly timeConstantS: number;
}

/** Temperature in °C at `t` seconds by Newton's law of cooling: T = Tₐ + (T₀ − Tₐ)·e^(−t/τ). */
export function bodyTemperature(body: CoolingBody, t: number): number {
  return body.ambientC + (body.startC - body.ambientC) * Math.exp(-Math.max(0, t) / body.timeConstantS);
}
