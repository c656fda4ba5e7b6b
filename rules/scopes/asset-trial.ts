import type { Device, HazardSource } from '../../model/asset.ts';
import type { AssetChange, AssetTrial, EffectiveLimit, SoftenedLimit } from '../../model/engine.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import { isPressedByHand, placeIn } from '../escalation/groups.ts';
import { same } from '../same.ts';
import { limitsOf, type Standing } from './effective.ts';
import { cataloguedBasis } from './merge.ts';
import { isMandatory, looserParts, otherParts, valuesOf } from './strictness.ts';
import {
  isAmong,
  keepsRedElsewhere,
  leadsToRed,
  measurementsRead,
  type RedSearch,
  redSearch,
  turnsRed,
  turnsRedElsewhere,
} from './red-limits.ts';
import { stanceFrom } from './trial.ts';

/**
 * What a change of a device or of a hazard source does to limits that are armed and mandatory or, in a real enterprise, red: a set point that follows an attribute, a
 * variant, another profile, a move to where other rules hold, a condition, a unit. Their limits are compared as they stand with as
 * they would, whatever the way from the one to the other. What is not armed has nothing to lose: filling in is free, taking away is not.
 */

type Parts = SoftenedLimit['parts'];

const NONE: ReadonlySet<string> = new Set();

/**
 * For so long after a device was registered its registration can still be put right by whoever may change it, ms: he could as well
 * retire it and register it anew. From then on somebody relies on it.
 */
const REGISTRATION_MS = 3_600_000;
/** Examples told of each kind; a hazard source may have as many devices as it likes. */
const MAX_TOLD = 20;

/** Without touching anything. */
export function tryAsset(core: Core, change: AssetChange): AssetTrial {
  const checked = core.registry.check(change, core.clock.at);
  if (!checked.ok) {
    const { code, detail, asset } = checked;
    return { outcome: { ok: false, code, detail, ...(asset === undefined ? {} : { asset }) }, softened: [] };
  }
  // What is new has no limit that anybody relies on.
  if (checked.before === undefined) return { outcome: { ok: true }, softened: [] };
  return { outcome: { ok: true }, softened: change.asset === 'device' ? ofDevice(core, change.value) : ofSource(core, change.value) };
}

function ofDevice(core: Core, after: Device): readonly SoftenedLimit[] {
  const device = core.devices.get(after.id);
  if (device === undefined || isBeingRegistered(core, device)) return [];
  const found = new Map<string, SoftenedLimit>();
  const now = { asset: after, standing: limitsOf(core.registry, after, core.format) };
  compare(core, found, { asset: device.asset, standing: device.plan }, now, redSearch());
  return [...found.values()];
}

/** Its attributes stand in where its devices have none. */
function ofSource(core: Core, after: HazardSource): readonly SoftenedLimit[] {
  const found = new Map<string, SoftenedLimit>();
  const search = redSearch();
  for (const device of core.devices.values()) {
    const { asset, plan } = device;
    if (asset.hazardSourceId !== after.id || isBeingRegistered(core, device)) continue;
    const standing = limitsOf(core.registry, asset, core.format, undefined, after);
    compare(core, found, { asset, standing: plan }, { asset, standing, source: after }, search);
    if (toldOf(found, true) >= MAX_TOLD) break;
  }
  return [...found.values()];
}

/**
 * Not by a clock that was set back before it. An hour that is over stays so, whatever our clock says afterwards: it counts on the clock
 * that never runs back. Of a device whose hour an earlier build did not note it is over.
 */
export function isBeingRegistered({ clock }: Core, { asset, registeredAt }: Pick<DeviceState, 'asset' | 'registeredAt'>): boolean {
  return registeredAt !== null && clock.at >= asset.createdAt && clock.risen - registeredAt < REGISTRATION_MS;
}

/** A device as it stands, or as it would. */
interface Side {
  readonly asset: Device;
  readonly standing: Standing;
  /** Its hazard source as it would be. */
  readonly source?: HazardSource;
}

function compare(core: Core, found: Map<string, SoftenedLimit>, one: Side, other: Side, search: RedSearch): void {
  const { asset: was, standing: before } = one;
  const { asset: now, standing: after } = other;
  const real = core.registry.maps.enterprise.get(was.enterpriseId)?.kind === 'real';
  const device = core.devices.get(was.id);
  const elsewhere = !real || device === undefined ? NONE : keepsRedElsewhere(core, device, search);
  const isRed = (limit: EffectiveLimit): boolean => real && (leadsToRed(limit, before) || (limit.armed && isAmong(elsewhere, limit)));
  const turns = (limit: EffectiveLimit): boolean =>
    turnsRed(limit, before) || (device !== undefined && turnsRedElsewhere(core, device, limit, search));
  const counts = (limit: EffectiveLimit): boolean => limit.armed && (isMandatory(limit) || isRed(limit));
  const rises = before.limits.some((limit) => limit.escalates !== undefined && counts(limit));
  if (before.limits === after.limits && same(was.units, now.units) && !rises) return;
  const left = new Map(after.limits.map((limit) => [keyOf(limit), limit]));
  for (const limit of before.limits) {
    if (!counts(limit)) continue;
    const next = left.get(keyOf(limit));
    const parts: Parts = [
      ...partsOf(limit, before, next, after, turns(limit)),
      ...(next === undefined || unitsOf(one, limit) === unitsOf(other, next) ? [] : (['unit'] as const)),
      ...(next?.armed === true && leavesGroup(core, limit, one, other) ? (['onlyWhen'] as const) : []),
    ];
    if (parts.length === 0) continue;
    const profile = core.registry.profiles.get(was.profileId);
    const clause = profile === undefined ? null : cataloguedBasis(profile, was.variant, limit.measurement, limit.code);
    const { measurement, code } = limit;
    const kind = { mandatory: isMandatory(limit), red: isRed(limit) };
    const from = valuesOf(stanceFrom(before, limit), parts);
    const to = next?.armed === true ? valuesOf(stanceFrom(after, next), parts) : {};
    tell(found, { was, limit: { measurement, code, ...(clause ?? basisOf(limit)), from, to }, parts, ...kind });
  }
}

/** In what an armed limit would be less strict. One that would not be armed any more is as good as switched off. */
function partsOf(was: EffectiveLimit, before: Standing, now: EffectiveLimit | undefined, after: Standing, turns: boolean): Parts {
  if (now === undefined || !now.armed) return ['enabled'];
  const compared = turns ? otherParts : looserParts;
  const parts = new Set<Parts[number]>(compared(stanceFrom(before, was), stanceFrom(after, now)));
  const measured = (one: EffectiveLimit) => [one.unit, one.relative, one.reference, one.transition, one.expression, one.escalates];
  // What it is compared with, or what it asks besides the value, cannot be compared: nobody has shown that it is as strict.
  if (!same(measured(was), measured(now))) parts.add('setPoint');
  if (now.when !== undefined && now.when !== was.when) parts.add('onlyWhen');
  if (now.reads !== undefined && !same(was.reads, now.reads)) parts.add(was.when === undefined ? 'setPoint' : 'onlyWhen');
  return [...parts];
}

/** An escalation by others of a group: of another group nobody has shown that it is as large, nor of another part in it. */
function leavesGroup(core: Core, { escalates }: EffectiveLimit, one: Side, other: Side): boolean {
  return (escalates?.any ?? []).some((cause) => {
    if (cause.kind !== 'together') return false;
    const [was, now] = [one, other].map((side) => placeIn(core, side, cause.in, side.source));
    if (was === null || was === undefined) return false;
    const part = ({ asset, standing }: Side): boolean => isPressedByHand({ asset, plan: standing });
    return !same(was, now) || part(one) !== part(other);
  });
}

type Named = Pick<EffectiveLimit, 'measurement' | 'code' | 'basis' | 'basisZh'> & Required<Pick<SoftenedLimit, 'from' | 'to'>>;

function basisOf({ basis, basisZh }: EffectiveLimit): Pick<EffectiveLimit, 'basis' | 'basisZh'> {
  return { basis, ...(basisZh === undefined ? {} : { basisZh }) };
}

function tell(
  found: Map<string, SoftenedLimit>,
  {
    was,
    limit,
    parts,
    mandatory,
    red,
  }: { readonly was: Device; readonly limit: Named; readonly parts: Parts; readonly mandatory: boolean; readonly red: boolean },
): void {
  const { measurement, code, basis, basisZh, from, to } = limit;
  const key = [was.profileId, was.variant, measurement, code, basis, ...parts].join('|');
  // Each kind has room of its own: what everybody must ask for is never crowded out.
  if (toldOf(found, mandatory) >= MAX_TOLD || found.has(key)) return;
  found.set(key, {
    profileId: was.profileId,
    variant: was.variant,
    measurement,
    code,
    parts,
    mandatory,
    ...(red ? { red } : {}),
    basis,
    ...(basisZh === undefined ? {} : { basisZh }),
    from,
    to,
    device: was.id,
  });
}

function toldOf(found: ReadonlyMap<string, SoftenedLimit>, mandatory: boolean): number {
  return [...found.values()].filter((one) => one.mandatory === mandatory).length;
}

/** The first channel of a measurement that gets channels is the point it was. */
function keyOf({ measurement, channel, code }: EffectiveLimit): string {
  return `${measurement}|${channel ?? 1}|${code}`;
}

/** The units that its values arrive in, and those of the points it reads besides. */
function unitsOf({ asset: { units }, standing: { profile } }: Side, limit: EffectiveLimit): string {
  const of = (measurement: string, usual: string | undefined) => (Object.hasOwn(units, measurement) ? units[measurement] : usual);
  const read = [...measurementsRead(limit, profile)]
    .sort()
    .map((key) => of(key, profile.measurements.find((one) => one.key === key)?.ucum));
  return JSON.stringify([of(limit.measurement, limit.unit), ...read]);
}
