import type { Alarm } from '../model/alarm.ts';
import type { EngineView } from '../model/engine.ts';
import type { EarlierAlarm, AlarmFact, Figures, FiguresQuery } from '../model/performance.ts';
import type { PerformanceReport } from '../model/ports/platform.ts';
import type { Page, Records } from '../model/ports/records.ts';
import type { EpochMs } from '../model/time.ts';
import { FiguresFold } from '../rules/performance/figures.ts';
import { observedIn, type Seen } from '../rules/performance/observed.ts';
import { targetsOf } from '../rules/performance/targets.ts';

/** Rows asked of the records at once: a page takes their thread and ours a few milliseconds. */
const PAGE = 1_000;

/**
 * Performance figures of a period, for everything asked about and for each area of it, read page by page beside all else.
 * @param seen what is known of when something could have rung
 * @param resting closed alarms that are still under a flag: the records find what is open, or had an event since the period began
 */
export async function performanceOf(
  records: Records,
  timeZone: string,
  query: FiguresQuery,
  seen: Seen,
  resting: readonly Alarm[],
): Promise<PerformanceReport> {
  const dayBegins = localDays(timeZone);
  const observed = observedIn(query, seen);
  const fold = (): FiguresFold => new FiguresFold(query.from, query.to, dayBegins, observed);
  const whole = fold();
  const areas = new Map<string | null, FiguresFold>();
  const ofArea = (id: string | null): FiguresFold => {
    let area = areas.get(id);
    if (area === undefined) {
      area = fold();
      areas.set(id, area);
    }
    return area;
  };
  for (const alarm of resting) {
    if (!asksFor(query, alarm)) continue;
    whole.resting(alarm);
    ofArea(alarm.areaId).resting(alarm);
  }
  for await (const alarm of pages<EarlierAlarm>((cursor) => records.alarms.earlier({ ...query, ...cursor, limit: PAGE }))) {
    whole.earlier(alarm);
    ofArea(alarm.areaId).earlier(alarm);
  }
  for await (const fact of pages<AlarmFact>((cursor) => records.alarms.facts({ ...query, ...cursor, limit: PAGE }))) {
    whole.add(fact);
    ofArea(fact.areaId).add(fact);
  }
  const figures = whole.figures();
  return { ...withTargets(figures), areas: [...areas].map(([areaId, area]) => ({ areaId, ...withTargets(area.figures()) })) };
}

/** Since when something that is asked about could ring, and when it could not. */
export function seenBy(view: EngineView, { enterprises, areas }: FiguresQuery, now: EpochMs): Seen {
  let since = now;
  for (const { id, areaId, createdAt } of view.assets('enterprise').values()) {
    const asked = (enterprises?.includes(id) ?? true) && (areas === undefined || (areaId !== null && areas.includes(areaId)));
    if (asked && createdAt < since) since = createdAt;
  }
  return { since, until: now, outages: view.outages() };
}

function asksFor({ enterprises, areas }: FiguresQuery, { enterpriseId, areaId }: Alarm): boolean {
  return (
    (enterprises === undefined || (enterpriseId !== null && enterprises.includes(enterpriseId))) &&
    (areas === undefined || (areaId !== null && areas.includes(areaId)))
  );
}

function withTargets(figures: Figures): Figures & Pick<PerformanceReport, 'targets'> {
  return { ...figures, targets: targetsOf(figures) };
}

async function* pages<T>(ask: (cursor: { cursor?: string }) => Promise<Page<T>>): AsyncGenerator<T> {
  let cursor: { cursor?: string } = {};
  for (;;) {
    const page = await ask(cursor);
    yield* page.items;
    if (page.next === null) return;
    cursor = { cursor: page.next };
  }
}

/** Beginning of the local day of a time. A day that begins or ends with a change of the clocks is as long as it is. */
export function localDays(timeZone: string): (at: EpochMs) => EpochMs {
  const clock = new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  const sinceMidnight = (at: EpochMs): number => {
    const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    return (((part['hour'] ?? 0) * 60 + (part['minute'] ?? 0)) * 60 + (part['second'] ?? 0)) * 1_000 + (((at % 1_000) + 1_000) % 1_000);
  };
  return (at) => {
    const begin = at - sinceMidnight(at);
    // Where the clocks changed since midnight, what was subtracted is off by that change.
    const off = sinceMidnight(begin);
    if (off === 0) return begin;
    return off < 43_200_000 ? begin - off : begin + 86_400_000 - off;
  };
}
