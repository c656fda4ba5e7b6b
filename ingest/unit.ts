// Linear conversions between UCUM units that devices declare. ppm and mg/m³ are not among them: the factor depends on
// the gas and on the temperature, so such a declaration is refused when the device is configured.

interface Unit {
  readonly dimension: string;
  /** value in base unit = value × factor + offset */
  readonly factor: number;
  readonly offset: number;
}

const unit = (dimension: string, factor: number, offset = 0): Unit => ({ dimension, factor, offset });

const UNITS: ReadonlyMap<string, Unit> = new Map([
  ['Cel', unit('temperature', 1, 273.15)],
  ['K', unit('temperature', 1)],
  ['[degF]', unit('temperature', 5 / 9, 273.15 - (32 * 5) / 9)],
  ['Pa', unit('pressure', 1)],
  ['hPa', unit('pressure', 100)],
  ['kPa', unit('pressure', 1e3)],
  ['MPa', unit('pressure', 1e6)],
  ['mbar', unit('pressure', 100)],
  ['bar', unit('pressure', 1e5)],
  ['mm', unit('length', 1e-3)],
  ['cm', unit('length', 1e-2)],
  ['m', unit('length', 1)],
  ['km', unit('length', 1e3)],
  ['mA', unit('electric current', 1e-3)],
  ['A', unit('electric current', 1)],
  ['mV', unit('voltage', 1e-3)],
  ['V', unit('voltage', 1)],
  ['kV', unit('voltage', 1e3)],
  ['W', unit('power', 1)],
  ['kW', unit('power', 1e3)],
  ['MW', unit('power', 1e6)],
  ['m/s', unit('speed', 1)],
  ['km/h', unit('speed', 1 / 3.6)],
  ['L/s', unit('volume flow', 1e-3)],
  ['L/min', unit('volume flow', 1e-3 / 60)],
  ['m3/h', unit('volume flow', 1 / 3600)],
  ['m3/s', unit('volume flow', 1)],
  ['s', unit('time', 1)],
  ['min', unit('time', 60)],
  ['h', unit('time', 3600)],
  ['d', unit('time', 86_400)],
  ['deg', unit('angle', Math.PI / 180)],
  ['rad', unit('angle', 1)],
  ['%', unit('share', 0.01)],
  ['1', unit('share', 1)],
  // Shares of two different wholes are never converted into each other.
  ['%{VOL}', unit('share of volume', 1e4)],
  ['[ppm]', unit('share of volume', 1)],
  ['[ppb]', unit('share of volume', 1e-3)],
  ['ug/m3', unit('mass concentration', 1e-3)],
  ['mg/m3', unit('mass concentration', 1)],
]);

/** Whether values declared in one UCUM unit can be turned into another. */
export function convertible(from: string, to: string): boolean {
  if (from === to) return true;
  const a = UNITS.get(from);
  const b = UNITS.get(to);
  return a !== undefined && b !== undefined && a.dimension === b.dimension;
}

/** The value in the other unit, to 12 significant digits, or null where the units do not fit. */
export function convert(value: number, from: string, to: string): number | null {
  if (from === to) return value;
  const a = UNITS.get(from);
  const b = UNITS.get(to);
  if (a === undefined || b === undefined || a.dimension !== b.dimension) return null;
  if (a.offset === b.offset) return Number(((value * a.factor) / b.factor).toPrecision(12));
  // Through an offset the rounding error has the size of the offset, not of the result: 32 °F is 0 °C, not 5.7e-14.
  return Number(((value * a.factor + a.offset - b.offset) / b.factor).toFixed(9));
}
