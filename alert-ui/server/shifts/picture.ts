import { type Alarm, type SuppressedBy, takenOutAt, VERIFIED_AS, type VerifiedAs } from '../../../model/alarm.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import type { EngineView } from '../../../model/engine.ts';
import { pointKey } from '../../../model/reading.ts';
import type { Pictured, PicturedApproval, PicturedInhibition, ShiftFigures, ShiftPicture } from '../../../model/shift.ts';
import type { EpochMs } from '../../../model/time.ts';
import { compareUrgency, urgencyOf } from '../live/urgency.ts';
import { issuedWarnings } from '../live/worst-warnings.ts';

/** Most of each list that is kept in a record; how many there were is kept as well. */
const LISTED_MAX = 200;
/** Requests that are counted at all; more are never pending at once. */
const APPROVALS_MAX = 1_000;
/** Code of an alarm of silence: a device, a gateway, or one point (device profiles, F01). */
const SILENCE = 'F01';
/** A shift nobody ended for longer than this is a desk nobody watched: its figures are those of the last month. */
const FIGURES_LONGEST_MS = 31 * 86_400_000;

/** Figures of a shift from the book of the performance figures. */
export async function shiftFigures(platform: Platform, startedAt: EpochMs, to: EpochMs): Promise<ShiftFigures> {
  const from = Math.max(startedAt, to - FIGURES_LONGEST_MS);
  // A period has a length, even that of a shift which has just begun.
  const { rates, byLevel, toAcknowledge, late, verified } = await platform.figures({ from, to: Math.max(to, from + 1) });
  const found: Partial<Record<VerifiedAs, number>> = {};
  for (const as of VERIFIED_AS) if (verified[as] !== undefined) found[as] = verified[as];
  return {
    from,
    to,
    raised: rates.annunciated,
    byLevel,
    acknowledged: toAcknowledge.count,
    acknowledgeMeanMs: toAcknowledge.mean,
    acknowledgeP90Ms: toAcknowledge.p90,
    late,
    floods: rates.floods,
    floodMs: rates.floodMs,
    verified: found,
  };
}

/**
 * What stands now. What has to be asked for comes first, so that everything the fold knows is of one moment: the entry the picture names.
 * @param since when the shift began, or now where nobody has the watch
 * @param kept ids of shelved alarms that were looked at again; others are left out
 */
export async function takePicture(platform: Platform, since: EpochMs, kept: readonly string[]): Promise<ShiftPicture> {
  const { view, records, clock } = platform;
  const figures = await shiftFigures(platform, since, clock.now());
  const waiting = await records.approvals.list({ states: ['pending'], now: clock.now(), limit: APPROVALS_MAX });
  const open: Alarm[] = [];
  const silent: Alarm[] = [];
  const under: Record<SuppressedBy, Alarm[]> = { shelved: [], 'by-design': [], 'out-of-service': [] };
  for (const alarm of view.openAlarms()) {
    if (alarm.test) continue;
    for (const flag of alarm.suppressedBy) under[flag].push(alarm);
    if (alarm.suppressedBy.length === 0) open.push(alarm);
    if (alarm.kind === 'instrument' && alarm.code === SILENCE && alarm.active) silent.push(alarm);
  }
  for (const alarm of view.restingAlarms()) if (!alarm.test) for (const flag of alarm.suppressedBy) under[flag].push(alarm);
  const warnings = issuedWarnings(view, () => true);
  return {
    at: clock.now(),
    entry: view.appliedSeq,
    event: view.eventSeq,
    counts: view.counts(),
    open: worst(open),
    shelved: worst(under.shelved),
    outOfService: longest(under['out-of-service']),
    byDesign: worst(under['by-design']),
    warnings: first(warnings.map(({ id, scope, name, level, issuedAt, updatedAt }) => ({ id, scope, name, level, issuedAt, updatedAt }))),
    inhibited: first(inhibitions(view)),
    silent: worst(silent),
    devices: view.deviceCounts(),
    approvals: first(
      waiting.items.map(
        ({ id, kind, resource, reason, requestedBy, expiresAt }): PicturedApproval => ({
          id,
          kind,
          resource,
          reason,
          requestedBy,
          expiresAt,
        }),
      ),
    ),
    floods: view.floods().filter((flood) => flood.endedAt === null || flood.endedAt > since),
    kept: kept.filter((id) => under.shelved.some((alarm) => alarm.id === id)),
    figures,
  };
}

/** Who is being worked on, longest first. Test devices are in no list of a hand-over. */
function inhibitions(view: EngineView): readonly PicturedInhibition[] {
  const found: PicturedInhibition[] = [];
  for (const id of view.inhibitedDevices()) {
    const device = view.assets('device').get(id);
    if (device === undefined || device.mode !== 'live' || view.assets('enterprise').get(device.enterpriseId)?.kind === 'test') continue;
    const points = view.latest(id).filter(({ inhibitedSince }) => inhibitedSince !== undefined);
    const since = Math.min(...points.map(({ inhibitedSince }) => inhibitedSince ?? Infinity));
    const keys = points.map(({ measurement, channel }) => pointKey(measurement, channel));
    if (points.length > 0) found.push({ id, enterpriseId: device.enterpriseId, points: keys, since });
  }
  return found.sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
}

function first<T>(all: readonly T[]): Pictured<T> {
  return { total: all.length, items: all.slice(0, LISTED_MAX) };
}

/** Oldest permit first: that is the one to be looked at again. */
function longest(alarms: readonly Alarm[]): Pictured<Alarm> {
  const since = (alarm: Alarm): EpochMs => takenOutAt(alarm) ?? alarm.raisedAt;
  return first([...alarms].sort((a, b) => since(a) - since(b) || (a.id < b.id ? -1 : 1)));
}

function worst(alarms: readonly Alarm[]): Pictured<Alarm> {
  const ranked = alarms.map((alarm) => ({ alarm, urgency: urgencyOf(alarm) }));
  ranked.sort((a, b) => compareUrgency(a.urgency, b.urgency));
  return first(ranked.map(({ alarm }) => alarm));
}
