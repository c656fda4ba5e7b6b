/** How good the alarm system itself is: figures of a period for what one may see, as JSON and as a table. */
import { z } from 'zod';
import type { AlarmIdentity, FiguresQuery } from '../../../model/performance.ts';
import type { PerformanceReport, Platform } from '../../../model/ports/platform.ts';
import { areaWithin } from '../access.ts';
import { type Cell, csvLine } from '../http/csv.ts';
import { ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import { listOf, queryTime, reference } from '../schema/common.ts';
import { performance } from '../schema/performance.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { enterpriseScope } from './scope.ts';

const DAY_MS = 86_400_000;
/** The measures are meant for at least 30 days. */
const USUAL_DAYS = 30;
const LONGEST_DAYS = 400;

const query = z.strictObject({
  from: queryTime.optional().meta({ description: 'Inclusive. Default: 30 days before `to`.' }),
  to: queryTime.optional().meta({ description: 'Exclusive. Default: now.' }),
  area: listOf(reference).optional().meta({ description: 'With everything below them.' }),
  enterprise: listOf(reference).optional(),
});

/** @throws HttpProblem when the period is backward or longer than 400 days. */
function asked(platform: Platform, actor: AccountActor, given: z.infer<typeof query>): FiguresQuery {
  const to = given.to ?? platform.clock.now();
  const from = given.from ?? Math.max(0, to - USUAL_DAYS * DAY_MS);
  const wrong = from >= to ? 'from is not before to' : to - from > LONGEST_DAYS * DAY_MS ? `longer than ${LONGEST_DAYS} days` : null;
  if (wrong !== null) throw new HttpProblem('invalid-request', wrong, { errors: [{ path: 'query.from', message: wrong }] });
  const enterprises = enterpriseScope(actor, given.enterprise);
  const areas = given.area === undefined ? undefined : [...new Set(given.area.flatMap((area) => areaWithin(platform.view, area)))];
  return { from, to, ...present({ enterprises, areas }) };
}

const HEAD = ['from', 'to', 'area', 'measure', 'value', 'target', 'manageable', 'met'] as const;

function* table(report: PerformanceReport): Generator<string> {
  yield csvLine(HEAD);
  const parts = [{ ...report, areaId: '' }, ...report.areas.map((area) => ({ ...area, areaId: area.areaId ?? '-' }))];
  for (const part of parts) {
    const place = [new Date(part.from).toISOString(), new Date(part.to).toISOString(), part.areaId] as const;
    const line = (measure: string, value: Cell): string => csvLine([...place, measure, value, null, null, null]);
    for (const { name, value, target, manageable, met } of part.targets)
      yield csvLine([...place, name, value, target, manageable, met ? 'yes' : 'no']);
    yield line('observedMs', part.observedMs);
    yield line('annunciated', part.rates.annunciated);
    yield line('floods', part.rates.floods);
    yield line('floodMs', part.rates.floodMs);
    for (const [level, count] of Object.entries(part.byLevel)) yield line(`level.${level}`, count);
    for (const [kind, count] of Object.entries(part.byKind)) yield line(`kind.${kind}`, count);
    for (const name of ['toAcknowledge', 'toReturn'] as const)
      for (const [key, value] of Object.entries(part[name])) yield line(`${name}.${key}`, value);
    for (const name of ['standingCount', 'shelvedCount', 'outOfServiceCount', 'shelvings', 'late', 'unacknowledged'] as const)
      yield line(name, part[name]);
    for (const [as, count] of Object.entries(part.verified)) yield line(`verified.${as}`, count);
    for (const one of part.worst) {
      yield line(`worst ${named(one)}`, one.annunciated);
    }
    // For how long by the end of the period.
    for (const one of part.shelved) yield line(`shelvedMs ${named(one)}`, part.to - one.since);
    for (const one of part.outOfService) yield line(`outOfServiceMs ${named(one)}`, part.to - one.since);
  }
}

function named({ deviceId, measurement, channel, ladder }: AlarmIdentity): string {
  return [deviceId, measurement, channel, ladder].filter((text) => text !== null).join(' ');
}

async function* streamed(lines: Iterable<string>): AsyncGenerator<string> {
  yield* lines;
}

export const kpiRoutes: Route[] = [
  route({
    method: 'get',
    path: '/kpi',
    operationId: 'kpi',
    tag: 'alarms',
    summary: 'Performance of the alarm system over a period: rates, floods, bad actors, standing alarms, time to acknowledge and return',
    query,
    replies: { 200: { description: 'Figures of the whole, and of each area', schema: performance } },
    problems: ['unavailable'],
    handle: async ({ platform, actor, query: given }) => ok(await platform.figures(asked(platform, actor, given))),
  }),
  route({
    method: 'get',
    path: '/kpi.csv',
    operationId: 'kpi.csv',
    tag: 'alarms',
    summary: 'The same figures as CSV, one measure a line',
    query,
    replies: { 200: { description: 'A table', text: 'text/csv' } },
    problems: ['unavailable'],
    handle: async ({ platform, actor, query: given }) => {
      const report = await platform.figures(asked(platform, actor, given));
      const headers = { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="kpi.csv"' };
      return { status: 200, headers, text: streamed(table(report)) };
    },
  }),
];
