import type { AlarmCommand } from '../../model/entry.ts';
import type { BusinessHours, Enterprise } from '../../model/asset.ts';
import type { Quality } from '../../model/reading.ts';
import type { EscalationDef } from '../../model/profile.ts';
import type { JointCondition, RuleParts } from '../../model/rule.ts';
import { classify } from '../../model/hazard/classify.ts';
import type { SetFactorName, WarningScope } from '../../model/warning.ts';
import { area, catalogue, device, enterprise, hazardSource, limit, measurement, Plant, profile, rule } from './plant.ts';

/** Short histories that contain every kind of entry, outages and changes of configuration; a test library chooses the steps. */

/** @param low of the limit LOW: it may stand for a fault code. */
const points = (hi: number, low: { readonly fault?: string } = {}) => [
  measurement(
    'lel',
    [
      limit('PRE', 'blue', 10, { onDelayMs: 20_000, offDelayMs: 10_000 }),
      limit('L1', 'yellow', hi, { offDelayMs: 15_000 }),
      limit('L2', 'red', 50, { onDelayMs: 3_000, latching: true }),
      limit('LOW', 'yellow', -5, { dir: 'lo', ...low }),
      limit('ROR', 'orange', 10, { dir: 'roc_hi', windowMs: 60_000, deadband: 2, offDelayMs: 5_000, latching: true }),
      limit('FALL', 'blue', hi, { dir: 'roc_lo', windowMs: 20_000, onDelayMs: 4_000 }),
      limit('DEV', 'yellow', 20, { dir: 'dev_hi', reference: 20, referenceFrom: 'status[1] * 10.0' }),
      limit('MANY', 'orange', 3, { dir: 'count_hi', windowMs: 30_000, deadband: 0, offDelayMs: 2_000 }),
      limit('WHEN', 'yellow', hi - 5, {
        onDelayMs: 3_000,
        onlyWhen: 'fire',
        when: '!condition.dry || bit(status[1], 1) || on("lel", "L2")',
      }),
      limit('TURN', 'blue', 'low->high', {
        dir: 'state',
        deadband: 0,
        onDelayMs: 2_000,
        transition: { from: 'lel < 5.0', to: 'lel > 20.0' },
      }),
      limit('BOTH', 'red', 1, {
        dir: 'expr',
        deadband: 0,
        expression: 'lel > 10.0 && (lel > 50.0 || status[1] >= 1.0)',
        offDelayMs: 1_000,
      }),
    ],
    { ucum: '%{LEL}' },
  ),
  measurement(
    'status',
    [
      limit('FIRE', 'orange', 'bit1', { dir: 'state', latching: true, offDelayMs: 5_000 }),
      limit('FAIL', 'yellow', 1, { dir: 'state', deadband: 0 }),
    ],
    { channels: 2 },
  ),
];
/** All that the detectors of rules/health look for. */
const WATCHED = { faults: ['F01', 'F05', 'F07', 'F21'], calibrationDays: 365, lifeDays: 1_095 };
/** What lasts, what others confirm, and what nobody looks at. */
const escalate: readonly EscalationDef[] = [
  {
    when: 'lasts',
    to: 'orange',
    confidence: 'D',
    form: { code: 'FAIL_LASTS', measurement: 'status', of: 'FAIL', afterMs: 30_000, any: [{ kind: 'lasts' }] },
  },
  {
    when: 'confirmed',
    to: 'red',
    confidence: 'D',
    form: {
      code: 'FIRE_CONFIRMED',
      measurement: 'status',
      of: 'FIRE',
      afterMs: 60_000,
      any: [
        {
          kind: 'together',
          in: 'area',
          withinMs: 120_000,
          needs: [{ atLeast: 2, of: ['gas', 'other'].map((profileId) => ({ profileId, measurement: 'status', limit: 'FIRE' })) }],
        },
        { kind: 'unacknowledged', outsideBusinessHours: true },
      ],
    },
  },
];
const PROFILES = {
  v1: [profile('gas', points(25, { fault: 'F09' }), WATCHED), profile('other', points(30).slice(1), { alarmKind: 'fire', escalate })],
  v2: [profile('gas', points(12), WATCHED), profile('other', points(30), { heartbeatMs: 20_000, escalate })],
} as const;

const SCOPE_IDS = { profile: 'gas', enterprise: 'works', device: 'd0' } as const;
/** What people do to an alarm beside its state. */
export const LIFE_OPS = [
  'silence',
  'shelve',
  'shelve',
  'one-shot',
  'until',
  'unshelve',
  'suppress',
  'suppress-for',
  'suppress-alone',
  'unsuppress',
  'out-of-service',
  'out-alone',
  'out-by-two',
  'return-to-service',
  'verify',
] as const;

export type Step =
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'gap'; readonly ms: number }
  /** Five minutes in few ticks. */
  | { readonly do: 'calm' }
  | { readonly do: 'restart'; readonly ms: number }
  | { readonly do: 'clock'; readonly ms: number }
  | {
      readonly do: 'send';
      readonly device: number;
      readonly key: 'lel' | 'status';
      readonly value: number | null;
      readonly quality: Quality;
      readonly stamp: number | null;
      readonly faults: readonly string[] | null;
      readonly digest: number;
      readonly connection: number;
      readonly packet: number;
    }
  /** Five samples of `lel`, 4 s apart, each `by` above the one before. */
  | { readonly do: 'course'; readonly device: number; readonly from: number; readonly by: number }
  | {
      readonly do: 'presence';
      readonly device: number;
      readonly what: 'connected' | 'disconnected' | 'online' | 'offline';
      readonly connection: number;
      readonly clean: boolean;
    }
  | {
      readonly do: 'command';
      readonly op: 'acknowledge' | 'withdraw' | 'reset' | 'comment';
      readonly pick: number;
      readonly stale: boolean;
    }
  | { readonly do: 'life'; readonly op: (typeof LIFE_OPS)[number]; readonly pick: number; readonly short: boolean }
  | { readonly do: 'tables'; readonly on: boolean }
  | { readonly do: 'catalogue'; readonly version: 'v1' | 'v2' }
  | {
      readonly do: 'device';
      readonly device: number;
      readonly profile: 'gas' | 'other';
      readonly mode: 'live' | 'test';
      readonly dry?: boolean;
    }
  | { readonly do: 'retire'; readonly device: number }
  /** Somebody is at work from now for so long every day; null = nobody ever is. */
  | { readonly do: 'hours'; readonly minutes: number | null }
  | { readonly do: 'enterprise'; readonly kind: 'real' | 'test' }
  | {
      readonly do: 'rule';
      readonly scope: 'profile' | 'enterprise' | 'device';
      readonly code: 'PRE' | 'L1' | 'L2' | 'OWN';
      readonly parts: RuleParts;
    }
  | { readonly do: 'retire-rule'; readonly scope: 'profile' | 'enterprise' | 'device'; readonly code: 'PRE' | 'L1' | 'L2' | 'OWN' }
  /** A rule over several points of the hazard source s1. */
  | { readonly do: 'joint'; readonly how: 'votes' | 'drops' | 'expression' | 'retire' }
  | { readonly do: 'system'; readonly code: string; readonly active: boolean }
  | { readonly do: 'place'; readonly device: number; readonly source: string | null }
  /** To another enterprise, one whose alarms ring again soon, and back. */
  | { readonly do: 'move'; readonly device: number; readonly to: 'works' | 'mill' }
  | { readonly do: 'district'; readonly area: string | null; readonly kind: 'real' | 'test' }
  | { readonly do: 'classify'; readonly source: string; readonly tonnes: number }
  | { readonly do: 'retire-source'; readonly source: string }
  | {
      readonly do: 'factor';
      readonly scope: WarningScope;
      readonly factor: SetFactorName;
      readonly value: number | null;
      readonly ms: number;
    }
  /** A reading that comes through the gateway, the gateway's own connection, and the dates of a device. */
  | { readonly do: 'through'; readonly device: number; readonly value: number }
  | { readonly do: 'gateway'; readonly what: 'connected' | 'disconnected'; readonly connection: number }
  /** It speaks so seldom from now on. */
  | { readonly do: 'heartbeat'; readonly device: number; readonly ms: number }
  | { readonly do: 'dates'; readonly device: number; readonly days: number }
  | { readonly do: 'hostile' };

const GATEWAY = { id: 'gw', name: 'gw', enterpriseId: 'works', revision: 0, createdAt: 0, updatedAt: 0, retiredAt: null };

const sends = (device: number, value: number): Step => ({
  do: 'send',
  device,
  key: 'lel',
  value,
  quality: 'good',
  stamp: null,
  faults: null,
  digest: device * 1_000 + value,
  connection: 1,
  packet: 1,
});
const passes = (ms: number): Step => ({ do: 'pass', ms });
const does = (op: (typeof LIFE_OPS)[number], pick: number, short = false): Step => ({ do: 'life', op, pick, short });

/** A history in which an alarm lives through everything that people and times can do to it. The second device's alarm is 0, the first's 1. */
export const LIVED: readonly Step[] = [
  { do: 'tables', on: true },
  sends(1, 26),
  sends(0, 26),
  passes(70_000),
  does('silence', 1),
  ...[1, 2, 3, 4, 5].map(() => passes(400_000)),
  does('shelve', 1),
  does('unshelve', 1),
  does('until', 1),
  does('until', 1, true),
  passes(400_000),
  does('shelve', 1),
  passes(400_000),
  passes(400_000),
  does('one-shot', 1),
  sends(0, 0),
  passes(16_000),
  sends(0, 26),
  does('shelve', 1),
  does('suppress-alone', 1),
  does('out-alone', 1),
  sends(0, 60),
  passes(4_000),
  does('suppress', 1),
  does('unsuppress', 1),
  does('out-of-service', 1),
  does('return-to-service', 1),
  does('out-of-service', 1, true),
  { do: 'command', op: 'acknowledge', pick: 1, stale: false },
  passes(70_000),
  does('suppress-for', 1),
  passes(400_000),
  { do: 'restart', ms: 60_000 },
  passes(400_000),
  does('suppress-for', 1, true),
  { do: 'clock', ms: -600_000 },
  passes(70_000),
  does('verify', 1),
  { do: 'restart', ms: 300_000 },
  { do: 'clock', ms: 86_400_000 },
  passes(4_000),
];

const stamped = (device: number, value: number, stamp: number): Step => ({ ...sends(device, value), do: 'send', stamp }) as Step;

/** A vote of two at a hazard source, over a restart and a move of one of the two to another enterprise: whatever chance draws, it is in. */
export const VOTED: readonly Step[] = [
  ...[0, 1].map((n): Step => ({ do: 'place', device: n, source: 's1' })),
  { do: 'joint', how: 'votes' },
  sends(0, 26),
  sends(1, 26),
  passes(4_000),
  { do: 'move', device: 1, to: 'mill' },
  passes(70_000),
  { do: 'restart', ms: 16_000 },
  { do: 'move', device: 1, to: 'works' },
  sends(0, 0),
  passes(12_000),
];

const says = (device: number, value: number): Step => ({ ...sends(device, value), do: 'send', key: 'status' }) as Step;

/** A history in which alarms rise by lasting, by others and by nobody looking, and business hours end meanwhile. */
export const ESCALATED: readonly Step[] = [
  { do: 'hours', minutes: 2 },
  says(3, 1),
  passes(20_000),
  { do: 'restart', ms: 16_000 },
  passes(12_000),
  says(3, 0),
  says(3, 2),
  passes(70_000),
  { do: 'command', op: 'acknowledge', pick: 0, stale: false },
  { do: 'command', op: 'withdraw', pick: 0, stale: false },
  passes(70_000),
  says(3, 0),
  passes(12_000),
  { do: 'command', op: 'acknowledge', pick: 0, stale: false },
  { do: 'command', op: 'reset', pick: 0, stale: false },
  { do: 'place', device: 0, source: 's1' },
  says(0, 2),
  passes(4_000),
  says(3, 2),
  { do: 'place', device: 3, source: 's1' },
  { do: 'restart', ms: 30_000 },
  passes(12_000),
];

/** The n-th report about a point that has died, or that lives again. */
const dies = (n: number, key: 'lel' | 'status', value: number | null, faults: readonly string[] | null): Step => ({
  do: 'send',
  device: 0,
  key,
  value,
  quality: value === null ? 'bad' : 'good',
  stamp: null,
  faults,
  digest: 50_000 + n,
  connection: 1,
  packet: 10 + n,
});

/** A history in which a fault of the whole device explains one point, is shelved and acknowledged, and another point dies after it. */
export const EXPLAINED: readonly Step[] = [
  dies(1, 'status', 0, null),
  dies(2, 'lel', null, ['F03']),
  passes(4_000),
  does('shelve', 0),
  { do: 'command', op: 'acknowledge', pick: 0, stale: false },
  { do: 'restart', ms: 16_000 },
  dies(3, 'lel', null, ['F03']),
  dies(4, 'status', null, ['F03']),
  passes(4_000),
  dies(5, 'lel', 1, null),
  dies(6, 'lel', null, null),
  { do: 'restart', ms: 16_000 },
  does('unshelve', 0),
  dies(7, 'status', null, []),
  dies(8, 'status', null, ['F03']),
  dies(9, 'status', 0, []),
  dies(10, 'lel', 1, []),
  passes(4_000),
];

/** The n-th word of a point that somebody works on, or of one that is judged again. */
const works = (n: number, quality: Quality, stamp: number | null = null): Step => ({
  do: 'send',
  device: 0,
  key: 'lel',
  value: quality === 'bad' ? null : 1,
  quality,
  stamp,
  faults: null,
  digest: 60_000 + n,
  connection: 1,
  packet: 10 + n,
});

/** A history in which work on a sensor is forgotten: bad in between, over a restart and an outage, in a late batch, asked about, and ended. */
export const FORGOTTEN: readonly Step[] = [
  ...[0, 1, 2].flatMap((n) => [works(n, 'good', 0), passes(1_000)]),
  works(3, 'maintenance', 0),
  { do: 'gap', ms: 14_000_000 },
  works(4, 'bad', 0),
  { do: 'restart', ms: 14_000_000 },
  works(5, 'test', 0),
  passes(810_000),
  works(6, 'maintenance', -100_000),
  passes(6_000),
  { do: 'device', device: 0, profile: 'other', mode: 'live' },
  { do: 'device', device: 0, profile: 'gas', mode: 'live' },
  does('shelve', 0),
  { do: 'restart', ms: 16_000 },
  works(7, 'bad', 0),
  works(8, 'substituted', 0),
  passes(4_000),
  works(9, 'maintenance', 0),
  { do: 'gap', ms: 29_000_000 },
  works(10, 'maintenance', 0),
  { do: 'retire', device: 0 },
];

const calm: Step = { do: 'calm' };
/** A history in which we are away again and again while a device is waited for: it is silent ten minutes after the last time, and speaks. */
export const PAUSED: readonly Step[] = [
  { do: 'heartbeat', device: 0, ms: 240_000 },
  sends(0, 1),
  calm,
  { do: 'restart', ms: 16_000 },
  calm,
  { do: 'gap', ms: 16_000 },
  calm,
  { do: 'restart', ms: 300_000 },
  calm,
  calm,
  sends(0, 2),
];

/** So many hours in few ticks. */
const hours = (n: number): readonly Step[] => Array.from({ length: Math.round((n * 3_600_000) / (21 * 14_500)) }, () => ({ do: 'calm' }));
/** The n-th word of the status of a device whose gas never comes. */
const talksOn = (n: number): Step => ({ ...says(0, 0), do: 'send', digest: 70_000 + n, packet: 10 + n }) as Step;

/** A history in which a point never speaks while its device does: over a restart and a silence, listed, missed, and heard at last. */
export const NEVER_HEARD: readonly Step[] = [
  { do: 'heartbeat', device: 0, ms: 10_800_000 },
  talksOn(1),
  ...hours(5),
  { do: 'restart', ms: 3_600_000 },
  talksOn(2),
  ...hours(5),
  talksOn(3),
  { do: 'rule', scope: 'device', code: 'OWN', parts: { level: 'red', setPoint: 70 } },
  ...hours(10),
  talksOn(4),
  ...hours(7),
  talksOn(5),
  ...hours(7.5),
  { do: 'restart', ms: 16_000 },
  works(11, 'bad'),
  passes(4_000),
];

/** A history in which alarms of one hazard source come one after the other, the mark of the first moves, and it outlives its alarm. */
export const GROUPED: readonly Step[] = [
  ...[0, 1, 2].map((n): Step => ({ do: 'place', device: n, source: 's1' })),
  // Three good stamps: then the platform knows that this device's clock is right, and that a later sample was under way.
  ...[1, 2, 3].flatMap((n) => [stamped(0, n / 10, 0), passes(1_000)]),
  sends(1, 26),
  passes(1_000),
  stamped(0, 26, -2_500),
  sends(2, 26),
  passes(4_000),
  { do: 'command', op: 'acknowledge', pick: 1, stale: false },
  { do: 'command', op: 'withdraw', pick: 1, stale: false },
  sends(0, 0),
  passes(16_000),
  { do: 'command', op: 'acknowledge', pick: 1, stale: false },
  sends(0, 27),
  passes(1_000),
  { do: 'command', op: 'acknowledge', pick: 2, stale: false },
  sends(0, 1),
  passes(16_000),
  { do: 'command', op: 'acknowledge', pick: 0, stale: false },
  { do: 'command', op: 'acknowledge', pick: 1, stale: false },
  sends(1, 0),
  sends(2, 0),
  passes(16_000),
  sends(1, 28),
  { do: 'restart', ms: 30_000 },
  sends(2, 28),
];

/** A plant with four devices and a gateway's worth of trouble ahead. */
export function beginning(): Plant {
  const plant = new Plant().setUp(
    [...PROFILES.v1],
    [0, 1, 2, 3].map((n) =>
      device(`d${n}`, n === 3 ? 'other' : 'gas', { heartbeatMs: 20_000, conditions: n === 2 ? {} : { dry: n === 1 } }),
    ),
  );
  plant.place('area', area('district'));
  plant.place('area', area('street', 'district'));
  plant.place('hazard-source', hazardSource('s1'));
  plant.place('enterprise', enterprise('works', { areaId: 'street' }));
  plant.place('enterprise', enterprise('mill', { alarmPolicy: { rearmMs: { red: 20_000, yellow: 45_000, blue: 45_000 } } }));
  plant.config({ op: 'put', asset: 'gateway', base: 0, value: GATEWAY });
  return plant;
}

/** Plays one step; what it cannot do now (a retired device, no alarm to pick) is played all the same and refused by the engine. */
export function play(plant: Plant, step: Step): void {
  const { view } = plant.engine;
  switch (step.do) {
    case 'pass':
      plant.pass(step.ms);
      return;
    case 'gap':
      plant.mono += step.ms;
      plant.apply({ kind: 'tick' });
      return;
    case 'calm':
      for (let n = 0; n < 21; n += 1) {
        plant.mono += 14_500;
        plant.apply({ kind: 'tick' });
      }
      return;
    case 'restart':
      plant.apply({ kind: 'stop' });
      plant.restart(step.ms);
      return;
    case 'clock':
      plant.offset += step.ms;
      return;
    case 'send': {
      const id = `d${step.device}`;
      const values = [plant.value(step.key, step.value, { quality: step.quality, channel: step.key === 'status' ? 1 : null })];
      const sample = plant.sample(id, values, step.stamp, step.faults ?? undefined);
      plant.message(id, [sample], { digest: step.digest, connection: step.connection, nth: step.packet, packetId: step.packet });
      return;
    }
    case 'course':
      for (let i = 0; i < 5; i += 1) {
        plant.mono += 4_000;
        plant.send(`d${step.device}`, 'lel', step.from + i * step.by);
      }
      return;
    case 'presence': {
      const id = `d${step.device}`;
      plant.apply({
        kind: 'presence',
        credential: id,
        device: id,
        client: `${id}/c`,
        connection: step.connection,
        what: step.what,
        clean: step.clean,
      });
      return;
    }
    case 'command': {
      const open = [...view.openAlarms()];
      const alarm = open[step.pick % Math.max(1, open.length)];
      plant.command(commandOf(step.op, alarm?.id ?? '1-0', step.stale ? 0 : (alarm?.seq ?? 0)));
      return;
    }
    case 'life': {
      const known = [...view.openAlarms(), ...view.restingAlarms()];
      plant.command(lifeCommand(step.op, known[step.pick % Math.max(1, known.length)]?.id ?? '1-0', step.short, plant.now));
      return;
    }
    case 'tables':
      plant.config({
        op: 'put',
        asset: 'enterprise',
        base: view.assets('enterprise').get('works')?.revision ?? 0,
        value: enterprise('works', step.on ? TABLES : {}),
      });
      return;
    case 'catalogue':
      plant.config({ op: 'catalogue', catalogue: catalogue(step.version, PROFILES[step.version]) });
      return;
    case 'device':
      plant.put(device(`d${step.device}`, step.profile, { mode: step.mode, heartbeatMs: 20_000, conditions: { dry: step.dry ?? false } }));
      return;
    case 'hours':
      plant.place('enterprise', enterprise('works', step.minutes === null ? {} : { businessHours: [hoursFrom(plant.now, step.minutes)] }));
      return;
    case 'retire':
      plant.config({ op: 'retire', asset: 'device', id: `d${step.device}`, base: null });
      return;
    case 'enterprise':
      plant.config({
        op: 'put',
        asset: 'enterprise',
        base: view.assets('enterprise').get('works')?.revision ?? 0,
        value: enterprise('works', { kind: step.kind }),
      });
      return;
    case 'rule': {
      const { scope, code } = step;
      const parts = code === 'OWN' ? ({ level: 'orange', setPoint: 40, deadband: 1, basis: 'own', ...step.parts } as const) : step.parts;
      const about = { scope, scopeId: SCOPE_IDS[scope], code, adds: code === 'OWN' ? 'hi' : null, reason: 'why' } as const;
      plant.rule(rule(`${scope}-${code}`, parts, about));
      return;
    }
    case 'retire-rule':
      plant.config({ op: 'retire', asset: 'rule', id: `${step.scope}-${step.code}`, base: null });
      return;
    case 'joint': {
      if (step.how === 'retire') {
        plant.config({ op: 'retire', asset: 'rule', id: 's1-joint', base: null });
        return;
      }
      const joint: JointCondition =
        step.how === 'expression'
          ? { expression: 'value("d0", "lel") > 20.0 || on("d1", "lel", "L2")' }
          : { vote: { atLeast: 2, of: { profileId: 'gas', measurement: 'lel' }, when: { limit: 'L1' }, bad: step.how } };
      const about = { scope: 'hazard-source', scopeId: 's1', profileId: null, measurement: null, code: 'JOINT', joint } as const;
      plant.rule(rule('s1-joint', { level: 'red', basis: 'own', onDelayMs: 2_000, latching: true }, about));
      return;
    }
    case 'system':
      plant.apply({ kind: 'system', code: step.code, active: step.active, level: 'orange' });
      return;
    case 'place': {
      const standing = view.assets('device').get(`d${step.device}`);
      if (standing !== undefined) plant.put({ ...standing, hazardSourceId: step.source });
      return;
    }
    case 'move': {
      const standing = view.assets('device').get(`d${step.device}`);
      if (standing !== undefined) plant.put({ ...standing, enterpriseId: step.to });
      return;
    }
    case 'district':
      plant.place('enterprise', enterprise('works', { areaId: step.area, kind: step.kind }));
      return;
    case 'classify': {
      const found = classify([{ substance: 'ammonia', designMaximumT: step.tonnes }], 60);
      if (found.ok)
        plant.place('hazard-source', hazardSource(step.source, { classification: { ...found.classification, at: 0, by: 'li' } }));
      return;
    }
    case 'retire-source':
      plant.config({ op: 'retire', asset: 'hazard-source', id: step.source, base: null });
      return;
    case 'factor':
      plant.factor(
        step.scope,
        { 'hazard-source': 's1', enterprise: 'works', area: 'district' }[step.scope],
        step.factor,
        step.value,
        step.ms,
      );
      return;
    case 'through': {
      const id = `d${step.device}`;
      plant.message(id, [plant.sample(id, [plant.value('lel', step.value)])], { credential: 'gw', client: 'gw/c', connection: 9 });
      return;
    }
    case 'gateway':
      plant.apply({
        kind: 'presence',
        credential: 'gw',
        device: null,
        client: 'gw/c',
        connection: step.connection,
        what: step.what,
        clean: false,
      });
      return;
    case 'heartbeat': {
      const standing = view.assets('device').get(`d${step.device}`);
      if (standing !== undefined) plant.put({ ...standing, heartbeatMs: step.ms });
      return;
    }
    case 'dates':
      plant.put(device(`d${step.device}`, 'gas', { heartbeatMs: 20_000, calibratedAt: plant.now - step.days * 86_400_000 }));
      return;
    case 'hostile':
      plant.message(
        'd0',
        JSON.parse(
          '[{"device":"d0","sampleAt":0,"stampedAt":null,"values":[{"measurement":"lel","channel":null,"value":60,"quality":"good"}]}]',
        ),
      );
      return;
  }
}

/** In local time, which is that of Shanghai. */
function hoursFrom(now: number, minutes: number): BusinessHours {
  const begins = Math.floor(now / 60_000) + 480;
  const text = (at: number): string => [Math.floor(at / 60) % 24, at % 60].map((n) => String(n).padStart(2, '0')).join(':');
  return { days: [1, 2, 3, 4, 5, 6, 7], from: text(begins), to: text(begins + minutes) };
}

/** The first device's gas hides what the others say of theirs, its silence hides all of the second; alarms ring again soon. */
const TABLES: Partial<Enterprise> = {
  causes: [
    { id: 'gas', cause: { device: 'd0', ladder: 'hi' }, hides: [1, 2].map((n) => ({ device: `d${n}`, ladder: 'hi' })) },
    { id: 'silent', cause: { device: 'd0', ladder: 'F01' }, hides: [{ device: 'd1' }] },
  ],
  alarmPolicy: { rearmMs: { red: 30_000, yellow: 60_000 }, firstResponseMs: { yellow: 90_000 } },
};

function lifeCommand(op: (typeof LIFE_OPS)[number], alarmId: string, short: boolean, now: number): AlarmCommand {
  switch (op) {
    case 'until':
      return { op: 'shelve', alarmId, until: now + (short ? 90_000 : 0), reason: 'known', approvedBy: 'li' };
    case 'shelve':
      return { op, alarmId, minutes: short ? 1 : 10, reason: 'known', approvedBy: 'li' };
    case 'one-shot':
      return { op: 'shelve', alarmId, oneShot: true, reason: 'known', approvedBy: 'li' };
    case 'suppress':
      return { op, alarmId, reason: 'pump is off' };
    case 'suppress-for':
      return { op: 'suppress', alarmId, reason: 'pump is off', minutes: short ? 1 : 10, approvedBy: 'li' };
    case 'suppress-alone':
      return { op: 'suppress', alarmId, reason: 'pump is off', minutes: 480, belowRed: true };
    case 'out-alone':
      return { op: 'out-of-service', alarmId, permit: 'P-2', reason: 'work', belowRed: true };
    case 'out-by-two':
      return { op: 'out-of-service', alarmId, permit: 'P-3', reason: 'work', until: now + (short ? 60_000 : 600_000), approvedBy: 'li' };
    case 'out-of-service':
      return { op, alarmId, permit: 'P-1', reason: 'work', ...(short ? { until: now + 60_000 } : {}) };
    case 'verify':
      return { op, alarmId, as: 'false' };
    default:
      return { op, alarmId };
  }
}

function commandOf(op: 'acknowledge' | 'withdraw' | 'reset' | 'comment', alarmId: string, seen: number): AlarmCommand {
  if (op === 'acknowledge') return { op, alarmId, seen };
  return op === 'comment' ? { op, alarmId, comment: 'looked at' } : { op, alarmId };
}
