/**
 * Growing fire under a flat ceiling. Heat release grows with the square of time (NFPA 72 annex B, NFPA 92: α = 1055 kW divided by the
 * square of the growth time); gas temperature below the ceiling by Alpert's correlation (R. L. Alpert, Fire Technology 8, 1972).
 */

/** α in kW/s² of the four named growth rates: 1055 kW after 600, 300, 150 and 75 s. */
export const FIRE_GROWTH = {
  slow: 1055 / 600 ** 2,
  medium: 1055 / 300 ** 2,
  fast: 1055 / 150 ** 2,
  ultrafast: 1055 / 75 ** 2,
} as const;

export interface Fire {
  /** Ignition, s. */
  readonly fromS: number;
  /** kW/s². */
  readonly alphaKwPerS2: number;
  /** All that burns at once, kW. */
  readonly peakKw: number;
  /** Extinguishing begins, s; from there the fire dies away. */
  readonly suppressedAtS: number;
  /** Time in which it falls to 1/e once extinguishing begins, s. */
  readonly decayS: number;
}

/** Heat release rate in kW at `t` seconds. */
export function heatReleaseKw(fire: Fire, t: number): number {
  const grown = (at: number): number => Math.min(fire.peakKw, fire.alphaKwPerS2 * Math.max(0, at - fire.fromS) ** 2);
  if (t <= fire.suppressedAtS) return grown(t);
  return grown(fire.suppressedAtS) * Math.exp(-(t - fire.suppressedAtS) / fire.decayS);
}

/** Where a detector hangs. */
export interface CeilingPlace {
  /** Ceiling above the burning surface, m. */
  readonly heightM: number;
  /** Distance from the fire's axis along the ceiling, m. */
  readonly radiusM: number;
}

/**
 * Rise of the ceiling jet's greatest temperature over ambient, K (Alpert 1972):
 * 16.9·Q^⅔/H^5/3 where r/H ≤ 0.18, else 5.38·(Q/r)^⅔/H. Steady correlation, used step by step for a growing fire.
 */
export function ceilingJetRise(heatKw: number, { heightM, radiusM }: CeilingPlace): number {
  if (heatKw <= 0) return 0;
  if (radiusM / heightM <= 0.18) return (16.9 * heatKw ** (2 / 3)) / heightM ** (5 / 3);
  return (5.38 * (heatKw / radiusM) ** (2 / 3)) / heightM;
}

/** Heat given off from ignition until `t`, kJ: the integral of the growth (∫α·t² = α·t³/3), of the plateau and of the decay. */
export function heatReleasedKj(fire: Fire, t: number): number {
  const grownUntil = Math.sqrt(fire.peakKw / fire.alphaKwPerS2);
  const burning = Math.max(0, Math.min(t, fire.suppressedAtS) - fire.fromS);
  const growing = (fire.alphaKwPerS2 * Math.min(burning, grownUntil) ** 3) / 3;
  const plateau = fire.peakKw * Math.max(0, burning - grownUntil);
  const dying =
    t > fire.suppressedAtS
      ? heatReleaseKw(fire, fire.suppressedAtS) * fire.decayS * (1 - Math.exp(-(t - fire.suppressedAtS) / fire.decayS))
      : 0;
  return growing + plateau + dying;
}

/** What burns and where its smoke stays. */
export interface SmokeSpace {
  /** Heat per gram burnt, kJ/g; upholstery about 20. */
  readonly heatOfCombustionKjPerG: number;
  /** Mass optical density, m²/g; flaming foam about 0.22 (Mulholland, SFPE Handbook). */
  readonly massOpticalDensityM2PerG: number;
  /** Volume that the smoke is mixed with, m³. */
  readonly volumeM3: number;
}

/** Obscuration in dB/m: optical density per metre D = Dₘ·m/V is a decimal logarithm, and 1 bel is 10 dB. */
export function obscurationDbPerM(fire: Fire, space: SmokeSpace, t: number): number {
  const grams = heatReleasedKj(fire, t) / space.heatOfCombustionKjPerG;
  return (10 * space.massOpticalDensityM2PerG * grams) / space.volumeM3;
}
