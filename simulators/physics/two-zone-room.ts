/**
 * Gas in two spaces that exchange air: the layer that a light or heavy gas gathers in and the rest of the room, or a room and the one
 * next door. Mass balance of each, well mixed in itself, C as volume fraction:
 *   V₁·dC₁/dt = q₁ + β·(C₂ − C₁) − Q₁·C₁,   V₂·dC₂/dt = q₂ + β·(C₁ − C₂) − Q₂·C₂
 * which for Q₁ = 0 is the near-field/far-field model (M. Nicas, AIHA Journal 57, 1996): in the end C₂ = q₁/Q₂ and C₁ = C₂ + q₁/β.
 */

/** What stands still during a stretch of time. */
export interface TwoZonePhase {
  /** How long it lasts, s. The last phase goes on for ever. */
  readonly seconds: number;
  /** Gas let out into each zone, m³/s. */
  readonly leakM3PerS: readonly [number, number];
  /** Air changed with the outside in each zone, m³/s. */
  readonly ventilationM3PerS: readonly [number, number];
  /** β: air exchanged between the zones, m³/s; 0 = the door is shut. */
  readonly exchangeM3PerS: number;
}
export interface TwoZones {
  readonly volumesM3: readonly [number, number];
  readonly phases: readonly TwoZonePhase[];
}

export type ZoneFractions = readonly [number, number];

/** ∫₀ᵗ e^(λs) ds for λ ≤ 0, right down to 0. */
const grown = (lambda: number, seconds: number): number =>
  Math.abs(lambda) * seconds < 1e-12 ? seconds : Math.expm1(lambda * seconds) / lambda;

/**
 * Fractions after `seconds` of one phase. With x = √V·C the balance has a symmetric matrix, so it turns into two independent lags:
 * eigenvalues ≤ 0, eigenvectors at right angles, and no case apart where ventilation or exchange is nothing.
 */
export function zonesAfter(
  volumesM3: readonly [number, number],
  phase: Omit<TwoZonePhase, 'seconds'>,
  from: ZoneFractions,
  seconds: number,
): ZoneFractions {
  const [v1, v2] = volumesM3;
  const beta = phase.exchangeM3PerS;
  const a = -(beta + phase.ventilationM3PerS[0]) / v1;
  const d = -(beta + phase.ventilationM3PerS[1]) / v2;
  const b = beta / Math.sqrt(v1 * v2);
  const angle = b === 0 ? 0 : 0.5 * Math.atan2(2 * b, a - d);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const coupling = 2 * b * sin * cos;
  const lambda1 = Math.min(0, a * cos * cos + coupling + d * sin * sin);
  const lambda2 = Math.min(0, a * sin * sin - coupling + d * cos * cos);
  const [s1, s2] = [Math.sqrt(v1), Math.sqrt(v2)];
  const [x1, x2] = [from[0] * s1, from[1] * s2];
  const [q1, q2] = [phase.leakM3PerS[0] / s1, phase.leakM3PerS[1] / s2];
  const first = (cos * x1 + sin * x2) * Math.exp(lambda1 * seconds) + (cos * q1 + sin * q2) * grown(lambda1, seconds);
  const second = (cos * x2 - sin * x1) * Math.exp(lambda2 * seconds) + (cos * q2 - sin * q1) * grown(lambda2, seconds);
  const share = (value: number): number => Math.min(1, Math.max(0, value));
  return [share((cos * first - sin * second) / s1), share((sin * first + cos * second) / s2)];
}

/** Volume fractions of both zones `elapsedS` seconds after the first phase began in clean air. */
export function zoneFractions(zones: TwoZones, elapsedS: number): ZoneFractions {
  let fractions: ZoneFractions = [0, 0];
  let left = Math.max(0, elapsedS);
  for (const [i, phase] of zones.phases.entries()) {
    const seconds = i === zones.phases.length - 1 ? left : Math.min(left, phase.seconds);
    fractions = zonesAfter(zones.volumesM3, phase, fractions, seconds);
    left -= seconds;
    if (left <= 0) break;
  }
  return fractions;
}
