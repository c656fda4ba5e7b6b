import type { MeasurementDef, Profile } from '../../model/profile.ts';
import { comesRegularly } from './expected.ts';

/**
 * What is worth watching on one point, worked out once per profile. A profile's list of faults says which ones its kind of device can
 * have at all; beyond the list go only what its units and its rhythm show by themselves.
 */
export interface PointSpec {
  /** F05 below the first, well again above the second; null = not watched. */
  readonly under: { readonly enter: number; readonly leave: number } | null;
  /** F04 at or above, and gas until proven otherwise (fact book 2.5); null = no sensor that folds back. */
  readonly over: number | null;
  /** F21. */
  readonly flat: FlatSpec | null;
  /** One per cent of the span, for the calm baseline; null = it has none. */
  readonly driftUnit: number | null;
  /** The value is the loop current itself, mA. */
  readonly loop: boolean;
  /** It comes with every report, so that its absence tells something. */
  readonly regular: boolean;
  /** It comes no oftener than this, ms, however often the device reports; 0 = with its reports. */
  readonly everyMs: number;
}

export interface FlatSpec {
  /** Two values this near are the same: half a step of the display. */
  readonly within: number;
  /** Between these a flat line is a real zero. */
  readonly zero: readonly [number, number];
  /** At or beyond these the range has ended: no movement is possible. */
  readonly ends: readonly [number, number];
  /** A gas above this is never still: judged without a history. Infinity = by its own history alone. */
  readonly restless: number;
}

/** Per cent of the span. */
const UNDER_ENTER = 5;
const UNDER_LEAVE = 4;
const ZERO = 1;
const CALM_GAS = 5;

/** Gas concentrations; oxygen is one that rests at 20.9. */
const GAS_UNITS: ReadonlySet<string> = new Set(['%{LEL}', '{LEL}.m', '[ppm]', '%{VOL}']);
const OXYGEN = 'o2';
/** Pellistors and semiconductors read less above the stoichiometric mixture; told apart by the unit, unless the device says otherwise. */
const FOLDING_UNIT = '%{LEL}';
/** A loop of 4–20 mA; nothing else with this unit has such a range. */
const LOOP_TOP_MA = 25;

const byProfile = new WeakMap<Profile, readonly (PointSpec | null)[]>();

/** Specifications parallel to the plan's points. */
export function specsOf(profile: Profile): readonly (PointSpec | null)[] {
  const known = byProfile.get(profile);
  if (known !== undefined) return known;
  const specs = profile.measurements.flatMap((def) => {
    const spec = specOf(profile, def);
    return Array.from({ length: Math.max(1, def.channels ?? 0) }, () => spec);
  });
  byProfile.set(profile, specs);
  return specs;
}

function specOf(profile: Profile, def: MeasurementDef): PointSpec | null {
  if (def.valueType !== 'number' || def.ucum === '{bool}') return null;
  const [lo, hi] = def.range;
  const span = hi - lo;
  if (!(span > 0)) return null;
  const per = span / 100;
  const gas = GAS_UNITS.has(def.ucum) && def.key !== OXYGEN;
  const lists = (code: string): boolean => profile.faults.includes(code);
  const spec: PointSpec = {
    under: lists('F05') ? { enter: lo - UNDER_ENTER * per, leave: lo - UNDER_LEAVE * per } : null,
    over: def.ucum === FOLDING_UNIT ? endOfRange(def) : null,
    flat: lists('F21') ? flatSpec(def, gas ? lo + CALM_GAS * per : Infinity) : null,
    driftUnit: gas && (lists('F05') || lists('F07')) ? per : null,
    loop: def.ucum === 'mA' && lo >= 0 && hi <= LOOP_TOP_MA,
    regular: comesRegularly(profile, def),
    everyMs: def.checkMs ?? 0,
  };
  const watches = spec.under !== null || spec.over !== null || spec.flat !== null || spec.driftUnit !== null || spec.loop || spec.regular;
  return watches ? spec : null;
}

/** A sensor that has run out of range shows its end; where a limit stands at the end itself, the end is still a measurement. */
function endOfRange(def: MeasurementDef): number {
  const hi = def.range[1];
  return def.limits.some((limit) => typeof limit.setPoint === 'number' && limit.setPoint >= hi) ? hi + def.resolution : hi;
}

function flatSpec(def: MeasurementDef, restless: number): FlatSpec {
  const [lo, hi] = def.range;
  const zero = lo <= 0 ? Math.max(def.resolution, (ZERO * (hi - lo)) / 100) : -1;
  return { within: def.resolution / 2, zero: [-zero, zero], ends: [lo, hi], restless };
}
