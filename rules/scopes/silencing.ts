import type { AlarmSelector, CauseLine, Device, Enterprise, HazardSource } from '../../model/asset.ts';
import type { Silence } from '../../model/engine.ts';
import type { ConfigChange } from '../../model/entry.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import { isPressedByHand, placeIn } from '../escalation/groups.ts';
import { same } from '../same.ts';
import { isBeingRegistered } from './asset-trial.ts';
import { redJoints, redOf, redOfGroup, redReading, type RedSearch, redSearch } from './red-limits.ts';

/**
 * By what a change would keep red from coming although no limit of the device is touched: it is retired, taken out of live service, or
 * waited for longer; a rule over several points would read something else of it; a cause hides its alarms; its enterprise says that somebody
 * is at work. Test enterprises warn nobody anyway. For an hour after a device was registered whoever may change it may put it right.
 */

/** Told at once; a cause-and-effect table names hundreds of devices. */
const MAX_TOLD = 50;

/** Without touching anything; what the registry refuses silences nothing. */
export function silencedBy(core: Core, change: ConfigChange): readonly Silence[] {
  if ((change.op !== 'put' && change.op !== 'retire') || !core.registry.check(change, core.clock.at).ok) return [];
  if (change.op === 'retire') return change.asset === 'device' ? byDevice(core, change.id, null) : [];
  switch (change.asset) {
    case 'device':
      return byDevice(core, change.value.id, change.value);
    case 'enterprise':
      return byEnterprise(core, change.value);
    case 'hazard-source':
      return bySource(core, change.value);
    default:
      return [];
  }
}

function byDevice(core: Core, id: string, after: Device | null): readonly Silence[] {
  const device = core.devices.get(id);
  if (device === undefined || device.enterprise.kind === 'test' || isBeingRegistered(core, device)) return [];
  const search = redSearch();
  const red = redOf(core, device, search);
  if (red.length === 0) return [];
  if (after === null) return [{ how: 'retired', device: id, red }];
  const { asset: before, plan } = device;
  const found: Silence[] = [];
  if (before.mode === 'live' && after.mode !== 'live') found.push({ how: 'mode', device: id, red, from: before.mode, to: after.mode });
  const kind = core.registry.profiles.get(after.profileId) ?? plan.profile;
  for (const how of ['heartbeatMs', 'reportMs'] as const) {
    const from = before[how] ?? plan.profile[how];
    const to = after[how] ?? kind[how];
    // What is usual for another kind excuses no longer wait than what it was registered as.
    const usual = Math.min(periodOf(plan.profile[how]), periodOf(kind[how]));
    if (isLonger(from, to, usual)) found.push({ how, device: id, red, from, to: after.profileId === before.profileId ? after[how] : to });
  }
  const joint = isReadOtherwise(before, after) ? redJoints(core, device, search) : [];
  if (joint.length > 0) found.push({ how: 'joint', device: id, red: joint });
  return [...found, ...leavingGroup(core, device, { asset: after }, search)];
}

/** Red of others that counts it, and would not any more: it is in another group, or no such part of it. */
function leavingGroup(
  core: Core,
  device: DeviceState,
  after: { readonly asset: Device; readonly source?: HazardSource },
  search: RedSearch,
): readonly Silence[] {
  const { asset } = after;
  const profile = core.registry.profiles.get(asset.profileId);
  const part = asset.profileId === device.asset.profileId && profile !== undefined;
  const stays = part && isPressedByHand(device) === isPressedByHand({ asset, plan: { profile } });
  const kinds = [...core.escalations.peersOf(device)].flatMap(([kind]) =>
    stays && same(placeIn(core, device, kind), placeIn(core, { asset }, kind, after.source)) ? [] : [kind],
  );
  const red = kinds.length === 0 ? [] : redOfGroup(core, device, search, { kinds });
  return red.length === 0 ? [] : [{ how: 'group', device: asset.id, red }];
}

/** Longer than it is, and than what the catalogue asks of its kind: back to the usual is no softening. null = never. */
function isLonger(before: number | null, after: number | null, usual: number): boolean {
  return periodOf(after) > periodOf(before) && periodOf(after) > usual;
}

function periodOf(ms: number | null): number {
  return ms ?? Number.POSITIVE_INFINITY;
}

/** What a rule over several points may read of it. */
function isReadOtherwise(before: Device, after: Device): boolean {
  const read = ({ profileId, variant, hazardSourceId, attributes, conditions, units }: Device) =>
    [profileId, variant, hazardSourceId, attributes, conditions, units] as const;
  return !same(read(before), read(after));
}

function byEnterprise(core: Core, after: Enterprise): readonly Silence[] {
  const before = core.registry.maps.enterprise.get(after.id);
  if (before === undefined || before.kind === 'test') return [];
  const hidden = hiddenBy(core, before.id, before.causes, after.causes);
  const hours = after.businessHours ?? [];
  if (hours.length === 0 || same(before.businessHours ?? [], hours)) return hidden;
  // Who is at work is waited for: an escalation that asks for nobody there comes later, or not.
  const waits: Silence[] = [];
  for (const { asset, plan } of core.devices.values()) {
    if (asset.enterpriseId !== after.id) continue;
    const red = plan.limits.filter(
      ({ armed, level, escalates }) =>
        armed &&
        level === 'red' &&
        (escalates?.any ?? []).some((cause) => cause.kind === 'unacknowledged' && cause.outsideBusinessHours === true),
    );
    if (red.length > 0)
      waits.push({ how: 'businessHours', device: asset.id, red: red.map(({ measurement, code }) => `${measurement} ${code}`) });
    if (waits.length >= MAX_TOLD) break;
  }
  return [...hidden, ...waits];
}

function bySource(core: Core, after: HazardSource): readonly Silence[] {
  const before = core.registry.maps['hazard-source'].get(after.id);
  if (before === undefined) return [];
  const enterprise = core.registry.maps.enterprise.get(after.enterpriseId);
  const real = enterprise?.kind === 'real' || core.registry.maps.enterprise.get(before.enterpriseId)?.kind === 'real';
  if (!real) return [];
  const moved = before.enterpriseId !== after.enterpriseId;
  const found = [...hiddenBy(core, after.enterpriseId, moved ? [] : before.causes, after.causes)];
  if (!moved && same(before.attributes, after.attributes)) return found;
  const search = redSearch();
  for (const device of core.devices.values()) {
    if (device.asset.hazardSourceId !== after.id) continue;
    if (found.length >= MAX_TOLD) break;
    const red = redJoints(core, device, search);
    if (red.length > 0) found.push({ how: 'joint', device: device.asset.id, red });
    found.push(...leavingGroup(core, device, { asset: device.asset, source: after }, search));
  }
  return found;
}

/** Of the alarms that a table would hide and hides not yet, those that are red, can become so, or say that an instrument does not see red. */
function hiddenBy(core: Core, enterprise: string, before: readonly CauseLine[] = [], after: readonly CauseLine[] = []): readonly Silence[] {
  const found: Silence[] = [];
  const search = redSearch();
  for (const { id: line, cause, hides } of after) {
    for (const effect of hides) {
      if (before.some((one) => covers(one.cause, cause) && one.hides.some((wider) => covers(wider, effect)))) continue;
      const device = core.devices.get(effect.device);
      if (device === undefined || device.asset.enterpriseId !== enterprise) continue;
      const red = redUnder(core, device, effect, search);
      if (red.length > 0 && found.length < MAX_TOLD) found.push({ how: 'causes', device: effect.device, red, line });
    }
  }
  return found;
}

function covers(wider: AlarmSelector, one: AlarmSelector): boolean {
  return (
    wider.device === one.device &&
    (wider.measurement === undefined || wider.measurement === one.measurement) &&
    (wider.channel === undefined || wider.channel === one.channel) &&
    (wider.ladder === undefined || wider.ladder === one.ladder)
  );
}

/**
 * Armed red limits whose alarms a selector means. One that names no ladder of a limit names a fault: all that the instrument guards, also of
 * another measurement, a rule over several points, or others of its group.
 */
function redUnder(core: Core, device: DeviceState, { measurement, channel, ladder }: AlarmSelector, search: RedSearch): readonly string[] {
  const { limits } = device.plan;
  const fault = ladder !== undefined && !limits.some((limit) => limit.ladder === ladder);
  const own = limits.filter(
    (limit) =>
      limit.armed &&
      limit.level === 'red' &&
      (measurement === undefined || measurement === limit.measurement) &&
      (channel === undefined || channel === limit.channel) &&
      (ladder === undefined || fault || ladder === limit.ladder),
  );
  const reading = measurement === undefined ? [] : redReading(device, measurement);
  const red = (ladder === undefined || fault ? [...own, ...reading] : own).map((limit) => `${limit.measurement} ${limit.code}`);
  if (ladder !== undefined && !fault) return red;
  const group = redOfGroup(core, device, search, measurement === undefined ? {} : { measurement });
  return [...new Set([...red, ...redJoints(core, device, search, measurement), ...group])];
}
