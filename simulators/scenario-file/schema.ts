/**
 * The form of a scenario file (YAML): what stands where, what happens, what operators do, which alarms must come when, and that no others
 * may. Times are seconds since the run began. Unknown keys are errors, so that a misspelt one is no silent default.
 */
import { z } from 'zod';
import { VERIFIED_AS } from '../../model/alarm.ts';
import { ID_PATTERN } from '../../model/ids.ts';

const id = z.string().regex(ID_PATTERN, 'an id: 1 to 64 of letters, digits, _ - . :');
const seconds = z.number().min(0);
const share = z.number().min(0).max(1);
const positive = z.number().positive();
const span = { fromS: seconds, toS: seconds };
const ordered = <T extends { readonly fromS: number; readonly toS: number }>(value: T): boolean => value.fromS < value.toS;
const ORDERED = { error: 'fromS is not before toS', path: ['toS'] };

const points = z
  .array(z.tuple([seconds, z.number()]))
  .min(1)
  .refine((list) => list.every(([t], i) => i === 0 || t >= (list[i - 1]?.[0] ?? 0)), 'times must not go back');

/** A quantity over time: one number, a line through points, or steps (each value holds until the next). */
const course = z.union([z.number(), z.strictObject({ line: points }), z.strictObject({ steps: points })]);
export type Course = z.output<typeof course>;

const gas = z.enum(['methane', 'propane', 'hydrogen']);

const place = z.strictObject({
  gas,
  /** One space, or two that exchange air. */
  volumesM3: z.array(positive).min(1).max(2),
  /** The last phase goes on for ever. One number per space. */
  phases: z
    .array(
      z.strictObject({
        seconds: positive,
        leakM3PerS: z.array(z.number().min(0)).min(1).max(2),
        ventilationM3PerS: z.array(z.number().min(0)).min(1).max(2),
        exchangeM3PerS: z.number().min(0).default(0),
      }),
    )
    .min(1),
});

const fire = z
  .strictObject({
    fromS: seconds,
    growth: z.enum(['slow', 'medium', 'fast', 'ultrafast']),
    peakKw: positive,
    suppressedAtS: seconds.default(Number.MAX_SAFE_INTEGER),
    decayS: positive.default(60),
    ceilingM: positive,
    ambientC: z.number().default(22),
  })
  .refine((value) => value.fromS < value.suppressedAtS, { error: 'suppressedAtS is not after fromS', path: ['suppressedAtS'] });

const tank = z.strictObject({
  diameterM: positive,
  heightM: positive,
  startLevelM: z.number().min(0),
  flows: z.array(z.strictObject({ ...span, m3PerS: z.number() }).refine(ordered, ORDERED)).default([]),
});

const vessel = z.strictObject({
  volumeM3: positive,
  startPct: z.number().min(0).max(100),
  startC: z.number().min(0).max(80),
  propaneShare: share.default(1),
  reliefMPa: positive,
  inflowKgPerS: course.default(0),
  heatKw: course.default(0),
});

const gasSensor = {
  place: id,
  /** Which space of the place, 1 or 2. */
  space: z.int().min(1).max(2).default(1),
  t90S: positive.default(20),
  zeroDriftPerDay: z.number().default(0),
  warmUpFromS: seconds.optional(),
  warmUpS: positive.default(120),
};

/** What a payload key shows. */
const shown = z.union([
  course,
  z.boolean(),
  z.strictObject({ stateSteps: z.array(z.tuple([seconds, z.boolean()])).min(1) }),
  z.strictObject({
    catalytic: z.strictObject({
      ...gasSensor,
      sensitivityLossPerDay: share.default(0),
      poisonings: z.array(z.strictObject({ ...span, halvingS: positive }).refine(ordered, ORDERED)).default([]),
      latchesOverRange: z.boolean().default(true),
      resetsS: z.array(seconds).default([]),
    }),
  }),
  z.strictObject({ infrared: z.strictObject(gasSensor) }),
  z.strictObject({ oxygen: z.strictObject({ place: id, space: z.int().min(1).max(2).default(1) }) }),
  z.strictObject({ heat: z.strictObject({ fire: id, radiusM: z.number().min(0), rti: positive.default(30) }) }),
  z.strictObject({ co: z.strictObject({ fire: id }) }),
  z.strictObject({ smoke: z.strictObject({ fire: id }) }),
  /** GB/T 26875.3 component status: bit 0 working, bit 1 fire from this obscuration on. */
  z.strictObject({ smokeStatus: z.strictObject({ fire: id, alarmAtDbPerM: positive.default(0.15) }) }),
  z.strictObject({ tankLevel: id }),
  z.strictObject({ vessel: z.strictObject({ vessel: id, shows: z.enum(['pressure', 'level', 'temperature']) }) }),
  z.strictObject({
    residual: z.strictObject({ phaseV: positive.default(220), capacityUF: z.number().min(0).default(0), resistanceOhm: course }),
  }),
  z.strictObject({
    cable: z.strictObject({
      ambientC: z.number().default(30),
      ratedRiseK: positive.default(30),
      ratedA: positive,
      currentA: course,
      timeConstantS: positive.default(1_200),
      jointFactor: course.default(1),
    }),
  }),
  z.strictObject({
    main: z.strictObject({
      sourceMPa: course,
      riseM: z.number(),
      lengthM: positive,
      diameterM: positive,
      roughnessC: positive.default(120),
      flowM3PerS: course.default(0),
    }),
  }),
  z.strictObject({
    air: z.strictObject({ maximumC: z.number(), rangeK: z.number().min(0), startHour: z.number().min(0).max(24).default(0) }),
  }),
  z.strictObject({
    wind: z.strictObject({
      meanMPerS: z.number().min(0),
      dailyShare: share.default(0.3),
      turbulence: share.default(0.15),
      fromDeg: z.number().min(0).max(360).default(0),
      shows: z.enum(['speed', 'direction']),
      startHour: z.number().min(0).max(24).default(0),
    }),
  }),
]);
export type Shown = z.output<typeof shown>;

const key = z.string().min(1).max(64);
const backlog = z.enum(['arrays', 'one-array', 'singles']);
const fault = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('dead'), key, ...span }),
    z.strictObject({ kind: z.literal('missing'), key, ...span }),
    z.strictObject({ kind: z.literal('stuck'), key, ...span }),
    z.strictObject({ kind: z.literal('fixed'), key, value: z.number(), ...span }),
    z.strictObject({ kind: z.literal('noisy'), key, deviation: positive, ...span }),
    z.strictObject({ kind: z.literal('drifting'), key, perHour: z.number(), ...span }),
    z.strictObject({ kind: z.literal('worked-on'), key, as: z.enum(['maintenance', 'test']).default('maintenance'), ...span }),
    z.strictObject({ kind: z.literal('wrong-clock'), offsetMs: z.number(), driftPpm: z.number().default(0), ...span }),
    z.strictObject({ kind: z.literal('outage'), backlog: backlog.default('arrays'), ...span }),
    z.strictObject({ kind: z.literal('power-cut'), ...span }),
    z.strictObject({ kind: z.literal('silence'), ...span }),
    z.strictObject({ kind: z.literal('mad-rate'), everyMs: z.number().min(1), ...span }),
    z.strictObject({ kind: z.literal('duplicate'), values: z.record(key, z.union([z.number(), z.boolean()])), ...span }),
  ])
  .refine(ordered, ORDERED);
export type FaultPlan = z.output<typeof fault>;

const device = z.strictObject({
  id,
  profile: id,
  reportS: positive,
  /** Default: five reports. */
  heartbeatS: positive.optional(),
  stamps: z.boolean().default(true),
  attributes: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
  conditions: z.record(z.string(), z.union([z.string(), z.boolean()])).default({}),
  /** Variant of the profile's set points. */
  variant: z.string().nullable().default(null),
  /** Days before the run at which it was calibrated last; absent = nobody knows. */
  calibratedDaysAgo: z.number().min(0).optional(),
  /** Payload keys as the profile has them. */
  shows: z.record(key, shown),
  /** Standard deviation of noise, and the instrument's resolution, per payload key. */
  noise: z.record(key, z.strictObject({ deviation: z.number().min(0).default(0), resolution: positive.optional() })).default({}),
  /** Counts its reports, from 1 again at each of these times; absent = no counter. */
  counterRebootsS: z.array(seconds).optional(),
  faults: z.array(fault).default([]),
});
export type DeviceFile = z.output<typeof device>;

const level = z.enum(['red', 'orange', 'yellow', 'blue']);
const about = {
  device: id.optional(),
  /** Payload key of the alarm's point, e.g. `cable_temp.2`. */
  measurement: z.string().optional(),
  code: z.string().optional(),
  kind: z.enum(['process', 'instrument', 'fire', 'system']).optional(),
  level: level.optional(),
};
const eventType = z.enum([
  'raised',
  'level-raised',
  'level-lowered',
  'latched',
  'returned',
  're-announced',
  'acknowledged',
  'withdrawn',
  'reset',
  'silenced',
  'shelved',
  'unshelved',
  'verified',
  'closed',
  'historic-exceedance',
]);

export const scenarioSchema = z.strictObject({
  name: id,
  about: z.string().min(1),
  seed: z.int().default(1),
  lastsS: positive.max(7 * 86_400),
  places: z.record(id, place).default({}),
  fires: z.record(id, fire).default({}),
  tanks: z.record(id, tank).default({}),
  vessels: z.record(id, vessel).default({}),
  devices: z.array(device).min(1).max(500),
  /** Devices behind one gateway go together. */
  gateways: z
    .array(
      z.strictObject({
        /** Credential it speaks under for all of them; absent = each speaks under its own. On virtual time alone. */
        id: id.optional(),
        devices: z.array(id).min(1),
        down: z.array(z.strictObject(span).refine(ordered, ORDERED)).min(1),
        keeps: z.boolean().default(false),
      }),
    )
    .default([]),
  operators: z
    .array(
      z.strictObject({
        atS: seconds,
        does: z.enum(['acknowledge', 'reset', 'withdraw', 'silence', 'shelve', 'unshelve', 'verify']),
        by: z.string().default('operator'),
        device: id,
        /** Payload key and code of the alarm's limit of the moment; absent = the device's only open alarm. */
        measurement: z.string().optional(),
        code: z.string().optional(),
        /** `shelve`: for so long; absent = until it next returns. */
        minutes: z.int().min(1).max(480).optional(),
        /** `verify`: what it turned out to be. */
        as: z.enum(VERIFIED_AS).default('real'),
      }),
    )
    .default([]),
  /** Each must be matched by an event in its window; with `times`, by exactly so many. */
  expect: z
    .array(
      z.strictObject({ ...about, event: eventType.default('raised'), ...span, times: z.int().min(1).optional() }).refine(ordered, ORDERED),
    )
    .default([]),
  /** None of these may come. */
  never: z.array(z.strictObject({ ...about, event: eventType.optional(), fromS: seconds.optional(), toS: seconds.optional() })).default([]),
  /** Alarms (raised, level-raised) that no expectation names. */
  others: z.enum(['forbidden', 'allowed']).default('forbidden'),
});
export type Scenario = z.output<typeof scenarioSchema>;
export type Expectation = Scenario['expect'][number];
export type Prohibition = Scenario['never'][number];
