// The part of the plant whose alarms rise by what else happens: by lasting, by others near by, because nobody acknowledges. Times are
// seconds, so that they run out in every world, and groups are small enough for two to meet.
import type { BusinessHours, Device, Enterprise } from '../../model/asset.ts';
import type { LocalTime } from '../../model/entry.ts';
import type { EscalationCause, EscalationDef, EscalationMember, Profile } from '../../model/profile.ts';
import type { Act } from './acts.ts';
import type { Chance } from './chance.ts';
import { DAY_ONE, deviceOf, ENTERPRISES, measurement, profile } from './plant-parts.ts';

function escalation(
  code: string,
  of: string,
  to: EscalationDef['to'],
  key: string,
  any: readonly EscalationCause[],
  afterMs?: number,
): EscalationDef {
  return { when: code, to, confidence: 'D', form: { code, measurement: key, of, any, ...(afterMs === undefined ? {} : { afterMs }) } };
}

const LEAK: EscalationMember = { profileId: 'sim.leak', measurement: 'gas', limit: 'R1' };
const SMOKE: EscalationMember = { profileId: 'sim.smoke', measurement: 'smoke', limit: 'FIRE' };
const BURST: EscalationMember = { profileId: 'sim.leak', measurement: 'gas', limit: 'R3' };

/** Rises when it lasts, and when another of its area is there too. */
const LEAK_DETECTOR = profile(
  'sim.leak',
  [
    measurement('gas', [
      { code: 'R0', dir: 'hi', setPoint: 15, level: 'blue', deadband: 2 },
      { code: 'R1', dir: 'hi', setPoint: 25, level: 'yellow', deadband: 3, onDelayMs: 1_000, offDelayMs: 2_000 },
      { code: 'R3', dir: 'hi', setPoint: 60, level: 'red', deadband: 5 },
    ]),
    measurement('vapour', [
      { code: 'V1', dir: 'hi', setPoint: 30, level: 'blue', deadband: 2 },
      { code: 'V2', dir: 'hi', setPoint: 40, level: 'yellow', deadband: 4, latching: true },
    ]),
  ],
  {
    escalate: [
      escalation('R1_LASTS', 'R1', 'orange', 'gas', [{ kind: 'lasts' }], 6_000),
      // Two reasons for one level, of an alarm that latches.
      escalation('V2_LASTS', 'V2', 'orange', 'vapour', [{ kind: 'lasts' }], 4_000),
      escalation('V2_UNSEEN', 'V2', 'orange', 'vapour', [{ kind: 'unacknowledged' }], 7_000),
      escalation('R1_AREA', 'R1', 'orange', 'gas', [{ kind: 'together', in: 'area', needs: [{ atLeast: 2, of: [LEAK] }] }]),
    ],
  },
);

/** Rises where nobody acknowledges: one only out of hours, one that latches at any time. */
const SHOP = profile(
  'sim.shop',
  [
    measurement('lel', [
      { code: 'U0', dir: 'hi', setPoint: 10, level: 'yellow', deadband: 2 },
      { code: 'U1', dir: 'hi', setPoint: 20, level: 'orange', deadband: 3 },
    ]),
    measurement('door', [{ code: 'OPEN', dir: 'state', setPoint: 1, level: 'yellow', offDelayMs: 2_000, latching: true }], {
      valueType: 'boolean',
      range: [0, 1],
      resolution: 1,
    }),
  ],
  {
    escalate: [
      escalation('U1_UNATTENDED', 'U1', 'red', 'lel', [{ kind: 'unacknowledged', outsideBusinessHours: true }], 8_000),
      escalation('OPEN_UNSEEN', 'OPEN', 'orange', 'door', [{ kind: 'unacknowledged' }], 5_000),
    ],
  },
);

/** Any of three: a second one near in time, a button, nobody. */
const SMOKE_DETECTOR = profile(
  'sim.smoke',
  [
    measurement('smoke', [{ code: 'FIRE', dir: 'state', setPoint: 1, level: 'orange', latching: true }], {
      valueType: 'boolean',
      range: [0, 1],
      resolution: 1,
    }),
  ],
  {
    alarmKind: 'fire',
    escalate: [
      escalation(
        'FIRE_CONFIRMED',
        'FIRE',
        'red',
        'smoke',
        [
          { kind: 'together', in: 'premises', withinMs: 4_000, needs: [{ atLeast: 2, of: [{ ...SMOKE, as: 'detector' }, BURST] }] },
          {
            kind: 'together',
            in: 'zone',
            needs: [
              { atLeast: 1, of: [{ ...SMOKE, as: 'detector' }] },
              { atLeast: 1, of: [{ ...SMOKE, as: 'call-point' }] },
            ],
          },
          { kind: 'unacknowledged' },
        ],
        9_000,
      ),
    ],
  },
);

export const RISING_PROFILES: readonly Profile[] = [LEAK_DETECTOR, SHOP, SMOKE_DETECTOR];

export function isRising(profileId: string): boolean {
  return RISING_PROFILES.some(({ id }) => id === profileId);
}

/** Local time is 8 h ahead, and 9 h from a minute and a half on. */
export const LOCAL_TIME: LocalTime = {
  zone: 'simulated',
  offsets: [
    [0, 480],
    [DAY_ONE + 90_000, 540],
  ],
};

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
/** The world begins on a Monday at 14:00. */
const HOURS: readonly (readonly BusinessHours[])[] = [
  [],
  [{ days: EVERY_DAY, from: '14:00', to: '14:01' }],
  [{ days: [1], from: '15:02', to: '15:03' }],
  [{ days: [7], from: '23:00', to: '15:04' }],
  [{ days: [7], from: '15:05', to: '15:04' }],
  [{ days: EVERY_DAY, from: '00:00', to: '24:00' }],
  [
    { days: [1, 2], from: '14:00', to: '14:01' },
    { days: EVERY_DAY, from: '14:01', to: '15:02' },
  ],
];

/** Where a device of these stands, and what it is. */
function placeOf(chance: Chance, profileId: string, enterprise: string): Partial<Device> {
  const smoke = profileId === 'sim.smoke';
  return {
    hazardSourceId: chance.pick([null, null, `${enterprise}-tank`, `${enterprise}-yard`]),
    siteId: chance.pick([null, null, `${enterprise}-hall`]),
    attributes: smoke
      ? { protection_zone: chance.pick(['A', 'A', 'B']), ...(chance.often(0.3) ? { component_type: chance.pick([23, 24, 40]) } : {}) }
      : chance.often(0.6)
        ? { area: chance.pick(['A', 'A', 'B']) }
        : {},
  };
}

export function risingCast(chance: Chance): readonly Device[] {
  const kind = chance.pick(['sim.leak', 'sim.shop', 'sim.smoke']);
  const enterprise = chance.pick(ENTERPRISES);
  return Array.from({ length: chance.whole(2, 4) }, (_, n) => {
    const profileId = chance.often(0.7) ? kind : chance.pick(RISING_PROFILES).id;
    const own = chance.often(0.85) ? enterprise : chance.pick(ENTERPRISES);
    return deviceOf(`${'abcde'[n]}`, profileId, { enterpriseId: own, ...placeOf(chance, profileId, own) });
  });
}

/** What an engineer may change about one of these, besides what he may of any. */
export function risingChange(chance: Chance, device: Device): Partial<Device> {
  const place = placeOf(chance, device.profileId, device.enterpriseId);
  return chance.pick([
    { attributes: place.attributes ?? {} },
    { siteId: place.siteId ?? null },
    { hazardSourceId: place.hazardSourceId ?? null },
  ]);
}

/** Somebody changes something about a whole enterprise (its hours, or that it is a real one no more), or moves a device. */
export function risingAct(chance: Chance, at: number, devices: readonly Device[]): Act {
  if (chance.often(0.5)) {
    const device = chance.pick(devices);
    return { at, does: 'configure', device: device.id, change: risingChange(chance, device) };
  }
  const change: Partial<Enterprise> = chance.often(0.8)
    ? { businessHours: chance.pick(HOURS) }
    : { kind: chance.pick(['test', 'real', 'real'] as const) };
  return { at, does: 'works', enterprise: chance.pick(devices).enterpriseId, change };
}

/** Sites and hazard sources are an enterprise's: who moves comes to stand at the like of the other one. */
export function atHome(id: string | null, enterprise: string): string | null {
  return id === null ? null : `${enterprise}${id.slice(id.indexOf('-'))}`;
}
