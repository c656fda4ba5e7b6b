// Makes the script of a world from its seed: who is there, what the sensors see, what the line, the clocks, the operators and the
// engineers do to it. Every kind of trouble is in about half of the worlds, so that some worlds are all of one kind.
import type { AlarmSelector, CauseLine, Device } from '../../model/asset.ts';
import type { MeasurementDef, Profile } from '../../model/profile.ts';
import type { Quality, SampleValue, Value } from '../../model/reading.ts';
import type { Act, AlarmName, ByHand, JointBrief, Script, Seen, WorldAct } from './acts.ts';
import { ailmentsOf, type Ailments, foldingOf, lossesOf } from './ailments.ts';
import { pointsOf, type PointRules } from './auditor/limits.ts';
import { calmsOf } from './calms.ts';
import { type Chance, createChance } from './chance.ts';
import { pausesOf } from './pauses.ts';
import { coursesOf, isRated } from './plant-rates.ts';
import { MOVED_CAST, movedWhileBad } from './moved-while-bad.ts';
import { moveLimit } from './moved-limits.ts';
import { isRising, risingAct, risingCast, risingChange } from './plant-rising.ts';
import { attentive, worksOf } from './maintenance.ts';
import { neverHeardOf } from './never-heard.ts';
import { jointCast, jointChange, jointsOf, repair } from './joint-world.ts';
import { peopleOf } from './factors.ts';
import { datesOf } from './plant-sick.ts';
import { driftsOf } from './drifts.ts';
import { deviceOf, DRIVE_FACTS, ENTERPRISES, profileOf, READ_VALUES, VESSEL_ATTRIBUTES } from './plant.ts';

const CAST = ['sim.ladder', 'sim.latch', 'sim.states', 'sim.channels', 'sim.attribute', 'sim.pulse', 'sim.when', 'sim.derived'] as const;
/** Those whose sensors fall ill. */
const FOLDING_CAST = ['sim.pellistor', 'sim.pellistor', 'gas.combustible.point.industrial'] as const;
const PROBE_CAST = ['sim.probe', 'sim.probe', 'sim.pulse'] as const;
const SICK_CAST = ['sim.battery', 'sim.battery', 'sim.channels', 'sim.latch', 'sim.when'] as const;
/** Those judged by how fast their values rise and fall. */
const RATE_CAST = ['sim.rate', 'sim.rate', 'sim.rate', 'sim.latch', 'sim.ladder'] as const;
const STILL_PROFILE = 'sim.still';
const DRIFT_CAST = ['sim.drifter'] as const;
const STILL_CAST = [STILL_PROFILE, STILL_PROFILE, STILL_PROFILE, 'sim.latch'] as const;
/** Those that somebody works on for hours. */
const WORKS_CAST = ['sim.latch', 'sim.ladder', 'sim.channels', 'sim.pulse', 'sim.states'] as const;
const GUESTS = [
  'fire.uitd',
  'gas.combustible.point.industrial',
  'gas.oxygen',
  'fire.electrical',
  'steel.gas_holder',
  'coal.methane',
] as const;
const OPERATORS = ['li', 'wang', 'zhao'] as const;

/** Kinds of trouble a world may have. */
const TROUBLES = [
  'quality',
  'cuts',
  'losses',
  'crashes',
  'freezes',
  'server-clock',
  'changes',
  'retiring',
  'operators',
  'suppression',
  'gateway',
  'system',
  'snapshots',
  'stamps',
  'backlogs',
  'causes',
  'silence',
] as const;
/** Kinds of trouble that came later. Each is drawn by itself, so that a seed without them is the world it was. */
const ILLS = [
  'faults',
  'over-range',
  'lost-points',
  'rates',
  'calms',
  'late-faults',
  'maintenance',
  'never-heard',
  'factors',
  'moved-while-bad',
  'drifts',
  'pauses',
] as const;
const ILL_SHARE: Readonly<Record<(typeof ILLS)[number], number>> = {
  faults: 0.25,
  'over-range': 0.06,
  'lost-points': 0.06,
  rates: 0.08,
  calms: 0.07,
  'late-faults': 0.12,
  maintenance: 0.06,
  // Of more than a day: each is thousands of ticks.
  'never-heard': 0.003,
  // Of hours: each is hundreds of ticks.
  pauses: 0.01,
  factors: 0.06,
  'moved-while-bad': 0.05,
  // Of a day and a half.
  drifts: 0.03,
};
export type Trouble = (typeof TROUBLES)[number] | (typeof ILLS)[number];

const NOT_FOR_HOURS: readonly Trouble[] = ['stamps', 'backlogs', 'silence', 'server-clock', 'causes'];
/** Farther than any sample may be late, ms. */
const FAR_BEHIND_MS = 600_000;
/** No longer than what is our own outage, and as long as it may be: there are thousands of them. */
const SELDOM_TICKS_MS = 14_900;

interface Place {
  readonly device: Device;
  readonly profile: Profile;
  readonly point: PointRules;
  readonly def: MeasurementDef;
}

/**
 * @param only the kinds of trouble it has, where chance is not to say it
 * @param length how many acts, about
 */
export function worldOf(seed: number, only: readonly Trouble[] | null = null, length = 80): Script {
  const chance = createChance(seed);
  const drawn: readonly Trouble[] = [
    ...TROUBLES.filter(() => chance.often(0.5)),
    ...ILLS.filter((ill) => chance.branch(ill).often(ILL_SHARE[ill])),
  ];
  const troubles = new Set<Trouble>(only ?? drawn);
  if (troubles.has('never-heard')) {
    const day = neverHeardOf(chance.branch('never heard'), troubles.has('crashes'), troubles.has('silence'));
    return { seed, ...day, tickEveryMs: SELDOM_TICKS_MS };
  }
  if (troubles.has('pauses')) {
    const paused = pausesOf(chance.branch('pauses'), troubles.has('crashes'));
    return { seed, ...paused, tickEveryMs: SELDOM_TICKS_MS };
  }
  // What the clocks of devices show is predicted exactly where nothing else is wrong with time: no sample comes late by a loss, and our own
  // clock does not step while nobody is there to notice.
  if (troubles.has('stamps'))
    for (const other of ['losses', chance.pick(['crashes', 'server-clock'] as const)] as const) troubles.delete(other);
  // What was kept in an outage of our own has no certain time.
  if (troubles.has('backlogs')) for (const other of ['crashes', 'freezes', 'server-clock'] as const) troubles.delete(other);
  // One trouble of sensors at a time.
  if (troubles.has('faults') || troubles.has('over-range')) troubles.delete('lost-points');
  // Nor when a fault began that is told in one.
  if (troubles.has('faults') || troubles.has('over-range')) troubles.delete('backlogs');
  // Dates go by the calendar.
  if (troubles.has('over-range')) troubles.delete('server-clock');
  // Nor can be said what a cause hides that may have come or gone inside a backlog.
  if (troubles.has('causes')) troubles.delete('backlogs');
  // Ends by wall time, over a restart after our clock was set forward, are known to come too early.
  if (troubles.has('suppression') && troubles.has('crashes')) troubles.delete('server-clock');
  // In a quarter of the worlds alarms rise by what else happens; what a late batch does there is left open.
  const rising = chance.branch('rising');
  const rises = rising.often(0.25) && only === null;
  if (rises) for (const other of ['backlogs', ...ILLS] as const) troubles.delete(other);
  // In four of ten others several points decide together. The samples of one message are judged one after the other, and the clocks of
  // voters differ: they send what they see.
  const jointly = chance.branch('jointly');
  const joins = !rises && jointly.often(0.4) && only === null;
  if (joins) for (const other of ['stamps', 'backlogs', ...ILLS] as const) troubles.delete(other);
  // How long ago a sample was is certain where it is judged as it comes, and the calendar is not put right.
  if (troubles.has('rates'))
    for (const other of ['stamps', 'backlogs', 'server-clock', 'faults', 'over-range', 'lost-points'] as const) troubles.delete(other);
  // When a point was last there is known exactly where nothing comes late or through another's line.
  if (troubles.has('lost-points')) for (const other of ['backlogs', 'gateway'] as const) troubles.delete(other);
  // Faults and bad values in what comes late: the clock of the device is well known, and nothing else is wrong with time.
  if (troubles.has('late-faults')) {
    for (const other of ['crashes', 'freezes', 'server-clock', 'losses', 'causes', 'calms', 'rates', 'over-range', 'lost-points'] as const)
      troubles.delete(other);
    for (const its of ['faults', 'stamps', 'backlogs'] as const) troubles.add(its);
  }
  // What is bad is told of bad values alone, and their cast is their own.
  if (troubles.has('moved-while-bad'))
    for (const other of ['backlogs', 'stamps', ...ILLS.filter((ill) => ill !== 'moved-while-bad' && ill !== 'factors')] as const)
      troubles.delete(other);
  // A calm of hours is no time for what comes by seconds.
  if (troubles.has('calms')) for (const other of [...NOT_FOR_HOURS, ...ILLS.filter((ill) => ill !== 'calms')]) troubles.delete(other);
  // Hours of our own absence leave no certain time to what is counted in minutes, nor to what a wall clock says.
  if (troubles.has('maintenance'))
    for (const other of [...NOT_FOR_HOURS, ...ILLS.filter((ill) => ill !== 'maintenance'), 'gateway' as const, 'losses' as const])
      troubles.delete(other);
  // A baseline takes hours to move, and its calendar is not put right.
  if (troubles.has('drifts'))
    for (const other of [...NOT_FOR_HOURS, ...ILLS.filter((ill) => ill !== 'drifts'), 'gateway' as const, 'losses' as const])
      troubles.delete(other);
  const cast = chance.branch('cast');
  const calm = chance.branch('calm');
  const still = chance.branch('still');
  const longCalms = troubles.has('calms')
    ? calmsOf(still, { bad: troubles.has('quality'), crashes: troubles.has('crashes'), freezes: troubles.has('freezes') })
    : null;
  const works = troubles.has('maintenance') ? worksOf(chance.branch('works'), troubles.has('crashes')) : null;
  const drifts = troubles.has('drifts')
    ? driftsOf(chance.branch('drifts run'), {
        bad: troubles.has('quality'),
        crashes: troubles.has('crashes'),
        calibrations: troubles.has('changes'),
      })
    : null;
  const drifting = chance.branch('drifting');
  const onSite = chance.branch('on site');
  const said = chance.branch('said');
  const moved = chance.branch('moved');
  const people = troubles.has('factors')
    ? peopleOf(chance.branch('people'), {
        crashes: troubles.has('crashes'),
        freezes: troubles.has('freezes'),
        clock: troubles.has('server-clock'),
        changes: troubles.has('changes'),
      })
    : null;
  const calms = (!joins && longCalms === null && works === null && calm.often(0.25) && only === null) || people !== null;
  const drawnCast = rises ? risingCast(rising) : joins ? jointCast(jointly, troubles.has('silence')) : castOf(cast, troubles);
  const placed = calms ? drawnCast.map((device) => ({ ...device, hazardSourceId: sourceOf(calm, device.enterpriseId) })) : drawnCast;
  const devices = works === null ? placed : placed.map((device) => attentive(onSite, device));
  const points = devices.flatMap((device): Place[] => {
    const profile = profileOf(device.profileId);
    return pointsOf(device, profile).flatMap((point) => {
      const def = profile.measurements.find((m) => m.key === point.measurement);
      return def === undefined ? [] : [{ device, profile, point, def }];
    });
  });
  const places = points.filter(({ point }) => point.rules.length > 0);
  // Points without limits of their own that a condition reads.
  const read = points.filter(
    ({ point, profile }) => point.rules.length === 0 && READ_VALUES[profile.id]?.[point.measurement] !== undefined,
  );
  const clocks = new Map(devices.map((device): [string, DeviceClock] => [device.id, clockOf(device, chance, troubles)]));
  const acts: Act[] = [...clocks].map(([device, { errorMs }]) => ({
    at: 0,
    does: 'device-clock',
    device,
    errorMs,
  }));
  // Over an absence of ours nothing is said of what is counted, so neither of what it hides.
  const away = troubles.has('crashes') || troubles.has('freezes');
  const certain = away ? places.filter(({ point }) => point.rules.every((rule) => rule.countsOverMs === undefined)) : places;
  const tabled = troubles.has('causes') ? causesOf(chance.branch('causes'), certain) : null;
  if (tabled !== null) acts.push(...tablesAt(500, chance.branch('tables'), tabled));
  const joint = joins ? jointsOf(jointly, places) : [];
  acts.push(...joint.map((rule): Act => ({ at: 600, does: 'rule', rule })));
  const ill = chance.branch('ailments');
  const losses = troubles.has('lost-points') ? lossesOf(ill, devices) : null;
  const courses = troubles.has('rates') ? coursesOf(chance.branch('courses')) : null;
  const pace = chance.branch('pace');
  const hand = chance.branch('by hand');
  const putRight = chance.branch('put right');
  const ailments =
    courses ??
    longCalms ??
    works ??
    drifts ??
    (troubles.has('faults') ? ailmentsOf(ill, tabled !== null) : troubles.has('over-range') ? foldingOf(ill) : losses);
  // Where sensors fall ill a limit may stand for a fault, and a sensor that folds back is judged by where its limits are: it is left where it is.
  const ruling = chance.branch('ruling');
  const well = !joins && only === null && ILLS.every((ill) => !troubles.has(ill));
  const rulesMove = well && ruling.often(rises ? 0.6 : 0.15);
  let at = 1_000;
  let sent = 0;
  let focus = chance.pick(places);
  const acting =
    longCalms !== null || drifts !== null ? Math.ceil(length / 4) : works !== null || people !== null ? Math.ceil(length / 2) : length;
  const resting = devices.find(({ profileId }) => profileId === STILL_PROFILE);
  for (let n = 0; n < acting; n += 1) {
    if (chance.often(0.15)) focus = chance.pick(places);
    const table = tabled?.places ?? [];
    if (table.length > 0 && chance.often(0.4)) focus = chance.pick(table);
    at += gap(chance, focus);
    // Longer than a dead-man of a minute or so, with something in the middle of it or not.
    if (troubles.has('silence') && chance.often(0.03)) at += chance.pick([40_000, 58_000, 75_000, 130_000]);
    if (tabled !== null && chance.often(0.02))
      acts.push(...tablesAt(at, chance, { ...tabled, lines: chance.pick([[], tabled.lines, tabled.lines.slice(1)]) }));
    if (losses !== null) at += ill.pick([0, 0, 5_000, 10_000]);
    // A warning falls after five minutes of calm.
    if (calms && calm.often(0.02)) at += calm.pick([280_000, 299_000, 300_000, 310_000]);
    if (calms && calm.often(0.03)) acts.push({ at, does: 'configure', device: calm.pick(devices).id, change: moveOf(calm) });
    if (rises && rising.often(0.06)) acts.push(risingAct(rising, at, devices));
    const ruled = rulesMove && ruling.often(rises ? 0.1 : 0.05) ? moveLimit(ruling, focus.device.id, focus.profile, focus.def) : null;
    if (ruled !== null) acts.push({ at, ...ruled });
    for (const [device, its] of clocks) {
      // Somebody puts the clock of a device right that was far behind. A step that makes nothing late is learned slowly, and not judged.
      if (its.errorMs > -FAR_BEHIND_MS || its.messages === 0 || !putRight.often(0.01)) continue;
      Object.assign(its, { errorMs: 0, messages: 0 });
      acts.push({ at, does: 'device-clock', device, errorMs: 0 });
    }
    if (courses !== null && isRated(focus.profile.id)) {
      // Beside and beyond the gaps after which a new window begins.
      if (pace.often(0.05)) at += pace.pick([9_000, 13_000, 17_900, 18_100, 31_000, 46_000]);
      const run = pace.often(0.12) ? courses.run(at, focus.device.id, focus.point.measurement) : [];
      acts.push(...run);
      at = run.at(-1)?.at ?? at;
    }
    if (longCalms !== null && resting !== undefined && n % 10 === 5) {
      acts.push(...longCalms.run(at, resting.id, still.often(0.85) ? 'lel' : 'temp'));
      at = acts.at(-1)?.at ?? at;
    }
    if (drifts !== null && n === 3) {
      const sensors = devices.filter(({ profileId }) => profileId === 'sim.drifter');
      if (sensors.length > 0) acts.push(...drifts.run(at, drifting.pick(sensors).id));
      at = acts.at(-1)?.at ?? at;
    }
    if (works !== null && n % (works.attended ? acting : 16) === 8) {
      const { device, point } = onSite.pick(places);
      acts.push(...works.run(at, { device: device.id, measurement: point.measurement, channel: point.channel, calm: 0 }));
      at = acts.at(-1)?.at ?? at;
    }
    if (troubles.has('moved-while-bad') && moved.often(0.12)) {
      acts.push(...movedWhileBad(moved, at, moved.pick(devices)).map((act) => stamp(act, chance, clocks)));
      at = acts.at(-1)?.at ?? at;
    }
    if (people !== null && said.often(0.2)) acts.push(people.act(at));
    const next = actsAt(at, chance, troubles, { places, read, joint, ailments, hand }, focus);
    acts.push(...next.map((act) => stamp(ailments?.told(act) ?? act, chance, clocks)));
    at = acts.at(-1)?.at ?? at;
    sent += 1;
    const clock = clocks.get(focus.device.id);
    // Not before the error of its clock is known well.
    if (
      troubles.has('backlogs') &&
      clock?.stamps === true &&
      clock.messages > 8 &&
      clock.errorMs <= 0 &&
      sent % (troubles.has('late-faults') ? 12 : 20) === 0 &&
      (focus.profile.reportMs ?? 0) <= 30_000
    ) {
      const kept = backlog(at, chance, focus, clock, troubles);
      acts.push(...(troubles.has('late-faults') ? kept.map((act) => ailments?.told(act) ?? act) : kept));
      at = acts.at(-1)?.at ?? at;
    }
  }
  if (losses !== null) acts.push(...losses.reports(at).map((act) => stamp(act, chance, clocks)));
  if (people !== null) {
    acts.push(...people.calm(at));
    at = acts.at(-1)?.at ?? at;
  }
  return {
    seed,
    devices,
    acts: acts.sort((a, b) => a.at - b.at),
    endMs: at + chance.pick([1_000, 20_000, 70_000]) + (calms ? calm.pick([0, 310_000]) : 0),
    ...(longCalms === null && works?.attended !== true ? {} : { tickEveryMs: SELDOM_TICKS_MS }),
  };
}

/** All lines in the table of the enterprise, in that of one of its hazard sources, or some here and some there: it makes no difference. */
function tablesAt(
  at: number,
  chance: Chance,
  { enterprise, lines }: { readonly enterprise: string; readonly lines: readonly CauseLine[] },
): readonly Act[] {
  const inSource = chance.pick([0, lines.length, 1]);
  return [
    { at, does: 'table', enterprise, lines: lines.slice(inSource) },
    { at, does: 'table', enterprise, source: `${enterprise}-tank`, lines: lines.slice(0, inSource) },
  ];
}

/** A table of one enterprise, without circles: what stands later in the list of places is hidden by what stands earlier. */
function causesOf(
  chance: Chance,
  places: readonly Place[],
): { readonly enterprise: string; readonly lines: readonly CauseLine[]; readonly places: readonly Place[] } | null {
  if (places.length === 0) return null;
  const enterprise = chance.pick(places).device.enterpriseId;
  const own = places.filter((place) => place.device.enterpriseId === enterprise);
  if (own.length < 2) return null;
  const used = new Set<Place>();
  const selector = (place: Place, whole: boolean): AlarmSelector => {
    used.add(place);
    const { measurement, channel, rules } = place.point;
    const ladder = whole ? { ladder: chance.pick(rules).ladder } : {};
    return { device: place.device.id, measurement, ...(channel === null ? {} : { channel }), ...ladder };
  };
  const lines = Array.from({ length: chance.whole(1, 3) }, (_, n): CauseLine => {
    const first = chance.whole(0, own.length - 2);
    const later = own.slice(first + 1);
    const hides = Array.from({ length: chance.whole(1, 2) }, () => selector(chance.pick(later), chance.often(0.6)));
    return { id: `line-${n}`, cause: selector(own[first] as Place, true), hides };
  });
  return { enterprise, lines, places: [...used] };
}

/** How a device stamps its samples. */
interface DeviceClock {
  readonly stamps: boolean;
  errorMs: number;
  /** Always the same way to us, ms. */
  readonly latencyMs: number;
  /** Its measurements that are neither booleans nor status words. */
  readonly analogue: ReadonlySet<string>;
  readonly counts: boolean;
  messages: number;
  lastAt: number;
}

function clockOf(device: Device, chance: Chance, troubles: ReadonlySet<Trouble>): DeviceClock {
  const analogue = new Set(
    profileOf(device.profileId).measurements.flatMap((m) => (m.valueType === 'number' && m.resolution < 1 ? [m.key] : [])),
  );
  // What a device reports by itself comes between, and right after a late batch a delay may come late: no array reaches back over either.
  const counts =
    troubles.has('lost-points') ||
    troubles.has('late-faults') ||
    profileOf(device.profileId).measurements.some((m) => m.limits.some((limit) => limit.dir === 'count_hi'));
  const stamps = troubles.has('stamps') && chance.often(0.8);
  const errorMs = stamps ? chance.pick([0, 0, -3_600_000, -40_000, 3_000, 86_400_000]) : 0;
  return {
    stamps,
    errorMs,
    latencyMs: chance.pick([0, 200]),
    analogue,
    counts,
    messages: 0,
    lastAt: 0,
  };
}

/** Stamps what a device sends. Now and then one that is not ahead of us sends what it took since its last message as an array. */
function stamp(act: Act, chance: Chance, clocks: ReadonlyMap<string, DeviceClock>): Act {
  // How far a time before our own outage is away is not known by anybody: no array reaches back over one.
  const goneFor = act.does === 'crash' ? act.downMs : act.does === 'freeze' ? act.forMs : 0;
  if (goneFor > 0) for (const each of clocks.values()) each.lastAt = Math.max(each.lastAt, act.at + goneFor);
  const clock = act.does === 'publish' ? clocks.get(act.device) : undefined;
  if (act.does !== 'publish' || clock === undefined || !clock.stamps) return act;
  const { latencyMs } = clock;
  const since = act.at - clock.lastAt;
  clock.lastAt = Math.max(clock.lastAt, act.at);
  clock.messages += 1;
  const newest = act.samples.map((sample) => ({ ...sample, ageMs: latencyMs }));
  const first = act.samples[0];
  // The error is the median of many: arrays are few among the messages, so that it stays that of the newest samples.
  // Nor where something is counted: what left the window by a tick may then turn out to have been in it.
  if (first === undefined || clock.counts || clock.errorMs > 0 || clock.messages % 8 !== 0 || since < 10)
    return { ...act, samples: newest };
  const before = latencyMs + chance.whole(1, Math.min(since - 1, 9_000));
  const values = first.values.map((v) =>
    clock.analogue.has(v.measurement) && v.value !== null ? { ...v, value: Number(v.value) + chance.pick([-10, 0, 10]) } : v,
  );
  return { ...act, samples: [{ ...first, ageMs: before, values }, ...newest] };
}

/** A device is cut off for minutes, keeps what it samples and sends all of it when it is back, as an array or one by one; then it goes on live. */
function backlog(from: number, chance: Chance, place: Place, clock: DeviceClock, troubles: ReadonlySet<Trouble>): readonly Act[] {
  const gone = chance.whole(80_000, 200_000);
  const back = from + gone;
  const { latencyMs } = clock;
  const ages = Array.from({ length: chance.whole(1, 6) }, () => chance.whole(62_000, gone - 1_000)).sort((a, b) => b - a);
  const device = place.device.id;
  const kept = ages.map((age) => ({ ageMs: age + latencyMs, values: [valueOf(chance, place, troubles)] }));
  const flush: readonly Act[] = chance.often(0.5)
    ? [{ at: back, does: 'publish', device, qos: 1, samples: kept }]
    : kept.map((sample, n) => ({
        at: back + n * 20,
        does: 'publish',
        device,
        qos: 1,
        samples: [{ ...sample, ageMs: sample.ageMs + n * 20 }],
      }));
  const live = back + chance.pick([500, 4_000, 9_000]);
  clock.lastAt = live;
  const next: Act = {
    at: live,
    does: 'publish',
    device,
    qos: 1,
    samples: [{ ageMs: latencyMs, values: [valueOf(chance, place, troubles)] }],
  };
  return [{ at: from, does: 'cut', device, said: false }, ...flush, next];
}

/** Where a device stands, where that matters to warnings. */
function sourceOf(chance: Chance, enterprise: string): string | null {
  return chance.pick([null, `${enterprise}-tank`, `${enterprise}-tank`, `${enterprise}-yard`]);
}

/** Another source, another enterprise, or not in service any more. */
function moveOf(chance: Chance): Partial<Device> {
  const enterpriseId = chance.pick(ENTERPRISES);
  return chance.often(0.75)
    ? { enterpriseId, hazardSourceId: sourceOf(chance, enterpriseId) }
    : { mode: chance.pick(['live', 'live', 'test', 'commissioning'] as const) };
}

function castOf(chance: Chance, troubles: ReadonlySet<Trouble>): readonly Device[] {
  const cast = troubles.has('drifts')
    ? DRIFT_CAST
    : troubles.has('calms')
      ? STILL_CAST
      : troubles.has('moved-while-bad')
        ? MOVED_CAST
        : troubles.has('maintenance')
          ? WORKS_CAST
          : troubles.has('rates')
            ? RATE_CAST
            : troubles.has('over-range')
              ? FOLDING_CAST
              : troubles.has('faults')
                ? SICK_CAST
                : troubles.has('lost-points')
                  ? PROBE_CAST
                  : CAST;
  const ids = [
    ...Array.from({ length: chance.whole(1, 3) }, () => chance.pick(cast)),
    ...(chance.often(0.4) && cast !== DRIFT_CAST ? [chance.pick(GUESTS)] : []),
  ];
  return ids.map((profileId, n) => {
    const facts = profileId === 'sim.attribute' ? { attributes: VESSEL_ATTRIBUTES } : profileId === 'sim.when' ? DRIVE_FACTS : {};
    return deviceOf(`${'abcde'[n]}`, profileId, {
      enterpriseId: chance.pick(ENTERPRISES),
      ...(troubles.has('silence') ? { heartbeatMs: chance.pick([5_000, 20_000, 25_000]) } : {}),
      ...facts,
      ...(profileId === 'sim.pellistor' && !troubles.has('crashes') && !troubles.has('freezes') ? datesOf(chance) : {}),
      ...(profileId === 'sim.pellistor' && chance.often(0.15) ? { attributes: { principle: 'infrared' } } : {}),
    });
  });
}

/** Times that matter to the point in hand: its delays, exactly and just beside, and short steps. */
function gap(chance: Chance, { point }: Place): number {
  const delays = point.rules.flatMap((rule) => [rule.onDelayMs, rule.offDelayMs]).filter((delay) => delay > 0 && delay <= 60_000);
  if (delays.length > 0 && chance.often(0.5)) return chance.pick(delays) + chance.pick([-1, 0, 0, 0, 1, 30]);
  return chance.pick([0, 0, 1, 40, 50, 60, 250, 500, 1_000, 1_500, 2_000, 4_000, chance.whole(1, 6_000)]);
}

interface Places {
  readonly places: readonly Place[];
  readonly read: readonly Place[];
  readonly joint: readonly JointBrief[];
  readonly ailments: Ailments | null;
  /** Chance of how an alarm is hidden by hand. */
  readonly hand: Chance;
}

function actsAt(
  at: number,
  chance: Chance,
  troubles: ReadonlySet<Trouble>,
  { places, read, joint, ailments, hand }: Places,
  focus: Place,
): readonly Act[] {
  const device = focus.device.id;
  const has = (trouble: Trouble, share: number): boolean => troubles.has(trouble) && chance.often(share);
  const now = (act: WorldAct): Act => ({ at, ...act });
  const latching = focus.point.rules.filter((rule) => rule.latching);
  if (latching.length > 0 && has('operators', 0.08)) {
    const common = { target: { ...nameOf(focus, chance), ladder: chance.pick(latching).ladder }, by: chance.pick(OPERATORS) };
    return [now({ does: 'acknowledge', seen: 'none', ...common }), { at: at + 1, does: 'reset', ...common }];
  }
  // Half of what operators do there is about the alarms of the hazard source.
  const rule = joint.length > 0 && chance.often(0.5) ? chance.pick(joint) : null;
  const target: AlarmName =
    ailments !== null && chance.often(0.5)
      ? ailments.target(device, focus.point.measurement, focus.point.channel)
      : rule === null
        ? nameOf(focus, chance)
        : { device: `hazard:${rule.source}`, measurement: null, channel: null, ladder: rule.code };
  if (has('operators', 0.25)) return [now(operatorAct(chance, target))];
  if (has('suppression', 0.12)) return [now(suppressionAct(chance, hand, target))];
  if (has('crashes', 0.04))
    return [
      now({
        does: 'crash',
        downMs: chance.pick([300, 1_200, 9_000, 14_900, 15_100, 60_000]),
        back: chance.next(),
      }),
    ];
  if (has('freezes', 0.03))
    return [
      now({
        does: 'freeze',
        forMs: chance.pick([900, 7_000, 14_900, 15_100, 90_000]),
      }),
    ];
  if (has('server-clock', 0.04))
    return [
      now({
        does: 'wall-step',
        byMs: chance.pick([-3_600_000, -4_000, 700, 90_000, 86_400_000]),
      }),
    ];
  if (joint.length > 0 && has('quality', 0.06)) {
    const acts = repair(chance, at, places);
    if (acts.length > 0) return acts;
  }
  const home = joint[0]?.source;
  if (home !== undefined && has('changes', 0.06)) return [now(jointChange(chance, focus.device, home, joint))];
  if (home !== undefined && has('retiring', 0.02)) return [now({ does: 'retire', device })];
  if (has('changes', 0.06)) return [now({ does: 'configure', device, change: changeOf(chance, focus) })];
  if (has('retiring', 0.004)) return [now({ does: 'retire', device })];
  if (has('snapshots', 0.05)) return [now({ does: 'snapshot' })];
  if (has('system', 0.03))
    return [
      now({
        does: 'system',
        code: 'projector-lag',
        active: chance.often(0.5),
        level: 'yellow',
      }),
    ];
  if (has('gateway', 0.02)) return [now({ does: 'cut', device: `gate-${focus.device.enterpriseId}`, said: false })];
  if (has('cuts', 0.06)) {
    const back = at + chance.pick([1, 200, 3_000]);
    const count = chance.whole(1, 3);
    return [now({ does: 'cut', device, said: chance.often(0.3) }), { at: back, does: 'resend', device, count }];
  }
  const near = read.filter((p) => p.device.id === device);
  const place = near.length > 0 && chance.often(0.3) ? chance.pick(near) : chance.often(0.75) ? focus : chance.pick(places);
  const alike = chance.often(0.2) ? [...places, ...read].filter((p) => p.device.id === place.device.id) : [place];
  return [
    now({
      does: 'publish',
      device: place.device.id,
      qos: chance.often(0.8) ? 1 : 0,
      ...(has('losses', 0.1) ? { lost: true } : {}),
      ...(has('gateway', 0.2) ? { byGateway: true } : {}),
      samples: [{ ageMs: null, values: alike.map((p) => valueOf(chance, p, troubles)) }],
    }),
  ];
}

function valueOf(chance: Chance, place: Place, troubles: ReadonlySet<Trouble>): SampleValue {
  const { measurement, channel } = place.point;
  const value = nastyValue(chance, place);
  const [low, high] = place.def.range;
  const plain = {
    measurement,
    channel,
    value,
    quality: 'good' as Quality,
    flags: [],
  };
  if (troubles.has('quality') && chance.often(0.2)) {
    const quality = chance.pick<Quality>(['bad', 'bad', 'bad', 'uncertain', 'maintenance', 'test', 'substituted']);
    return {
      ...plain,
      quality,
      value: quality === 'bad' && chance.often(0.5) ? null : value,
      flags: quality === 'bad' ? ['sensor'] : [],
    };
  }
  if (typeof value === 'number' && (value < low || value > high)) return { ...plain, quality: 'uncertain', flags: ['out-of-range'] };
  return plain;
}

/** At a limit, just beside it, at the end of its deadband, or far away. */
function nastyValue(chance: Chance, { point, def, profile }: Place): Value {
  const read = READ_VALUES[profile.id]?.[def.key];
  if (read !== undefined && (point.rules.length === 0 || chance.often(0.5))) return chance.pick(read);
  if (def.valueType === 'boolean') return chance.whole(0, 1);
  if (def.valueType === 'bitmask') return chance.pick([0, 0, 1, 2, 3, 32, 33, 34, 4]);
  const rule = chance.pick(point.rules);
  if (typeof rule.limit !== 'number') return chance.whole(0, 9);
  const source = def.limits.find((l) => l.code === rule.code);
  const back = (source?.dir === 'lo' ? 1 : -1) * (source?.deadband ?? 0);
  const step = def.resolution;
  const near = [0, 0, step, -step, back, back, back + step, back - step, back / 2, -3 * back, 3 * back, 10 * back];
  const value = rule.limit + chance.pick(near);
  return Math.round(value / step) * step;
}

function nameOf({ device, point }: Place, chance: Chance): AlarmName {
  return {
    device: device.id,
    measurement: point.measurement,
    channel: point.channel,
    ladder: chance.pick(point.rules).ladder,
  };
}

function operatorAct(chance: Chance, target: AlarmName): WorldAct {
  const common = { target, by: chance.pick(OPERATORS) };
  const does = chance.pick(['acknowledge', 'acknowledge', 'acknowledge', 'withdraw', 'reset', 'reset', 'comment'] as const);
  if (does !== 'acknowledge') return { does, ...common };
  const seen = chance.pick<Seen>(['now', 'now', 'none', { changesAgo: 1 }, { changesAgo: 3 }]);
  return { does, seen, ...common };
}

function suppressionAct(chance: Chance, hand: Chance, target: AlarmName): WorldAct {
  const common = { target, by: chance.pick(OPERATORS) };
  // What the alarm turned out to be matters where it is about a sensor.
  if (target.ladder === 'F04' && chance.often(0.6))
    return { does: 'verify', ...common, as: chance.pick(['instrument', 'false', 'real', 'real'] as const) };
  switch (chance.whole(0, 7)) {
    case 0:
    case 1:
    case 2:
      return {
        does: 'shelve',
        ...common,
        minutes: chance.pick([1, 1, 2, 600, null, null]),
        approvedBy: chance.pick([null, ...OPERATORS]),
      };
    case 3:
      return {
        does: 'out-of-service',
        ...common,
        forMs: chance.pick([null, 3_000, 45_000]),
        ...behind(hand),
      };
    default: {
      const drawn = chance.pick(['unshelve', 'suppress', 'unsuppress', 'unsuppress', 'return-to-service', 'silence', 'verify'] as const);
      const does = hand.often(0.3) ? 'suppress' : drawn;
      return does === 'suppress' ? { does, ...common, minutes: hand.pick(HIDDEN_MINUTES), ...behind(hand) } : { does, ...common };
    }
  }
}

/** Those that end in most worlds come often; null is an entry of an older build. */
const HIDDEN_MINUTES = [1, 1, 1, 2, 3, 480, 600, null] as const;

/** Most who hide an alarm by hand ask nobody else, and may hide nothing that is red. */
function behind(hand: Chance): ByHand {
  if (hand.often(0.6)) return { approvedBy: null, alone: true };
  return { approvedBy: hand.pick([null, ...OPERATORS]), alone: false };
}

function changeOf(chance: Chance, { device }: Place): Partial<Device> {
  if (isRising(device.profileId) && chance.often(0.5)) return risingChange(chance, device);
  const general: readonly Partial<Device>[] = [
    { name: `${device.id} renamed` },
    { enterpriseId: chance.pick(ENTERPRISES) },
    { mode: chance.pick(['live', 'test', 'commissioning'] as const) },
  ];
  const special: readonly Partial<Device>[] =
    device.profileId === 'sim.attribute'
      ? [
          { variant: 'summer' },
          { variant: null },
          {
            attributes: {
              ...VESSEL_ATTRIBUTES,
              normal_max: chance.pick([26, 28, 30, 32, 35]),
            },
          },
          { attributes: { design: 50, relief: chance.pick([70, 100]) } },
          { attributes: {} },
        ]
      : device.profileId === 'sim.when'
        ? [
            { conditions: { under_test: chance.often(0.5) } },
            { conditions: {} },
            { attributes: { least_speed: chance.pick([15, 20, 25]) } },
            { attributes: {} },
          ]
        : device.profileId === 'sim.pellistor' && (device.calibratedAt ?? device.installedAt) !== null
          ? [datesOf(chance)]
          : device.profileId === 'sim.derived'
            ? [{ attributes: { zero: chance.pick([0, 5, 7]) } }, { attributes: {} }]
            : [];
  return chance.pick([...general, ...special, ...special]);
}
