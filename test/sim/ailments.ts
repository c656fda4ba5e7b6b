// What ails the sensors of a world: the faults a device tells of, with values to match, and what operators do about the alarms that come of it.
import type { SampleValue } from '../../model/reading.ts';
import { pointKey } from '../../model/reading.ts';
import type { Device } from '../../model/asset.ts';
import type { Act, ActSample, AlarmName } from './acts.ts';
import type { Chance } from './chance.ts';

/** F20 and F22 raise nothing; F09 is that of a battery where the device measures one. */
const OF_DEVICE = ['F02', 'F02', 'F03', 'F07', 'F09', 'F10', 'F20', 'F22', 'F22'] as const;
const OF_POINT = ['F02', 'F03', 'F03', 'F07', 'F09'] as const;
/** After these a value is mostly bad. */
const DEAD: ReadonlySet<string> = new Set(['F02', 'F03']);

export interface Ailments {
  /** The same message with what the device says about itself. */
  readonly told: (act: Act) => Act;
  /** An alarm about the device or one of its points, for somebody to do something about. */
  readonly target: (device: string, measurement: string, channel: number | null) => AlarmName;
}

/** @param tabled there is a cause-and-effect table: it may hide what is about a point, when the entry is done */
export function ailmentsOf(chance: Chance, tabled: boolean): Ailments {
  const named = new Map<string, readonly string[]>();
  const of = (home: string, codes: readonly string[], share: number): readonly string[] => {
    if (chance.often(0.25)) named.set(home, chance.often(share) ? codes.filter(() => chance.often(0.35)) : []);
    return named.get(home) ?? [];
  };
  const sample = (device: string, given: ActSample): ActSample => {
    const faults = of(device, OF_DEVICE, 0.6);
    const pointFaults = Object.fromEntries(
      given.values.flatMap(({ measurement, channel }): [string, readonly string[]][] => {
        const key = pointKey(measurement, channel);
        const codes = tabled ? [] : of(`${device}/${key}`, OF_POINT, 0.4);
        return codes.length === 0 ? [] : [[key, [...new Set(codes)]]];
      }),
    );
    const values = given.values.map((value): SampleValue => {
      const dead = [...faults, ...(pointFaults[pointKey(value.measurement, value.channel)] ?? [])].some((code) => DEAD.has(code));
      if (!chance.often(dead ? 0.6 : 0.05)) return value;
      return { ...value, quality: 'bad', value: chance.often(0.5) ? null : value.value, flags: ['sensor'] };
    });
    // Now and then it says nothing about itself, which changes nothing.
    if (chance.often(0.2)) return { ...given, values };
    const whole = chance.often(0.5) || Object.keys(pointFaults).length === 0;
    return {
      ...given,
      values,
      ...(whole ? { faults: [...new Set(faults)] } : {}),
      ...(Object.keys(pointFaults).length === 0 ? {} : { pointFaults }),
    };
  };
  return {
    told: (act) => (act.does === 'publish' ? { ...act, samples: act.samples.map((given) => sample(act.device, given)) } : act),
    target: (device, measurement, channel) => {
      if (chance.often(0.3)) return { device, measurement: null, channel: null, ladder: chance.pick(['F02', 'F03', 'F10']) };
      return { device, measurement, channel, ladder: chance.pick(['BAD', 'F02', 'F03', 'F03']) };
    },
  };
}

/** Sensors that fold back: what matters is what becomes of their F04. */
export function foldingOf(chance: Chance): Ailments {
  const reported = new Set<string>();
  // The device says so itself, too: with a value that can be judged, for what a bad one leaves of a report is not said.
  const report = (device: string, given: ActSample): ActSample => {
    const own = given.values.find(({ measurement, quality }) => measurement === 'lel' && (quality === 'good' || quality === 'uncertain'));
    if (own === undefined || !chance.often(0.25)) return given;
    if (chance.often(0.35)) reported.add(device);
    else reported.delete(device);
    return { ...given, pointFaults: reported.has(device) ? { lel: ['F04'] } : {} };
  };
  return {
    told: (act) => (act.does === 'publish' ? { ...act, samples: act.samples.map((given) => report(act.device, given)) } : act),
    target: (device, measurement, channel) => ({ device, measurement, channel, ladder: chance.often(0.8) ? 'F04' : 'hi' }),
  };
}

/** What has no limits and no dead-man: a device that has nothing else to say says this. */
const STATUS: SampleValue = { measurement: 'status', channel: null, value: 0, quality: 'good', flags: [] };
const PROBED: readonly (readonly [string, number | null])[] = [
  ['temp', null],
  ['head', 1],
  ['head', 2],
  ['charge', null],
  ['strokes', null],
  ['extra', null],
  ['door', null],
];
/** Longer than any world. */
const WORLD_MS = 3_600_000;

export interface Losses extends Ailments {
  /** What the devices report by themselves, until so long after the world began. */
  readonly reports: (untilMs: number) => readonly Act[];
}

/** Devices that go on talking while one of their points does not come, and now and then nothing of them does. */
export function lossesOf(chance: Chance, devices: readonly Device[]): Losses {
  const probes = devices.filter(({ profileId }) => profileId === 'sim.probe');
  const gone = new Map<string, readonly (readonly [number, number])[]>();
  const stretches = (firstMs: number, awayMs: readonly number[]): readonly (readonly [number, number])[] => {
    const found: (readonly [number, number])[] = [];
    for (let at = chance.whole(firstMs, 3 * firstMs); at < WORLD_MS; at += chance.whole(20_000, 200_000)) {
      const from = at;
      at += chance.pick(awayMs) + chance.whole(0, 5_000);
      found.push([from, at]);
    }
    return found;
  };
  for (const { id } of probes) {
    gone.set(id, chance.often(0.3) ? stretches(120_000, [20_000, 70_000, 100_000]) : []);
    for (const [measurement, channel] of PROBED)
      gone.set(
        `${id}/${pointKey(measurement, channel)}`,
        chance.often(0.7) ? stretches(40_000, [15_000, 25_000, 61_000, 90_000, 130_000, 300_000]) : [],
      );
  }
  const isGone = (key: string, at: number): boolean => gone.get(key)?.some(([from, to]) => from <= at && at < to) === true;
  const told = (act: Act): Act => {
    if (act.does !== 'publish' || !gone.has(act.device)) return act;
    const samples = act.samples.map((given) => {
      const values = given.values.filter(({ measurement, channel }) => !isGone(`${act.device}/${pointKey(measurement, channel)}`, act.at));
      return { ...given, values: values.length === 0 ? [STATUS] : values };
    });
    return { ...act, samples };
  };
  const report = (at: number, device: string): Act => {
    const values = PROBED.map(([measurement, channel]): SampleValue => {
      const value = measurement === 'door' || measurement === 'strokes' ? 0 : chance.pick([10, 10.5, 25]);
      return { measurement, channel, value, quality: 'good', flags: [] };
    });
    return told({ at, does: 'publish', device, qos: 1, samples: [{ ageMs: null, values }] });
  };
  return {
    told,
    reports: (untilMs) =>
      probes.flatMap(({ id }) => {
        const acts: Act[] = [];
        for (let at = chance.whole(1_000, 6_000); at < untilMs; at += chance.pick([4_000, 5_000, 5_000, 9_000]))
          if (!isGone(id, at)) acts.push(report(at, id));
        return acts;
      }),
    target: (device, measurement, channel) => ({ device, measurement, channel, ladder: 'F01' }),
  };
}
