// The plant of the simulated world: kinds of device made to be nasty (every number of a limit differs from its neighbours', so that
// a mix-up shows), a few of the catalogue's own, and two enterprises to move between.
import type { AlarmPolicy, Enterprise } from '../../model/asset.ts';
import { exampleEnterprise } from '../../model/testing/example-assets.ts';
import type { ConfigChange } from '../../model/entry.ts';
import type { Catalogue, Profile } from '../../model/profile.ts';
import { builtInCatalogue } from '../../rules/catalogue/built-in.ts';
import { DAY_ONE, ENTERPRISES, measurement, profile } from './plant-parts.ts';
import { RATE_PROFILES } from './plant-rates.ts';
import { RISING_PROFILES } from './plant-rising.ts';
import { SICK_PROFILES } from './plant-sick.ts';

export { DAY_ONE, deviceOf, ENTERPRISES } from './plant-parts.ts';

const LEVEL_GAUGE = profile('sim.ladder', [
  measurement('level', [
    { code: 'H1', dir: 'hi', setPoint: 50, level: 'yellow', deadband: 5 },
    {
      code: 'H2',
      dir: 'hi',
      setPoint: 60,
      level: 'orange',
      deadband: 15,
      onDelayMs: 3_000,
      offDelayMs: 4_000,
    },
    {
      code: 'H3',
      dir: 'hi',
      setPoint: 80,
      level: 'red',
      deadband: 5,
      offDelayMs: 2_000,
    },
    {
      code: 'L1',
      dir: 'lo',
      setPoint: 20,
      level: 'yellow',
      deadband: 4,
      onDelayMs: 2_000,
    },
    {
      code: 'L2',
      dir: 'lo',
      setPoint: 10,
      level: 'orange',
      deadband: 5,
      onDelayMs: 5_000,
      offDelayMs: 3_000,
    },
  ]),
]);

const GAS_DETECTOR = profile('sim.latch', [
  measurement('gas', [
    { code: 'G1', dir: 'hi', setPoint: 25, level: 'yellow', deadband: 3 },
    {
      code: 'G2',
      dir: 'hi',
      setPoint: 50,
      level: 'red',
      deadband: 5,
      offDelayMs: 1_000,
      latching: true,
    },
  ]),
  measurement('co', [
    {
      code: 'C1',
      dir: 'hi',
      setPoint: 24,
      level: 'orange',
      deadband: 2,
      onDelayMs: 2_000,
      latching: true,
    },
    {
      code: 'C2',
      dir: 'hi',
      setPoint: 40,
      level: 'red',
      deadband: 4,
      resetBelow: 30,
    },
  ]),
]);

const PANEL = profile(
  'sim.states',
  [
    measurement(
      'status',
      [
        {
          code: 'FIRE',
          dir: 'state',
          setPoint: 'bit0',
          level: 'red',
          latching: true,
        },
        {
          code: 'FAULT',
          dir: 'state',
          setPoint: 'bit1',
          level: 'yellow',
          onDelayMs: 3_000,
        },
        {
          code: 'SHIELD',
          dir: 'state',
          setPoint: 'bit5',
          level: 'blue',
          offDelayMs: 2_000,
        },
      ],
      { valueType: 'bitmask', range: [0, 65_535], resolution: 1 },
    ),
    measurement(
      'door',
      [
        {
          code: 'OPEN',
          dir: 'state',
          setPoint: 1,
          level: 'orange',
          onDelayMs: 2_000,
          offDelayMs: 2_000,
        },
      ],
      {
        valueType: 'boolean',
        range: [0, 1],
        resolution: 1,
      },
    ),
    measurement('mode', [{ code: 'MANUAL', dir: 'state', setPoint: 3, level: 'yellow' }], { range: [0, 9], resolution: 1 }),
  ],
  { alarmKind: 'fire' },
);

const CABLE = profile('sim.channels', [
  measurement(
    'cable',
    [
      {
        code: 'T1',
        dir: 'hi',
        setPoint: 70,
        level: 'yellow',
        deadband: 2,
        onDelayMs: 1_000,
      },
      {
        code: 'T2',
        dir: 'hi',
        setPoint: 90,
        level: 'orange',
        deadband: 6,
        offDelayMs: 1_500,
      },
    ],
    { channels: 3 },
  ),
]);

/** Set points from attributes, and a variant that moves one limit and takes another away. */
const VESSEL = profile('sim.attribute', [
  measurement('pressure', [
    {
      code: 'P1',
      dir: 'hi',
      setPoint: null,
      setPointFrom: 'asset.normal_max',
      level: 'yellow',
      deadband: 1,
      onDelayMs: 2_000,
    },
    {
      code: 'P2',
      dir: 'hi',
      setPoint: null,
      setPointFrom: 'min(asset.design*0.8, asset.relief*0.5)',
      level: 'red',
      deadband: 2,
    },
  ]),
  measurement(
    'temp',
    [
      { code: 'K1', dir: 'hi', setPoint: 40, level: 'blue', deadband: 2 },
      {
        code: 'K2',
        dir: 'hi',
        setPoint: 50,
        level: 'orange',
        deadband: 3,
        onDelayMs: 2_000,
        offDelayMs: 2_000,
      },
      {
        code: 'K3',
        dir: 'hi',
        setPoint: 65,
        level: 'red',
        deadband: 3,
        latching: true,
      },
    ],
    {
      variants: {
        summer: { setPoints: { K1: 45, K2: 55, K3: null }, confidence: 'D' },
      },
    },
  ),
]);

/** Says something every 20 s, or is silent. */
const PULSE = profile(
  'sim.pulse',
  [
    measurement('flow', [
      {
        code: 'F1',
        dir: 'lo',
        setPoint: 5,
        level: 'yellow',
        deadband: 1,
        onDelayMs: 4_000,
        offDelayMs: 1_000,
      },
    ]),
  ],
  { heartbeatMs: 20_000 },
);

/** Limits that count only under a condition: another point, an attribute, what is filled in about the device, and all of it. */
const DRIVE = profile('sim.when', [
  measurement('vibration', [
    { code: 'V1', dir: 'hi', setPoint: 30, level: 'yellow', deadband: 4, onlyWhen: 'running', when: 'running' },
    {
      code: 'V2',
      dir: 'hi',
      setPoint: 40,
      level: 'orange',
      deadband: 6,
      onDelayMs: 2_000,
      offDelayMs: 3_000,
      onlyWhen: 'speed >= asset.least_speed',
      when: 'speed >= asset.least_speed',
    },
    {
      code: 'V3',
      dir: 'hi',
      setPoint: 55,
      level: 'red',
      deadband: 5,
      latching: true,
      onlyWhen: 'running && !condition.under_test || speed > 90',
      when: 'running && !condition.under_test || speed > 90',
    },
    { code: 'V4', dir: 'hi', setPoint: 70, level: 'orange', deadband: 5 },
  ]),
  measurement('speed', [
    { code: 'S1', dir: 'lo', setPoint: 12, level: 'blue', deadband: 3, onDelayMs: 1_000, onlyWhen: 'running', when: 'running' },
  ]),
  measurement('running', [], { valueType: 'boolean', range: [0, 1], resolution: 1 }),
]);

/** Judged by more than the value: the distance from a reference, how often something happened. */
const MONITOR = profile('sim.derived', [
  measurement('drift', [
    { code: 'D1', dir: 'dev_hi', setPoint: 10, level: 'yellow', deadband: 2, reference: 5, referenceFrom: 'asset.zero' },
    { code: 'D2', dir: 'dev_hi', setPoint: 20, level: 'orange', deadband: 4, onDelayMs: 2_000, referenceFrom: 'base' },
    { code: 'D3', dir: 'hi', setPoint: 60, level: 'red', deadband: 5 },
  ]),
  measurement('base', []),
  measurement(
    'starts',
    [
      { code: 'N1', dir: 'count_hi', setPoint: 3, windowMs: 10_000, level: 'yellow', deadband: 1 },
      { code: 'N2', dir: 'count_hi', setPoint: 6, windowMs: 20_000, level: 'orange', deadband: 3, onDelayMs: 1_000, offDelayMs: 3_000 },
    ],
    { range: [0, 1_000], resolution: 1 },
  ),
  measurement('trip', [{ code: 'T3', dir: 'count_hi', setPoint: 2, windowMs: 15_000, level: 'red', deadband: 1, latching: true }], {
    valueType: 'boolean',
    range: [0, 1],
    resolution: 1,
  }),
]);

const CATALOGUE_PROFILES = [
  'fire.uitd',
  'gas.combustible.point.industrial',
  'gas.oxygen',
  'fire.electrical',
  'steel.gas_holder',
  'coal.methane',
] as const;

export const PROFILES: readonly Profile[] = [
  LEVEL_GAUGE,
  GAS_DETECTOR,
  PANEL,
  CABLE,
  VESSEL,
  PULSE,
  DRIVE,
  MONITOR,
  ...RISING_PROFILES,
  ...SICK_PROFILES,
  ...RATE_PROFILES,
  ...builtInCatalogue.profiles.filter((p) => CATALOGUE_PROFILES.some((id) => id === p.id)),
];

export const CATALOGUE: Catalogue = {
  version: 'simulated-world',
  profiles: PROFILES,
  faults: builtInCatalogue.faults,
};

export function profileOf(id: string): Profile {
  const found = PROFILES.find((p) => p.id === id);
  if (found === undefined) throw new Error(`the world has no profile ${id}`);
  return found;
}

/** Attributes under which the vessel's set points are 30 (yellow) and 40 (red). */
export const VESSEL_ATTRIBUTES = {
  normal_max: 30,
  design: 50,
  relief: 100,
} as const;

/** What the conditions of a drive read about it. */
export const DRIVE_FACTS = {
  attributes: { least_speed: 20 },
  conditions: { under_test: false },
} as const;

/** Values that matter to the conditions which read them, by profile and measurement. */
export const READ_VALUES: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  // In gas above the stoichiometric mixture, and what such a sensor reads then.
  'sim.pellistor': { lel: [99.5, 100, 130, 3, 3, 12, 60] },
  'sim.when': { running: [0, 1, 1], speed: [14.5, 15, 19.5, 20, 25, 90, 90.5, 95] },
  'sim.derived': {
    drift: [5, 15, 14.5, 13, 14, -5, -4.5, -3, 20, 21, 40],
    base: [0, 0, 1, 10, -10],
    starts: [0, 1, 2, 3, 4, 5, 7, 9],
    trip: [0, 1],
  },
};

/** Repeats and due times so short that they come in every world; none of them changes what is true, seen or latched. */
const IMPATIENT: AlarmPolicy = {
  rearmMs: { red: 7_000, orange: 11_000, yellow: 13_000, blue: 17_000 },
  firstResponseMs: { red: 5_000, orange: 6_000, yellow: 9_000, blue: 12_000 },
  feedbackMs: { red: 19_000, orange: 21_000, yellow: 23_000, blue: 29_000 },
};

/** Catalogue, areas, enterprises and a gateway of each: the first entry of every world. */
export function groundWork(): readonly ConfigChange[] {
  const common = {
    revision: 1,
    createdAt: DAY_ONE,
    updatedAt: DAY_ONE,
    retiredAt: null,
  };
  const enterprise = (id: string, areaId: string, kind: Enterprise['kind'], alarmPolicy?: AlarmPolicy): ConfigChange => ({
    op: 'put',
    asset: 'enterprise',
    base: 0,
    value: exampleEnterprise(id, { ...common, areaId, kind, ...(alarmPolicy === undefined ? {} : { alarmPolicy }) }),
  });
  return [
    { op: 'catalogue', catalogue: CATALOGUE },
    {
      op: 'put',
      asset: 'area',
      base: 0,
      value: { ...common, id: 'river', name: 'river', parentId: null },
    },
    {
      op: 'put',
      asset: 'area',
      base: 0,
      value: { ...common, id: 'hill', name: 'hill', parentId: 'river' },
    },
    enterprise('north', 'river', 'real'),
    enterprise('south', 'hill', 'real', IMPATIENT),
    ...ENTERPRISES.flatMap((id): ConfigChange[] => [
      { op: 'put', asset: 'site', base: 0, value: { ...common, id: `${id}-hall`, name: 'hall', enterpriseId: id, lon: null, lat: null } },
      ...['tank', 'yard'].map((name): ConfigChange => {
        const value = { ...common, id: `${id}-${name}`, name, enterpriseId: id, siteId: null, attributes: { common_limit: 25 } };
        return { op: 'put', asset: 'hazard-source', base: 0, value };
      }),
    ]),
    ...ENTERPRISES.map(
      (id): ConfigChange => ({
        op: 'put',
        asset: 'gateway',
        base: 0,
        value: {
          ...common,
          id: `gate-${id}`,
          name: `gate-${id}`,
          enterpriseId: id,
        },
      }),
    ),
  ];
}
