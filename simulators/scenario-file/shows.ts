/** What a payload key of a scenario shows, as a function of time: the story's places, fires, tanks and vessels seen by their instruments. */
import { cableC, residualMa } from '../physics/electrical.ts';
import { ceilingCoPpm, ceilingSmokeDbPerM, heatElement, POLYURETHANE_FOAM } from '../physics/ceiling.ts';
import { FIRE_GROWTH, heatReleaseKw } from '../physics/fire.ts';
import { type Gas, HYDROGEN, METHANE, oxygenPercent, PROPANE } from '../physics/gas.ts';
import { catalyticSensor, infraredSensor } from '../physics/gas-sensor.ts';
import { pressureVessel } from '../physics/pressure-vessel.ts';
import type { Signal } from '../physics/signal.ts';
import { tankLevel } from '../physics/tank.ts';
import { zoneFractions } from '../physics/two-zone-room.ts';
import { outletMPa } from '../physics/water-main.ts';
import { airC, windAt } from '../physics/weather.ts';
import { seedOf } from '../random.ts';
import { courseOf } from './course.ts';
import type { Scenario, Shown } from './schema.ts';

/** A value and the fault codes its instrument says with it. */
export interface Shows {
  readonly value: number | boolean;
  readonly faults?: readonly string[];
}
export type Instrument = (elapsedS: number) => Shows;

const GASES: Readonly<Record<Scenario['places'][string]['gas'], Gas>> = { methane: METHANE, propane: PROPANE, hydrogen: HYDROGEN };
const HOUR_S = 3_600;
/** Bits of a component's status word, GB/T 26875.3. */
const WORKING = 0b1;
const FIRE = 0b10;

/** A name that the file's check has let through. */
function named<T>(things: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(things, name) ? things[name] : undefined;
  if (found === undefined) throw new RangeError(`nothing is named "${name}"`);
  return found;
}

function fractionOf(scenario: Scenario, name: string, space: number): { readonly gas: Gas; readonly fraction: Signal } {
  const place = named(scenario.places, name);
  const [first = 0, second] = place.volumesM3;
  const pair = (values: readonly number[]): readonly [number, number] => [values[0] ?? 0, values[1] ?? 0];
  const zones = {
    // A place of one space is two of which the second, of any size, has no door to the first.
    volumesM3: [first, second ?? 1] as const,
    phases: place.phases.map((phase) => ({
      seconds: phase.seconds,
      leakM3PerS: pair(phase.leakM3PerS),
      ventilationM3PerS: pair(phase.ventilationM3PerS),
      exchangeM3PerS: second === undefined ? 0 : phase.exchangeM3PerS,
    })),
  };
  return { gas: GASES[place.gas], fraction: (t) => zoneFractions(zones, t)[space === 2 ? 1 : 0] };
}

function heatOf(scenario: Scenario, name: string): { readonly kw: Signal; readonly ceilingM: number; readonly ambientC: number } {
  const { growth, ceilingM, ambientC, ...fire } = named(scenario.fires, name);
  const burning = { ...fire, alphaKwPerS2: FIRE_GROWTH[growth] };
  return { kw: (t) => heatReleaseKw(burning, t), ceilingM, ambientC };
}

const plain =
  (signal: Signal): Instrument =>
  (t) => ({ value: signal(t) });

/** @param name of the point, for its own chance */
export function instrumentOf(scenario: Scenario, shown: Shown, name: string): Instrument {
  if (typeof shown === 'boolean') return () => ({ value: shown });
  if (typeof shown === 'number' || 'line' in shown || 'steps' in shown) return plain(courseOf(shown));
  if ('stateSteps' in shown) {
    const { stateSteps } = shown;
    return (t) => ({ value: stateSteps.findLast(([at]) => at <= t)?.[1] ?? stateSteps[0]?.[1] ?? false });
  }
  if ('catalytic' in shown || 'infrared' in shown) return gasInstrument(scenario, shown);
  if ('oxygen' in shown) {
    const { fraction } = fractionOf(scenario, shown.oxygen.place, shown.oxygen.space);
    return plain((t) => oxygenPercent(fraction(t)));
  }
  if ('heat' in shown) {
    const { kw, ceilingM, ambientC } = heatOf(scenario, shown.heat.fire);
    return plain(heatElement(kw, { rti: shown.heat.rti, ambientC, place: { heightM: ceilingM, radiusM: shown.heat.radiusM } }));
  }
  if ('co' in shown) {
    const { kw, ceilingM } = heatOf(scenario, shown.co.fire);
    return plain((t) => ceilingCoPpm(kw(t), POLYURETHANE_FOAM, ceilingM));
  }
  if ('smoke' in shown) {
    const { kw, ceilingM } = heatOf(scenario, shown.smoke.fire);
    return plain((t) => ceilingSmokeDbPerM(kw(t), POLYURETHANE_FOAM, ceilingM));
  }
  if ('smokeStatus' in shown) {
    const { kw, ceilingM } = heatOf(scenario, shown.smokeStatus.fire);
    const { alarmAtDbPerM } = shown.smokeStatus;
    return plain((t) => (ceilingSmokeDbPerM(kw(t), POLYURETHANE_FOAM, ceilingM) >= alarmAtDbPerM ? WORKING | FIRE : WORKING));
  }
  if ('tankLevel' in shown) {
    const tank = named(scenario.tanks, shown.tankLevel);
    return plain((t) => tankLevel(tank, t));
  }
  if ('vessel' in shown) return vesselInstrument(scenario, shown.vessel);
  if ('residual' in shown) {
    const { resistanceOhm, ...insulation } = shown.residual;
    const sound = { ...insulation, frequencyHz: 50, resistanceOhm: courseOf(resistanceOhm) };
    return plain((t) => residualMa(sound, t));
  }
  if ('cable' in shown) {
    const { ambientC, currentA, jointFactor, ...cable } = shown.cable;
    return plain(cableC({ ...cable, ambientC: () => ambientC, currentA: courseOf(currentA), jointFactor: courseOf(jointFactor) }));
  }
  if ('main' in shown) {
    const { sourceMPa, flowM3PerS, ...main } = shown.main;
    const whole = { ...main, sourceMPa: courseOf(sourceMPa), flowM3PerS: courseOf(flowM3PerS) };
    return plain((t) => outletMPa(whole, t));
  }
  if ('air' in shown) {
    const { startHour, ...day } = shown.air;
    return plain((t) => airC(day, t + startHour * HOUR_S));
  }
  const { startHour, shows, ...wind } = shown.wind;
  const seed = seedOf(scenario.seed, name);
  return plain((t) => {
    const now = windAt(wind, seed, t + startHour * HOUR_S);
    return shows === 'speed' ? now.speedMPerS : now.fromDeg;
  });
}

function gasInstrument(scenario: Scenario, shown: Extract<Shown, { catalytic: object } | { infrared: object }>): Instrument {
  const { place, space, warmUpFromS, ...sensor } = 'catalytic' in shown ? shown.catalytic : shown.infrared;
  const { gas, fraction } = fractionOf(scenario, place, space);
  const options = { ...sensor, gas, ...(warmUpFromS === undefined ? {} : { poweredAtS: warmUpFromS }) };
  const detector = 'catalytic' in shown ? catalyticSensor(fraction, options) : infraredSensor(fraction, options);
  return (t) => {
    const { lel, faults } = detector(t);
    return { value: lel, faults };
  };
}

function vesselInstrument(
  scenario: Scenario,
  { vessel: name, shows }: { readonly vessel: string; readonly shows: 'pressure' | 'level' | 'temperature' },
): Instrument {
  const { inflowKgPerS, heatKw, ...vessel } = named(scenario.vessels, name);
  const at = pressureVessel({ ...vessel, inflowKgPerS: courseOf(inflowKgPerS), heatKw: courseOf(heatKw) });
  return (t) => {
    const { pressureMPa, levelPct, temperatureC } = at(t);
    return { value: { pressure: pressureMPa, level: levelPct, temperature: temperatureC }[shows] };
  };
}
