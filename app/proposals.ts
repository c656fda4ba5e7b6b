import { setImmediate as turn } from 'node:timers/promises';
import type { EffectiveLimit, EngineView } from '../model/engine.ts';
import type { RangeQuery, ReadingQueries } from '../model/ports/reading-store.ts';
import type { AntiChatter, LimitProposal, ProposalItem, Proposals } from '../model/proposal.ts';
import type { HistoryPoint } from '../rules/proposal/course.ts';
import { proposing } from '../rules/proposal/propose.ts';
import { isMandatory } from '../rules/scopes/strictness.ts';

/** Most readings looked at for one answer: it is worked out beside the alarms, one walk through them at a time. */
const MOST = 50_000;

/** Deadband and delays for the simple limits of one point, from what is stored of it. Nothing changes. */
export async function proposalsOf(view: EngineView, readings: Pick<ReadingQueries, 'range'>, query: RangeQuery): Promise<Proposals> {
  const device = view.assets('device').get(query.device);
  const profile = view.catalogue?.profiles.find(({ id }) => id === device?.profileId);
  const measurement = profile?.measurements.find(({ key }) => key === query.measurement);
  if (profile === undefined || measurement === undefined || measurement.valueType !== 'number') return { cut: false, items: [] };
  const { points, cut } = await history(readings, query);
  const items: ProposalItem[] = [];
  for (const limit of view.limits(query.device)) {
    const { dir, setPoint, deadband, onDelayMs, offDelayMs } = limit;
    if (limit.measurement !== query.measurement || limit.channel !== query.channel || !limit.armed) continue;
    if ((dir !== 'hi' && dir !== 'lo') || typeof setPoint !== 'number') continue;
    const mandatory = isMandatory(limit);
    const work = proposing(points, {
      dir,
      setPoint,
      present: { deadband, onDelayMs, offDelayMs },
      range: measurement.range,
      resolution: measurement.resolution,
      mayDelay: profile.alarmKind === 'process' && limit.level !== 'red' && !mandatory,
    });
    let step = work.next();
    for (; step.done !== true; step = work.next()) await turn();
    const found = step.value;
    items.push({ ...found, code: limit.code, ladder: limit.ladder, dir, setPoint, ...ruleOf(query.device, limit, found, mandatory) });
  }
  return { cut, items };
}

async function history(
  readings: Pick<ReadingQueries, 'range'>,
  query: RangeQuery,
): Promise<{ readonly points: readonly HistoryPoint[]; readonly cut: boolean }> {
  const points: HistoryPoint[] = [];
  for (let from: number | null = query.from; from !== null && points.length < MOST; ) {
    const page: Awaited<ReturnType<ReadingQueries['range']>> = await readings.range({ ...query, from });
    for (const [at, value, quality] of page.points) points.push([at, quality === 'bad' || typeof value !== 'number' ? null : value]);
    from = page.next;
    if (from !== null && points.length >= MOST) return { points, cut: true };
  }
  return { points, cut: false };
}

function ruleOf(
  device: string,
  limit: EffectiveLimit,
  found: LimitProposal,
  mandatory: boolean,
): Pick<ProposalItem, 'rule' | 'secondPerson'> {
  if (found.steps.length === 0) return { rule: null, secondPerson: false };
  const parts: Partial<AntiChatter> = Object.fromEntries(found.steps.map(({ part, value }) => [part, value]));
  const { now, after } = found;
  const rule = {
    id: `${device}-${limit.measurement}-${limit.code}-chatter`.toLowerCase().slice(0, 64),
    scope: 'device' as const,
    scopeId: device,
    measurement: limit.measurement,
    code: limit.code,
    parts,
    reason: `${now.alarms} alarms (${now.chattering} chattering, ${now.fleeting} fleeting) in the period would have been ${after.alarms}`,
  };
  return { rule, secondPerson: mandatory && (parts.deadband !== undefined || parts.onDelayMs !== undefined) };
}
