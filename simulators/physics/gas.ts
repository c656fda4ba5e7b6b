/** Flammable gases as detectors and rooms meet them. Limits in air: NFPA 325. */
export interface Gas {
  /** Lower and upper explosive limit in air, volume fraction. */
  readonly lel: number;
  readonly uel: number;
  /** Moles of oxygen that one mole burns with: CH₄ + 2 O₂, C₃H₈ + 5 O₂. */
  readonly oxygenPerFuel: number;
  /** Density relative to air: below 1 it gathers under the ceiling, above 1 on the floor. */
  readonly relativeDensity: number;
  /** Whether it absorbs in the band of a hydrocarbon infrared detector (3.3 µm). */
  readonly absorbsInfrared: boolean;
}

export const METHANE: Gas = { lel: 0.05, uel: 0.15, oxygenPerFuel: 2, relativeDensity: 0.55, absorbsInfrared: true };
/** Stands for LPG. */
export const PROPANE: Gas = { lel: 0.021, uel: 0.095, oxygenPerFuel: 5, relativeDensity: 1.52, absorbsInfrared: true };
export const HYDROGEN: Gas = { lel: 0.04, uel: 0.75, oxygenPerFuel: 0.5, relativeDensity: 0.07, absorbsInfrared: false };

/** Volume fraction of oxygen in dry air. */
export const OXYGEN_IN_AIR = 0.2095;

/** Concentration in %LEL of a volume fraction. */
export function percentLelOf(gas: Gas, fraction: number): number {
  return (100 * fraction) / gas.lel;
}

/** Oxygen in %VOL where a gas takes the place of air: what a detector of oxygen sees of a large leak. */
export function oxygenPercent(fraction: number): number {
  return 100 * OXYGEN_IN_AIR * (1 - fraction);
}
