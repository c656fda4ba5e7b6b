/** Weather of a day: temperature by ASHRAE's daily profile, wind that rises with the sun and gusts by chance. */
import { gaussianAt, seedOf } from '../random.ts';

const HOUR_S = 3_600;
const DAY_S = 86_400;

/** Share of the daily range below the maximum at the full hours 0 to 23, % (ASHRAE Handbook of Fundamentals, clear day; solar time). */
const BELOW_MAXIMUM_PERCENT = [82, 87, 92, 96, 99, 100, 98, 93, 84, 71, 56, 39, 23, 11, 3, 0, 3, 10, 21, 34, 47, 58, 68, 76] as const;

export interface Day {
  readonly maximumC: number;
  /** Between the day's coldest and warmest hour, K. */
  readonly rangeK: number;
}

/** Temperature of the air in °C at a time of day in seconds after midnight; other days are the same. */
export function airC(day: Day, timeOfDayS: number): number {
  const hours = (((timeOfDayS / HOUR_S) % 24) + 24) % 24;
  const from = Math.floor(hours);
  const below = (hour: number): number => BELOW_MAXIMUM_PERCENT[hour % 24] ?? 0;
  const percent = below(from) + (below(from + 1) - below(from)) * (hours - from);
  return day.maximumC - (day.rangeK * percent) / 100;
}

export interface Wind {
  /** Mean speed over the day at the mast's height, m/s. */
  readonly meanMPerS: number;
  /** The afternoon is above the mean, and the night below it, by this share; 0 to 1. */
  readonly dailyShare: number;
  /** Standard deviation of gusts relative to the mean speed of the hour; 0.1 to 0.25 over land (IEC 61400-1). */
  readonly turbulence: number;
  /** Where it comes from on average, degrees from north. */
  readonly fromDeg: number;
}

/** A gust lasts about this long, s. */
const GUST_S = 10;

/** Smooth chance of mean 0 and deviation 1: normal values every `GUST_S`, blended so that the deviation stays the same in between. */
function gust(seed: number, elapsedS: number): number {
  const at = elapsedS / GUST_S;
  const before = Math.floor(at);
  const angle = ((at - before) * Math.PI) / 2;
  return Math.cos(angle) * gaussianAt(seed, before) + Math.sin(angle) * gaussianAt(seed, before + 1);
}

/** Mean wind of the hour, m/s: greatest at three in the afternoon. */
export function hourlyWind(wind: Wind, timeOfDayS: number): number {
  return wind.meanMPerS * (1 + wind.dailyShare * Math.cos((2 * Math.PI * (timeOfDayS - 15 * HOUR_S)) / DAY_S));
}

/** Wind of a moment: speed in m/s, never below 0, and direction in degrees [0, 360). */
export function windAt(wind: Wind, seed: number, timeOfDayS: number): { readonly speedMPerS: number; readonly fromDeg: number } {
  const mean = hourlyWind(wind, timeOfDayS);
  const speedMPerS = Math.max(0, mean * (1 + wind.turbulence * gust(seedOf(seed, 'speed'), timeOfDayS)));
  // Direction swings by about as many radians as the turbulence (small angles).
  const swing = (wind.turbulence * gust(seedOf(seed, 'direction'), timeOfDayS) * 180) / Math.PI;
  return { speedMPerS, fromDeg: (((wind.fromDeg + swing) % 360) + 360) % 360 };
}

/** Speed at another height by the power law of open country, exponent 1/7 (IEC 61400-1 uses 0.2, open water 0.11). */
export function windAtHeight(speedMPerS: number, fromM: number, toM: number, exponent = 1 / 7): number {
  return speedMPerS * (toM / fromM) ** exponent;
}
