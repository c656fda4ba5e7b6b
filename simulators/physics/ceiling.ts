/**
 * What hangs under the ceiling above a fire gets: speed of the ceiling jet after Alpert (Fire Technology 8, 1972), as `ceilingJetRise`
 * in fire.ts gives its temperature; a heat detector's element by its response time index (G. Heskestad, H. Smith, 1976); smoke and
 * carbon monoxide carried up by the plume of Zukoski (Fire and Materials 3, 1978).
 */
import { evolve, type Signal } from './signal.ts';
import { type CeilingPlace, ceilingJetRise } from './fire.ts';

/**
 * Greatest speed of the ceiling jet, m/s (Alpert 1972): 0.96·(Q/H)^⅓ where r/H ≤ 0.15, else 0.195·Q^⅓·H^½/r^5/6.
 * @param heatKw heat release rate
 */
export function ceilingJetVelocity(heatKw: number, { heightM, radiusM }: CeilingPlace): number {
  if (heatKw <= 0) return 0;
  if (radiusM / heightM <= 0.15) return 0.96 * Math.cbrt(heatKw / heightM);
  return (0.195 * Math.cbrt(heatKw) * Math.sqrt(heightM)) / radiusM ** (5 / 6);
}

export interface HeatElement {
  /** Response time index, (m·s)^½: fast detectors below 50, sprinklers 80 to 350. */
  readonly rti: number;
  readonly place: CeilingPlace;
  readonly ambientC: number;
}

/** Temperature of a heat detector's element in °C: dT/dt = √u·(T_gas − T)/RTI. Steps of a tenth of a second; the fire counts as steady in each. */
export function heatElement(heatKw: Signal, element: HeatElement): Signal {
  const { rti, place, ambientC } = element;
  return evolve(
    ambientC,
    (temp, t, h) => {
      const heat = heatKw(t + h / 2);
      const gas = ambientC + ceilingJetRise(heat, place);
      // Where the air stands still the element cools by free convection, as in a slow draught.
      const speed = Math.max(STILL_AIR_M_PER_S, ceilingJetVelocity(heat, place));
      return gas + (temp - gas) * Math.exp((-h * Math.sqrt(speed)) / rti);
    },
    0.1,
  );
}

const STILL_AIR_M_PER_S = 0.1;
/** Share of the heat that the plume carries; the rest is radiated (Heskestad). */
const CONVECTIVE_SHARE = 0.7;
const AIR_KG_PER_M3 = 1.2;
/** kg/kmol. */
const AIR_MOLAR = 28.97;
const CO_MOLAR = 28.01;

/** Mass that the plume brings to the ceiling, kg/s (Zukoski): 0.071·Qc^⅓·z^5/3, Qc the convective part of the heat. */
export function plumeMassKgPerS(heatKw: number, heightM: number): number {
  return heatKw <= 0 ? 0 : 0.071 * Math.cbrt(CONVECTIVE_SHARE * heatKw) * heightM ** (5 / 3);
}

/** What burns; yields by J. Quintiere and A. Tewarson, SFPE Handbook (flaming polyurethane foam about 20 kJ/g, 0.03 g/g, 0.22 m²/g). */
export interface Fuel {
  readonly heatOfCombustionKjPerG: number;
  /** Carbon monoxide, g per g burnt: 0.03 with air enough, 0.2 without. */
  readonly coYield: number;
  /** Mass optical density, m²/g. */
  readonly massOpticalDensityM2PerG: number;
}
export const POLYURETHANE_FOAM: Fuel = { heatOfCombustionKjPerG: 20, coYield: 0.03, massOpticalDensityM2PerG: 0.22 };

/** Carbon monoxide in the plume where it meets the ceiling, ppm by volume. */
export function ceilingCoPpm(heatKw: number, fuel: Fuel, heightM: number): number {
  if (heatKw <= 0) return 0;
  const burntKgPerS = heatKw / (fuel.heatOfCombustionKjPerG * 1_000);
  return (1e6 * (fuel.coYield * burntKgPerS * AIR_MOLAR)) / (CO_MOLAR * plumeMassKgPerS(heatKw, heightM));
}

/** Obscuration in the plume where it meets the ceiling, dB/m: 10·Dₘ·ṁ/V̇, the volume at ambient density as in the detector's chamber. */
export function ceilingSmokeDbPerM(heatKw: number, fuel: Fuel, heightM: number): number {
  if (heatKw <= 0) return 0;
  const burntGPerS = heatKw / fuel.heatOfCombustionKjPerG;
  return (10 * fuel.massOpticalDensityM2PerG * burntGPerS * AIR_KG_PER_M3) / plumeMassKgPerS(heatKw, heightM);
}
