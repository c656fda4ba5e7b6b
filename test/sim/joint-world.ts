// Hazard sources with several points and rules over them: who is there, what votes, what an expression asks, and what engineers do to it.
import type { Device } from '../../model/asset.ts';
import type { MeasurementDef } from '../../model/profile.ts';
import type { JointCondition, PointName, RuleParts, Vote, VoteTest } from '../../model/rule.ts';
import type { Quality } from '../../model/reading.ts';
import type { Act, JointBrief, WorldAct } from './acts.ts';
import type { PointRules } from './auditor/limits.ts';
import type { Chance } from './chance.ts';
import { deviceOf, DRIVE_FACTS, ENTERPRISES, VESSEL_ATTRIBUTES } from './plant.ts';

const KINDS = ['sim.ladder', 'sim.latch', 'sim.pulse', 'sim.states', 'sim.channels', 'sim.when', 'sim.when', 'sim.attribute'] as const;

export interface JointPlace {
  readonly device: Device;
  readonly point: PointRules;
  readonly def: MeasurementDef;
}

/** Several of a kind at one hazard source, now and then one that is not there yet, and one of another kind. */
export function jointCast(chance: Chance, silence: boolean): readonly Device[] {
  const kind = chance.pick(KINDS);
  const enterpriseId = chance.pick(ENTERPRISES);
  const home = `${enterpriseId}-tank`;
  const count = chance.whole(2, 4);
  const heartbeat = (): Partial<Device> => (silence ? { heartbeatMs: chance.pick([5_000, 20_000, 25_000]) } : {});
  const make = (n: number, profileId: string, hazardSourceId: string | null): Device => {
    const facts = profileId === 'sim.attribute' ? { attributes: VESSEL_ATTRIBUTES } : profileId === 'sim.when' ? DRIVE_FACTS : {};
    return deviceOf('abcdef'[n] ?? '', profileId, { enterpriseId, hazardSourceId, ...heartbeat(), ...facts });
  };
  return [
    ...Array.from({ length: count }, (_, n) => make(n, kind, home)),
    ...(chance.often(0.4) ? [make(count, kind, null)] : []),
    ...(chance.often(0.4) ? [make(5, chance.pick(KINDS), home)] : []),
  ];
}

/** One or two rules of a hazard source. */
export function jointsOf(chance: Chance, places: readonly JointPlace[]): readonly JointBrief[] {
  const here = places.filter(({ device }) => device.hazardSourceId !== null);
  const source = here[0]?.device.hazardSourceId ?? null;
  if (source === null) return [];
  const parts = (): RuleParts => ({
    level: chance.pick(['yellow', 'orange', 'red'] as const),
    onDelayMs: chance.pick([0, 0, 2_000]),
    offDelayMs: chance.pick([0, 0, 3_000]),
    latching: chance.often(0.3),
    basis: 'simulated world',
  });
  const vote = chance.often(0.75) ? [{ source, code: 'VOTE', joint: { vote: voteOf(chance, here) }, parts: parts() }] : [];
  const text = vote.length === 0 || chance.often(0.4) ? [{ source, code: 'TEXT', ...textOf(chance, here, parts()) }] : [];
  return [...vote, ...text];
}

function voteOf(chance: Chance, here: readonly JointPlace[]): Vote {
  const { profileId } = (here[0] as JointPlace).device;
  const like = here.filter(({ device }) => device.profileId === profileId);
  const { point, def } = chance.pick(like);
  const { measurement, channel } = point;
  const voters = like.filter((place) => place.point.measurement === measurement);
  const plain = point.rules.filter(isPlain);
  const { code, limit } = chance.pick(plain.length === 0 ? point.rules : plain);
  const dir = def.limits.find((one) => one.code === code)?.dir;
  const own: VoteTest =
    (dir === 'hi' || dir === 'lo') && typeof limit === 'number'
      ? { dir, setPoint: limit, deadband: chance.pick([1, 3, 5]) }
      : { dir: 'state', setPoint: limit ?? 0 };
  return {
    atLeast: chance.whole(1, voters.length),
    of: chance.often(0.3) ? { profileId, measurement, ...(channel === null ? {} : { channel }) } : voters.map(nameOf),
    when: plain.length > 0 && chance.often(0.4) ? { limit: code } : own,
    bad: chance.pick(['votes', 'drops'] as const),
  };
}

function nameOf({ device, point: { measurement, channel } }: JointPlace): PointName {
  return { device: device.id, measurement, ...(channel === null ? {} : { channel }) };
}

/** By its own value alone. */
function isPlain(rule: PointRules['rules'][number]): boolean {
  return !rule.conditional && !rule.derived && rule.countsOverMs === undefined;
}

function textOf(
  chance: Chance,
  here: readonly JointPlace[],
  parts: RuleParts,
): { readonly joint: JointCondition; readonly parts: RuleParts } {
  const value = ({ device, point: { measurement, channel } }: JointPlace): string =>
    `value("${device.id}", "${measurement}"${channel === null ? '' : `, ${channel}`})`;
  const numeric = here.filter(({ def, point }) => def.valueType === 'number' && point.rules.some(({ limit }) => typeof limit === 'number'));
  const levelOf = ({ point }: JointPlace): number =>
    Number(chance.pick(point.rules.filter(({ limit }) => typeof limit === 'number')).limit);
  if (numeric.length > 1 && chance.often(0.35)) {
    const [a, b] = [chance.pick(numeric), chance.pick(numeric)];
    const setPoint = levelOf(a);
    const expression = chance.pick([
      `max(${value(a)}, ${value(b)})`,
      `(${value(a)} + ${value(b)}) * 0.5`,
      `abs(${value(a)} - ${value(b)})`,
      `min(${value(a)}, ${value(b)})`,
    ]);
    const compare = chance.pick(['hi', 'hi', 'lo'] as const);
    return { joint: { expression, compare }, parts: { ...parts, setPoint, deadband: chance.pick([0, 2, 5]) } };
  }
  const leaf = (): string => {
    const place = chance.pick(here);
    const { device, point, def } = place;
    const limits = point.channel === null ? point.rules.filter(isPlain) : [];
    if (limits.length > 0 && chance.often(0.4)) return `on("${device.id}", "${point.measurement}", "${chance.pick(limits).code}")`;
    if (device.profileId === 'sim.when' && chance.often(0.6))
      return chance.pick([`condition("${device.id}", "under_test")`, `${value(place)} >= attribute("${device.id}", "least_speed")`]);
    if (def.valueType === 'boolean') return `is("${device.id}", "${point.measurement}")`;
    if (def.valueType === 'number' && chance.often(0.2)) return `${value(place)} > asset.common_limit`;
    const level = def.valueType === 'number' && numeric.includes(place) ? levelOf(place) : 1;
    return `${value(place)} ${chance.pick(['>', '>=', '>=', '<', '<='])} ${level.toFixed(1)}`;
  };
  const tree = (depth: number): string => {
    if (depth === 0 || chance.often(0.2)) return leaf();
    const [a, b] = [tree(depth - 1), tree(depth - 1)];
    return chance.pick([`(${a} && ${b})`, `(${a} || ${b})`, `(${a} && !(${b}))`, `(${a} || ${b})`]);
  };
  const text = tree(2);
  // A rule must read a point: what is filled in alone is none.
  const expression = /\b(value|is|on)\(/.test(text) ? text : `${text} && ${value(chance.pick(here))} > 0.0`;
  return { joint: { expression }, parts };
}

/** A detector dies, another one sees gas, and somebody comes to repair the dead one. In any order, and the dead one may come back. */
export function repair(chance: Chance, at: number, places: readonly JointPlace[]): readonly Act[] {
  const here = places.filter(
    ({ device, point }) => device.hazardSourceId !== null && point.rules.some(({ limit }) => typeof limit === 'number'),
  );
  const dead = here[0] === undefined ? undefined : chance.pick(here);
  const like = here.filter(({ device, point }) => device.id !== dead?.device.id && point.measurement === dead?.point.measurement);
  if (dead === undefined || like.length === 0) return [];
  const says = ({ device, point }: JointPlace, nth: number, quality: Quality, more = 0): Act => {
    const limit = Number(chance.pick(point.rules.filter((rule) => typeof rule.limit === 'number')).limit);
    const { measurement, channel } = point;
    const values = [{ measurement, channel, value: limit + more, quality, flags: quality === 'bad' ? (['sensor'] as const) : [] }];
    return { at: at + nth * chance.pick([1, 300, 1_000]), does: 'publish', device: device.id, qos: 1, samples: [{ ageMs: null, values }] };
  };
  const first = [says(dead, 0, 'bad'), says(chance.pick(like), 1, 'good')];
  const work = says(dead, 2, chance.pick(['maintenance', 'maintenance', 'test'] as const), 30);
  const last = chance.often(0.3) ? [says(dead, 3, 'good', chance.pick([-30, 0, 30]))] : [];
  return [...(chance.often(0.8) ? first : first.slice(1)), work, ...last];
}

/** What engineers do at a hazard source: devices leave it and come back, are tried out, are worked on; rules are written anew. */
export function jointChange(chance: Chance, device: Device, home: string, rules: readonly JointBrief[]): WorldAct {
  const configure = (change: Partial<Device>): WorldAct => ({ does: 'configure', device: device.id, change });
  if (chance.often(0.25)) return rewritten(chance, chance.pick(rules));
  const reads = rules.some(({ joint }) => 'expression' in joint && joint.expression.includes('asset.'));
  if (reads && chance.often(0.3)) {
    const attributes = chance.pick([{}, { common_limit: 25 }, { common_limit: chance.pick([5, 20, 30, 50, 70]) }]);
    return { does: 'source', source: home, attributes };
  }
  if (device.profileId === 'sim.when' && chance.often(0.5))
    return chance.pick([
      configure({ conditions: { under_test: chance.often(0.5) } }),
      configure({ attributes: { least_speed: chance.pick([15, 20, 25, 90]) } }),
      configure({ attributes: {} }),
      configure(DRIVE_FACTS),
    ]);
  return chance.pick([
    configure({ hazardSourceId: null }),
    configure({ hazardSourceId: home }),
    configure({ hazardSourceId: home }),
    configure({ mode: chance.pick(['live', 'live', 'test', 'commissioning'] as const) }),
  ]);
}

function rewritten(chance: Chance, brief: JointBrief): WorldAct {
  const { joint, parts } = brief;
  if (chance.often(0.15)) return { does: 'rule', rule: { ...brief, parts: { ...parts, enabled: false } } };
  if (chance.often(0.1)) return { does: 'retire-rule', source: brief.source, code: brief.code };
  if (!('vote' in joint) || chance.often(0.3)) return { does: 'rule', rule: brief };
  const { vote } = joint;
  const changed = chance.pick<Partial<Vote>>([
    { atLeast: chance.whole(1, 4) },
    { bad: 'votes' },
    { bad: 'drops' },
    ...(Array.isArray(vote.of) && vote.of.length > 1 ? [{ of: vote.of.slice(1) }] : []),
  ]);
  return { does: 'rule', rule: { ...brief, joint: { vote: { ...vote, ...changed } } } };
}
