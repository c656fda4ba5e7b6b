/**
 * Gas in a ventilated, well mixed space. Mass balance V·dC/dt = q − Q·C with C as volume fraction, q the leak in m³/s of gas and
 * Q the ventilation in m³/s. In a phase with constant q and Q it has the closed form C(t) = q/Q + (C₀ − q/Q)·e^(−Q·t/V).
 */

/** LEL of methane in air, volume fraction (natural gas is close to it). */
export const METHANE_LEL = 0.05;

/** A stretch of time in which leak and ventilation stand still. */
export interface RoomPhase {
  /** How long it lasts, s. The last phase goes on for ever. */
  readonly seconds: number;
  /** Gas let out, m³/s. */
  readonly leakM3PerS: number;
  /** Fresh air, m³/s; 0 = shut. */
  readonly ventilationM3PerS: number;
}

export interface Room {
  /** Space that the gas mixes with, m³: for a leak under a ceiling only the layer below it. */
  readonly volumeM3: number;
  /** Lower explosive limit, volume fraction. */
  readonly lel: number;
  readonly phases: readonly RoomPhase[];
}

/** Volume fraction after `seconds` of one phase that begins at `from`. */
export function fractionAfter(room: Pick<Room, 'volumeM3'>, phase: Omit<RoomPhase, 'seconds'>, from: number, seconds: number): number {
  const { leakM3PerS: leak, ventilationM3PerS: ventilation } = phase;
  const changes = (ventilation * seconds) / room.volumeM3;
  // q/Q·(1 − e^−x) written as q·t/V·(1 − e^−x)/x: the same, and right down to a ventilation of nothing.
  const share = changes < 1e-9 ? 1 : -Math.expm1(-changes) / changes;
  return Math.min(1, from * Math.exp(-changes) + ((leak * seconds) / room.volumeM3) * share);
}

/** Concentration in %LEL at `t` seconds after the first phase began in clean air. */
export function percentLel(room: Room, t: number): number {
  let fraction = 0;
  let left = Math.max(0, t);
  for (const [i, phase] of room.phases.entries()) {
    const last = i === room.phases.length - 1;
    const seconds = last ? left : Math.min(left, phase.seconds);
    fraction = fractionAfter(room, phase, fraction, seconds);
    left -= seconds;
    if (left <= 0) break;
  }
  return (fraction / room.lel) * 100;
}

/** The same room with its leak shut off from `fromS` on: what is in it is carried away as before. */
export function shutOff(room: Room, fromS: number): Room {
  let begun = 0;
  const phases = room.phases.flatMap((phase): readonly RoomPhase[] => {
    const open = Math.min(phase.seconds, Math.max(0, fromS - begun));
    begun += phase.seconds;
    const shut = { ...phase, seconds: phase.seconds - open, leakM3PerS: 0 };
    return open === 0 ? [shut] : shut.seconds > 0 ? [{ ...phase, seconds: open }, shut] : [phase];
  });
  return { ...room, phases };
}
