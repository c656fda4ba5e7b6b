/** Liquefied gas: what pressure its temperature makes. */

/** Atmosphere, MPa. */
export const ATMOSPHERE_MPA = 0.101325;

/** Antoine's constants as NIST's WebBook has them: log₁₀(p/bar) = A − B/(T/K + C). */
interface Antoine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}
/** 277 to 361 K (Helgeson and Sage). */
const PROPANE: Antoine = { a: 4.53678, b: 1149.36, c: 24.906 };
/** 273 to 425 K (Das, Reed, Eubank). */
const BUTANE: Antoine = { a: 4.35576, b: 1175.581, c: -2.071 };

function absoluteMPa({ a, b, c }: Antoine, temperatureC: number): number {
  return 0.1 * 10 ** (a - b / (temperatureC + 273.15 + c));
}

/**
 * Gauge pressure of LPG over its own liquid, MPa, by Raoult's law.
 * @param temperatureC of the liquid, 0 to 80 °C
 * @param propaneShare moles of propane, 0 to 1; the rest is n-butane
 */
export function lpgGaugeMPa(temperatureC: number, propaneShare: number): number {
  return propaneShare * absoluteMPa(PROPANE, temperatureC) + (1 - propaneShare) * absoluteMPa(BUTANE, temperatureC) - ATMOSPHERE_MPA;
}
