// A kind of device that is judged by how fast its values rise and fall, and the courses its values take.
import type { Profile } from '../../model/profile.ts';
import type { SampleValue } from '../../model/reading.ts';
import type { Act } from './acts.ts';
import type { Ailments } from './ailments.ts';
import type { Chance } from './chance.ts';
import { measurement, profile } from './plant-parts.ts';

const RANGE = { range: [-10_000, 10_000], resolution: 0.5 } as const;

const RATES = profile('sim.rate', [
  measurement(
    'heat',
    [
      { code: 'ROR', dir: 'roc_hi', setPoint: 10, windowMs: 12_000, level: 'orange', deadband: 2, offDelayMs: 6_000, latching: true },
      { code: 'H', dir: 'hi', setPoint: 60, level: 'red', deadband: 5 },
    ],
    RANGE,
  ),
  measurement(
    'pressure',
    [
      { code: 'DROP', dir: 'roc_lo', setPoint: 8, windowMs: 20_000, level: 'yellow', deadband: 3, onDelayMs: 2_000, offDelayMs: 4_000 },
      { code: 'SURGE', dir: 'roc_hi', setPoint: 15, windowMs: 20_000, level: 'red', deadband: 4 },
    ],
    RANGE,
  ),
  measurement(
    'weight',
    [{ code: 'LEAK', dir: 'roc_lo', setPoint: 6, windowMs: 30_000, level: 'orange', deadband: 1, latching: true }],
    RANGE,
  ),
  measurement(
    'depth',
    [
      { code: 'SINKS', dir: 'roc_lo', setPoint: 20, windowMs: 180_000, level: 'yellow', deadband: 4 },
      { code: 'FILLS', dir: 'roc_hi', setPoint: 30, windowMs: 240_000, level: 'red', deadband: 6, offDelayMs: 8_000, latching: true },
    ],
    RANGE,
  ),
]);

export const RATE_PROFILES: readonly Profile[] = [RATES];

/** The measurement whose windows are minutes. */
const SLOW = 'depth';

export function isRated(profileId: string): boolean {
  return profileId === RATES.id;
}

/** Where a value is and whither it goes: of a second, and how far a sample may lie from it. */
interface Course {
  t: number;
  level: number;
  perSecond: number;
  noise: number;
}

/** What the values of such devices do: they stand, drift, rise and fall fast, jump; and people look at the alarms that come of it. */
interface Courses extends Ailments {
  /** Many samples of one point, at a pace of its own, regular or not. */
  readonly run: (at: number, device: string, key: string) => readonly Act[];
}

export function coursesOf(chance: Chance): Courses {
  const courses = new Map<string, Course>();
  const valueAt = (key: string, t: number): number => {
    const course = courses.get(key) ?? { t, level: 20, perSecond: 0, noise: 0 };
    courses.set(key, course);
    course.level += (course.perSecond * Math.max(0, t - course.t)) / 1_000;
    course.t = Math.max(course.t, t);
    if (chance.often(0.07)) {
      course.perSecond = chance.pick([0, 0, 0, 0.1, -0.1, 0.3, -0.3, 1, -1, 2, -2]);
      course.noise = chance.pick([0, 0, 0.5, 1]);
      // Back into the range of everyday, before it is lost.
      if (Math.abs(course.level) > 200) course.perSecond = -Math.sign(course.level) * 2;
    }
    if (chance.often(0.03)) course.level += chance.pick([-20, -12, -9, 9, 12, 20]);
    const wild = chance.often(0.02) ? chance.pick([-40, 40]) : 0;
    return Math.round((course.level + wild + (chance.next() * 2 - 1) * course.noise) * 2) / 2;
  };
  const follow = (device: string, t: number, value: SampleValue): SampleValue => {
    const judged = RATES.measurements.some(({ key }) => key === value.measurement);
    if (!judged || value.value === null) return value;
    return { ...value, value: valueAt(`${device}/${value.measurement}`, t) };
  };
  const told = (act: Act): Act =>
    act.does === 'publish'
      ? { ...act, samples: act.samples.map((one) => ({ ...one, values: one.values.map((v) => follow(act.device, act.at, v)) })) }
      : act;
  return {
    told,
    target: (device, key, channel) => {
      const own = RATES.measurements.find((one) => one.key === key)?.limits.filter(({ windowMs }) => windowMs !== undefined) ?? [];
      return { device, measurement: key, channel, ladder: own.length === 0 ? 'hi' : chance.pick(own).code };
    },
    run: (from, device, key) => {
      // A window of minutes is filled by a pace of half minutes, or densely by one of seconds.
      const paceMs = chance.pick(key === SLOW ? [4_000, 8_000, 12_000, 25_000, 40_000] : [200, 500, 1_000, 1_000, 2_000, 4_000, 6_000]);
      const regular = chance.often(0.5);
      let at = from;
      return Array.from({ length: chance.whole(6, 20) }, (): Act => {
        at += regular ? paceMs : chance.whole(1, 2 * paceMs);
        const value = { measurement: key, channel: null, value: 0, quality: 'good', flags: [] } as const;
        return told({ at, does: 'publish', device, qos: 1, samples: [{ ageMs: null, values: [value] }] });
      });
    },
  };
}
