/** Every recording there is, on virtual time: 44 compartment fires, four fires with real smoke alarms beside, a battery cell, and calm days. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { playScenario } from '../../app/virtual/play-scenario.ts';
import { openVirtualPlatform } from '../../app/virtual/virtual-platform.ts';
import { parseCsv } from '../../simulators/replay/csv.ts';
import { mappingOf } from '../../simulators/replay/mapping.ts';
import { readRecording, type Recording } from '../../simulators/replay/recording.ts';
import { parseScenario } from '../../simulators/scenario-file/parse.ts';
import type { Scenario } from '../../simulators/scenario-file/schema.ts';
import { type Heard as HeardInScenario, type Verdict, verdictOf } from '../../simulators/scenario-file/verdict.ts';
import { COLUMNS, FIRE_CEL, readFire, roomOf } from './first-fires.ts';
import { hearRecordings } from './recorded.ts';

const HEAT = 'fire.heat.point';
const SMOKE = 'fire.smoke.standalone';
const CABLE = 'fire.electrical';

/** When a recording of a device first reaches a value, s. */
function reachedAt(recording: Recording, device: string, key: string, value: number): number | null {
  const sample = recording.samples.find((one) => one.device === device && (one.values[key] ?? Number.NEGATIVE_INFINITY) >= value);
  return sample === undefined ? null : sample.atMs / 1_000;
}

export interface ChannelResult {
  readonly place: string;
  readonly reachedS: number | null;
  readonly fireS: number | null;
  /** The rate-of-rise alarm: 10 K within 60 s. */
  readonly riseS: number | null;
  /** Alarms before ignition. */
  readonly early: number;
}
export interface CompartmentFire {
  readonly fire: string;
  readonly channels: readonly ChannelResult[];
}
export interface Compartments {
  readonly sent: number;
  readonly acknowledged: number;
  readonly fires: readonly CompartmentFire[];
}

export async function playCompartments(folder: string): Promise<Compartments> {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.csv') && !file.endsWith('_Events.csv') && file !== 'MANIFEST.csv')
    .map((file) => file.replace(/\.csv$/, ''))
    .sort();
  const recordings = names.map((fire) => ({ fire, recording: readFire(folder, fire) }));
  const heard = await hearRecordings(
    recordings.map(({ fire, recording }) => ({
      enterpriseId: `room-${roomOf(fire)}`,
      profileOf: () => HEAT,
      heartbeatMs: 60_000,
      reportMs: 1_000,
      recording,
    })),
  );
  const fires = recordings.map(({ fire, recording }) => ({
    fire,
    channels: COLUMNS.map(({ id, place }) => {
      const device = `${roomOf(fire)}.${id}`;
      const rungs = heard.rungs.get(device) ?? [];
      return {
        place,
        reachedS: reachedAt(recording, device, 'temp', FIRE_CEL),
        fireS: rungs.find(({ code }) => code === 'FIRE')?.atS ?? null,
        riseS: rungs.find(({ code }) => code === 'ROR')?.atS ?? null,
        early: rungs.filter(({ atS }) => atS < 0).length,
      };
    }),
  }));
  return { sent: heard.sent, acknowledged: heard.acknowledged, fires };
}

export interface SmokeAlarmPlace {
  readonly test: string;
  readonly location: string;
  /** First activation of the real ones at this place, s; null = none stands there or none answered. */
  readonly ionizationS: number | null;
  readonly photoelectricS: number | null;
  /** Ours: obscuration at 0.05 dB/m for a minute, and 57 °C. */
  readonly smokeS: number | null;
  readonly heatS: number | null;
  readonly reachedS: number | null;
}
export interface SmokeAlarms {
  readonly sent: number;
  readonly acknowledged: number;
  readonly places: readonly SmokeAlarmPlace[];
}

const LOCATIONS = ['A', 'B', 'C', 'D', 'E', 'F'];

export async function playSmokeAlarms(folder: string): Promise<SmokeAlarms> {
  const tests = readdirSync(folder).flatMap((file) => /^NIST_Smoke_Alarms_(\w+)\.csv$/.exec(file)?.[1] ?? []);
  const recordings = tests.toSorted().map((test) => {
    const text = readFileSync(join(folder, `NIST_Smoke_Alarms_${test}.csv`), 'utf8');
    const there = new Set(parseCsv(text)[0]?.map((name) => name.trim()));
    const columns = LOCATIONS.flatMap((location) => [
      { column: `TC${location}_1`, device: `${test}.heat-${location}`, measurement: 'temp' },
      // Optical density per metre is a decimal logarithm: ten times it are dB/m.
      { column: `SM${location}_1`, device: `${test}.smoke-${location}`, measurement: 'obscuration', scale: 10 },
    ]).filter(({ column }) => there.has(column));
    return { test, recording: readRecording(text, mappingOf({ time: { column: 'TIME', unit: 's' }, columns })) };
  });
  const heard = await hearRecordings(
    recordings.map(({ test, recording }) => ({
      enterpriseId: test,
      profileOf: (device: string) => (device.includes('.smoke-') ? SMOKE : HEAT),
      heartbeatMs: 60_000,
      reportMs: 2_000,
      recording,
    })),
  );
  const [, ...activations] = parseCsv(readFileSync(join(folder, 'activation_long.csv'), 'utf8'));
  const firstOf = (test: string, kind: string, location: string): number | null => {
    const times = activations
      .filter((row) => row[0] === test && row[2] === kind && row[4] === location && row[5] !== '' && Number.isFinite(Number(row[5])))
      .map((row) => Number(row[5]));
    return times.length === 0 ? null : Math.min(...times);
  };
  const places = recordings.flatMap(({ test, recording }) =>
    LOCATIONS.map((location) => {
      const rung = (device: string, code: string): number | null => heard.rungs.get(device)?.find((one) => one.code === code)?.atS ?? null;
      return {
        test,
        location,
        ionizationS: firstOf(test, 'ionization', location),
        photoelectricS: firstOf(test, 'photoelectric', location),
        smokeS: rung(`${test}.smoke-${location}`, 'PRE'),
        heatS: rung(`${test}.heat-${location}`, 'FIRE'),
        reachedS: reachedAt(recording, `${test}.heat-${location}`, 'temp', FIRE_CEL),
      };
    }),
  );
  return { sent: heard.sent, acknowledged: heard.acknowledged, places };
}

export interface BatteryCell {
  readonly sent: number;
  readonly acknowledged: number;
  readonly runawayS: number;
  readonly flamingS: number;
  readonly cells: readonly {
    readonly cell: number;
    /** When the recording reaches 70 and 90 °C, and when the alarm held for 40 s came. */
    readonly reached: readonly [number | null, number | null];
    readonly alarms: readonly [number | null, number | null];
  }[];
}

export async function playBatteryCell(folder: string): Promise<BatteryCell> {
  const text = readFileSync(join(folder, 'Cell_Level_Experiment.csv'), 'utf8');
  const [header = [], ...rows] = parseCsv(text);
  const cells = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const columns = cells.map((cell) => ({
    column: `Cell ${cell} Temperature (C)`,
    device: `cell-${cell}`,
    measurement: 'cable_temp',
    channel: 1,
  }));
  const recording = readRecording(text, mappingOf({ time: { column: 'Time (s)', unit: 's' }, columns }));
  const heard = await hearRecordings([
    { enterpriseId: 'battery', profileOf: () => CABLE, heartbeatMs: 60_000, reportMs: 1_000, recording },
  ]);
  const label = (name: string): number => {
    const at = header.indexOf(name);
    return Number(rows.find((row) => row[at] === 'TRUE')?.[0] ?? Number.NaN);
  };
  return {
    sent: heard.sent,
    acknowledged: heard.acknowledged,
    runawayS: label('Thermal Runaway'),
    flamingS: label('Flaming'),
    cells: cells.map((cell) => {
      const device = `cell-${cell}`;
      // A higher limit may be on before the lower one's delay has run: then the alarm begins with it.
      const alarm = (codes: readonly string[]): number | null =>
        heard.rungs.get(device)?.find(({ code }) => codes.includes(code))?.atS ?? null;
      return {
        cell,
        reached: [reachedAt(recording, device, 'cable_temp.1', 70), reachedAt(recording, device, 'cable_temp.1', 90)],
        alarms: [alarm(['L1', 'L2']), alarm(['L2'])],
      };
    }),
  };
}

export interface CalmDay {
  readonly name: string;
  readonly about: string;
  readonly messages: number;
  readonly verdict: Verdict;
  readonly heard: readonly HeardInScenario[];
  /** What rings when its heat detectors without rate of rise have it (class A1R); null where all have it already. */
  readonly withRise: readonly HeardInScenario[] | null;
}

/** The day with every heat detector of class A1R; null where nothing would be different. */
function withRateOfRise(scenario: Scenario): Scenario | null {
  const lacks = (device: Scenario['devices'][number]): boolean => device.profile === HEAT && device.variant?.endsWith('R') === false;
  if (!scenario.devices.some(lacks)) return null;
  return { ...scenario, devices: scenario.devices.map((device) => (lacks(device) ? { ...device, variant: 'A1R' } : device)) };
}

async function playDay(
  scenario: Scenario,
): Promise<{ readonly messages: number; readonly verdict: Verdict; readonly heard: readonly HeardInScenario[] }> {
  const world = await openVirtualPlatform();
  try {
    const played = await playScenario(world, scenario);
    const heard = played.heard.filter(({ type }) => type === 'raised' || type === 'level-raised');
    return { messages: played.messages, verdict: verdictOf(scenario, played.heard, played.troubles), heard };
  } finally {
    await world.close();
  }
}

/** The days of `test/evidence/nuisance`, each on a platform of its own. */
export async function playCalmDays(folder: URL): Promise<readonly CalmDay[]> {
  const days: CalmDay[] = [];
  for (const file of readdirSync(folder).sort()) {
    const scenario = parseScenario(readFileSync(new URL(file, folder), 'utf8'));
    const risen = withRateOfRise(scenario);
    days.push({
      name: scenario.name,
      about: scenario.about,
      ...(await playDay(scenario)),
      withRise: risen === null ? null : (await playDay(risen)).heard,
    });
  }
  return days;
}
